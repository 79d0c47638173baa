import type { Certificate } from '../x509/certificate.ts';
import { KEY_USAGE, type NameConstraints } from '../x509/extensions.ts';
import { ANY_POLICY, PURPOSE } from '../x509/oids.ts';
import type { TrustAnchor } from './anchor.ts';
import type { Budget } from './budget.ts';
import { keepsTo } from './name-constraints.ts';
import type { PathFault } from './path-fault.ts';
import { PolicyGraph } from './policy-graph.ts';
import { acceptsAlgorithm, acceptsKey, type Profile } from './profile.ts';

/** Inputs of RFC 5280, 6.1.1, beyond the path and the anchor. */
export type PathInputs = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly profile: Profile;
  /** The user-initial-policy-set; left out: any. */
  readonly acceptedPolicies?: readonly string[];
  readonly requireExplicitPolicy?: boolean;
  readonly inhibitPolicyMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
  /** What the last certificate's key must be for: `crl-signing` asks for cRLSign and no purpose. */
  readonly use?: 'end-entity' | 'crl-signing';
};

/**
 * RFC 5280, 6.1, but for signatures and revocation, which whoever built the path has seen to.
 * @param path from the certificate that the anchor issued to the one that is judged
 * @returns the faults, the first certificate's first; empty: the path is valid
 */
export function faultsOfPath(
  path: readonly Certificate[],
  anchor: TrustAnchor,
  inputs: PathInputs,
  budget: Budget,
): readonly PathFault[] {
  const faults = new Set<PathFault>();
  const { at, profile } = inputs;
  const last = path.length;

  // 6.1.2: what holds at the start. An anchor's own certificate may narrow it (RFC 5937, section 3).
  const told = anchor.certificate.extensions;
  const accepted = new Set(inputs.acceptedPolicies ?? [ANY_POLICY]);
  let explicitPolicy = inputs.requireExplicitPolicy === true ? 0 : last + 1;
  let policyMapping = inputs.inhibitPolicyMapping === true ? 0 : last + 1;
  let anyPolicy = inputs.inhibitAnyPolicy === true ? 0 : last + 1;
  let pathLength = Math.min(last, told.basicConstraints?.pathLength ?? last);
  const constraints: NameConstraints[] = told.nameConstraints === null ? [] : [told.nameConstraints];
  const policies = new PolicyGraph(budget);
  explicitPolicy = Math.min(explicitPolicy, told.policyConstraints?.requireExplicit ?? explicitPolicy);
  policyMapping = Math.min(policyMapping, told.policyConstraints?.inhibitMapping ?? policyMapping);
  anyPolicy = Math.min(anyPolicy, told.inhibitAnyPolicy ?? anyPolicy);
  // Purposes that a CA names bind all below it: the standard is silent, all who check purposes do it so.
  let purposes = purposesBelow(profile.purposes, anchor.certificate);

  if (at < anchor.certificate.notBefore) faults.add('issuer-not-yet-valid');
  if (at > anchor.certificate.notAfter) faults.add('issuer-expired');
  if (!acceptsKey(profile, anchor.key.kind)) faults.add('key-refused');
  // Nobody asks an anchor to say that it may issue; but one that says it may not is believed.
  if (told.basicConstraints?.ca === false) faults.add('issuer-not-ca');
  if (!maySignCertificates(anchor.certificate)) faults.add('issuer-key-usage');

  for (const [index, certificate] of path.entries()) {
    const number = index + 1;
    const final = number === last;
    const { extensions, selfIssued } = certificate;

    // 6.1.3 (a): dates; the signature's algorithm and the key are the profile's.
    if (at < certificate.notBefore) faults.add(final ? 'not-yet-valid' : 'issuer-not-yet-valid');
    if (at > certificate.notAfter) faults.add(final ? 'expired' : 'issuer-expired');
    if (!acceptsAlgorithm(profile, certificate.algorithm)) faults.add('algorithm-refused');
    if (!acceptsKey(profile, certificate.key.kind)) faults.add('key-refused');

    // (b), (c): names. A self-issued certificate between others is let off.
    if ((!selfIssued || final) && !keepsTo(constraints, certificate, budget)) faults.add('name-constraints');

    // (d) to (f): policies.
    policies.addCertificate(extensions.certificatePolicies, anyPolicy > 0 || (!final && selfIssued));
    if (explicitPolicy === 0 && policies.isNull) faults.add('policy-missing');

    if (extensions.unknownCritical.length > 0) faults.add('unknown-critical-extension');

    if (final) {
      // 6.1.5 (a), (b).
      if (explicitPolicy > 0) explicitPolicy -= 1;
      if (extensions.policyConstraints?.requireExplicit === 0) explicitPolicy = 0;
      for (const fault of faultsOfUse(certificate, inputs, purposes)) faults.add(fault);
      continue;
    }

    // 6.1.4 (a), (b): mappings.
    if (extensions.policyMappings !== null) {
      const toAny = extensions.policyMappings.some((each) => each.issuer === ANY_POLICY || each.subject === ANY_POLICY);
      if (toAny) faults.add('policy-missing');
      policies.map(extensions.policyMappings, policyMapping > 0);
    }
    // (g).
    if (extensions.nameConstraints !== null) constraints.push(extensions.nameConstraints);
    // (h) to (j).
    if (!selfIssued) {
      if (explicitPolicy > 0) explicitPolicy -= 1;
      if (policyMapping > 0) policyMapping -= 1;
      if (anyPolicy > 0) anyPolicy -= 1;
    }
    const { policyConstraints, inhibitAnyPolicy } = extensions;
    explicitPolicy = Math.min(explicitPolicy, policyConstraints?.requireExplicit ?? explicitPolicy);
    policyMapping = Math.min(policyMapping, policyConstraints?.inhibitMapping ?? policyMapping);
    anyPolicy = Math.min(anyPolicy, inhibitAnyPolicy ?? anyPolicy);
    // (k) to (n).
    if (!mayIssue(certificate)) faults.add('issuer-not-ca');
    if (!selfIssued) {
      if (pathLength <= 0) faults.add('path-too-long');
      pathLength -= 1;
    }
    pathLength = Math.min(pathLength, extensions.basicConstraints?.pathLength ?? pathLength);
    if (!maySignCertificates(certificate)) faults.add('issuer-key-usage');
    purposes = purposesBelow(purposes, certificate);
  }

  // 6.1.5 (g) and what follows it.
  if (explicitPolicy === 0 && policies.validPolicies(accepted).size === 0) faults.add('policy-missing');
  return [...faults];
}

/** 6.1.4 (k). A version 1 certificate cannot say that it is one of a CA, and is none here. */
export function mayIssue({ version, extensions }: Certificate): boolean {
  return version === 3 && extensions.basicConstraints?.ca === true;
}

/** 6.1.4 (n). */
export function maySignCertificates({ extensions }: Certificate): boolean {
  return extensions.keyUsage === null || (extensions.keyUsage & KEY_USAGE.keyCertSign) !== 0;
}

/** @param purposes those of the profile that no issuer above has ruled out; null: none is asked for */
function faultsOfUse(
  certificate: Certificate,
  { use = 'end-entity', profile }: PathInputs,
  purposes: readonly string[] | null,
): readonly PathFault[] {
  const { keyUsage, extendedKeyUsage } = certificate.extensions;
  if (use === 'crl-signing') {
    return keyUsage !== null && (keyUsage & KEY_USAGE.crlSign) === 0 ? ['issuer-key-usage'] : [];
  }
  if (purposes === null) return [];
  // Whoever signs in proves it by a signature: a key that is not for that is not for this.
  if (keyUsage !== null && (keyUsage & KEY_USAGE.digitalSignature) === 0) return ['purpose-missing'];
  if (purposes.length === 0 || (extendedKeyUsage === null && !profile.anyPurpose)) return ['purpose-missing'];
  if (extendedKeyUsage === null || (profile.anyPurpose && extendedKeyUsage.includes(PURPOSE.any))) return [];
  return purposes.some((purpose) => extendedKeyUsage.includes(purpose)) ? [] : ['purpose-missing'];
}

function purposesBelow(purposes: readonly string[] | null, { extensions }: Certificate): readonly string[] | null {
  const { extendedKeyUsage } = extensions;
  if (purposes === null || extendedKeyUsage === null || extendedKeyUsage.includes(PURPOSE.any)) return purposes;
  return purposes.filter((purpose) => extendedKeyUsage.includes(purpose));
}
