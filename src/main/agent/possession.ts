import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { algorithmOf } from '../../core/card/piv/algorithm.ts';
import { isSignatureBy } from '../../core/card/piv/signature.ts';
import type { CardOperation, CertificateSlot } from '../../core/contract/card-process.ts';
import { concatOctets, copyOf } from '../../core/octets.ts';
import { parseCertificate } from '../../core/pki/x509/certificate.ts';

/** Proof of possession: the card signs a fresh message by the key of its certificate. Verified here, not where the card is. */
export type Proof = {
  readonly asked: NonNullable<Extract<CardOperation, { kind: 'verify' }>['prove']>;
  readonly publicKey: KeyObject;
};

/** A text of its own in front, so that the card never signs bytes which could mean something elsewhere. */
const PREFIX = new TextEncoder().encode('Wardkey proof of possession\0');
const NONCE_OCTETS = 32;

/** @returns null where the certificate has no key that a card signs by: its own trouble is told elsewhere */
export function askForProof(slot: CertificateSlot, certificate: Uint8Array): Proof | null {
  try {
    const { spki } = parseCertificate(certificate).key;
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (algorithmOf(publicKey) === 'x25519') return null;
    const message = concatOctets(PREFIX, randomBytes(NONCE_OCTETS));
    return { asked: { slot, publicKey: copyOf(spki), message }, publicKey };
  } catch {
    return null;
  }
}

/** @param signature null: the card would not sign */
export function isProof({ asked, publicKey }: Proof, signature: Uint8Array | null): boolean {
  return signature !== null && isSignatureBy(publicKey, asked.message, signature);
}
