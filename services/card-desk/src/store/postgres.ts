import pg from 'pg';
import type * as v from 'valibot';
import { type Database, DatabaseUnavailable, parseRows, type Sql, type SqlValue } from './database.ts';
import { checkDatabaseUrl } from './database-url.ts';
import { codeOf, isConflict, judged } from './sql-state.ts';

const STATEMENT_MS = 10_000;
const LOCK_MS = 5000;
const CONNECT_MS = 3000;
/** Undone by a conflict, a transaction is run again as often. */
const RUNS = 4;

/** A PostgreSQL server. Lost connections are made anew with the next transaction; nothing here retries what may have happened. */
export function openPostgres(url: string, options: { readonly connections?: number } = {}): Database {
  checkDatabaseUrl(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    application_name: 'card-desk',
  });
  // A connection that breaks while nobody uses it: the pool drops it, and the next transaction finds out what is the matter.
  pool.on('error', () => undefined);

  async function once<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw codeOf(error) === null ? new DatabaseUnavailable('no connection', { cause: error }) : error;
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    try {
      await client.query('begin');
      const result = await work(sqlOf(client));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw broken && codeOf(error) === null ? new DatabaseUnavailable('connection lost', { cause: error }) : error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  return {
    name: 'PostgreSQL',
    async transaction(work) {
      for (let run = 1; ; run++) {
        try {
          return await once(work);
        } catch (error) {
          if (!isConflict(error) || run === RUNS) throw judged(error);
        }
      }
    },
    close: () => pool.end(),
  };
}

const values = (parameters: readonly SqlValue[] = []) => [...parameters];

function sqlOf(client: pg.PoolClient): Sql {
  return {
    async rows<Schema extends v.GenericSchema>(schema: Schema, text: string, parameters?: readonly SqlValue[]) {
      const { rows } = await client.query<Record<string, unknown>>(text, values(parameters));
      return parseRows(schema, rows);
    },
    async run(text, parameters) {
      return (await client.query(text, values(parameters))).rowCount ?? 0;
    },
    async script(text) {
      await client.query(text);
    },
  };
}
