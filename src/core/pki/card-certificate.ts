import { factsOf } from './certificate-facts.ts';
import { DerError } from './der/der-error.ts';
import type { TrustStore } from './path/anchor.ts';
import { type CheckedCertificate, judgePath, type PathJudgement } from './path/judge-path.ts';
import type { Profile } from './path/profile.ts';
import type { OcspAnswer } from './revocation/ocsp.ts';
import type { RevocationStatus } from './revocation/revocation-status.ts';
import type { JudgedCertificate, Revocation, Verdict, VerdictReason } from './verdict.ts';
import { type Certificate, CertificateTooLarge, parseCertificate } from './x509/certificate.ts';
import { commonNameOf, nameText } from './x509/name.ts';
import type { RevocationList } from './x509/revocation-list.ts';

/** What an organisation asks of the certificates on its cards. */
export type CardRules = {
  /** Common names of accepted issuers; empty accepts any. */
  readonly issuers: readonly string[];
  readonly profile: Profile;
  /** Identifiers of accepted policies; empty: any. */
  readonly acceptedPolicies: readonly string[];
  readonly requireExplicitPolicy: boolean;
  readonly revocation: {
    /** `required`: what is not known to be good is refused. `when-known`: only what is known to be revoked. */
    readonly mode: 'required' | 'when-known' | 'off';
    /** How long after its end a word that was good still counts, milliseconds. */
    readonly grace: number;
    /** How old a word without an end may be, milliseconds. */
    readonly ageCap: number;
  };
};

/** What there is to judge by; null: no anchors are configured. */
export type CardTrust = {
  readonly store: TrustStore;
  /** Certificates that came along: from other slots of the card, or fetched. Not trusted. */
  readonly others: readonly Certificate[];
  readonly lists: readonly RevocationList[];
  readonly answers: readonly OcspAnswer[];
};

export type CardJudgement = {
  readonly judged: JudgedCertificate;
  /** The path as it was built, for whoever fetches revocation data; null without anchors, or without a certificate. */
  readonly judgement: PathJudgement | null;
};

/**
 * Judges a certificate from a card: path and revocation where anchors are known, otherwise dates and issuer's name alone.
 * @param der null for an empty slot
 * @param at milliseconds since 1970
 */
export function judgeCardCertificate(
  der: Uint8Array | null,
  rules: CardRules,
  trust: CardTrust | null,
  at: number,
): CardJudgement {
  if (der === null) return { judged: refused('absent'), judgement: null };
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { judged: refused(reasonOfUnread(error)), judgement: null };
  }
  if (trust === null) return { judged: judgedByDates(certificate, rules, at), judgement: null };
  const { mode, grace, ageCap } = rules.revocation;
  const judgement = judgePath(certificate, trust.store, trust.others, {
    at,
    profile: rules.profile,
    ...(rules.acceptedPolicies.length > 0 ? { acceptedPolicies: rules.acceptedPolicies } : {}),
    requireExplicitPolicy: rules.requireExplicitPolicy,
    revocation:
      mode === 'off'
        ? null
        : {
            lists: trust.lists,
            answers: trust.answers,
            ageCap,
            tolerates: (status) => mode === 'when-known' || isInGrace(status, at, grace),
          },
  });
  return { judged: judgedByPath(certificate, judgement, rules, at), judgement };
}

/** The word on bytes that the parser would not take. */
export function reasonOfUnread(error: DerError): 'budget-size' | 'not-a-certificate' {
  return error instanceof CertificateTooLarge ? 'budget-size' : 'not-a-certificate';
}

/** The word where whoever judges has failed: closed. */
export function refused(reason: VerdictReason): JudgedCertificate {
  return {
    facts: null,
    verdict: {
      verdict: 'refused',
      reasons: [reason],
      judgedBy: 'dates',
      path: [],
      issuers: [],
      revocation: { state: 'unknown', reason: 'not-checked' },
      expires: null,
      judgeAgainAt: null,
    },
  };
}

function isInGrace(status: RevocationStatus, at: number, grace: number): boolean {
  return status.state === 'stale' && at - status.until <= grace;
}

function judgedByDates(certificate: Certificate, rules: CardRules, at: number): JudgedCertificate {
  const facts = factsOf(certificate);
  const reasons: VerdictReason[] = [];
  if (at < certificate.notBefore) reasons.push('not-yet-valid');
  if (at > certificate.notAfter) reasons.push('expired');
  if (!issuerAccepted(certificate, rules)) reasons.push('issuer-not-accepted');
  return {
    facts,
    verdict: {
      verdict: reasons.length === 0 ? 'accepted' : 'refused',
      reasons,
      judgedBy: 'dates',
      path: [facts.subject, facts.issuer],
      issuers: [],
      revocation: { state: 'unknown', reason: 'not-checked' },
      expires: certificate.notAfter,
      judgeAgainAt: nextOf([certificate.notBefore, certificate.notAfter + 1], at),
    },
  };
}

function judgedByPath(
  certificate: Certificate,
  judgement: PathJudgement,
  rules: CardRules,
  at: number,
): JudgedCertificate {
  const { path, anchor, faults } = judgement;
  const revocation = worstOf(path, at);
  const reasons = new Set<VerdictReason>(faults);
  if (!judgement.accepted && faults.length === 0) reasons.add(reasonOf(path, rules, at));
  if (!issuerAccepted(certificate, rules)) reasons.add('issuer-not-accepted');
  const issuers = path
    .slice(0, -1)
    .toReversed()
    .map((each) => each.certificate);
  const above = anchor === null ? issuers : [...issuers, anchor.certificate];
  return {
    facts: factsOf(certificate),
    verdict: {
      verdict: reasons.size === 0 ? 'accepted' : 'refused',
      reasons: weightiestFirst(reasons),
      judgedBy: 'path',
      path: [certificate, ...above].map(({ subject }) => nameText(subject)),
      issuers: above.map(({ fingerprint, subject, notAfter }) => ({
        fingerprint,
        name: commonNameOf(subject) ?? nameText(subject),
        notAfter,
      })),
      revocation,
      expires: certificate.notAfter,
      judgeAgainAt: nextOf([certificate, ...above].flatMap(datesOf).concat(endsOf(path, rules)), at),
    },
  };
}

const datesOf = ({ notBefore, notAfter }: Certificate) => [notBefore, notAfter + 1];

/** When words on revocation end, and when the grace behind them does. */
function endsOf(path: readonly CheckedCertificate[], { revocation }: CardRules): readonly number[] {
  return path.flatMap(({ revocation: status }) =>
    status.state === 'good' || status.state === 'stale' ? [status.until + 1, status.until + revocation.grace + 1] : [],
  );
}

function nextOf(dates: readonly number[], at: number): number | null {
  const ahead = dates.filter((date) => date > at);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

function issuerAccepted({ issuer }: Certificate, { issuers }: CardRules): boolean {
  return issuers.length === 0 || issuers.includes(commonNameOf(issuer) ?? nameText(issuer));
}

/** Why a path that is valid by itself was not accepted. */
function reasonOf(path: readonly CheckedCertificate[], rules: CardRules, at: number): VerdictReason {
  const revoked = path.findIndex(({ revocation }) => revocation.state === 'revoked');
  if (revoked >= 0) return revoked === path.length - 1 ? 'revoked' : 'issuer-revoked';
  const wanting = path.filter(
    ({ revocation }) => revocation.state !== 'good' && !isInGrace(revocation, at, rules.revocation.grace),
  );
  return wanting.every(({ revocation }) => revocation.state === 'stale') ? 'revocation-stale' : 'revocation-unknown';
}

function worstOf(path: readonly CheckedCertificate[], at: number): Revocation {
  const statuses = path.map(({ revocation }) => revocation);
  const revoked = statuses.find((status) => status.state === 'revoked');
  if (revoked !== undefined) return { state: 'revoked', at: revoked.at, reason: revoked.reason };
  const unknown = statuses.find((status) => status.state === 'unknown');
  if (unknown !== undefined) return unknown;
  const stale = statuses.filter((status) => status.state === 'stale');
  if (stale.length > 0) {
    const asOf = Math.min(...stale.map(({ thisUpdate }) => thisUpdate));
    const until = Math.min(...stale.map((status) => status.until));
    return { state: 'stale', asOf, until, ageSeconds: Math.max(0, Math.round((at - asOf) / 1000)) };
  }
  const good = statuses.filter((status) => status.state === 'good');
  return {
    state: 'good',
    asOf: Math.min(...good.map(({ thisUpdate }) => thisUpdate)),
    until: Math.min(...good.map(({ until }) => until)),
  };
}

/** What a person should hear first where several things are wrong. */
const FIRST: readonly VerdictReason[] = [
  'revoked',
  'issuer-revoked',
  'key-mismatch',
  'expired',
  'not-yet-valid',
  'issuer-not-accepted',
  'issuer-unknown',
];

function weightiestFirst(reasons: ReadonlySet<VerdictReason>): Verdict['reasons'] {
  return [
    ...FIRST.filter((reason) => reasons.has(reason)),
    ...[...reasons].filter((reason) => !FIRST.includes(reason)),
  ];
}
