import { randomUUID } from 'node:crypto';
import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { type Address, addressOf } from '../journey/address.ts';
import { beginJourney } from '../journey/journey.ts';
import { type LimitName, withinLimits } from '../limits.ts';
import type { Message } from '../messages/message.ts';
import { answeredBefore, doOnce } from '../store/answered.ts';
import { audit } from '../store/audit-chain.ts';
import { findCard } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import { insertJourney, type StoredJourney } from '../store/journeys.ts';
import { putMessage } from '../store/outbox.ts';
import { addressesOf } from '../store/people.ts';
import { take } from '../store/rate-limits.ts';
import { newToken } from './bearer-token.ts';
import { viewOf } from './journey-access.ts';
import { hashOfNoCode, newCode } from './security-code.ts';

/** Addresses are looked up for somebody, whether the card has an owner or not. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

type Ticket = DeskAnswer<'startUnlock'>;
export type FromSource = { readonly source: string };
/** @property key the idempotency key, or null */
export type WithKey = { readonly key: string | null };

/**
 * Self-service. Whether the card is known, whether it has an owner, and whether the address is on the owner's profile shows
 * in nothing that comes back: the same rows are written, a code is drawn, a message is sealed; only its channel differs.
 */
export async function startUnlock(
  desk: Desk,
  { body }: DeskRequest<'startUnlock'>,
  { source, key }: FromSource & WithKey,
): Promise<Outcome<Ticket>> {
  const once = { operation: 'startUnlock', key, by: '', asked: body } as const;
  const before = await answeredBefore(desk, once);
  if (before !== null) return before;
  const address = addressOf(body.address, desk.settings.countryCode);
  if (address === null || !canSend(desk, address)) return refused('Desk_AddressNotUsable');
  const limited = await withinStarts(desk, source);
  if (!limited.ok) return limited;
  const outcome = await desk.database.transaction((sql) =>
    doOnce(desk, sql, once, async () => done(await begin(desk, sql, body, address, source))),
  );
  if (outcome.ok) desk.metrics.count('card_desk_journeys_total', { kind: 'self-service', outcome: 'begun' });
  desk.wake();
  return outcome;
}

/** By source alone: by card, a stranger who knows its id could use up the starts of its owner. */
const withinStarts = (desk: Desk, source: string) => withinLimits(desk, [{ limit: 'startsOfSource', of: source }]);

const canSend = ({ settings }: Desk, { kind }: Address) =>
  (kind === 'email' ? settings.email : settings.sms).by !== 'none';

async function begin(
  desk: Desk,
  sql: Sql,
  { cardId, language }: DeskRequest<'startUnlock'>['body'],
  address: Address,
  source: string,
): Promise<Ticket> {
  const now = desk.now();
  const ring = desk.ring();
  const id = randomUUID();
  const card = await findCard(sql, cardId);
  const addresses = await addressesOf(sql, ring, card?.person_id ?? NOBODY);
  const known = addresses.find(({ kind, value }) => kind === address.kind && value === address.value) ?? null;
  const reached = await limitReached(
    desk,
    sql,
    { address: address.value, card: cardId, isOwners: known !== null },
    now,
  );
  const sends = known !== null && card?.state === 'active' && reached === null;

  const code = newCode();
  const hash = ring.hashOfCode(ring.active, id, code);
  const { token, hash: tokenHash } = newToken();
  const stored: StoredJourney = {
    id,
    cardId,
    language,
    tokenHash,
    code: { keyId: ring.active, hash: sends ? hash : hashOfNoCode() },
    challenge: null,
    releaseKey: null,
    sentTo: sends ? known.id : null,
    journey: beginJourney('self-service', now.getTime()),
  };
  await insertJourney(sql, stored);
  const message: Message = { channel: sends ? address.kind : 'nobody', to: address.value, language, code };
  await putMessage(sql, ring, 'unlock-code', message, { now, expiresAt: new Date(stored.journey.expiresAt) });
  await audit(sql, now, {
    event: 'unlock-started',
    journey: id,
    card: cardId,
    source: pseudonymOf(desk, source),
    channel: address.kind,
    sent: sends,
    ...(reached === null ? {} : { limit: reached }),
  });
  return { token, unlock: viewOf(stored) };
}

/**
 * Codes are limited where they are sent, and silently: what a stranger asks, who does not know the address, must neither use up
 * what its owner may ask nor tell the stranger anything. For a stranger as much is counted, apart.
 */
async function limitReached(
  desk: Desk,
  sql: Sql,
  { address, card, isOwners }: { readonly address: string; readonly card: string; readonly isOwners: boolean },
  now: Date,
): Promise<LimitName | null> {
  const apart = `stranger/${card}/${address}`;
  const uses = [
    ['messagesToAddress', isOwners ? address : apart],
    ['codesOfCard', isOwners ? card : apart],
    ['codesOfCardADay', isOwners ? card : apart],
  ] as const;
  for (const [limit, of] of uses) {
    if ((await take(sql, desk.ring().pseudonym(limit, of), desk.settings.limits[limit], now)) !== null) return limit;
  }
  return null;
}

/** Tells requests of one source from those of another, and not whose they are. */
export const pseudonymOf = (desk: Desk, source: string): string =>
  desk.ring().pseudonym('source', source).toString('hex').slice(0, 16);

/** Assisted: at the workstation with the card. Whether an RA has authorised it is told once the card has proven itself. */
export async function joinUnlock(
  desk: Desk,
  { body }: DeskRequest<'joinUnlock'>,
  { source, key }: FromSource & WithKey,
): Promise<Outcome<Ticket>> {
  const { cardId, language } = body;
  const once = { operation: 'joinUnlock', key, by: '', asked: body } as const;
  const before = await answeredBefore(desk, once);
  if (before !== null) return before;
  const limited = await withinStarts(desk, source);
  if (!limited.ok) return limited;
  const now = desk.now();
  const ring = desk.ring();
  const { token, hash } = newToken();
  const stored: StoredJourney = {
    id: randomUUID(),
    cardId,
    language,
    tokenHash: hash,
    code: { keyId: ring.active, hash: hashOfNoCode() },
    challenge: null,
    releaseKey: null,
    sentTo: null,
    journey: beginJourney('assisted', now.getTime()),
  };
  const join = async (sql: Sql): Promise<Outcome<Ticket>> => {
    await insertJourney(sql, stored);
    await audit(sql, now, {
      event: 'unlock-joined',
      journey: stored.id,
      card: cardId,
      source: pseudonymOf(desk, source),
    });
    return done({ token, unlock: viewOf(stored) });
  };
  const outcome = await desk.database.transaction((sql) => doOnce(desk, sql, once, () => join(sql)));
  if (outcome.ok) desk.metrics.count('card_desk_journeys_total', { kind: 'assisted', outcome: 'begun' });
  return outcome;
}
