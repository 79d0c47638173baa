import { PGlite, type Transaction } from '@electric-sql/pglite';
import type * as v from 'valibot';
import { type Database, DatabaseUnavailable, parseRows, type Sql, type SqlValue } from './database.ts';
import { DurableFolder } from './durable-folder.ts';
import { codeOf, judged } from './sql-state.ts';

/**
 * PostgreSQL in this process, in a folder of its own: what a desk runs on when nobody has set up a server. One process at a
 * time may have the folder open; `folder-lock.ts` sees to it.
 */

/** As PGlite starts it, but with fsync (`-F` is PostgreSQL's "no fsync"): what is acknowledged survives a power cut too. */
const DURABLE = [...PGlite.defaultStartParams.filter((each) => each !== '-F'), '-c', 'wal_sync_method=fsync'];

/**
 * @param where a folder, or null for one in memory, whose content is lost with the process (tests)
 * @param onStopped PostgreSQL could not go on (a full disk under its log, for one): only a new process can open the folder again
 */
export async function openPglite(where: string | null, onStopped: () => void = () => undefined): Promise<Database> {
  const pglite = await PGlite.create(where === null ? {} : { fs: new DurableFolder(where), startParams: DURABLE });
  let broken: unknown = null;

  return {
    name: 'PGlite',
    async transaction(work) {
      if (broken !== null) throw new DatabaseUnavailable('PGlite has stopped', { cause: broken });
      try {
        return await pglite.transaction((transaction) => work(sqlOf(transaction)));
      } catch (error) {
        if (isOfWebAssembly(error)) {
          broken = error;
          onStopped();
          throw new DatabaseUnavailable('PGlite has stopped', { cause: error });
        }
        throw judged(error);
      }
    },
    async close() {
      if (broken === null) await pglite.close();
    },
  };
}

/** PostgreSQL ends its process where it cannot go on (PANIC, a full disk under its log); here that is an exit of the WebAssembly. */
function isOfWebAssembly(error: unknown): boolean {
  return error instanceof Error && ['RuntimeError', 'ExitStatus'].includes(error.name) && codeOf(error) === null;
}

const values = (parameters: readonly SqlValue[] = []) => [...parameters];

function sqlOf(transaction: Transaction): Sql {
  return {
    async rows<Schema extends v.GenericSchema>(schema: Schema, text: string, parameters?: readonly SqlValue[]) {
      return parseRows(schema, (await transaction.query(text, values(parameters))).rows);
    },
    async run(text, parameters) {
      return (await transaction.query(text, values(parameters))).affectedRows ?? 0;
    },
    async script(text) {
      await transaction.exec(text);
    },
  };
}
