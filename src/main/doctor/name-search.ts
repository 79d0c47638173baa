import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Policy } from '../../core/agent/policy.ts';
import { bareHost } from '../revocation/address-rules.ts';
import { chooseProxy } from '../revocation/proxy-choice.ts';

/** Rejects where the name leads to no address. */
export type LookUpName = (name: string) => Promise<unknown>;

export type NamesFound = { readonly found: readonly string[]; readonly missing: readonly string[] };

const LIMIT_MS = 3_000;
const MAX_NAMES = 20;
/** The system's resolver holds one of Node's four threads for each name, also past the limit: files must have theirs. */
const AT_ONCE = 2;

/** Hosts of the organisation's pages and of its card desk, each once. A desk behind a proxy is found by the proxy, not by us. */
export function organisationNames({ organisation, desk }: Policy, environment = process.env): readonly string[] {
  const pages = Object.values(organisation.pages).filter((each) => each !== undefined);
  const deskUrl = desk.address === undefined ? null : new URL(desk.address);
  const direct = deskUrl !== null && chooseProxy(deskUrl, desk.proxy, environment) === 'none';
  const urls = [...pages.map((page) => new URL(page)), ...(direct ? [deskUrl] : [])];
  return [...new Set(urls.map(bareHost))].filter((host) => isIP(host) === 0).slice(0, MAX_NAMES);
}

/**
 * Whether names can be found; nothing is asked of what they lead to. A name that was asked for and not answered within the limit
 * is missing; one whose turn never came is neither found nor missing. Never rejects.
 */
export async function searchNames(
  names: readonly string[],
  { lookUp = lookup, limitMs = LIMIT_MS }: { readonly lookUp?: LookUpName; readonly limitMs?: number } = {},
): Promise<NamesFound> {
  const found = new Set<string>();
  const asked = new Set<string>();
  const waiting = [...names];
  const over = new AbortController();
  const askInTurn = async () => {
    for (const { signal } = over; !signal.aborted; ) {
      const name = waiting.shift();
      if (name === undefined) return;
      asked.add(name);
      const known = await lookUp(name).then(
        () => true,
        () => false,
      );
      if (known) found.add(name);
    }
  };
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([limit.promise, Promise.all(Array.from({ length: AT_ONCE }, askInTurn))]);
  over.abort();
  clearTimeout(timer);
  return {
    found: names.filter((name) => found.has(name)),
    missing: names.filter((name) => asked.has(name) && !found.has(name)),
  };
}
