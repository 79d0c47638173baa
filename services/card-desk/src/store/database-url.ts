import pg from 'pg';
import * as v from 'valibot';
import { SettingsError } from '../settings.ts';

/** As node-postgres understands an address, with what it takes from the environment besides. */
const ConnectionSchema = v.object({
  host: v.string(),
  ssl: v.union([
    v.boolean(),
    v.looseObject({ rejectUnauthorized: v.optional(v.unknown()), checkServerIdentity: v.optional(v.unknown()) }),
  ]),
});

/**
 * Rejects with a {@link SettingsError} an address over which anybody on the way could read and change what the desk keeps: to
 * another machine the connection is encrypted, and the server has shown a certificate for its name. The mode has to be named,
 * since what a version of the driver makes of the others changes.
 */
export function checkDatabaseUrl(url: string): void {
  const { host, ssl } = connectionOf(url);
  if (isThisMachine(host)) return;
  // With a check of its own the driver takes a certificate for any name.
  const verifies = typeof ssl === 'object' && ssl.rejectUnauthorized !== false && ssl.checkServerIdentity === undefined;
  if (!verifies || !/[?&]sslmode=verify-full(?:&|$)/.test(url)) {
    throw new SettingsError(
      'DATABASE_URL: a server on another machine wants sslmode=verify-full, and sslrootcert=FILE for a CA of your own',
    );
  }
}

/** A host that begins with a slash is the folder of a socket. */
const isThisMachine = (host: string) => host.startsWith('/') || /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);

function connectionOf(url: string): v.InferOutput<typeof ConnectionSchema> {
  try {
    return v.parse(ConnectionSchema, new pg.Client({ connectionString: url }));
  } catch {
    // What it says may quote the password.
    throw new SettingsError('DATABASE_URL is not understood, or the file of its sslrootcert cannot be read');
  }
}
