import type { CardFailure } from '../card/card-error.ts';
import { beginSession, carryOn, isReadyForSession } from './card-session.ts';
import type { AgentEffect } from './effects.ts';
import type { AgentEvent, CardReport } from './events.ts';
import { warnOfExpiry } from './expiry-warnings.ts';
import type { Reduced } from './reduce.ts';
import { anotherCard } from './removal.ts';
import { type AgentState, type CardSlot, cardIn, cardKey, withSlot } from './state.ts';

/** What a card tells about itself. */

type Reported = AgentEvent & { readonly reader: string; readonly insertion: string } & CardReport;

export function cardReported(state: AgentState, event: Reported): Reduced {
  const card = cardIn(state, event.reader);
  if (card === null || card.insertion !== event.insertion) return { state, effects: [] };
  const at = { state, card, reader: event.reader };
  switch (event.type) {
    case 'recognised':
      return recognised(at, event);
    case 'pin-status':
      return settled({ ...at, card: { ...card, pin: event.status } });
    case 'certificate':
      return certificateTold(at, event);
    case 'read-finished':
      return readFinished(at, event);
    case 'attempt-finished':
      return attemptFinished(at, event);
  }
}

/** Cards and slow machines give wrong answers for a moment after an insertion. A card that does not answer at all has no second chance: it would be waited for again. */
const READ_AGAIN: ReadonlySet<CardFailure['code']> = new Set([
  'card-refused',
  'malformed-answer',
  'reader-busy',
  'pcsc',
]);
const MAX_READINGS = 3;

/** A card in its reader, and the state it is in, while an event changes it. */
type InReader = { readonly state: AgentState; readonly card: CardSlot; readonly reader: string };

function put({ state, card, reader }: InReader): AgentState {
  return withSlot(state, reader, card);
}

function recognised(at: InReader, { identity }: Extract<CardReport, { type: 'recognised' }>): Reduced {
  const card: CardSlot = { ...at.card, identity, reading: 'details', failure: null };
  const returned = carryOn(put({ ...at, card }), at.reader, identity.cardId);
  if (returned !== null) return returned;
  return anotherCard(put({ ...at, card }), identity.cardId);
}

function certificateTold(at: InReader, { slot, certificate }: Extract<CardReport, { type: 'certificate' }>): Reduced {
  const card: CardSlot = { ...at.card, certificates: { ...at.card.certificates, [slot]: certificate } };
  const { session } = card;
  const signIn = slot === at.state.policy.certificates.signInSlot;
  const fingerprint = certificate.facts?.fingerprint ?? null;
  if (session !== null && signIn && session.fingerprint !== null && session.fingerprint !== fingerprint) {
    return impostor({ ...at, card });
  }
  // A session may begin before its certificate was read (by policy): from now on it is bound to it.
  const bound = session !== null && signIn ? { ...card, session: { ...session, fingerprint } } : card;
  return settled({ ...at, card: bound });
}

/**
 * The card carries on a session under an identity it has copied, or was renewed behind the agent's back while out of the
 * reader: either way it is not the card that signed in. The session ends as if it had been pulled.
 */
function impostor({ state, card, reader }: InReader): Reduced {
  const { session } = card;
  if (session === null) return { state, effects: [] };
  const ended = put({ state, card: { ...card, session: null }, reader });
  const number = state.counters.decision + 1;
  const action = state.policy.removal['card-pulled'].action;
  const locked = state.screen === 'locked';
  const plan = action === 'nothing' ? 'nothing' : locked ? 'already-locked' : 'act';
  const effects: AgentEffect[] = [
    { type: 'session-ended', cardId: session.cardId, reader },
    {
      type: 'decided',
      decision: { number, cause: 'card-pulled', reader, cardId: session.cardId, action, plan },
    },
  ];
  if (plan === 'act') effects.push({ type: 'act', decision: number, action, cause: 'card-pulled' });
  effects.push({
    type: 'settled',
    decision: number,
    by: plan === 'act' ? 'acted' : plan === 'nothing' ? 'policy' : 'locked-already',
    trigger: plan === 'act' ? 'another-card' : null,
  });
  return { state: { ...ended, counters: { ...ended.counters, decision: number } }, effects };
}

function readFinished(at: InReader, { failure }: Extract<CardReport, { type: 'read-finished' }>): Reduced {
  if (failure === null) return settled({ ...at, card: { ...at.card, reading: 'done', failure: null } });
  if (READ_AGAIN.has(failure.code) && at.card.readings < MAX_READINGS) {
    const { insertion, readings } = at.card;
    return {
      state: put({ ...at, card: { ...at.card, readings: readings + 1, failure } }),
      effects: [{ type: 'read', reader: at.reader, insertion }],
    };
  }
  const unsupported = failure.code === 'not-supported' && at.card.identity === null;
  const card: CardSlot = { ...at.card, reading: unsupported ? 'unsupported' : 'failed', failure };
  const state = put({ ...at, card });
  return unsupported ? anotherCard(state, cardKey(card)) : { state, effects: [] };
}

function attemptFinished(at: InReader, event: Extract<CardReport, { type: 'attempt-finished' }>): Reduced {
  const { outcome } = event;
  if (at.card.attempt !== event.attempt) return { state: at.state, effects: [] };
  const answer: AgentEffect = { type: 'answer', attempt: event.attempt, result: outcome };
  const card: CardSlot = { ...at.card, attempt: null, attemptKind: null, pin: pinAfter(at.card, outcome) };
  if (!outcome.ok || at.card.attemptKind !== 'verify') return { state: put({ ...at, card }), effects: [answer] };
  const begun = beginSession(put({ ...at, card }), at.reader);
  return { state: begun.state, effects: [answer, ...begun.effects] };
}

/** What an attempt's outcome says about the counter; a failure that says nothing leaves it as it was. */
function pinAfter(
  card: CardSlot,
  outcome: Extract<CardReport, { type: 'attempt-finished' }>['outcome'],
): CardSlot['pin'] {
  if (outcome.ok) return outcome.status;
  const { failure } = outcome;
  switch (failure.code) {
    case 'wrong-pin':
      return { state: failure.triesLeft === 0 ? 'blocked' : 'unverified', triesLeft: failure.triesLeft };
    case 'pin-blocked':
      return { state: 'blocked', triesLeft: 0 };
    case 'last-try-guarded':
      return { state: 'unverified', triesLeft: failure.triesLeft };
    default:
      return card.pin;
  }
}

/** After each fact: does policy start the session now, and is there anything to warn about? */
function settled(at: InReader): Reduced {
  const state = put(at);
  const { session } = at.card;
  const byInsertion = state.policy.session.begins === 'insertion' && session === null;
  if (byInsertion && isReadyForSession(state, at.card)) return beginSession(state, at.reader);
  return session === null ? { state, effects: [] } : warnOfExpiry(state, at.reader);
}
