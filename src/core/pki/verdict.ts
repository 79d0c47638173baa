/**
 * The word on one certificate: data, with stable reason codes, never a boolean. docs/failure-codes.md lists the reasons.
 * Path and revocation stay open until they are judged: an unknown is never told as good.
 */
export const VERDICT_REASONS = [
  'not-a-certificate',
  'not-yet-valid',
  'expired',
  'issuer-not-accepted',
  'absent',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

export type Revocation =
  | { readonly state: 'good' | 'revoked' }
  | { readonly state: 'unknown'; readonly reason: string }
  | { readonly state: 'stale'; readonly ageSeconds: number };

export type Verdict = {
  readonly verdict: 'accepted' | 'refused';
  readonly reasons: readonly VerdictReason[];
  /** Subject names from the certificate up to its anchor; as far as it was built. */
  readonly path: readonly string[];
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
  /** 'RSA 2048', 'EC prime256v1', 'ED25519'. */
  readonly key: string;
};

export type JudgedCertificate = { readonly facts: CertificateFacts | null; readonly verdict: Verdict };
