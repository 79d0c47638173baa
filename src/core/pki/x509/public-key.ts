import { DerError } from '../der/der-error.ts';
import { type DerReader, enterWhole } from '../der/der-reader.ts';
import { integerOctets, objectIdentifier, wholeOctets } from '../der/der-values.ts';
import { BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE } from '../der/tags.ts';

/** SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), looked at before any cryptography is done with it. */
export type PublicKey = {
  /** The SubjectPublicKeyInfo, whole. */
  readonly spki: Uint8Array;
  /** The key alone, as key identifiers and OCSP hash it. */
  readonly bits: Uint8Array;
  readonly kind: KeyKind;
};

export type KeyKind =
  | { readonly type: 'rsa'; readonly modulusBits: number; readonly exponentBits: number }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly type: 'ed25519' }
  | { readonly type: 'dsa'; readonly primeBits: number }
  /** A curve that is given by its parameters, or has no name here. */
  | { readonly type: 'ec-other'; readonly explicit: boolean }
  | { readonly type: 'other'; readonly oid: string };

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const DSA = '1.2.840.10040.4.1';
const ED25519 = '1.3.101.112';
const CURVES: Readonly<Record<string, 'P-256' | 'P-384' | 'P-521'>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
};

/** @param reader stands before a SubjectPublicKeyInfo; it is behind it afterwards */
export function readPublicKey(reader: DerReader, what: string): PublicKey {
  return parsePublicKey(reader.element(what), what);
}

export function parsePublicKey(spki: Uint8Array, what: string): PublicKey {
  const whole = enterWhole(spki, SEQUENCE, what);
  const algorithm = whole.enter(SEQUENCE, what);
  const bits = wholeOctets(whole.read(BIT_STRING, what), what);
  whole.end(what);
  const oid = objectIdentifier(algorithm.read(OBJECT_IDENTIFIER, what), what);
  return { spki, bits, kind: kindOf(oid, algorithm, bits, what) };
}

function kindOf(oid: string, parameters: DerReader, bits: Uint8Array, what: string): KeyKind {
  switch (oid) {
    case RSA: {
      // RFC 3279, 2.3.1: NULL.
      parameters.read(NULL, what);
      parameters.end(what);
      return rsaKind(bits, what);
    }
    case EC: {
      const named = parameters.readIf(OBJECT_IDENTIFIER, what);
      if (named === null) return { type: 'ec-other', explicit: true };
      parameters.end(what);
      const curve = CURVES[objectIdentifier(named, what)];
      return curve === undefined ? { type: 'ec-other', explicit: false } : { type: 'ec', curve };
    }
    case DSA: {
      // RFC 3279, 2.3.2. Parameters that are inherited from the issuer's key are not followed.
      const own = parameters.enterIf(SEQUENCE, what);
      parameters.end(what);
      if (own === null) return { type: 'other', oid };
      const prime = bitLength(integerOctets(own.read(INTEGER, what), what), what);
      return { type: 'dsa', primeBits: prime };
    }
    case ED25519:
      parameters.end(what);
      if (bits.length !== 32) throw new DerError(`${what}: no Ed25519 key`);
      return { type: 'ed25519' };
    default:
      return { type: 'other', oid };
  }
}

function rsaKind(bits: Uint8Array, what: string): KeyKind {
  const key = enterWhole(bits, SEQUENCE, what);
  const modulus = integerOctets(key.read(INTEGER, what), what);
  const exponent = integerOctets(key.read(INTEGER, what), what);
  key.end(what);
  return { type: 'rsa', modulusBits: bitLength(modulus, what), exponentBits: bitLength(exponent, what) };
}

function bitLength(integer: Uint8Array, what: string): number {
  const octets = integer[0] === 0 ? integer.subarray(1) : integer;
  const first = octets[0] ?? 0;
  if (integer[0] !== 0 && (integer[0] ?? 0) >= 0x80) throw new DerError(`${what}: a negative number`);
  return octets.length === 0 ? 0 : (octets.length - 1) * 8 + (32 - Math.clz32(first));
}

/** 'RSA 2048', 'EC P-256', 'Ed25519'. */
export function keyText(kind: KeyKind): string {
  switch (kind.type) {
    case 'rsa':
      return `RSA ${kind.modulusBits}`;
    case 'ec':
      return `EC ${kind.curve}`;
    case 'ed25519':
      return 'Ed25519';
    case 'dsa':
      return `DSA ${kind.primeBits}`;
    case 'ec-other':
      return kind.explicit ? 'EC with parameters of its own' : 'EC on another curve';
    case 'other':
      return kind.oid;
  }
}
