import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { tlv } from './ber-tlv.ts';
import { CURVES, type CurveName, scalar, signDigest, toBytes } from './ecdsa.ts';
import { isRsa, type KeyAlgorithm, RSA_BITS } from './key-algorithm.ts';

export type RandomSource = (bytes: number) => Uint8Array;

/** DER of SubjectPublicKeyInfo up to the key itself (RFC 8410, 4): 32 raw bytes follow. */
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');

/** One private key in one slot, and the two things that a PIV card does with it. */
export class CardKey {
  readonly algorithm: KeyAlgorithm;
  readonly privateKey: KeyObject;

  constructor(algorithm: KeyAlgorithm, privateKey: KeyObject) {
    this.algorithm = algorithm;
    this.privateKey = privateKey;
  }

  static fromPkcs8(algorithm: KeyAlgorithm, pkcs8: Uint8Array): CardKey {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return new CardKey(algorithm, key);
  }

  pkcs8(): Buffer {
    return this.privateKey.export({ format: 'der', type: 'pkcs8' });
  }

  /**
   * The private key operation on a challenge as it comes (SP 800-73-4 part 2, 3.2.4): RSA without any padding, ECDSA
   * over the digest, Ed25519 over the message. Null where the challenge does not fit the key, or the key cannot sign.
   */
  answerChallenge(challenge: Uint8Array, random: RandomSource): Buffer | null {
    const { algorithm } = this;
    if (isRsa(algorithm)) return this.#rsa(challenge, RSA_BITS[algorithm] / 8);
    switch (algorithm) {
      case 'p256':
      case 'p384':
        if (challenge.length === 0 || challenge.length > CURVES[algorithm].bytes) return null;
        return signDigest(algorithm, this.#scalar(), challenge, random);
      case 'ed25519':
        return sign(null, challenge, this.privateKey);
      case 'x25519':
        return null;
      default:
        return unreachable(algorithm);
    }
  }

  /** Diffie-Hellman with the other side's point (SP 800-73-4 part 2, A.5): the shared x coordinate, or null. */
  agree(point: Uint8Array): Buffer | null {
    try {
      switch (this.algorithm) {
        case 'p256':
        case 'p384': {
          const ecdh = createECDH(CURVES[this.algorithm].name);
          ecdh.setPrivateKey(this.#scalar());
          return ecdh.computeSecret(point);
        }
        case 'x25519': {
          const key = Buffer.concat([X25519_SPKI, point]);
          const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
          return diffieHellman({ privateKey: this.privateKey, publicKey });
        }
        default:
          return null;
      }
    } catch {
      // Not a point of this curve.
      return null;
    }
  }

  /** Public key data object 7F49 (SP 800-73-4 part 2, table 11). */
  publicKeyObject(): Buffer {
    const jwk = createPublicKey(this.privateKey).export({ format: 'jwk' });
    if (isRsa(this.algorithm)) return tlv(0x7f49, tlv(0x81, fromBase64Url(jwk.n)), tlv(0x82, fromBase64Url(jwk.e)));
    const point =
      jwk.y === undefined ? [fromBase64Url(jwk.x)] : [Buffer.of(0x04), fromBase64Url(jwk.x), fromBase64Url(jwk.y)];
    return tlv(0x7f49, tlv(0x86, ...point));
  }

  #rsa(challenge: Uint8Array, modulusBytes: number): Buffer | null {
    if (challenge.length !== modulusBytes) return null;
    try {
      return privateEncrypt({ key: this.privateKey, padding: constants.RSA_NO_PADDING }, challenge);
    } catch {
      // As a number the challenge is not below the modulus.
      return null;
    }
  }

  #scalar(): Buffer {
    const { d } = this.privateKey.export({ format: 'jwk' });
    return fromBase64Url(d);
  }
}

/** A new key. Keys on the two curves come from `random` alone; the others from node:crypto's own generator. */
export function generateCardKey(algorithm: KeyAlgorithm, random: RandomSource): CardKey {
  if (isRsa(algorithm)) {
    return new CardKey(algorithm, generateKeyPairSync('rsa', { modulusLength: RSA_BITS[algorithm] }).privateKey);
  }
  switch (algorithm) {
    case 'p256':
    case 'p384':
      return new CardKey(algorithm, curveKey(algorithm, random));
    case 'ed25519':
      return new CardKey(algorithm, generateKeyPairSync('ed25519').privateKey);
    case 'x25519':
      return new CardKey(algorithm, generateKeyPairSync('x25519').privateKey);
    default:
      return unreachable(algorithm);
  }
}

function curveKey(curveName: CurveName, random: RandomSource): KeyObject {
  const { name, bytes } = CURVES[curveName];
  const d = toBytes(scalar(curveName, random), bytes);
  const ecdh = createECDH(name);
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: curveName === 'p256' ? 'P-256' : 'P-384',
      d: toBase64Url(d),
      x: toBase64Url(point.subarray(1, 1 + bytes)),
      y: toBase64Url(point.subarray(1 + bytes)),
    },
  });
}

function fromBase64Url(value: string | undefined): Buffer {
  return Buffer.from(value ?? '', 'base64url');
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function unreachable(value: never): never {
  throw new Error(`not a key algorithm: ${String(value)}`);
}
