import { concatOctets } from '../../octets.ts';
import { DerError } from './der-error.ts';
import { NULL, OBJECT_IDENTIFIER } from './tags.ts';

/** Writes the little DER that we send: requests to OCSP responders. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concatOctets(...contents);
  return concatOctets(Uint8Array.of(tag), lengthOf(content.length), content);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}

export const nullElement = (): Uint8Array<ArrayBuffer> => element(NULL);

/** @param dotted two arcs at least, each below 2^28 */
export function objectIdentifierElement(dotted: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    if (!Number.isInteger(arc) || arc < 0 || arc >= 2 ** 28) throw new DerError('object identifier: out of range');
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return element(OBJECT_IDENTIFIER, Uint8Array.from(octets));
}
