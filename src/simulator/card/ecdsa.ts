import { createECDH } from 'node:crypto';

/** The two curves of SP 800-78-5 with the order of their groups (FIPS 186-5; SP 800-186, 3.2.1). */
export const CURVES = {
  p256: {
    name: 'prime256v1',
    bytes: 32,
    order: BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  },
  p384: {
    name: 'secp384r1',
    bytes: 48,
    order: BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
  },
} as const;

export type CurveName = keyof typeof CURVES;

/**
 * ECDSA over a digest that somebody else made (FIPS 186-5, 6.4.1): node:crypto always hashes first, a card never does.
 * Not constant in time: the keys are test keys.
 * @param digest at most as long as the curve's order
 * @param random source of the per-signature secret
 * @returns SEQUENCE { r, s } in DER
 */
export function signDigest(
  curveName: CurveName,
  privateKey: Uint8Array,
  digest: Uint8Array,
  random: (bytes: number) => Uint8Array,
): Buffer {
  const curve = CURVES[curveName];
  const n = curve.order;
  const d = integer(privateKey);
  for (;;) {
    const k = scalar(curveName, random);
    const ecdh = createECDH(curve.name);
    ecdh.setPrivateKey(toBytes(k, curve.bytes));
    const r = integer(ecdh.getPublicKey().subarray(1, 1 + curve.bytes)) % n;
    const s = (inverse(k, n) * (integer(digest) + r * d)) % n;
    if (r !== 0n && s !== 0n) return derSequence(derInteger(r), derInteger(s));
  }
}

/** A uniform number from 1 to the order less one (FIPS 186-5, A.2.2: by rejection). */
export function scalar(curveName: CurveName, random: (bytes: number) => Uint8Array): bigint {
  const { bytes, order } = CURVES[curveName];
  for (;;) {
    const candidate = integer(random(bytes));
    if (candidate > 0n && candidate < order) return candidate;
  }
}

export function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

function integer(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Extended Euclid; `modulus` is prime. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, previousR] = [value % modulus, modulus];
  let [t, previousT] = [1n, 0n];
  while (r !== 0n) {
    const quotient = previousR / r;
    [previousR, r] = [r, previousR - quotient * r];
    [previousT, t] = [t, previousT - quotient * t];
  }
  return ((previousT % modulus) + modulus) % modulus;
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, signed.length), signed]);
}

function derSequence(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
