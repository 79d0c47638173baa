import type { SeededRandom } from '../../fuzz/mutation.ts';
import type { CertificateDraft } from '../certificate-writer.ts';
import { element, generalizedTime } from '../der.ts';
import { arguable, atEachLevel, type Flaw, sound } from './flaw.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** Dates, and how they are written (RFC 5280 4.1.2.5). */
export const VALIDITY_FLAWS: readonly Flaw[] = [
  ...atEachLevel('expired', (certificate, { at }, random) => {
    certificate.notAfter = at - someWhile(random);
  }),
  ...atEachLevel('not-yet-valid', (certificate, { at }, random) => {
    certificate.notBefore = at + someWhile(random);
    certificate.notAfter = certificate.notBefore + 300 * DAY_MS;
  }),
  ...atEachLevel('dates-reversed', (certificate) => {
    const { notBefore, notAfter } = certificate;
    certificate.notBefore = notAfter;
    certificate.notAfter = notBefore;
  }),
  // Both dates belong to the period of validity.
  sound('at-not-before', (chain, random) => {
    anyOf(chain.path.slice(1), random).notBefore = chain.at;
  }),
  sound('at-not-after', (chain, random) => {
    anyOf(chain.path.slice(1), random).notAfter = chain.at;
  }),
  sound('valid-beyond-2049', (chain, random) => {
    anyOf(chain.path, random).notAfter = Date.UTC(2050 + random.below(7_950), 11, 31, 23, 59, 59);
  }),
  // RFC 5280 4.1.2.5: "Conforming applications MUST be able to process validity dates that are encoded in either".
  sound('generalized-time-before-2050', (chain, random) => {
    anyOf(chain.path, random).breaks.time = generalizedTime;
  }),
  ...atEachLevel('time-without-seconds', (certificate) => {
    certificate.breaks.time = (at) => element(0x17, Buffer.from(`${utcDigits(at).slice(0, 10)}Z`, 'latin1'));
  }),
  ...atEachLevel('time-with-offset', (certificate) => {
    certificate.breaks.time = (at) => element(0x17, Buffer.from(`${utcDigits(at)}+0000`, 'latin1'));
  }),
  ...atEachLevel('time-with-fraction', (certificate) => {
    certificate.breaks.time = (at) =>
      element(0x18, Buffer.from(`${new Date(at).getUTCFullYear()}${utcDigits(at).slice(2)}.5Z`, 'latin1'));
  }),
  ...atEachLevel('time-of-no-calendar', (certificate) => {
    certificate.breaks.time = (at) => element(0x17, Buffer.from(`${utcDigits(at).slice(0, 2)}1332256161Z`, 'latin1'));
  }),
  // RFC 5280 6.1 asks nothing of an anchor but a name and a key.
  arguable('anchor-expired', (chain, random) => {
    chain.anchor.notAfter = chain.at - someWhile(random);
  }),
];

/** One second, or up to about a year. */
function someWhile(random: SeededRandom): number {
  return random.below(3) === 0 ? SECOND_MS : (1 + random.below(400)) * DAY_MS;
}

function anyOf(certificates: readonly CertificateDraft[], random: SeededRandom): CertificateDraft {
  const one = certificates[random.below(certificates.length)];
  if (one === undefined) throw new RangeError('there is no certificate');
  return one;
}

/** `YYMMDDhhmmss` */
function utcDigits(at: number): string {
  return new Date(at).toISOString().slice(2, 19).replaceAll(/[-T:]/g, '');
}
