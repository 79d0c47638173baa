import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { column, type Database, type Sql } from './database.ts';

/**
 * What happened, in a chain: the hash of each entry covers the one before. It is written in the transaction of the change
 * that it tells, so that there is none without the other. Whoever keeps a hash elsewhere notices any later change before it.
 */

export const AUDIT_EVENTS = [
  'person-left',
  'person-saved',
  'address-saved',
  'card-enrolled',
  'certificates-replaced',
  'card-owner-set',
  'card-state-set',
  'code-settled',
  'unlock-started',
  'unlock-joined',
  'code-right',
  'code-wrong',
  'card-proven',
  'card-not-proven',
  'puk-released',
  'puk-reported',
  'admin-key-used',
  'unlocked',
  'unlock-failed',
  'message-sent',
  'message-discarded',
  'message-given-up',
  'ra-signed-in',
  'ra-sign-in-refused',
  'ra-signed-out',
  'ra-handed-over',
  'ra-hand-over-again',
  'people-searched',
  'identity-checked',
  'unlock-authorised',
  'address-code-sent',
  'address-code-wrong',
  'limit-reached',
  'keys-rotated',
  'records-forgotten',
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** Codes, ids and numbers; never a name, an address, a code, a passcode or a key. */
export type AuditEntry = { readonly event: AuditEvent } & Readonly<Record<string, string | number | boolean | null>>;

export type AuditLine = { readonly seq: number; readonly body: string; readonly hash: string };

const HeadSchema = v.object({ seq: column.bigint, hash: column.octets });
const RowSchema = v.object({ seq: column.bigint, body: column.text, hash: column.octets });
const BATCH = 1000;

/** Last in its transaction: from here to the commit nobody else can write an entry. */
export async function audit(sql: Sql, at: Date, ...entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const [head] = await sql.rows(HeadSchema, 'select seq, hash from audit_head for update');
  if (head === undefined) throw new Error('the audit chain has no head');
  let { seq, hash } = head;
  for (const entry of entries) {
    seq += 1;
    const body = JSON.stringify({ at: at.toISOString(), ...entry });
    hash = hashOf(hash, seq, body);
    await sql.run('insert into audit (seq, body, hash) values ($1, $2, $3)', [seq, body, hash]);
  }
  await sql.run('update audit_head set seq = $1, hash = $2', [seq, hash]);
}

function hashOf(previous: Uint8Array, seq: number, body: string): Uint8Array {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(seq));
  return createHash('sha256').update(previous).update(number).update(body).digest();
}

export type ChainVerdict =
  | { readonly whole: true; readonly entries: number; readonly head: string }
  | { readonly whole: false; readonly brokenAt: number; readonly why: string };

/**
 * Reads the chain from its beginning, telling each line, and judges it.
 * @param kept a hash that was kept elsewhere (hex): the chain must still contain it
 */
export async function readAudit(
  database: Database,
  tell: (line: AuditLine) => void = () => undefined,
  kept: string | null = null,
): Promise<ChainVerdict> {
  let hash: Uint8Array = Buffer.alloc(32);
  let seq = 0;
  let keptFound = kept === null;
  for (;;) {
    const rows = await database.transaction((sql) =>
      sql.rows(RowSchema, 'select seq, body, hash from audit where seq > $1 order by seq limit $2', [seq, BATCH]),
    );
    for (const row of rows) {
      if (row.seq !== seq + 1) return { whole: false, brokenAt: seq + 1, why: 'an entry is missing' };
      const expected = hashOf(hash, row.seq, row.body);
      if (!Buffer.from(expected).equals(row.hash)) {
        return { whole: false, brokenAt: row.seq, why: 'the hash is not of this entry' };
      }
      hash = row.hash;
      seq = row.seq;
      const line = { seq, body: row.body, hash: Buffer.from(hash).toString('hex') };
      keptFound ||= line.hash === kept;
      tell(line);
    }
    if (rows.length < BATCH) break;
  }
  const [head] = await database.transaction((sql) => sql.rows(HeadSchema, 'select seq, hash from audit_head'));
  // Entries that were written since the last batch are not missing.
  if (head === undefined || head.seq < seq) return { whole: false, brokenAt: seq, why: 'the head is behind its chain' };
  if (head.seq === seq && !Buffer.from(head.hash).equals(hash)) {
    return { whole: false, brokenAt: seq, why: 'the head is of another chain' };
  }
  const tail = await database.transaction((sql) =>
    sql.rows(v.object({ seq: column.bigint }), 'select coalesce(max(seq), 0) as seq from audit'),
  );
  if ((tail[0]?.seq ?? 0) < head.seq) return { whole: false, brokenAt: seq + 1, why: 'the last entries are missing' };
  if (!keptFound) return { whole: false, brokenAt: seq, why: 'the hash that was kept is not in it' };
  return { whole: true, entries: seq, head: Buffer.from(hash).toString('hex') };
}
