import type { CardFailure } from '../../core/card/card-error.ts';
import { unlockProofText } from '../../core/card-desk/proofs.ts';
import type { Outcome, Work } from '../../core/card-desk/unlock-state.ts';
import type { DeskAsk, DeskOperationName } from '../../core/contract/card-desk/operations.ts';
import type { Release } from '../../core/contract/card-desk/shapes.ts';
import type { CardAnswer, CardOperation, PinStatus } from '../../core/contract/card-process.ts';
import type { UnlockTruth } from '../../core/contract/unlock.ts';
import type { Language } from '../../core/contract/view.ts';
import type { DeskClient, DeskReply } from './desk-client.ts';
import { onceRead, type UnlockCards } from './unlock-cards.ts';
import type { UnlockSecrets } from './unlock-secrets.ts';

export type WorkTools = {
  readonly client: DeskClient;
  readonly cards: UnlockCards;
  readonly secrets: UnlockSecrets;
  readonly language: Language;
  readonly signal: AbortSignal;
};

/** Does one piece of work of an unlock, at the desk or on the card. Never rejects. */
export async function doWork(work: Work, tools: WorkTools): Promise<Outcome> {
  // Another desk than the one that gave the ticket learns nothing of it: as if that one could not be reached.
  if (isForDesk(work) && !isItsDesk(work, tools)) return { kind: 'not-reached', sent: false };
  switch (work.kind) {
    case 'start': {
      const address = tools.secrets.textOf('address');
      if (address === null) return { kind: 'not-understood' };
      const body = { cardId: work.cardId, address, language: tools.language };
      return begun(await start(tools, 'startUnlock', { body }), tools);
    }
    case 'join': {
      const body = { cardId: work.cardId, language: tools.language };
      return begun(await start(tools, 'joinUnlock', { body }), tools);
    }
    case 'check-code': {
      const code = tools.secrets.textOf('code');
      // After a restart there is none, and the journey is not at this step then.
      if (code === null) return { kind: 'not-understood' };
      const reply = await ask(tools, 'checkCode', { ...at(work.ticket.unlock), body: { code } }, work.ticket.token);
      return reply.kind === 'done' ? { kind: 'told', unlock: reply.answer } : failed(reply);
    }
    case 'ask': {
      const reply = await ask(tools, 'unlock', at(work.ticket.unlock), work.ticket.token);
      return reply.kind === 'done' ? { kind: 'told', unlock: reply.answer } : failed(reply);
    }
    case 'disown':
      return await report(work, work.result, null, tools);
    case 'report':
      return await report(work, work.result, work.triesLeft, tools);
    case 'prove':
      return await prove(work, tools);
    case 'perform':
      return await perform(work, tools);
    case 'look': {
      const answer = await onCard(tools, work.cardId, { kind: 'pin-status' });
      if (!answer.ok) return { kind: 'card-failed', failure: answer.failure };
      const truth = answer.value.kind === 'pin' ? truthOf(answer.value.status) : 'not-known';
      return { kind: 'looked', truth };
    }
  }
}

export function truthOf(pin: PinStatus | null): UnlockTruth {
  if (pin === null || pin.state === 'unknown') return 'not-known';
  return pin.state === 'blocked' ? 'blocked' : 'unlocked';
}

type WorkAtDesk = Extract<Work, { kind: 'check-code' | 'ask' | 'disown' | 'prove' | 'report' }>;

function isForDesk(work: Work): work is WorkAtDesk {
  return 'ticket' in work && work.kind !== 'perform';
}

function isItsDesk({ ticket }: WorkAtDesk, { client }: WorkTools): boolean {
  return ticket.origin === null || ticket.origin === client.origin;
}

const at = (unlock: string) => ({ parameters: { unlock } });

async function ask<Name extends DeskOperationName>(
  { client, signal }: WorkTools,
  name: Name,
  asked: Partial<DeskAsk<Name>>,
  token: string | null = null,
): Promise<DeskReply<Name>> {
  return await client.ask(name, asked, { token, signal });
}

/** With the same key as long as the start is the same one: a lost answer is asked for again, and no second message goes out. */
async function start<Name extends 'startUnlock' | 'joinUnlock'>(
  { client, secrets, language, signal }: WorkTools,
  name: Name,
  asked: Pick<DeskAsk<Name>, 'body'>,
): Promise<DeskReply<Name>> {
  return await client.ask(name, asked, { key: secrets.startKey(language), signal });
}

type Failed = Exclude<DeskReply<DeskOperationName>, { kind: 'done' }>;

function failed(reply: Failed): Outcome {
  switch (reply.kind) {
    case 'refused':
      return { kind: 'from-desk', problem: reply.problem };
    case 'not-reached':
      return { kind: 'not-reached', sent: reply.sent };
    case 'not-trusted':
      return { kind: 'not-trusted' };
    case 'not-understood':
      // What a proxy or a load balancer says when the desk is away.
      return reply.status >= 500 ? { kind: 'not-reached', sent: true } : { kind: 'not-understood' };
  }
}

function begun(reply: DeskReply<'startUnlock'> | DeskReply<'joinUnlock'>, { client }: WorkTools): Outcome {
  if (reply.kind !== 'done') return failed(reply);
  const { token, unlock } = reply.answer;
  return { kind: 'begun', ticket: { unlock: unlock.id, token, origin: client.origin }, unlock };
}

async function report(
  { ticket, attempt }: Extract<Work, { kind: 'disown' | 'report' }>,
  result: Extract<Work, { kind: 'report' }>['result'],
  triesLeft: number | null,
  tools: WorkTools,
): Promise<Outcome> {
  const asked = { parameters: { unlock: ticket.unlock, attempt: String(attempt) }, body: { result, triesLeft } };
  const reply = await ask(tools, 'report', asked, ticket.token);
  if (reply.kind !== 'done') return failed(reply);
  const { unlock, release } = reply.answer;
  return { kind: 'reported', unlock, received: release === null ? null : taken(release, tools) };
}

function taken(release: Release, { secrets }: WorkTools) {
  secrets.receive(release);
  return { attempt: release.attempt, mode: release.mode };
}

async function onCard(
  { cards, signal }: WorkTools,
  cardId: string,
  operation: CardOperation,
  onTouch: () => void = () => undefined,
): Promise<CardAnswer> {
  const found = await onceRead(cards, cardId, signal);
  if (found === null) return { ok: false, failure: { code: 'card-removed' } };
  return await cards.request(found.reader, found.insertion, operation, ({ kind }) => {
    if (kind === 'unblocking') onTouch();
  });
}

type Prove = Extract<Work, { kind: 'prove' }>;

/** By the key 9E; a card that has none is led through an authentication by the admin key. */
async function prove(work: Prove, tools: WorkTools): Promise<Outcome> {
  const signed = await proveBySignature(work, tools);
  const hasNone = signed.kind === 'card-failed' && signed.failure.code === 'object-absent';
  return hasNone ? await proveByAdminKey(work, tools) : signed;
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const strange: CardFailure = { code: 'malformed-answer', what: 'card process' };

/** A challenge that was heard has released nothing. */
function noChallenge(reply: Failed): Outcome {
  const outcome = failed(reply);
  return outcome.kind === 'not-reached' ? { ...outcome, sent: false } : outcome;
}

async function proveBySignature({ ticket, cardId }: Prove, tools: WorkTools): Promise<Outcome> {
  const { origin } = tools.client;
  const asked = await ask(tools, 'challenge', { ...at(ticket.unlock), body: { by: 'signature' } }, ticket.token);
  if (asked.kind !== 'done') return noChallenge(asked);
  if (asked.answer.by !== 'signature' || origin === null) return { kind: 'not-understood' };
  const releaseKey = tools.secrets.newReleaseKey();
  const { challenge } = asked.answer;
  const message = unlockProofText({ origin, unlock: ticket.unlock, cardId, challenge, releaseKey });
  const answer = await onCard(tools, cardId, { kind: 'desk-signature', cardId, message });
  if (!answer.ok) return { kind: 'card-failed', failure: answer.failure };
  if (answer.value.kind !== 'desk-signature') return { kind: 'card-failed', failure: strange };
  const signature = base64(answer.value.signature);
  return await showProof(ticket, { releaseKey: base64(releaseKey), proof: { by: 'signature', signature } }, tools);
}

async function proveByAdminKey({ ticket, cardId }: Prove, tools: WorkTools): Promise<Outcome> {
  const begins = await onCard(tools, cardId, { kind: 'admin-witness', cardId });
  if (!begins.ok) return { kind: 'card-failed', failure: begins.failure };
  if (begins.value.kind !== 'admin-witness') return { kind: 'card-failed', failure: strange };
  const { algorithm } = begins.value;
  const body = { by: 'admin-key' as const, algorithm, witness: hex(begins.value.witness) };
  const asked = await ask(tools, 'challenge', { ...at(ticket.unlock), body }, ticket.token);
  if (asked.kind !== 'done') return noChallenge(asked);
  if (asked.answer.by !== 'admin-key') return { kind: 'not-understood' };
  const answer = await onCard(tools, cardId, {
    kind: 'admin-response',
    algorithm,
    witness: fromHex(asked.answer.witness),
    challenge: fromHex(asked.answer.challenge),
  });
  if (!answer.ok) return { kind: 'card-failed', failure: answer.failure };
  if (answer.value.kind !== 'admin-response') return { kind: 'card-failed', failure: strange };
  const releaseKey = base64(tools.secrets.newReleaseKey());
  const response = hex(answer.value.response);
  return await showProof(ticket, { releaseKey, proof: { by: 'admin-key', response } }, tools);
}

async function showProof(
  ticket: Prove['ticket'],
  body: DeskAsk<'proveCard'>['body'],
  tools: WorkTools,
): Promise<Outcome> {
  const reply = await ask(tools, 'proveCard', { ...at(ticket.unlock), body }, ticket.token);
  return reply.kind === 'done' ? { kind: 'released', received: taken(reply.answer.release, tools) } : failed(reply);
}

/** What of a card process that does not answer is known all the same: these come before anything is done. */
const BEFORE: ReadonlySet<CardFailure['code']> = new Set([
  'card-removed',
  'reader-gone',
  'service-stopped',
  'reader-busy',
]);

async function perform(work: Extract<Work, { kind: 'perform' }>, tools: WorkTools): Promise<Outcome> {
  const { cardId, mode, attempt, ticket, pukTries } = work;
  const newPin = tools.secrets.copyOf('passcode');
  const codes = tools.secrets.open(ticket.unlock, attempt);
  if (codes === null || newPin === null) {
    newPin?.fill(0);
    codes?.puk.fill(0);
    codes?.next?.fill(0);
    return { kind: 'not-opened' };
  }
  const { puk, next: nextPuk } = codes;
  let touched = false;
  try {
    const order = { kind: 'desk-unblock', mode, cardId, puk, nextPuk, newPin, pukTries } as const;
    const answer = await onCard(tools, cardId, order, () => {
      touched = true;
    });
    if (answer.ok && answer.value.kind === 'desk-unblock') {
      const { result, triesLeft, failure } = answer.value;
      return { kind: 'performed', result, triesLeft, failure };
    }
    const failure = answer.ok ? strange : answer.failure;
    const untouched = !touched && BEFORE.has(failure.code);
    return { kind: 'performed', result: untouched ? 'untouched' : 'not-known', triesLeft: null, failure };
  } finally {
    for (const secret of [puk, nextPuk, newPin]) secret?.fill(0);
    const found = tools.cards.find(cardId);
    if (found !== null) tools.cards.readAgain(found.reader);
  }
}
