import * as v from 'valibot';
import type { Limit } from '../settings.ts';
import { column, one, type Sql } from './database.ts';

/**
 * Limits that hold across all instances, since they are counted in the database: the generic cell rate algorithm, one row and
 * one statement each, so that two instances can never both take the last of a bucket.
 */

const EmptyAtSchema = v.object({ empty_at: column.moment });

/** Takes one from the bucket; resolves with null, or with the milliseconds until there is one again. */
export async function take(sql: Sql, bucket: Uint8Array, limit: Limit, now: Date): Promise<number | null> {
  const capacity = limit.seconds * 1000;
  const cost = capacity / limit.count;
  const taken = await sql.rows(
    EmptyAtSchema,
    `insert into rate_limits as own (bucket, empty_at)
     values ($1, $2::timestamptz + $3::float8 * interval '1 millisecond')
     on conflict (bucket) do update
       set empty_at = greatest(own.empty_at, $2::timestamptz) + $3::float8 * interval '1 millisecond'
       where greatest(own.empty_at, $2::timestamptz) + $3::float8 * interval '1 millisecond'
         <= $2::timestamptz + $4::float8 * interval '1 millisecond'
     returning empty_at`,
    [bucket, now, cost, capacity],
  );
  if (taken.length > 0) return null;
  const found = one(await sql.rows(EmptyAtSchema, 'select empty_at from rate_limits where bucket = $1', [bucket]));
  return found === null ? cost : Math.max(1, found.empty_at.getTime() + cost - capacity - now.getTime());
}

/** Empty buckets say nothing. */
export async function forgetEmptyBuckets(sql: Sql, now: Date): Promise<number> {
  return await sql.run('delete from rate_limits where empty_at < $1', [now]);
}
