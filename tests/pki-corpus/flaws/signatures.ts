import { objectIdentifier, sequence } from '../der.ts';
import { SCHEMES, sha1Scheme } from '../signature-schemes.ts';
import { atEachLevel, type Flaw } from './flaw.ts';

/** Signatures that prove nothing, or not enough. */
export const SIGNATURE_FLAWS: readonly Flaw[] = [
  ...atEachLevel('signature-bit-flipped', (certificate, _chain, random) => {
    certificate.breaks.signature = (signature) => {
      const flipped = signature.slice();
      const at = flipped.length - 1 - random.below(16);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    };
  }),
  ...atEachLevel('signature-empty', (certificate) => {
    certificate.breaks.signature = () => new Uint8Array(0);
  }),
  ...atEachLevel('signature-over-other-bytes', (certificate, _chain, random) => {
    certificate.breaks.signedBytes = (bytes) => {
      const other = bytes.slice();
      const at = 20 + random.below(other.length - 20);
      other[at] = (other[at] ?? 0) ^ 1;
      return other;
    };
  }),
  // The issuer's name and key identifier stay: only the signature tells.
  ...atEachLevel('signature-by-other-key', (certificate, chain) => {
    certificate.issuerKey = chain.spareKey(certificate.issuerKey.kind);
  }),
  ...atEachLevel('algorithm-mismatch', (certificate) => {
    const other = otherIdentifier(certificate.scheme.identifier);
    certificate.breaks.outerAlgorithm = () => other;
  }),
  ...atEachLevel('algorithm-mismatch-inner', (certificate) => {
    const other = otherIdentifier(certificate.scheme.identifier);
    certificate.breaks.innerAlgorithm = () => other;
  }),
  ...atEachLevel('algorithm-of-other-key-kind', (certificate) => {
    const other = SCHEMES[certificate.issuerKey.kind === 'rsa-2048' ? 'p-256' : 'rsa-2048'][0].identifier;
    certificate.breaks.innerAlgorithm = () => other;
    certificate.breaks.outerAlgorithm = () => other;
  }),
  ...atEachLevel('algorithm-unknown', (certificate) => {
    const unknown = sequence(objectIdentifier('1.3.6.1.4.1.32473.9'));
    certificate.breaks.innerAlgorithm = () => unknown;
    certificate.breaks.outerAlgorithm = () => unknown;
  }),
  ...atEachLevel('signature-sha1', (certificate, chain) => {
    const issuer = chain.path[chain.path.indexOf(certificate) - 1] ?? chain.anchor;
    if (issuer.key.kind === 'ed25519') chain.rekey(issuer, chain.spareKey('p-256'));
    certificate.scheme = sha1Scheme(issuer.key.kind) ?? certificate.scheme;
  }),
  ...atEachLevel('key-rsa-1024', (certificate, chain) => chain.rekey(certificate, chain.keys.short)),
  ...atEachLevel('key-explicit-curve', (certificate, chain) => chain.rekey(certificate, chain.keys.explicitCurve)),
];

/** Another algorithm of the same family, so that the mismatch is all that is wrong. */
function otherIdentifier(identifier: Uint8Array): Uint8Array {
  const same = (each: Uint8Array) => Buffer.compare(each, identifier) === 0;
  const family =
    Object.values(SCHEMES).find((schemes) => schemes.length > 1 && schemes.some((each) => same(each.identifier))) ??
    SCHEMES['p-256'];
  return family.find((each) => !same(each.identifier))?.identifier ?? identifier;
}
