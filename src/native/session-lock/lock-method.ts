import type { LockAttempt, LockOutcome } from '../../core/contract/desktop-session.ts';

export type MethodResult = Pick<LockAttempt, 'result' | 'detail'>;

export type MethodAvailability = { readonly available: boolean; readonly detail: string | null };

/** One way to lock this screen. */
export interface LockMethod {
  /** As it stands in {@link LockAttempt}. */
  readonly name: string;
  /** Sends the request before it returns; resolves with what became of it. */
  request(): Promise<MethodResult>;
}

/** Whether the screen is locked, from a source that the method which asked for the lock does not control. */
export interface LockEvidence {
  /** `lost`: the source itself is gone, waiting for it is pointless. */
  state(): 'locked' | 'open' | 'lost';
  onChange(listener: () => void): () => void;
}

/**
 * Waits for the evidence of a lock. An accepted request proves nothing: logind answers `Lock` with success when no screen
 * locker listens. `early` ends the wait at once with a result; null from it means that the wait goes on.
 */
export function awaitLocked(
  evidence: LockEvidence,
  limitMs: number,
  early: Promise<MethodResult | null>,
  unconfirmed: () => string,
): Promise<MethodResult> {
  const { promise, resolve } = Promise.withResolvers<MethodResult>();
  const look = () => {
    switch (evidence.state()) {
      case 'locked':
        return resolve({ result: 'confirmed', detail: null });
      case 'lost':
        return resolve({ result: 'failed', detail: 'the service ended before it confirmed' });
      case 'open':
        return undefined;
    }
  };
  const stop = evidence.onChange(look);
  const limit = setTimeout(() => resolve({ result: 'unconfirmed', detail: unconfirmed() }), limitMs);
  void early.then((result) => result !== null && resolve(result));
  look();
  return promise.finally(() => {
    stop();
    clearTimeout(limit);
  });
}

/**
 * Tries the methods in order until one is confirmed. The first request is sent before this returns; later methods are
 * drawn only when their turn comes, so that the list may depend on what happened before. Never rejects.
 */
export async function runLock(methods: Iterable<LockMethod>): Promise<LockOutcome> {
  const attempts: LockAttempt[] = [];
  for (const method of methods) {
    const start = performance.now();
    let outcome: MethodResult;
    try {
      outcome = await method.request();
    } catch (error) {
      // A defect in one method must not keep the next from being tried.
      outcome = { result: 'failed', detail: error instanceof Error ? error.message : 'unexpected error' };
    }
    attempts.push({ method: method.name, tookMs: performance.now() - start, ...outcome });
    if (outcome.result === 'confirmed') return { locked: true, attempts };
  }
  return { locked: false, attempts };
}
