import { DatabaseUnavailable } from './database.ts';

/** What an error of the database means, by its SQLSTATE (PostgreSQL, appendix A) or by the error code of the connection. */

/** 08 connection, 25006 read-only, 53 no room or memory, 57P01..03 shut down, 58 input/output, 57014 cancelled by a time limit. */
const UNAVAILABLE = /^(?:08|53|58|57P0|57014|25006|55P03|3D000|28)/;
const AGAIN = /^40(?:001|P01)$/;
const CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** SQLSTATE or code of a connection's error; null if it carries none. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Two transactions got into each other's way, and this one was undone: it may be run again. */
export const isConflict = (error: unknown): boolean => AGAIN.test(codeOf(error) ?? '');

/** The same error, or {@link DatabaseUnavailable} where the database is what is wrong. */
export function judged(error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  return UNAVAILABLE.test(code) || CONNECTION.has(code)
    ? new DatabaseUnavailable(`database unavailable (${code})`, { cause: error })
    : error;
}
