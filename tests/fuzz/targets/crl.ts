import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { Budget } from '../../../src/core/pki/path/budget.ts';
import { STRICT } from '../../../src/core/pki/path/profile.ts';
import { checkCrls } from '../../../src/core/pki/revocation/crl-check.ts';
import { parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../../src/core/pki/x509/revocation-list.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

const seeds = seedsOf('crl');
const [anchorDer = new Uint8Array(), ...belowDer] = seedsOf('x509');
const anchor = parseCertificate(anchorDer);
const below = belowDer.map(parseCertificate);
const signed = new Set(seeds.map((seed) => Buffer.from(parseRevocationList(seed).tbs).toString('hex')));
const AT = Date.UTC(2026, 5, 1);

export default {
  name: 'crl',
  seeds: () => seeds,
  run: (input) => {
    const list = parseRevocationList(input);
    for (const { serial, issuer } of below) list.find(serial, issuer);
    list.find(Uint8Array.of(7), list.issuer);
    for (const certificate of below) {
      const { state } = checkCrls(certificate, {
        lists: [list],
        at: AT,
        profile: STRICT,
        ageCap: 86_400_000,
        budget: new Budget(),
        signersOf: () => [anchor.key],
      });
      if (state !== 'unknown' && !signed.has(Buffer.from(list.tbs).toString('hex'))) {
        throw new Error(`${state}, though nobody has said so`);
      }
    }
  },
  expected: [DerError],
} satisfies FuzzTarget;
