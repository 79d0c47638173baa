import type {
  AttemptResult,
  ReleaseMode,
  UnlockFailure,
  UnlockPhase,
} from '../../../../src/core/contract/card-desk/shapes.ts';
import { type CodeChange, type PukState, planRelease, planReport } from './unblocking.ts';

/**
 * The life of an unlock: one pure function for each thing that can happen. Time is an argument, in milliseconds since 1970.
 *
 *     code ──right code──▶ card ──proof──▶ released ──report──▶ unlocked
 *      │                    ▲ │               │
 *      └─ 5 wrong codes     │ └─ 3 proofs     ├─ `untouched`: back to card
 *         ▼                 └─────────────────┘
 *        failed ◀── time, a false proof too many, the unblocking code wrong or at its last try, a later journey of the card
 */

export type Journey = {
  readonly kind: 'self-service' | 'assisted';
  readonly phase: UnlockPhase;
  readonly failure: UnlockFailure | null;
  readonly codeTriesLeft: number;
  readonly challengesLeft: number;
  readonly proofsLeft: number;
  readonly releasesLeft: number;
  readonly startedAt: number;
  readonly expiresAt: number;
  /** When it was over. */
  readonly endedAt: number | null;
  readonly challenge: { readonly until: number } | null;
  readonly attempt: { readonly number: number; readonly mode: ReleaseMode } | null;
  /** The last report that was taken: its answer may have been lost, and it then comes again. */
  readonly reported: { readonly number: number; readonly result: AttemptResult } | null;
};

export const JOURNEY_MS = 15 * 60_000;
export const CHALLENGE_MS = 2 * 60_000;
export const CODE_TRIES = 5;
const PROOFS = 3;
const RELEASES = 3;
/** Each one that is asked for by the admin key decrypts a block for the asker: there are no more than could be needed. */
const CHALLENGES = PROOFS + RELEASES + 2;
/** What happened to a card is true however late it is told; nothing is handed out for it any more. */
const LATE_REPORT_MS = 24 * 60 * 60_000;

export function beginJourney(kind: Journey['kind'], now: number): Journey {
  return {
    kind,
    phase: kind === 'self-service' ? 'code' : 'card',
    failure: null,
    codeTriesLeft: kind === 'self-service' ? CODE_TRIES : 0,
    challengesLeft: CHALLENGES,
    proofsLeft: PROOFS,
    releasesLeft: RELEASES,
    startedAt: now,
    expiresAt: now + JOURNEY_MS,
    endedAt: null,
    challenge: null,
    attempt: null,
    reported: null,
  };
}

export type Refusal = 'out-of-order' | 'over' | 'code-wrong' | 'not-proven';
export type Step = { readonly journey: Journey; readonly refusal: Refusal | null };

const isOver = ({ phase }: Journey) => phase === 'unlocked' || phase === 'failed';

export function fail(journey: Journey, failure: UnlockFailure, now: number): Journey {
  return { ...journey, phase: 'failed', failure, challenge: null, endedAt: now };
}

/** The journey as it is at this time: nothing outlives its 15 minutes. */
export function atTime(journey: Journey, now: number): Journey {
  return isOver(journey) || now < journey.expiresAt ? journey : fail(journey, 'expired', now);
}

export function tryCode(before: Journey, right: boolean, now: number): Step {
  const journey = atTime(before, now);
  if (isOver(journey)) return { journey, refusal: 'over' };
  if (journey.phase !== 'code') return { journey, refusal: 'out-of-order' };
  if (right) return { journey: { ...journey, phase: 'card' }, refusal: null };
  const codeTriesLeft = journey.codeTriesLeft - 1;
  const tried = { ...journey, codeTriesLeft };
  return { journey: codeTriesLeft > 0 ? tried : fail(tried, 'code-tries-used', now), refusal: 'code-wrong' };
}

/** A challenge is good for one proof. Asking for one after a release is how an agent goes on that has lost the answer. */
export function giveChallenge(before: Journey, now: number): Step {
  const journey = atTime(before, now);
  if (isOver(journey)) return { journey, refusal: 'over' };
  if (journey.phase === 'code') return { journey, refusal: 'out-of-order' };
  if (journey.releasesLeft === 0) return { journey: fail(journey, 'releases-used', now), refusal: 'over' };
  if (journey.challengesLeft === 0) return { journey: fail(journey, 'card-not-proven', now), refusal: 'over' };
  const until = Math.min(now + CHALLENGE_MS, journey.expiresAt);
  return {
    journey: { ...journey, challenge: { until }, challengesLeft: journey.challengesLeft - 1 },
    refusal: null,
  };
}

/** Whether a proof can be taken at all; whether it is genuine is judged between this and {@link takeProof}. */
export function expectsProof(before: Journey, now: number): Step {
  const journey = atTime(before, now);
  if (isOver(journey)) return { journey, refusal: 'over' };
  if (journey.phase === 'code' || journey.challenge === null) return { journey, refusal: 'out-of-order' };
  return now < journey.challenge.until
    ? { journey, refusal: null }
    : { journey: { ...journey, challenge: null }, refusal: 'out-of-order' };
}

export type Released = Step & {
  readonly puk: PukState;
  readonly codes: CodeChange;
  readonly release: Journey['attempt'];
};

/** A proof for the open challenge. A genuine one releases, if the state of the unblocking code allows it. */
export function takeProof(before: Journey, genuine: boolean, puk: PukState, now: number): Released {
  const nothing = { puk, codes: 'keep', release: null } as const;
  const { journey, refusal } = expectsProof(before, now);
  if (refusal !== null) return { journey, refusal, ...nothing };
  const used: Journey = { ...journey, challenge: null };
  if (!genuine) {
    const proofsLeft = used.proofsLeft - 1;
    const tried = { ...used, proofsLeft };
    const after = proofsLeft > 0 ? tried : fail(tried, 'card-not-proven', now);
    return { journey: after, refusal: 'not-proven', ...nothing };
  }
  const plan = planRelease(puk);
  if ('refused' in plan) return { journey: fail(used, plan.refused, now), refusal: 'over', ...nothing };
  const attempt = { number: (used.attempt?.number ?? 0) + 1, mode: plan.mode };
  return {
    journey: { ...used, phase: 'released', attempt, releasesLeft: used.releasesLeft - 1 },
    refusal: null,
    puk: plan.state,
    codes: plan.codes,
    release: attempt,
  };
}

export type Report = { readonly number: number; readonly result: AttemptResult; readonly triesLeft: number | null };

/**
 * What came of the release. Taken after the end of the journey too, since it tells the truth about the card; then nothing
 * more is released. A report on anything but the latest release is out of order, but for the same report once more. The caller
 * sees to it that no other journey was given a release for the card meanwhile.
 */
export function takeReport(before: Journey, report: Report, puk: PukState, now: number): Released {
  const nothing = { puk, codes: 'keep', release: null } as const;
  const journey = atTime(before, now);
  const { attempt, reported: last } = journey;
  if (last?.number === report.number && last.result === report.result) {
    const followed = journey.phase === 'released' && attempt?.number === report.number + 1;
    return { journey, refusal: null, ...nothing, release: followed ? attempt : null };
  }
  const tooLate = now > journey.expiresAt + LATE_REPORT_MS;
  const open = journey.phase === 'released' || endedAfterRelease(journey) || journey.phase === 'unlocked';
  if (attempt === null || attempt.number !== report.number || !open || tooLate) {
    return { journey, refusal: 'out-of-order', ...nothing };
  }
  // The passcode is set; all that can be added is that the code was changed as well.
  if (journey.phase === 'unlocked' && report.result !== 'changed') {
    return { journey, refusal: 'out-of-order', ...nothing };
  }
  const plan = planReport(attempt.mode, report.result, report.triesLeft, puk);
  if (plan === null) return { journey, refusal: 'out-of-order', ...nothing };
  const told = { ...journey, reported: { number: report.number, result: report.result } };
  const taken = { refusal: null, puk: plan.state, codes: plan.codes, release: null } as const;
  const { outcome } = plan;
  if (outcome === 'unlocked') return { journey: unlocked(told, now), ...taken };
  if (outcome === 'again') return { journey: again(told), ...taken };
  if ('failed' in outcome) return { journey: isOver(told) ? told : fail(told, outcome.failed, now), ...taken };
  if (isOver(told)) {
    // Out of time: what is known is kept, and no code is handed out. A new next one would never be used.
    const codes = taken.codes === 'promote-and-draw' ? 'promote' : 'drop-next';
    const state: PukState = { ...plan.state, condition: 'settled' };
    return { journey: outcome.release === 'change' ? unlocked(told, now) : told, ...taken, puk: state, codes };
  }
  const next = { number: attempt.number + 1, mode: outcome.release };
  return { journey: { ...told, attempt: next }, ...taken, release: next };
}

/** What ends a journey from outside, and leaves what its agent has still to report. */
type Stop = Extract<UnlockFailure, 'expired' | 'card-not-active' | 'profile-changed'>;

/** Of a card that is not to be unlocked any more: what its agent has still to report is taken, and nothing is released. */
export const stopped = (journey: Journey, why: Stop, now: number): Journey =>
  isOver(journey) ? journey : fail(journey, why, now);

const STOPS: ReadonlySet<UnlockFailure> = new Set<Stop>(['expired', 'card-not-active', 'profile-changed']);
const endedAfterRelease = ({ phase, failure, attempt }: Journey) =>
  phase === 'failed' && failure !== null && STOPS.has(failure) && attempt !== null;

const unlocked = (journey: Journey, now: number): Journey => ({
  ...journey,
  phase: 'unlocked',
  failure: null,
  endedAt: now,
});

/** The card was not touched: it proves itself again, in this journey if there is time for it. */
const again = (journey: Journey): Journey => (journey.phase === 'released' ? { ...journey, phase: 'card' } : journey);
