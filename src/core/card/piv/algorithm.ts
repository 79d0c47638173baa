import type { KeyObject } from 'node:crypto';
import type { CertificateSlot } from '../../contract/card-process.ts';
import { CardError } from '../card-error.ts';

/** Keys that a slot can hold: SP 800-78-4 table 6-2, and RSA 3072 and 4096, Ed25519 and X25519 by the maker's extensions. */
export type KeyAlgorithm = 'rsa-1024' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p-256' | 'p-384' | 'ed25519' | 'x25519';

export type RsaAlgorithm = Extract<KeyAlgorithm, `rsa-${string}`>;

export const ALGORITHM_IDENTIFIER: Readonly<Record<KeyAlgorithm, number>> = {
  'rsa-1024': 0x06,
  'rsa-2048': 0x07,
  'rsa-3072': 0x05,
  'rsa-4096': 0x16,
  'p-256': 0x11,
  'p-384': 0x14,
  ed25519: 0xe0,
  x25519: 0xe1,
};

export const MODULUS_OCTETS: Readonly<Record<RsaAlgorithm, number>> = {
  'rsa-1024': 128,
  'rsa-2048': 256,
  'rsa-3072': 384,
  'rsa-4096': 512,
};

export const KEY_REFERENCE: Readonly<Record<CertificateSlot, number>> = {
  '9A': 0x9a,
  '9C': 0x9c,
  '9D': 0x9d,
  '9E': 0x9e,
};

export function isRsa(algorithm: KeyAlgorithm): algorithm is RsaAlgorithm {
  return algorithm.startsWith('rsa-');
}

/** The card's word for the kind of a public key; 'not-supported' for a key that no PIV card holds. */
export function algorithmOf(publicKey: KeyObject): KeyAlgorithm {
  const algorithm = nameOf(publicKey);
  if (algorithm === null) throw new CardError({ code: 'not-supported', what: 'key type' });
  return algorithm;
}

function nameOf(publicKey: KeyObject): KeyAlgorithm | null {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  switch (publicKey.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return RSA_BY_BITS.get(modulusLength ?? 0) ?? null;
    case 'ec':
      return namedCurve === 'prime256v1' ? 'p-256' : namedCurve === 'secp384r1' ? 'p-384' : null;
    case 'ed25519':
      return 'ed25519';
    case 'x25519':
      return 'x25519';
    default:
      return null;
  }
}

const RSA_BY_BITS: ReadonlyMap<number, RsaAlgorithm> = new Map([
  [1024, 'rsa-1024'],
  [2048, 'rsa-2048'],
  [3072, 'rsa-3072'],
  [4096, 'rsa-4096'],
]);
