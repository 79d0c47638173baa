import { CardError } from '../../../src/core/card/card-error.ts';
import type { KeyAlgorithm } from '../../../src/core/card/piv/algorithm.ts';
import { parseGeneratedKey } from '../../../src/core/card/piv/public-key.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

const ALGORITHMS: readonly KeyAlgorithm[] = [
  'rsa-1024',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'p-256',
  'p-384',
  'ed25519',
  'x25519',
];

/** A seed's first byte is the algorithm it is for. */
export default {
  name: 'generate-response',
  seeds: () => seedsOf('generate-response'),
  run: (input) => {
    const algorithm = ALGORITHMS[(input[0] ?? 0) % ALGORITHMS.length] ?? 'p-256';
    parseGeneratedKey(input.subarray(1), algorithm);
  },
  expected: [CardError],
} satisfies FuzzTarget;
