import type { AgentEffect } from './effects.ts';
import { warnOfExpiry } from './expiry-warnings.ts';
import type { Reduced } from './reduce.ts';
import { actOnGraces } from './removal.ts';
import { type AgentState, type CardSession, type CardSlot, cardIn, type Grace, withSlot } from './state.ts';
import { sessionWhileIdle } from './unattended.ts';

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
    signIn: { slot: before.policy.certificates.signInSlot, fingerprint: signInFingerprint(before, card) },
    alerted: [],
  };
  // The failed lock of an earlier card is not held against whoever has signed in now.
  const state = sessionWhileIdle(withSlot({ ...before, failedAction: null }, reader, { ...card, session }));
  // Whoever signs in takes the desktop over from a card that is still being waited for; its countdown must be settled first.
  const overdue = actOnGraces(
    state,
    (grace) => grace.kind === 'countdown' && grace.session.cardId !== cardId,
    () => 'another-card',
  );
  const returned = settleReturned(overdue.state, cardId);
  const warned = warnOfExpiry(returned.state, reader);
  return {
    state: warned.state,
    effects: [...overdue.effects, ...returned.effects, { type: 'session-began', cardId, reader }, ...warned.effects],
  };
}

function settleReturned(state: AgentState, cardId: string): { state: AgentState; effects: AgentEffect[] } {
  const returned = state.graces.filter((each) => each.kind === 'countdown' && each.session.cardId === cardId);
  return {
    state: { ...state, graces: state.graces.filter((grace) => !returned.includes(grace)) },
    effects: returned.map(({ decision }) => ({ type: 'settled', decision, by: 'card-returned', trigger: null })),
  };
}

/** The countdown that waits for this card, if one does. */
export function countdownFor(state: AgentState, card: CardSlot): Grace | null {
  const cardId = card.identity?.cardId;
  return state.graces.find((grace) => grace.kind === 'countdown' && grace.session.cardId === cardId) ?? null;
}

/** Whether a card shows the certificate that the session began with. */
export function carriesSignIn(card: CardSlot, { signIn }: CardSession): boolean {
  return (card.certificates[signIn.slot]?.facts?.fingerprint ?? null) === signIn.fingerprint;
}

/**
 * The same card is back within its countdown: the session goes on, in whatever reader, and is the same login. Called when
 * the card has shown its certificate in this stay: an identity alone is easily copied.
 */
export function carryOn(state: AgentState, reader: string, grace: Grace): Reduced {
  const card = cardIn(state, reader);
  if (card === null || card.session !== null) return { state, effects: [] };
  const { session } = grace;
  const back = settleReturned(sessionWhileIdle(withSlot(state, reader, { ...card, session })), session.cardId);
  return {
    state: back.state,
    effects: [...back.effects, { type: 'session-began', cardId: session.cardId, reader }],
  };
}

function signInFingerprint(state: AgentState, card: CardSlot): string | null {
  return card.certificates[state.policy.certificates.signInSlot]?.facts?.fingerprint ?? null;
}
