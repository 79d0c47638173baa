import { codeOfCardFailure, type FailureCode } from '../agent/failure-codes.ts';
import type { AttemptResult, Unlock } from '../contract/card-desk/shapes.ts';
import type { UnlockTruth } from '../contract/unlock.ts';
import { codeOfEnd } from './unlock-end.ts';
import { disownedAs, owing, settled } from './unlock-owed.ts';
import { fail, hasWorked, isOver, type Outcome, type Received, type UnlockJourney } from './unlock-state.ts';

/**
 * What the desk has released, and what came of it on the card. The desk is trusted with the unblocking code and with nothing
 * else: what it may have done to a card by one passcode that somebody chose is bounded here, whatever it releases.
 */

/** No card of this field has fewer tries of its unblocking code. */
const FEWEST_TRIES = 3;
/** A probe may be wrong. A second wrong code means that the desk does not know the card. */
const WRONGS = 2;

/** By a proof: the desk has nothing to go on but what it knows. */
export function receivedForProof(journey: UnlockJourney, release: Received): UnlockJourney {
  const proven = { ...journey, unseen: false, problem: null };
  if (!(release.attempt > journey.released)) return notUnderstood(proven);
  // Only what was received in this life of the agent is known not to have been used.
  const taken = { ...taking(proven, release), resumed: false };
  return release.mode === 'change' ? unused(taken) : { ...taken, phase: 'performing' };
}

/** In the answer to a report: what follows a probe. */
function receivedForReport(journey: UnlockJourney, unlock: Unlock, release: Received): UnlockJourney {
  const { attempt, left } = journey;
  const isNew = release.attempt > journey.released;
  // Each such release is disowned once: the answer to that is asked for no other.
  if (!isNew || attempt?.result === 'untouched' || attempt?.result === 'not-known') {
    const after = afterReport(journey, unlock);
    return isOver(after.phase) ? after : notUnderstood(after);
  }
  const follows = attempt?.mode === 'probe' && expectedAfter(attempt.result) === release.mode;
  const taken = taking(journey, release);
  if (!follows) return unused(taken);
  return left ? owing(taken, disownedAs(taken), null) : { ...taken, phase: 'performing', problem: null };
}

function expectedAfter(result: AttemptResult | null) {
  if (result === 'unblocked') return 'change';
  return result === 'wrong' ? 'replace' : null;
}

function taking(journey: UnlockJourney, { attempt: number, mode }: Received): UnlockJourney {
  const wasBlocked = journey.truth === 'blocked';
  const attempt = { number, mode, wasBlocked, begun: false, result: null, triesLeft: null, settled: false };
  return { ...journey, attempt, released: number };
}

/** No desk of this version releases that now. It is not used, and the desk hears so. */
function unused(journey: UnlockJourney): UnlockJourney {
  return owing({ ...journey, problem: 'Desk_NotUnderstood' }, disownedAs(journey), null);
}

const notUnderstood = (journey: UnlockJourney): UnlockJourney => ({
  ...journey,
  problem: 'Desk_NotUnderstood',
  halted: true,
});

export function performed(
  before: UnlockJourney,
  { result, triesLeft, failure }: Extract<Outcome, { kind: 'performed' }>,
): UnlockJourney {
  const journey = { ...before, problem: failure === null ? null : codeOfCardFailure(failure) };
  const isRefused = failure?.code === 'pin-format';
  switch (result) {
    case 'not-known':
      return {
        ...journey,
        phase: 'looking',
        truth: 'not-known',
        problem: isRefused ? 'Unlock_PasscodeRefused' : 'Card_Removed',
        chosen: journey.chosen && !isRefused,
      };
    case 'unblocked':
    case 'changed':
      return owing({ ...journey, truth: 'unlocked', problem: null, pukTries: null }, result, triesLeft);
    case 'wrong': {
      const pukTries = triesLeft ?? Math.max(0, (journey.pukTries ?? FEWEST_TRIES) - 1);
      return owing({ ...journey, wrongs: journey.wrongs + 1, pukTries }, result, triesLeft);
    }
    case 'blocked':
      return owing(journey, result, triesLeft);
    case 'untouched': {
      const owed = owing(journey, result, null);
      if (isRefused) return { ...owed, chosen: false, problem: 'Unlock_PasscodeRefused' };
      if (failure?.code === 'last-try-guarded') return { ...owed, problem: 'Unlock_PukLastTry' };
      return owed;
    }
  }
}

/** The box did not open. After a restart its key is gone; else it was not meant for us, and asking anew at once helps nobody. */
export function notOpened(journey: UnlockJourney): UnlockJourney {
  // Where only the code was to be changed, the passcode is set already, and that is what the desk has to hear.
  if (journey.attempt?.mode === 'change') return owing(journey, 'unblocked', null);
  const problem = journey.chosen ? 'Desk_NotUnderstood' : journey.problem;
  return owing({ ...journey, problem }, disownedAs(journey), null);
}

/**
 * After a crash nobody would know what was done to the card: it is not touched now. The passcode may have been set by a probe, and
 * the agent before may have had the same release.
 */
export function notKept(journey: UnlockJourney): UnlockJourney {
  if (journey.attempt?.mode === 'change') return owing(journey, 'unblocked', null);
  return owing({ ...journey, problem: 'Unlock_NotKept' }, disownedAs(journey), null);
}

/**
 * After a lost answer. A card that was blocked and is not any more has its new passcode. One that is blocked most likely was
 * not touched, but it may have been out and blocked anew: a desk that took that for sure could forget the true unblocking code.
 * So it is told that nobody knows, and finds out by a probe, which costs one try at most.
 */
export function looked(journey: UnlockJourney, truth: UnlockTruth): UnlockJourney {
  const { attempt } = journey;
  const problem = journey.problem === 'Unlock_PasscodeRefused' ? journey.problem : null;
  const seen = { ...journey, truth, problem };
  if (attempt === null || truth === 'not-known') return sawNothing(journey);
  // The passcode was set by the release before, whatever has become of it since.
  if (attempt.mode === 'change') return owing(seen, 'unblocked', null);
  if (attempt.wasBlocked && truth === 'unlocked') return owing(seen, 'unblocked', null);
  return owing(seen, 'not-known', null);
}

/** The user may have it looked at again; nobody waits for one that was left. */
export function sawNothing(journey: UnlockJourney): UnlockJourney {
  return journey.left ? owing(journey, 'not-known', null) : { ...journey, halted: true };
}

/** The desk has taken a report. */
export function reported(journey: UnlockJourney, unlock: Unlock, release: Received | null): UnlockJourney {
  const told = settled(journey);
  if (release === null) return afterReport(told, unlock);
  return isPukRefused(told) ? disowning(afterReport(told, unlock), release) : receivedForReport(told, unlock, release);
}

/** A release that came too late for the journey: it is over, and the desk hears that this one was not used. */
export function disowning(journey: UnlockJourney, release: Received): UnlockJourney {
  if (!(release.attempt > journey.released)) return journey;
  const { phase } = journey;
  return { ...owing(taking(journey, release), disownedAs(journey), null), phase };
}

/** What is released to a journey that is over: the desk hears once that it was not used. */
export function releasedAfterEnd(journey: UnlockJourney, outcome: Outcome): UnlockJourney {
  if (outcome.kind === 'released') return disowning({ ...journey, unseen: false, resumed: false }, outcome.received);
  if (outcome.kind !== 'reported' || outcome.received === null) return journey;
  const result = journey.attempt?.result;
  return hasWorked(result) || result === 'wrong' ? disowning(journey, outcome.received) : journey;
}

/** Whether the unblocking codes of the desk are none of this card's. Then no further one is tried, whatever is released. */
function isPukRefused({ attempt, wrongs }: UnlockJourney): boolean {
  return attempt?.result === 'wrong' && (attempt.mode !== 'probe' || wrongs >= WRONGS);
}

export function afterReport(journey: UnlockJourney, unlock: Unlock): UnlockJourney {
  if (isOver(journey.phase)) return journey;
  if (hasWorked(journey.attempt?.result)) {
    // It worked, and somebody has blocked it since.
    if (journey.truth === 'blocked') return fail(journey, 'Passcode_Blocked');
    return { ...journey, phase: 'done', problem: null };
  }
  if (unlock.phase === 'failed') return fail(journey, codeOfEnd(unlock.failure));
  if (isPukRefused(journey)) return fail(journey, 'Unlock_PukRefused');
  if (journey.problem === 'Unlock_PukLastTry' || isLasting(journey.problem)) {
    return fail(journey, journey.problem ?? 'Unlock_PukLastTry');
  }
  if (journey.left) return fail(journey, journey.problem);
  const again = proveAgain(journey);
  // A card that is out comes back; any other trouble with it would only use up the releases.
  const waits = journey.problem !== null && !COMES_BACK.has(journey.problem) && again.phase === 'proving';
  return { ...again, halted: waits };
}

function proveAgain(journey: UnlockJourney): UnlockJourney {
  if (journey.chosen) return { ...journey, phase: 'proving' };
  const problem = journey.problem === 'Unlock_PasscodeRefused' ? journey.problem : 'Unlock_ChooseAgain';
  return { ...journey, phase: 'passcode', problem };
}

const COMES_BACK: ReadonlySet<FailureCode> = new Set(['Card_Removed', 'Reader_None', 'Unlock_CardOut']);

/** What another try on the same card cannot change. */
const isLasting = (problem: FailureCode | null) => problem === 'Card_Refused' || problem === 'Card_Unsupported';
