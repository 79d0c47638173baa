import type { DeskProblem } from '../contract/card-desk/problems.ts';
import type { AttemptResult } from '../contract/card-desk/shapes.ts';
import {
  type Disowned,
  type Done,
  fail,
  hasWorked,
  isOver,
  lostAgain,
  type Outcome,
  type UnlockJourney,
  type Work,
} from './unlock-state.ts';

/**
 * What the desk still has to hear of: what came of a release, and that one which nobody has received was not used. A release
 * that is never reported counts as a try there, so each is brought to its end, long after the user has gone.
 */

/** The desk takes a report for a day after the end of its journey. */
const REPORTABLE_MS = 24 * 60 * 60_000;

/** Whether a result is waiting to be told. */
function owesReport({ attempt }: UnlockJourney): boolean {
  return attempt !== null && attempt.result !== null && !attempt.settled;
}

/** Whether the desk still has to hear of something. */
export const owes = (journey: UnlockJourney): boolean => journey.unseen || owesReport(journey);

export function owing(journey: UnlockJourney, result: AttemptResult, triesLeft: number | null): UnlockJourney {
  if (journey.attempt === null) return journey;
  // After a probe another release follows, which may be lost: then it is all done again, with the same passcode.
  const chosen = journey.chosen && !(hasWorked(result) && journey.attempt.mode !== 'probe');
  return { ...journey, phase: 'reporting', chosen, attempt: { ...journey.attempt, result, triesLeft } };
}

export const settled = (journey: UnlockJourney): UnlockJourney =>
  journey.attempt === null ? journey : { ...journey, attempt: { ...journey.attempt, settled: true } };

/**
 * What a release that is not at hand has done to the card. `untouched` makes the desk forget the next unblocking code, which is
 * the end of a card that has it: so that is said only of what cannot have been used by an agent before this one.
 */
export const disownedAs = ({ resumed }: UnlockJourney): Disowned => (resumed ? 'not-known' : 'untouched');

export const disowned = (journey: UnlockJourney): UnlockJourney => ({
  ...journey,
  unseen: false,
  released: journey.released + 1,
});

/** The next thing to tell; a release that was seen comes before one that was not. */
export function telling(journey: UnlockJourney): Work | null {
  const { ticket, attempt } = journey;
  if (ticket === null) return null;
  if (attempt !== null && attempt.result !== null && !attempt.settled) {
    return { kind: 'report', ticket, attempt: attempt.number, result: attempt.result, triesLeft: attempt.triesLeft };
  }
  if (!journey.unseen) return null;
  return { kind: 'disown', ticket, attempt: journey.released + 1, result: disownedAs(journey) };
}

/** Until when there is any sense in telling it, or in finding out what to tell; null: there is nothing. */
export function tellBy(journey: UnlockJourney): number | null {
  const { expiresAt, phase } = journey;
  const waits = phase === 'looking' || phase === 'reporting' || (isOver(phase) && owes(journey));
  return waits && expiresAt !== null ? expiresAt + REPORTABLE_MS : null;
}

/** The desk would not take it any more. */
export function tooLateToTell(journey: UnlockJourney): UnlockJourney {
  const { attempt } = journey;
  const told = { ...journey, unseen: false, attempt: attempt === null ? null : { ...attempt, settled: true } };
  return isOver(told.phase) ? told : fail(told, 'Unlock_Expired');
}

/** A proof or a disowning was refused: nothing was released that anybody could use, unless the desk itself was in trouble. */
export function hasReleasedNothing(kind: Work['kind'], code: DeskProblem['code']): boolean {
  if (code === 'Desk_Unavailable' || code === 'Desk_Internal') return false;
  return kind === 'prove' || (kind === 'disown' && code !== 'Desk_TooMany');
}

const NOBODY_ASKS_MS = 60_000;

/**
 * What comes to a journey that is over: of use only as far as the desk has to hear of something. Nobody is there who could say
 * "try again", so that it is tried again by itself as long as there is sense in it.
 */
export function cameAfterEnd(journey: UnlockJourney, outcome: Outcome, done: Done, now: number): UnlockJourney {
  const heard = { ...journey, lost: null };
  switch (outcome.kind) {
    case 'reported':
      return done.kind === 'disown' ? disowned(heard) : settled(heard);
    case 'card-failed':
      return { ...heard, unseen: false };
    case 'from-desk':
      return refusedAfterEnd(journey, outcome.problem, done, now);
    case 'not-reached': {
      const unseen = journey.unseen && (done.kind !== 'prove' || outcome.sent);
      return { ...journey, unseen, lost: lostAgain(journey, now) };
    }
    case 'not-trusted': {
      const unseen = journey.unseen && done.kind !== 'prove';
      return { ...journey, unseen, lost: lostAgain(journey, now, NOBODY_ASKS_MS) };
    }
    case 'not-understood':
      return { ...journey, lost: lostAgain(journey, now, NOBODY_ASKS_MS) };
    case 'begun':
    case 'told':
    case 'released':
    case 'performed':
    case 'not-opened':
    case 'not-kept':
    case 'looked':
      return heard;
  }
}

function refusedAfterEnd(journey: UnlockJourney, problem: DeskProblem, done: Done, now: number): UnlockJourney {
  const heard = { ...journey, unseen: journey.unseen && !hasReleasedNothing(done.kind, problem.code) };
  switch (problem.code) {
    case 'Desk_OutOfOrder':
    case 'Desk_Over':
    case 'Desk_NotFound':
      return { ...(done.kind === 'report' ? settled(heard) : heard), lost: null };
    default:
      return { ...heard, lost: lostAgain(journey, now, (problem.retryAfterSeconds ?? 0) * 1000) };
  }
}
