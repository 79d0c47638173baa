import { attemptMade } from './attempts.ts';
import { cardReported } from './card-reports.ts';
import { judgeDue } from './certificates.ts';
import type { AgentEffect } from './effects.ts';
import type { AgentEvent } from './events.ts';
import { warnOfExpiry } from './expiry-warnings.ts';
import { actionFinished, lockBeforeEnding, retryLock, screenChanged } from './locking.ts';
import { cardProcessLost, inserted, readersListed, removed, serviceChanged } from './presence.ts';
import { actOnGraces } from './removal.ts';
import { type RunningOut, revocationRunsOut } from './revocation-warnings.ts';
import { type AgentState, cardIn } from './state.ts';
import { idleDue, unattendedDue, userActive, userIdle } from './unattended.ts';

export type Reduced = { readonly state: AgentState; readonly effects: readonly AgentEffect[] };

/**
 * The agent, whole: what it becomes through `event`, and what it wants done. Pure: same state, same event, same result.
 * Events about a stay of a card that is over are dropped, so late answers can never speak for another card.
 */
export function reduce(before: AgentState, event: AgentEvent): Reduced {
  const state: AgentState = { ...before, clock: event.at };
  switch (event.type) {
    case 'service':
      return serviceChanged(state, event);
    case 'readers':
      return readersListed(state, event.names, event.at);
    case 'inserted':
    case 'mute':
      return inserted(state, event);
    case 'removed':
      return removed(state, event);
    case 'card-process-lost':
      return cardProcessLost(state, event.at);
    case 'recognised':
    case 'pin-status':
    case 'certificate':
    case 'read-finished':
    case 'attempt-finished':
      return cardReported(state, event);
    case 'attempt':
      return attemptMade(state, event);
    case 'lock-now':
      return { state, effects: [{ type: 'act', decision: 0, action: 'lock', cause: 'user' }] };
    case 'read-again':
      return readAgain(state, event.reader);
    case 'screen':
      return screenChanged(state, event.screen);
    case 'removal-policy-of-system':
      return { state: { ...state, system: { ...state.system, removalPolicy: event.removalPolicy } }, effects: [] };
    case 'user-idle':
      return userIdle(state, event.at);
    case 'user-active':
      return userActive(state);
    case 'resumed':
      return { state: { ...state, resumedAt: event.at.monotonic }, effects: [] };
    case 'action-finished':
      return actionFinished(state, event);
    case 'time-passed':
      return timePassed(state);
    case 'policy-changed':
      return { state: { ...state, policy: event.policy }, effects: [] };
    case 'revocation-running-out':
      return runsOut(state, event.sources);
    case 'ending':
      return lockBeforeEnding(state);
  }
}

/** Does all that is due; early or repeated calls do nothing. */
function timePassed(state: AgentState): Reduced {
  const now = state.clock.monotonic;
  const removals = actOnGraces(
    state,
    (grace) => grace.deadline <= now,
    (grace) => (grace.kind === 'stand-back' ? 'system-did-not-act' : 'countdown-over'),
  );
  const unattended = unattendedDue(removals.state, state.clock);
  const reminded = idleDue(unattended.state, state.clock);
  const retried = retryLock(reminded.state);
  const certificates = judgeDue(retried.state);
  return {
    state: certificates.state,
    effects: [
      ...removals.effects,
      ...unattended.effects,
      ...reminded.effects,
      ...retried.effects,
      ...certificates.effects,
    ],
  };
}

/** Whoever has signed in before it was known hears of it now: a computer that has just been started knows it a few minutes later. */
function runsOut(before: AgentState, sources: readonly RunningOut[]): Reduced {
  let { state, effects } = revocationRunsOut(before, sources);
  for (const { name } of state.readers) {
    const warned = warnOfExpiry(state, name);
    state = warned.state;
    effects = [...effects, ...warned.effects];
  }
  return { state, effects };
}

function readAgain(state: AgentState, reader: string): Reduced {
  const card = cardIn(state, reader);
  if (card === null || card.reading === 'identifying' || card.reading === 'details') return { state, effects: [] };
  return { state, effects: [{ type: 'read', reader, insertion: card.insertion }] };
}
