import type { Desk } from '../desk.ts';
import type { StoredCard } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import type { StoredJourney } from '../store/journeys.ts';
import { putMessage } from '../store/outbox.ts';
import { addressesOf } from '../store/people.ts';

/** The owner learns of an unlock through a day of trouble with the mail. */
const TOLD_WITHIN_MS = 24 * 60 * 60_000;

/**
 * To every address on the profile, with the first release: whoever has the code in hand need not report what came of it, and
 * may be reading one of the mailboxes.
 */
export async function tellOwner(
  desk: Desk,
  sql: Sql,
  { language }: StoredJourney,
  { person_id: owner }: StoredCard,
  now: Date,
): Promise<void> {
  if (owner === null) return;
  const expiresAt = new Date(now.getTime() + TOLD_WITHIN_MS);
  for (const { kind, value } of await addressesOf(sql, desk.ring(), owner)) {
    const message = { channel: kind, to: value, language, code: null };
    await putMessage(sql, desk.ring(), 'unlocking', message, { now, expiresAt });
  }
}
