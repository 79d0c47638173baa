import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureAlgorithm } from './x509/algorithm.ts';
import type { KeyKind, PublicKey } from './x509/public-key.ts';

/** The one place where cryptography is done: node:crypto verifies what our own parser has read. */

const keys = new Map<string, KeyObject>();
const MAX_KEYS = 64;

/**
 * What verifying costs, in units of about 0.2 ms: the larger curves and keys take many times what P-256 does, and all that is
 * signed is hashed. For budgets.
 */
export function costOfVerifying({ kind }: PublicKey, data: Uint8Array): number {
  return costOfKey(kind) + Math.floor(data.length / OCTETS_A_UNIT);
}

const OCTETS_A_UNIT = 256 * 1024;

function costOfKey(kind: KeyKind): number {
  switch (kind.type) {
    case 'rsa':
      return kind.modulusBits > 4096 || kind.exponentBits > 32 ? 16 : 1;
    case 'ec':
      return kind.curve === 'P-256' ? 1 : kind.curve === 'P-384' ? 6 : 8;
    case 'dsa':
      return 6;
    case 'ed25519':
    case 'ec-other':
    case 'other':
      return 1;
  }
}

/**
 * Whether `signature` over `data` is of this key. False too where algorithm and key do not go together, and where nothing here
 * verifies the algorithm: what may be trusted is for the profile to say beforehand.
 */
export function isSignedBy(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    switch (algorithm.scheme) {
      case 'rsa-pkcs1':
        return key.kind.type === 'rsa' && verify(algorithm.hash, data, keyObject(key), signature);
      case 'rsa-pss':
        return (
          key.kind.type === 'rsa' &&
          verify(
            algorithm.hash,
            data,
            { key: keyObject(key), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength },
            signature,
          )
        );
      case 'ecdsa':
        return key.kind.type === 'ec' && verify(algorithm.hash, data, keyObject(key), signature);
      case 'dsa':
        return key.kind.type === 'dsa' && verify(algorithm.hash, data, keyObject(key), signature);
      case 'ed25519':
        return key.kind.type === 'ed25519' && verify(null, data, keyObject(key), signature);
      case 'other':
        return false;
    }
  } catch {
    // A key that is none, or a signature that cannot be one.
    return false;
  }
}

/** Decoding a key costs more than verifying with it; a card's issuers are the same few all day. */
function keyObject({ spki }: PublicKey): KeyObject {
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString('latin1');
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  if (keys.size >= MAX_KEYS) {
    const [oldest] = keys.keys();
    if (oldest !== undefined) keys.delete(oldest);
  }
  keys.set(name, key);
  return key;
}
