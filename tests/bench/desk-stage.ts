import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyRing, newKeyLine, parseKeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import type { Database } from '../../services/card-desk/src/store/database.ts';
import { checkKeys } from '../../services/card-desk/src/store/key-checks.ts';
import { migrate } from '../../services/card-desk/src/store/migrations.ts';
import { openPglite } from '../../services/card-desk/src/store/pglite.ts';
import { openPostgres } from '../../services/card-desk/src/store/postgres.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';
import { Postgres } from '../rig/postgres.ts';
import type { BenchRun } from './bench-run.ts';

export type DeskKind = { readonly on: 'PostgreSQL' | 'PGlite'; readonly instances: number };
type AnyRun = Pick<BenchRun<Record<string, number>>, 'undo'>;

/** A new database with records in it, and desks as they are run on it. Everything ends with the run. */
export class DeskStage {
  readonly ring: KeyRing;
  /** Null where a desk has it to itself. */
  readonly databaseUrl: string | null;
  readonly desks: readonly ServingDesk[];

  private constructor(ring: KeyRing, databaseUrl: string | null, desks: readonly ServingDesk[]) {
    this.ring = ring;
    this.databaseUrl = databaseUrl;
    this.desks = desks;
  }

  static async open(
    run: AnyRun,
    { on, instances }: DeskKind,
    smtpPort: number,
    fill: (database: Database, ring: KeyRing) => Promise<void>,
  ): Promise<DeskStage> {
    const path = await mkdtemp(join(tmpdir(), 'desk-bench-'));
    run.undo(() => rm(path, { recursive: true, force: true }));
    const server = on === 'PostgreSQL' ? await Postgres.start() : null;
    if (server !== null) run.undo(() => server.end());
    const url = server?.url() ?? null;
    const keys = newKeyLine('bench');
    const folder = new CardDeskFolder(
      path,
      {
        CARD_DESK_KEYS: keys,
        CARD_DESK_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
        ...(url === null ? {} : { DATABASE_URL: url }),
      },
      { limits: UNLIMITED },
    );
    const ring = parseKeyRing(keys);
    // As `serve` lays it out.
    await mkdir(join(path, 'data'), { mode: 0o700 });
    const database = url === null ? await openPglite(join(path, 'data', 'pglite')) : openPostgres(url);
    try {
      await migrate(database);
      await checkKeys(database, ring, new Date());
      await fill(database, ring);
    } finally {
      await database.close();
    }
    const desks: ServingDesk[] = [];
    for (let i = 0; i < instances; i++) {
      const desk = await folder.serve();
      run.undo(() => desk.end());
      desks.push(desk);
    }
    return new DeskStage(ring, url, desks);
  }
}

/** One machine plays all sources at once; the counting itself is done all the same. */
const UNLIMITED = Object.fromEntries(
  ['requestsOfSource', 'startsOfSource', 'codesOfCard', 'codesOfCardADay', 'signInsOfSource', 'searchesOfRa'].map(
    (name) => [name, { count: 1_000_000 }],
  ),
);
