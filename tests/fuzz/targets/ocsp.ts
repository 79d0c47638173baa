import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { Budget } from '../../../src/core/pki/path/budget.ts';
import { STRICT } from '../../../src/core/pki/path/profile.ts';
import { type OcspAnswer, parseOcspAnswer } from '../../../src/core/pki/revocation/ocsp.ts';
import { checkOcsp } from '../../../src/core/pki/revocation/ocsp-check.ts';
import { parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

const seeds = seedsOf('ocsp');
const [anchorDer = new Uint8Array(), ...belowDer] = seedsOf('x509');
const anchor = parseCertificate(anchorDer);
const issuer = { name: anchor.subject, key: anchor.key };
const below = belowDer.map(parseCertificate);
const hexOf = ({ tbs }: OcspAnswer) => Buffer.from(tbs).toString('hex');
const signed = new Set(seeds.flatMap((seed) => parseOcspAnswer(seed).answer ?? []).map(hexOf));
const AT = Date.UTC(2026, 5, 1);

export default {
  name: 'ocsp',
  seeds: () => seeds,
  run: (input) => {
    const { answer } = parseOcspAnswer(input);
    if (answer === null) return;
    for (const certificate of below) {
      const { state } = checkOcsp(certificate, issuer, {
        answers: [answer],
        at: AT,
        profile: STRICT,
        ageCap: 86_400_000,
        budget: new Budget(),
        isRevoked: () => false,
      });
      if (state !== 'unknown' && !signed.has(hexOf(answer))) throw new Error(`${state}, though nobody has said so`);
    }
  },
  expected: [DerError],
} satisfies FuzzTarget;
