import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { CardError } from '../card-error.ts';
import { readOnly, readTlvs, type Tlv, valueWith } from '../tlv.ts';
import { isRsa, type KeyAlgorithm, MODULUS_OCTETS } from './algorithm.ts';

const WHAT = 'generated public key';
const POINT_OCTETS = { 'p-256': 32, 'p-384': 48 } as const;

/** The public key in the answer of GENERATE (7F49), SP 800-73-4 part 2 section 3.3.1 table 11. 'malformed-answer' for any other. */
export function parseGeneratedKey(answer: Uint8Array, algorithm: KeyAlgorithm): KeyObject {
  const elements = readTlvs(readOnly(answer, 0x7f49, WHAT), WHAT);
  try {
    return createPublicKey({ format: 'jwk', key: jwkOf(elements, algorithm) });
  } catch (cause) {
    // A point that is not on its curve, for instance.
    throw cause instanceof CardError ? cause : malformed(cause);
  }
}

/** An elliptic-curve public key as a card takes it: an uncompressed point (SEC 1 section 2.3.3), or the bare 32 bytes of X25519. */
export function pointOf(publicKey: KeyObject): Uint8Array {
  const { x, y } = publicKey.export({ format: 'jwk' });
  const parts = [x, y].flatMap((coordinate) =>
    coordinate === undefined ? [] : [Buffer.from(coordinate, 'base64url')],
  );
  return new Uint8Array(Buffer.concat(parts.length === 2 ? [Buffer.of(0x04), ...parts] : parts));
}

function jwkOf(elements: readonly Tlv[], algorithm: KeyAlgorithm): JsonWebKey {
  if (isRsa(algorithm)) return rsa(elements, MODULUS_OCTETS[algorithm]);
  const point = valueWith(elements, 0x86, WHAT) ?? new Uint8Array(0);
  switch (algorithm) {
    case 'p-256':
    case 'p-384': {
      const length = POINT_OCTETS[algorithm];
      if (point.length !== 1 + 2 * length || point[0] !== 0x04) throw malformed();
      const x = base64url(point.subarray(1, 1 + length));
      return { kty: 'EC', crv: algorithm.toUpperCase(), x, y: base64url(point.subarray(1 + length)) };
    }
    case 'ed25519':
    case 'x25519': {
      if (point.length !== 32) throw malformed();
      return { kty: 'OKP', crv: algorithm === 'ed25519' ? 'Ed25519' : 'X25519', x: base64url(point) };
    }
  }
}

function rsa(elements: readonly Tlv[], length: number): JsonWebKey {
  const modulus = withoutLeadingZeros(valueWith(elements, 0x81, WHAT));
  const exponent = withoutLeadingZeros(valueWith(elements, 0x82, WHAT));
  const topBit = ((modulus[0] ?? 0) & 0x80) !== 0;
  const odd = (exponent.at(-1) ?? 0) % 2 === 1 && (modulus.at(-1) ?? 0) % 2 === 1;
  if (modulus.length !== length || !topBit || !odd || exponent.length > 8) throw malformed();
  return { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
}

function withoutLeadingZeros(value: Uint8Array | null): Uint8Array {
  if (value === null) throw malformed();
  const first = value.findIndex((octet) => octet !== 0);
  return first < 0 ? value.subarray(value.length) : value.subarray(first);
}

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}

function malformed(cause?: unknown): CardError {
  return new CardError({ code: 'malformed-answer', what: WHAT }, cause === undefined ? {} : { cause });
}
