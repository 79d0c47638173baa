import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CardAnswer } from '../../src/core/contract/card-process.ts';
import { CardWorkerPool, type WorkerListener } from '../../src/native/card-process/card-worker-pool.ts';
import type { CardWorkerOrder } from '../../src/native/card-process/thread-messages.ts';
import { WorkerPhase } from '../../src/native/card-process/worker-phase.ts';

// Workers that do as the test says: here the subject is who gets which order, and when somebody is given up.

type FakeWorker = {
  readonly orders: CardWorkerOrder[];
  readonly phase: WorkerPhase;
  readonly listener: WorkerListener;
  probes: number;
  closed: boolean;
};

const DONE: CardAnswer = {
  ok: true,
  value: { kind: 'pin', status: { state: 'verified', triesLeft: null } },
};

function pool() {
  const workers: FakeWorker[] = [];
  const answers = new Map<number, CardAnswer>();
  const exhausted = vi.fn();
  const subject = new CardWorkerPool({
    start: (listener) => {
      const worker: FakeWorker = { orders: [], phase: new WorkerPhase(), listener, probes: 0, closed: false };
      workers.push(worker);
      return {
        phase: worker.phase,
        post: (given) => worker.orders.push(given),
        probe: () => {
          worker.probes += 1;
        },
        close: () => {
          worker.closed = true;
        },
      };
    },
    operationLimitMs: 15_000,
    accessLimitMs: 3_250,
    onProgress: () => {},
    onAnswer: (id, outcome) => answers.set(id, outcome),
    onExhausted: exhausted,
  });
  const worker = (index: number): FakeWorker => {
    const found = workers[index];
    if (found === undefined) throw new Error(`there is no worker ${index}`);
    return found;
  };
  return { subject, workers, worker, answers, exhausted };
}

function order(id: number, reader: string): CardWorkerOrder {
  return {
    id,
    reader,
    insertion: 'stay-1',
    atr: new Uint8Array(),
    operation: { kind: 'verify', pin: Uint8Array.of(1, 2, 3, 4), lastTry: 'refuse' },
  };
}

const idsOf = (worker: FakeWorker) => worker.orders.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('one worker', () => {
  test('does one order after another', () => {
    const { subject, workers, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    subject.submit(order(2, 'A'));
    expect(idsOf(worker(0))).toEqual([1]);
    worker(0).listener.onReport({ type: 'answer', id: 1, outcome: DONE });
    expect(answers.get(1)).toEqual(DONE);
    expect(idsOf(worker(0))).toEqual([1, 2]);
    expect(workers).toHaveLength(1);
  });

  test('serves two readers in turn when neither keeps the other waiting', () => {
    const { subject, workers, worker } = pool();
    subject.submit(order(1, 'A'));
    subject.submit(order(2, 'B'));
    vi.advanceTimersByTime(100);
    worker(0).listener.onReport({ type: 'answer', id: 1, outcome: DONE });
    vi.advanceTimersByTime(1000);
    expect(idsOf(worker(0))).toEqual([1, 2]);
    expect(workers).toHaveLength(1);
  });

  test('that dies with an order answers it by its death, and the next order finds a new one', () => {
    const { subject, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    subject.submit(order(2, 'A'));
    worker(0).listener.onExit();
    expect(answers.get(1)).toEqual({ ok: false, failure: { code: 'card-process-lost' } });
    expect(idsOf(worker(1))).toEqual([2]);
  });
});

describe('a reader whose card stalls', () => {
  test('does not keep another reader waiting', () => {
    const { subject, workers, worker } = pool();
    subject.submit(order(1, 'A'));
    subject.submit(order(2, 'B'));
    vi.advanceTimersByTime(200);
    expect(idsOf(worker(1))).toEqual([2]);
    worker(1).listener.onReport({ type: 'answer', id: 2, outcome: DONE });
    expect(workers).toHaveLength(2);
    // The one that is left when both are idle is the first: it knows more cards.
    worker(0).listener.onReport({ type: 'answer', id: 1, outcome: DONE });
    expect([worker(0).closed, worker(1).closed]).toEqual([false, true]);
  });

  test.each([
    ['talking', { code: 'card-mute' }],
    ['waiting-for-access', { code: 'reader-busy', holder: null }],
    ['idle', { code: 'timed-out' }],
  ] as const)('is answered at its limit by what its worker was doing: %s', (phase, failure) => {
    const { subject, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    worker(0).phase.set(phase);
    vi.advanceTimersByTime(15_000);
    expect(answers.get(1)).toEqual({ ok: false, failure });
    expect(worker(0).phase.abandoned()).toBe(true);
  });

  test('that cannot even be got at is busy, long before the limit of the operation', () => {
    const { subject, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    worker(0).phase.set('waiting-for-access');
    vi.advanceTimersByTime(3_250);
    expect(answers.get(1)).toEqual({ ok: false, failure: { code: 'reader-busy', holder: null } });
  });

  test('gets no further order until its call has returned; the secret of one that waited too long is overwritten', () => {
    const { subject, workers, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    worker(0).phase.set('talking');
    vi.advanceTimersByTime(15_000);
    const waiting = order(2, 'A');
    subject.submit(waiting);
    vi.advanceTimersByTime(15_000);
    expect(workers).toHaveLength(1);
    expect(answers.get(2)).toEqual({ ok: false, failure: { code: 'card-mute' } });
    expect(waiting.operation).toMatchObject({ pin: new Uint8Array(4) });

    subject.submit(order(3, 'A'));
    worker(0).listener.onExit();
    expect(idsOf(worker(1))).toEqual([3]);
  });

  test('is not heard any more after its order was answered', () => {
    const { subject, worker, answers } = pool();
    subject.submit(order(1, 'A'));
    worker(0).phase.set('talking');
    vi.advanceTimersByTime(15_000);
    worker(0).listener.onReport({ type: 'answer', id: 1, outcome: DONE });
    expect(answers.get(1)).toEqual({ ok: false, failure: { code: 'card-mute' } });
  });

  test('is borne four times; a fifth and the process is beyond repair', () => {
    const { subject, workers, exhausted } = pool();
    for (const [index, reader] of ['A', 'B', 'C', 'D', 'E'].entries()) {
      expect(exhausted).not.toHaveBeenCalled();
      subject.submit(order(index, reader));
      workers.at(-1)?.phase.set('talking');
      vi.advanceTimersByTime(15_000);
    }
    expect(exhausted).toHaveBeenCalledOnce();
  });
});

test('closing answers what is queued and under way, and lets idle workers go', () => {
  const { subject, worker, answers } = pool();
  subject.warm();
  subject.submit(order(1, 'A'));
  const queued = order(2, 'A');
  subject.submit(queued);
  subject.close();
  expect([answers.get(1), answers.get(2)]).toEqual([
    { ok: false, failure: { code: 'card-process-lost' } },
    { ok: false, failure: { code: 'card-process-lost' } },
  ]);
  expect(queued.operation).toMatchObject({ pin: new Uint8Array(4) });
  expect(worker(0).phase.abandoned()).toBe(true);
});

describe('a proof that the service answers', () => {
  test('is a call that an idle worker makes, and is told when it returns', () => {
    const { subject, worker } = pool();
    subject.warm();
    worker(0).listener.onReport({ type: 'ready' });
    const returned = vi.fn();
    expect(subject.probe(returned)).toBe(true);
    expect(worker(0).probes).toBe(1);
    expect(returned).not.toHaveBeenCalled();
    worker(0).listener.onReport({ type: 'probed' });
    expect(returned).toHaveBeenCalledTimes(1);
  });

  test('is not asked for twice while a call is out; both hear of its return', () => {
    const { subject, worker } = pool();
    subject.warm();
    worker(0).listener.onReport({ type: 'ready' });
    const returned = vi.fn();
    subject.probe(returned);
    subject.probe(returned);
    expect(worker(0).probes).toBe(1);
    worker(0).listener.onReport({ type: 'probed' });
    expect(returned).toHaveBeenCalledTimes(2);
  });

  test('is not asked of a worker that talks to a card', () => {
    const { subject, workers, worker } = pool();
    subject.submit(order(1, 'A'));
    worker(0).listener.onReport({ type: 'ready' });
    expect(subject.probe(() => {})).toBe(false);
    expect(worker(0).probes).toBe(0);
    expect(workers).toHaveLength(1);
  });

  test('is not asked of a worker that is still loading', () => {
    const { subject, workers, worker } = pool();
    subject.warm();
    expect(subject.probe(() => {})).toBe(false);
    expect(worker(0).probes).toBe(0);
    expect(workers).toHaveLength(1);
  });

  test('comes from a new worker when all others are stuck', () => {
    const { subject, workers, worker } = pool();
    subject.submit(order(1, 'A'));
    worker(0).phase.set('talking');
    vi.advanceTimersByTime(15_000);
    expect(subject.probe(() => {})).toBe(false);
    expect(workers).toHaveLength(2);
    worker(1).listener.onReport({ type: 'ready' });
    expect(subject.probe(() => {})).toBe(true);
    expect(worker(1).probes).toBe(1);
  });

  test('is given up with a worker that ends', () => {
    const { subject, worker } = pool();
    subject.warm();
    worker(0).listener.onReport({ type: 'ready' });
    const returned = vi.fn();
    subject.probe(returned);
    worker(0).listener.onExit();
    expect(returned).toHaveBeenCalledTimes(1);
  });
});
