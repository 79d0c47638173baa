import { certificateAllows } from './card-session.ts';
import type { AgentEffect } from './effects.ts';
import type { AgentEvent } from './events.ts';
import { codeOfVerdict, type FailureCode } from './failure-codes.ts';
import type { Reduced } from './reduce.ts';
import { type AgentState, type CardSlot, cardIn, withSlot } from './state.ts';

type Attempt = Extract<AgentEvent, { type: 'attempt' }>;

/** The user wants to sign in, change the passcode or unblock the card: every reason to refuse comes before the card is asked. */
export function attemptMade(state: AgentState, event: Attempt): Reduced {
  const card = cardIn(state, event.reader);
  const refused = refusal(state, card, event);
  if (refused !== null || card === null || card.identity === null) {
    const result = { ok: false, code: refused ?? 'Card_None' } as const;
    return { state, effects: [{ type: 'answer', attempt: event.attempt, result }] };
  }
  const busy: CardSlot = { ...card, attempt: event.attempt, attemptKind: event.kind };
  const effect: AgentEffect = {
    type: 'operate',
    attempt: event.attempt,
    kind: event.kind,
    reader: event.reader,
    insertion: card.insertion,
    cardId: card.identity.cardId,
    lastTry:
      event.lastTry && (event.kind === 'unblock' || state.policy.passcode.lastTry === 'ask') ? 'allow' : 'refuse',
  };
  return { state: withSlot(state, event.reader, busy), effects: [effect] };
}

function refusal(state: AgentState, card: CardSlot | null, event: Attempt): FailureCode | null {
  const refused = cannotBeAsked(state, event.reader, event.cardId);
  if (refused !== null || card === null) return refused;
  if (event.problem !== null) return event.problem;
  if (card.pin?.state === 'blocked' && event.kind !== 'unblock') return 'Passcode_Blocked';
  return event.kind === 'verify' ? certificateRefusal(state, card) : null;
}

/** Why the card in this reader can be asked for nothing that wants its user now; null: it can. @param cardId null: whichever is in */
export function cannotBeAsked(state: AgentState, reader: string, cardId: string | null): FailureCode | null {
  const card = cardIn(state, reader);
  if (state.service === 'absent') return 'Service_Absent';
  if (state.service === 'stopped') return 'Service_Stopped';
  if (card === null) return slotRefusal(state, reader);
  if (card.reading === 'unsupported') return 'Card_Unsupported';
  if (card.identity === null) return card.reading === 'failed' ? 'Card_Malformed' : 'Attempt_TooEarly';
  if (cardId !== null && cardId !== card.identity.cardId) return 'Card_Changed';
  return card.attempt === null ? null : 'Attempt_InProgress';
}

function slotRefusal(state: AgentState, name: string): FailureCode {
  const reader = state.readers.find((each) => each.name === name);
  if (reader === undefined) return state.readers.length === 0 ? 'Reader_None' : 'Reader_Unknown';
  return reader.slot.kind === 'mute' ? 'Card_Mute' : 'Card_None';
}

function certificateRefusal(state: AgentState, card: CardSlot): FailureCode | null {
  if (certificateAllows(state, card)) return null;
  const reason = card.certificates[state.policy.certificates.signInSlot]?.verdict.reasons[0];
  return reason === undefined ? 'Attempt_TooEarly' : codeOfVerdict(reason);
}
