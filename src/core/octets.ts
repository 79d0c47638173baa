/** Octet strings, as ISO 7816 and X.690 call a row of bytes. */

export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex');
}

/** A copy with memory of its own; `slice` of a Buffer, which is a Uint8Array too, would be a view. */
export function copyOf(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(octets);
}

export function concatOctets(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** For public data; secrets are compared by `timingSafeEqual`. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

/** Unsigned, most significant octet first; at most six octets, so that the number stays exact. */
export function octetsOf(value: number, length: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index--) {
    octets[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return octets;
}
