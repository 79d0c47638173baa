import { daysLeft } from '../../core/agent/expiry.ts';
import { codeOfCardFailure, codeOfVerdict, FAILURES, type FailureCode } from '../../core/agent/failure-codes.ts';
import { type AgentState, cardIn } from '../../core/agent/state.ts';
import { type ReaderStatus, snapshotOf } from '../../core/agent/status.ts';
import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import type { FindingView } from '../../core/contract/view.ts';
import { hasDeskStep } from '../../core/language/desk-steps.ts';
import { diagnostics } from '../../core/language/en/diagnostics.ts';
import type { TrustState } from '../certificates/certificate-service.ts';
import type { FetchFailureReason } from '../revocation/fetch-failure.ts';
import type { LoadedPolicy } from '../store/policy-source.ts';
import type { DeskCall } from './desk-call.ts';
import type { NamesFound } from './name-search.ts';
import type { ReaderDrivers } from './reader-drivers.ts';

/** One question of the doctor, with its answer in plain words and, where something is wrong, what to do. */
export type Finding = FindingView;

/** A clock before this release cannot be right. */
const EARLIEST_YEAR = 2026;

type Check = Finding['check'];

/** @param detail what was found, as it is; told beside `says`, which stands for itself */
const ok = (check: Check, says: string, detail: string | null = null): Finding => ({
  check,
  state: 'ok',
  says,
  fix: null,
  code: null,
  detail,
});
const notChecked = (check: Check, says: string): Finding => ({
  check,
  state: 'not-checked',
  says,
  fix: null,
  code: null,
  detail: null,
});
const wrong = (check: Check, code: FailureCode, detail = '', state: 'failed' | 'warning' = 'failed'): Finding => ({
  check,
  state,
  says: detail === '' ? FAILURES[code].says : `${FAILURES[code].says} (${detail})`,
  fix: FAILURES[code].next,
  code,
  detail: detail === '' ? null : detail,
});

/** What the cards' side shows, in the order in which one thing needs the other. */
export function cardFindings(state: AgentState, drivers: ReaderDrivers): Finding[] {
  const snapshot = snapshotOf(state);
  if (snapshot.service !== 'running') {
    const code = snapshot.service === 'stopped' ? 'Service_Stopped' : 'Service_Absent';
    return [
      wrong('service', code),
      notChecked('driver', 'Needs the smartcard service.'),
      notChecked('reader', 'Needs the smartcard service.'),
      notChecked('card', 'Needs a reader.'),
    ];
  }
  const service = ok('service', 'The smartcard service is running.');
  if (snapshot.readers.length === 0)
    return [service, driverFinding(drivers), wrong('reader', 'Reader_None'), notChecked('card', 'Needs a reader.')];
  const names = snapshot.readers.map((each) => each.reader).join(', ');
  const reader = ok('reader', names, names);
  // The service lists a reader only once a driver has taken it.
  const driver = ok('driver', 'A driver runs the reader.');
  return [service, driver, reader, ...snapshot.readers.flatMap((each) => findingsOfReader(state, each))];
}

/**
 * Where no reader is listed: whether there is a driver that could take one. Only a warning without, since pcscd may load its
 * drivers from a place that we do not know.
 */
function driverFinding(drivers: ReaderDrivers): Finding {
  if (drivers === null) return notChecked('driver', 'Cannot be seen from here while no reader is listed.');
  if (drivers.length === 0) return wrong('driver', 'Driver_NotFound', '', 'warning');
  const names = listed(drivers);
  return ok('driver', `Installed: ${names}.`, names);
}

function findingsOfReader(state: AgentState, { reader, phase, card }: ReaderStatus): Finding[] {
  if (phase === 'mute') return [wrong('card', 'Card_Mute', reader)];
  if (card === null) return state.readers.length > 1 ? [] : [wrong('card', 'Card_None', '', 'warning')];
  if (phase === 'unsupported') return [wrong('card', 'Card_Unsupported', reader)];
  if (card.cardId === null) return [wrong('card', card.trouble ?? 'Card_TimedOut', reader)];
  return [
    ok('card', `A card answers in ${reader}.`, reader),
    phase === 'blocked'
      ? wrong('passcode', 'Passcode_Blocked')
      : ok('passcode', triesLeft(card.triesLeft), card.triesLeft === null ? null : String(card.triesLeft)),
    certificateFinding(state, reader),
  ];
}

/** The one that signs in, by the word on itself: others on the card may end later, or have a trouble of their own. */
function certificateFinding(state: AgentState, reader: string): Finding {
  const card = cardIn(state, reader);
  const signIn = card?.certificates[state.policy.certificates.signInSlot];
  if (signIn === undefined) {
    if (card?.reading === 'failed' && card.failure !== null)
      return wrong('certificate', codeOfCardFailure(card.failure));
    return notChecked('certificate', 'The certificate has not been read yet.');
  }
  const { facts, verdict } = signIn;
  const [reason] = verdict.reasons;
  if (verdict.verdict !== 'accepted')
    return wrong('certificate', reason === undefined ? 'Certificate_Unreadable' : codeOfVerdict(reason));
  if (facts === null) return ok('certificate', 'Accepted.');
  const days = daysLeft(facts.notAfter, state.clock.wall);
  return ok('certificate', `Accepted, ${days} days left.`, String(days));
}

const DAY_MS = 86_400_000;

/** Whom cards are judged by. @param ladderDays of the policy: how long before its end a certificate is warned of */
export function trustFinding(trust: TrustState, ladderDays: readonly number[], now: Date): Finding {
  if (trust.certificates === null) {
    return notChecked('trust', 'The policy names no anchors: cards are judged by dates and names alone.');
  }
  const [problem] = trust.problems;
  if (problem !== undefined) return wrong('trust', 'Trust_Unusable', `${problem.path}: ${problem.why}`);
  if (trust.certificates.length === 0) return wrong('trust', 'Trust_Unusable', 'none holds a certificate');
  const last = now.getTime() + Math.max(...ladderDays) * DAY_MS;
  const [ending] = trust.certificates
    .filter(({ notAfter }) => notAfter <= last)
    .toSorted((a, b) => a.notAfter - b.notAfter);
  if (ending !== undefined) {
    const detail = `${ending.name}: ${new Date(ending.notAfter).toISOString().slice(0, 10)}`;
    return wrong('trust', 'Trust_Ending', detail, 'warning');
  }
  const { length } = trust.certificates;
  return ok('trust', `${length} certificates of issuers.`, String(length));
}

/** How fresh what is known of revocation is, when that ends, and since when nothing newer can be had. */
export function revocationFinding({ sources }: TrustState, now: Date): Finding {
  if (sources.length === 0) return notChecked('revocation', 'Nothing has been asked for yet.');
  const soonestFirst = sources.toSorted((a, b) => (a.until ?? 0) - (b.until ?? 0));
  const worst = soonestFirst.find(({ fault }) => fault !== null);
  if (worst === undefined) {
    const until = soonestFirst.find((source) => source.until !== null && source.kind !== 'certificate')?.until ?? null;
    return ok('revocation', `What is known is up to date${until === null ? '' : `, until ${minuteOf(until)}`}.`);
  }
  const { kind, host, fault, failingSince, until, late } = worst;
  const since = failingSince === null ? '' : ` since ${minuteOf(failingSince)}`;
  const known = until === null ? 'nothing is known' : `known until ${minuteOf(until)}`;
  const detail = `${kind} ${host}: ${fault ?? ''}${since}, ${known}`;
  if (until === null || until < now.getTime()) return wrong('revocation', 'Revocation_NotFetched', detail);
  return wrong('revocation', late ? 'Revocation_RunningOut' : 'Revocation_NotFetched', detail, 'warning');
}

/** 2026-11-24T09:12Z */
const minuteOf = (at: number) => `${new Date(at).toISOString().slice(0, 16)}Z`;

const triesLeft = (count: number | null) =>
  count === null ? 'The card does not tell its tries.' : `Tries left: ${count}.`;

/** @param behind how far it is behind a time that has been, milliseconds */
export function clockFinding(now: Date, behind = 0): Finding {
  if (behind > 0) return wrong('clock', 'Clock_TurnedBack', `by ${Math.round(behind / 60_000)} minutes`);
  return now.getUTCFullYear() < EARLIEST_YEAR
    ? wrong('clock', 'Certificate_NotYetValid', `the clock says ${now.toISOString()}`)
    : ok('clock', now.toISOString(), now.toISOString());
}

export function policyFinding({ problems, source, file }: LoadedPolicy): Finding {
  const [first] = problems;
  if (first !== undefined) return wrong('policy', 'Policy_Invalid', `${first.path} ${first.message}`.trim());
  return source === 'file' ? ok('policy', file, file) : ok('policy', 'No policy file: defaults are used.');
}

export async function lockFinding(desktop: DesktopSession): Promise<Finding> {
  const methods = await desktop.methods();
  const usable = methods.filter(({ available }) => available).map(({ method }) => method);
  if (usable.length > 0) return ok('lock', usable.join(', '), usable.join(', '));
  const why = methods.map(({ method, detail }) => `${method}: ${detail ?? 'not available'}`).join('; ');
  return wrong('lock', 'Lock_Failed', why);
}

export function agentFinding(runs: boolean): Finding {
  return runs ? ok('agent', 'Wardkey is running for this user.') : wrong('agent', 'Agent_NotRunning', '', 'warning');
}

export function settingsFinding(problems: readonly string[]): Finding {
  const [first] = problems;
  return first === undefined ? ok('settings', 'Readable.') : wrong('settings', 'Settings_Repaired', first, 'warning');
}

/** Names that are not ours to choose: a finding has room for six of the longest (RFC 1035, section 2.3.4). */
function listed(names: readonly string[]): string {
  const more = names.length - 6;
  return [...names.slice(0, 6), ...(more > 0 ? [`+${more}`] : [])].join(', ');
}

export function networkFinding({ found, missing }: NamesFound): Finding {
  if (missing.length > 0) return wrong('network', 'Network_NameNotFound', listed(missing), 'warning');
  const names = listed(found);
  return found.length === 0
    ? notChecked('network', 'The policy names no page and no card desk on the network.')
    : ok('network', `Found: ${names}.`, names);
}

/**
 * Signing in works without the desk, so one that is merely away is a warning. One that is not trusted, or is none, is failed:
 * somebody has to mend that before anyone can unlock a card.
 */
export function deskFinding({ host, reply }: DeskCall): Finding {
  switch (reply.kind) {
    case 'done':
      return ok('desk', `The card desk answers at ${host}.`, host);
    case 'not-trusted':
      return deskTrouble('Desk_NotTrusted', host, 'failed');
    case 'not-understood':
      return deskTrouble('Desk_NotUnderstood', host, 'failed');
    case 'not-reached':
      return NO_DESK.has(reply.reason)
        ? deskTrouble('Desk_NotUnderstood', host, 'failed')
        : deskTrouble('Desk_NotReached', host, 'warning');
    case 'refused':
      // It speaks as a desk does, and cannot serve anybody just now.
      return deskTrouble(reply.problem.code === 'Desk_TooMany' ? 'Desk_TooMany' : 'Desk_Unavailable', host, 'warning');
  }
}

/** What came was whole enough to see that no card desk speaks like that. */
const NO_DESK: ReadonlySet<FetchFailureReason> = new Set(['too-large', 'encoded', 'refused-status']);

function deskTrouble(code: FailureCode, host: string, state: 'failed' | 'warning'): Finding {
  const finding = wrong('desk', code, host, state);
  return { ...finding, fix: hasDeskStep(code) ? diagnostics.deskNext[code] : finding.fix };
}
