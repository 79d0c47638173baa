import { CardError } from '../../../src/core/card/card-error.ts';
import { parseKeyHistory } from '../../../src/core/card/piv/key-history.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'key-history',
  seeds: () => seedsOf('key-history'),
  run: (input) => {
    parseKeyHistory(input);
  },
  expected: [CardError],
} satisfies FuzzTarget;
