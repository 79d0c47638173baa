import { SeededRandom } from '../fuzz/mutation.ts';
import { type CertificateDraft, writeCertificate } from './certificate-writer.ts';
import { ChainDraft } from './chain-draft.ts';
import { FLAWS } from './flaws/all-flaws.ts';
import type { Deserved, Flaw } from './flaws/flaw.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';

const MOST_INTERMEDIATES = 4;

/** A chain and the question that is asked of it. */
export type CorpusCase = {
  /** Number and flaw; the same for the same seed. */
  readonly id: string;
  /** The one thing that is wrong; begins with `none` where nothing is. */
  readonly flaw: string;
  readonly deserved: Deserved;
  /** What signs the certificates below the anchor, such as `ecdsa-sha512 by p-521`. */
  readonly signedBy: ReadonlySet<string>;
  readonly leaf: Uint8Array;
  /** In no order, perhaps with some that belong to no path. */
  readonly intermediates: readonly Uint8Array[];
  /** Self-signed; may be none. */
  readonly anchors: readonly Uint8Array[];
  /** Milliseconds since 1970, whole seconds. */
  readonly at: number;
  /** The caller asks for a valid policy (RFC 5280 6.1.1 e). */
  readonly explicitPolicy: boolean;
  /** The policies that the caller takes (RFC 5280 6.1.1 c), dotted; undefined: any. */
  readonly acceptablePolicies: readonly string[] | undefined;
};

/**
 * Chains over RSA, P-256, P-384, P-521 and Ed25519 with one to four intermediates, each with exactly one flaw or none. All flaws
 * come round in turn. The same seed chooses the same structures, names and dates; only the keys, and with them the signatures
 * and key identifiers, are of this process.
 */
export async function generateCorpus(seed: number, count: number): Promise<readonly CorpusCase[]> {
  const keys = await signingKeys();
  return Array.from({ length: count }, (_, number) => {
    const flaw = FLAWS[number % FLAWS.length];
    if (flaw === undefined) throw new RangeError('there are no flaws');
    // A generator for each case: a case stays the same however many there are.
    return generateCase(keys, new SeededRandom(seed + Math.imul(number + 1, 0x9e3779b1)), flaw, number);
  });
}

function generateCase(keys: SigningKeys, random: SeededRandom, flaw: Flaw, number: number): CorpusCase {
  const least = flaw.depth ?? 1;
  const chain = new ChainDraft(keys, random, least + random.below(MOST_INTERMEDIATES - least + 1));
  flaw.apply(chain, random);
  const given = (certificates: readonly CertificateDraft[]) =>
    shuffled(
      certificates.filter((each) => !chain.withheld.has(each)),
      random,
    );
  // An anchor that is offered as an intermediate too is withheld from the anchors only.
  const offered = [...chain.intermediates.filter((each) => !chain.withheld.has(each)), ...chain.otherIntermediates];
  return {
    id: `${number}-${flaw.name}`,
    flaw: flaw.name,
    deserved: flaw.deserved,
    signedBy: new Set(chain.path.slice(1).map(({ scheme, issuerKey }) => `${scheme.name} by ${issuerKey.kind}`)),
    leaf: writeCertificate(chain.leaf),
    intermediates: shuffled(offered, random).map(writeCertificate),
    anchors: given([chain.anchor, ...chain.otherAnchors]).map(writeCertificate),
    at: chain.at,
    explicitPolicy: chain.explicitPolicy,
    acceptablePolicies: chain.acceptablePolicies,
  };
}

function shuffled<T>(list: readonly T[], random: SeededRandom): readonly T[] {
  const places = list.map((each) => ({ each, place: random.next() }));
  return places.toSorted((a, b) => a.place - b.place).map(({ each }) => each);
}
