import type { Desk } from './desk.ts';
import { atTime } from './journey/journey.ts';
import { audit } from './store/audit-chain.ts';
import {
  forgetCards,
  forgetIdentityChecks,
  forgetJourneys,
  forgetMessages,
  forgetPeople,
  forgetUnusedAuthorisations,
  forgetUsedAuthorisations,
} from './store/forgetting.ts';
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
  const ended = await inBatches((limit) => endExpired(desk, now, limit));
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
  await inBatches((limit) => forgetOld(desk, now, limit));
  return ended;
}

async function endExpired(desk: Desk, now: Date, limit: number): Promise<number> {
  return await desk.database.transaction(async (sql) => {
    const expired = await lockExpiredJourneys(sql, now, limit);
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
}

/**
 * What is older than the organisation keeps it. That it was forgotten, and not taken out by somebody, is recorded. Resolves with
 * the most that was taken of one kind.
 */
async function forgetOld(desk: Desk, now: Date, limit: number): Promise<number> {
  const before = new Date(now.getTime() - desk.settings.keptDays * DAY_MS);
  return await desk.database.transaction(async (sql) => {
    // In this order: each may be pointed to by the one before.
    const used = await forgetUsedAuthorisations(sql, before, limit);
    const counts = {
      journeys: await forgetJourneys(sql, before, limit),
      authorisations: used + (await forgetUnusedAuthorisations(sql, before, limit)),
      checks: await forgetIdentityChecks(sql, before, limit),
      cards: await forgetCards(sql, before, limit),
      people: await forgetPeople(sql, before, limit),
      messages: await forgetMessages(sql, before, limit),
    };
    const most = Math.max(...Object.values(counts));
    if (most > 0) await audit(sql, now, { event: 'records-forgotten', ...counts });
    return most;
  });
}

/** In small transactions, beside a desk that runs, until one is not full. Resolves with the sum of what they did. */
async function inBatches(work: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const done = await work(BATCH);
    total += done;
    if (done < BATCH) return total;
  }
}
