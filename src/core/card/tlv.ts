import { concatOctets, octetsOf } from '../octets.ts';
import { CardError } from './card-error.ts';

/**
 * BER-TLV as cards use it (ISO 7816-4 section 5.2.2): tags of up to three bytes, definite lengths of up to three. Values are
 * views of the input, never copies. Nothing here recurses: who wants what lies inside an element reads its value in turn,
 * so that the depth is that of the caller's schema whatever a card sends.
 */
export type Tlv = { readonly tag: number; readonly value: Uint8Array };

/** No object of a PIV card has a tenth of these; a card full of empty elements shall not cost time. */
const MAX_ELEMENTS = 1024;

/** All elements of `octets`, which they fill to the last byte; otherwise 'malformed-answer' about `what`. */
export function readTlvs(octets: Uint8Array, what: string): Tlv[] {
  const { elements, rest } = read(octets, what);
  if (rest.length > 0) throw malformed(what);
  return elements;
}

/** The elements that stand complete in the beginning of something longer. */
export function readTlvsOfPart(octets: Uint8Array, what: string): Tlv[] {
  return read(octets, what).elements;
}

/** The value of the one element `octets` consists of. */
export function readOnly(octets: Uint8Array, tag: number, what: string): Uint8Array {
  const [only, ...others] = readTlvs(octets, what);
  if (only === undefined || only.tag !== tag || others.length > 0) throw malformed(what);
  return only.value;
}

/** As {@link readOnly}, for the beginning of the element: as much of its value as is there. */
export function readOnlyOfPart(octets: Uint8Array, tag: number, what: string): Uint8Array {
  const header = readHeader(octets, 0);
  if (header === null || header.tag !== tag) throw malformed(what);
  return octets.subarray(header.end, header.end + header.length);
}

/** How long the element will be that these octets begin, its tag and length included; null if that is not to be seen yet. */
export function announcedLength(octets: Uint8Array): number | null {
  const header = readHeader(octets, 0);
  return header === null ? null : header.end + header.length;
}

/** The value of the element with this tag; null if there is none. Two of them are one too many to choose from. */
export function valueWith(elements: readonly Tlv[], tag: number, what: string): Uint8Array | null {
  let found: Uint8Array | null = null;
  for (const element of elements) {
    if (element.tag !== tag) continue;
    if (found !== null) throw malformed(what);
    found = element.value;
  }
  return found;
}

/** With the shortest length that fits. */
export function encodeTlv(tag: number, value: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const tagOctets = octetsOf(tag, tag > 0xffff ? 3 : tag > 0xff ? 2 : 1);
  return concatOctets(tagOctets, encodeLength(value.length), value);
}

function encodeLength(length: number): Uint8Array<ArrayBuffer> {
  if (length < 0x80) return octetsOf(length, 1);
  const octets = length > 0xffff ? 3 : length > 0xff ? 2 : 1;
  return concatOctets(octetsOf(0x80 | octets, 1), octetsOf(length, octets));
}

function read(octets: Uint8Array, what: string): { elements: Tlv[]; rest: Uint8Array } {
  const elements: Tlv[] = [];
  let offset = 0;
  while (offset < octets.length) {
    // Zero bytes may pad before, between and after elements (ISO 7816-4 section 5.2.2.1).
    if (octets[offset] === 0x00) {
      offset += 1;
      continue;
    }
    if (elements.length === MAX_ELEMENTS) throw malformed(what);
    const header = readHeader(octets, offset);
    if (header === null || header.end + header.length > octets.length)
      return { elements, rest: octets.subarray(offset) };
    elements.push({ tag: header.tag, value: octets.subarray(header.end, header.end + header.length) });
    offset = header.end + header.length;
  }
  return { elements, rest: octets.subarray(offset) };
}

/** Tag and length from `start`; null if they are cut off or of a form that no card may use. `end`: where the value begins. */
function readHeader(octets: Uint8Array, start: number): { tag: number; length: number; end: number } | null {
  let offset = start;
  let tag = octets[offset++] ?? 0;
  if ((tag & 0x1f) === 0x1f) {
    for (let more = true; more; ) {
      const next = octets[offset++];
      if (next === undefined || offset - start > 3) return null;
      tag = (tag << 8) | next;
      more = (next & 0x80) !== 0;
    }
  }
  const first = octets[offset++];
  if (first === undefined) return null;
  if (first < 0x80) return { tag, length: first, end: offset };
  const lengthOctets = first & 0x7f;
  if (lengthOctets === 0 || lengthOctets > 3) return null;
  let length = 0;
  for (let index = 0; index < lengthOctets; index++) {
    const next = octets[offset++];
    if (next === undefined) return null;
    length = (length << 8) | next;
  }
  return { tag, length, end: offset };
}

function malformed(what: string): CardError {
  return new CardError({ code: 'malformed-answer', what });
}
