import { constants, sign } from 'node:crypto';
import { explicit, integer, NULL, objectIdentifier, sequence } from './der.ts';
import type { KeyKind, SigningKey } from './signing-keys.ts';

/** How a certificate is signed, and the AlgorithmIdentifier that says so. */
export type SignatureScheme = {
  readonly name: string;
  /** AlgorithmIdentifier, DER. */
  readonly identifier: Uint8Array;
  sign(data: Uint8Array, key: SigningKey): Uint8Array;
};

const RSA = {
  sha1: rsa('sha1', '1.2.840.113549.1.1.5'),
  sha224: rsa('sha224', '1.2.840.113549.1.1.14'),
  sha256: rsa('sha256', '1.2.840.113549.1.1.11'),
  sha384: rsa('sha384', '1.2.840.113549.1.1.12'),
  sha512: rsa('sha512', '1.2.840.113549.1.1.13'),
};

const ECDSA = {
  sha1: ecdsa('sha1', '1.2.840.10045.4.1'),
  sha224: ecdsa('sha224', '1.2.840.10045.4.3.1'),
  sha256: ecdsa('sha256', '1.2.840.10045.4.3.2'),
  sha384: ecdsa('sha384', '1.2.840.10045.4.3.3'),
  sha512: ecdsa('sha512', '1.2.840.10045.4.3.4'),
};

/** RSASSA-PSS, by what its parameters name. */
const RSA_PSS = {
  sha224: rsaPss('sha224', '2.16.840.1.101.3.4.2.4', 28),
  sha256: rsaPss('sha256', '2.16.840.1.101.3.4.2.1', 32),
  sha384: rsaPss('sha384', '2.16.840.1.101.3.4.2.2', 48),
  sha512: rsaPss('sha512', '2.16.840.1.101.3.4.2.3', 64),
};

const ED25519: SignatureScheme = {
  name: 'ed25519',
  identifier: sequence(objectIdentifier('1.3.101.112')),
  sign: (data, { privateKey }) => Uint8Array.from(sign(null, data, privateKey)),
};

/** The schemes that a sound chain uses with a kind of key. */
export const SCHEMES: Readonly<Record<KeyKind, readonly [SignatureScheme, ...SignatureScheme[]]>> = {
  'rsa-2048': [RSA.sha256, RSA.sha384, RSA.sha512, RSA.sha224, ...Object.values(RSA_PSS)],
  'p-256': [ECDSA.sha256, ECDSA.sha256, ECDSA.sha384, ECDSA.sha224],
  'p-384': [ECDSA.sha384, ECDSA.sha384, ECDSA.sha256, ECDSA.sha512],
  'p-521': [ECDSA.sha512, ECDSA.sha512, ECDSA.sha384],
  ed25519: [ED25519],
};

/** SHA-1 with a kind of key; null where there is no such thing. */
export function sha1Scheme(kind: KeyKind): SignatureScheme | null {
  switch (kind) {
    case 'rsa-2048':
      return RSA.sha1;
    case 'p-256':
    case 'p-384':
    case 'p-521':
      return ECDSA.sha1;
    case 'ed25519':
      return null;
  }
}

function rsa(digest: string, oid: string): SignatureScheme {
  return {
    name: `rsa-${digest}`,
    identifier: sequence(objectIdentifier(oid), NULL),
    sign: (data, { privateKey }) => Uint8Array.from(sign(digest, data, privateKey)),
  };
}

function ecdsa(digest: string, oid: string): SignatureScheme {
  return {
    name: `ecdsa-${digest}`,
    identifier: sequence(objectIdentifier(oid)),
    sign: (data, { privateKey }) => Uint8Array.from(sign(digest, data, privateKey)),
  };
}

/** MGF1 with the same digest, and a salt of its length (RFC 4055 3.1). */
function rsaPss(digest: string, oid: string, saltLength: number): SignatureScheme {
  const hash = sequence(objectIdentifier(oid), NULL);
  return {
    name: `rsa-pss-${digest}`,
    identifier: sequence(
      objectIdentifier('1.2.840.113549.1.1.10'),
      sequence(
        explicit(0, hash),
        explicit(1, sequence(objectIdentifier('1.2.840.113549.1.1.8'), hash)),
        explicit(2, integer(saltLength)),
      ),
    ),
    sign: (data, { privateKey }) =>
      Uint8Array.from(sign(digest, data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })),
  };
}
