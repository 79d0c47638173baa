import * as v from 'valibot';
import { column, type Sql } from './database.ts';

/**
 * What is kept for a time and then forgotten: journeys that are over, and what an RA did for them. Each takes up to `limit` and
 * resolves with the number that it took. Rows that somebody holds are left for the next time.
 */

const IdSchema = v.object({ id: column.text });

/**
 * Journeys that ended before that, and the authorisations that they used. One stays while nobody has told what came of its
 * release and no later one was made: it is what is known about the codes of that card.
 */
export async function forgetJourneys(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.rows(
    IdSchema,
    `select id from journeys
     where ended_at < $1 and not exists (
       select 1 from cards
       where cards.id = journeys.card_id and released_to = journeys.id
         and attempt_number is distinct from reported_number)
     order by ended_at limit $2 for update skip locked`,
    [before, limit],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await sql.run('delete from authorisations where used_by = any($1::uuid[])', [ids]);
  return await sql.run('delete from journeys where id = any($1::uuid[])', [ids]);
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

/** Messages that nobody could send and that are of no use any more, with what they say. */
export async function forgetMessages(sql: Sql, before: Date, limit: number): Promise<number> {
  return await sql.run(
    `delete from messages where id in (
       select id from messages where expires_at < $1 order by expires_at limit $2 for update skip locked)`,
    [before, limit],
  );
}
