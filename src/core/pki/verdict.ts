import { PATH_FAULTS } from './path/path-fault.ts';
import type { UnknownReason } from './revocation/revocation-status.ts';
import type { RevocationReason } from './x509/revocation-reason.ts';

/**
 * The word on one certificate: data, with stable reason codes, never a boolean. docs/failure-codes.md says what each means to
 * a person. What has not been looked at is told as such, never as good.
 */
export const VERDICT_REASONS = [
  'absent',
  'not-a-certificate',
  /** Too large to be looked at. */
  'budget-size',
  /** The certificate itself, or one above it, has been revoked. */
  'revoked',
  'issuer-revoked',
  /** The card does not hold the key that the certificate speaks of. */
  'key-mismatch',
  ...PATH_FAULTS,
  /** A valid path, but its issuer is none of those that the organisation names. */
  'issuer-not-accepted',
  'revocation-unknown',
  'revocation-stale',
  /** Whoever judges did not answer. */
  'judge-unavailable',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** What is known of revocation on the whole path: the worst of its certificates. */
export type Revocation =
  /** `asOf`: when the issuer said so; `until`: how long that holds. Milliseconds since 1970. */
  | { readonly state: 'good'; readonly asOf: number; readonly until: number }
  | { readonly state: 'revoked'; readonly at: number; readonly reason: RevocationReason }
  /** Good when it was last told; that is over since `until`. */
  | { readonly state: 'stale'; readonly asOf: number; readonly until: number; readonly ageSeconds: number }
  | { readonly state: 'unknown'; readonly reason: UnknownReason };

/** A certificate above the one that is judged. */
export type IssuerFacts = {
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
};

export type Verdict = {
  readonly verdict: 'accepted' | 'refused';
  /** The weightiest first; empty when it is accepted. */
  readonly reasons: readonly VerdictReason[];
  /** 'dates': no anchors are known, so that nothing but dates and names was looked at. */
  readonly judgedBy: 'path' | 'dates';
  /** Subject names from the certificate up to its anchor; as far as it was built. */
  readonly path: readonly string[];
  /** Those of the path that issued, the nearest first, the anchor last. */
  readonly issuers: readonly IssuerFacts[];
  readonly revocation: Revocation;
  /** When the certificate stops being valid, milliseconds since 1970; null where there is no certificate. */
  readonly expires: number | null;
  /** When the word must be asked anew (a date is reached), milliseconds since 1970; null: never. */
  readonly judgeAgainAt: number | null;
};

/** What an agent shows of a certificate. Names are bounded and printable; they come from a card. */
export type CertificateFacts = {
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly subject: string;
  /** Common name of the subject, or the whole subject where it has none. */
  readonly holder: string;
  readonly issuer: string;
  /** Common name of the issuer, or the whole name where it has none. */
  readonly issuerName: string;
  /** Upper-case hex. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 'RSA 2048', 'EC P-256', 'Ed25519'. */
  readonly key: string;
};

export type JudgedCertificate = { readonly facts: CertificateFacts | null; readonly verdict: Verdict };
