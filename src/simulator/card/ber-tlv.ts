/**
 * BER-TLV as PIV uses it (SP 800-73-4 part 2; ISO/IEC 7816-4, 5.2.2). The card has a reader and writer of its own: one
 * shared with the driver under test would forgive the driver's mistakes.
 */
export type Tlv = { readonly tag: number; readonly value: Uint8Array };

/** One element: tag of one to three bytes (0x53, 0x7f49, 0x5fc102), definite length in its shortest form. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  return Buffer.concat([tagBytes(tag), lengthBytes(value.length), value]);
}

function tagBytes(tag: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(tag);
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0));
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  if (length < 0x1_0000) return Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

/** All elements of `bytes` in order, or null if it is anything but a whole number of well-formed elements. */
export function parseTlvs(bytes: Uint8Array): Tlv[] | null {
  const elements: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = readHeader(bytes, at);
    if (header === null || header.start + header.length > bytes.length) return null;
    elements.push({ tag: header.tag, value: bytes.subarray(header.start, header.start + header.length) });
    at = header.start + header.length;
  }
  return elements;
}

function readHeader(bytes: Uint8Array, from: number): { tag: number; start: number; length: number } | null {
  let at = from;
  let tag = bytes[at++] ?? 0;
  if ((tag & 0x1f) === 0x1f) {
    let next: number;
    do {
      next = bytes[at++] ?? 0;
      tag = tag * 256 + next;
      if (tag > 0xff_ff_ff) return null;
    } while ((next & 0x80) !== 0);
  }
  const first = bytes[at++];
  if (first === undefined || first === 0x80 || first > 0x83) return null;
  if (first < 0x80) return { tag, start: at, length: first };
  let length = 0;
  for (let count = first & 0x7f; count > 0; count--) {
    const byte = bytes[at++];
    if (byte === undefined) return null;
    length = length * 256 + byte;
  }
  return { tag, start: at, length };
}
