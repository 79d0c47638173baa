import type { CardFailure } from '../card/card-error.ts';
import type { JudgedCertificate } from '../pki/verdict.ts';
import {
  beginSession,
  carriesSignIn,
  carryOn,
  certificateAllows,
  countdownFor,
  isReadyForSession,
} from './card-session.ts';
import type { AgentEffect } from './effects.ts';
import type { AgentEvent, CardReport } from './events.ts';
import { warnOfExpiry } from './expiry-warnings.ts';
import type { Reduced } from './reduce.ts';
import { actOnGraces, anotherCard, decideRemoval } from './removal.ts';
import { type AgentState, type CardSession, type CardSlot, cardIn, cardKey, withSlot } from './state.ts';

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
  const state = put({ ...at, card });
  // Whoever says to be the card that is waited for has to show its certificate first; the countdown goes on meanwhile.
  return countdownFor(state, card) === null ? anotherCard(state, identity.cardId) : { state, effects: [] };
}

function certificateTold(at: InReader, event: Extract<CardReport, { type: 'certificate' }>): Reduced {
  const { slot, shown } = event;
  // What the card could not show outlives a new judgement.
  const mismatch = at.card.keyMismatch && slot === at.state.policy.certificates.signInSlot;
  const certificate = mismatch ? withoutKey(event.certificate) : event.certificate;
  const card: CardSlot = { ...at.card, certificates: { ...at.card.certificates, [slot]: certificate } };
  const now = { ...at, card };
  const { session } = card;
  if (session === null) {
    const countdown = countdownFor(at.state, card);
    if (countdown === null || slot !== countdown.session.signIn.slot) return settled(now);
    if (!carriesSignIn(card, countdown.session)) return anotherCard(put(now), `other:${card.insertion}`);
    return shown ? carryOn(put(now), at.reader, countdown) : { state: put(now), effects: [] };
  }
  if (slot !== session.signIn.slot) return settled(now);
  // A session may begin before its certificate was read (by policy): from now on it is bound to it.
  const fingerprint = certificate.facts?.fingerprint ?? null;
  if (session.signIn.fingerprint === null) {
    return settled({ ...now, card: { ...card, session: { ...session, signIn: { slot, fingerprint } } } });
  }
  return carriesSignIn(card, session) ? settled(now) : impostor(now, session);
}

/** An active card suddenly shows another certificate: it is not the card that signed in. The session ends at once, as if that card had been pulled. */
function impostor({ state, card, reader }: InReader, session: CardSession): Reduced {
  const ended = put({ state, card: { ...card, session: null }, reader });
  const loss = { cause: 'card-pulled', reader, session, bystanders: [] } as const;
  const decided = decideRemoval(ended, loss, state.clock);
  const { decision } = decided.state.counters;
  const acted = actOnGraces(
    decided.state,
    (grace) => grace.decision === decision && grace.kind === 'countdown',
    () => 'another-card',
  );
  return { state: acted.state, effects: [...decided.effects, ...acted.effects] };
}

function readFinished(at: InReader, { failure }: Extract<CardReport, { type: 'read-finished' }>): Reduced {
  if (failure === null) {
    const done = { ...at, card: { ...at.card, reading: 'done', failure: null } as const };
    const countdown = at.card.session === null ? countdownFor(at.state, at.card) : null;
    const returned = countdown !== null && carriesSignIn(at.card, countdown.session);
    return returned ? carryOn(put(done), at.reader, countdown) : settled(done);
  }
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
  const idle: CardSlot = { ...at.card, attempt: null, attemptKind: null, pin: pinAfter(at.card, outcome) };
  if (!outcome.ok || at.card.attemptKind !== 'verify') return { state: put({ ...at, card: idle }), effects: [answer] };
  const card = event.possession === 'not-proven' ? markMismatch(at.state, idle) : { ...idle, keyMismatch: false };
  if (card.keyMismatch && !certificateAllows(at.state, card)) {
    const result = { ok: false, code: 'Certificate_KeyMismatch' } as const;
    return { state: put({ ...at, card }), effects: [{ type: 'answer', attempt: event.attempt, result }] };
  }
  const begun = beginSession(put({ ...at, card }), at.reader);
  return { state: begun.state, effects: [answer, ...begun.effects] };
}

/** The passcode was right, but the card has not the key that its certificate speaks of. */
function markMismatch(state: AgentState, card: CardSlot): CardSlot {
  const { signInSlot } = state.policy.certificates;
  const certificate = card.certificates[signInSlot];
  const certificates =
    certificate === undefined ? card.certificates : { ...card.certificates, [signInSlot]: withoutKey(certificate) };
  return { ...card, certificates, keyMismatch: true };
}

function withoutKey(certificate: JudgedCertificate): JudgedCertificate {
  const { verdict } = certificate;
  const others = verdict.reasons.filter((reason) => reason !== 'key-mismatch');
  return { ...certificate, verdict: { ...verdict, verdict: 'refused', reasons: ['key-mismatch', ...others] } };
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
