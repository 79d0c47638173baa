import * as v from 'valibot';
import { ADDRESS_PROOF_PLACE } from '../assisted/new-address.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { ANSWERED_PLACE } from './answered.ts';
import { audit } from './audit-chain.ts';
import { CARD_SECRET_PLACE, CARD_SECRETS, PROVES } from './cards.ts';
import { column, type Database, type Sql } from './database.ts';
import { MESSAGE_PLACE } from './outbox.ts';
import { ADDRESS_PLACE } from './people.ts';

/**
 * Seals everything anew with the first key of the ring. In small transactions, beside a desk that runs: one that is broken off
 * has done part of it, and the next goes on. What a code was hashed with cannot be done anew; codes live 15 minutes. A secret
 * that does not open where it is was tampered with: it is told and left, and keeps the old key in use until somebody has seen to it.
 */

const BATCH = 500;

const RowSchema = v.object({
  first: column.text,
  second: column.text,
  bound: column.text,
  key_id: column.text,
  sealed: column.octets,
});

/** By table: the two columns that name a row, in the order of an index, and their types; what else its secret is bound to, and the place that these make. */
const SEALED = [
  {
    table: 'card_secrets',
    first: 'card_id',
    second: 'kind',
    types: ['text', 'text'],
    where: 'true',
    bound: `(select ${PROVES} from cards where cards.id = card_id)`,
    place: (card: string, kind: string, proves: string) =>
      CARD_SECRET_PLACE(card, v.parse(v.picklist(CARD_SECRETS), kind), proves),
  },
  {
    table: 'addresses',
    first: 'person_id',
    second: 'kind',
    types: ['uuid', 'text'],
    where: 'true',
    bound: "''",
    place: (person: string, kind: string) => ADDRESS_PLACE(person, v.parse(v.picklist(['email', 'mobile']), kind)),
  },
  {
    table: 'address_proofs',
    first: 'id',
    second: 'id',
    types: ['uuid', 'uuid'],
    where: 'true',
    bound: "''",
    place: (id: string) => ADDRESS_PROOF_PLACE(id),
  },
  {
    table: 'messages',
    first: 'id',
    second: 'id',
    types: ['uuid', 'uuid'],
    where: 'sealed is not null',
    bound: "''",
    place: (id: string) => MESSAGE_PLACE(id),
  },
  {
    table: 'answered',
    first: 'id',
    second: 'id',
    types: ['text', 'text'],
    where: 'sealed is not null',
    bound: "''",
    place: (id: string) => ANSWERED_PLACE(id),
  },
] as const;

/** A secret that does not open: by its table, and what names its row there. */
export type Unopened = { readonly table: string; readonly first: string; readonly second: string };
export type Rotated = { readonly secrets: number; readonly unopened: readonly Unopened[] };

export async function rotateKeys(database: Database, ring: KeyRing, now: () => Date): Promise<Rotated> {
  let secrets = 0;
  const unopened: Unopened[] = [];
  const known = await database.transaction((sql) => sql.rows(v.object({ id: column.text }), 'select id from keys'));
  for (const { id } of known.filter((key) => key.id !== ring.active)) {
    for (const sealed of SEALED) {
      let after: RowName | null = null;
      for (;;) {
        const done: Batch = await database.transaction((sql) => rotateSome(sql, ring, id, sealed, after));
        secrets += done.secrets;
        unopened.push(...done.unopened);
        if (done.last === null) break;
        after = done.last;
      }
    }
  }
  const entry = { event: 'keys-rotated', key: ring.active, secrets, unopened: unopened.length } as const;
  await database.transaction((sql) => audit(sql, now(), entry));
  return { secrets, unopened };
}

/** The two columns that name a row. */
type RowName = readonly [first: string, second: string];
/** `last`: the row that it ended with, from which the next one goes on; null when there are no more. */
type Batch = Rotated & { readonly last: RowName | null };

async function rotateSome(
  sql: Sql,
  ring: KeyRing,
  oldKey: string,
  { table, first, second, types, where, bound, place }: (typeof SEALED)[number],
  after: RowName | null,
): Promise<Batch> {
  const beyond = after === null ? '' : `and (${first}, ${second}) > ($3::${types[0]}, $4::${types[1]})`;
  const rows = await sql.rows(
    RowSchema,
    `select ${first}::text as first, ${second}::text as second, ${bound} as bound, key_id, sealed from ${table}
     where key_id = $1 and ${where} ${beyond} order by ${table}.${first}, ${table}.${second} limit $2 for update`,
    [oldKey, BATCH, ...(after ?? [])],
  );
  const unopened: Unopened[] = [];
  for (const { first: one, second: other, bound: more, key_id: keyId, sealed: octets } of rows) {
    const at = place(one, other, more);
    // A key that is not here is a mistake of whoever rotates, and stops it.
    const secret = ring.openIfWhole(at, { keyId, octets });
    if (secret === null) {
      unopened.push({ table, first: one, second: other });
      continue;
    }
    const fresh = ring.seal(at, secret);
    secret.fill(0);
    await sql.run(`update ${table} set key_id = $3, sealed = $4 where ${first} = $1 and ${second} = $2`, [
      one,
      other,
      fresh.keyId,
      fresh.octets,
    ]);
  }
  const end = rows.length < BATCH ? undefined : rows.at(-1);
  const last: RowName | null = end === undefined ? null : [end.first, end.second];
  return { secrets: rows.length - unopened.length, unopened, last };
}
