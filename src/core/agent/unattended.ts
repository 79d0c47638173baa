import type { AgentEffect } from './effects.ts';
import type { Reduced } from './reduce.ts';
import { decideRemoval } from './removal.ts';
import { type AgentState, type Clock, hasActiveCard, withSlot } from './state.ts';

/** A card left in its reader by someone who has gone: a reminder first, then the removal rule `unattended`. */

export function userIdle(state: AgentState, at: Clock): Reduced {
  const { remindAfterSeconds, actAfterSeconds } = state.policy.unattended;
  if (remindAfterSeconds === null || state.unattended !== null || !hasActiveCard(state)) return { state, effects: [] };
  if (state.screen === 'locked') return { state, effects: [] };
  const unattended = { remindedAt: at.monotonic, deadline: at.monotonic + actAfterSeconds * 1000 };
  return { state: { ...state, unattended }, effects: [{ type: 'tell', code: 'Card_Unattended' }] };
}

export function userActive(state: AgentState): Reduced {
  return { state: state.unattended === null ? state : { ...state, unattended: null }, effects: [] };
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
