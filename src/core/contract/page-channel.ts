import * as v from 'valibot';
import { ViewCommandSchema } from './view.ts';

/**
 * How a page in a browser and the agent talk over their WebSocket. The page's first message is a token, as text; all others
 * are one whole control frame each (control.ts): a PageRequest, and its secrets beside it. The agent answers with JSON as text.
 */

export const PAGE_PATH = '/agent';
/** More requests than this at a time are not a page of ours. */
export const MAX_UNDER_WAY = 8;

/** 256 bits, base64url. Of a launch it works once; of a session until the next admission. */
export const TokenSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** Close codes of the WebSocket (RFC 6455, 7.4.1) that the page tells apart. */
export const CLOSED = {
  /** Another page has taken this one's place. */
  superseded: 1000,
  /** The agent ends. */
  ending: 1001,
  /** The token, or what was said, is not taken, and will not be. */
  refused: 1008,
  /** Not now: another page is open, or there were too many wrong tokens. */
  later: 1013,
} as const;

const requestId = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What a page asks. The command has a place of its own: some commands name an alert or a notice by an `id` too. */
export const PageRequestSchema = v.strictObject({ id: requestId, request: ViewCommandSchema });
export type PageRequest = v.InferOutput<typeof PageRequestSchema>;

/** What the agent says. `snapshot` and `outcome` are parsed by their own schemas (view.ts). */
export const AgentMessageSchema = v.union([
  v.strictObject({ snapshot: v.unknown() }),
  v.strictObject({ id: requestId, outcome: v.unknown() }),
  v.strictObject({ session: TokenSchema }),
  v.strictObject({ superseded: v.literal(true) }),
]);
export type AgentMessage = v.InferOutput<typeof AgentMessageSchema>;
