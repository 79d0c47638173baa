import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Person } from '../../../../src/core/contract/card-desk/shapes.ts';
import { type Address, masked } from '../journey/address.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { CARD_STATES } from './cards.ts';
import { column, one, type Sql } from './database.ts';

const PersonSchema = v.object({
  id: column.text,
  user_id: column.text,
  name: column.text,
  role: v.picklist(['user', 'ra']),
});
export type StoredPerson = v.InferOutput<typeof PersonSchema>;

const COLUMNS = 'id, user_id, name, role';
const COLUMNS_OF_PEOPLE = 'people.id, user_id, name, role';
export const MOST_FOUND = 20;

/** Null too for one who has left. */
export async function findPerson(sql: Sql, id: string): Promise<StoredPerson | null> {
  const text = `select ${COLUMNS} from people where id = $1 and left_at is null`;
  return one(await sql.rows(PersonSchema, text, [id]));
}

/** The same, and held until the end of the transaction: nobody leaves meanwhile. */
export async function holdPerson(sql: Sql, id: string): Promise<StoredPerson | null> {
  const text = `select ${COLUMNS} from people where id = $1 and left_at is null for share`;
  return one(await sql.rows(PersonSchema, text, [id]));
}

const LeavingSchema = v.object({ ...PersonSchema.entries, has_left: column.flag });

/** Also one who has left; held until the end of the transaction. */
export async function lockPersonByUserId(
  sql: Sql,
  userId: string,
): Promise<v.InferOutput<typeof LeavingSchema> | null> {
  const text = `select ${COLUMNS}, left_at is not null as has_left from people where user_id = $1 for no key update`;
  return one(await sql.rows(LeavingSchema, text, [userId]));
}

/**
 * Of those who are here, by the beginning of the name, or by an exact user id, card id or serial number; sorted by name, octet by
 * octet. One look into each index: joined by `or`, the conditions would have the database read everybody, which among a million
 * takes a second.
 */
export async function searchPeople(sql: Sql, text: string): Promise<StoredPerson[]> {
  const beginning = `${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  return await sql.rows(
    PersonSchema,
    `select ${COLUMNS} from (
       (select ${COLUMNS} from people where lower(name) like $1 and left_at is null
         order by lower(name) using ~<~, user_id limit $3)
       union
       select ${COLUMNS} from people where user_id = $2 and left_at is null
       union
       select ${COLUMNS} from people where id = (select person_id from cards where id = lower($2)) and left_at is null
       union
       select ${COLUMNS_OF_PEOPLE} from people join cards on person_id = people.id
         where serial = $2 and left_at is null
     ) as found
     order by lower(name) using ~<~, user_id limit $3`,
    [beginning, text, MOST_FOUND],
  );
}

const AddressSchema = v.object({
  id: column.text,
  kind: v.picklist(['email', 'mobile']),
  key_id: column.text,
  sealed: column.octets,
});

export const ADDRESS_PLACE = (personId: string, kind: Address['kind']) => `address/${personId}/${kind}`;

/** An address on a profile. One that takes its place has another id. */
export type ProfileAddress = Address & { readonly id: string };

/** One that does not open was tampered with, and is as good as none: it entitles to nothing, and `person` puts another there. */
export async function addressesOf(sql: Sql, ring: KeyRing, personId: string): Promise<ProfileAddress[]> {
  const text = 'select id, kind, key_id, sealed from addresses where person_id = $1 order by kind';
  const rows = await sql.rows(AddressSchema, text, [personId]);
  return rows.flatMap((row) => openAddress(ring, personId, row) ?? []);
}

function openAddress(ring: KeyRing, personId: string, row: v.InferOutput<typeof AddressSchema>): ProfileAddress | null {
  const { id, kind, key_id: keyId, sealed: octets } = row;
  const value = ring.openIfWhole(ADDRESS_PLACE(personId, kind), { keyId, octets });
  return value === null ? null : { id, kind, value: value.toString() };
}

/** Whether the address of this id is on the profile of this person, now. */
export async function isOnProfile(sql: Sql, personId: string, addressId: string): Promise<boolean> {
  const text = 'select id from addresses where person_id = $1 and id = $2';
  return (await sql.rows(v.object({ id: column.text }), text, [personId, addressId])).length > 0;
}

export async function saveAddress(
  sql: Sql,
  ring: KeyRing,
  personId: string,
  { kind, value }: Address,
  provenAt: Date,
): Promise<void> {
  const before = (await addressesOf(sql, ring, personId)).find((each) => each.kind === kind);
  const id = before?.value === value ? before.id : randomUUID();
  const { keyId, octets } = ring.seal(ADDRESS_PLACE(personId, kind), Buffer.from(value));
  await sql.run(
    `insert into addresses (person_id, kind, id, key_id, sealed, proven_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (person_id, kind) do update
       set id = excluded.id, key_id = excluded.key_id, sealed = excluded.sealed, proven_at = excluded.proven_at`,
    [personId, kind, id, keyId, octets, provenAt],
  );
}

const AddressOfPersonSchema = v.object({ person_id: column.text, ...AddressSchema.entries });

const CardOfPersonSchema = v.object({
  person_id: column.text,
  id: column.text,
  serial: column.maybe(column.text),
  state: v.picklist(CARD_STATES),
});

/** As an RA sees the person. */
export async function describePerson(sql: Sql, ring: KeyRing, person: StoredPerson): Promise<Person> {
  const [described] = await describePeople(sql, ring, [person]);
  if (described === undefined) throw new Error('one person has one description');
  return described;
}

/** As an RA sees them, in two statements for all of them. */
export async function describePeople(sql: Sql, ring: KeyRing, people: readonly StoredPerson[]): Promise<Person[]> {
  const ids = people.map(({ id }) => id);
  const addresses = await sql.rows(
    AddressOfPersonSchema,
    'select person_id, id, kind, key_id, sealed from addresses where person_id = any($1::uuid[]) order by kind',
    [ids],
  );
  const cards = await sql.rows(
    CardOfPersonSchema,
    'select person_id, id, serial, state from cards where person_id = any($1::uuid[]) order by enrolled_at, id',
    [ids],
  );
  return people.map(({ id: person, user_id: userId, name }) => ({
    id: person,
    userId,
    name,
    addresses: addresses
      .filter((row) => row.person_id === person)
      .flatMap((row) => openAddress(ring, person, row) ?? [])
      .map((address) => ({ kind: address.kind, masked: masked(address) })),
    cards: cards
      .filter((row) => row.person_id === person)
      .map(({ id, serial, state }) => ({ cardId: id, serial, state })),
  }));
}
