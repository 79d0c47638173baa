import type { Desk, Outcome } from './desk.ts';
import { done, refused } from './desk.ts';
import type { Settings } from './settings.ts';
import { audit } from './store/audit-chain.ts';
import type { Sql } from './store/database.ts';
import { take } from './store/rate-limits.ts';

export type LimitName = keyof Settings['limits'];
/** One use of something that is limited: whose it is, as it is counted. */
export type Use = { readonly limit: LimitName; readonly of: string };

/** A flood is recorded once a minute for each bucket: a record of every refusal would be a flood of its own. */
const RECORDED = { count: 1, seconds: 60 };

/** Whether a refusal of this kind is to be recorded, or was within the last minute. */
export async function isToBeRecorded(desk: Desk, sql: Sql, kind: string, now: Date): Promise<boolean> {
  return (await take(sql, desk.ring().pseudonym('recorded', kind), RECORDED, now)) === null;
}

/**
 * Takes one of each, in this order, and stops at the first that is used up. In a transaction of its own: what comes after may
 * fail and be undone, and has been tried all the same.
 */
export async function withinLimits(desk: Desk, uses: readonly Use[]): Promise<Outcome<null>> {
  const now = desk.now();
  const outcome = await desk.database.transaction(async (sql): Promise<Outcome<null>> => {
    // A count that a crash takes back harms nobody, and no request waits for a disk only to be counted.
    await sql.run('set local synchronous_commit = off');
    for (const { limit, of } of uses) {
      const bucket = desk.ring().pseudonym(limit, of);
      const waitMs = await take(sql, bucket, desk.settings.limits[limit], now);
      if (waitMs === null) continue;
      await sql.run('set local synchronous_commit = on');
      if (await isToBeRecorded(desk, sql, `${limit}/${of}`, now)) {
        await audit(sql, now, { event: 'limit-reached', limit, of: bucket.toString('hex').slice(0, 16) });
      }
      desk.metrics.count('card_desk_refused_total', { limit });
      return refused('Desk_TooMany', { retryAfterSeconds: Math.min(86_400, Math.ceil(waitMs / 1000)) });
    }
    return done(null);
  });
  return outcome;
}
