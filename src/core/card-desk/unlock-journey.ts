import type { UnlockTruth, UnlockWay } from '../contract/unlock.ts';
import { journeyOf, type KeptJourney } from './kept-journey.ts';
import { cardFailed, left, notReached, refused, standsAt } from './unlock-answers.ts';
import { cameAfterEnd, disowned, tellBy, telling, tooLateToTell } from './unlock-owed.ts';
import {
  looked,
  notKept,
  notOpened,
  performed,
  receivedForProof,
  releasedAfterEnd,
  reported,
} from './unlock-release.ts';
import {
  type Done,
  fail,
  isOutcomeOf,
  isOver,
  type JourneyPhase,
  lostAgain,
  type Outcome,
  type UnlockJourney,
  type Work,
} from './unlock-state.ts';

/**
 * An unlock as the agent lives it: `step(journey, event)` gives the journey after it and the one thing to do next, if any.
 * What was typed and released is no part of it: it knows only whether there is such a thing. Time comes with each event.
 *
 *   address ─▶ starting ─▶ code ─▶ checking-code ─▶ passcode ─▶ proving ─▶ performing ─▶ reporting ─▶ done
 *                 │ assisted                           ▲          │  ▲          │ answer lost   │
 *                 └────────────────────────────────────┘          │  │          ▼               │ another release
 *                                                  waiting-for-ra ◀┘  └───── looking ──▶────────┘
 *
 * After a restart it begins at `asking` the desk, at `looking` at the card, or at `reporting` what is owed. One that is over, or
 * that the user has left, still tells the desk what it owes (unlock-owed.ts).
 */

export type JourneyEvent = { readonly now: number } & (
  | { readonly type: 'address-given' }
  | { readonly type: 'code-given' }
  | { readonly type: 'passcode-given' }
  | { readonly type: 'retry' }
  /** The user goes, or begins another one. */
  | { readonly type: 'leave' }
  | { readonly type: 'time' }
  | {
      readonly type: 'card';
      readonly at: { readonly reader: string; readonly insertion: string } | null;
      /** `not-known`: nothing new is known. */
      readonly truth: UnlockTruth;
    }
  | { readonly type: 'came'; readonly journey: string; readonly work: number; readonly outcome: Outcome }
);

export type Step = { readonly journey: UnlockJourney; readonly work: Work | null };

export const JOURNEY_MS = 15 * 60_000;
/** As long as the desk knows a start again by its idempotency key: to repeat it later would be to begin another one. */
const START_MS = 15 * 60_000;
/** Of the eight challenges that a journey has, these are for impatience; then another journey is joined. */
const UNAUTHORISED = 4;
/** Before a journey that nobody looks at tries again what nobody can mend. */
const NOBODY_ASKS_MS = 60_000;

export type Beginning = {
  readonly id: string;
  readonly cardId: string;
  readonly reader: string;
  readonly way: UnlockWay;
  readonly insertion: string;
  readonly truth: UnlockTruth;
  /** Tries of the unblocking code, where an unlock in the same stay of the card has told; null: nothing is known. */
  readonly pukTries: number | null;
  readonly now: number;
};

export function beginUnlock({ now, ...beginning }: Beginning): Step {
  return settle(
    {
      ...beginning,
      phase: beginning.way === 'self-service' ? 'address' : 'starting',
      ticket: null,
      startBy: now + START_MS,
      expiresAt: null,
      codeTriesLeft: null,
      problem: null,
      chosen: false,
      attempt: null,
      released: 0,
      unseen: false,
      resumed: false,
      wrongs: 0,
      left: false,
      work: null,
      works: 0,
      lost: null,
      halted: false,
      unauthorised: 0,
    },
    now,
  );
}

export function resumeUnlock(kept: KeptJourney, id: string, now: number): Step {
  return settle(journeyOf(kept, id), now);
}

export function step(journey: UnlockJourney, event: JourneyEvent): Step {
  const { now } = event;
  switch (event.type) {
    case 'address-given':
      return settle(given(journey, 'address', { phase: 'starting', startBy: now + START_MS }), now);
    case 'code-given':
      return settle(given(journey, 'code', { phase: 'checking-code' }), now);
    case 'passcode-given':
      return settle(given(journey, 'passcode', { phase: 'proving', chosen: true }), now);
    case 'retry':
      return settle(retried(journey, now), now);
    case 'leave':
      return settle(left(journey), now);
    case 'time': {
      const due = journey.lost !== null && journey.lost.retryAt !== null && now >= journey.lost.retryAt;
      return settle(due ? { ...journey, lost: { ...journey.lost, retryAt: null } } : journey, now);
    }
    case 'card':
      return settle(cardSeen(journey, event.at, event.truth), now);
    case 'came': {
      const { work } = journey;
      const isOurs = event.journey === journey.id && event.work === work?.number;
      if (!isOurs || !isOutcomeOf(work.kind, event.outcome)) return { journey, work: null };
      return settle(came(journey, event.outcome, work, now), now);
    }
  }
}

function given(journey: UnlockJourney, at: JourneyPhase, change: Partial<UnlockJourney>): UnlockJourney {
  return journey.phase === at ? { ...journey, ...change, problem: null, halted: false } : journey;
}

/** The user asks for it, or the RA has authorised it. */
function retried(journey: UnlockJourney, now: number): UnlockJourney {
  const again = { ...journey, halted: false, lost: journey.lost === null ? null : { ...journey.lost, retryAt: null } };
  if (journey.phase !== 'waiting-for-ra') return again;
  if (journey.unauthorised < UNAUTHORISED) return { ...again, phase: 'proving' };
  const anew = { ticket: null, expiresAt: null, startBy: now + START_MS, unauthorised: 0 } as const;
  return { ...again, ...anew, phase: 'starting', attempt: null, released: 0, unseen: false, resumed: false };
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

/** The one next thing, if nothing is under way and nothing is waited for. */
function settle(before: UnlockJourney, now: number): Step {
  const journey = lookedAtOnce(atTime(before, now));
  if (journey.work !== null) return { journey, work: null };
  const work = workOf(journey);
  if (work === null) return { journey, work };
  const works = journey.works + 1;
  const underWay = { number: works, kind: work.kind, insertion: journey.insertion };
  const { attempt } = journey;
  return {
    journey: {
      ...journey,
      work: underWay,
      works,
      unseen: journey.unseen || work.kind === 'prove',
      attempt: attempt !== null && work.kind === 'perform' ? { ...attempt, begun: true } : attempt,
    },
    work,
  };
}

/** A card that may have been asked is never asked again by the same release: what would be "untouched" then may be false. */
function lookedAtOnce(journey: UnlockJourney): UnlockJourney {
  const again = journey.phase === 'performing' && journey.work === null && journey.attempt?.begun === true;
  return again ? { ...journey, phase: 'looking' } : journey;
}

function atTime(journey: UnlockJourney, now: number): UnlockJourney {
  const { expiresAt, startBy, phase, work } = journey;
  if (work !== null) return journey;
  if (startBy !== null && now >= startBy) {
    if (phase === 'starting' && journey.way === 'self-service') {
      // The address is not kept any longer, and has to be typed again.
      const asked = { ...journey, startBy: now + START_MS, lost: null, halted: false };
      return { ...asked, phase: 'address', problem: 'Unlock_Expired' };
    }
    if (phase === 'starting' || phase === 'address') return fail(journey, 'Unlock_Expired');
  }
  if (expiresAt !== null && now >= expiresAt && diesInTime(phase)) return fail(journey, 'Unlock_Expired');
  const until = tellBy(journey);
  return until !== null && now >= until ? tooLateToTell(journey) : journey;
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
  const { phase, ticket, cardId, attempt, pukTries } = journey;
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
      // Of what was perhaps released and never seen the desk hears first.
      return journey.unseen ? telling(journey) : { kind: 'prove', ticket, cardId };
    case 'performing': {
      if (attempt === null) return null;
      const { number, mode } = attempt;
      return { kind: 'perform', ticket, cardId, attempt: number, mode, pukTries };
    }
    case 'looking':
      return journey.insertion === null ? null : { kind: 'look', cardId };
    case 'reporting':
    case 'done':
    case 'failed':
      return telling(journey);
    case 'address':
    case 'code':
    case 'passcode':
    case 'waiting-for-ra':
      return null;
  }
}

function came(working: UnlockJourney, outcome: Outcome, done: Done, now: number): UnlockJourney {
  const before = { ...working, work: null };
  if (isOver(before.phase)) return releasedAfterEnd(cameAfterEnd(before, outcome, done, now), outcome);
  const after = cameUnderWay(before, outcome, done, now);
  // Nobody is there who could say that it shall be tried again.
  const isAlone = after.left && after.halted && after.phase === 'reporting';
  return isAlone ? { ...after, halted: false, lost: lostAgain(after, now, NOBODY_ASKS_MS) } : after;
}

function cameUnderWay(before: UnlockJourney, outcome: Outcome, done: Done, now: number): UnlockJourney {
  if (outcome.kind === 'not-reached') return notReached(before, outcome.sent, done, now);
  const problem = before.problem === 'Desk_NotReached' || before.problem === 'Desk_Unavailable' ? null : before.problem;
  const journey = { ...before, lost: null, problem };
  switch (outcome.kind) {
    case 'begun':
      return {
        ...journey,
        phase: journey.way === 'assisted' ? (journey.chosen ? 'proving' : 'passcode') : 'code',
        ticket: outcome.ticket,
        startBy: null,
        expiresAt: now + JOURNEY_MS,
        codeTriesLeft: journey.way === 'assisted' ? null : outcome.unlock.codeTriesLeft,
        problem: null,
      };
    case 'told':
      return standsAt(journey, outcome.unlock);
    case 'released':
      return receivedForProof(journey, outcome.received);
    case 'performed':
      return performed(journey, outcome);
    case 'not-opened':
      return notOpened(journey);
    case 'not-kept':
      return notKept(journey);
    case 'looked':
      return looked(journey, outcome.truth);
    case 'reported':
      return done.kind === 'disown' ? disowned(journey) : reported(journey, outcome.unlock, outcome.received);
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

/** When something has to happen by itself; null: nothing. */
export function nextMoment(journey: UnlockJourney): number | null {
  const { expiresAt, startBy, lost, work, phase } = journey;
  if (work !== null) return null;
  const moments = [
    lost?.retryAt ?? null,
    diesInTime(phase) ? expiresAt : null,
    phase === 'address' || phase === 'starting' ? startBy : null,
    tellBy(journey),
  ].filter((each) => each !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}
