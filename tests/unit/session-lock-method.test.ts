import { expect, test } from 'vitest';
import type { LockAttempt } from '../../src/core/contract/desktop-session.ts';
import {
  awaitLocked,
  type LockEvidence,
  type LockMethod,
  type MethodResult,
  runLock,
} from '../../src/native/session-lock/lock-method.ts';
import { oneRun } from '../../src/native/session-lock/one-run.ts';
import { ScreenWatch } from '../../src/native/session-lock/screen-watch.ts';

const method = (name: string, result: LockAttempt['result'], asked: string[]): LockMethod => ({
  name,
  request: () => {
    asked.push(name);
    return Promise.resolve({ result, detail: null });
  },
});

test('the first request is sent before runLock returns', async () => {
  const asked: string[] = [];
  const running = runLock([method('first', 'failed', asked), method('second', 'failed', asked)]);
  expect(asked).toEqual(['first']);
  await running;
});

test('methods are tried in order until one is confirmed, and each attempt is told', async () => {
  const asked: string[] = [];
  const outcome = await runLock([
    method('failing', 'failed', asked),
    method('silent', 'unconfirmed', asked),
    method('good', 'confirmed', asked),
    method('never', 'confirmed', asked),
  ]);
  expect(outcome.locked).toBe(true);
  expect(outcome.attempts.map(({ method: name, result }) => `${name} ${result}`)).toEqual([
    'failing failed',
    'silent unconfirmed',
    'good confirmed',
  ]);
  for (const { tookMs } of outcome.attempts) expect(tookMs).toBeGreaterThanOrEqual(0);
  expect(asked).not.toContain('never');
});

test('a method that throws or rejects is a failed attempt, not the end', async () => {
  const asked: string[] = [];
  const outcome = await runLock([
    {
      name: 'throws',
      request: () => {
        throw new Error('a defect');
      },
    },
    { name: 'rejects', request: () => Promise.reject(new Error('another')) },
    method('good', 'confirmed', asked),
  ]);
  expect(outcome).toMatchObject({
    locked: true,
    attempts: [{ result: 'failed', detail: 'a defect' }, { result: 'failed', detail: 'another' }, {}],
  });
});

test('with no method at all nothing is locked', async () => {
  expect(await runLock([])).toEqual({ locked: false, attempts: [] });
});

test('calls during a run share it; a call after it starts another', async () => {
  let runs = 0;
  const lock = oneRun(() => Promise.resolve(++runs));
  const [first, second] = [lock(), lock()];
  expect(second).toBe(first);
  expect(runs).toBe(1);
  await first;
  expect(await lock()).toBe(2);
});

class Evidence implements LockEvidence {
  readonly listeners = new Set<() => void>();
  #state: ReturnType<LockEvidence['state']> = 'open';
  state() {
    return this.#state;
  }
  become(state: ReturnType<LockEvidence['state']>) {
    this.#state = state;
    for (const listener of this.listeners) listener();
  }
  onChange(listener: () => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const never = Promise.withResolvers<MethodResult | null>().promise;

test('evidence that appears while it is waited for confirms, and nothing goes on listening', async () => {
  const evidence = new Evidence();
  const waiting = awaitLocked(evidence, 60_000, never, () => 'unused');
  evidence.become('locked');
  expect(await waiting).toEqual({ result: 'confirmed', detail: null });
  expect(evidence.listeners.size).toBe(0);
});

test('evidence that is there from the beginning confirms', async () => {
  const evidence = new Evidence();
  evidence.become('locked');
  expect(await awaitLocked(evidence, 60_000, never, () => 'unused')).toMatchObject({ result: 'confirmed' });
});

test('a lost source ends the wait as failed, a refused request with its own words', async () => {
  const evidence = new Evidence();
  const waiting = awaitLocked(evidence, 60_000, never, () => 'unused');
  evidence.become('lost');
  expect(await waiting).toMatchObject({ result: 'failed' });
  const refused = Promise.resolve({ result: 'failed' as const, detail: 'refused' });
  expect(await awaitLocked(new Evidence(), 60_000, refused, () => 'unused')).toEqual({
    result: 'failed',
    detail: 'refused',
  });
});

test('an accepted request without evidence is unconfirmed at the limit, and not before', async () => {
  const start = performance.now();
  const outcome = await awaitLocked(new Evidence(), 30, Promise.resolve(null), () => 'nobody listened');
  expect(outcome).toEqual({ result: 'unconfirmed', detail: 'nobody listened' });
  expect(performance.now() - start).toBeGreaterThanOrEqual(29);
});

test('a screen state is told once for each change', () => {
  let state: 'locked' | 'unlocked' = 'unlocked';
  const watch = new ScreenWatch(() => state);
  const told: string[] = [];
  const stop = watch.onChange((now) => told.push(now));
  watch.look();
  state = 'locked';
  expect(watch.look()).toBe('locked');
  watch.look();
  stop();
  state = 'unlocked';
  watch.look();
  expect(told).toEqual(['locked']);
});
