import * as v from 'valibot';
import { ADMIN_ALGORITHMS } from '../../../../src/core/contract/card-desk/shapes.ts';
import type { PukState } from '../journey/unblocking.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { column, one, type Sql } from './database.ts';

export const CARD_STATES = ['active', 'lost', 'withdrawn'] as const;
export type CardState = (typeof CARD_STATES)[number];

const CardSchema = v.object({
  id: column.text,
  serial: column.maybe(column.text),
  person_id: column.maybe(column.text),
  state: v.picklist(CARD_STATES),
  proof_key: column.maybe(column.octets),
  admin_algorithm: v.nullable(v.picklist(ADMIN_ALGORITHMS)),
  puk_condition: v.picklist(['settled', 'unproven', 'lost', 'blocked']),
  puk_tries_left: column.maybe(column.integer),
  released_to: column.maybe(column.text),
});
export type StoredCard = v.InferOutput<typeof CardSchema>;

const COLUMNS = 'id, serial, person_id, state, proof_key, admin_algorithm, puk_condition, puk_tries_left, released_to';

export async function findCard(sql: Sql, id: string): Promise<StoredCard | null> {
  return one(await sql.rows(CardSchema, `select ${COLUMNS} from cards where id = $1`, [id]));
}

/** The card, held until the end of the transaction. Its id never changes: what points to it may be written meanwhile. */
export async function lockCard(sql: Sql, id: string): Promise<StoredCard | null> {
  return one(await sql.rows(CardSchema, `select ${COLUMNS} from cards where id = $1 for no key update`, [id]));
}

export const pukStateOf = (card: StoredCard): PukState => ({
  condition: card.puk_condition,
  triesLeft: card.puk_tries_left,
});

export async function savePukState(sql: Sql, id: string, state: PukState, releasedTo: string): Promise<void> {
  await sql.run('update cards set puk_condition = $2, puk_tries_left = $3, released_to = $4 where id = $1', [
    id,
    state.condition,
    state.triesLeft,
    releasedTo,
  ]);
}

/** On somebody's word: what journeys that were given releases before may still report is not about the card as it is now. */
export async function settlePukState(sql: Sql, id: string, state: PukState): Promise<void> {
  await sql.run('update cards set puk_condition = $2, puk_tries_left = $3, released_to = null where id = $1', [
    id,
    state.condition,
    state.triesLeft,
  ]);
}

const StuckSchema = v.object({ ...CardSchema.entries, has_former: column.flag });
/** @property has_former whether a code is kept that an agent was told and said it had not used */
export type StuckCard = v.InferOutput<typeof StuckSchema>;

/** Active cards that no code is released to until somebody settles it, the first by id. */
export async function stuckCards(sql: Sql, limit: number): Promise<StuckCard[]> {
  return await sql.rows(
    StuckSchema,
    `select ${COLUMNS}, exists (
       select 1 from card_secrets where card_id = cards.id and kind = 'former-puk') as has_former
     from cards
     where state = 'active' and (puk_condition in ('lost', 'blocked') or puk_tries_left <= 1) order by id limit $1`,
    [limit],
  );
}

/** `former-puk`: was told to an agent that said it had not used it. Kept until the card proves another, in case it was wrong. */
export const CARD_SECRETS = ['puk', 'next-puk', 'former-puk', 'admin-key'] as const;
export type CardSecret = (typeof CARD_SECRETS)[number];

/**
 * A secret is bound to its card and to what the card proves itself by: in the database nobody can put another proof key beside
 * a code, and have it released to theirs. @param proves as {@link PROVES} has it
 */
export const CARD_SECRET_PLACE = (cardId: string, kind: CardSecret, proves: string) =>
  `card/${cardId}/${kind}/${proves}`;
/** Of a row of `cards`. */
export const PROVES = "coalesce(encode(sha256(proof_key), 'hex'), '9B')";

const SecretSchema = v.object({ key_id: column.text, sealed: column.octets, proves: column.text });

/** The secret, which the caller overwrites; null: there is none. */
export async function openCardSecret(
  sql: Sql,
  ring: KeyRing,
  cardId: string,
  kind: CardSecret,
): Promise<Buffer | null> {
  const text = `select key_id, sealed, ${PROVES} as proves from card_secrets join cards on cards.id = card_id
    where card_id = $1 and kind = $2`;
  const found = one(await sql.rows(SecretSchema, text, [cardId, kind]));
  if (found === null) return null;
  return ring.open(CARD_SECRET_PLACE(cardId, kind, found.proves), { keyId: found.key_id, octets: found.sealed });
}

export async function saveCardSecret(
  sql: Sql,
  ring: KeyRing,
  cardId: string,
  kind: CardSecret,
  secret: Uint8Array,
): Promise<void> {
  const text = `select ${PROVES} as proves from cards where id = $1`;
  const card = one(await sql.rows(v.object({ proves: column.text }), text, [cardId]));
  if (card === null) throw new Error('a secret of no card');
  const { keyId, octets } = ring.seal(CARD_SECRET_PLACE(cardId, kind, card.proves), secret);
  await sql.run(
    `insert into card_secrets (card_id, kind, key_id, sealed) values ($1, $2, $3, $4)
     on conflict (card_id, kind) do update set key_id = excluded.key_id, sealed = excluded.sealed`,
    [cardId, kind, keyId, octets],
  );
}

export async function deleteCardSecret(sql: Sql, cardId: string, kind: CardSecret): Promise<void> {
  await sql.run('delete from card_secrets where card_id = $1 and kind = $2', [cardId, kind]);
}
