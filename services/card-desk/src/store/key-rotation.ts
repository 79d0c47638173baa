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
 * has done part of it, and the next goes on. What a code was hashed with cannot be done anew; codes live 15 minutes.
 */

const BATCH = 500;

const RowSchema = v.object({
  first: column.text,
  second: column.text,
  bound: column.text,
  key_id: column.text,
  sealed: column.octets,
});

/** By table: the two columns that name a row, what else its secret is bound to, and the place that these make. */
const SEALED = [
  {
    table: 'card_secrets',
    first: 'card_id',
    second: 'kind',
    where: 'true',
    bound: `(select ${PROVES} from cards where cards.id = card_id)`,
    place: (card: string, kind: string, proves: string) =>
      CARD_SECRET_PLACE(card, v.parse(v.picklist(CARD_SECRETS), kind), proves),
  },
  {
    table: 'addresses',
    first: 'person_id',
    second: 'kind',
    where: 'true',
    bound: "''",
    place: (person: string, kind: string) => ADDRESS_PLACE(person, v.parse(v.picklist(['email', 'mobile']), kind)),
  },
  {
    table: 'address_proofs',
    first: 'id',
    second: 'id',
    where: 'true',
    bound: "''",
    place: (id: string) => ADDRESS_PROOF_PLACE(id),
  },
  {
    table: 'messages',
    first: 'id',
    second: 'id',
    where: 'sealed is not null',
    bound: "''",
    place: (id: string) => MESSAGE_PLACE(id),
  },
  {
    table: 'answered',
    first: 'id',
    second: 'id',
    where: 'sealed is not null',
    bound: "''",
    place: (id: string) => ANSWERED_PLACE(id),
  },
] as const;

/** Resolves with the number of secrets that were sealed anew. */
export async function rotateKeys(database: Database, ring: KeyRing, now: () => Date): Promise<number> {
  let total = 0;
  const known = await database.transaction((sql) => sql.rows(v.object({ id: column.text }), 'select id from keys'));
  for (const { id } of known.filter((key) => key.id !== ring.active)) {
    for (const sealed of SEALED) {
      for (;;) {
        const done = await database.transaction((sql) => rotateSome(sql, ring, id, sealed));
        total += done;
        if (done < BATCH) break;
      }
    }
  }
  await database.transaction((sql) => audit(sql, now(), { event: 'keys-rotated', key: ring.active, secrets: total }));
  return total;
}

async function rotateSome(
  sql: Sql,
  ring: KeyRing,
  oldKey: string,
  { table, first, second, where, bound, place }: (typeof SEALED)[number],
): Promise<number> {
  const rows = await sql.rows(
    RowSchema,
    `select ${first}::text as first, ${second}::text as second, ${bound} as bound, key_id, sealed from ${table}
     where key_id = $1 and ${where} limit $2 for update`,
    [oldKey, BATCH],
  );
  for (const { first: one, second: other, bound: more, key_id: keyId, sealed: octets } of rows) {
    const secret = ring.open(place(one, other, more), { keyId, octets });
    const fresh = ring.seal(place(one, other, more), secret);
    secret.fill(0);
    await sql.run(`update ${table} set key_id = $3, sealed = $4 where ${first} = $1 and ${second} = $2`, [
      one,
      other,
      fresh.keyId,
      fresh.octets,
    ]);
  }
  return rows.length;
}
