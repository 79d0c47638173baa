import type { CertificateDraft } from '../certificate-writer.ts';
import { type ChainDraft, drop } from '../chain-draft.ts';
import { OID } from '../extensions.ts';
import { type Flaw, sound, wrong } from './flaw.ts';

const DAY_MS = 86_400_000;

/** What the judge is given to build a path from: too little, more than one path, circles. */
export const PATH_BUILDING_FLAWS: readonly Flaw[] = [
  wrong('missing-anchor', (chain) => {
    chain.withheld.add(chain.anchor);
    chain.otherAnchors.push(chain.otherRoot('Other Trust'));
  }),
  wrong('no-anchors', (chain) => {
    chain.withheld.add(chain.anchor);
  }),
  wrong('anchor-only-offered', (chain) => {
    // The root is at hand, but nobody trusts it.
    chain.withheld.add(chain.anchor);
    chain.otherIntermediates.push(chain.anchor);
    chain.otherAnchors.push(chain.otherRoot('Other Trust'));
  }),
  wrong('missing-intermediate', (chain) => {
    chain.withheld.add(chain.someIntermediate());
  }),
  wrong('anchor-of-same-name', (chain) => {
    chain.withheld.add(chain.anchor);
    chain.otherAnchors.push(sameNameOtherKey(chain, chain.anchor));
  }),
  wrong('intermediate-of-same-name', (chain) => {
    // With the key identifiers of the one that it stands in for.
    const wanted = chain.someIntermediate();
    chain.withheld.add(wanted);
    const stand = chain.copy(wanted);
    stand.key = chain.spareKey(wanted.key.kind);
    chain.otherIntermediates.push(stand);
  }),
  wrong('self-signed-leaf', (chain) => {
    const { leaf } = chain;
    leaf.issuer = leaf.subject;
    chain.signBy(leaf, leaf);
  }),

  sound('unrelated-offered', (chain) => {
    const stranger = chain.otherRoot('Other Trust');
    chain.otherAnchors.push(stranger);
    chain.otherIntermediates.push(chain.crossCertificate(chain.otherRoot('Third Trust'), stranger));
  }),
  sound('root-offered', (chain) => {
    chain.otherIntermediates.push(chain.anchor);
  }),
  sound('leaf-offered', (chain) => {
    chain.otherIntermediates.push(chain.leaf);
  }),
  sound('anchors-of-one-name', (chain) => {
    chain.otherAnchors.push(sameNameOtherKey(chain, chain.anchor), sameNameOtherKey(chain, chain.anchor));
  }),
  sound('anchors-of-one-name-without-identifiers', (chain) => {
    withoutIdentifiers(chain);
    chain.otherAnchors.push(sameNameOtherKey(chain, chain.anchor), sameNameOtherKey(chain, chain.anchor));
  }),
  sound('intermediates-of-one-name', (chain) => {
    chain.otherIntermediates.push(sameNameOtherKey(chain, chain.someIntermediate()));
  }),
  sound('intermediates-of-one-name-without-identifiers', (chain) => {
    withoutIdentifiers(chain);
    const one = chain.someIntermediate();
    chain.otherIntermediates.push(sameNameOtherKey(chain, one), sameNameOtherKey(chain, one));
  }),
  sound('expired-twin', (chain) => {
    const twin = chain.copy(chain.someIntermediate());
    twin.notBefore = chain.at - 800 * DAY_MS;
    twin.notAfter = chain.at - DAY_MS;
    chain.otherIntermediates.push(twin);
  }),
  sound('badly-signed-twin', (chain) => {
    const twin = chain.copy(chain.someIntermediate());
    twin.notAfter += 400 * DAY_MS;
    twin.breaks.signedBytes = () => Uint8Array.of(0);
    chain.otherIntermediates.push(twin);
  }),
  sound('cross-certified-by-untrusted', (chain) => {
    // The same intermediate also hangs below a root that nobody trusts.
    const stranger = chain.otherRoot('Other Trust');
    chain.otherIntermediates.push(stranger, longLived(chain.crossCertificate(chain.someIntermediate(), stranger)));
  }),
  sound('cross-certified-only-other-works', (chain) => {
    // The chain's own root is not trusted; another that certified the top intermediate is.
    const other = chain.otherRoot('Other Trust');
    const top = top1(chain);
    chain.withheld.add(chain.anchor);
    chain.otherAnchors.push(other);
    chain.otherIntermediates.push(chain.crossCertificate(top, other));
  }),
  sound('cross-certified-anchor', (chain) => {
    // The chain's own root is not trusted, but certified by one that is.
    const other = chain.otherRoot('Other Trust');
    chain.withheld.add(chain.anchor);
    chain.otherAnchors.push(other);
    chain.otherIntermediates.push(chain.crossCertificate(chain.anchor, other));
  }),
  sound('cross-certified-anchors-one-expired', (chain) => {
    const other = chain.otherRoot('Other Trust');
    const cross = chain.crossCertificate(top1(chain), other);
    chain.otherAnchors.push(other);
    chain.otherIntermediates.push(cross);
    cross.notAfter = chain.at - DAY_MS;
    cross.notBefore = chain.at - 900 * DAY_MS;
  }),
  sound('loop-with-way-out', (chain) => {
    loop(chain);
  }),
  wrong('loop-without-way-out', (chain) => {
    loop(chain);
    chain.withheld.add(top1(chain));
  }),
  wrong('loop-of-three-without-way-out', (chain) => {
    const top = top1(chain);
    const [second, third] = [chain.otherRoot('Second Trust'), chain.otherRoot('Third Trust')];
    chain.otherIntermediates.push(
      chain.crossCertificate(top, second),
      chain.crossCertificate(second, third),
      chain.crossCertificate(third, top),
    );
    chain.withheld.add(top);
  }),
];

/** The intermediate below the anchor, and a stranger, certify each other. */
function loop(chain: ChainDraft): void {
  const top = top1(chain);
  const stranger = chain.otherRoot('Other Trust');
  chain.otherIntermediates.push(
    chain.crossCertificate(top, stranger),
    longLived(chain.crossCertificate(stranger, top)),
  );
}

function top1(chain: ChainDraft): CertificateDraft {
  const [top] = chain.intermediates;
  if (top === undefined) throw new RangeError('needs an intermediate');
  return top;
}

/** A judge that prefers what lives longer must come back from it. */
function longLived(certificate: CertificateDraft): CertificateDraft {
  certificate.notAfter += 4_000 * DAY_MS;
  return certificate;
}

function sameNameOtherKey(chain: ChainDraft, certificate: CertificateDraft): CertificateDraft {
  const twin = chain.copy(certificate);
  const rekeyed = chain.otherRoot('Twin');
  twin.key = rekeyed.key;
  twin.extensions = twin.extensions.map((each) =>
    each.oid === OID.subjectKeyIdentifier ? (rekeyed.extensions.find(({ oid }) => oid === each.oid) ?? each) : each,
  );
  if (certificate === chain.anchor) {
    twin.issuerKey = twin.key;
    twin.scheme = rekeyed.scheme;
  }
  return twin;
}

function withoutIdentifiers(chain: ChainDraft): void {
  for (const each of chain.path) drop(each, OID.subjectKeyIdentifier, OID.authorityKeyIdentifier);
}
