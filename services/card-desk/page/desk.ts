import { deskHttpRequest, deskResultOf } from '../../../src/core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../../src/core/contract/card-desk/operations.ts';
import type { DeskProblem } from '../../../src/core/contract/card-desk/problems.ts';

/** The page's own desk, asked over HTTPS with the session's token, which is nowhere but in the memory of this page. */

export type ProblemCode = DeskProblem['code'] | 'not-reached';
export type Problem = { readonly code: ProblemCode; readonly triesLeft: number | null };

export type Reply<Name extends DeskOperationName> =
  | { readonly ok: true; readonly answer: DeskAnswer<Name> }
  | { readonly ok: false; readonly problem: Problem };

const PATIENCE_MS = 20_000;

/** An idempotency key: what is asked again with it is done once. */
export function newKey(): string {
  const octets = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '');
}

/** Never rejects. */
export async function askDesk<Name extends DeskOperationName>(
  name: Name,
  ask: Partial<DeskAsk<Name>>,
  token: string | null,
  key: string | null = null,
): Promise<Reply<Name>> {
  const notReached = { ok: false, problem: { code: 'not-reached', triesLeft: null } } as const;
  const { method, target, headers, body } = deskHttpRequest(name, ask, token, key);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(target, { method, headers, body, signal, credentials: 'omit', redirect: 'error' });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    const result = deskResultOf(name, response.status, json);
    if (result === null) return notReached;
    if (result.ok) return result;
    const { code, triesLeft = null } = result.problem;
    return { ok: false, problem: { code, triesLeft } };
  } catch {
    return notReached;
  }
}
