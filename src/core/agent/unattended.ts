import type { AgentEffect } from './effects.ts';
import type { Reduced } from './reduce.ts';
import { decideRemoval } from './removal.ts';
import { type AgentState, type Clock, hasActiveCard, withSlot } from './state.ts';

/** A card left in its reader by someone who has gone: a reminder first, then the removal rule `unattended`. */

export function userIdle(state: AgentState, at: Clock): Reduced {
  return remind({ ...state, idle: { remindAt: null } }, at);
}

export function userActive(state: AgentState): Reduced {
  return { state: { ...state, unattended: null, idle: null }, effects: [] };
}

/** A session begins on a desktop that nobody touches, as with a card alone: the time of idleness counts anew from here. */
export function sessionWhileIdle(state: AgentState): AgentState {
  const { remindAfterSeconds } = state.policy.unattended;
  if (state.idle === null || remindAfterSeconds === null) return state;
  return { ...state, idle: { remindAt: state.clock.monotonic + remindAfterSeconds * 1000 } };
}

/** The time since a session began untouched is over. */
export function idleDue(state: AgentState, at: Clock): Reduced {
  const remindAt = state.idle?.remindAt ?? null;
  if (remindAt === null || remindAt > at.monotonic) return { state, effects: [] };
  return remind({ ...state, idle: { remindAt: null } }, at);
}

function remind(state: AgentState, at: Clock): Reduced {
  const { remindAfterSeconds, actAfterSeconds } = state.policy.unattended;
  if (remindAfterSeconds === null || state.unattended !== null || !hasActiveCard(state)) return { state, effects: [] };
  if (state.screen === 'locked') return { state, effects: [] };
  const unattended = { remindedAt: at.monotonic, deadline: at.monotonic + actAfterSeconds * 1000 };
  return { state: { ...state, unattended }, effects: [{ type: 'tell', code: 'Card_Unattended' }] };
}

/** The reminder went unanswered: every session ends, the cards stay where they are and want their passcode again. */
export function unattendedDue(before: AgentState, at: Clock): Reduced {
  if (before.unattended === null || before.unattended.deadline > at.monotonic) return { state: before, effects: [] };
  let state: AgentState = { ...before, unattended: null };
  const effects: AgentEffect[] = [];
  if (state.policy.removal.unattended.action === 'nothing') return { state, effects };
  for (const { name: reader, slot } of before.readers) {
    if (slot.kind !== 'card' || slot.session === null) continue;
    state = withSlot(state, reader, { ...slot, session: null });
    const decided = decideRemoval(state, { cause: 'unattended', reader, session: slot.session, bystanders: [] }, at);
    state = decided.state;
    effects.push(...decided.effects);
  }
  return { state, effects };
}
