import { BlockList, isIP } from 'node:net';

/**
 * Where a certificate may send us. The addresses of CRLs and OCSP responders stand in certificates, and a certificate that is
 * not trusted yet may be anybody's: a hostile card could make every workstation ask whatever the workstation can reach.
 *
 * Addresses of the local network are allowed, since hospitals keep their distribution points there, and only a signed answer
 * is ever used. Refused is what no distribution point can be and what answers a plain GET with secrets or deeds:
 * - this machine (loopback, unspecified), whose services trust it for being local;
 * - link-local addresses and the fixed addresses of cloud platforms, where machines get their credentials;
 * - multicast, broadcast and reserved ranges, at which no server can be;
 * - ports below 1024 other than 80 and 443: they belong to protocols that might take a request for commands.
 *
 * Addresses are judged after the name was resolved, and the connection goes to the very addresses that were judged, so that a
 * name cannot change its mind in between (DNS rebinding). Behind a proxy it is the proxy that resolves: then only what the
 * URL says can be judged.
 */

const REFUSED = new BlockList();
REFUSED.addSubnet('0.0.0.0', 8, 'ipv4');
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('224.0.0.0', 3, 'ipv4');
// Metadata services outside the link-local range: Alibaba, Azure, AWS over IPv6.
REFUSED.addAddress('100.100.100.200', 'ipv4');
REFUSED.addAddress('168.63.129.16', 'ipv4');
REFUSED.addAddress('fd00:ec2::254', 'ipv6');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
REFUSED.addSubnet('fec0::', 10, 'ipv6');
REFUSED.addSubnet('ff00::', 8, 'ipv6');
REFUSED.addAddress('::', 'ipv6');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** IPv6 ranges with an IPv4 address in their last 32 bits: compatible, mapped, translated, NAT64 (RFC 4291, 6052, 8215). */
const CARRIERS = new BlockList();
CARRIERS.addSubnet('::', 96, 'ipv6');
CARRIERS.addSubnet('::ffff:0:0', 96, 'ipv6');
CARRIERS.addSubnet('::ffff:0:0:0', 96, 'ipv6');
CARRIERS.addSubnet('64:ff9b::', 96, 'ipv6');
CARRIERS.addSubnet('64:ff9b:1::', 48, 'ipv6');

export type LoopbackRule = 'refuse' | 'allow';

/** @param address without brackets; one with a zone (`fe80::1%eth0`) is link-local, and what is no address is refused */
export function addressAllowed(address: string, loopback: LoopbackRule): boolean {
  switch (address.includes('%') ? 0 : isIP(address)) {
    case 4:
      return !REFUSED.check(address, 'ipv4') && (loopback === 'allow' || !LOOPBACK.check(address, 'ipv4'));
    case 6: {
      if (REFUSED.check(address, 'ipv6')) return false;
      if (LOOPBACK.check(address, 'ipv6')) return loopback === 'allow';
      const carried = carriedAddress(address);
      return carried === null || addressAllowed(carried, loopback);
    }
    default:
      return false;
  }
}

/** What the URL alone says: its port, and its host where that is an address or a name of this machine. */
export function urlAllowed(url: URL, loopback: LoopbackRule): boolean {
  const port = url.port === '' ? 443 : Number(url.port);
  if (port < 1024 && port !== 80 && port !== 443) return false;
  const host = bareHost(url);
  if (isIP(host) !== 0) return addressAllowed(host, loopback);
  return loopback === 'allow' || !/(^|\.)localhost\.?$/.test(host);
}

/** The host of a URL as sockets and name services take it: an IPv6 address without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The IPv4 address inside an IPv6 address of a carrier range, or of 6to4 (RFC 3056: bits 16 to 47); null: none. */
function carriedAddress(address: string): string | null {
  const groups = ipv6Groups(address);
  const [first = 0, second = 0, third = 0] = groups;
  if (first === 0x2002) return dotted(second, third);
  return CARRIERS.check(address, 'ipv6') ? dotted(groups[6] ?? 0, groups[7] ?? 0) : null;
}

/** The eight groups of a valid address: the URL parser writes them in one canonical way (RFC 5952). */
function ipv6Groups(address: string): number[] {
  const [head = '', tail] = bareHost(new URL(`http://[${address}]`)).split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

const groupsOf = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));

const dotted = (high: number, low: number) => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
