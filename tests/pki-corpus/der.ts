/**
 * DER (X.690) written by hand. Each function gives one finished element as bytes, so that a test may put anything anywhere,
 * right or wrong: the product's own reader must not be the judge of what is written for it.
 */

/** One element: tag octet, shortest definite length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = joined(...content);
  return joined(Uint8Array.of(tag), lengthOctets(body.length), body);
}

export function sequence(...content: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...content);
}

export function set(...content: readonly Uint8Array[]): Uint8Array {
  return element(0x31, ...content);
}

/** @param value not negative */
export function integer(value: number): Uint8Array {
  const digits = value.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return integerOf((octets[0] ?? 0) < 0x80 ? octets : joined(Uint8Array.of(0), octets));
}

/** An INTEGER of exactly these content octets. */
export function integerOf(content: Uint8Array): Uint8Array {
  return element(0x02, content);
}

export function boolean(value: boolean): Uint8Array {
  return element(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

export const NULL: Uint8Array = element(0x05);

export function octetString(content: Uint8Array): Uint8Array {
  return element(0x04, content);
}

/** A BIT STRING of whole octets. */
export function bitString(content: Uint8Array): Uint8Array {
  return element(0x03, Uint8Array.of(0), content);
}

/** A named bit list (bit 0 is the first) without trailing zeros, as X.690 11.2.2 asks. */
export function namedBits(bits: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...bits);
  const octets = new Uint8Array(Math.ceil((last + 1) / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return element(0x03, Uint8Array.of(last < 0 ? 0 : 7 - (last & 7)), octets);
}

/** @param dotted such as `2.5.29.15` */
export function objectIdentifier(dotted: string): Uint8Array {
  return element(0x06, Uint8Array.from(arcsOf(dotted)));
}

/** The content octets of {@link objectIdentifier}, for a field that is tagged otherwise. */
export function arcsOf(dotted: string): number[] {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return [first * 40 + second, ...others].flatMap((arc) => {
    const octets = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) | 0x80);
    return octets;
  });
}

export function utf8String(text: string): Uint8Array {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

export function printableString(text: string): Uint8Array {
  return element(0x13, Buffer.from(text, 'latin1'));
}

export function ia5String(text: string): Uint8Array {
  return element(0x16, Buffer.from(text, 'latin1'));
}

/** @param at milliseconds since 1970, whole seconds, before 2050 */
export function utcTime(at: number): Uint8Array {
  return element(0x17, Buffer.from(digitsOf(at).slice(2), 'latin1'));
}

/** @param at milliseconds since 1970, whole seconds */
export function generalizedTime(at: number): Uint8Array {
  return element(0x18, Buffer.from(digitsOf(at), 'latin1'));
}

/** As RFC 5280 4.1.2.5 wants it: UTCTime through 2049. */
export function time(at: number): Uint8Array {
  return new Date(at).getUTCFullYear() < 2050 ? utcTime(at) : generalizedTime(at);
}

/** `[number]` around whole elements. */
export function explicit(number: number, ...content: readonly Uint8Array[]): Uint8Array {
  return element(0xa0 | number, ...content);
}

/** `[number]` instead of the tag of a primitive element. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return element(0x80 | number, content);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The shortest definite form. */
export function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}

/** `YYYYMMDDhhmmssZ` */
function digitsOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`;
}
