import { warnOfExpiry } from './expiry-warnings.ts';
import type { Reduced } from './reduce.ts';
import { actOnGraces } from './removal.ts';
import { type AgentState, type CardSession, type CardSlot, cardIn, withSlot } from './state.ts';

/** From passcode accepted to card removed. */

/** Whether this card may begin a session without a passcode of its own (policy `session.begins` is `insertion`). */
export function isReadyForSession(state: AgentState, card: CardSlot): boolean {
  if (card.identity === null || card.reading === 'identifying' || card.pin?.state === 'blocked') return false;
  return certificateAllows(state, card);
}

/** Whether the sign-in certificate stands in the way of a session: it was read and refused, or policy wants it read first. */
export function certificateAllows(state: AgentState, card: CardSlot): boolean {
  if (!state.policy.session.requireValidCertificate) return true;
  return card.certificates[state.policy.certificates.signInSlot]?.verdict.verdict === 'accepted';
}

export function beginSession(before: AgentState, reader: string): Reduced {
  const card = cardIn(before, reader);
  if (card === null || card.identity === null || card.session !== null) return { state: before, effects: [] };
  const { cardId } = card.identity;
  const { bootId } = before.system;
  const session: CardSession = {
    login: { bootId, reader, eventCount: card.eventCount, cardId },
    since: before.clock.wall,
    cardId,
    fingerprint: signInFingerprint(before, card),
    alerted: [],
  };
  const state = withSlot(before, reader, { ...card, session });
  // Whoever signs in takes the desktop over from a card that is still being waited for; its countdown must be settled first.
  const overdue = actOnGraces(
    state,
    (grace) => grace.kind === 'countdown' && grace.session.cardId !== cardId,
    () => 'another-card',
  );
  const warned = warnOfExpiry(overdue.state, reader);
  return {
    state: warned.state,
    effects: [...overdue.effects, { type: 'session-began', cardId, reader }, ...warned.effects],
  };
}

/**
 * The same card is back within its countdown: the session goes on, in whatever reader, and is the same login. null when
 * nobody is waiting for this card.
 */
export function carryOn(state: AgentState, reader: string, cardId: string): Reduced | null {
  const card = cardIn(state, reader);
  const grace = state.graces.find((each) => each.kind === 'countdown' && each.session.cardId === cardId);
  if (card === null || grace === undefined || card.session !== null) return null;
  const others = state.graces.filter((each) => each !== grace);
  const back = withSlot({ ...state, graces: others }, reader, { ...card, session: grace.session });
  return {
    state: back,
    effects: [
      { type: 'settled', decision: grace.decision, by: 'card-returned', trigger: null },
      { type: 'session-began', cardId, reader },
    ],
  };
}

function signInFingerprint(state: AgentState, card: CardSlot): string | null {
  return card.certificates[state.policy.certificates.signInSlot]?.facts?.fingerprint ?? null;
}
