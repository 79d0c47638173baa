import { rulesFor } from '../../../src/core/agent/certificate-rules.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { judgeCardCertificate } from '../../../src/core/pki/card-certificate.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'certificate',
  seeds: () => seedsOf('certificate'),
  run: (input) => {
    const { judged } = judgeCardCertificate(input, rulesFor(DEFAULT_POLICY, '9A'), null, Date.UTC(2026, 6, 1));
    const { facts } = judged;
    if (facts !== null && /[\p{Cc}]/u.test(facts.subject + facts.issuer + facts.holder)) {
      throw new Error('a control character of a card reaches the screen');
    }
  },
  expected: [],
} satisfies FuzzTarget;
