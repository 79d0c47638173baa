import { DerError } from './der-error.ts';
import { GENERALIZED_TIME, UTC_TIME } from './tags.ts';

/** Contents of simple types, as X.690 restricts them for DER. `what` names the place in errors. */

const MAX_OID_OCTETS = 64;
const known = new Map<string, string>();
const MAX_KNOWN = 1_000;

/** An OBJECT IDENTIFIER in dotted form. Arcs may exceed 2^53; they are then still written exactly. */
export function objectIdentifier(content: Uint8Array, what: string): string {
  if (content.length === 0 || content.length > MAX_OID_OCTETS) throw new DerError(`${what}: no object identifier`);
  let key = '';
  for (const octet of content) key += String.fromCharCode(octet);
  const found = known.get(key);
  if (found !== undefined) return found;
  const text = dotted(content, what);
  if (known.size < MAX_KNOWN) known.set(key, text);
  return text;
}

function dotted(content: Uint8Array, what: string): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  let fresh = true;
  for (const octet of content) {
    if (fresh && octet === 0x80) throw new DerError(`${what}: an arc not in its shortest form`);
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    fresh = (octet & 0x80) === 0;
    if (!fresh) continue;
    if (arcs.length === 0) {
      const first = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(first, arc - first * 40n);
    } else arcs.push(arc);
    arc = 0n;
  }
  if (!fresh) throw new DerError(`${what}: cut off`);
  return arcs.join('.');
}

export function boolean(content: Uint8Array, what: string): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerError(`${what}: no boolean`);
  return content[0] === 0xff;
}

/** The content octets of an INTEGER, checked to be in their shortest form. */
export function integerOctets(content: Uint8Array, what: string): Uint8Array {
  const [first, second = 0] = content;
  if (first === undefined) throw new DerError(`${what}: no integer`);
  if (content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new DerError(`${what}: an integer not in its shortest form`);
  }
  return content;
}

/** A small INTEGER that counts something. */
export function smallInteger(content: Uint8Array, what: string): number {
  const octets = integerOctets(content, what);
  if (octets.length > 5 || (octets[0] ?? 0) >= 0x80) throw new DerError(`${what}: out of range`);
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** An INTEGER that is not negative, of any size: list numbers have up to 20 octets (RFC 5280, 5.2.3). */
export function largeInteger(content: Uint8Array, what: string): bigint {
  const octets = integerOctets(content, what);
  if (octets.length > 64 || (octets[0] ?? 0) >= 0x80) throw new DerError(`${what}: out of range`);
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

/** A BIT STRING of whole octets, as signatures and keys are. */
export function wholeOctets(content: Uint8Array, what: string): Uint8Array {
  if (content[0] !== 0) throw new DerError(`${what}: no whole octets`);
  return content.subarray(1);
}

/** A named BIT STRING: bit 0 of the ASN.1 is bit 0 of the result. No more than 16 bits are looked at. */
export function namedBits(content: Uint8Array, what: string): number {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (content.length === 1 && unused !== 0)) {
    throw new DerError(`${what}: no bit string`);
  }
  const last = content[content.length - 1] ?? 0;
  if (content.length > 1 && (last & ((1 << unused) - 1)) !== 0) throw new DerError(`${what}: unused bits are set`);
  // DER wants trailing zero bits left out (X.690, 11.2.2); issuers that kept them said the same thing.
  let bits = 0;
  for (let bit = 0; bit < Math.min((content.length - 1) * 8, 16); bit++) {
    const octet = content[1 + (bit >> 3)] ?? 0;
    if ((octet & (0x80 >> (bit & 7))) !== 0) bits |= 1 << bit;
  }
  return bits;
}

/** Time of a certificate (RFC 5280, 4.1.2.5): whole seconds, UTC, in milliseconds since 1970. */
export function time(tag: number, content: Uint8Array, what: string): number {
  const digits = tag === UTC_TIME ? 12 : tag === GENERALIZED_TIME ? 14 : 0;
  if (digits === 0 || content.length !== digits + 1 || content[digits] !== 0x5a) throw new DerError(`${what}: no time`);
  let at = 0;
  const number = (length: number) => {
    let value = 0;
    for (const end = at + length; at < end; at++) {
      const digit = (content[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) throw new DerError(`${what}: no time`);
      value = value * 10 + digit;
    }
    return value;
  };
  const short = tag === UTC_TIME ? number(2) : null;
  const year = short === null ? number(4) : short < 50 ? 2000 + short : 1900 + short;
  const month = number(2);
  const day = number(2);
  const hour = number(2);
  const minute = number(2);
  const second = number(2);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (hour > 23 || minute > 59 || second > 59 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new DerError(`${what}: no time`);
  }
  return date.setUTCHours(hour, minute, second);
}
