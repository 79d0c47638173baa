import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { MESSAGE_PURPOSES, type Message, type MessagePurpose, MessageSchema } from '../messages/message.ts';
import type { KeyRing, Sealed } from '../secrets/key-ring.ts';
import { column, type Sql } from './database.ts';

/**
 * Messages are written in the transaction that makes them necessary, and sent after it: what was answered as sent will be,
 * through a crash too. One that was sent in the moment of a crash may be sent twice.
 */

export const MESSAGE_PLACE = (id: string) => `message/${id}`;
/** For so long a message belongs to the instance that has taken it. */
const CLAIM_MS = 60_000;

export async function putMessage(
  sql: Sql,
  ring: KeyRing,
  purpose: MessagePurpose,
  message: Message,
  times: { readonly now: Date; readonly expiresAt: Date },
): Promise<void> {
  const id = randomUUID();
  const { keyId, octets } = ring.seal(MESSAGE_PLACE(id), Buffer.from(JSON.stringify(message)));
  await sql.run(
    `insert into messages (id, purpose, state, key_id, sealed, tries, due_at, expires_at)
     values ($1, $2, 'waiting', $3, $4, 0, $5, $6)`,
    [id, purpose, keyId, octets, times.now, times.expiresAt],
  );
}

const RowSchema = v.object({
  id: column.text,
  purpose: v.picklist(MESSAGE_PURPOSES),
  key_id: column.text,
  sealed: column.octets,
  tries: column.integer,
  expires_at: column.moment,
});

export type Claimed = {
  readonly id: string;
  readonly purpose: MessagePurpose;
  /** null: what lies there is not what was written, or not where it was written. */
  readonly message: Message | null;
  readonly tries: number;
  readonly expiresAt: Date;
};

/**
 * Takes messages that are due, and that no other instance has. Their tries are counted here: a crash costs one. Those that were
 * sealed by a key which is not in this ring are left to an instance that has it.
 */
export async function claimMessages(sql: Sql, ring: KeyRing, now: Date, limit: number): Promise<Claimed[]> {
  const rows = await sql.rows(
    RowSchema,
    `update messages set state = 'sending', tries = tries + 1, due_at = $2
     where id in (
       select id from messages where state in ('waiting', 'sending') and due_at <= $1 and key_id = any($4::text[])
       order by due_at limit $3 for update skip locked)
     returning id, purpose, key_id, sealed, tries, expires_at`,
    [now, new Date(now.getTime() + CLAIM_MS), limit, ring.ids],
  );
  return rows.map(({ id, purpose, key_id: keyId, sealed: octets, tries, expires_at: expiresAt }) => {
    const message = opened(ring, id, { keyId, octets });
    return { id, purpose, message, tries, expiresAt };
  });
}

/** Each on its own: one that does not open must not keep the others back. */
function opened(ring: KeyRing, id: string, sealed: Sealed): Message | null {
  try {
    return v.parse(MessageSchema, JSON.parse(ring.open(MESSAGE_PLACE(id), sealed).toString()));
  } catch {
    return null;
  }
}

export async function settleMessage(sql: Sql, id: string, state: 'sent' | 'given-up' | 'discarded'): Promise<void> {
  await sql.run('update messages set state = $2, sealed = null where id = $1', [id, state]);
}

export async function postponeMessage(sql: Sql, id: string, dueAt: Date): Promise<void> {
  await sql.run("update messages set state = 'waiting', due_at = $2 where id = $1", [id, dueAt]);
}

const DueSchema = v.object({ due_at: column.moment });

/** When the next message is due that this ring opens; null: none waits. */
export async function nextDue(sql: Sql, ring: KeyRing): Promise<Date | null> {
  const text = `select due_at from messages where state in ('waiting', 'sending') and key_id = any($1::text[])
     order by due_at limit 1`;
  return (await sql.rows(DueSchema, text, [ring.ids]))[0]?.due_at ?? null;
}
