import type { Desk } from '../desk.ts';
import type { Sql } from '../store/database.ts';
import { putMessage } from '../store/outbox.ts';
import { addressesOf } from '../store/people.ts';
import type { Message, MessagePurpose } from './message.ts';

/** What a person ought to hear is told through a day of trouble with the mail. */
const TOLD_WITHIN_MS = 24 * 60 * 60_000;

/** News without a code, to every address on the profile: somebody else may be reading one of the mailboxes. */
export async function tellPerson(
  desk: Desk,
  sql: Sql,
  person: string,
  {
    purpose,
    language,
    but = null,
  }: {
    readonly purpose: Exclude<MessagePurpose, 'unlock-code' | 'address-code'>;
    readonly language: Message['language'];
    /** An address that is not told. */
    readonly but?: string | null;
  },
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + TOLD_WITHIN_MS);
  for (const { kind, value } of await addressesOf(sql, desk.ring(), person)) {
    if (value === but) continue;
    await putMessage(sql, desk.ring(), purpose, { channel: kind, to: value, language, code: null }, { now, expiresAt });
  }
}
