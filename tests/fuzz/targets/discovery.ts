import { CardError } from '../../../src/core/card/card-error.ts';
import { parseDiscovery } from '../../../src/core/card/piv/discovery.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'discovery',
  seeds: () => seedsOf('discovery'),
  run: (input) => {
    parseDiscovery(input);
  },
  expected: [CardError],
} satisfies FuzzTarget;
