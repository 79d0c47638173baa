import { CERTIFICATE_SLOTS, type CertificateSlot } from '../contract/card-process.ts';
import type { Revocation } from '../pki/verdict.ts';
import { certificateAllows } from './card-session.ts';
import { daysLeft } from './expiry.ts';
import { codeOfCardFailure, codeOfVerdict, type FailureCode } from './failure-codes.ts';
import type { AgentPhase, CardPhase } from './phases.ts';
import type { RemovalAction, RemovalCause } from './policy-names.ts';
import type { AgentState, CardSlot, Reader } from './state.ts';

/** What the agent shows of itself: to the view, to `wardkey agent --json`, to the tray. Derived, never stored. */

export function phaseOf(state: AgentState, { slot }: Reader): CardPhase {
  if (slot.kind !== 'card') return slot.kind;
  if (slot.session !== null) return 'active';
  if (slot.reading === 'unsupported') return 'unsupported';
  if (slot.identity === null) return slot.reading === 'failed' ? 'unreadable' : 'reading';
  if (slot.pin?.state === 'blocked') return 'blocked';
  if (slot.attempt !== null) return 'checking';
  const signIn = slot.certificates[state.policy.certificates.signInSlot];
  const awaiting = state.policy.session.begins === 'insertion' ? 'awaiting-insertion' : 'awaiting-passcode';
  if (signIn === undefined) return slot.reading === 'details' ? 'reading' : awaiting;
  // The rule by which the attempt itself is let through: what policy lets pass is asked for, its trouble told beside it.
  return certificateAllows(state, slot) ? awaiting : 'certificate-trouble';
}

/** Of several cards, the one that most wants the user's eye. */
const BY_URGENCY: readonly CardPhase[] = [
  'active',
  'checking',
  'blocked',
  'certificate-trouble',
  'awaiting-passcode',
  'awaiting-insertion',
  'reading',
  'unreadable',
  'mute',
  'unsupported',
];

export function agentPhase(state: AgentState): AgentPhase {
  if (state.graces.some((grace) => grace.kind === 'countdown')) return 'grace';
  if (state.screen === 'locked') return 'locked';
  if (state.service === 'starting') return 'starting';
  if (state.service !== 'running') return 'no-service';
  if (state.readers.length === 0) return 'no-reader';
  const phases = new Set(state.readers.map((reader) => phaseOf(state, reader)));
  const phase = BY_URGENCY.find((each) => phases.has(each));
  return phase === undefined || phase === 'empty' ? 'no-card' : phase;
}

export type ReaderStatus = {
  readonly reader: string;
  readonly phase: CardPhase;
  readonly card: CardStatus | null;
};

export type CardStatus = {
  readonly atr: string;
  readonly cardId: string | null;
  readonly triesLeft: number | null;
  /** What is wrong, as a failure code; null when nothing is. */
  readonly trouble: FailureCode | null;
  /** Wall clock, milliseconds since 1970. */
  readonly activeSince: number | null;
  readonly certificates: readonly CertificateStatus[];
};

export type CertificateStatus = {
  readonly slot: CertificateSlot;
  readonly holder: string | null;
  readonly issuer: string | null;
  readonly verdict: 'accepted' | 'refused';
  readonly reasons: readonly string[];
  /** 'dates': no anchors are known, so that nothing else was looked at. */
  readonly judgedBy: 'path' | 'dates';
  /** What is known of its revocation, and that of its issuers; `asOf`: when they said so, milliseconds since 1970. */
  readonly revocation: { readonly state: 'good' | 'revoked' | 'stale' | 'unknown'; readonly asOf: number | null };
  readonly notAfter: number | null;
  readonly daysLeft: number | null;
};

export function readerStatus(state: AgentState, reader: Reader): ReaderStatus {
  const { slot } = reader;
  return {
    reader: reader.name,
    phase: phaseOf(state, reader),
    card: slot.kind === 'card' ? cardStatus(state, slot) : null,
  };
}

function cardStatus(state: AgentState, card: CardSlot): CardStatus {
  return {
    atr: card.atr,
    cardId: card.identity?.cardId ?? null,
    triesLeft: card.pin?.triesLeft ?? null,
    trouble: troubleOf(state, card),
    activeSince: card.session?.since ?? null,
    certificates: CERTIFICATE_SLOTS.flatMap((slot) => {
      const certificate = card.certificates[slot];
      if (certificate === undefined) return [];
      const { facts, verdict } = certificate;
      return [
        {
          slot,
          holder: facts?.holder ?? null,
          issuer: facts?.issuer ?? null,
          verdict: verdict.verdict,
          reasons: verdict.reasons,
          judgedBy: verdict.judgedBy,
          revocation: revocationOf(verdict.revocation),
          notAfter: facts?.notAfter ?? null,
          daysLeft: facts === null ? null : daysLeft(facts.notAfter, state.clock.wall),
        },
      ];
    }),
  };
}

function revocationOf(revocation: Revocation): CertificateStatus['revocation'] {
  switch (revocation.state) {
    case 'good':
    case 'stale':
      return { state: revocation.state, asOf: revocation.asOf };
    case 'revoked':
      return { state: 'revoked', asOf: revocation.at };
    case 'unknown':
      return { state: 'unknown', asOf: null };
  }
}

function troubleOf(state: AgentState, card: CardSlot): FailureCode | null {
  if (card.failure !== null && card.reading !== 'identifying') return codeOfCardFailure(card.failure);
  if (card.pin?.state === 'blocked') return 'Passcode_Blocked';
  const reason = card.certificates[state.policy.certificates.signInSlot]?.verdict.reasons[0];
  return reason === undefined ? null : codeOfVerdict(reason);
}

/** An active card is gone and may still come back: until then the desktop stays open. */
export type Countdown = {
  readonly cause: RemovalCause;
  readonly action: RemovalAction;
  readonly remainingMs: number;
  readonly totalMs: number;
};

export type AgentSnapshot = {
  readonly phase: AgentPhase;
  readonly service: AgentState['service'];
  readonly screen: AgentState['screen'];
  readonly readers: readonly ReaderStatus[];
  readonly countdowns: readonly Countdown[];
  readonly unattended: boolean;
  readonly failedAction: string | null;
};

/** @param monotonic the present moment, for what is left of countdowns; that of the last event unless told */
export function snapshotOf(state: AgentState, monotonic = state.clock.monotonic): AgentSnapshot {
  return {
    phase: agentPhase(state),
    service: state.service,
    screen: state.screen,
    readers: state.readers.map((reader) => readerStatus(state, reader)),
    countdowns: state.graces
      .filter((grace) => grace.kind === 'countdown')
      .map(({ cause, action, startedAt, deadline }) => ({
        cause,
        action,
        remainingMs: Math.max(0, deadline - monotonic),
        totalMs: deadline - startedAt,
      })),
    unattended: state.unattended !== null,
    failedAction: state.failedAction?.action ?? null,
  };
}
