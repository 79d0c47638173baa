import { joined } from './der.ts';

/** What DER (X.690 10 and 11) forbids and BER allows, done to a finished element. */

/** The same element with its length in one octet more than it needs. */
export function withLongLength(der: Uint8Array): Uint8Array {
  const { tag, lengthOctets, content } = taken(der);
  const first = lengthOctets[0] ?? 0;
  const long = first < 0x80 ? [0x81, first] : [first + 1, 0, ...lengthOctets.subarray(1)];
  return joined(tag, Uint8Array.from(long), content);
}

/** The same constructed element with an indefinite length and its end-of-contents octets. */
export function withIndefiniteLength(der: Uint8Array): Uint8Array {
  const { tag, content } = taken(der);
  return joined(tag, Uint8Array.of(0x80), content, Uint8Array.of(0, 0));
}

/** The same INTEGER with a leading zero octet that it does not need. */
export function withPadding(der: Uint8Array): Uint8Array {
  const { tag, content } = taken(der);
  return joined(tag, Uint8Array.of(content.length + 1, 0), content);
}

function taken(der: Uint8Array): { tag: Uint8Array; lengthOctets: Uint8Array; content: Uint8Array } {
  const first = der[1] ?? 0;
  const lengthEnd = first < 0x80 ? 2 : 2 + (first & 0x7f);
  return { tag: der.subarray(0, 1), lengthOctets: der.subarray(1, lengthEnd), content: der.subarray(lengthEnd) };
}
