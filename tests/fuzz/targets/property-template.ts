import { CardError } from '../../../src/core/card/card-error.ts';
import { parseApplicationProperties } from '../../../src/core/card/piv/application.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'property-template',
  seeds: () => seedsOf('property-template'),
  run: (input) => {
    parseApplicationProperties(input);
  },
  expected: [CardError],
} satisfies FuzzTarget;
