import { parsePolicy } from '../../../src/core/agent/policy.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'policy-file',
  seeds: () => seedsOf('policy-file'),
  run: (input) => {
    parsePolicy(new TextDecoder().decode(input));
  },
  expected: [],
} satisfies FuzzTarget;
