import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CARD_PROCESS,
  isRunning,
  type RecordedCards,
  recordCards,
  startBareCardProcess,
  threadsOf,
} from '../rig/card-process.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { insertPeer } from '../rig/vpcd-peer.ts';

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

  test('that is asked for a try without a passcode says so at once, and is not taken for hung', async () => {
    const peer = await insertPeer(pcscd.ports[0]);
    const { reader, insertion } = await cards.next('inserted');
    const asked = performance.now();
    const operation = { kind: 'verify', pin: new Uint8Array(), lastTry: 'refuse' } as const;
    expect(await cards.client.request(reader, insertion, operation)).toEqual({
      ok: false,
      failure: { code: 'pin-format' },
    });
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(cards.losses).toEqual([]);
    await peer.pull();
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
        `import { spawn } from 'node:child_process';
         const child = spawn(process.execPath, [${JSON.stringify(fileURLToPath(CARD_PROCESS))}, '--channel-fd=3'], {
           stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
         });
         child.stdio[3].once('data', () => process.stdout.write(String(child.pid) + '\\n'));`,
      ],
      { env: { ...process.env, ...pcscd.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: 2000, interval: 10 }).toBe(false);
  });

  test('costs less than a millisecond for a message there and back', async () => {
    const bare = startBareCardProcess(pcscd);
    await expect.poll(() => bare.said.length, { timeout: 5000 }).toBeGreaterThan(0);
    const tookMs: number[] = [];
    for (let nonce = 1; nonce <= 200; nonce++) {
      const asked = performance.now();
      bare.send({ type: 'ping', nonce });
      while (!bare.said.some((message) => Object(message).nonce === nonce)) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      tookMs.push(performance.now() - asked);
    }
    expect(tookMs.toSorted((a, b) => a - b)[100]).toBeLessThan(1);
    bare.child.kill('SIGKILL');
  });
});

const operate = (id: unknown, reader: string, operation: unknown) => ({
  type: 'operate',
  id,
  reader,
  insertion: '1',
  operation,
});

describe('started by itself', () => {
  test('it refuses orders that are none, answers those that somebody waits for, and lives on', async () => {
    const { child, said, send } = startBareCardProcess(pcscd);
    const nonsense = [
      'x',
      null,
      { type: 'launch' },
      operate('1', 'A', { kind: 'verify', pin: new Uint8Array(65), lastTry: 'allow' }),
      operate(1, '', { kind: 'read' }),
      operate(2, 'A', { kind: 'verify', pin: new Uint8Array(65), lastTry: 'allow' }),
      operate(3, 'A', { kind: 'verify', pin: '123456', lastTry: 'allow' }),
      operate(4, 'A', { kind: 'verify', pin: new Uint8Array(0), lastTry: 'allow' }),
    ];
    for (const order of nonsense) send(order);
    send({ type: 'ping', nonce: 7 });
    const ofType = (type: string) => said.map(Object).filter((message) => message.type === type);
    await expect.poll(() => ofType('alive'), { timeout: 5000 }).toEqual([{ type: 'alive', nonce: 7 }]);
    expect(ofType('log')).toHaveLength(nonsense.length);
    const outcome = { ok: false, failure: { code: 'pin-format' } };
    expect(ofType('answer')).toEqual([1, 2, 3, 4].map((id) => ({ type: 'answer', id, outcome })));
    expect(JSON.stringify(said)).not.toContain('123456');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('by SIGTERM it ends as by an order, with exit code 0', async () => {
    const { child, said } = startBareCardProcess(pcscd);
    await expect.poll(() => said.length, { timeout: 5000 }).toBeGreaterThan(0);
    const asked = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(1000);
  });

  test('it ends when the pipe is closed, or carries what is no frame', async () => {
    const closed = startBareCardProcess(pcscd);
    const garbled = startBareCardProcess(pcscd);
    await expect.poll(() => closed.said.length * garbled.said.length, { timeout: 5000 }).toBeGreaterThan(0);
    closed.close();
    garbled.write(Buffer.from('00000004deadbeef', 'hex'));
    expect(await once(closed.child, 'exit')).toEqual([0, null]);
    if (garbled.child.exitCode === null) await once(garbled.child, 'exit');
    expect(garbled.child.exitCode).toBe(0);
  });

  test('it ends with its parent even while the service hangs', async () => {
    const { child, said, close } = startBareCardProcess(pcscd);
    await expect.poll(() => said.map((message) => Object(message).type), { timeout: 5000 }).toContain('surveyed');
    const daemon = pcscd.pid();
    if (daemon === null) throw new Error('pcscd is not running');
    process.kill(daemon, 'SIGSTOP');
    const ended = once(child, 'exit');
    close();
    try {
      expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 4000, 'still there'))])).not.toBe(
        'still there',
      );
    } finally {
      process.kill(daemon, 'SIGCONT');
    }
  });

  test('without a parent it says so by its exit code', async () => {
    for (const args of [[], ['--channel-fd=3'], ['--channel-fd=99']]) {
      const alone = spawn(process.execPath, [fileURLToPath(CARD_PROCESS), ...args], { stdio: 'ignore' });
      expect(await once(alone, 'exit')).toEqual([64, null]);
    }
  });
});
