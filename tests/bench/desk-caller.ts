import { deskHttpRequest, deskResultOf } from '../../src/core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';

/** Asks a desk over HTTP; every answer is judged by the contract's schema, and has to be a success. */
export async function askDesk<Name extends DeskOperationName>(
  address: string,
  operation: Name,
  ask: Partial<DeskAsk<Name>>,
  token: string | null = null,
): Promise<DeskAnswer<Name>> {
  const { method, target, headers, body } = deskHttpRequest(operation, ask, token);
  const response = await fetch(`${address}${target}`, { method, headers, body });
  const text = await response.text();
  const result = deskResultOf(operation, response.status, text === '' ? null : JSON.parse(text));
  if (result?.ok !== true) throw new Error(`${operation}: ${response.status} ${text.slice(0, 200)}`);
  return result.answer;
}
