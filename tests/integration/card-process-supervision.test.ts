import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRunning, type RecordedCards, recordCards, threadsOf } from '../rig/card-process.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { insertPeer } from '../rig/vpcd-peer.ts';

const PROGRAM = fileURLToPath(new URL('../../out/card-process.js', import.meta.url));

let pcscd: Pcscd;
let cards: RecordedCards;

beforeEach(async () => {
  pcscd = await startPcscd();
  cards = recordCards(pcscd, { pingIntervalMs: 50, pingLimitMs: 400 });
  await cards.next('surveyed');
});
afterEach(async () => {
  await cards.client.stop();
  await pcscd.stop();
});

function pidOf({ client }: RecordedCards): number {
  const pid = client.pid();
  if (pid === null) throw new Error('the card process is not running');
  return pid;
}

describe('a card process', () => {
  test('that is killed is lost at once, started again, and tells everything anew', async () => {
    const peer = await insertPeer(pcscd.ports[0]);
    const { insertion } = await cards.next('inserted');
    const first = pidOf(cards);
    process.kill(first, 'SIGKILL');
    expect(await cards.nextLoss()).toBe('crashed');
    const again = await cards.next('inserted');
    expect(again.reader).toBe(pcscd.readerNames[0]);
    expect(again.insertion).not.toBe(insertion);
    expect(pidOf(cards)).not.toBe(first);
    await peer.pull();
    expect(await cards.next('removed')).toMatchObject({ insertion: again.insertion });
  });

  test('that hangs while a session is active is killed and counts as lost', async () => {
    cards.client.setVigilant(true);
    const first = pidOf(cards);
    process.kill(first, 'SIGSTOP');
    expect(await cards.nextLoss()).toBe('hung');
    await cards.next('surveyed');
    expect(isRunning(first)).toBe(false);
    expect(pidOf(cards)).not.toBe(first);
  });

  test('that is well is left alone, however vigilant its supervisor', async () => {
    cards.client.setVigilant(true);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(cards.losses).toEqual([]);
  });

  test('that is stopped ends cleanly and soon, with every thread of it', async () => {
    const pid = pidOf(cards);
    expect(threadsOf(pid).length).toBeGreaterThan(2);
    const asked = performance.now();
    await cards.client.stop();
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(isRunning(pid)).toBe(false);
    expect(cards.losses).toEqual([]);
    // pcscd would complain about clients that went without a word.
    expect(pcscd.log()).not.toMatch(/Client has disappeared|aborted/i);
  });

  test('ends with its parent, even when that is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { fork } from 'node:child_process';
         const child = fork(${JSON.stringify(PROGRAM)}, [], { serialization: 'advanced', execArgv: [] });
         child.once('message', () => process.stdout.write(String(child.pid) + '\\n'));`,
      ],
      { env: { ...process.env, ...pcscd.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: 2000, interval: 10 }).toBe(false);
  });
});

function start() {
  return fork(PROGRAM, [], { env: { ...process.env, ...pcscd.env }, execArgv: [], serialization: 'advanced' });
}

describe('started by itself', () => {
  test('it refuses orders that are none, and lives on', async () => {
    const child = start();
    const heard: Array<{ type: string; nonce?: number }> = [];
    child.on('message', (message: { type: string; nonce?: number }) => heard.push(message));
    const nonsense = [
      'x',
      null,
      { type: 'launch' },
      { type: 'operate', id: 1, reader: '', insertion: '1', operation: { kind: 'read' } },
      {
        type: 'operate',
        id: 1,
        reader: 'A',
        insertion: '1',
        operation: { kind: 'verify', pin: new Uint8Array(65), lastTry: 'allow' },
      },
      {
        type: 'operate',
        id: 1,
        reader: 'A',
        insertion: '1',
        operation: { kind: 'verify', pin: '123456', lastTry: 'allow' },
      },
    ];
    for (const order of nonsense) child.send(Object(order));
    child.send({ type: 'ping', nonce: 7 });
    await expect.poll(() => heard.find(({ type }) => type === 'alive'), { timeout: 5000 }).toMatchObject({ nonce: 7 });
    const refusals = heard.filter(({ type }) => type === 'log');
    expect(refusals).toHaveLength(nonsense.length);
    expect(JSON.stringify(refusals)).not.toContain('123456');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('by SIGTERM it ends as by an order, with exit code 0', async () => {
    const child = start();
    await once(child, 'message');
    const asked = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(1000);
  });

  test('without a parent it says so by its exit code', async () => {
    const alone = spawn(process.execPath, [PROGRAM], { stdio: 'ignore' });
    expect(await once(alone, 'exit')).toEqual([64, null]);
  });
});
