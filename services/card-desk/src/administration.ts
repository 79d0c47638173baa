import { createPublicKey, randomUUID, X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { isSigningKey } from '../../../src/core/card/piv/signature.ts';
import { ADMIN_ALGORITHMS, CardIdSchema, printable } from '../../../src/core/contract/card-desk/shapes.ts';
import { CERTIFICATE_SLOTS } from '../../../src/core/contract/card-process.ts';
import { endRaSessions } from './assisted/ra-sign-in.ts';
import type { Desk } from './desk.ts';
import { type Address, addressOf } from './journey/address.ts';
import { audit } from './store/audit-chain.ts';
import {
  CARD_STATES,
  type CardState,
  deleteCardSecret,
  lockCard,
  type StoredCard,
  saveCardSecret,
  settlePukState,
} from './store/cards.ts';
import { column, one, type Sql } from './store/database.ts';
import { lockOtherOpenJourneys } from './store/journeys.ts';
import { holdPerson, lockPersonByUserId, saveAddress } from './store/people.ts';
import { ADMIN_CIPHER } from './unlock/card-proof.ts';
import { takeFormer } from './unlock/unblocking-codes.ts';

/** What an organisation's own staff and its imports do to the desk, from the machine that it runs on. */

/** Says what was wrong with what was given; names no value of it. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError';
}

const name = v.pipe(v.string(), v.trim(), printable, v.minLength(1), v.maxLength(200));
const userId = v.pipe(v.string(), v.trim(), printable, v.minLength(1), v.maxLength(100));

export const PersonInputSchema = v.strictObject({
  userId,
  name,
  role: v.optional(v.picklist(['user', 'ra'])),
  /** Who had left is here again; without it, a list that still has them brings nobody back. */
  back: v.optional(v.boolean(), false),
  /** On the word of the organisation. Null takes it off the profile. */
  email: v.optional(v.nullable(v.string())),
  mobile: v.optional(v.nullable(v.string())),
});

const base64 = v.pipe(v.string(), v.base64(), v.maxLength(20_000));

/** 4 to 8 characters as they are sent to the card, or `hex:` and 16 hexadecimal digits. */
const puk = v.pipe(v.string(), v.regex(/^(?:[!-~]{4,8}|hex:[0-9a-fA-F]{16})$/));

const adminKeyInput = v.strictObject({
  algorithm: v.picklist(ADMIN_ALGORITHMS),
  hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-fA-F]{2})+$/)),
});
type AdminKeyInput = v.InferOutput<typeof adminKeyInput>;

/** By slot: certificates, DER in base64. */
const certificatesInput = v.record(v.picklist(CERTIFICATE_SLOTS), base64);

export const CardInputSchema = v.strictObject({
  cardId: CardIdSchema,
  serial: v.optional(v.nullable(v.pipe(v.string(), printable, v.maxLength(100))), null),
  owner: v.optional(v.nullable(userId), null),
  puk,
  adminKey: v.optional(v.nullable(adminKeyInput), null),
  certificates: v.optional(certificatesInput, {}),
});

function parsed<Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const fields = result.issues.map((issue) => v.getDotPath(issue) ?? 'input');
  throw new AdministrationError(`not understood: ${[...new Set(fields)].join(', ')}`);
}

/** Makes a person, or changes the one with this user id. What is left out stays as it is. */
export async function savePerson(desk: Desk, input: unknown): Promise<{ readonly person: string }> {
  const person = parsed(PersonInputSchema, input);
  const addresses = (['email', 'mobile'] as const).map((kind) => ({
    kind,
    given: addressGiven(desk, kind, person[kind]),
  }));
  const now = desk.now();
  return await desk.database.transaction(async (sql) => {
    const known = await lockPersonByUserId(sql, person.userId);
    const back = known?.has_left === true;
    if (back && !person.back) throw new AdministrationError('that person has left: say so if they are back');
    const role = person.role ?? known?.role ?? 'user';
    // Another may be making the same person at the same time: then the id is theirs.
    const saved = await sql.rows(
      v.object({ id: column.text }),
      `insert into people (id, user_id, name, role, created_at) values ($1, $2, $3, $4, $5)
       on conflict (user_id) do update set name = excluded.name, role = excluded.role, left_at = null
       returning id`,
      [known?.id ?? randomUUID(), person.userId, person.name, role, now],
    );
    const id = one(saved)?.id;
    if (id === undefined) throw new Error('a person who was saved is not there');
    if (role !== 'ra') await endRaSessions(sql, { person: id });
    for (const { kind, given } of addresses) {
      if (given === null) await sql.run('delete from addresses where person_id = $1 and kind = $2', [id, kind]);
      else if (given !== undefined) await saveAddress(sql, desk.ring(), id, given, now);
    }
    await audit(sql, now, { event: 'person-saved', person: id, role, new: known === null, back });
    return { person: id };
  });
}

const LeaverSchema = v.strictObject({ userId });

/**
 * Somebody who has left: their addresses go at once, they are found by nobody and authorise nothing. Who they were is kept as long
 * as what they did or had done ({@link forgetPeople}), and until then they can come back by {@link savePerson}.
 */
export async function leave(desk: Desk, input: unknown): Promise<{ readonly person: string }> {
  const { userId: leaver } = parsed(LeaverSchema, input);
  const now = desk.now();
  return await desk.database.transaction(async (sql) => {
    // Before the person is held: whoever proves one of these holds it first, and the person then.
    await sql.run('delete from address_proofs where person_id = (select id from people where user_id = $1)', [leaver]);
    const person = await lockPersonByUserId(sql, leaver);
    if (person === null) throw new AdministrationError(NOBODY);
    if (person.has_left) throw new AdministrationError('that person has left already');
    const open = "select id from cards where person_id = $1 and state <> 'withdrawn'";
    const cards = await sql.rows(v.object({ id: column.text }), open, [person.id]);
    if (cards.length > 0) {
      const ids = cards.map(({ id }) => id).join(', ');
      throw new AdministrationError(`their cards are to be withdrawn first, or given to somebody else: ${ids}`);
    }
    await sql.run("update people set left_at = $2, role = 'user' where id = $1", [person.id, now]);
    await sql.run('delete from addresses where person_id = $1', [person.id]);
    await endRaSessions(sql, { person: person.id });
    await audit(sql, now, { event: 'person-left', person: person.id });
    return { person: person.id };
  });
}

const NOBODY = 'there is no person with that user id';

function addressGiven(desk: Desk, kind: Address['kind'], typed: string | null | undefined): Address | null | undefined {
  if (typed === undefined || typed === null) return typed;
  const address = addressOf(typed, desk.settings.countryCode);
  if (address?.kind !== kind) throw new AdministrationError(`not understood: ${kind}`);
  return address;
}

/** Puts a card on the desk, with its secrets. Rejects if it is there: a second enrolment would forget a pending code. */
export async function enrolCard(desk: Desk, input: unknown): Promise<{ readonly card: string }> {
  const card = parsed(CardInputSchema, input);
  const { adminKey } = card;
  if (adminKey !== null) checkAdminKey(adminKey);
  const certificates = certificatesOf(card.certificates);
  const proving = certificates.find(({ slot }) => slot === '9E')?.der;
  if (proving === undefined && adminKey === null) {
    throw new AdministrationError('a card needs a certificate for 9E or an admin key: it could never prove itself');
  }
  const now = desk.now();
  await desk.database.transaction(async (sql) => {
    const owner = card.owner === null ? null : await ownerOf(sql, card.owner);
    const added = await sql.run(
      `insert into cards (id, serial, person_id, state, proof_key, admin_algorithm, puk_condition, enrolled_at)
       values ($1, $2, $3, 'active', $4, $5, 'settled', $6) on conflict (id) do nothing`,
      [
        card.cardId,
        card.serial,
        owner,
        proving === undefined ? null : spkiOf(proving),
        adminKey?.algorithm ?? null,
        now,
      ],
    );
    if (added === 0) throw new AdministrationError('that card is enrolled already');
    await saveCode(sql, desk, card.cardId, card.puk);
    if (adminKey !== null) await saveAdminKey(sql, desk, card.cardId, adminKey);
    for (const { slot, der } of certificates) await addCertificate(sql, card.cardId, slot, der, now);
    await audit(sql, now, {
      event: 'card-enrolled',
      card: card.cardId,
      owner,
      proves: proving === undefined ? '9B' : '9E',
    });
  });
  return { card: card.cardId };
}

function checkAdminKey({ algorithm, hex }: AdminKeyInput): void {
  if (hex.length !== 2 * ADMIN_CIPHER[algorithm].key) throw new AdministrationError('not understood: adminKey.hex');
}

async function saveAdminKey(sql: Sql, desk: Desk, card: string, { hex }: AdminKeyInput): Promise<void> {
  const key = Buffer.from(hex, 'hex');
  await saveCardSecret(sql, desk.ring(), card, 'admin-key', key);
  key.fill(0);
}

async function saveCode(sql: Sql, desk: Desk, card: string, given: string): Promise<void> {
  const code = given.startsWith('hex:') ? Buffer.from(given.slice(4), 'hex') : Buffer.from(given);
  await saveCardSecret(sql, desk.ring(), card, 'puk', code);
  code.fill(0);
}

const spkiOf = (certificate: X509Certificate) =>
  createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });

function certificatesOf(given: Readonly<Record<string, string>>) {
  const certificates = Object.entries(given).map(([slot, der]) => ({ slot, der: certificateOf(slot, der) }));
  for (const { slot, der } of certificates) {
    // These two prove who is there by signing; a key that the desk cannot judge would be found out in front of a blocked card.
    if ((slot === '9A' || slot === '9E') && !isSigningKey(der.publicKey)) {
      throw new AdministrationError(`the key of the certificate ${slot} is of a kind that no card signs by`);
    }
  }
  return certificates;
}

function certificateOf(slot: string, der: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der, 'base64'));
  } catch {
    throw new AdministrationError(`not understood: certificates.${slot}`);
  }
}

async function addCertificate(sql: Sql, card: string, slot: string, der: X509Certificate, now: Date): Promise<void> {
  const fingerprint = Buffer.from(der.fingerprint256.replaceAll(':', ''), 'hex');
  const added = await sql.run(
    `insert into certificates (fingerprint, card_id, slot, der, not_before, not_after, enrolled_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (fingerprint) do nothing`,
    [fingerprint, card, slot, der.raw, der.validFromDate, der.validToDate, now],
  );
  if (added === 0) throw new AdministrationError(`the certificate ${slot} is enrolled already`);
}

async function ownerOf(sql: Sql, userIdOfOwner: string): Promise<string> {
  const person = await lockPersonByUserId(sql, userIdOfOwner);
  if (person === null) throw new AdministrationError(NOBODY);
  if (person.has_left) throw new AdministrationError('that person has left');
  return person.id;
}

export const NewCertificatesSchema = v.strictObject({
  cardId: CardIdSchema,
  certificates: certificatesInput,
});

/** A card's certificates in the place of those that it had in these slots: after a renewal, or for another owner. */
export async function replaceCertificates(desk: Desk, input: unknown): Promise<{ readonly card: string }> {
  const { cardId: card, certificates: given } = parsed(NewCertificatesSchema, input);
  const certificates = certificatesOf(given);
  const now = desk.now();
  await desk.database.transaction(async (sql) => {
    const stored = await existingCard(sql, card);
    const proving = certificates.find(({ slot }) => slot === '9E')?.der;
    if (proving !== undefined && !isKeyOf(proving, stored.proof_key)) {
      throw new AdministrationError('the key of 9E is not the one by which this card proves itself');
    }
    const slots = certificates.map(({ slot }) => slot);
    await sql.run('delete from certificates where card_id = $1 and slot = any($2)', [card, slots]);
    for (const { slot, der } of certificates) await addCertificate(sql, card, slot, der, now);
    await endRaSessions(sql, { card });
    await audit(sql, now, { event: 'certificates-replaced', card, slots: slots.join(' ') });
  });
  return { card };
}

const isKeyOf = (certificate: X509Certificate, spki: Uint8Array | null) =>
  spki !== null && spkiOf(certificate).equals(spki);

/**
 * Certificates name whose the card was: they go with the owner, and another's are put there by {@link replaceCertificates}.
 * @param owner user id; null: nobody
 */
export async function setOwner(desk: Desk, card: string, owner: string | null): Promise<void> {
  const now = desk.now();
  await desk.database.transaction(async (sql) => {
    const { person_id: before } = await existingCard(sql, card);
    const person = owner === null ? null : await ownerOf(sql, owner);
    await sql.run('update cards set person_id = $2 where id = $1', [card, person]);
    if (before !== null && before !== person) await sql.run('delete from certificates where card_id = $1', [card]);
    await endRaSessions(sql, { card });
    await audit(sql, now, { event: 'card-owner-set', card, owner: person });
  });
}

const triesSeen = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(15));

export const SettledCodeSchema = v.union([
  /** The code that is on the card, as whoever has set it anew there knows it. */
  v.strictObject({ cardId: CardIdSchema, puk }),
  /**
   * The code that an agent was told once and said it had not used: the card, which took none of the others, may have it. It was
   * seen to have two tries or more.
   */
  v.strictObject({ cardId: CardIdSchema, former: v.literal(true), triesLeft: triesSeen }),
  /** The former code that is kept here is of no use: it is dropped, also if it does not open. */
  v.strictObject({ cardId: CardIdSchema, former: v.literal(false) }),
  /** The admin key (9B) that is on the card. */
  v.strictObject({ cardId: CardIdSchema, adminKey: adminKeyInput }),
  /** The tries that its code has left, as the card itself was seen to tell; which code it is, the desk finds out. */
  v.strictObject({ cardId: CardIdSchema, triesLeft: triesSeen }),
]);

/**
 * The word of somebody who had the card in hand, for a card that is released nothing any more. Not while an agent has its code:
 * what that does to the card would be later than the word. What journeys before it still report is not believed.
 */
export async function settleCode(desk: Desk, input: unknown): Promise<{ readonly card: string }> {
  const given = parsed(SettledCodeSchema, input);
  const { cardId: card } = given;
  if ('adminKey' in given) checkAdminKey(given.adminKey);
  const now = desk.now();
  await desk.database.transaction(async (sql) => {
    const stored = await existingCard(sql, card);
    const open = await lockOtherOpenJourneys(sql, card, null);
    const released = open.find(({ journey }) => journey.phase === 'released' && now.getTime() < journey.expiresAt);
    if (released !== undefined) {
      const until = new Date(released.journey.expiresAt).toISOString();
      throw new AdministrationError(`an unlock has the code of this card until ${until}: settle it after that`);
    }
    if ('puk' in given) {
      await saveCode(sql, desk, card, given.puk);
      await deleteCardSecret(sql, card, 'next-puk');
      await deleteCardSecret(sql, card, 'former-puk');
      await settlePukState(sql, card, { condition: 'settled', triesLeft: null });
    } else if ('adminKey' in given) {
      await saveAdminKey(sql, desk, card, given.adminKey);
      await sql.run('update cards set admin_algorithm = $2 where id = $1', [card, given.adminKey.algorithm]);
    } else if ('former' in given && !given.former) {
      await deleteCardSecret(sql, card, 'former-puk');
    } else if ('former' in given) {
      if (!(await takeFormer(sql, desk.ring(), card)))
        throw new AdministrationError('no former code of it is kept here');
      await settlePukState(sql, card, { condition: 'settled', triesLeft: given.triesLeft });
    } else {
      if (stored.puk_condition === 'lost' || stored.puk_condition === 'blocked') {
        throw new AdministrationError('the card took none of the codes that are known here: it needs another, as puk');
      }
      await settlePukState(sql, card, { condition: stored.puk_condition, triesLeft: given.triesLeft });
    }
    await audit(sql, now, {
      event: 'code-settled',
      card,
      by: settledBy(given),
      was: stored.puk_condition,
    });
  });
  return { card };
}

function settledBy(given: v.InferOutput<typeof SettledCodeSchema>): string {
  if ('puk' in given) return 'code';
  if ('adminKey' in given) return 'admin-key';
  if ('former' in given) return given.former ? 'former' : 'former-dropped';
  return 'tries';
}

/** A card that is not active is released nothing, and signs nobody in. */
export async function setCardState(desk: Desk, card: string, state: CardState): Promise<void> {
  if (!CARD_STATES.includes(state)) throw new AdministrationError(`a card is ${CARD_STATES.join(', ')}`);
  const now = desk.now();
  await desk.database.transaction(async (sql) => {
    const { person_id: owner } = await existingCard(sql, card);
    if (state !== 'withdrawn' && owner !== null && (await holdPerson(sql, owner)) === null) {
      throw new AdministrationError('its owner has left: it needs another first, or nobody');
    }
    await sql.run(
      `update cards set state = $2, withdrawn_at = case when $2 <> 'withdrawn' then null else coalesce(withdrawn_at, $3) end
       where id = $1`,
      [card, state, now],
    );
    if (state !== 'active') await endRaSessions(sql, { card });
    await audit(sql, now, { event: 'card-state-set', card, state });
  });
}

const NOT_ENROLLED = 'that card is not enrolled';

async function existingCard(sql: Sql, card: string): Promise<StoredCard> {
  const stored = await lockCard(sql, card);
  if (stored === null) throw new AdministrationError(NOT_ENROLLED);
  return stored;
}
