import type { AgentEvent } from './events.ts';
import type { Reduced } from './reduce.ts';
import { actOnGraces, settleLocked } from './removal.ts';
import type { AgentState } from './state.ts';

/** What became of a lock: confirmed, fallen, failed, tried again. */

/** A lock that opens again sooner than anyone could type a password was no lock: the locker gave up. */
const LOCK_FELL_MS = 1_000;
const MAX_LOCK_REPEATS = 2;

/** Waits between tries of a lock that failed; the last one goes on. A locker that restarts must not leave the desktop open. */
const RETRY_AFTER_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const LAST_RETRY_MS = 30_000;

export function screenChanged(before: AgentState, screen: AgentState['screen']): Reduced {
  const state = { ...before, screen };
  if (screen === 'locked') {
    const { failedAction } = state;
    // Locked after all, by whomever; if that falls at once, it is as if our own lock had fallen.
    const lastLock =
      failedAction?.action === 'lock'
        ? { decision: failedAction.decision, at: state.clock.monotonic, repeats: 0 }
        : state.lastLock;
    return settleLocked({ ...state, failedAction: null, lastLock });
  }
  return screen === 'unlocked' ? lockFell(state) : { state, effects: [] };
}

function lockFell(state: AgentState): Reduced {
  const { lastLock } = state;
  if (lastLock === null) return { state, effects: [] };
  const fell = state.clock.monotonic - lastLock.at <= LOCK_FELL_MS && lastLock.repeats < MAX_LOCK_REPEATS;
  if (!fell) return { state: { ...state, lastLock: null }, effects: [] };
  return {
    state: { ...state, lastLock: { ...lastLock, repeats: lastLock.repeats + 1 } },
    effects: [{ type: 'act', decision: lastLock.decision, action: 'lock', cause: 'lock-fell' }],
  };
}

export function actionFinished(state: AgentState, event: Extract<AgentEvent, { type: 'action-finished' }>): Reduced {
  const { action, decision } = event;
  if (event.done) {
    if (action !== 'lock') return { state: { ...state, failedAction: null }, effects: [] };
    const repeats = state.lastLock?.decision === decision ? state.lastLock.repeats : 0;
    const confirmed = { ...state, failedAction: null, lastLock: { decision, at: event.at.monotonic, repeats } };
    // It may have fallen before its confirmation was heard.
    return state.screen === 'unlocked' ? lockFell(confirmed) : { state: confirmed, effects: [] };
  }
  if (action === 'lock') return lockFailed(state, decision);
  // What policy asked for cannot be done here: the desktop is locked instead of being left open.
  return {
    state: { ...state, failedAction: { decision, action, retries: 0, retryAt: null } },
    effects: [
      { type: 'act', decision, action: 'lock', cause: 'action-failed' },
      { type: 'tell', code: 'Action_Failed' },
    ],
  };
}

function lockFailed(state: AgentState, decision: number): Reduced {
  if (state.screen === 'locked') return { state, effects: [] };
  const retries = state.failedAction?.action === 'lock' ? state.failedAction.retries + 1 : 0;
  const retryAt = state.clock.monotonic + (RETRY_AFTER_MS[retries] ?? LAST_RETRY_MS);
  return {
    state: { ...state, failedAction: { decision, action: 'lock', retries, retryAt } },
    // Told once: the state says that it still is so.
    effects: retries === 0 ? [{ type: 'tell', code: 'Lock_Failed' }] : [],
  };
}

/** Tries a failed lock again until the desktop is locked, or somebody has signed in on it. */
export function retryLock(state: AgentState): Reduced {
  const failed = state.failedAction;
  if (failed === null || failed.retryAt === null || failed.retryAt > state.clock.monotonic)
    return { state, effects: [] };
  return {
    state: { ...state, failedAction: { ...failed, retryAt: null } },
    effects: [{ type: 'act', decision: failed.decision, action: 'lock', cause: 'lock-failed' }],
  };
}

/**
 * Ending the agent must not cancel what has been decided: every countdown ends now, and a lock that failed is tried once more.
 * Always a lock, whatever was to happen: it takes a moment, and loses nobody's work.
 */
export function lockBeforeEnding(state: AgentState): Reduced {
  const locking = { ...state, graces: state.graces.map((grace) => ({ ...grace, action: 'lock' as const })) };
  const settled = actOnGraces(
    locking,
    () => true,
    () => 'agent-ending',
  );
  const failed = state.failedAction;
  if (failed === null || settled.effects.some(({ type }) => type === 'act')) return settled;
  return {
    state: { ...settled.state, failedAction: { ...failed, retryAt: null } },
    effects: [...settled.effects, { type: 'act', decision: failed.decision, action: 'lock', cause: 'lock-failed' }],
  };
}
