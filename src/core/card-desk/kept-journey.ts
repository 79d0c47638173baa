import { owes } from './unlock-owed.ts';
import { hasWorked, isOver, type Ticket, type UnlockJourney } from './unlock-state.ts';

/** What outlives the agent: nothing that was typed, and no code. */
export type KeptJourney = Pick<
  UnlockJourney,
  | 'cardId'
  | 'reader'
  | 'way'
  | 'expiresAt'
  | 'chosen'
  | 'attempt'
  | 'released'
  | 'unseen'
  | 'wrongs'
  | 'pukTries'
  | 'left'
> & { readonly ticket: Ticket };

/** Null while there is nothing that could be resumed, and once there is nothing left to be done. */
export function keptOf(journey: UnlockJourney): KeptJourney | null {
  const { ticket, phase } = journey;
  if (ticket === null || (isOver(phase) && !owes(journey))) return null;
  const { cardId, reader, way, expiresAt, chosen, attempt, released, unseen, wrongs, pukTries, left } = journey;
  return { cardId, reader, way, ticket, expiresAt, chosen, attempt, released, unseen, wrongs, pukTries, left };
}

/** As the agent that is started anew finds it. */
export function journeyOf(kept: KeptJourney, id: string): UnlockJourney {
  const base: UnlockJourney = {
    ...kept,
    id,
    phase: 'asking',
    startBy: null,
    codeTriesLeft: null,
    problem: kept.chosen ? 'Unlock_ChooseAgain' : null,
    insertion: null,
    truth: 'not-known',
    chosen: false,
    resumed: true,
    work: null,
    works: 0,
    lost: null,
    halted: false,
    unauthorised: 0,
  };
  const { attempt } = kept;
  if (attempt !== null && !attempt.settled) {
    if (attempt.result === null) return { ...base, phase: 'looking', problem: null };
    const truth = hasWorked(attempt.result) ? 'unlocked' : 'not-known';
    return { ...base, phase: 'reporting', problem: null, truth };
  }
  return kept.left ? { ...base, phase: 'failed', problem: null } : base;
}
