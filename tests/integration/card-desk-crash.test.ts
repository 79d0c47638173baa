import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { newKeyLine, parseKeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import { openPglite } from '../../services/card-desk/src/store/pglite.ts';
import { openPostgres } from '../../services/card-desk/src/store/postgres.ts';
import { deskHttpRequest, deskResultOf } from '../../src/core/contract/card-desk/http.ts';
import { PERSON, someCardId } from '../rig/card-desk.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';
import { type Daemon, startDaemon } from '../rig/daemon.ts';
import { Postgres } from '../rig/postgres.ts';
import { SmtpServer } from '../rig/smtp-server.ts';
import { UnlockLoad } from '../rig/unlock-load.ts';

// The desk as a process, and what it runs on, killed or without room while it works: what was acknowledged is there afterwards.

const closing: Array<() => Promise<void> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'desk-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Cards of one person each: more of them are at work at once than the desk has processors. */
const CARDS = 4;
/** Every card is unlocked again and again. */
const UNLIMITED = Object.fromEntries(
  ['requestsOfSource', 'startsOfSource', 'codesOfCard', 'codesOfCardADay', 'messagesToAddress'].map((name) => [
    name,
    { count: 100_000 },
  ]),
);

type Ward = {
  readonly folder: CardDeskFolder;
  readonly unlocks: UnlockLoad;
  readonly expectNothingLost: () => Promise<void>;
};

/** A desk that does not run yet, with cards whose owners get their codes by mail. `databaseUrl`: null for PGlite. */
async function ward(databaseUrl: string | null, dataFolder: string | null = null): Promise<Ward> {
  const smtp = await SmtpServer.start(['--no-tls']);
  closing.push(() => smtp.end());
  const keys = newKeyLine('k');
  const path = await scratch();
  const data = dataFolder ?? join(path, 'data');
  const folder = new CardDeskFolder(
    path,
    {
      CARD_DESK_KEYS: keys,
      CARD_DESK_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    },
    { limits: UNLIMITED, dataFolder: data },
  );
  const unlocks = await UnlockLoad.enrol(folder, smtp, CARDS);
  return {
    folder,
    unlocks,
    async expectNothingLost() {
      const database = databaseUrl === null ? await openPglite(join(data, 'pglite')) : openPostgres(databaseUrl);
      try {
        expect(await unlocks.lost(database, parseKeyRing(keys))).toEqual([]);
      } finally {
        await database.close();
      }
    },
  };
}

async function reported(unlocks: UnlockLoad, count: number): Promise<void> {
  await expect.poll(() => unlocks.reports.length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(count);
}

async function serving(folder: CardDeskFolder): Promise<ServingDesk> {
  const desk = await folder.serve();
  closing.push(async () => {
    await desk.end('SIGKILL');
  });
  return desk;
}

type Acknowledged = { readonly unlock: string; readonly token: string };

/** Starts journeys, several at once, until it is told to stop; remembers those that were acknowledged. */
function load(desk: ServingDesk) {
  const acknowledged: Acknowledged[] = [];
  const statuses = new Map<number | 'no answer', number>();
  let stopped = false;
  const one = async () => {
    while (!stopped && acknowledged.length < 5000) {
      const { method, target, headers, body } = deskHttpRequest('startUnlock', {
        body: { cardId: someCardId(), address: PERSON.email },
      });
      let status: number | 'no answer' = 'no answer';
      try {
        const response = await fetch(`${desk.address}${target}`, { method, headers, body });
        status = response.status;
        const result = deskResultOf('startUnlock', status, await response.json());
        if (result?.ok === true) acknowledged.push({ unlock: result.answer.unlock.id, token: result.answer.token });
      } catch {
        status = 'no answer';
        // One whose desk is gone asks no more.
        if (desk.isGone()) stopped = true;
      }
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const running = Promise.all(Array.from({ length: 6 }, one));
  return {
    acknowledged,
    statuses,
    async atLeast(count: number) {
      await expect.poll(() => acknowledged.length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(count);
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function expectAll(desk: ServingDesk, acknowledged: readonly Acknowledged[]): Promise<void> {
  for (const { unlock, token } of acknowledged) {
    const { method, target, headers } = deskHttpRequest('unlock', { parameters: { unlock } }, token);
    const response = await fetch(`${desk.address}${target}`, { method, headers });
    expect(response.status, unlock).toBe(200);
    await response.body?.cancel();
  }
}

async function expectWholeChain(folder: CardDeskFolder, atLeast: number): Promise<void> {
  const { exit, lines } = await folder.run(['verify-audit']);
  expect({ exit, lines }).toMatchObject({ exit: 0, lines: [{ whole: true }] });
  expect((lines[0] as { entries: number }).entries).toBeGreaterThanOrEqual(atLeast);
}

describe('on PGlite', () => {
  test('a desk that is killed twice while it works loses nothing that it acknowledged, and no code of a card', async () => {
    const { folder, unlocks, expectNothingLost } = await ward(null);
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < 2; round++) {
      const desk = await serving(folder);
      const work = load(desk);
      const before = unlocks.reports.length;
      unlocks.start(desk);
      await work.atLeast(40 + 17 * round);
      await reported(unlocks, before + 8);
      await desk.end('SIGKILL');
      await work.stop();
      await unlocks.stop();
      acknowledged.push(...work.acknowledged);
      await expectNothingLost();
    }
    const desk = await serving(folder);
    await expectAll(desk, acknowledged);
    await expectWholeChain(folder, acknowledged.length);
    expect(await desk.end()).toBe(0);
    await expectNothingLost();
  }, 300_000);

  test('without room on the disk it acknowledges nothing that it has not kept, and goes on when there is room', async () => {
    const disk = await smallDisk('160m');
    const { folder, unlocks, expectNothingLost } = await ward(null, join(disk.path, 'data'));
    const desk = await serving(folder);
    const work = load(desk);
    unlocks.start(desk);
    await work.atLeast(20);
    await reported(unlocks, 4);
    disk.fill();
    // It either refuses or ends itself, and is started again by whoever supervises it.
    await expect
      .poll(() => desk.isGone() || (work.statuses.get(503) ?? 0) > 0, { timeout: 50_000, interval: 20 })
      .toBe(true);
    await desk.end('SIGKILL');
    await work.stop();
    await unlocks.stop();
    disk.free();
    await expectNothingLost();
    const again = await serving(folder);
    await expectAll(again, work.acknowledged);
    await expectWholeChain(folder, work.acknowledged.length);
    const before = unlocks.reports.length;
    unlocks.start(again);
    await reported(unlocks, before + 4);
    await unlocks.stop();
    expect(await again.end()).toBe(0);
    await expectNothingLost();
  }, 300_000);
});

describe('on PostgreSQL', () => {
  async function onPostgres(mounts: { data?: string } = {}) {
    const server = await Postgres.start(mounts.data);
    closing.push(() => server.end());
    return { server, ...(await ward(server.url())) };
  }

  test('a server that is killed while the desk works: refused meanwhile, then served again, nothing lost', async () => {
    const { server, folder, unlocks, expectNothingLost } = await onPostgres();
    const desk = await serving(folder);
    const work = load(desk);
    for (let round = 1; round <= 2; round++) {
      const reportedBefore = unlocks.reports.length;
      unlocks.start(desk);
      await work.atLeast(60 * round);
      await reported(unlocks, reportedBefore + 8);
      await server.crash();
      const refused = work.statuses.get(503) ?? 0;
      await expect.poll(() => work.statuses.get(503) ?? 0, { timeout: 20_000 }).toBeGreaterThan(refused);
      await unlocks.stop();
      await server.startAgain();
      await expectNothingLost();
      const before = work.acknowledged.length;
      await work.atLeast(before + 20);
    }
    await work.stop();
    expect(new Set(work.statuses.keys())).toEqual(new Set([202, 503]));
    await expectAll(desk, work.acknowledged);
    await expectWholeChain(folder, work.acknowledged.length);
    expect(await desk.end()).toBe(0);
  }, 300_000);

  test('a desk that is killed while it works, and two that take over', async () => {
    const { folder, unlocks, expectNothingLost } = await onPostgres();
    const first = await serving(folder);
    const work = load(first);
    unlocks.start(first);
    await work.atLeast(60);
    await reported(unlocks, 8);
    await first.end('SIGKILL');
    await work.stop();
    await unlocks.stop();
    const others = [await serving(folder), await serving(folder)];
    await expectNothingLost();
    for (const desk of others) {
      await expectAll(desk, work.acknowledged);
      const before = unlocks.reports.length;
      unlocks.start(desk);
      await reported(unlocks, before + 4);
      await unlocks.stop();
    }
    await expectNothingLost();
    await expectWholeChain(folder, work.acknowledged.length);
  }, 300_000);

  test('without room on the disk it acknowledges nothing that it has not kept, and goes on when there is room', async () => {
    const disk = await smallDisk('160m');
    const { server, folder, unlocks, expectNothingLost } = await onPostgres({ data: join(disk.path, 'data') });
    const desk = await serving(folder);
    const work = load(desk);
    unlocks.start(desk);
    await work.atLeast(20);
    await reported(unlocks, 4);
    disk.fill();
    await expect.poll(() => work.statuses.get(503) ?? 0, { timeout: 50_000, interval: 20 }).toBeGreaterThan(0);
    await unlocks.stop();
    disk.free();
    if (!server.daemon.running()) await server.startAgain();
    const before = work.acknowledged.length;
    await work.atLeast(before + 20);
    await expectNothingLost();
    const reportedBefore = unlocks.reports.length;
    unlocks.start(desk);
    await reported(unlocks, reportedBefore + 4);
    await work.stop();
    await unlocks.stop();
    await expectAll(desk, work.acknowledged);
    await expectNothingLost();
    await expectWholeChain(folder, work.acknowledged.length);
  }, 300_000);
});

test('a desk that is asked to stop answers what it has begun', async () => {
  const folder = new CardDeskFolder(
    await scratch(),
    { CARD_DESK_KEYS: newKeyLine('k'), CARD_DESK_SMTP_URL: 'smtp://127.0.0.1:1' },
    { answersTakeMs: 5000 },
  );
  const desk = await serving(folder);
  const { method, target, headers, body } = deskHttpRequest('startUnlock', {
    body: { cardId: someCardId(), address: PERSON.email },
  });
  const asked = fetch(`${desk.address}${target}`, { method, headers, body });
  await expect.poll(async () => (await folder.run(['journeys', '--open'])).lines.length, { timeout: 20_000 }).toBe(1);
  desk.signal('SIGTERM');
  expect((await asked).status).toBe(202);
  expect(await desk.gone()).toBe(0);
  expect(desk.log.at(-1)).toContain('stopped');
});

/** A disk of its own, in a mount namespace that lives as long as its holder: it is reached through the holder's root. */
async function smallDisk(size: string): Promise<{ path: string; fill(): void; free(): void }> {
  const mountPoint = await scratch();
  const log = join(await scratch(), 'holder.log');
  const asPostgres =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const { daemon }: { daemon: Daemon } = await startDaemon(
    [...asPostgres, 'setpriv', '--pdeathsig', 'KILL', 'sh', '-c', 'echo ready; exec sleep infinity'],
    { logFile: log, waitForLine: true, mounts: [`mount -t tmpfs -o size=${size},mode=0777 none ${mountPoint}`] },
  );
  closing.push(() => daemon.end('SIGKILL'));
  const path = `/proc/${daemon.pid}/root${mountPoint}`;
  const ballast = join(path, 'ballast');
  return {
    path,
    fill() {
      const part = Buffer.alloc(64 * 1024);
      for (let i = 0; i < 20_000; i++) {
        try {
          writeFileSync(ballast, part, { flag: 'a' });
        } catch {
          return;
        }
      }
    },
    free: () => rmSync(ballast),
  };
}
