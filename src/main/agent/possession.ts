import { createPublicKey, type KeyObject } from 'node:crypto';
import { algorithmOf } from '../../core/card/piv/algorithm.ts';
import { isSignatureBy, possessionChallenge } from '../../core/card/piv/signature.ts';
import type { CardOperation, CertificateSlot } from '../../core/contract/card-process.ts';
import { copyOf } from '../../core/octets.ts';
import { parseCertificate } from '../../core/pki/x509/certificate.ts';

/** Proof of possession: the card signs a fresh message by the key of its certificate. Verified here, not where the card is. */
export type Proof = {
  readonly asked: NonNullable<Extract<CardOperation, { kind: 'verify' }>['prove']>;
  readonly publicKey: KeyObject;
};

/** @returns null where the certificate has no key that a card signs by: its own trouble is told elsewhere */
export function askForProof(slot: CertificateSlot, certificate: Uint8Array): Proof | null {
  try {
    const { spki } = parseCertificate(certificate).key;
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (algorithmOf(publicKey) === 'x25519') return null;
    return { asked: { slot, publicKey: copyOf(spki), message: possessionChallenge() }, publicKey };
  } catch {
    return null;
  }
}

/** @param signature null: the card would not sign */
export function isProof({ asked, publicKey }: Proof, signature: Uint8Array | null): boolean {
  return signature !== null && isSignatureBy(publicKey, asked.message, signature);
}
