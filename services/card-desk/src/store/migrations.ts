import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { column, type Database } from './database.ts';

/** The steps from an empty database to the present tables, in files that are never changed once they are out. */

export type Migration = { readonly version: number; readonly name: string; readonly text: string };

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Any number that no other program would take: several instances start at once, and one of them migrates. */
const LOCK = 7_420_139;
const AppliedSchema = v.object({ version: column.integer, sha256: column.text });

export function ownMigrations(folder = join(import.meta.dirname, 'migrations')): readonly Migration[] {
  return globSync(join(folder, '*.sql'))
    .toSorted()
    .map((file) => {
      const name = basename(file, '.sql');
      return { version: Number(name.slice(0, 4)), name, text: readFileSync(file, 'utf8') };
    });
}

/**
 * Applies what has not been applied, all or nothing; resolves with the names of the new ones. Rejects with a
 * {@link MigrationError} where the database was made by other steps than these, or by a later card desk.
 */
export async function migrate(database: Database, migrations = ownMigrations()): Promise<readonly string[]> {
  return await database.transaction(async (sql) => {
    await sql.rows(v.unknown(), 'select pg_advisory_xact_lock($1)', [LOCK]);
    await sql.script(
      'create table if not exists migrations (version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const applied = await sql.rows(AppliedSchema, 'select version, sha256 from migrations order by version');
    for (const { version, sha256 } of applied) {
      const own = migrations.find((each) => each.version === version);
      if (own === undefined) throw new MigrationError(`the database is of a later card desk (step ${version})`);
      if (sha256Of(own) !== sha256) throw new MigrationError(`step ${version} was applied in another form`);
    }
    const pending = migrations.filter(({ version }) => !applied.some((each) => each.version === version));
    for (const migration of pending) {
      await sql.script(migration.text);
      await sql.run('insert into migrations (version, name, sha256) values ($1, $2, $3)', [
        migration.version,
        migration.name,
        sha256Of(migration),
      ]);
    }
    return pending.map(({ name }) => name);
  });
}

const sha256Of = ({ text }: Migration) => createHash('sha256').update(text).digest('hex');
