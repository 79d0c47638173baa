import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  DESK_OPERATIONS,
  type DeskAnswer,
  type DeskOperationName,
} from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { column, one, type Sql } from './database.ts';

/**
 * Requests with an idempotency key are done once: what was answered is kept, sealed, in the transaction that did it, and is the
 * answer to each repetition. A refusal is not kept: it changed nothing that a repetition would do twice.
 */

/** As long as a journey: whoever asks again after it wants a new one. */
const KEPT_MS = 15 * 60_000;
export const ANSWERED_PLACE = (id: string) => `answered/${id}`;

export type Once<Name extends DeskOperationName> = {
  readonly operation: Name;
  /** null: the caller has drawn none, and each request is done. */
  readonly key: string | null;
  /** Whose key it is: somebody else's, though it be the same, is another. */
  readonly by: string;
  /** The request as the desk's schemas gave it. */
  readonly asked: unknown;
};

const KeptSchema = v.object({ asked: v.string(), answer: v.unknown() });
const RowSchema = v.object({ key_id: column.maybe(column.text), sealed: column.maybe(column.octets) });

/** What this very request was answered before, as an outcome; null: it was not. */
export async function answeredBefore<Name extends DeskOperationName>(
  desk: Desk,
  once: Once<Name>,
): Promise<Outcome<DeskAnswer<Name>> | null> {
  return once.key === null ? null : await desk.database.transaction((sql) => lookUp(desk, sql, once, idOf(once)));
}

/** Does `work` in this transaction, or answers as it was answered before. Of two at the same time, the later waits. */
export async function doOnce<Name extends DeskOperationName>(
  desk: Desk,
  sql: Sql,
  once: Once<Name>,
  work: () => Promise<Outcome<DeskAnswer<Name>>>,
): Promise<Outcome<DeskAnswer<Name>>> {
  if (once.key === null) return await work();
  const id = idOf(once);
  const now = desk.now();
  await sql.run('delete from answered where id = $1 and expires_at <= $2', [id, now]);
  const expiresAt = new Date(now.getTime() + KEPT_MS);
  const taken = await sql.run('insert into answered (id, expires_at) values ($1, $2) on conflict do nothing', [
    id,
    expiresAt,
  ]);
  if (taken === 0) return (await lookUp(desk, sql, once, id)) ?? refused('Desk_Unavailable', { retryAfterSeconds: 1 });
  const outcome = await work();
  if (!outcome.ok) {
    await sql.run('delete from answered where id = $1', [id]);
    return outcome;
  }
  const { keyId, octets } = sealed(desk.ring(), once, id, outcome.answer);
  await sql.run('update answered set key_id = $2, sealed = $3 where id = $1', [id, keyId, octets]);
  return outcome;
}

async function lookUp<Name extends DeskOperationName>(
  desk: Desk,
  sql: Sql,
  once: Once<Name>,
  id: string,
): Promise<Outcome<DeskAnswer<Name>> | null> {
  const text = 'select key_id, sealed from answered where id = $1 and expires_at > $2';
  const row = one(await sql.rows(RowSchema, text, [id, desk.now()]));
  if (row === null || row.key_id === null || row.sealed === null) return null;
  const opened = desk.ring().open(ANSWERED_PLACE(id), { keyId: row.key_id, octets: row.sealed });
  const kept = v.parse(KeptSchema, JSON.parse(opened.toString()));
  opened.fill(0);
  // A key that stands for something else is a fault of the caller, and no reason to do either.
  if (kept.asked !== printOf(once)) return refused('Desk_BadRequest');
  const answer: unknown = v.parse(DESK_OPERATIONS[once.operation].answer ?? v.null(), kept.answer);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of this very operation has accepted it
  return done(answer as DeskAnswer<Name>);
}

function sealed<Name extends DeskOperationName>(ring: KeyRing, once: Once<Name>, id: string, answer: DeskAnswer<Name>) {
  const text = Buffer.from(JSON.stringify({ asked: printOf(once), answer }));
  const box = ring.seal(ANSWERED_PLACE(id), text);
  text.fill(0);
  return box;
}

function idOf({ operation, by, key }: Once<DeskOperationName>): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, by, key]))
    .digest('hex');
}

/** What a schema gives has its fields in the schema's own order: the same request is the same text. */
function printOf({ asked }: Once<DeskOperationName>): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64');
}
