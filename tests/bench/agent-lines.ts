import * as v from 'valibot';

/** The lines of `wardkey agent --json` that measurements look at (docs/command-line.md); the others come as `other`. */
const monotonicMs = v.number();
const shared = { monotonicMs };

const CardStatusSchema = v.object({
  cardId: v.nullable(v.string()),
  triesLeft: v.nullable(v.number()),
  trouble: v.nullable(v.string()),
  activeSince: v.nullable(v.number()),
  certificates: v.array(v.object({ slot: v.string(), verdict: v.string() })),
});

const ReaderStatusSchema = v.object({
  reader: v.string(),
  phase: v.string(),
  card: v.nullable(CardStatusSchema),
});
export type ReaderStatus = v.InferOutput<typeof ReaderStatusSchema>;

const snapshot = {
  phase: v.string(),
  service: v.string(),
  screen: v.string(),
  readers: v.array(ReaderStatusSchema),
  countdowns: v.array(v.object({ cause: v.string() })),
};

/** The answer to `status`, and without its times a `state` line. */
export const SnapshotSchema = v.object({ event: v.literal('state'), ...snapshot });
export type Snapshot = v.InferOutput<typeof SnapshotSchema>;

const DecisionSchema = v.object({
  number: v.number(),
  cause: v.string(),
  reader: v.string(),
  cardId: v.string(),
  action: v.string(),
  plan: v.string(),
});

const KnownLineSchema = v.variant('event', [
  v.object({ event: v.literal('started'), pid: v.number() }),
  v.object({ event: v.literal('state'), ...shared, ...snapshot }),
  v.object({ event: v.literal('session-began'), ...shared, cardId: v.string(), reader: v.string() }),
  v.object({ event: v.literal('session-ended'), ...shared, cardId: v.string(), reader: v.string() }),
  v.object({ event: v.literal('decided'), ...shared, decision: DecisionSchema }),
  v.object({
    event: v.literal('settled'),
    ...shared,
    decision: v.number(),
    by: v.string(),
    trigger: v.nullable(v.string()),
  }),
  v.object({ event: v.literal('lock-requested'), ...shared, decision: v.number() }),
  v.object({ event: v.literal('acted'), ...shared, decision: v.number(), done: v.boolean(), outcome: v.unknown() }),
]);

export type AgentLine = v.InferOutput<typeof KnownLineSchema> | { readonly event: 'other'; readonly text: string };
export type LineOf<E extends AgentLine['event']> = Extract<AgentLine, { event: E }>;

const KNOWN = new Set<unknown>(KnownLineSchema.options.map((option) => option.entries.event.literal));

/** @throws ValiError when a known line has another shape than documented, SyntaxError when it is no JSON */
export function parseAgentLine(text: string): AgentLine {
  const json: unknown = JSON.parse(text);
  const event: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'event') : null;
  return KNOWN.has(event) ? v.parse(KnownLineSchema, json) : { event: 'other', text };
}
