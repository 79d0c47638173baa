import { CardError } from '../../../src/core/card/card-error.ts';
import { parseCertificateObject } from '../../../src/core/card/piv/certificate-object.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'certificate-object',
  seeds: () => seedsOf('certificate-object'),
  run: (input) => {
    parseCertificateObject(input, 'certificate');
  },
  expected: [CardError],
} satisfies FuzzTarget;
