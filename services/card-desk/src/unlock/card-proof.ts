import { createCipheriv, createDecipheriv, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { isSignatureBy } from '../../../../src/core/card/piv/signature.ts';
import { type UnlockProof, unlockProofText } from '../../../../src/core/card-desk/proofs.ts';
import type { DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import type { ADMIN_ALGORITHMS } from '../../../../src/core/contract/card-desk/shapes.ts';

/** How a card proves that it is the one that it says it is: by a signature of 9E, or by mutual authentication with 9B. */

export type AdminAlgorithm = (typeof ADMIN_ALGORITHMS)[number];

/** SP 800-78-4, table 6-2. */
export const ADMIN_CIPHER: Readonly<Record<AdminAlgorithm, { name: string; key: number; block: number }>> = {
  '3des': { name: 'des-ede3-ecb', key: 24, block: 8 },
  'aes-128': { name: 'aes-128-ecb', key: 16, block: 16 },
  'aes-192': { name: 'aes-192-ecb', key: 24, block: 16 },
  'aes-256': { name: 'aes-256-ecb', key: 32, block: 16 },
};

/** The public key that was enrolled for 9E. */
export function proofKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
}

export function isSigned(proof: UnlockProof, spki: Uint8Array, signature: Uint8Array): boolean {
  return isSignatureBy(proofKeyOf(spki), unlockProofText(proof), signature);
}

/** What the card compares with its witness (SP 800-73-4 part 2, appendix A.1). */
export function decryptedWitness(algorithm: AdminAlgorithm, key: Uint8Array, witness: Uint8Array): Buffer {
  const decipher = createDecipheriv(ADMIN_CIPHER[algorithm].name, key, null).setAutoPadding(false);
  return Buffer.concat([decipher.update(witness), decipher.final()]);
}

export function isAdminResponse(
  algorithm: AdminAlgorithm,
  key: Uint8Array,
  challenge: Uint8Array,
  response: Uint8Array,
): boolean {
  const { name, block } = ADMIN_CIPHER[algorithm];
  if (challenge.length !== block || response.length !== block) return false;
  const cipher = createCipheriv(name, key, null).setAutoPadding(false);
  return timingSafeEqual(Buffer.concat([cipher.update(challenge), cipher.final()]), response);
}

export type Proof = DeskRequest<'proveCard'>['body']['proof'];
