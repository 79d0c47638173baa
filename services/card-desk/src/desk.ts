import type { DeskProblemCode } from '../../../src/core/contract/card-desk/problems.ts';
import type { Unlock } from '../../../src/core/contract/card-desk/shapes.ts';
import type { Metrics } from './metrics.ts';
import type { KeyRing } from './secrets/key-ring.ts';
import type { Settings } from './settings.ts';
import type { Database } from './store/database.ts';

/** What every operation of the desk works with. */
export type Desk = {
  readonly database: Database;
  /** As it is now: keys are rotated while the desk runs. */
  readonly ring: () => KeyRing;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly metrics: Metrics;
  /** There is a message to send. */
  readonly wake: () => void;
};

export type Refusal = {
  readonly code: DeskProblemCode;
  readonly unlock?: Unlock;
  readonly triesLeft?: number;
  readonly retryAfterSeconds?: number;
};

/** What an operation comes to. A refusal is no error: what it changed (a try, an audit entry) is committed like any change. */
export type Outcome<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refusal: Refusal };

export const done = <Answer>(answer: Answer): Outcome<Answer> => ({ ok: true, answer });

export function refused(code: DeskProblemCode, more: Omit<Refusal, 'code'> = {}): Outcome<never> {
  return { ok: false, refusal: { code, ...more } };
}
