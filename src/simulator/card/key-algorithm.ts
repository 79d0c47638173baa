/**
 * Key types with their algorithm identifiers: SP 800-78-5 table 6-2 for 05 06 07 11 14; 16 (RSA 4096), E0 and E1 are the
 * numbers that vendors with these keys agree on.
 */
export const ALGORITHM_IDENTIFIER = {
  rsa1024: 0x06,
  rsa2048: 0x07,
  rsa3072: 0x05,
  rsa4096: 0x16,
  p256: 0x11,
  p384: 0x14,
  ed25519: 0xe0,
  x25519: 0xe1,
} as const;

export type KeyAlgorithm = keyof typeof ALGORITHM_IDENTIFIER;

export const KEY_ALGORITHMS = [
  'rsa1024',
  'rsa2048',
  'rsa3072',
  'rsa4096',
  'p256',
  'p384',
  'ed25519',
  'x25519',
] as const satisfies readonly KeyAlgorithm[];

export function algorithmOf(identifier: number): KeyAlgorithm | null {
  return KEY_ALGORITHMS.find((algorithm) => ALGORITHM_IDENTIFIER[algorithm] === identifier) ?? null;
}

export const RSA_BITS = { rsa1024: 1024, rsa2048: 2048, rsa3072: 3072, rsa4096: 4096 } as const;

export type RsaAlgorithm = keyof typeof RSA_BITS;

export function isRsa(algorithm: KeyAlgorithm): algorithm is RsaAlgorithm {
  return algorithm in RSA_BITS;
}
