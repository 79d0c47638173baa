import * as v from 'valibot';
import { column, type Sql } from './database.ts';

/**
 * What is kept for a time and then forgotten: journeys that are over, and what an RA did for them. Each takes up to `limit` and
 * resolves with the number that it took. Rows that somebody holds are left for the next time.
 */

const IdSchema = v.object({ id: column.text });

/**
 * Journeys that ended before that, once the authorisation that they used is gone. One stays while nobody has told what came of its
 * release and no later one was made: it is what is known about the codes of that card.
 */
export async function forgetJourneys(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from journeys where id in (
       select id from journeys
       where ended_at < $1
         and not exists (select 1 from authorisations where used_by = journeys.id)
         and not exists (
           select 1 from cards
           where cards.id = journeys.card_id and released_to = journeys.id
             and attempt_number is distinct from reported_number)
       order by ended_at limit $2 for update skip locked)`,
    [before, limit],
  );
}

/** Authorisations of journeys that ended before that, also of such as stay: after their end they decide nothing. */
export async function forgetUsedAuthorisations(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from authorisations where id in (
       select authorisations.id from authorisations join journeys on journeys.id = used_by
       where ended_at < $1 order by ended_at limit $2 for update of authorisations skip locked)`,
    [before, limit],
  );
}

/** Authorisations that nobody used in their time. */
export async function forgetUnusedAuthorisations(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from authorisations where id in (
       select id from authorisations where used_by is null and expires_at < $1
       order by expires_at limit $2 for update skip locked)`,
    [before, limit],
  );
}

/** Identity checks that no authorisation which is still here was given by. */
export async function forgetIdentityChecks(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from identity_checks where id in (
       select id from identity_checks
       where expires_at < $1
         and not exists (select 1 from authorisations where identity_check_id = identity_checks.id)
       order by expires_at limit $2 for update skip locked)`,
    [before, limit],
  );
}

/**
 * Withdrawn cards with their secrets and certificates: those of people who left before that, held so that nobody comes back
 * meanwhile, and those that were withdrawn before that and are nobody's.
 */
export async function forgetCards(sql: Sql, before: Date, limit: number): Promise<number> {
  const nothingKept = `not exists (select 1 from authorisations where card_id = cards.id)
    and not exists (select 1 from authorisations where ra_card_id = cards.id)
    and not exists (
      select 1 from journeys where journeys.card_id = cards.id and phase in ('code', 'card', 'released'))`;
  const ofLeavers = await sql.rows(
    IdSchema,
    `select cards.id from cards join people on people.id = person_id
     where left_at < $1 and state = 'withdrawn' and ${nothingKept}
     order by left_at limit $2 for update of cards, people skip locked`,
    [before, limit],
  );
  const ofNobody = await sql.rows(
    IdSchema,
    `select id from cards where person_id is null and withdrawn_at < $1 and ${nothingKept}
     order by withdrawn_at limit $2 for update skip locked`,
    [before, limit],
  );
  const ids = [...ofLeavers, ...ofNobody].slice(0, limit).map(({ id }) => id);
  if (ids.length === 0) return 0;
  for (const table of ['card_secrets', 'certificates', 'ra_sessions', 'ra_hand_overs']) {
    await sql.run(`delete from ${table} where card_id = any($1)`, [ids]);
  }
  return await sql.run('delete from cards where id = any($1)', [ids]);
}

/** People who left before that, once nothing is kept that they did or that was done for them. */
export async function forgetPeople(sql: Sql, before: Date, limit: number): Promise<number> {
  const nothing = [
    ['cards', 'person_id'],
    ['identity_checks', 'person_id'],
    ['identity_checks', 'ra_id'],
    ['authorisations', 'ra_id'],
    ['address_proofs', 'person_id'],
    ['address_proofs', 'ra_id'],
    ['ra_sessions', 'person_id'],
    ['ra_hand_overs', 'person_id'],
  ].map(([table, whose]) => `and not exists (select 1 from ${table} where ${whose} = people.id)`);
  return await sql.run(
    `delete from people where id in (
       select id from people where left_at < $1 ${nothing.join(' ')}
       order by left_at limit $2 for update skip locked)`,
    [before, limit],
  );
}

/** Messages that nobody could send and that are of no use any more, with what they say. */
export async function forgetMessages(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from messages where id in (
       select id from messages where expires_at < $1 order by expires_at limit $2 for update skip locked)`,
    [before, limit],
  );
}
