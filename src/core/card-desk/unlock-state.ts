import type { FailureCode } from '../agent/failure-codes.ts';
import type { CardFailure } from '../card/card-error.ts';
import type { DeskProblem } from '../contract/card-desk/problems.ts';
import type { AttemptResult, ReleaseMode, Unlock } from '../contract/card-desk/shapes.ts';
import type { UnlockTruth, UnlockWay } from '../contract/unlock.ts';

/** What an unlock is to the agent, what it may want done, and what can come of that. What happens with it: unlock-journey.ts. */

export type JourneyPhase =
  | 'address'
  | 'starting'
  | 'code'
  | 'checking-code'
  /** Asks the desk where the journey stands: an answer was lost, or the agent was restarted. */
  | 'asking'
  | 'passcode'
  | 'proving'
  | 'waiting-for-ra'
  | 'performing'
  /** Looks at the card, whose answer was lost. */
  | 'looking'
  | 'reporting'
  | 'done'
  | 'failed';

export type Ticket = {
  readonly unlock: string;
  readonly token: string;
  /** The address of the desk that gave it: no other is told anything by it. Null: kept by an agent that did not write that down. */
  readonly origin: string | null;
};

/** The last release that this agent has received. */
export type Attempt = {
  readonly number: number;
  readonly mode: ReleaseMode;
  /** Whether the card was seen to be blocked before: if it is not any more, the release has worked. */
  readonly wasBlocked: boolean;
  /** The card may have been asked: it is never asked by this release again. */
  readonly begun: boolean;
  /** What came of it; null: not known yet, and the card may have been changed. */
  readonly result: AttemptResult | null;
  readonly triesLeft: number | null;
  /** The desk has been told, or need not be. */
  readonly settled: boolean;
};

export type UnlockJourney = {
  /** Its name among all that this agent has run: what came of another's work is none of its own. */
  readonly id: string;
  readonly cardId: string;
  readonly reader: string;
  readonly way: UnlockWay;
  readonly phase: JourneyPhase;
  readonly ticket: Ticket | null;
  /** Until when the desk can be asked to begin it; wall clock. What was typed for that is not kept longer. */
  readonly startBy: number | null;
  /** Wall clock, by this machine: clocks of desk and agent may differ. */
  readonly expiresAt: number | null;
  readonly codeTriesLeft: number | null;
  readonly problem: FailureCode | null;
  /** The stay of the card, as the card process names it; null: it is in no reader. */
  readonly insertion: string | null;
  readonly truth: UnlockTruth;
  /** Whether a passcode was chosen that has not been set, and is still kept. */
  readonly chosen: boolean;
  readonly attempt: Attempt | null;
  /** The highest number of a release that is known of. */
  readonly released: number;
  /** A proof was sent and its answer has not come: the desk may have released something that nobody has received. */
  readonly unseen: boolean;
  /**
   * Read from disk, and no release received since. What the agent before has received and done after it last wrote is not known:
   * of a release that is not at hand it cannot be said that the card was not asked.
   */
  readonly resumed: boolean;
  /** How often the unblocking code was wrong. */
  readonly wrongs: number;
  /** Tries of the unblocking code, as the card last told them; counted down where it does not. Null: nothing is known. */
  readonly pukTries: number | null;
  /** The user has left it: nothing new is done on the card, and what the desk has to hear is brought to its end. */
  readonly left: boolean;
  /** What is under way, and in which stay of the card it began; its outcome carries the same number. */
  readonly work: { readonly number: number; readonly kind: Work['kind']; readonly insertion: string | null } | null;
  readonly works: number;
  /** The desk could not be reached: how often in a row, and when it is tried again by itself. */
  readonly lost: { readonly times: number; readonly retryAt: number | null } | null;
  /** Waits for the user's wish to try again, or for the card to be put in again. */
  readonly halted: boolean;
  /** Proofs that the RA had not authorised: the desk gives few challenges for one journey. */
  readonly unauthorised: number;
};

/** What can be said of a release that nobody here has received. */
export type Disowned = 'untouched' | 'not-known';

export type Work =
  | { readonly kind: 'start'; readonly cardId: string }
  | { readonly kind: 'join'; readonly cardId: string }
  | { readonly kind: 'check-code'; readonly ticket: Ticket }
  | { readonly kind: 'ask'; readonly ticket: Ticket }
  | { readonly kind: 'disown'; readonly ticket: Ticket; readonly attempt: number; readonly result: Disowned }
  | { readonly kind: 'prove'; readonly ticket: Ticket; readonly cardId: string }
  | {
      readonly kind: 'perform';
      readonly ticket: Ticket;
      readonly cardId: string;
      readonly attempt: number;
      readonly mode: ReleaseMode;
      readonly pukTries: number | null;
    }
  | { readonly kind: 'look'; readonly cardId: string }
  | {
      readonly kind: 'report';
      readonly ticket: Ticket;
      readonly attempt: number;
      readonly result: AttemptResult;
      readonly triesLeft: number | null;
    };

export type Received = { readonly attempt: number; readonly mode: ReleaseMode };

/** What a piece of work has come to. `from-desk` is any refusal of the desk. */
export type Outcome =
  | { readonly kind: 'begun'; readonly ticket: Ticket; readonly unlock: Unlock }
  | { readonly kind: 'told'; readonly unlock: Unlock }
  | { readonly kind: 'released'; readonly received: Received }
  | { readonly kind: 'reported'; readonly unlock: Unlock; readonly received: Received | null }
  | {
      readonly kind: 'performed';
      readonly result: AttemptResult;
      readonly triesLeft: number | null;
      readonly failure: CardFailure | null;
    }
  /** The box of the release did not open: nothing was done with it. */
  | { readonly kind: 'not-opened' }
  /** What was about to be done to the card could not be written down, so it was not done. */
  | { readonly kind: 'not-kept' }
  | { readonly kind: 'looked'; readonly truth: UnlockTruth }
  | { readonly kind: 'card-failed'; readonly failure: CardFailure }
  | { readonly kind: 'from-desk'; readonly problem: DeskProblem }
  | { readonly kind: 'not-reached'; readonly sent: boolean }
  | { readonly kind: 'not-trusted' }
  | { readonly kind: 'not-understood' };

/** The work that an outcome belongs to. */
export type Done = NonNullable<UnlockJourney['work']>;

const OF_THE_DESK = ['from-desk', 'not-reached', 'not-trusted', 'not-understood'] as const;

const OUTCOMES: Readonly<Record<Work['kind'], ReadonlyArray<Outcome['kind']>>> = {
  start: ['begun', ...OF_THE_DESK],
  join: ['begun', ...OF_THE_DESK],
  'check-code': ['told', ...OF_THE_DESK],
  ask: ['told', ...OF_THE_DESK],
  disown: ['reported', ...OF_THE_DESK],
  prove: ['released', 'card-failed', ...OF_THE_DESK],
  perform: ['performed', 'not-opened', 'not-kept'],
  look: ['looked', 'card-failed'],
  report: ['reported', ...OF_THE_DESK],
};

/** Whether such a thing can come of such work. The card is believed by nothing but what was done on it. */
export const isOutcomeOf = (work: Work['kind'], { kind }: Outcome): boolean => OUTCOMES[work].includes(kind);

export const isOver = (phase: JourneyPhase) => phase === 'done' || phase === 'failed';
export const hasWorked = (result: AttemptResult | null | undefined) => result === 'unblocked' || result === 'changed';

export function fail(journey: UnlockJourney, problem: FailureCode | null): UnlockJourney {
  return { ...journey, phase: 'failed', problem, chosen: false, lost: null, halted: false };
}

/** Before each further try to reach the desk by itself; the last one again and again. */
const BACK_OFF_MS = [2_000, 5_000, 15_000, 30_000, 60_000] as const;

/** Tried again by itself, each time later. @param leastMs what the desk has asked for */
export function lostAgain(journey: UnlockJourney, now: number, leastMs = 0): NonNullable<UnlockJourney['lost']> {
  const times = (journey.lost?.times ?? 0) + 1;
  const wait = BACK_OFF_MS[Math.min(times, BACK_OFF_MS.length) - 1] ?? 60_000;
  return { times, retryAt: now + Math.max(wait, leastMs) };
}
