import { createHash } from 'node:crypto';

/**
 * What a card signs for the card desk. Each text begins with its own name, so that a signature for one purpose is none for
 * another, and names the desk, so that a false desk cannot pass it on to the true one.
 */

export type UnlockProof = {
  /** The desk's address: scheme, host and port. */
  readonly origin: string;
  readonly unlock: string;
  readonly cardId: string;
  /** As the desk gave it, in hex. */
  readonly challenge: string;
  /** The key that the release will be sealed to: who has not made it cannot use another's proof. */
  readonly releaseKey: Uint8Array;
};

/** For the card authentication key (9E). */
export function unlockProofText(proof: UnlockProof): Uint8Array<ArrayBuffer> {
  const { origin, unlock, cardId, challenge, releaseKey } = proof;
  return textOf('Wardkey card desk: unlock', [origin, unlock, cardId, challenge, sha256(releaseKey)]);
}

export type SignInProof = {
  readonly origin: string;
  readonly challenge: string;
  /** The 9A certificate, DER. */
  readonly certificate: Uint8Array;
};

/** For the authentication key (9A) of an RA. */
export function signInProofText({ origin, challenge, certificate }: SignInProof): Uint8Array<ArrayBuffer> {
  return textOf('Wardkey card desk: sign-in', [origin, challenge, sha256(certificate)]);
}

/** For the same key: hands the sign-in over to a browser (docs/card-desk.md). */
export function handOverProofText({ origin, challenge, certificate }: SignInProof): Uint8Array<ArrayBuffer> {
  return textOf('Wardkey card desk: sign-in of a browser', [origin, challenge, sha256(certificate)]);
}

/** No field can hold a NUL, so that no two lists of fields make the same text. */
function textOf(name: string, fields: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([name, ...fields].join('\0'));
}

const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest('hex');
