import type { Desk } from './desk.ts';
import { atTime } from './journey/journey.ts';
import { audit } from './store/audit-chain.ts';
import { lockExpiredJourneys, saveJourney } from './store/journeys.ts';
import { forgetEmptyBuckets } from './store/rate-limits.ts';
import { countEnd, endOf } from './unlock/journey-access.ts';

const BATCH = 200;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Ends what time has ended, and forgets what is of no use any more. Steps look at the clock themselves: nothing depends on
 * this being in time. Resolves with the number of journeys that it ended.
 */
export async function sweep(desk: Desk): Promise<number> {
  const now = desk.now();
  let ended = 0;
  for (;;) {
    const batch = await desk.database.transaction(async (sql) => {
      const expired = await lockExpiredJourneys(sql, now, BATCH);
      const entries = [];
      for (const stored of expired) {
        const journey = atTime(stored.journey, now.getTime());
        await saveJourney(sql, { ...stored, journey });
        entries.push(...endOf(stored, journey));
        countEnd(desk, stored.journey, journey);
      }
      await audit(sql, now, ...entries);
      return expired.length;
    });
    ended += batch;
    if (batch < BATCH) break;
  }
  const dayAgo = new Date(now.getTime() - DAY_MS);
  await desk.database.transaction(async (sql) => {
    await forgetEmptyBuckets(sql, now);
    await sql.run('delete from answered where expires_at <= $1', [now]);
    await sql.run('delete from sign_in_challenges where expires_at < $1', [now]);
    await sql.run('delete from ra_sessions where expires_at < $1', [now]);
    await sql.run('delete from ra_hand_overs where expires_at < $1', [dayAgo]);
    await sql.run('delete from address_proofs where expires_at < $1', [dayAgo]);
    await sql.run('delete from messages where sealed is null and expires_at < $1', [dayAgo]);
  });
  return ended;
}
