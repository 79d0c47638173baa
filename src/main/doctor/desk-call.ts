import type { Policy } from '../../core/agent/policy.ts';
import { DeskClient, type DeskLimits, type DeskReply } from '../card-desk/desk-client.ts';

/** One request, and no second one where its answer is lost: somebody waits for the result on the screen. */
const LIMITS: DeskLimits = { connectMs: 5_000, wholeMs: 5_000, repeatAfterMs: [] };

export type DeskCall = { readonly host: string; readonly reply: DeskReply<'about'> };

/**
 * Asks the card desk whose desk it is: over the same connection, with the same proof of who it is, as an unlock would. It is told
 * nothing of this computer or its user. Null where the policy names no desk. Never rejects.
 */
export async function callDesk(policy: Policy['desk'], limits: Partial<DeskLimits> = {}): Promise<DeskCall | null> {
  if (policy.address === undefined) return null;
  const client = new DeskClient({ policy, limits: { ...LIMITS, ...limits } });
  return { host: new URL(policy.address).host, reply: await client.ask('about', {}) };
}
