import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { trustStore } from '../../../src/core/pki/path/anchor.ts';
import { judgePath } from '../../../src/core/pki/path/judge-path.ts';
import { STRICT } from '../../../src/core/pki/path/profile.ts';
import { parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { commonNameOf, nameText } from '../../../src/core/pki/x509/name.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

/** The first seed is the anchor, the others are certificates below it. */
const seeds = seedsOf('x509');
const issued = new Set(seeds.map((seed) => Buffer.from(seed).toString('hex')));
const [anchor = new Uint8Array(), ...below] = seeds;
const store = trustStore([parseCertificate(anchor)]);
const others = below.map(parseCertificate);
const AT = Date.UTC(2026, 5, 1);

export default {
  name: 'x509',
  seeds: () => seeds,
  run: (input) => {
    const certificate = parseCertificate(input);
    const shown = `${nameText(certificate.subject)}${commonNameOf(certificate.issuer) ?? ''}`;
    if (/\p{Cc}/u.test(shown)) throw new Error('a control character of a card reaches the screen');
    const { accepted } = judgePath(certificate, store, [...others, certificate], {
      at: AT,
      profile: STRICT,
      revocation: null,
    });
    if (accepted && !issued.has(Buffer.from(input).toString('hex')))
      throw new Error('accepted, though nobody issued it');
  },
  expected: [DerError],
} satisfies FuzzTarget;
