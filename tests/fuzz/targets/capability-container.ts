import { CardError } from '../../../src/core/card/card-error.ts';
import { parseCapabilityContainer } from '../../../src/core/card/piv/capability-container.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'capability-container',
  seeds: () => seedsOf('capability-container'),
  run: (input) => {
    parseCapabilityContainer(input);
  },
  expected: [CardError],
} satisfies FuzzTarget;
