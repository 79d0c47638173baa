import { codeOfCardFailure, type FailureCode } from '../agent/failure-codes.ts';
import type { CardFailure } from '../card/card-error.ts';
import type { DeskProblem } from '../contract/card-desk/problems.ts';
import type { Unlock } from '../contract/card-desk/shapes.ts';
import { codeOfEnd } from './unlock-end.ts';
import { hasReleasedNothing, owing, settled } from './unlock-owed.ts';
import { afterReport, sawNothing } from './unlock-release.ts';
import { type Done, fail, hasWorked, lostAgain, type UnlockJourney, type Work } from './unlock-state.ts';

/** What the desk, the network or the card says to a journey that is under way, where it is no release. */

/** As the contract has it: a desk that says more could not be shown. */
const MOST_CODE_TRIES = 5;
const shownTries = (tries: number | null) => (tries === null ? null : Math.min(tries, MOST_CODE_TRIES));

export function notReached(journey: UnlockJourney, sent: boolean, done: Done, now: number): UnlockJourney {
  const unseen = journey.unseen && (done.kind !== 'prove' || sent);
  const lost = { ...journey, unseen, problem: 'Desk_NotReached' as const, lost: lostAgain(journey, now) };
  // A code that was heard has cost a try: where it stands is asked before it is sent again.
  if (journey.phase === 'checking-code' && sent) return { ...lost, phase: 'asking' };
  // The card is free; that the desk has to hear of it keeps nobody waiting.
  if (journey.phase === 'reporting' && journey.truth === 'unlocked') return { ...lost, phase: 'done', problem: null };
  return lost;
}

/** As the desk sees it, after a restart or a lost answer. */
export function standsAt(journey: UnlockJourney, unlock: Unlock): UnlockJourney {
  switch (unlock.phase) {
    case 'code': {
      const codeTriesLeft = shownTries(unlock.codeTriesLeft);
      const wasWrong = journey.codeTriesLeft !== null && unlock.codeTriesLeft < journey.codeTriesLeft;
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

export function cardFailed(journey: UnlockJourney, failure: CardFailure, done: Done): UnlockJourney {
  // Nothing was sent to the desk that could have released anything.
  const safe = done.kind === 'prove' ? { ...journey, unseen: false } : journey;
  switch (failure.code) {
    // Whether it is in is told by the card itself; it comes back, and this goes on.
    case 'card-removed':
    case 'reader-gone':
      return { ...safe, problem: 'Unlock_CardOut', halted: journey.insertion === done.insertion };
    case 'object-absent':
    case 'not-authorised':
      return waiting({ ...safe, problem: 'Unlock_CardNotProven' });
    default:
      return waiting({ ...safe, problem: codeOfCardFailure(failure) });
  }
}

const waiting = (journey: UnlockJourney): UnlockJourney =>
  journey.phase === 'looking' ? sawNothing(journey) : { ...journey, halted: true };

export function refused(journey: UnlockJourney, problem: DeskProblem, done: Done, now: number): UnlockJourney {
  const { unlock } = problem;
  const heard = { ...journey, unseen: journey.unseen && !hasReleasedNothing(done.kind, problem.code) };
  if (!isAnswerTo(done.kind, problem.code)) return { ...heard, problem: 'Desk_NotUnderstood', halted: true };
  switch (problem.code) {
    case 'Desk_AddressNotUsable':
      return { ...heard, phase: 'address', problem: 'Unlock_AddressNotUsable' };
    case 'Desk_CodeWrong': {
      const codeTriesLeft = shownTries(problem.triesLeft ?? unlock?.codeTriesLeft ?? heard.codeTriesLeft);
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
      const leastMs = Math.max((problem.retryAfterSeconds ?? 0) * 1000, 5_000);
      const code = problem.code === 'Desk_TooMany' ? 'Desk_TooMany' : 'Desk_Unavailable';
      return { ...heard, problem: code, lost: lostAgain(journey, now, leastMs) };
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
  if (done.kind === 'report') {
    const told = settled(journey);
    if (unlock !== undefined) return afterReport(told, unlock);
    return told.left ? fail(told, told.problem) : { ...told, phase: 'asking' };
  }
  return unlock === undefined ? { ...journey, phase: 'asking' } : standsAt(journey, unlock);
}

/** The desk takes nothing more. If the card is free all the same, that is what counts. */
function ended(journey: UnlockJourney, code: FailureCode): UnlockJourney {
  const told = settled(journey);
  return hasWorked(told.attempt?.result) ? { ...told, phase: 'done', problem: null } : fail(told, code);
}

/** The user goes. What has begun on the card goes on; what the desk has to hear is told by itself. */
export function left(before: UnlockJourney): UnlockJourney {
  const lost = before.lost === null ? null : { ...before.lost, retryAt: null };
  const journey = { ...before, left: true, lost, halted: false };
  switch (journey.phase) {
    case 'performing':
    case 'reporting':
    case 'done':
    case 'failed':
      return journey;
    case 'looking': {
      const forgotten = { ...journey, chosen: false };
      // It was in, and has not told; one that is away is waited for.
      return before.halted && before.insertion !== null ? owing(forgotten, 'not-known', null) : forgotten;
    }
    case 'address':
    case 'starting':
    case 'code':
    case 'checking-code':
    case 'asking':
    case 'passcode':
    case 'proving':
    case 'waiting-for-ra':
      return fail(journey, null);
  }
}
