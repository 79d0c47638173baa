import * as v from 'valibot';
import { CardStateSchema } from '../card/card-state.ts';
import { FaultSchema } from '../card/faults.ts';

/** What a test and the process that plays its cards say to each other, by structured clone. */
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const pace = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(60_000));
const card = { state: CardStateSchema, paceMs: v.optional(pace), faults: v.optional(v.array(FaultSchema)) };

export const OrderSchema = v.variant('type', [
  v.object({ type: v.literal('insert'), port, ...card }),
  v.object({ type: v.literal('swap'), port, ...card }),
  v.object({ type: v.literal('pull'), port }),
  v.object({ type: v.literal('pace'), port, paceMs: pace }),
  v.object({ type: v.literal('arm'), port, fault: FaultSchema }),
  v.object({ type: v.literal('disarm'), port }),
  v.object({ type: v.literal('release'), port }),
  /** The card as it is now; null without one. */
  v.object({ type: v.literal('snapshot'), port }),
  v.object({ type: v.literal('log'), port }),
  v.object({ type: v.literal('count'), port }),
  v.object({ type: v.literal('clear-log'), port }),
]);
export type Order = v.InferOutput<typeof OrderSchema>;

export const NumberedOrderSchema = v.object({ id: v.number(), order: OrderSchema });

const monotonicMs = v.pipe(v.number(), v.finite());

const ApduRecordSchema = v.object({
  cla: v.number(),
  ins: v.number(),
  p1: v.number(),
  p2: v.number(),
  commandBytes: v.number(),
  at: monotonicMs,
  statusWord: v.nullable(v.number()),
  answerBytes: v.number(),
  durationMs: v.nullable(v.number()),
});

export const AnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('done') }),
  v.object({ kind: v.literal('pulled'), pulledAt: v.nullable(monotonicMs) }),
  v.object({ kind: v.literal('snapshot'), state: v.nullable(CardStateSchema) }),
  v.object({ kind: v.literal('log'), records: v.array(ApduRecordSchema) }),
  v.object({ kind: v.literal('count'), count: v.number() }),
  v.object({ kind: v.literal('failed'), message: v.string() }),
]);
export type Answer = v.InferOutput<typeof AnswerSchema>;

export const ReportSchema = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('answer'), id: v.number(), answer: AnswerSchema }),
  v.object({ type: v.literal('power'), port, kind: v.picklist(['on', 'off', 'reset']), at: monotonicMs }),
  /** A fault pulled the card. */
  v.object({ type: v.literal('cut'), port, pulledAt: monotonicMs }),
]);
export type Report = v.InferOutput<typeof ReportSchema>;
