import { constants, type KeyObject, randomBytes, verify, X509Certificate } from 'node:crypto';
import type { CertificateSlot } from '../../contract/card-process.ts';
import { concatOctets, copyOf } from '../../octets.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError } from '../card-error.ts';
import { ALGORITHM_IDENTIFIER, algorithmOf, isRsa, KEY_REFERENCE, MODULUS_OCTETS } from './algorithm.ts';
import { AUTHENTICATION, answerOf, generalAuthenticate, wanted } from './general-authenticate.ts';
import { digest, emsaPkcs1, emsaPss, type Hash } from './rsa-padding.ts';

/** How a message is signed; Ed25519 has its own hash and no padding, so that it ignores both. */
export type SignatureScheme = { readonly hash: Hash; readonly padding: 'pkcs1' | 'pss' };

const DEFAULT_SCHEME: SignatureScheme = { hash: 'sha256', padding: 'pkcs1' };

/**
 * Signs by the key in a slot (SP 800-73-4 part 2 appendix A.4). `publicKey` is the key's other half, which says how to ask.
 * RSA and Ed25519 signatures come as they are, ECDSA ones as DER.
 * 9A and 9D want the PIN, 9E never does. 9C wants it before every signature: ask for the PIN's status *before* VERIFY and
 * never between it and the signature, where some cards take the question for another use of the PIN and withdraw it.
 */
export async function sign(
  exchange: ApduExchange,
  slot: CertificateSlot,
  publicKey: KeyObject,
  message: Uint8Array,
  scheme: SignatureScheme = DEFAULT_SCHEME,
): Promise<Uint8Array> {
  const algorithm = algorithmOf(publicKey);
  const answer = await generalAuthenticate(
    exchange,
    { algorithm: ALGORITHM_IDENTIFIER[algorithm], reference: KEY_REFERENCE[slot] },
    [wanted(AUTHENTICATION.response), { tag: AUTHENTICATION.challenge, value: inputOf(publicKey, message, scheme) }],
  );
  return copyOf(answerOf(answer, AUTHENTICATION.response));
}

/**
 * Whether `signature` is of this message by the other half of `publicKey`; false for anything that is no signature at all, and
 * for a key of a kind that no card signs by (P-521, say), which a stranger may send as well as a wrong signature.
 */
export function isSignatureBy(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  { hash, padding }: SignatureScheme = DEFAULT_SCHEME,
): boolean {
  try {
    const algorithm = algorithmOf(publicKey);
    if (algorithm === 'ed25519') return verify(null, message, publicKey, signature);
    if (!isRsa(algorithm)) return verify(hash, message, { key: publicKey, dsaEncoding: 'der' }, signature);
    return verify(hash, message, { key: publicKey, ...RSA_VERIFICATION[padding] }, signature);
  } catch {
    return false;
  }
}

/** Whether a card can sign by the other half of this key, and {@link isSignatureBy} judge it. */
export function isSigningKey(publicKey: KeyObject): boolean {
  try {
    return algorithmOf(publicKey) !== 'x25519';
  } catch {
    return false;
  }
}

const RSA_VERIFICATION = {
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
} as const;

/**
 * Proof of possession: whether the card holds the private half of this key or certificate (DER), by a signature of a fresh
 * challenge. For 9E this is the card authentication of SP 800-73-4 part 1 appendix B.1.3, without a PIN. False also means that a
 * key was generated anew and its certificate not yet replaced.
 */
export async function provesPossession(
  exchange: ApduExchange,
  slot: CertificateSlot,
  holder: KeyObject | Uint8Array,
): Promise<boolean> {
  const publicKey = holder instanceof Uint8Array ? publicKeyOf(holder) : holder;
  const challenge = possessionChallenge();
  const signature = await sign(exchange, slot, publicKey, challenge);
  return isSignatureBy(publicKey, challenge, signature);
}

/** A fresh message to prove possession by. A text of its own in front, so that no card signs bytes which mean something elsewhere. */
export function possessionChallenge(): Uint8Array<ArrayBuffer> {
  return concatOctets(new TextEncoder().encode('Wardkey proof of possession\0'), randomBytes(32));
}

/** The key in a certificate; 'malformed-answer' if it is none. Nothing else of the certificate is believed. */
export function publicKeyOf(certificate: Uint8Array): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch (cause) {
    throw new CardError({ code: 'malformed-answer', what: 'certificate' }, { cause });
  }
}

function inputOf(publicKey: KeyObject, message: Uint8Array, { hash, padding }: SignatureScheme): Uint8Array {
  const algorithm = algorithmOf(publicKey);
  switch (algorithm) {
    case 'p-256':
      return fitted(digest(hash, message), 32);
    case 'p-384':
      return fitted(digest(hash, message), 48);
    case 'ed25519':
      return message;
    case 'x25519':
      throw new CardError({ code: 'not-supported', what: 'signature by a key agreement key' });
    default: {
      const length = MODULUS_OCTETS[algorithm];
      return padding === 'pss' ? emsaPss(message, hash, length) : emsaPkcs1(message, hash, length);
    }
  }
}

/** ECDSA takes the leftmost bits of a digest that is longer than the curve's order; a shorter one is a smaller number. */
function fitted(value: Uint8Array, length: number): Uint8Array {
  if (value.length >= length) return value.subarray(0, length);
  return concatOctets(new Uint8Array(length - value.length), value);
}
