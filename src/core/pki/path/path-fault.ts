/** What is wrong with a path. Stable: docs/failure-codes.md and `wardkey cert check` tell them. */
export const PATH_FAULTS = [
  'not-yet-valid',
  'expired',
  'issuer-not-yet-valid',
  'issuer-expired',
  'issuer-unknown',
  'signature-invalid',
  'algorithm-refused',
  'key-refused',
  'issuer-not-ca',
  'path-too-long',
  'issuer-key-usage',
  'purpose-missing',
  'name-constraints',
  'policy-missing',
  'unknown-critical-extension',
  'budget-depth',
  'budget-steps',
  'budget-signatures',
  'budget-names',
  'budget-policies',
] as const;
export type PathFault = (typeof PATH_FAULTS)[number];
