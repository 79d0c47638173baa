import * as v from 'valibot';
import { type KeyRing, KeyRingError } from '../secrets/key-ring.ts';
import { column, type Database, type Sql } from './database.ts';

/** Which keys this database knows, and whether the key ring has them. */

const KNOWN_TEXT = Buffer.from('card desk');
const placeOf = (id: string) => `key/${id}`;

const USES = [
  ['card_secrets', 'key_id', 'true'],
  ['addresses', 'key_id', 'true'],
  ['address_proofs', 'key_id', 'true'],
  ['address_proofs', 'code_key_id', 'done_at is null'],
  ['messages', 'key_id', 'sealed is not null'],
  ['answered', 'key_id', 'true'],
  ['journeys', 'code_key_id', "phase = 'code'"],
] as const;

const KeySchema = v.object({ id: column.text, check_value: column.octets });

/**
 * To be called before anything is written: registers the keys of the ring, and rejects with a {@link KeyRingError}, with nothing
 * changed, if a key under a known id has other octets, or if one that is still in use is missing. A key is registered before it
 * seals: two instances that were given different octets under one id are told apart while it is second in their rings.
 */
export async function checkKeys(database: Database, ring: KeyRing, now: Date): Promise<void> {
  await database.transaction(async (sql) => {
    // In one order, whatever order the rings have: instances that start at once do not wait for each other in a circle.
    for (const id of ring.ids.toSorted()) {
      await sql.run(
        'insert into keys (id, check_value, first_used_at) values ($1, $2, $3) on conflict (id) do nothing',
        [id, ring.seal(placeOf(id), KNOWN_TEXT, id).octets, now],
      );
    }
    const known = await sql.rows(KeySchema, 'select id, check_value from keys');
    for (const { id, check_value: octets } of known) {
      if (ring.has(id)) {
        const text = opened(ring, id, octets);
        if (text === null || !text.equals(KNOWN_TEXT)) {
          throw new KeyRingError(`the key ${id} is not the one that this database knows by that id`);
        }
      } else if ((await usesOf(sql, id)) > 0) {
        throw new KeyRingError(`the key ${id} is still in use in this database and is not in the key ring`);
      }
    }
  });
}

function opened(ring: KeyRing, id: string, octets: Uint8Array): Buffer | null {
  try {
    return ring.open(placeOf(id), { keyId: id, octets });
  } catch {
    return null;
  }
}

const CountSchema = v.object({ count: column.bigint });

async function usesOf(sql: Sql, id: string): Promise<number> {
  let uses = 0;
  for (const [table, key, where] of USES) {
    const text = `select count(*) as count from (select 1 from ${table} where ${key} = $1 and ${where} limit 1000) as counted`;
    uses += (await sql.rows(CountSchema, text, [id]))[0]?.count ?? 0;
  }
  return uses;
}

export type KeyUse = { readonly id: string; readonly inRing: boolean; readonly active: boolean; readonly uses: number };

/** Each key that the ring or the database knows, with the number of things that need it (counted up to 1000 a table). */
export async function keyUses(database: Database, ring: KeyRing): Promise<readonly KeyUse[]> {
  return await database.transaction(async (sql) => {
    const known = await sql.rows(v.object({ id: column.text }), 'select id from keys order by first_used_at');
    const ids = [...new Set([...ring.ids, ...known.map(({ id }) => id)])];
    const uses: KeyUse[] = [];
    for (const id of ids) {
      uses.push({ id, inRing: ring.has(id), active: id === ring.active, uses: await usesOf(sql, id) });
    }
    return uses;
  });
}
