import { createHash } from 'node:crypto';
import { sameOctets } from '../../octets.ts';
import type { Budget } from '../path/budget.ts';
import { acceptsAlgorithm, acceptsKey, type Profile } from '../path/profile.ts';
import { costOfVerifying, isSignedBy } from '../signature.ts';
import type { Certificate } from '../x509/certificate.ts';
import { KEY_USAGE } from '../x509/extensions.ts';
import type { Name } from '../x509/name.ts';
import { PURPOSE } from '../x509/oids.ts';
import type { PublicKey } from '../x509/public-key.ts';
import { names, type OcspAnswer, type SingleAnswer } from './ocsp.ts';
import { CLOCK_SKEW_MS, type RevocationStatus } from './revocation-status.ts';

export type OcspCheck = {
  readonly answers: readonly OcspAnswer[];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly profile: Profile;
  /** How old an answer without nextUpdate may be, in milliseconds. */
  readonly ageCap: number;
  readonly budget: Budget;
  /** Whether the certificate of a delegated responder is known to be revoked, where it does not say that it need not be asked. */
  readonly isRevoked: (responder: Certificate) => boolean;
};

/**
 * What OCSP answers say of a certificate (RFC 6960, 3.2): signed by its issuer, or by whom the issuer itself has delegated.
 * @param issuer name and key that issued the certificate
 * @throws BudgetExceeded
 */
export function checkOcsp(
  certificate: Certificate,
  issuer: { readonly name: Name; readonly key: PublicKey },
  check: OcspCheck,
): RevocationStatus {
  let best: RevocationStatus = { state: 'unknown', reason: 'no-data' };
  for (const answer of check.answers) {
    check.budget.spend('nameComparisons', answer.singles.length);
    const singles = answer.singles.filter(({ id }) => id !== null && names(id, certificate, issuer.key));
    if (singles.length === 0) continue;
    // Who says two things of one certificate in one answer is believed the worse.
    const status = worst(statusesBy(answer, singles, issuer, check));
    if (status.state === 'revoked') return status;
    if (rank(status) > rank(best)) best = status;
  }
  return best;
}

function statusesBy(
  answer: OcspAnswer,
  singles: readonly SingleAnswer[],
  issuer: { readonly name: Name; readonly key: PublicKey },
  check: OcspCheck,
): readonly RevocationStatus[] {
  if (!isOfIssuer(answer, issuer, check)) return [{ state: 'unknown', reason: 'signer-not-trusted' }];
  return singles.map((single) => statusBy(answer, single, check));
}

function worst(statuses: readonly RevocationStatus[]): RevocationStatus {
  const revoked = statuses.find(({ state }) => state === 'revoked');
  const [first = { state: 'unknown', reason: 'no-data' }, ...others] = statuses;
  return revoked ?? others.reduce((low, status) => (rank(status) < rank(low) ? status : low), first);
}

function statusBy(answer: OcspAnswer, single: SingleAnswer, { at, ageCap }: OcspCheck): RevocationStatus {
  if (single.status.state === 'revoked') {
    return { state: 'revoked', source: 'ocsp', at: single.status.at, reason: single.status.reason };
  }
  if (answer.unknownCritical || single.unknownCritical) return { state: 'unknown', reason: 'not-understood' };
  if (single.status.state === 'unknown') return { state: 'unknown', reason: 'responder-does-not-know' };
  // An answer from tomorrow says nothing of today.
  if (single.thisUpdate > at + CLOCK_SKEW_MS) return { state: 'unknown', reason: 'no-data' };
  const until = single.nextUpdate ?? single.thisUpdate + ageCap;
  return { state: at > until ? 'stale' : 'good', source: 'ocsp', thisUpdate: single.thisUpdate, until };
}

/** 4.2.2.2: the issuer's own key, or one with a certificate that this issuer gave it for just this. */
function isOfIssuer(
  answer: OcspAnswer,
  issuer: { readonly name: Name; readonly key: PublicKey },
  check: OcspCheck,
): boolean {
  if (!acceptsAlgorithm(check.profile, answer.algorithm)) return false;
  if (isResponder(answer, issuer.name, issuer.key) && isSigned(answer, issuer.key, check)) return true;
  return answer.certificates.some(
    (delegate) =>
      isResponder(answer, delegate.subject, delegate.key) &&
      isDelegate(delegate, issuer, check) &&
      isSigned(answer, delegate.key, check),
  );
}

function isResponder({ responder }: OcspAnswer, name: Name, key: PublicKey): boolean {
  if (responder.by === 'name') return responder.name.key === name.key;
  return sameOctets(responder.hash, createHash('sha1').update(key.bits).digest());
}

function isDelegate(
  delegate: Certificate,
  issuer: { readonly name: Name; readonly key: PublicKey },
  { at, profile, budget, isRevoked }: OcspCheck,
): boolean {
  const { extendedKeyUsage, keyUsage, unknownCritical, ocspNoCheck } = delegate.extensions;
  if (delegate.issuer.key !== issuer.name.key) return false;
  if (extendedKeyUsage?.includes(PURPOSE.ocspSigning) !== true) return false;
  if (keyUsage !== null && (keyUsage & KEY_USAGE.digitalSignature) === 0) return false;
  if (unknownCritical.length > 0 || at < delegate.notBefore || at > delegate.notAfter) return false;
  if (!acceptsAlgorithm(profile, delegate.algorithm) || !acceptsKey(profile, delegate.key.kind)) return false;
  budget.spend('signatures', costOfVerifying(issuer.key, delegate.tbs));
  if (!isSignedBy(issuer.key, delegate.algorithm, delegate.tbs, delegate.signature)) return false;
  return ocspNoCheck || !isRevoked(delegate);
}

function isSigned(answer: OcspAnswer, key: PublicKey, { budget }: OcspCheck): boolean {
  budget.spend('signatures', costOfVerifying(key, answer.tbs));
  return isSignedBy(key, answer.algorithm, answer.tbs, answer.signature);
}

/** Which of two words counts: the better known, and of two that are as good the later one. */
function rank(status: RevocationStatus): number {
  switch (status.state) {
    case 'unknown':
      return status.reason === 'no-data' ? 0 : 1;
    case 'stale':
      return 2;
    case 'good':
      return 3 + status.thisUpdate / 1e15;
    case 'revoked':
      return 5;
  }
}
