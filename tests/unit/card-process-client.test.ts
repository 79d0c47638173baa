import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CardProcessMessage, CardProcessOrder } from '../../src/core/contract/card-process.ts';
import { startCardProcess } from '../../src/native/card-process/card-process-client.ts';

// A card process that says what the test says: nonsense and silence are hard to get from the real one.

type FakeProcess = {
  readonly orders: CardProcessOrder[];
  killed: boolean;
  say(message: unknown): void;
  exit(): void;
};

function client() {
  const processes: FakeProcess[] = [];
  const subject = startCardProcess({
    spawn: () => {
      let onMessage: ((message: unknown) => void) | null = null;
      let onExit: ((how: string) => void) | null = null;
      const fake: FakeProcess = {
        orders: [],
        killed: false,
        say: (message) => onMessage?.(message),
        exit: () => onExit?.('exit code 1'),
      };
      processes.push(fake);
      return {
        pid: processes.length,
        send: (order) => fake.orders.push(structuredClone(order)),
        onMessage: (listener) => {
          onMessage = listener;
        },
        onExit: (listener) => {
          onExit = listener;
        },
        kill: () => {
          fake.killed = true;
        },
      };
    },
  });
  const messages: CardProcessMessage[] = [];
  const lost: string[] = [];
  subject.onMessage((message) => messages.push(message));
  subject.onLost((reason) => lost.push(reason));
  const process = (index: number): FakeProcess => {
    const found = processes[index];
    if (found === undefined) throw new Error(`there is no process ${index}`);
    return found;
  };
  return { subject, processes, process, messages, lost };
}

const pin = () => Uint8Array.of(49, 50, 51, 52);
const LOST = { ok: false, failure: { code: 'card-process-lost' } };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what the card process says', () => {
  test('reaches the listeners when it is a message, and nobody when it is not', () => {
    const { process, messages } = client();
    process(0).say({ type: 'readers', readers: ['A'], at: 1 });
    process(0).say({ type: 'readers', readers: 'A', at: 1 });
    expect(messages[0]).toEqual({ type: 'readers', readers: ['A'], at: 1 });
    expect(messages.slice(1).map(({ type }) => type)).toEqual(['log']);
  });

  test.each([
    null,
    7,
    'x',
    {},
    { type: 'inserted' },
    { type: 'removed', reader: '', insertion: '1', cause: 'boredom' },
  ])('is refused: %j', (nonsense) => {
    const { process, messages } = client();
    process(0).say(nonsense);
    expect(messages.map(({ type }) => type)).toEqual(['log']);
  });

  test('is not believed any more after the third piece of nonsense: killed, lost, started anew', () => {
    const { process, lost } = client();
    for (let times = 0; times < 3; times++) process(0).say('nonsense');
    expect(process(0).killed).toBe(true);
    expect(lost).toEqual(['crashed']);
    vi.advanceTimersByTime(100);
    expect(process(1).killed).toBe(false);
  });

  test('after it was given up is not heard', () => {
    const { process, messages } = client();
    for (let times = 0; times < 3; times++) process(0).say('nonsense');
    const before = messages.length;
    process(0).say({ type: 'readers', readers: ['A'], at: 1 });
    expect(messages).toHaveLength(before);
  });
});

describe('a request', () => {
  test('carries the PIN to the process, and leaves none behind', async () => {
    const { subject, process } = client();
    const mine = pin();
    const answer = subject.request('A', 'stay-1', { kind: 'verify', pin: mine, lastTry: 'refuse' });
    expect(mine).toEqual(new Uint8Array(4));
    const [order] = process(0).orders;
    expect(order).toMatchObject({ type: 'operate', reader: 'A', operation: { pin: pin() } });
    const outcome = { ok: true, value: { kind: 'pin', status: { state: 'verified', triesLeft: null } } };
    process(0).say({ type: 'answer', id: order?.type === 'operate' ? order.id : 0, outcome });
    expect(await answer).toEqual(outcome);
  });

  test('is answered when the process dies, and when there is none', async () => {
    const { subject, process, lost } = client();
    const answer = subject.request('A', 'stay-1', { kind: 'read' });
    process(0).exit();
    expect(await answer).toEqual(LOST);
    expect(lost).toEqual(['crashed']);
    const mine = pin();
    expect(await subject.request('A', 'stay-1', { kind: 'verify', pin: mine, lastTry: 'refuse' })).toEqual(LOST);
    expect(mine).toEqual(new Uint8Array(4));
  });

  test('that outlives every limit shows a hang, vigilant or not', async () => {
    const { subject, process, lost } = client();
    const answer = subject.request('A', 'stay-1', { kind: 'read' });
    vi.advanceTimersByTime(17_000);
    expect(await answer).toEqual(LOST);
    expect(lost).toEqual(['hung']);
    expect(process(0).killed).toBe(true);
  });
});

describe('a listener that fails', () => {
  test('keeps neither the others from hearing nor the process from being started again; its error is not hushed up', async () => {
    const { subject, process, processes, lost, messages } = client();
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {});
    const failure = new Error('a listener failed');
    const fails = () => {
      throw failure;
    };
    const second: string[] = [];
    subject.onLost(fails);
    subject.onMessage(fails);
    subject.onLost((reason) => second.push(reason));
    const answer = subject.request('A', 'stay-1', { kind: 'read' }, fails);
    const status = { state: 'verified', triesLeft: null };
    process(0).say({ type: 'progress', id: 1, progress: { kind: 'pin-status', status } });
    process(0).say({ type: 'readers', readers: ['A'], at: 1 });
    process(0).exit();
    expect(messages.map(({ type }) => type)).toEqual(['readers', 'log']);
    expect([lost, second]).toEqual([['crashed'], ['crashed']]);
    expect(await answer).toEqual(LOST);
    vi.advanceTimersByTime(100);
    expect(processes).toHaveLength(2);
    // One progress, two messages, one loss.
    expect(later).toHaveBeenCalledTimes(4);
    for (const [rethrow] of later.mock.calls) expect(rethrow).toThrow(failure);
    later.mockRestore();
  });
});

describe('supervision', () => {
  test('starts the process again, each time after a longer while', () => {
    const { process, processes } = client();
    let waitMs = 100;
    for (let deaths = 1; deaths <= 9; deaths++) {
      process(deaths - 1).exit();
      vi.advanceTimersByTime(waitMs - 1);
      expect(processes).toHaveLength(deaths);
      vi.advanceTimersByTime(1);
      expect(processes).toHaveLength(deaths + 1);
      waitMs = Math.min(waitMs * 2, 10_000);
    }
  });

  test('asks for signs of life only while vigilant, and takes silence for a hang', () => {
    const { subject, process, lost } = client();
    vi.advanceTimersByTime(60_000);
    expect(process(0).orders).toEqual([]);
    subject.setVigilant(true);
    expect(process(0).orders).toEqual([{ type: 'ping', nonce: 1 }]);
    process(0).say({ type: 'alive', nonce: 1 });
    vi.advanceTimersByTime(1999);
    expect(process(0).orders).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(process(0).orders).toHaveLength(2);
    vi.advanceTimersByTime(1999);
    expect(lost).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lost).toEqual(['hung']);
    expect(process(0).killed).toBe(true);
  });

  test('costs no timer at all when nobody is signed in', () => {
    const { subject, process } = client();
    subject.setVigilant(true);
    process(0).say({ type: 'alive', nonce: 1 });
    subject.setVigilant(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends when told to, without anybody being told of a loss', async () => {
    const { subject, process, processes, lost } = client();
    const stopped = subject.stop();
    expect(process(0).orders).toEqual([{ type: 'stop' }]);
    process(0).exit();
    await stopped;
    vi.advanceTimersByTime(60_000);
    expect(lost).toEqual([]);
    expect(processes).toHaveLength(1);
  });

  test('cuts off a process that does not end', async () => {
    const { subject, process } = client();
    void subject.stop();
    vi.advanceTimersByTime(1500);
    expect(process(0).killed).toBe(true);
  });
});
