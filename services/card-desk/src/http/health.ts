import * as v from 'valibot';
import type { Database } from '../store/database.ts';

const KEPT_MS = 1000;

/**
 * Whether the database answers, for everybody who asks: it is asked once at a time and once a second, however many ask. Rejects
 * with what the database rejects with. @param clock milliseconds that only go forward
 */
export function healthOf(database: Database, clock: () => number = () => performance.now()): () => Promise<void> {
  let latest: Promise<void> | null = null;
  let until = Number.POSITIVE_INFINITY;

  async function ask(): Promise<void> {
    try {
      await database.transaction((sql) => sql.rows(v.unknown(), 'select 1'));
    } finally {
      until = clock() + KEPT_MS;
    }
  }

  return async () => {
    if (latest === null || clock() >= until) {
      until = Number.POSITIVE_INFINITY;
      latest = ask();
    }
    await latest;
  };
}
