#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { AdministrationError } from './administration.ts';
import { DESK_COMMANDS, EXIT, type Exit, type Options, OptionsSchema } from './command-line/commands.ts';
import { callRunningDesk, saidOf } from './command-line/relay.ts';
import { serve } from './command-line/serve.ts';
import type { Desk } from './desk.ts';
import { openApiDocument } from './http/openapi.ts';
import { Metrics } from './metrics.ts';
import { type KeyRing, KeyRingError, newKeyLine, parseKeyRing } from './secrets/key-ring.ts';
import { readSettings, type Settings, SettingsError, secretOf } from './settings.ts';
import { type Database, DatabaseUnavailable } from './store/database.ts';
import { FolderInUse, lockFolder, socketOf } from './store/folder-lock.ts';
import { checkKeys } from './store/key-checks.ts';
import { MigrationError, migrate } from './store/migrations.ts';
import { openPglite } from './store/pglite.ts';
import { openPostgres } from './store/postgres.ts';

/** `card-desk COMMAND`: serves, and does what an organisation's own staff do to the desk. */

const VERSION = v.parse(
  v.object({ version: v.string() }),
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')),
).version;

const OTHER_COMMANDS = {
  serve: 'runs the desk until SIGTERM; SIGHUP reads keys and TLS files anew',
  migrate: 'brings the database to the present tables and ends',
  'new-key ID': 'makes a line for the key ring',
  openapi: 'writes the OpenAPI document',
  help: 'this',
} as const;

const usage = (): string =>
  [
    'card-desk COMMAND --settings FILE (or CARD_DESK_SETTINGS)',
    '',
    ...Object.entries(OTHER_COMMANDS).map(([name, does]) => `  ${name.padEnd(50)} ${does}`),
    ...Object.values(DESK_COMMANDS).map((command) => `  ${command.usage.padEnd(50)} ${command.does}`),
    '',
    'Secrets come from DATABASE_URL, CARD_DESK_KEYS, CARD_DESK_SMTP_URL and CARD_DESK_NOTIFY_API_KEY, or from the files',
    'that the same names with _FILE point to. Without DATABASE_URL the data lie in the data folder (PGlite).',
    '',
  ].join('\n');

const fail = (text: string): void => {
  process.stderr.write(`card-desk: ${text}\n`);
};
const tell = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

async function main(): Promise<Exit> {
  let words: { values: Record<string, unknown>; positionals: string[] };
  try {
    words = parseArgs({
      allowPositionals: true,
      options: {
        settings: { type: 'string' },
        card: { type: 'string' },
        person: { type: 'string' },
        state: { type: 'string' },
        limit: { type: 'string' },
        head: { type: 'string' },
        open: { type: 'boolean' },
        nobody: { type: 'boolean' },
      },
    });
  } catch {
    fail('the command was not understood; see: card-desk help');
    return EXIT.usage;
  }
  const { settings: file = process.env.CARD_DESK_SETTINGS, ...rest } = words.values;
  const [command = 'help', ...more] = words.positionals;
  if (command === 'help') {
    process.stdout.write(usage());
    return EXIT.done;
  }
  if (command === 'openapi') {
    tell(openApiDocument(VERSION));
    return EXIT.done;
  }
  if (command === 'new-key' && more.length === 1) {
    process.stdout.write(`${newKeyLine(more[0] ?? '')}\n`);
    return EXIT.done;
  }
  const known = command === 'serve' || command === 'migrate' || DESK_COMMANDS[command] !== undefined;
  if (!known || more.length > 0) {
    fail('the command was not understood; see: card-desk help');
    return EXIT.usage;
  }
  if (typeof file !== 'string') throw new SettingsError('--settings or CARD_DESK_SETTINGS wants the settings file');
  const settings = readSettings(file);
  return await runCommand(command, v.parse(OptionsSchema, rest), settings);
}

function readRing(): KeyRing {
  const text = secretOf('CARD_DESK_KEYS', process.env);
  if (text === null)
    throw new SettingsError('CARD_DESK_KEYS or CARD_DESK_KEYS_FILE is not set; see: card-desk new-key');
  return parseKeyRing(text);
}

async function runCommand(command: string, options: Options, settings: Settings): Promise<Exit> {
  const url = secretOf('DATABASE_URL', process.env);
  const folder = resolve(settings.dataFolder);
  const found = DESK_COMMANDS[command];
  const input = found?.readsInput === true ? linesOfInput() : noLines();
  // With PGlite a desk that runs has the data to itself: it is asked to do it.
  if (url === null && found !== undefined) {
    const exit = await callRunningDesk(socketOf(folder), { command, options }, { input, tell, error: fail });
    if (exit !== null) return exit;
  }
  const lock = url === null ? await lockFolder(folder) : null;
  const open = async (onStopped: () => void): Promise<Database> =>
    url === null ? await openPglite(join(folder, 'pglite'), onStopped) : openPostgres(url);
  try {
    if (command === 'serve') {
      return await serve({ settings, environment: process.env, version: VERSION, readRing, lock, open });
    }
    return await withDatabase(await open(() => undefined), async (database) => {
      const applied = await migrate(database);
      if (found === undefined) {
        tell({ ok: true, applied });
        return EXIT.done;
      }
      const ring = readRing();
      await checkKeys(database, ring, new Date());
      const desk: Desk = {
        database,
        ring: () => ring,
        settings,
        now: () => new Date(),
        metrics: new Metrics(),
        wake: () => undefined,
      };
      return await found.run(desk, options, { input, tell });
    });
  } finally {
    await lock?.release();
  }
}

/** Opened with the first line that is asked for: lines that come before anybody asks would be lost. */
async function* linesOfInput(): AsyncIterable<string> {
  yield* createInterface({ input: process.stdin });
}

async function* noLines(): AsyncIterable<string> {}

async function withDatabase(database: Database, work: (database: Database) => Promise<Exit>): Promise<Exit> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function exitOf(error: unknown): Exit {
  if (error instanceof SettingsError || error instanceof KeyRingError) return EXIT.settings;
  if (error instanceof DatabaseUnavailable || error instanceof FolderInUse || error instanceof MigrationError) {
    return EXIT.database;
  }
  return EXIT.failed;
}

try {
  process.exitCode = await main();
} catch (error) {
  const ours =
    error instanceof SettingsError ||
    error instanceof KeyRingError ||
    error instanceof FolderInUse ||
    error instanceof MigrationError ||
    error instanceof AdministrationError;
  fail(ours ? error.message : saidOf(error));
  process.exitCode = exitOf(error);
}
