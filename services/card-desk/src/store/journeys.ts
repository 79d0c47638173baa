import * as v from 'valibot';
import {
  ATTEMPT_RESULTS,
  DESK_LANGUAGES,
  RELEASE_MODES,
  UNLOCK_FAILURES,
  UNLOCK_PHASES,
} from '../../../../src/core/contract/card-desk/shapes.ts';
import type { Journey } from '../journey/journey.ts';
import { column, one, type Sql } from './database.ts';

/** A journey as it lies in the database: what the pure part knows, and what belongs to it. */
export type StoredJourney = {
  readonly id: string;
  /** As claimed at the start; it need not exist. */
  readonly cardId: string;
  readonly language: (typeof DESK_LANGUAGES)[number];
  readonly tokenHash: Uint8Array;
  readonly code: { readonly keyId: string; readonly hash: Uint8Array };
  readonly challenge: Uint8Array | null;
  readonly releaseKey: Uint8Array | null;
  /** The address that the code was sent to, by its id; null: none was, or the journey is an assisted one. */
  readonly sentTo: string | null;
  readonly journey: Journey;
};

const RowSchema = v.object({
  id: column.text,
  kind: v.picklist(['self-service', 'assisted']),
  card_id: column.text,
  token_hash: column.octets,
  language: v.picklist(DESK_LANGUAGES),
  phase: v.picklist(UNLOCK_PHASES),
  failure: v.nullable(v.picklist(UNLOCK_FAILURES)),
  code_key_id: column.text,
  code_hash: column.octets,
  code_tries_left: column.integer,
  challenges_left: column.integer,
  proofs_left: column.integer,
  releases_left: column.integer,
  started_at: column.moment,
  expires_at: column.moment,
  ended_at: column.maybe(column.moment),
  challenge: column.maybe(column.octets),
  challenge_until: column.maybe(column.moment),
  release_key: column.maybe(column.octets),
  sent_to: column.maybe(column.text),
  attempt_number: column.maybe(column.integer),
  attempt_mode: v.nullable(v.picklist(RELEASE_MODES)),
  reported_number: column.maybe(column.integer),
  reported_result: v.nullable(v.picklist(ATTEMPT_RESULTS)),
});
type Row = v.InferOutput<typeof RowSchema>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of an object literal are all of its keys
const COLUMNS = Object.keys(RowSchema.entries) as ReadonlyArray<keyof Row>;

export async function findJourney(sql: Sql, id: string): Promise<StoredJourney | null> {
  const row = one(await sql.rows(RowSchema, `select ${COLUMNS.join(', ')} from journeys where id = $1`, [id]));
  return row === null ? null : fromRow(row);
}

/** The journey, held until the end of the transaction: no two requests take the same step. */
export async function lockJourney(sql: Sql, id: string): Promise<StoredJourney | null> {
  const text = `select ${COLUMNS.join(', ')} from journeys where id = $1 for update`;
  const row = one(await sql.rows(RowSchema, text, [id]));
  return row === null ? null : fromRow(row);
}

export async function insertJourney(sql: Sql, stored: StoredJourney): Promise<void> {
  const places = COLUMNS.map((_, i) => `$${i + 1}`).join(', ');
  await sql.run(`insert into journeys (${COLUMNS.join(', ')}) values (${places})`, values(stored));
}

export async function saveJourney(sql: Sql, stored: StoredJourney): Promise<void> {
  const changes = COLUMNS.map((name, i) => `${name} = $${i + 1}`).slice(1);
  await sql.run(`update journeys set ${changes.join(', ')} where id = $1`, values(stored));
}

/** Journeys of the card that have a release of it, but for one if told; held until the end of the transaction. */
export async function lockOtherOpenJourneys(sql: Sql, cardId: string, but: string | null): Promise<StoredJourney[]> {
  const rows = await sql.rows(
    RowSchema,
    `select ${COLUMNS.join(', ')} from journeys
     where card_id = $1 and id is distinct from $2::uuid and phase = 'released' order by id for update`,
    [cardId, but],
  );
  return rows.map(fromRow);
}

/** Up to `limit` journeys whose time is over and that nobody has asked about since. */
export async function lockExpiredJourneys(sql: Sql, now: Date, limit: number): Promise<StoredJourney[]> {
  const rows = await sql.rows(
    RowSchema,
    `select ${COLUMNS.join(', ')} from journeys
     where phase in ('code', 'card', 'released') and expires_at <= $1
     order by expires_at limit $2 for update skip locked`,
    [now, limit],
  );
  return rows.map(fromRow);
}

/** The latest journeys, for the command line. */
export async function listJourneys(
  sql: Sql,
  filter: { readonly cardId: string | null; readonly open: boolean; readonly limit: number },
): Promise<StoredJourney[]> {
  const rows = await sql.rows(
    RowSchema,
    `select ${COLUMNS.join(', ')} from journeys
     where ($1::text is null or card_id = $1) and (not $2::boolean or phase in ('code', 'card', 'released'))
     order by started_at desc limit $3`,
    [filter.cardId, filter.open, filter.limit],
  );
  return rows.map(fromRow);
}

function fromRow(row: Row): StoredJourney {
  const attempt =
    row.attempt_number === null || row.attempt_mode === null
      ? null
      : { number: row.attempt_number, mode: row.attempt_mode };
  const reported =
    row.reported_number === null || row.reported_result === null
      ? null
      : { number: row.reported_number, result: row.reported_result };
  return {
    id: row.id,
    cardId: row.card_id,
    language: row.language,
    tokenHash: row.token_hash,
    code: { keyId: row.code_key_id, hash: row.code_hash },
    challenge: row.challenge,
    releaseKey: row.release_key,
    sentTo: row.sent_to,
    journey: {
      kind: row.kind,
      phase: row.phase,
      failure: row.failure,
      codeTriesLeft: row.code_tries_left,
      challengesLeft: row.challenges_left,
      proofsLeft: row.proofs_left,
      releasesLeft: row.releases_left,
      startedAt: row.started_at.getTime(),
      expiresAt: row.expires_at.getTime(),
      endedAt: row.ended_at?.getTime() ?? null,
      challenge: row.challenge_until === null ? null : { until: row.challenge_until.getTime() },
      attempt,
      reported,
    },
  };
}

/** In the order of {@link COLUMNS}. */
function values(stored: StoredJourney) {
  const { journey } = stored;
  const row: Row = {
    id: stored.id,
    kind: journey.kind,
    card_id: stored.cardId,
    token_hash: stored.tokenHash,
    language: stored.language,
    phase: journey.phase,
    failure: journey.failure,
    code_key_id: stored.code.keyId,
    code_hash: stored.code.hash,
    code_tries_left: journey.codeTriesLeft,
    challenges_left: journey.challengesLeft,
    proofs_left: journey.proofsLeft,
    releases_left: journey.releasesLeft,
    started_at: new Date(journey.startedAt),
    expires_at: new Date(journey.expiresAt),
    ended_at: journey.endedAt === null ? null : new Date(journey.endedAt),
    challenge: journey.challenge === null ? null : stored.challenge,
    challenge_until: journey.challenge === null ? null : new Date(journey.challenge.until),
    release_key: stored.releaseKey,
    sent_to: stored.sentTo,
    attempt_number: journey.attempt?.number ?? null,
    attempt_mode: journey.attempt?.mode ?? null,
    reported_number: journey.reported?.number ?? null,
    reported_result: journey.reported?.result ?? null,
  };
  return COLUMNS.map((name) => row[name]);
}
