import { createHash } from 'node:crypto';
import { hexOf } from '../../octets.ts';
import { DerError } from '../der/der-error.ts';
import { type DerReader, enterWhole } from '../der/der-reader.ts';
import { integerOctets, smallInteger, time, wholeOctets } from '../der/der-values.ts';
import { BIT_STRING, context, contextConstructed, INTEGER, SEQUENCE } from '../der/tags.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm, sameAlgorithm } from './algorithm.ts';
import {
  type AuthorityInfoAccess,
  type AuthorityKeyIdentifier,
  authorityInfoAccess,
  authorityKeyIdentifier,
  type BasicConstraints,
  basicConstraints,
  certificatePolicies,
  type DistributionPoint,
  distributionPoints,
  extendedKeyUsage,
  generalNames,
  inhibitAnyPolicy,
  keyUsage,
  type NameConstraints,
  nameConstraints,
  ocspNoCheck,
  type PolicyConstraints,
  type PolicyMapping,
  policyConstraints,
  policyMappings,
  type RawExtension,
  readExtensions,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { type Name, readName } from './name.ts';
import { EXTENSION } from './oids.ts';
import { type PublicKey, readPublicKey } from './public-key.ts';

/** Cards hold some kilobytes; what is larger than this is no certificate that anybody issued. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;

/** An X.509 certificate (RFC 5280, 4.1), parsed whole: every extension that is known here has been read. */
export type Certificate = {
  readonly der: Uint8Array;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** The content octets of the INTEGER. */
  readonly serial: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Milliseconds since 1970; both ends are included. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: PublicKey;
  readonly extensions: CertificateExtensions;
  readonly selfIssued: boolean;
};

export type CertificateExtensions = {
  readonly basicConstraints: BasicConstraints | null;
  readonly keyUsage: number | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly subjectAltName: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraints | null;
  readonly certificatePolicies: readonly string[] | null;
  readonly policyMappings: readonly PolicyMapping[] | null;
  readonly policyConstraints: PolicyConstraints | null;
  readonly inhibitAnyPolicy: number | null;
  readonly subjectKeyIdentifier: Uint8Array | null;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | null;
  readonly crlDistributionPoints: readonly DistributionPoint[] | null;
  readonly freshestCrl: readonly DistributionPoint[] | null;
  readonly authorityInfoAccess: AuthorityInfoAccess | null;
  readonly ocspNoCheck: boolean;
  /** Critical, and not understood here: whoever carries one is refused (RFC 5280, 4.2). */
  readonly unknownCritical: readonly string[];
};

const WHAT = 'certificate';

/** More bytes than are looked at: whether they are a certificate is not known. */
export class CertificateTooLarge extends DerError {
  constructor() {
    super(`${WHAT}: too large`);
  }
}

/**
 * @throws DerError where `der` is no certificate as RFC 5280 profiles them
 * @throws CertificateTooLarge where it is larger than 64 kB
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw new CertificateTooLarge();
  const whole = enterWhole(der, SEQUENCE, WHAT);
  const tbsDer = whole.element(WHAT);
  const outer = readSignatureAlgorithm(whole, WHAT);
  const signature = wholeOctets(whole.read(BIT_STRING, WHAT), WHAT);
  whole.end(WHAT);

  const tbs = enterWhole(tbsDer, SEQUENCE, WHAT);
  const version = readVersion(tbs);
  const serial = integerOctets(tbs.read(INTEGER, WHAT), WHAT);
  if (serial.length > 64) throw new DerError(`${WHAT}: serial number`);
  const inner = readSignatureAlgorithm(tbs, WHAT);
  if (!sameAlgorithm(inner, outer)) throw new DerError(`${WHAT}: two signature algorithms`);
  const issuer = readName(tbs, 'issuer');
  if (issuer.rdns.length === 0) throw new DerError('issuer: empty');
  const validity = tbs.enter(SEQUENCE, 'validity');
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end('validity');
  const subject = readName(tbs, 'subject');
  const key = readPublicKey(tbs, 'subjectPublicKeyInfo');
  // Unique identifiers (RFC 5280, 4.1.2.8) say nothing any more.
  const identifiers = [tbs.readIf(context(1), WHAT), tbs.readIf(context(2), WHAT)].some((each) => each !== null);
  if (identifiers && version === 1) throw new DerError(`${WHAT}: identifiers in version 1`);
  const extensionsField = tbs.enterIf(contextConstructed(3), 'extensions');
  tbs.end(WHAT);
  if (extensionsField !== null && version !== 3) throw new DerError(`${WHAT}: extensions in version ${version}`);
  const extensions = extensionsField === null ? NO_EXTENSIONS : readCertificateExtensions(extensionsField);
  return {
    der,
    fingerprint: createHash('sha256').update(der).digest('hex'),
    tbs: tbsDer,
    version,
    serial,
    algorithm: outer.algorithm,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    key,
    extensions,
    selfIssued: issuer.key === subject.key,
  };
}

function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const field = tbs.enterIf(contextConstructed(0), 'version');
  if (field === null) return 1;
  const version = smallInteger(field.read(INTEGER, 'version'), 'version');
  field.end('version');
  switch (version) {
    case 0:
      return 1;
    case 1:
      return 2;
    case 2:
      return 3;
    default:
      throw new DerError('version: unknown');
  }
}

function readTime(reader: DerReader): number {
  const tag = reader.peek() ?? 0;
  return time(tag, reader.read(tag, 'validity'), 'validity');
}

const NO_EXTENSIONS: CertificateExtensions = {
  basicConstraints: null,
  keyUsage: null,
  extendedKeyUsage: null,
  subjectAltName: null,
  nameConstraints: null,
  certificatePolicies: null,
  policyMappings: null,
  policyConstraints: null,
  inhibitAnyPolicy: null,
  subjectKeyIdentifier: null,
  authorityKeyIdentifier: null,
  crlDistributionPoints: null,
  freshestCrl: null,
  authorityInfoAccess: null,
  ocspNoCheck: false,
  unknownCritical: [],
};

function readCertificateExtensions(field: DerReader): CertificateExtensions {
  const list = readExtensions(field.enter(SEQUENCE, 'extensions'), 'extensions');
  field.end('extensions');
  const found: { -readonly [Key in keyof CertificateExtensions]: CertificateExtensions[Key] } = { ...NO_EXTENSIONS };
  const unknownCritical: string[] = [];
  for (const extension of list)
    if (!readKnown(extension, found) && extension.critical) unknownCritical.push(extension.oid);
  return { ...found, unknownCritical };
}

/** @returns whether it is one that this validator does something with */
function readKnown(
  { oid, value }: RawExtension,
  found: { -readonly [Key in keyof CertificateExtensions]: CertificateExtensions[Key] },
): boolean {
  switch (oid) {
    case EXTENSION.basicConstraints:
      found.basicConstraints = basicConstraints(value);
      return true;
    case EXTENSION.keyUsage:
      found.keyUsage = keyUsage(value);
      return true;
    case EXTENSION.extendedKeyUsage:
      found.extendedKeyUsage = extendedKeyUsage(value);
      return true;
    case EXTENSION.subjectAltName:
      found.subjectAltName = generalNames(value, 'subjectAltName');
      return true;
    case EXTENSION.nameConstraints:
      found.nameConstraints = nameConstraints(value);
      return true;
    case EXTENSION.certificatePolicies:
      found.certificatePolicies = certificatePolicies(value);
      return true;
    case EXTENSION.policyMappings:
      found.policyMappings = policyMappings(value);
      return true;
    case EXTENSION.policyConstraints:
      found.policyConstraints = policyConstraints(value);
      return true;
    case EXTENSION.inhibitAnyPolicy:
      found.inhibitAnyPolicy = inhibitAnyPolicy(value);
      return true;
    case EXTENSION.subjectKeyIdentifier:
      found.subjectKeyIdentifier = subjectKeyIdentifier(value);
      return true;
    case EXTENSION.authorityKeyIdentifier:
      found.authorityKeyIdentifier = authorityKeyIdentifier(value);
      return true;
    case EXTENSION.crlDistributionPoints:
      found.crlDistributionPoints = distributionPoints(value, 'cRLDistributionPoints');
      return true;
    case EXTENSION.freshestCrl:
      found.freshestCrl = distributionPoints(value, 'freshestCRL');
      return true;
    case EXTENSION.authorityInfoAccess:
      found.authorityInfoAccess = authorityInfoAccess(value);
      return true;
    case EXTENSION.ocspNoCheck:
      found.ocspNoCheck = ocspNoCheck(value);
      return true;
    // It says other names of the issuer, which nothing in 6.1 looks at.
    case EXTENSION.issuerAltName:
      generalNames(value, 'issuerAltName');
      return true;
    default:
      return false;
  }
}

/** Upper-case hex, at least two digits, without the sign octet. */
export function serialText(serial: Uint8Array): string {
  return hexOf(serial.length > 1 && serial[0] === 0 ? serial.subarray(1) : serial).toUpperCase();
}
