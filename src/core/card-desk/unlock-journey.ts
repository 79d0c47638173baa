import { codeOfCardFailure, type FailureCode } from '../agent/failure-codes.ts';
import type { CardFailure } from '../card/card-error.ts';
import type { AttemptResult, DeskProblem, ReleaseMode, Unlock, UnlockFailure } from '../contract/card-desk.ts';
import type { UnlockDoing, UnlockStep, UnlockTruth, UnlockView, UnlockWay } from '../contract/unlock.ts';

/**
 * An unlock as the agent lives it: `step(journey, event)` gives the journey after it and the one thing to do next, if any.
 * What was typed and released is no part of it: it knows only whether there is such a thing. Time comes with each event.
 *
 *   address ─▶ starting ─▶ code ─▶ checking-code ─▶ passcode ─▶ proving ─▶ performing ─▶ reporting ─▶ done
 *                 │ assisted                           ▲          │  ▲          │ answer lost   │
 *                 └────────────────────────────────────┘          │  │          ▼               │ another release
 *                                                  waiting-for-ra ◀┘  └───── looking ──▶────────┘
 *
 * After a restart it begins at `asking` the desk, at `looking` at the card, or at `reporting` what is owed.
 */

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

export type Ticket = { readonly unlock: string; readonly token: string };

/** The last release that this agent has received. */
export type Attempt = {
  readonly number: number;
  readonly mode: ReleaseMode;
  /** Whether the card was seen to be blocked before: if it is not any more, the release has worked. */
  readonly wasBlocked: boolean;
  /** What came of it; null: not known yet, and the card may have been changed. */
  readonly result: AttemptResult | null;
  readonly triesLeft: number | null;
  /** The desk has been told, or need not be. */
  readonly settled: boolean;
};

export type UnlockJourney = {
  readonly cardId: string;
  readonly reader: string;
  readonly way: UnlockWay;
  readonly phase: JourneyPhase;
  readonly ticket: Ticket | null;
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

export type Work =
  | { readonly kind: 'start'; readonly cardId: string }
  | { readonly kind: 'join'; readonly cardId: string }
  | { readonly kind: 'check-code'; readonly ticket: Ticket }
  | { readonly kind: 'ask'; readonly ticket: Ticket }
  | { readonly kind: 'disown'; readonly ticket: Ticket; readonly attempt: number }
  | { readonly kind: 'prove'; readonly ticket: Ticket; readonly cardId: string }
  | {
      readonly kind: 'perform';
      readonly ticket: Ticket;
      readonly cardId: string;
      readonly attempt: number;
      readonly mode: ReleaseMode;
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
      readonly result: AttemptResult | 'not-known';
      readonly triesLeft: number | null;
      readonly failure: CardFailure | null;
    }
  /** The box of the release did not open: nothing was done with it. */
  | { readonly kind: 'not-opened' }
  | { readonly kind: 'looked'; readonly truth: UnlockTruth }
  | { readonly kind: 'card-failed'; readonly failure: CardFailure }
  | { readonly kind: 'from-desk'; readonly problem: DeskProblem }
  | { readonly kind: 'not-reached'; readonly sent: boolean }
  | { readonly kind: 'not-trusted' }
  | { readonly kind: 'not-understood' };

export type JourneyEvent = { readonly now: number } & (
  | { readonly type: 'address-given' }
  | { readonly type: 'code-given' }
  | { readonly type: 'passcode-given' }
  | { readonly type: 'retry' }
  | { readonly type: 'time' }
  | {
      readonly type: 'card';
      readonly at: { readonly reader: string; readonly insertion: string } | null;
      /** `not-known`: nothing new is known. */
      readonly truth: UnlockTruth;
    }
  | { readonly type: 'came'; readonly work: number; readonly outcome: Outcome }
);

export type Step = { readonly journey: UnlockJourney; readonly work: Work | null };

export const JOURNEY_MS = 15 * 60_000;
/** Before each further try to reach the desk by itself; the last one again and again. */
const BACK_OFF_MS = [2_000, 5_000, 15_000, 30_000, 60_000] as const;
/** Of the eight challenges that a journey has, these are for impatience; then another journey is joined. */
const UNAUTHORISED = 4;

export type Beginning = {
  readonly cardId: string;
  readonly reader: string;
  readonly way: UnlockWay;
  readonly insertion: string;
  readonly truth: UnlockTruth;
  readonly now: number;
};

export function beginUnlock({ cardId, reader, way, insertion, truth, now }: Beginning): Step {
  return settle(
    {
      cardId,
      reader,
      way,
      phase: way === 'self-service' ? 'address' : 'starting',
      ticket: null,
      expiresAt: null,
      codeTriesLeft: null,
      problem: null,
      insertion,
      truth,
      chosen: false,
      attempt: null,
      released: 0,
      unseen: false,
      work: null,
      works: 0,
      lost: null,
      halted: false,
      unauthorised: 0,
    },
    now,
  );
}

/** What outlives the agent: nothing that was typed, and no code. */
export type KeptJourney = Pick<
  UnlockJourney,
  'cardId' | 'reader' | 'way' | 'expiresAt' | 'chosen' | 'attempt' | 'released' | 'unseen'
> & { readonly ticket: Ticket };

/** Null while there is nothing that could be resumed, and once there is nothing left to be done. */
export function keptOf(journey: UnlockJourney): KeptJourney | null {
  const { cardId, reader, way, ticket, expiresAt, chosen, attempt, released, unseen, phase } = journey;
  if (ticket === null || (isOver(phase) && !owes(journey))) return null;
  return { cardId, reader, way, ticket, expiresAt, chosen, attempt, released, unseen };
}

export function resumeUnlock(kept: KeptJourney, now: number): Step {
  const { attempt } = kept;
  const base: UnlockJourney = {
    ...kept,
    phase: 'asking',
    codeTriesLeft: null,
    problem: kept.chosen ? 'Unlock_ChooseAgain' : null,
    insertion: null,
    truth: 'not-known',
    chosen: false,
    work: null,
    works: 0,
    lost: null,
    halted: false,
    unauthorised: 0,
  };
  if (attempt !== null && !attempt.settled) {
    if (attempt.result === null) return settle({ ...base, phase: 'looking', problem: null }, now);
    const truth = hasWorked(attempt.result) ? 'unlocked' : 'not-known';
    return settle({ ...base, phase: 'reporting', problem: null, truth }, now);
  }
  return settle(base, now);
}

export function step(journey: UnlockJourney, event: JourneyEvent): Step {
  const { now } = event;
  switch (event.type) {
    case 'address-given':
      return settle(journey.phase === 'address' ? { ...journey, phase: 'starting', problem: null } : journey, now);
    case 'code-given':
      return settle(journey.phase === 'code' ? { ...journey, phase: 'checking-code', problem: null } : journey, now);
    case 'passcode-given':
      return settle(
        journey.phase === 'passcode' ? { ...journey, phase: 'proving', chosen: true, problem: null } : journey,
        now,
      );
    case 'retry':
      return settle(retried(journey), now);
    case 'time': {
      const due = journey.lost !== null && journey.lost.retryAt !== null && now >= journey.lost.retryAt;
      return settle(due ? { ...journey, lost: { ...journey.lost, retryAt: null } } : journey, now);
    }
    case 'card':
      return settle(cardSeen(journey, event.at, event.truth), now);
    case 'came':
      if (event.work !== journey.work?.number) return { journey, work: null };
      return settle(came(journey, event.outcome, journey.work, now), now);
  }
}

/** The user asks for it, or the RA has authorised it. */
function retried(journey: UnlockJourney): UnlockJourney {
  const again = { ...journey, halted: false, lost: journey.lost === null ? null : { ...journey.lost, retryAt: null } };
  if (journey.phase !== 'waiting-for-ra') return again;
  if (journey.unauthorised < UNAUTHORISED) return { ...again, phase: 'proving' };
  return { ...again, phase: 'starting', ticket: null, expiresAt: null, unauthorised: 0, released: 0, unseen: false };
}

function cardSeen(
  journey: UnlockJourney,
  at: { readonly reader: string; readonly insertion: string } | null,
  truth: UnlockTruth,
): UnlockJourney {
  // While it is being worked on, what was read of it before is no news.
  const isNews = truth !== 'not-known' && journey.phase !== 'performing';
  if (at === null) {
    // It may be changed elsewhere while it is away; that it was set free here stays true of what is told here.
    const free = journey.truth === 'unlocked' || isOver(journey.phase);
    return { ...journey, insertion: null, truth: free ? journey.truth : 'not-known' };
  }
  const arrived = journey.insertion !== at.insertion;
  return {
    ...journey,
    ...at,
    truth: isNews ? truth : journey.truth,
    halted: arrived ? false : journey.halted,
  };
}

export const isOver = (phase: JourneyPhase) => phase === 'done' || phase === 'failed';
const hasWorked = (result: AttemptResult) => result === 'unblocked' || result === 'changed';

/** Whether the desk still has to hear of something. */
export function owes({ attempt }: UnlockJourney): boolean {
  return attempt !== null && attempt.result !== null && !attempt.settled;
}

/** The one next thing, if nothing is under way and nothing is waited for. */
function settle(before: UnlockJourney, now: number): Step {
  const journey = atTime(before, now);
  if (journey.work !== null) return { journey, work: null };
  const work = workOf(journey);
  if (work === null) return { journey, work };
  const works = journey.works + 1;
  const begun = { number: works, kind: work.kind, insertion: journey.insertion };
  return { journey: { ...journey, work: begun, works, unseen: journey.unseen || work.kind === 'prove' }, work };
}

function atTime(journey: UnlockJourney, now: number): UnlockJourney {
  const { expiresAt, phase, work } = journey;
  const isTime = expiresAt !== null && now >= expiresAt && work === null;
  return isTime && diesInTime(phase) ? fail(journey, 'Unlock_Expired') : journey;
}

function diesInTime(phase: JourneyPhase): boolean {
  switch (phase) {
    case 'address':
    case 'starting':
    case 'code':
    case 'checking-code':
    case 'asking':
    case 'passcode':
    case 'proving':
    case 'waiting-for-ra':
      return true;
    // What has begun on the card is brought to its end, and told: it is true however late.
    case 'performing':
    case 'looking':
    case 'reporting':
    case 'done':
    case 'failed':
      return false;
  }
}

function workOf(journey: UnlockJourney): Work | null {
  const { phase, ticket, cardId, attempt } = journey;
  if (journey.halted || (journey.lost !== null && journey.lost.retryAt !== null)) return null;
  if (phase === 'starting') return { kind: journey.way === 'assisted' ? 'join' : 'start', cardId };
  if (ticket === null) return null;
  switch (phase) {
    case 'checking-code':
      return { kind: 'check-code', ticket };
    case 'asking':
      return { kind: 'ask', ticket };
    case 'proving':
      if (journey.insertion === null) return null;
      // Of what was perhaps released and never seen, one thing is sure: the card was not asked.
      if (journey.unseen) return { kind: 'disown', ticket, attempt: journey.released + 1 };
      return { kind: 'prove', ticket, cardId };
    case 'performing':
      return attempt === null ? null : { kind: 'perform', ticket, cardId, attempt: attempt.number, mode: attempt.mode };
    case 'looking':
      return journey.insertion === null ? null : { kind: 'look', cardId };
    case 'reporting':
    case 'done':
    case 'failed':
      if (attempt === null || attempt.result === null || attempt.settled) return null;
      return { kind: 'report', ticket, attempt: attempt.number, result: attempt.result, triesLeft: attempt.triesLeft };
    case 'address':
    case 'code':
    case 'passcode':
    case 'waiting-for-ra':
      return null;
  }
}

type Done = NonNullable<UnlockJourney['work']>;

function came(working: UnlockJourney, outcome: Outcome, done: Done, now: number): UnlockJourney {
  const before = { ...working, work: null };
  if (outcome.kind === 'not-reached') return notReached(before, outcome.sent, done, now);
  const problem = before.problem === 'Desk_NotReached' || before.problem === 'Desk_Unavailable' ? null : before.problem;
  const journey = { ...before, lost: null, problem };
  switch (outcome.kind) {
    case 'begun':
      return {
        ...journey,
        phase: journey.way === 'assisted' ? (journey.chosen ? 'proving' : 'passcode') : 'code',
        ticket: outcome.ticket,
        expiresAt: now + JOURNEY_MS,
        codeTriesLeft: journey.way === 'assisted' ? null : outcome.unlock.codeTriesLeft,
        problem: null,
      };
    case 'told':
      return standsAt(journey, outcome.unlock);
    case 'released':
      return received({ ...journey, unseen: false, problem: null }, outcome.received);
    case 'performed':
      return performed(journey, outcome);
    case 'not-opened':
      // Where only the code was to be changed, the passcode is set already, and that is what the desk has to hear.
      return journey.attempt?.mode === 'change'
        ? owing({ ...journey, truth: 'unlocked' }, 'unblocked', null)
        : owing(journey, 'untouched', null);
    case 'looked':
      return looked(journey, outcome.truth);
    case 'reported': {
      if (done.kind === 'disown') return { ...journey, unseen: false, released: journey.released + 1 };
      const told = settled(journey);
      if (outcome.received !== null) return received(told, outcome.received);
      return afterReport(told, outcome.unlock);
    }
    case 'card-failed':
      return cardFailed(journey, outcome.failure, done);
    case 'from-desk':
      return refused(journey, outcome.problem, done, now);
    case 'not-trusted':
      // Nothing was said to it, so that it has released nothing either.
      return { ...journey, unseen: journey.unseen && done.kind !== 'prove', problem: 'Desk_NotTrusted', halted: true };
    case 'not-understood':
      return { ...journey, problem: 'Desk_NotUnderstood', halted: true };
  }
}

function notReached(journey: UnlockJourney, sent: boolean, done: Done, now: number): UnlockJourney {
  const times = (journey.lost?.times ?? 0) + 1;
  const wait = BACK_OFF_MS[Math.min(times, BACK_OFF_MS.length) - 1] ?? 60_000;
  const unseen = journey.unseen && (done.kind !== 'prove' || sent);
  const lost = { ...journey, unseen, problem: 'Desk_NotReached' as const, lost: { times, retryAt: now + wait } };
  // A code that was heard has cost a try: where it stands is asked before it is sent again.
  if (journey.phase === 'checking-code' && sent) return { ...lost, phase: 'asking' };
  // The card is free; that the desk has to hear of it keeps nobody waiting.
  if (journey.phase === 'reporting' && journey.truth === 'unlocked') return { ...lost, phase: 'done', problem: null };
  return lost;
}

/** As the desk sees it, after a restart or a lost answer. */
function standsAt(journey: UnlockJourney, unlock: Unlock): UnlockJourney {
  switch (unlock.phase) {
    case 'code': {
      const { codeTriesLeft } = unlock;
      const wasWrong = journey.codeTriesLeft !== null && codeTriesLeft < journey.codeTriesLeft;
      return { ...journey, phase: 'code', codeTriesLeft, problem: wasWrong ? 'Unlock_CodeWrong' : null };
    }
    case 'card':
    case 'released':
      return journey.chosen
        ? { ...journey, phase: 'proving', problem: null }
        : { ...journey, phase: 'passcode', problem: journey.problem === 'Unlock_ChooseAgain' ? journey.problem : null };
    case 'unlocked':
      return { ...journey, phase: 'done', problem: null };
    case 'failed':
      return fail(journey, codeOfEnd(unlock.failure));
  }
}

function received(journey: UnlockJourney, { attempt: number, mode }: Received): UnlockJourney {
  const attempt = {
    number,
    mode,
    wasBlocked: journey.truth === 'blocked',
    result: null,
    triesLeft: null,
    settled: false,
  };
  return { ...journey, phase: 'performing', attempt, released: number };
}

function performed(
  before: UnlockJourney,
  { result, triesLeft, failure }: Extract<Outcome, { kind: 'performed' }>,
): UnlockJourney {
  const journey = { ...before, problem: failure === null ? null : codeOfCardFailure(failure) };
  switch (result) {
    case 'not-known':
      return { ...journey, phase: 'looking', truth: 'not-known', problem: 'Card_Removed' };
    case 'unblocked':
    case 'changed':
      return owing({ ...journey, truth: 'unlocked', problem: null }, result, triesLeft);
    case 'wrong':
    case 'blocked':
      return owing(journey, result, triesLeft);
    case 'untouched': {
      const owed = owing(journey, result, null);
      if (failure?.code === 'pin-format') return { ...owed, chosen: false, problem: 'Unlock_PasscodeRefused' };
      if (failure?.code === 'last-try-guarded') return { ...owed, problem: 'Unlock_PukLastTry' };
      return owed;
    }
  }
}

/**
 * After a lost answer. A card that was blocked and is not any more has its new passcode. One that is blocked most likely was
 * not touched, but it may have been out and blocked anew: a desk that took that for sure could forget the true unblocking code.
 * So it is told that nobody knows, and finds out by a probe, which costs one try at most.
 */
function looked(journey: UnlockJourney, truth: UnlockTruth): UnlockJourney {
  const { attempt } = journey;
  const seen = { ...journey, truth, problem: null };
  if (attempt === null || truth === 'not-known') return { ...journey, halted: true };
  // The passcode was set by the release before.
  if (attempt.mode === 'change') return owing({ ...seen, truth: 'unlocked' }, 'unblocked', null);
  if (attempt.wasBlocked && truth === 'unlocked') return owing(seen, 'unblocked', null);
  return owing(seen, 'not-known', null);
}

function owing(journey: UnlockJourney, result: AttemptResult, triesLeft: number | null): UnlockJourney {
  if (journey.attempt === null) return journey;
  // After a probe another release follows, which may be lost: then it is all done again, with the same passcode.
  const chosen = journey.chosen && !(hasWorked(result) && journey.attempt.mode !== 'probe');
  return { ...journey, phase: 'reporting', chosen, attempt: { ...journey.attempt, result, triesLeft } };
}

const settled = (journey: UnlockJourney): UnlockJourney =>
  journey.attempt === null ? journey : { ...journey, attempt: { ...journey.attempt, settled: true } };

function proveAgain(journey: UnlockJourney): UnlockJourney {
  if (journey.chosen) return { ...journey, phase: 'proving' };
  const problem = journey.problem === 'Unlock_PasscodeRefused' ? journey.problem : 'Unlock_ChooseAgain';
  return { ...journey, phase: 'passcode', problem };
}

function afterReport(journey: UnlockJourney, unlock: Unlock): UnlockJourney {
  if (isOver(journey.phase)) return journey;
  const isFree = journey.attempt?.result !== null && hasWorked(journey.attempt?.result ?? 'untouched');
  if (isFree) return { ...journey, phase: 'done', problem: null };
  if (unlock.phase === 'failed') return fail(journey, codeOfEnd(unlock.failure));
  if (journey.problem === 'Unlock_PukLastTry' || isLasting(journey.problem)) {
    return fail(journey, journey.problem ?? 'Unlock_PukLastTry');
  }
  const again = proveAgain(journey);
  // A card that is out comes back; any other trouble with it would only use up the releases.
  const waits = journey.problem !== null && !COMES_BACK.has(journey.problem) && again.phase === 'proving';
  return { ...again, halted: waits };
}

const COMES_BACK: ReadonlySet<FailureCode> = new Set(['Card_Removed', 'Reader_None', 'Unlock_CardOut']);

/** What another try on the same card cannot change. */
const isLasting = (problem: FailureCode | null) => problem === 'Card_Refused' || problem === 'Card_Unsupported';

function cardFailed(journey: UnlockJourney, failure: CardFailure, done: Done): UnlockJourney {
  // Nothing was sent to the desk that could have released anything.
  const safe = { ...journey, unseen: false };
  switch (failure.code) {
    // Whether it is in is told by the card itself; it comes back, and this goes on.
    case 'card-removed':
    case 'reader-gone':
      return { ...safe, problem: 'Unlock_CardOut', halted: journey.insertion === done.insertion };
    case 'object-absent':
    case 'not-authorised':
      return { ...safe, problem: 'Unlock_CardNotProven', halted: true };
    default:
      return { ...safe, problem: codeOfCardFailure(failure), halted: true };
  }
}

function refused(journey: UnlockJourney, problem: DeskProblem, done: Done, now: number): UnlockJourney {
  const { unlock } = problem;
  const troubled = problem.code === 'Desk_Unavailable' || problem.code === 'Desk_Internal';
  // A refused proof has released nothing; and what could not be disowned was never released.
  const cleared = !troubled && (done.kind === 'prove' || (done.kind === 'disown' && problem.code !== 'Desk_TooMany'));
  const heard = { ...journey, unseen: journey.unseen && !cleared };
  if (!isAnswerTo(done.kind, problem.code)) return { ...heard, problem: 'Desk_NotUnderstood', halted: true };
  switch (problem.code) {
    case 'Desk_AddressNotUsable':
      return { ...heard, phase: 'address', problem: 'Unlock_AddressNotUsable' };
    case 'Desk_CodeWrong': {
      const codeTriesLeft = problem.triesLeft ?? unlock?.codeTriesLeft ?? heard.codeTriesLeft;
      if (unlock?.phase === 'failed') return { ...fail(heard, codeOfEnd(unlock.failure)), codeTriesLeft };
      return { ...heard, phase: 'code', codeTriesLeft, problem: 'Unlock_CodeWrong' };
    }
    case 'Desk_NotAuthorised':
      return {
        ...heard,
        phase: 'waiting-for-ra',
        problem: 'Unlock_NotAuthorised',
        unauthorised: heard.unauthorised + 1,
      };
    case 'Desk_CardNotProven':
      if (unlock?.phase === 'failed') return fail(heard, codeOfEnd(unlock.failure));
      return { ...heard, problem: 'Unlock_CardNotProven', halted: true };
    case 'Desk_OutOfOrder':
      return outOfOrder(heard, unlock, done);
    case 'Desk_Over':
      return ended(heard, codeOfEnd(unlock?.failure ?? null));
    case 'Desk_NotFound':
      return ended(heard, 'Unlock_Expired');
    case 'Desk_TooMany':
    case 'Desk_Unavailable':
    case 'Desk_Internal': {
      const times = (journey.lost?.times ?? 0) + 1;
      const backOff = BACK_OFF_MS[Math.min(times, BACK_OFF_MS.length) - 1] ?? 60_000;
      const retryAt = now + Math.max((problem.retryAfterSeconds ?? 0) * 1000, backOff, 5_000);
      const code = problem.code === 'Desk_TooMany' ? 'Desk_TooMany' : 'Desk_Unavailable';
      return { ...heard, problem: code, lost: { times, retryAt } };
    }
    case 'Desk_BadRequest':
    case 'Desk_SignIn':
    case 'Desk_NotAllowed':
      return { ...heard, problem: 'Desk_NotUnderstood', halted: true };
  }
}

/** Whether this can be meant: whatever says other things is no desk of this version. */
function isAnswerTo(kind: Work['kind'], code: DeskProblem['code']): boolean {
  switch (code) {
    case 'Desk_AddressNotUsable':
      return kind === 'start';
    case 'Desk_CodeWrong':
      return kind === 'check-code';
    case 'Desk_NotAuthorised':
    case 'Desk_CardNotProven':
      return kind === 'prove';
    case 'Desk_OutOfOrder':
    case 'Desk_Over':
    case 'Desk_NotFound':
      return kind !== 'start' && kind !== 'join';
    default:
      return true;
  }
}

function outOfOrder(journey: UnlockJourney, unlock: Unlock | undefined, done: Done): UnlockJourney {
  if (journey.phase === 'proving') {
    const goesOn = unlock === undefined || unlock.phase === 'card' || unlock.phase === 'released';
    // A challenge is good for two minutes.
    if (goesOn && done.kind === 'prove') return { ...journey, problem: 'Card_TimedOut', halted: true };
    // Nothing was released that was never seen.
    if (goesOn) return journey;
    return standsAt(journey, unlock);
  }
  if (owes(journey)) {
    const told = settled(journey);
    return unlock === undefined ? { ...told, phase: 'asking' } : afterReport(told, unlock);
  }
  return unlock === undefined ? { ...journey, phase: 'asking' } : standsAt(journey, unlock);
}

/** The desk takes nothing more. If the card is free all the same, that is what counts. */
function ended(journey: UnlockJourney, code: FailureCode): UnlockJourney {
  const told = settled(journey);
  const free = told.attempt?.result !== null && hasWorked(told.attempt?.result ?? 'untouched');
  if (isOver(told.phase)) return told;
  return free ? { ...told, phase: 'done', problem: null } : fail(told, code);
}

function fail(journey: UnlockJourney, problem: FailureCode): UnlockJourney {
  return { ...journey, phase: 'failed', problem, chosen: false, lost: null, halted: false };
}

function codeOfEnd(failure: UnlockFailure | null): FailureCode {
  switch (failure) {
    case 'expired':
    case null:
      return 'Unlock_Expired';
    case 'code-tries-used':
      return 'Unlock_CodeTriesUsed';
    case 'card-not-proven':
      return 'Unlock_CardNotProven';
    case 'superseded':
      return 'Unlock_Superseded';
    case 'card-not-active':
      return 'Unlock_CardNotActive';
    case 'profile-changed':
      return 'Unlock_ProfileChanged';
    case 'releases-used':
      return 'Unlock_TriedTooOften';
    case 'puk-refused':
      return 'Unlock_PukRefused';
    case 'puk-blocked':
      return 'Puk_Blocked';
    case 'puk-one-try-left':
      return 'Unlock_PukLastTry';
  }
}

/** When something has to happen by itself; null: nothing. */
export function nextMoment(journey: UnlockJourney): number | null {
  const { expiresAt, lost, work } = journey;
  if (work !== null) return null;
  const moments = [lost?.retryAt ?? null, diesInTime(journey.phase) ? expiresAt : null].filter((each) => each !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

const STEPS: Readonly<Record<JourneyPhase, UnlockStep>> = {
  address: 'address',
  starting: 'working',
  code: 'code',
  'checking-code': 'working',
  asking: 'working',
  passcode: 'passcode',
  proving: 'working',
  'waiting-for-ra': 'waiting-for-ra',
  performing: 'working',
  looking: 'working',
  reporting: 'working',
  done: 'done',
  failed: 'failed',
};

function doingOf({ phase, way, attempt }: UnlockJourney): UnlockDoing | null {
  switch (phase) {
    case 'starting':
      return way === 'assisted' ? 'starting' : 'sending-code';
    case 'asking':
      return 'starting';
    case 'checking-code':
      return 'checking-code';
    case 'proving':
      return 'proving-card';
    case 'performing':
    case 'looking':
      return 'setting-passcode';
    case 'reporting':
      return attempt?.result !== null && hasWorked(attempt?.result ?? 'untouched')
        ? 'telling-desk'
        : 'setting-passcode';
    default:
      return null;
  }
}

export function viewOfUnlock(journey: UnlockJourney): UnlockView {
  const { reader, cardId, way, phase, expiresAt, codeTriesLeft, lost, truth } = journey;
  const cardIn = journey.insertion !== null;
  const waitsForCard = !cardIn && (phase === 'proving' || phase === 'looking');
  return {
    reader,
    cardId,
    way,
    step: STEPS[phase],
    doing: doingOf(journey),
    expiresAt: isOver(phase) ? null : expiresAt,
    codeTriesLeft,
    problem: waitsForCard ? 'Unlock_CardOut' : journey.problem,
    cardIn,
    // A desk that says "too often" was reached.
    network: lost === null || journey.problem === 'Desk_TooMany' ? 'fine' : 'lost',
    retryAt: lost?.retryAt ?? null,
    truth,
  };
}
