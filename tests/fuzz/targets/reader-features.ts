import { parseFeatures } from '../../../src/native/pcsc/features.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'reader-features',
  seeds: () => seedsOf('reader-features'),
  run: (input) => {
    parseFeatures(input);
  },
  expected: [],
} satisfies FuzzTarget;
