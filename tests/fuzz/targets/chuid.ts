import { CardError } from '../../../src/core/card/card-error.ts';
import { parseChuid, parseChuidBeginning } from '../../../src/core/card/piv/chuid.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'chuid',
  seeds: () => seedsOf('chuid'),
  run: (input) => {
    parseChuidBeginning(input);
    parseChuid(input);
  },
  expected: [CardError],
} satisfies FuzzTarget;
