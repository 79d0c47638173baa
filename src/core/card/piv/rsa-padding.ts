import { createHash, randomBytes } from 'node:crypto';
import { concatOctets, octetsOf } from '../../octets.ts';

/** PIV cards do the bare RSA operation: the encoding of RFC 8017 is the host's work. */

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** DigestInfo up to the digest, RFC 8017 section 9.2 note 1. */
const DIGEST_INFO: Readonly<Record<Hash, Uint8Array>> = {
  sha256: Uint8Array.from(Buffer.from('3031300d060960864801650304020105000420', 'hex')),
  sha384: Uint8Array.from(Buffer.from('3041300d060960864801650304020205000430', 'hex')),
  sha512: Uint8Array.from(Buffer.from('3051300d060960864801650304020305000440', 'hex')),
};

export function digest(hash: Hash, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const state = createHash(hash);
  for (const part of parts) state.update(part);
  return new Uint8Array(state.digest());
}

/** EMSA-PKCS1-v1_5, RFC 8017 section 9.2; `length` is that of the modulus in bytes. */
export function emsaPkcs1(message: Uint8Array, hash: Hash, length: number): Uint8Array {
  const info = concatOctets(DIGEST_INFO[hash], digest(hash, message));
  // At least eight bytes of padding; the smallest modulus (128) with the longest digest leaves more.
  const padding = new Uint8Array(length - info.length - 3).fill(0xff);
  return concatOctets(Uint8Array.of(0x00, 0x01), padding, Uint8Array.of(0x00), info);
}

/**
 * EMSA-PSS, RFC 8017 section 9.1.1, with MGF1 and a salt as long as the digest, for a modulus of `length` bytes whose top
 * bit is set (so emBits = 8 * length - 1, and the encoded message is as long as the modulus).
 */
export function emsaPss(
  message: Uint8Array,
  hash: Hash,
  length: number,
  salt: Uint8Array = randomBytes(digest(hash).length),
): Uint8Array {
  const mHash = digest(hash, message);
  const h = digest(hash, new Uint8Array(8), mHash, salt);
  const db = new Uint8Array(length - h.length - 1);
  db[db.length - salt.length - 1] = 0x01;
  db.set(salt, db.length - salt.length);
  const mask = mgf1(h, hash, db.length);
  const masked = db.map((octet, index) => octet ^ (mask[index] ?? 0));
  // emBits is one less than a multiple of eight: the leftmost bit is always zero.
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return concatOctets(masked, h, Uint8Array.of(0xbc));
}

/** MGF1, RFC 8017 appendix B.2.1. */
function mgf1(seed: Uint8Array, hash: Hash, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0, total = 0; total < length; counter++) {
    const block = digest(hash, seed, octetsOf(counter, 4));
    blocks.push(block);
    total += block.length;
  }
  return concatOctets(...blocks).subarray(0, length);
}
