import { createHash, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export const KEY_KINDS = ['rsa-2048', 'p-256', 'p-384', 'p-521', 'ed25519'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** Enough for the longest chain, a self-issued certificate in it, and two keys that do not belong there. */
const KEYS_OF_A_KIND = 9;

export type SigningKey = {
  readonly kind: KeyKind;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
  /** For SKI and AKI; unique is all it must be (RFC 5280 4.2.1.2). */
  readonly identifier: Uint8Array;
};

export type SigningKeys = {
  readonly good: Readonly<Record<KeyKind, readonly SigningKey[]>>;
  /** RSA of 1,024 bits. */
  readonly short: SigningKey;
  /** P-256 with its curve written out as parameters instead of named (forbidden by RFC 5480 2.1.1). */
  readonly explicitCurve: SigningKey;
};

const generate = promisify(generateKeyPair);
let made: Promise<SigningKeys> | undefined;

/** The keys of this process: keys cannot be made from a seed, and making them is slow, so all chains share them. */
export function signingKeys(): Promise<SigningKeys> {
  made ??= makeKeys();
  return made;
}

async function makeKeys(): Promise<SigningKeys> {
  const several = (kind: KeyKind) => Promise.all(Array.from({ length: KEYS_OF_A_KIND }, () => makeKey(kind)));
  const good = {
    'rsa-2048': await several('rsa-2048'),
    'p-256': await several('p-256'),
    'p-384': await several('p-384'),
    'p-521': await several('p-521'),
    ed25519: await several('ed25519'),
  };
  const short = signingKey('rsa-2048', (await generate('rsa', { modulusLength: 1024 })).privateKey);
  const explicitCurve = signingKey(
    'p-256',
    (await generate('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' })).privateKey,
  );
  return { good, short, explicitCurve };
}

async function makeKey(kind: KeyKind): Promise<SigningKey> {
  switch (kind) {
    case 'rsa-2048':
      return signingKey(kind, (await generate('rsa', { modulusLength: 2048 })).privateKey);
    case 'p-256':
      return signingKey(kind, (await generate('ec', { namedCurve: 'prime256v1' })).privateKey);
    case 'p-384':
      return signingKey(kind, (await generate('ec', { namedCurve: 'secp384r1' })).privateKey);
    case 'p-521':
      return signingKey(kind, (await generate('ec', { namedCurve: 'secp521r1' })).privateKey);
    case 'ed25519':
      return signingKey(kind, (await generate('ed25519', {})).privateKey);
  }
}

function signingKey(kind: KeyKind, privateKey: KeyObject): SigningKey {
  const publicKey = Uint8Array.from(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
  return { kind, privateKey, publicKey, identifier: Uint8Array.from(createHash('sha1').update(publicKey).digest()) };
}
