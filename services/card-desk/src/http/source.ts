import { isIPv4, isIPv6 } from 'node:net';

/** An IP address in its one form; `groups` of an IPv6 one are its eight, without leading zeros. */
export type IpAddress =
  | { readonly family: 4; readonly text: string }
  | { readonly family: 6; readonly text: string; readonly groups: readonly string[] };

/**
 * The address in what a socket or a header says: some proxies write the port of each connection behind it, and brackets around
 * one of IPv6. null: it is none. An IPv4 address that is written as one of IPv6 is one of IPv4.
 */
export function ipAddressOf(said: string): IpAddress | null {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(said)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(said)?.[1];
  const [address = ''] = (bracketed ?? withPort ?? said).split('%');
  if (isIPv4(address)) return { family: 4, text: address };
  if (!isIPv6(address)) return null;
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const groups = groupsOf(text);
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return mapped ? { family: 4, text: dotted(groups.slice(6)) } : { family: 6, text, groups };
}

function groupsOf(text: string): readonly string[] {
  const [head = '', tail = ''] = text.split('::');
  const start = head === '' ? [] : head.split(':');
  const end = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => '0');
  return [...start, ...zeros, ...end];
}

const dotted = (groups: readonly string[]): string =>
  groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 0xff])
    .join('.');

/**
 * Whom a request is counted for. An IPv6 network of /64 is one source: whoever has an address there has all of them. What is no
 * address is one source together, however it is written.
 */
export function sourceOf(said: string): string {
  const address = ipAddressOf(said);
  if (address === null) return 'unknown';
  return address.family === 4 ? address.text : `${address.groups.slice(0, 4).join(':')}::/64`;
}
