import * as v from 'valibot';
import type { FailureCode } from '../../core/agent/failure-codes.ts';
import { VIEW_OUTCOMES, type ViewCommandName, type ViewOutcomeOf } from '../../core/contract/view.ts';

/** What came as the outcome of this command; null when it is none. */
export function outcomeOf<Name extends ViewCommandName>(name: Name, outcome: unknown): ViewOutcomeOf<Name> | null {
  const schema: v.GenericSchema<unknown, ViewOutcomeOf<Name>> = VIEW_OUTCOMES[name];
  const parsed = v.safeParse(schema, outcome);
  return parsed.success ? parsed.output : null;
}

export const failedWith = (code: FailureCode) => ({ ok: false, code }) as const;
