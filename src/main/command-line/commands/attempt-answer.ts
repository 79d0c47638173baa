import * as v from 'valibot';
import type { AttemptResult } from '../../../core/agent/effects.ts';
import { FAILURES, type FailureCode } from '../../../core/agent/failure-codes.ts';
import { CardFailureSchema, PinStatusSchema } from '../../../core/contract/card-process.ts';

const failureCode = v.custom<FailureCode>((value) => typeof value === 'string' && Object.hasOwn(FAILURES, value));

/** The running agent's answer to an attempt. */
export const AttemptAnswerSchema = v.object({
  event: v.literal('answer'),
  result: v.union([
    v.object({ ok: v.literal(true), status: PinStatusSchema }),
    v.object({ ok: v.literal(false), failure: CardFailureSchema }),
    v.object({ ok: v.literal(false), code: failureCode }),
  ]) satisfies v.GenericSchema<unknown, AttemptResult>,
});
