import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, globSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../services/card-desk/src/store/migrations.ts';
import { openPostgres } from '../../services/card-desk/src/store/postgres.ts';
import type { DatabaseUnderTest } from './card-desk.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { childrenOf } from './process-tree.ts';

/**
 * A real PostgreSQL server of our own: Debian's, in a folder that goes with it, on a port of 127.0.0.1. It refuses to run as
 * root, so as root it runs as the user that its package made.
 */
export class Postgres {
  daemon: Daemon;
  readonly port: number;
  readonly folder: string;
  private readonly data: string;
  private readonly bin: string;

  private constructor(daemon: Daemon, port: number, folder: string, data: string, bin: string) {
    this.daemon = daemon;
    this.port = port;
    this.folder = folder;
    this.data = data;
    this.bin = bin;
  }

  /** @param elsewhere where its data lie, if not in a folder of its own */
  static async start(elsewhere?: string): Promise<Postgres> {
    const bin = dirname(globSync('/usr/lib/postgresql/*/bin/postgres').toSorted().at(-1) ?? '/');
    const folder = await mkdtemp(join(tmpdir(), 'desk-pg-'));
    const root = process.getuid?.() === 0;
    if (root) {
      const [uid = 0, gid = 0] = ['-u', '-g'].map((which) =>
        Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' })),
      );
      chownSync(folder, uid, gid);
    }
    const port = await freePort();
    const data = elsewhere ?? join(folder, 'data');
    const initdb = [join(bin, 'initdb'), '-D', data, '-U', 'desk', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    const [program = '', ...args] = [...asPostgres(), ...initdb];
    execFileSync(program, args, { stdio: 'ignore', cwd: '/' });
    const daemon = await run(bin, folder, data, port);
    const server = new Postgres(daemon, port, folder, data, bin);
    await server.ready();
    return server;
  }

  url(database = 'postgres'): string {
    return `postgres://desk@127.0.0.1:${this.port}/${database}`;
  }

  /** Kills the server at once, with all its processes: what they had not written yet is never written. */
  async crash(): Promise<void> {
    const family = childrenOf(this.daemon.pid);
    const gone = this.daemon.end('SIGKILL');
    for (const pid of family) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
    await gone;
    rmSync(join(this.data, 'postmaster.pid'), { force: true });
  }

  async startAgain(): Promise<void> {
    for (let i = 0; i < 100; i++) {
      this.daemon = await run(this.bin, this.folder, this.data, this.port);
      if (await this.isReady(50)) return;
      await this.daemon.end('SIGKILL');
    }
    throw new Error('PostgreSQL does not start again');
  }

  async ready(): Promise<void> {
    if (!(await this.isReady(400))) throw new Error(`PostgreSQL is not ready:\n${this.daemon.log()}`);
  }

  async query(text: string, database = 'postgres'): Promise<Array<Record<string, unknown>>> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async end(): Promise<void> {
    await this.daemon.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** There is no event for it: the server is asked until it answers. */
  private async isReady(attempts: number): Promise<boolean> {
    for (let i = 0; i < attempts; i++) {
      if (!this.daemon.running()) return false;
      const up = await this.query('select 1').then(
        () => true,
        () => false,
      );
      if (up) return true;
      await pause(50);
    }
    return false;
  }
}

function asPostgres(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
}

async function run(bin: string, folder: string, data: string, port: number): Promise<Daemon> {
  const settings = ['max_connections=60', 'shared_buffers=32MB', 'log_min_messages=fatal'];
  const place = ['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port)];
  const server = [join(bin, 'postgres'), ...place, ...settings.flatMap((each) => ['-c', each])];
  const { daemon } = await startDaemon(
    // The kernel forgets the signal of a parent's death when the user changes: it is asked for again.
    [...asPostgres(), 'setpriv', '--pdeathsig', 'KILL', ...server],
    { logFile: join(tmpdir(), `${folder.split('/').at(-1)}.log`), waitForLine: false },
  );
  return daemon;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  const port = await promise;
  server.close();
  return port;
}

/** The suites on this server: a database for each test, copied from one that was migrated once. */
export function onPostgres(server: () => Postgres): DatabaseUnderTest {
  let template: Promise<void> | null = null;
  const makeTemplate = async () => {
    await server().query('create database desk_template');
    const database = openPostgres(server().url('desk_template'));
    await migrate(database);
    await database.close();
  };
  return {
    name: 'PostgreSQL',
    instances: true,
    async fresh() {
      template ??= makeTemplate();
      await template;
      const name = `desk_${randomBytes(6).toString('hex')}`;
      await server().query(`create database ${name} template desk_template`);
      return {
        open: async () => openPostgres(server().url(name), { connections: 5 }),
        drop: async () => {
          await server().query(`drop database ${name} with (force)`);
        },
      };
    },
  };
}
