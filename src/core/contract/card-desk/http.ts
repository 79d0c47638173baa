import * as v from 'valibot';
import {
  DESK_OPERATIONS,
  type DeskAnswer,
  type DeskAsk,
  type DeskOperationName,
  IDEMPOTENCY_HEADER,
  takesKey,
} from './operations.ts';
import { DESK_PROBLEMS, type DeskProblem, DeskProblemSchema } from './problems.ts';

/** The operations on the wire, as whoever asks sees them: a request to send, and an answer judged by its schema. */

export type HttpRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/**
 * An operation as an HTTP request.
 * @param token the journey's or the RA's, where the operation wants one
 * @param key 256 bits, base64url: makes an operation that takes one safe to repeat
 */
export function deskHttpRequest<Name extends DeskOperationName>(
  name: Name,
  ask: Partial<DeskAsk<Name>>,
  token: string | null = null,
  key: string | null = null,
): HttpRequest {
  const { method, path, body: schema } = DESK_OPERATIONS[name];
  const parameters: Readonly<Record<string, string>> = { ...ask.parameters };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(parameters[field] ?? ''));
  const query = new URLSearchParams({ ...ask.query }).toString();
  return {
    method,
    target: query === '' ? filled : `${filled}?${query}`,
    headers: {
      accept: 'application/json',
      ...(schema === null ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(key === null || !takesKey(name) ? {} : { [IDEMPOTENCY_HEADER]: `"${key}"` }),
    },
    body: schema === null ? null : JSON.stringify(ask.body ?? {}),
  };
}

export type DeskResult<Name extends DeskOperationName> =
  | { readonly ok: true; readonly answer: DeskAnswer<Name> }
  | { readonly ok: false; readonly problem: DeskProblem };

/** The desk's answer, judged by its schema; null for anything that no card desk of this version says. */
export function deskResultOf<Name extends DeskOperationName>(
  name: Name,
  status: number,
  body: unknown,
): DeskResult<Name> | null {
  const { done, answer } = DESK_OPERATIONS[name];
  if (status !== done) {
    const problem = v.safeParse(DeskProblemSchema, body);
    return problem.success && DESK_PROBLEMS[problem.output.code].status === status
      ? { ok: false, problem: problem.output }
      : null;
  }
  const parsed = v.safeParse(answer ?? v.null(), body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of this very operation has accepted it
  return parsed.success ? { ok: true, answer: parsed.output as DeskAnswer<Name> } : null;
}
