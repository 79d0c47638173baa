import { judgeCertificate } from '../../../src/core/pki/certificate-judge.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'certificate',
  seeds: () => seedsOf('certificate'),
  run: (input) => {
    const { facts } = judgeCertificate(input, { issuers: ['Anyone'] }, Date.UTC(2026, 6, 1));
    if (facts !== null && /[\p{Cc}]/u.test(facts.subject + facts.issuer + facts.holder)) {
      throw new Error('a control character of a card reaches the screen');
    }
  },
  expected: [],
} satisfies FuzzTarget;
