/** Why a certificate was revoked (RFC 5280, 5.3.1), by its number. */
export const REASONS = [
  'unspecified',
  'key-compromise',
  'ca-compromise',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
  'certificate-hold',
  null,
  'remove-from-crl',
  'privilege-withdrawn',
  'aa-compromise',
] as const;
export type RevocationReason = NonNullable<(typeof REASONS)[number]>;
