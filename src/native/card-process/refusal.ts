import * as v from 'valibot';
import type { CardProcessMessage } from '../../core/contract/card-process.ts';
import { overwriteAllBytes } from './secrets.ts';

/** As much of an operate order as must be right for somebody to be waiting for its answer. */
const AwaitedOrderSchema = v.object({ type: v.literal('operate'), id: v.pipe(v.number(), v.finite()) });

/**
 * What to say to an order that is none; its bytes are overwritten, since they may be a PIN. Whoever waits for an answer gets
 * it at once: what people type is the only part of an operation that can be wrong in form.
 */
export function refuse(order: unknown): CardProcessMessage[] {
  overwriteAllBytes(order);
  const log = { type: 'log', level: 'error', message: 'refused an order that is none' } as const;
  const awaited = v.safeParse(AwaitedOrderSchema, order);
  if (!awaited.success) return [log];
  return [log, { type: 'answer', id: awaited.output.id, outcome: { ok: false, failure: { code: 'pin-format' } } }];
}
