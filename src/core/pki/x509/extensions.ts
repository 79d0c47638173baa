import { DerError } from '../der/der-error.ts';
import { DerReader, enterWhole } from '../der/der-reader.ts';
import { boolean, integerOctets, namedBits, objectIdentifier, smallInteger } from '../der/der-values.ts';
import {
  BIT_STRING,
  BOOLEAN,
  context,
  contextConstructed,
  INTEGER,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
} from '../der/tags.ts';
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.ts';
import { belowName, type Name } from './name.ts';
import { ACCESS } from './oids.ts';

const MAX_EXTENSIONS = 128;
const MAX_ENTRIES = 4_096;

/** Bits of keyUsage (RFC 5280, 4.2.1.3), as {@link namedBits} numbers them. */
export const KEY_USAGE = { digitalSignature: 1 << 0, keyCertSign: 1 << 5, crlSign: 1 << 6 } as const;

/** Bits of ReasonFlags (RFC 5280, 4.2.1.13). Bit 0 is unused by the standard; all others together are every reason. */
export const ALL_REASONS = 0b1_1111_1110;

/** An extension, before anybody knows what it says. */
export type RawExtension = { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array };

/** @param reader inside Extensions. One that comes twice is refused (RFC 5280, 4.2). */
export function readExtensions(reader: DerReader, what: string): readonly RawExtension[] {
  const extensions: RawExtension[] = [];
  const seen = new Set<string>();
  while (!reader.atEnd) {
    if (extensions.length === MAX_EXTENSIONS) throw new DerError(`${what}: too many extensions`);
    const extension = reader.enter(SEQUENCE, what);
    const oid = objectIdentifier(extension.read(OBJECT_IDENTIFIER, what), what);
    // DER leaves a default out, yet many issuers write `critical FALSE`: it can be read in one way only.
    const flag = extension.readIf(BOOLEAN, what);
    const critical = flag !== null && boolean(flag, what);
    const value = extension.read(OCTET_STRING, what);
    extension.end(what);
    if (seen.has(oid)) throw new DerError(`${what}: ${oid} twice`);
    seen.add(oid);
    extensions.push({ oid, critical, value });
  }
  if (extensions.length === 0) throw new DerError(`${what}: none`);
  return extensions;
}

export type BasicConstraints = { readonly ca: boolean; readonly pathLength: number | null };

/** RFC 5280, 4.2.1.9. */
export function basicConstraints(value: Uint8Array): BasicConstraints {
  const what = 'basicConstraints';
  const reader = enterWhole(value, SEQUENCE, what);
  const flag = reader.readIf(BOOLEAN, what);
  const length = reader.readIf(INTEGER, what);
  reader.end(what);
  return {
    ca: flag !== null && boolean(flag, what),
    pathLength: length === null ? null : smallInteger(length, what),
  };
}

/** RFC 5280, 4.2.1.3. */
export function keyUsage(value: Uint8Array): number {
  return namedBits(onlyPrimitive(value, BIT_STRING, 'keyUsage'), 'keyUsage');
}

/** RFC 5280, 4.2.1.12: the purposes, by identifier. */
export function extendedKeyUsage(value: Uint8Array): readonly string[] {
  const purposes = objectIdentifiers(enterWhole(value, SEQUENCE, 'extendedKeyUsage'), 'extendedKeyUsage');
  if (purposes.length === 0) throw new DerError('extendedKeyUsage: none');
  return purposes;
}

export function generalNames(value: Uint8Array, what: string): readonly GeneralName[] {
  return readGeneralNames(enterWhole(value, SEQUENCE, what), what);
}

/** RFC 5280, 4.2.1.2. */
export function subjectKeyIdentifier(value: Uint8Array): Uint8Array {
  return onlyPrimitive(value, OCTET_STRING, 'subjectKeyIdentifier');
}

export type AuthorityKeyIdentifier = {
  readonly keyIdentifier: Uint8Array | null;
  readonly issuer: readonly GeneralName[] | null;
  readonly serial: Uint8Array | null;
};

/** RFC 5280, 4.2.1.1. */
export function authorityKeyIdentifier(value: Uint8Array): AuthorityKeyIdentifier {
  const what = 'authorityKeyIdentifier';
  const reader = enterWhole(value, SEQUENCE, what);
  const keyIdentifier = reader.readIf(context(0), what);
  const issuer = reader.enterIf(contextConstructed(1), what);
  const names = issuer === null ? null : readGeneralNames(issuer, what);
  const serial = reader.readIf(context(2), what);
  reader.end(what);
  return { keyIdentifier, issuer: names, serial: serial === null ? null : integerOctets(serial, what) };
}

/** RFC 5280, 4.2.1.4: the policies, by identifier; qualifiers are passed over. */
export function certificatePolicies(value: Uint8Array): readonly string[] {
  const what = 'certificatePolicies';
  const reader = enterWhole(value, SEQUENCE, what);
  const policies: string[] = [];
  while (!reader.atEnd) {
    if (policies.length === MAX_ENTRIES) throw new DerError(`${what}: too many`);
    const information = reader.enter(SEQUENCE, what);
    const policy = objectIdentifier(information.read(OBJECT_IDENTIFIER, what), what);
    if (!information.atEnd) information.read(SEQUENCE, what);
    information.end(what);
    policies.push(policy);
  }
  if (policies.length === 0) throw new DerError(`${what}: none`);
  if (new Set(policies).size !== policies.length) throw new DerError(`${what}: one twice`);
  return policies;
}

export type PolicyMapping = { readonly issuer: string; readonly subject: string };

/** RFC 5280, 4.2.1.5. */
export function policyMappings(value: Uint8Array): readonly PolicyMapping[] {
  const what = 'policyMappings';
  const reader = enterWhole(value, SEQUENCE, what);
  const mappings: PolicyMapping[] = [];
  while (!reader.atEnd) {
    if (mappings.length === MAX_ENTRIES) throw new DerError(`${what}: too many`);
    const mapping = reader.enter(SEQUENCE, what);
    const issuer = objectIdentifier(mapping.read(OBJECT_IDENTIFIER, what), what);
    const subject = objectIdentifier(mapping.read(OBJECT_IDENTIFIER, what), what);
    mapping.end(what);
    mappings.push({ issuer, subject });
  }
  if (mappings.length === 0) throw new DerError(`${what}: none`);
  return mappings;
}

export type PolicyConstraints = { readonly requireExplicit: number | null; readonly inhibitMapping: number | null };

/** RFC 5280, 4.2.1.11: how many more certificates until it holds. */
export function policyConstraints(value: Uint8Array): PolicyConstraints {
  const what = 'policyConstraints';
  const reader = enterWhole(value, SEQUENCE, what);
  const explicit = reader.readIf(context(0), what);
  const mapping = reader.readIf(context(1), what);
  reader.end(what);
  if (explicit === null && mapping === null) throw new DerError(`${what}: empty`);
  return {
    requireExplicit: explicit === null ? null : smallInteger(explicit, what),
    inhibitMapping: mapping === null ? null : smallInteger(mapping, what),
  };
}

/** RFC 5280, 4.2.1.14. */
export function inhibitAnyPolicy(value: Uint8Array): number {
  return smallInteger(onlyPrimitive(value, INTEGER, 'inhibitAnyPolicy'), 'inhibitAnyPolicy');
}

export type NameConstraints = { readonly permitted: readonly GeneralName[]; readonly excluded: readonly GeneralName[] };

/** RFC 5280, 4.2.1.10: minimum is 0 and maximum absent in every certificate of that profile; others are refused. */
export function nameConstraints(value: Uint8Array): NameConstraints {
  const what = 'nameConstraints';
  const reader = enterWhole(value, SEQUENCE, what);
  const subtrees = (tag: number) => {
    const list = reader.enterIf(tag, what);
    const bases: GeneralName[] = [];
    if (list === null) return bases;
    while (!list.atEnd) {
      if (bases.length === MAX_ENTRIES) throw new DerError(`${what}: too many`);
      const subtree = list.enter(SEQUENCE, what);
      bases.push(readGeneralName(subtree, what));
      const minimum = subtree.readIf(context(0), what);
      if (minimum !== null && smallInteger(minimum, what) !== 0) throw new DerError(`${what}: a minimum`);
      subtree.end(what);
    }
    if (bases.length === 0) throw new DerError(`${what}: an empty list`);
    return bases;
  };
  const permitted = subtrees(contextConstructed(0));
  const excluded = subtrees(contextConstructed(1));
  reader.end(what);
  if (permitted.length + excluded.length === 0) throw new DerError(`${what}: empty`);
  return { permitted, excluded };
}

/** DistributionPointName (RFC 5280, 4.2.1.13): full names, or what stands below the issuer of the list. */
export type PointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  | { readonly kind: 'relative'; readonly below: (issuer: Name) => Name };

export type DistributionPoint = {
  readonly name: PointName | null;
  /** Bits of ReasonFlags; null: all. */
  readonly reasons: number | null;
  readonly issuer: readonly GeneralName[] | null;
};

/** CRLDistributionPoints, and FreshestCRL, which has the same form (RFC 5280, 4.2.1.13 and 4.2.1.15). */
export function distributionPoints(value: Uint8Array, what: string): readonly DistributionPoint[] {
  const reader = enterWhole(value, SEQUENCE, what);
  const points: DistributionPoint[] = [];
  while (!reader.atEnd) {
    if (points.length === MAX_ENTRIES) throw new DerError(`${what}: too many`);
    const point = reader.enter(SEQUENCE, what);
    const name = readPointName(point.enterIf(contextConstructed(0), what), what);
    const reasons = point.readIf(context(1), what);
    const issuer = point.enterIf(contextConstructed(2), what);
    const names = issuer === null ? null : readGeneralNames(issuer, what);
    point.end(what);
    points.push({ name, reasons: reasons === null ? null : namedBits(reasons, what), issuer: names });
  }
  if (points.length === 0) throw new DerError(`${what}: none`);
  return points;
}

/** @param reader inside the [0] that holds the CHOICE; null where there is none */
export function readPointName(reader: DerReader | null, what: string): PointName | null {
  if (reader === null) return null;
  const full = reader.enterIf(contextConstructed(0), what);
  if (full !== null) {
    reader.end(what);
    return { kind: 'full', names: readGeneralNames(full, what) };
  }
  const content = reader.read(contextConstructed(1), what);
  reader.end(what);
  const below = (issuer: Name) => belowName(issuer, new DerReader(content), what);
  // Read once now, so that a malformed one is noticed here.
  below({ der: new Uint8Array(), rdns: [], keys: [], key: '' });
  return { kind: 'relative', below };
}

/** Addresses of OCSP responders and of issuers' certificates (RFC 5280, 4.2.2.1): URIs alone. */
export type AuthorityInfoAccess = { readonly ocsp: readonly string[]; readonly caIssuers: readonly string[] };

export function authorityInfoAccess(value: Uint8Array): AuthorityInfoAccess {
  const what = 'authorityInfoAccess';
  const reader = enterWhole(value, SEQUENCE, what);
  const ocsp: string[] = [];
  const caIssuers: string[] = [];
  let count = 0;
  while (!reader.atEnd) {
    if (++count > MAX_ENTRIES) throw new DerError(`${what}: too many`);
    const description = reader.enter(SEQUENCE, what);
    const method = objectIdentifier(description.read(OBJECT_IDENTIFIER, what), what);
    const location = readGeneralName(description, what);
    description.end(what);
    if (location.kind !== 'uri') continue;
    if (method === ACCESS.ocsp) ocsp.push(location.text);
    else if (method === ACCESS.caIssuers) caIssuers.push(location.text);
  }
  return { ocsp, caIssuers };
}

/** RFC 6960, 4.2.2.2.1: present, it is NULL. */
export function ocspNoCheck(value: Uint8Array): true {
  onlyPrimitive(value, NULL, 'id-pkix-ocsp-nocheck');
  return true;
}

function objectIdentifiers(reader: DerReader, what: string): readonly string[] {
  const found: string[] = [];
  while (!reader.atEnd) {
    if (found.length === MAX_ENTRIES) throw new DerError(`${what}: too many`);
    found.push(objectIdentifier(reader.read(OBJECT_IDENTIFIER, what), what));
  }
  return found;
}

/** The content of the one element that `value` is. */
export function onlyPrimitive(value: Uint8Array, tag: number, what: string): Uint8Array {
  const reader = new DerReader(value);
  const content = reader.read(tag, what);
  reader.end(what);
  return content;
}
