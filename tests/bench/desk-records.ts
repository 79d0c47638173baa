import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { KeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import { CARD_SECRET_PLACE } from '../../services/card-desk/src/store/cards.ts';
import type { Sql } from '../../services/card-desk/src/store/database.ts';
import { ADDRESS_PLACE } from '../../services/card-desk/src/store/people.ts';

/**
 * People with one card and one email address each, written straight into the tables: enrolment is not what is measured. All
 * cards have the same 9E key, which costs as much to verify as another would.
 */

export const KEY_9E: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
});

/** As in hospitals: some names are common, and every beginning of two letters is that of thousands among a million. */
const FIRST = (
  'Ada Ben Carys Dewi Elin Fatima Gareth Hana Idris Jamila Kofi Lowri Maryam Nia Owain Priya Rhys Sian Tomos Umar Vera Wren ' +
  'Xenia Yusuf Zofia Amina Bronwen Callum Daria Emeka'
).split(' ');
const LAST = (
  'Lindqvist Okafor Jones Smith Williams Patel Davies Khan Evans Brown Hughes Singh Taylor Roberts Ahmed Wilson Thomas Ali ' +
  'Walker Hussain Morgan Wright Begum Lloyd Green Iqbal Price Hall Griffiths Kowalski Bevan Nowak Rees Adeyemi Powell'
).split(' ');

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const digits = (number: number, length: number) => String(number).padStart(length, '0');

export const cardIdOf = (number: number): string => `ca4d${digits(number, 28)}`;
export const personIdOf = (number: number): string => `be9c4000-0000-4000-8000-${digits(number, 12)}`;
export const emailOf = (number: number): string => `person${number}@ward.example`;
/** Some are borne by several, a middle initial apart. */
export function nameOf(number: number): string {
  const middle = String.fromCharCode(65 + (Math.floor(number / (FIRST.length * LAST.length)) % 26));
  const last = LAST[Math.floor(number / FIRST.length) % LAST.length] ?? '';
  return `${FIRST[number % FIRST.length]} ${middle}. ${last}`;
}

export type Records = {
  readonly from: number;
  readonly count: number;
  /**
   * Each card's own unblocking code, sealed for it: what an unlock opens. Without, all of them have the sealed code of one card:
   * for look-ups, which never open it.
   */
  readonly ownCodes: boolean;
};

export const TEST_CODE = '12345678';

/** Ids, names and addresses, each sealed for its person, as the desk itself would have written them. */
export async function writeRecords(sql: Sql, ring: KeyRing, { from, count, ownCodes }: Records): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  const sealed = (place: string, text: string) => hex(ring.seal(place, Buffer.from(text)).octets);
  const spki = createPublicKey(KEY_9E.privateKey.export({ type: 'pkcs8', format: 'pem' })).export(SPKI);
  const proves = createHash('sha256').update(spki).digest('hex');
  const codeOf = (number: number) => sealed(CARD_SECRET_PLACE(cardIdOf(number), 'puk', proves), TEST_CODE);
  const oneCode = codeOf(0);
  const codes = numbers.map((number) => (ownCodes ? codeOf(number) : oneCode));
  const now = new Date();
  const people = numbers.map(personIdOf);
  const cards = numbers.map(cardIdOf);
  await sql.run(
    `insert into people (id, user_id, name, role, created_at)
     select id::uuid, user_id, name, 'user', $4 from unnest($1::text[], $2::text[], $3::text[]) as t (id, user_id, name)`,
    [people, numbers.map((number) => digits(number, 12)), numbers.map(nameOf), now],
  );
  await sql.run(
    `insert into addresses (person_id, kind, key_id, sealed, proven_at)
     select person::uuid, 'email', $3, decode(sealed, 'hex'), $4 from unnest($1::text[], $2::text[]) as t (person, sealed)`,
    [
      people,
      numbers.map((number) => sealed(ADDRESS_PLACE(personIdOf(number), 'email'), emailOf(number))),
      ring.active,
      now,
    ],
  );
  await sql.run(
    `insert into cards (id, serial, person_id, state, proof_key, puk_condition, enrolled_at)
     select id, 'S' || substr(id, 21), person::uuid, 'active', decode($3, 'hex'), 'settled', $4
     from unnest($1::text[], $2::text[]) as t (id, person)`,
    [cards, people, hex(spki), now],
  );
  await sql.run(
    `insert into card_secrets (card_id, kind, key_id, sealed)
     select card, 'puk', $3, decode(sealed, 'hex') from unnest($1::text[], $2::text[]) as t (card, sealed)`,
    [cards, codes, ring.active],
  );
}

const SPKI = { type: 'spki', format: 'der' } as const;
