import type { AgentEffect } from './effects.ts';
import type { FailureCode } from './failure-codes.ts';
import { type AgentState, type CardSlot, hasActiveCard } from './state.ts';

/**
 * What is known of withdrawn cards has an end like a certificate. IT hears of it when that end comes near and nothing newer
 * can be had; the user when it is so near that the next sign-in may be refused, and when a card passes by grace alone.
 */

/** Revocation data in the last part of its window, which could not be renewed for a while. Times: milliseconds since 1970. */
export type RunningOut = {
  readonly kind: 'crl' | 'ocsp';
  readonly host: string;
  readonly from: number;
  /** When it stops to hold. */
  readonly until: number;
  /** Why the last attempt to renew it brought nothing: a stable code. */
  readonly fault: string;
};

const HOUR_MS = 3_600_000;
/** The user hears of it when so much is left, or this share of the window where that is more: what nobody mends today is over tomorrow. */
const TOLD_MS = 2 * HOUR_MS;
const TOLD_SHARE = 0.1;
/** As many as there can be sources. */
const MAX_TOLD = 2_000;

/** @param sources all that run out now: what is missing has been renewed, or is over */
export function revocationRunsOut(
  before: AgentState,
  sources: readonly RunningOut[],
): { readonly state: AgentState; readonly effects: readonly AgentEffect[] } {
  const { told } = before.revocation;
  const fresh = sources.filter((each) => !told.some((other) => isSame(each, other)));
  // What is over cannot run out again.
  const remembered = told.filter(({ until }) => until >= before.clock.wall);
  return {
    state: { ...before, revocation: { runningOut: sources, told: [...fresh, ...remembered].slice(0, MAX_TOLD) } },
    effects: fresh.map((each) => ({ type: 'revocation-running-out', ...each })),
  };
}

function isSame(a: RunningOut, b: RunningOut): boolean {
  return a.kind === b.kind && a.host === b.host && a.until === b.until;
}

/** @param alerted what this login has been told of; what is told now is added */
export function warnOfRevocation(state: AgentState, card: CardSlot, alerted: Set<string>): readonly AgentEffect[] {
  const warning = warningOf(state, card);
  if (warning === null || alerted.has(warning.code)) return [];
  alerted.add(warning.code);
  return [{ type: 'tell', ...warning }];
}

/** Those of the warnings given here that no active card gives reason for any more: what could be checked after all is not warned of. */
export function revocationWarningsOver(state: AgentState): readonly FailureCode[] {
  // A card that is being waited for comes back to the same login.
  if (!hasActiveCard(state) && state.graces.length > 0) return [];
  const given = state.readers.flatMap(({ slot }) =>
    slot.kind === 'card' && slot.session !== null ? (warningOf(state, slot)?.code ?? []) : [],
  );
  return (['Revocation_InGrace', 'Revocation_RunningOut'] as const).filter((code) => !given.includes(code));
}

/** @returns `until`: when the card will be refused */
function warningOf(
  { policy, clock, revocation: { runningOut } }: AgentState,
  card: CardSlot,
): { readonly code: 'Revocation_InGrace' | 'Revocation_RunningOut'; readonly until: number } | null {
  const verdict = card.certificates[policy.certificates.signInSlot]?.verdict;
  // Where revocation need not be known, nobody is refused for want of it.
  if (verdict?.verdict !== 'accepted' || policy.revocation.mode !== 'required') return null;
  const { revocation } = verdict;
  const grace = policy.revocation.graceHours * HOUR_MS;
  if (revocation.state === 'stale') return { code: 'Revocation_InGrace', until: revocation.until + grace };
  // Where there is a grace, the card is not refused at that end, and its user is told then.
  if (revocation.state !== 'good' || grace > 0) return null;
  // The word on the whole path ends with the first of what it rests on: that one is known by its end.
  const source = runningOut.find(({ until }) => until === revocation.until);
  if (source === undefined) return null;
  const left = source.until - clock.wall;
  const near = Math.max(TOLD_MS, (source.until - source.from) * TOLD_SHARE);
  return left > 0 && left <= near ? { code: 'Revocation_RunningOut', until: source.until } : null;
}
