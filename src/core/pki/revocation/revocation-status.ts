import type { RevocationReason } from '../x509/revocation-reason.ts';

/** Why nothing is known. Stable: documents and settings speak of them. */
export const UNKNOWN_REASONS = [
  'not-checked',
  'no-source',
  'no-data',
  'signer-not-trusted',
  'not-understood',
  'reasons-missing',
  'responder-does-not-know',
  'clock-turned-back',
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** What is known of one certificate. Never a boolean: what is not known is not good. */
export type RevocationStatus =
  | {
      readonly state: 'good';
      readonly source: RevocationSource;
      readonly thisUpdate: number;
      readonly until: number;
    }
  | {
      readonly state: 'revoked';
      readonly source: RevocationSource;
      readonly at: number;
      readonly reason: RevocationReason;
    }
  /** Good when it was last told, but that is over. */
  | {
      readonly state: 'stale';
      readonly source: RevocationSource;
      readonly thisUpdate: number;
      readonly until: number;
    }
  | { readonly state: 'unknown'; readonly reason: UnknownReason };

export type RevocationSource = 'crl' | 'ocsp';
