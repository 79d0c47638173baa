import { createHash } from 'node:crypto';
import { DerError } from '../der/der-error.ts';
import { type DerReader, enterWhole } from '../der/der-reader.ts';
import { integerOctets, objectIdentifier, smallInteger, time, wholeOctets } from '../der/der-values.ts';
import { element, nullElement, objectIdentifierElement } from '../der/der-writer.ts';
import {
  BIT_STRING,
  context,
  contextConstructed,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
} from '../der/tags.ts';
import { type Hash, hashNamed, readSignatureAlgorithm, type SignatureAlgorithm } from '../x509/algorithm.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { onlyPrimitive, readExtensions } from '../x509/extensions.ts';
import { type Name, parseName } from '../x509/name.ts';
import type { PublicKey } from '../x509/public-key.ts';
import { REASONS, type RevocationReason } from '../x509/revocation-reason.ts';

/** Requests and answers of the Online Certificate Status Protocol (RFC 6960). */

export const MAX_ANSWER_BYTES = 64 * 1024;
const WHAT = 'OCSP answer';
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';
const SHA1 = '1.3.14.3.2.26';
const MAX_SINGLES = 256;
const MAX_CERTIFICATES = 8;

/** Whose certificate is meant: name and key of the issuer, hashed, and the serial number (4.1.1). */
export type CertificateId = {
  readonly hash: Hash;
  readonly issuerName: Uint8Array;
  readonly issuerKey: Uint8Array;
  readonly serial: Uint8Array;
};

export type SingleAnswer = {
  /** null: named by a hash that is unknown here. */
  readonly id: CertificateId | null;
  readonly status:
    | { readonly state: 'good' }
    | { readonly state: 'revoked'; readonly at: number; readonly reason: RevocationReason }
    | { readonly state: 'unknown' };
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
  readonly unknownCritical: boolean;
};

export type OcspAnswer = {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** By name, or by SHA-1 of the key (4.2.1). */
  readonly responder: { readonly by: 'name'; readonly name: Name } | { readonly by: 'key'; readonly hash: Uint8Array };
  readonly producedAt: number;
  readonly singles: readonly SingleAnswer[];
  readonly nonce: Uint8Array | null;
  readonly unknownCritical: boolean;
  readonly certificates: readonly Certificate[];
};

/** An answer that says nothing of certificates: the responder refused (4.2.1), by its number. */
export const REFUSALS = [
  null,
  'malformed-request',
  'internal-error',
  'try-later',
  null,
  'sig-required',
  'unauthorized',
] as const;
export type OcspRefusal = NonNullable<(typeof REFUSALS)[number]>;

export type ParsedAnswer =
  | { readonly refused: null; readonly answer: OcspAnswer }
  | { readonly refused: OcspRefusal; readonly answer: null };

/** @throws DerError where `der` is no answer of the basic type */
export function parseOcspAnswer(der: Uint8Array): ParsedAnswer {
  if (der.length > MAX_ANSWER_BYTES) throw new DerError(`${WHAT}: too large`);
  const whole = enterWhole(der, SEQUENCE, WHAT);
  const status = smallInteger(whole.read(ENUMERATED, WHAT), WHAT);
  const field = whole.enterIf(contextConstructed(0), WHAT);
  whole.end(WHAT);
  if (status !== 0) {
    const refused = REFUSALS[status] ?? null;
    if (refused === null) throw new DerError(`${WHAT}: status`);
    return { refused, answer: null };
  }
  if (field === null) throw new DerError(`${WHAT}: empty`);
  const bytes = field.enter(SEQUENCE, WHAT);
  field.end(WHAT);
  if (objectIdentifier(bytes.read(OBJECT_IDENTIFIER, WHAT), WHAT) !== BASIC) throw new DerError(`${WHAT}: type`);
  const basic = bytes.read(OCTET_STRING, WHAT);
  bytes.end(WHAT);
  return { refused: null, answer: parseBasic(der, basic) };
}

function parseBasic(der: Uint8Array, basic: Uint8Array): OcspAnswer {
  const whole = enterWhole(basic, SEQUENCE, WHAT);
  const tbsDer = whole.element(WHAT);
  const { algorithm } = readSignatureAlgorithm(whole, WHAT);
  const signature = wholeOctets(whole.read(BIT_STRING, WHAT), WHAT);
  const certificatesField = whole.enterIf(contextConstructed(0), WHAT);
  whole.end(WHAT);

  const tbs = enterWhole(tbsDer, SEQUENCE, WHAT);
  const version = tbs.enterIf(contextConstructed(0), WHAT);
  if (version !== null && smallInteger(version.read(INTEGER, WHAT), WHAT) !== 0) throw new DerError(`${WHAT}: version`);
  version?.end(WHAT);
  const responder = readResponder(tbs);
  const producedAt = readTime(tbs);
  const list = tbs.enter(SEQUENCE, WHAT);
  const singles: SingleAnswer[] = [];
  while (!list.atEnd) {
    if (singles.length === MAX_SINGLES) throw new DerError(`${WHAT}: too many`);
    singles.push(readSingle(list.enter(SEQUENCE, WHAT)));
  }
  const { nonce, unknownCritical } = readAnswerExtensions(tbs.enterIf(contextConstructed(1), WHAT));
  tbs.end(WHAT);
  return {
    der,
    tbs: tbsDer,
    algorithm,
    signature,
    responder,
    producedAt,
    singles,
    nonce,
    unknownCritical,
    certificates: readCertificates(certificatesField),
  };
}

function readResponder(tbs: DerReader): OcspAnswer['responder'] {
  const byName = tbs.enterIf(contextConstructed(1), WHAT);
  if (byName !== null) {
    const name = parseName(byName.element(WHAT), WHAT);
    byName.end(WHAT);
    return { by: 'name', name };
  }
  const byKey = tbs.enter(contextConstructed(2), WHAT);
  const hash = byKey.read(OCTET_STRING, WHAT);
  byKey.end(WHAT);
  return { by: 'key', hash };
}

function readSingle(reader: DerReader): SingleAnswer {
  const id = readId(reader.enter(SEQUENCE, WHAT));
  const status = readStatus(reader);
  const thisUpdate = readTime(reader);
  const next = reader.enterIf(contextConstructed(0), WHAT);
  const nextUpdate = next === null ? null : readTime(next);
  next?.end(WHAT);
  const extensions = reader.enterIf(contextConstructed(1), WHAT);
  reader.end(WHAT);
  const list = extensions === null ? [] : readExtensions(extensions.enter(SEQUENCE, WHAT), WHAT);
  extensions?.end(WHAT);
  return { id, status, thisUpdate, nextUpdate, unknownCritical: list.some(({ critical }) => critical) };
}

function readId(reader: DerReader): CertificateId | null {
  const algorithm = reader.enter(SEQUENCE, WHAT);
  const hash = hashNamed(objectIdentifier(algorithm.read(OBJECT_IDENTIFIER, WHAT), WHAT));
  if (!algorithm.atEnd) algorithm.element(WHAT);
  algorithm.end(WHAT);
  const issuerName = reader.read(OCTET_STRING, WHAT);
  const issuerKey = reader.read(OCTET_STRING, WHAT);
  const serial = integerOctets(reader.read(INTEGER, WHAT), WHAT);
  reader.end(WHAT);
  return hash === null ? null : { hash, issuerName, issuerKey, serial };
}

function readStatus(reader: DerReader): SingleAnswer['status'] {
  const tag = reader.peek();
  switch (tag) {
    case context(0):
      readNothing(reader, tag);
      return { state: 'good' };
    case contextConstructed(1): {
      const info = reader.enter(tag, WHAT);
      const at = readTime(info);
      const field = info.enterIf(contextConstructed(0), WHAT);
      info.end(WHAT);
      const code = field === null ? 0 : smallInteger(field.read(ENUMERATED, WHAT), WHAT);
      field?.end(WHAT);
      const reason = REASONS[code];
      if (reason === undefined || reason === null) throw new DerError(`${WHAT}: reason`);
      return { state: 'revoked', at, reason };
    }
    case context(2):
      readNothing(reader, tag);
      return { state: 'unknown' };
    default:
      throw new DerError(`${WHAT}: status`);
  }
}

/** A NULL under another tag. */
function readNothing(reader: DerReader, tag: number): void {
  if (reader.read(tag, WHAT).length > 0) throw new DerError(`${WHAT}: NULL with content`);
}

function readAnswerExtensions(field: DerReader | null): Pick<OcspAnswer, 'nonce' | 'unknownCritical'> {
  if (field === null) return { nonce: null, unknownCritical: false };
  const list = readExtensions(field.enter(SEQUENCE, WHAT), WHAT);
  field.end(WHAT);
  const nonce = list.find(({ oid }) => oid === NONCE);
  return {
    nonce: nonce === undefined ? null : nonceIn(nonce.value),
    unknownCritical: list.some(({ oid, critical }) => critical && oid !== NONCE),
  };
}

/** RFC 8954: an OCTET STRING; older responders give back the bare octets. */
function nonceIn(value: Uint8Array): Uint8Array {
  try {
    return onlyPrimitive(value, OCTET_STRING, 'nonce');
  } catch {
    return value;
  }
}

function readCertificates(field: DerReader | null): readonly Certificate[] {
  if (field === null) return [];
  const list = field.enter(SEQUENCE, WHAT);
  field.end(WHAT);
  const found: Certificate[] = [];
  while (!list.atEnd) {
    if (found.length === MAX_CERTIFICATES) throw new DerError(`${WHAT}: too many certificates`);
    found.push(parseCertificate(list.element(WHAT)));
  }
  return found;
}

function readTime(reader: DerReader): number {
  return time(GENERALIZED_TIME, reader.read(GENERALIZED_TIME, WHAT), WHAT);
}

/**
 * How a responder is asked for one certificate (4.1.1). By SHA-1: it names, it proves nothing, and many responders know no
 * other.
 */
export function certificateId(certificate: Certificate, issuerKey: PublicKey): Uint8Array<ArrayBuffer> {
  return element(
    SEQUENCE,
    element(SEQUENCE, objectIdentifierElement(SHA1), nullElement()),
    sha1Of(certificate.issuer.der),
    sha1Of(issuerKey.bits),
    element(INTEGER, certificate.serial),
  );
}

/**
 * The question about one certificate (4.1). @param id as {@link certificateId} makes it
 * @param nonce 16 to 32 octets (RFC 8954); null: the answer may be one that the responder made beforehand
 */
export function ocspRequest(id: Uint8Array, nonce: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const list = element(SEQUENCE, element(SEQUENCE, id));
  if (nonce === null) return element(SEQUENCE, element(SEQUENCE, list));
  const extension = element(
    SEQUENCE,
    objectIdentifierElement(NONCE),
    element(OCTET_STRING, element(OCTET_STRING, nonce)),
  );
  return element(SEQUENCE, element(SEQUENCE, list, element(contextConstructed(2), element(SEQUENCE, extension))));
}

const sha1Of = (octets: Uint8Array) => element(OCTET_STRING, createHash('sha1').update(octets).digest());

/** Whether an answer speaks of this certificate of this issuer. */
export function names(id: CertificateId, certificate: Certificate, issuerKey: PublicKey): boolean {
  const same = (hashed: Uint8Array, octets: Uint8Array) =>
    Buffer.compare(createHash(id.hash).update(octets).digest(), hashed) === 0;
  return (
    Buffer.compare(id.serial, certificate.serial) === 0 &&
    same(id.issuerKey, issuerKey.bits) &&
    same(id.issuerName, certificate.issuer.der)
  );
}
