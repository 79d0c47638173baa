import { hexOf, sameOctets } from '../../octets.ts';
import { DerError } from '../der/der-error.ts';
import { type DerReader, enterWhole } from '../der/der-reader.ts';
import { objectIdentifier, smallInteger } from '../der/der-values.ts';
import { contextConstructed, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE } from '../der/tags.ts';

export type Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** How something is signed. `other`: nothing that is verified here; its identifier is told. */
export type SignatureAlgorithm =
  | { readonly scheme: 'rsa-pkcs1' | 'ecdsa' | 'dsa'; readonly hash: Hash }
  | { readonly scheme: 'rsa-pss'; readonly hash: Hash; readonly saltLength: number }
  | { readonly scheme: 'ed25519' }
  | { readonly scheme: 'other'; readonly oid: string };

type Parameters = 'null-or-absent' | 'absent' | 'pss';

const ALGORITHMS: Readonly<
  Record<string, { readonly algorithm: SignatureAlgorithm; readonly parameters: Parameters }>
> = {
  // RFC 4055 section 5, RFC 3279 section 2.2.1.
  '1.2.840.113549.1.1.5': { algorithm: { scheme: 'rsa-pkcs1', hash: 'sha1' }, parameters: 'null-or-absent' },
  '1.2.840.113549.1.1.14': { algorithm: { scheme: 'rsa-pkcs1', hash: 'sha224' }, parameters: 'null-or-absent' },
  '1.2.840.113549.1.1.11': { algorithm: { scheme: 'rsa-pkcs1', hash: 'sha256' }, parameters: 'null-or-absent' },
  '1.2.840.113549.1.1.12': { algorithm: { scheme: 'rsa-pkcs1', hash: 'sha384' }, parameters: 'null-or-absent' },
  '1.2.840.113549.1.1.13': { algorithm: { scheme: 'rsa-pkcs1', hash: 'sha512' }, parameters: 'null-or-absent' },
  '1.2.840.113549.1.1.10': { algorithm: { scheme: 'rsa-pss', hash: 'sha1', saltLength: 20 }, parameters: 'pss' },
  // RFC 5758 section 3.2: parameters are absent.
  '1.2.840.10045.4.1': { algorithm: { scheme: 'ecdsa', hash: 'sha1' }, parameters: 'absent' },
  '1.2.840.10045.4.3.1': { algorithm: { scheme: 'ecdsa', hash: 'sha224' }, parameters: 'absent' },
  '1.2.840.10045.4.3.2': { algorithm: { scheme: 'ecdsa', hash: 'sha256' }, parameters: 'absent' },
  '1.2.840.10045.4.3.3': { algorithm: { scheme: 'ecdsa', hash: 'sha384' }, parameters: 'absent' },
  '1.2.840.10045.4.3.4': { algorithm: { scheme: 'ecdsa', hash: 'sha512' }, parameters: 'absent' },
  // RFC 3279 section 2.2.2, RFC 5758 section 3.1.
  '1.2.840.10040.4.3': { algorithm: { scheme: 'dsa', hash: 'sha1' }, parameters: 'absent' },
  '2.16.840.1.101.3.4.3.2': { algorithm: { scheme: 'dsa', hash: 'sha256' }, parameters: 'absent' },
  // RFC 8410 section 3.
  '1.3.101.112': { algorithm: { scheme: 'ed25519' }, parameters: 'absent' },
};

const HASHES: Readonly<Record<string, Hash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const MGF1 = '1.2.840.113549.1.1.8';
const MAX_SALT = 512;

const seen = new Map<string, SignatureAlgorithm>();
const MAX_SEEN = 100;
/** The longest that anybody uses, RSASSA-PSS with all its parameters, has below 100. */
const MAX_OCTETS = 1_024;

/** An AlgorithmIdentifier of a signature, with its DER: certificates say it twice, and must say the same (RFC 5280, 4.1.1.2). */
export type Signed = { readonly algorithm: SignatureAlgorithm; readonly der: Uint8Array };

export function readSignatureAlgorithm(reader: DerReader, what: string): Signed {
  const rest = reader.element(what);
  if (rest.length > MAX_OCTETS) throw new DerError(`${what}: algorithm too long`);
  const key = hexOf(rest);
  let algorithm = seen.get(key);
  if (algorithm === undefined) {
    algorithm = parseAlgorithm(rest, what);
    if (seen.size < MAX_SEEN) seen.set(key, algorithm);
  }
  return { algorithm, der: rest };
}

export const sameAlgorithm = (a: Signed, b: Signed): boolean => sameOctets(a.der, b.der);

function parseAlgorithm(der: Uint8Array, what: string): SignatureAlgorithm {
  const reader = enterWhole(der, SEQUENCE, what);
  const oid = objectIdentifier(reader.read(OBJECT_IDENTIFIER, what), what);
  const known = ALGORITHMS[oid];
  if (known === undefined) return { scheme: 'other', oid };
  if (known.parameters === 'pss') return pss(reader, what);
  if (known.parameters === 'null-or-absent') readNull(reader, what);
  reader.end(what);
  return known.algorithm;
}

/** RSASSA-PSS-params (RFC 4055, 3.1): the defaults are SHA-1's, MGF1 takes the hash of the signature. */
function pss(reader: DerReader, what: string): SignatureAlgorithm {
  let hash: Hash = 'sha1';
  let mask: Hash = 'sha1';
  let saltLength = 20;
  const params = reader.enter(SEQUENCE, what);
  reader.end(what);
  const hashField = params.enterIf(contextConstructed(0), what);
  if (hashField !== null) hash = readHash(hashField, what);
  const maskField = params.enterIf(contextConstructed(1), what);
  if (maskField !== null) {
    const inner = maskField.enter(SEQUENCE, what);
    maskField.end(what);
    if (objectIdentifier(inner.read(OBJECT_IDENTIFIER, what), what) !== MGF1) throw new DerError(`${what}: mask`);
    mask = readHash(inner, what);
  }
  const saltField = params.enterIf(contextConstructed(2), what);
  if (saltField !== null) {
    saltLength = smallInteger(saltField.read(INTEGER, what), what);
    saltField.end(what);
  }
  const trailer = params.enterIf(contextConstructed(3), what);
  if (trailer !== null) {
    if (smallInteger(trailer.read(INTEGER, what), what) !== 1) throw new DerError(`${what}: trailer`);
    trailer.end(what);
  }
  params.end(what);
  if (mask !== hash || saltLength > MAX_SALT) return { scheme: 'other', oid: '1.2.840.113549.1.1.10' };
  return { scheme: 'rsa-pss', hash, saltLength };
}

function readHash(reader: DerReader, what: string): Hash {
  const algorithm = reader.enter(SEQUENCE, what);
  reader.end(what);
  const oid = objectIdentifier(algorithm.read(OBJECT_IDENTIFIER, what), what);
  readNull(algorithm, what);
  algorithm.end(what);
  const hash = HASHES[oid];
  if (hash === undefined) throw new DerError(`${what}: hash ${oid}`);
  return hash;
}

function readNull(reader: DerReader, what: string): void {
  const content = reader.readIf(NULL, what);
  if (content !== null && content.length > 0) throw new DerError(`${what}: NULL with content`);
}

/** What an identifier of a hash in an OCSP CertID names (RFC 6960, 4.1.1); null: none that we know. */
export function hashNamed(oid: string): Hash | null {
  return HASHES[oid] ?? null;
}
