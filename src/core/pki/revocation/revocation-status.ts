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

/** Clocks of responders and workstations differ by some minutes: what was said so soon from now has been said. Milliseconds. */
export const CLOCK_SKEW_MS = 5 * 60_000;

export type RevocationSource = 'crl' | 'ocsp';
