import { createHash, X509Certificate } from 'node:crypto';
import type { CertificateFacts, JudgedCertificate, VerdictReason } from './verdict.ts';

/** Longest name of a certificate that is shown; longer ones are cut. */
const MAX_NAME = 256;

export type JudgeRules = {
  /** Common names of accepted issuers; empty accepts any. */
  readonly issuers: readonly string[];
};

/**
 * Judges one certificate by its dates and by the configured issuers. It says nothing of signatures, path or revocation:
 * `revocation` is 'unknown' and `path` ends with the issuer's name until the path validator stands behind this call.
 * @param der the certificate, or null for an empty slot
 * @param at milliseconds since 1970
 */
export function judgeCertificate(der: Uint8Array | null, rules: JudgeRules, at: number): JudgedCertificate {
  if (der === null) return refused(['absent']);
  const facts = factsOf(der);
  if (facts === null) return refused(['not-a-certificate']);
  const reasons: VerdictReason[] = [];
  if (at < facts.notBefore) reasons.push('not-yet-valid');
  if (at > facts.notAfter) reasons.push('expired');
  if (rules.issuers.length > 0 && !rules.issuers.includes(facts.issuerName)) reasons.push('issuer-not-accepted');
  return {
    facts,
    verdict: {
      verdict: reasons.length === 0 ? 'accepted' : 'refused',
      reasons,
      path: [facts.subject, facts.issuer],
      revocation: { state: 'unknown', reason: 'not-checked' },
      expires: facts.notAfter,
      judgeAgainAt: [facts.notBefore, facts.notAfter + 1].find((date) => date > at) ?? null,
    },
  };
}

function refused(reasons: readonly VerdictReason[]): JudgedCertificate {
  const revocation = { state: 'unknown', reason: 'not-checked' } as const;
  return {
    facts: null,
    verdict: { verdict: 'refused', reasons, path: [], revocation, expires: null, judgeAgainAt: null },
  };
}

function factsOf(der: Uint8Array): CertificateFacts | null {
  try {
    const certificate = new X509Certificate(der);
    const notBefore = certificate.validFromDate.getTime();
    const notAfter = certificate.validToDate.getTime();
    if (!Number.isFinite(notBefore) || !Number.isFinite(notAfter)) return null;
    const subject = oneLine(certificate.subject);
    return {
      fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
      subject,
      holder: commonName(certificate.subject) ?? subject,
      issuerName: commonName(certificate.issuer) ?? oneLine(certificate.issuer),
      issuer: oneLine(certificate.issuer),
      serial: certificate.serialNumber.slice(0, 64),
      notBefore,
      notAfter,
      key: keyOf(certificate),
    };
  } catch {
    return null;
  }
}

function keyOf(certificate: X509Certificate): string {
  const key = certificate.publicKey;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const type = (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  return [type, modulusLength ?? namedCurve].filter((part) => part !== undefined).join(' ');
}

/** `CN=Ada Byron, O=Example`, bounded, without control characters. */
function oneLine(name: string | undefined): string {
  return (name ?? '')
    .split('\n')
    .join(', ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .slice(0, MAX_NAME);
}

/** The last CN of a name that Node tells one attribute a line: before the lines are joined, so that no other attribute can pose as one. */
function commonName(name: string | undefined): string | null {
  const line = (name ?? '').split('\n').findLast((each) => each.startsWith('CN='));
  return line === undefined ? null : oneLine(line.slice('CN='.length));
}
