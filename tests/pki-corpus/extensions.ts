import {
  boolean,
  element,
  explicit,
  implicit,
  integer,
  NULL,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
} from './der.ts';

export type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array };

/** The arcs of the extensions that flaws look for by their identifier. */
export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  /** Known to nobody: an arc of the documentation's example enterprise (RFC 5612). */
  unknown: '1.3.6.1.4.1.32473.1',
} as const;

/** Bits of keyUsage (RFC 5280 4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

export const PURPOSE = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  any: '2.5.29.37.0',
  smartcardLogon: '1.3.6.1.4.1.311.20.2.2',
} as const;

export const ANY_POLICY = '2.5.29.32.0';

export function writeExtension({ oid, critical, value }: Extension): Uint8Array {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

export function basicConstraints(ca: boolean, pathLength?: number): Extension {
  const length = pathLength === undefined ? [] : [integer(pathLength)];
  return { oid: OID.basicConstraints, critical: true, value: sequence(...(ca ? [boolean(true)] : []), ...length) };
}

export function keyUsage(...bits: readonly number[]): Extension {
  return { oid: OID.keyUsage, critical: true, value: namedBits(bits) };
}

export function extendedKeyUsage(purposes: readonly string[], critical = false): Extension {
  return { oid: OID.extendedKeyUsage, critical, value: sequence(...purposes.map(objectIdentifier)) };
}

export function subjectKeyIdentifier(identifier: Uint8Array): Extension {
  return { oid: OID.subjectKeyIdentifier, critical: false, value: octetString(identifier) };
}

export function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  return { oid: OID.authorityKeyIdentifier, critical: false, value: sequence(implicit(0, identifier)) };
}

/** @param names GeneralNames */
export function subjectAltName(names: readonly Uint8Array[], critical = false): Extension {
  return { oid: OID.subjectAltName, critical, value: sequence(...names) };
}

export function certificatePolicies(policies: readonly string[], critical = false): Extension {
  const value = sequence(...policies.map((policy) => sequence(objectIdentifier(policy))));
  return { oid: OID.certificatePolicies, critical, value };
}

export function policyMappings(...pairs: readonly (readonly [issuer: string, subject: string])[]): Extension {
  const value = sequence(...pairs.map((pair) => sequence(...pair.map(objectIdentifier))));
  return { oid: OID.policyMappings, critical: true, value };
}

/** The numbers are certificates that may still follow before the rule begins (RFC 5280 4.2.1.11). */
export function policyConstraints(rule: { requireExplicit?: number; inhibitMapping?: number }): Extension {
  const number = (tag: number, value: number | undefined) =>
    value === undefined ? [] : [implicit(tag, Uint8Array.of(value))];
  const value = sequence(...number(0, rule.requireExplicit), ...number(1, rule.inhibitMapping));
  return { oid: OID.policyConstraints, critical: true, value };
}

export function inhibitAnyPolicy(after: number): Extension {
  return { oid: OID.inhibitAnyPolicy, critical: true, value: integer(after) };
}

/** A base of {@link nameConstraints} with a minimum other than 0, which RFC 5280 4.2.1.10 forbids. */
export function withMinimum(base: Uint8Array, minimum: number): Uint8Array {
  return Uint8Array.from(Buffer.concat([base, implicit(0, Uint8Array.of(minimum))]));
}

/** @param permitted GeneralNames as bases of subtrees. @param excluded the same */
export function nameConstraints(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): Extension {
  const subtrees = (tag: number, bases: readonly Uint8Array[]) =>
    bases.length === 0 ? [] : [explicit(tag, ...bases.map((base) => sequence(base)))];
  return {
    oid: OID.nameConstraints,
    critical: true,
    value: sequence(...subtrees(0, permitted), ...subtrees(1, excluded)),
  };
}

export function unknownExtension(critical: boolean): Extension {
  return { oid: OID.unknown, critical, value: element(0x30, NULL) };
}
