import { sameOctets } from '../../octets.ts';
import { costOfVerifying, isSignedBy } from '../signature.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { PublicKey } from '../x509/public-key.ts';
import type { CertificatePool, TrustAnchor, TrustStore } from './anchor.ts';
import { type Budget, BudgetExceeded, type BudgetKind } from './budget.ts';
import type { PathFault } from './path-fault.ts';
import { acceptsAlgorithm, acceptsKey } from './profile.ts';
import { faultsOfPath, mayIssue, maySignCertificates, type PathInputs } from './validate-path.ts';

/** Where certificates of issuers come from, beyond the trust store. */
export type Surroundings = {
  readonly store: TrustStore;
  /** What came with the certificate: from the card, or fetched. Not trusted at all. */
  readonly others: CertificatePool;
};

export type FoundPath = {
  readonly anchor: TrustAnchor;
  /** From the certificate that the anchor issued to the one that is judged. */
  readonly certificates: readonly Certificate[];
};

export type Search<Objection> =
  | { readonly found: true; readonly path: FoundPath; readonly accepted: Objection }
  | {
      readonly found: false;
      readonly faults: readonly PathFault[];
      /** The best path that there was: valid but objected to, or complete but faulty; null: none reached an anchor. */
      readonly path: FoundPath | null;
      /** What was held against a valid path; null: no path was valid. */
      readonly objection: Objection | null;
      /** What ran out before all paths had been tried; null: nothing did. */
      readonly exceeded: BudgetKind | null;
    };

/** What is said of a path that is valid by itself: whether its certificates have been revoked. */
export type Consent<Objection> = (path: FoundPath) => { readonly accepted: boolean; readonly said: Objection };

/**
 * Looks for a valid path from the certificate to an anchor (RFC 4158): every certificate whose subject is the issuer's name is
 * tried, those first whose key identifier fits, each only once in a path, and only where its signature holds. The faults that
 * are told are those of the path that came furthest.
 */
export function findPath<Objection>(
  target: Certificate,
  around: Surroundings,
  inputs: PathInputs,
  budget: Budget,
  consent: Consent<Objection>,
): Search<Objection> {
  const search = new PathSearch(around, inputs, budget, consent);
  try {
    const found = search.from([target]);
    if (found !== null) return { found: true, ...found };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    search.exceeded(error.kind);
  }
  return search.failure();
}

/** How far a path came before it failed. */
const RANK = { nowhere: 0, dead: 1, complete: 2, objected: 3 } as const;

class PathSearch<Objection> {
  readonly #around: Surroundings;
  readonly #inputs: PathInputs;
  readonly #budget: Budget;
  readonly #consent: Consent<Objection>;
  /** Whether a certificate is signed by a key: each is asked once. */
  readonly #signatures = new Map<string, boolean>();
  /** By the name of the issuer. */
  readonly #issuers = new Map<string, readonly Certificate[]>();
  #rank: number = RANK.nowhere;
  #faults: readonly PathFault[] = ['issuer-unknown'];
  #path: FoundPath | null = null;
  #objection: Objection | null = null;
  #exceeded: BudgetKind | null = null;

  constructor(around: Surroundings, inputs: PathInputs, budget: Budget, consent: Consent<Objection>) {
    this.#around = around;
    this.#inputs = inputs;
    this.#budget = budget;
    this.#consent = consent;
  }

  /** @param chain from the certificate that is judged upwards */
  from(chain: readonly Certificate[]): { readonly path: FoundPath; readonly accepted: Objection } | null {
    const lowest = chain.at(-1);
    if (lowest === undefined) return null;
    const algorithm = acceptsAlgorithm(this.#inputs.profile, lowest.algorithm);
    if (!algorithm) {
      this.#note(RANK.dead, ['algorithm-refused']);
      return null;
    }
    for (const anchor of byKeyIdentifier(
      lowest,
      this.#around.store.anchorsNamed(lowest.issuer),
      (each) => each.certificate,
    )) {
      this.#budget.spend('steps');
      const found = this.#tryAnchor(chain, lowest, anchor);
      if (found !== null) return found;
    }
    for (const issuer of byKeyIdentifier(lowest, this.#issuersOf(lowest), (each) => each)) {
      this.#budget.spend('steps');
      if (occurs(chain, issuer)) continue;
      if (chain.length >= this.#budget.limits.depth) {
        this.#note(RANK.dead, ['budget-depth']);
        return null;
      }
      const fault = this.#faultOfIssuer(issuer, lowest);
      if (fault !== null) {
        this.#note(RANK.dead, [fault]);
        continue;
      }
      const found = this.from([...chain, issuer]);
      if (found !== null) return found;
    }
    return null;
  }

  failure(): Search<Objection> {
    return {
      found: false,
      faults: this.#faults,
      path: this.#path,
      objection: this.#objection,
      exceeded: this.#exceeded,
    };
  }

  exceeded(kind: BudgetKind): void {
    this.#exceeded = kind;
    this.#rank = RANK.objected;
    this.#objection = null;
    this.#faults = [FAULT_OF_BUDGET[kind]];
  }

  #tryAnchor(
    chain: readonly Certificate[],
    lowest: Certificate,
    anchor: TrustAnchor,
  ): { readonly path: FoundPath; readonly accepted: Objection } | null {
    if (!acceptsKey(this.#inputs.profile, anchor.key.kind)) {
      this.#note(RANK.dead, ['key-refused']);
      return null;
    }
    if (!this.#isSigned(lowest, anchor.key)) {
      this.#note(RANK.dead, ['signature-invalid']);
      return null;
    }
    const path = { anchor, certificates: chain.toReversed() };
    const faults = faultsOfPath(path.certificates, anchor, this.#inputs, this.#budget);
    if (faults.length > 0) {
      this.#note(RANK.complete, faults, path);
      return null;
    }
    const { accepted, said } = this.#consent(path);
    if (accepted) return { path, accepted: said };
    if (this.#rank < RANK.objected) {
      this.#note(RANK.objected, [], path);
      this.#objection = said;
    }
    return null;
  }

  /** What rules an issuer out whatever lies above it; null: nothing yet. */
  #faultOfIssuer(issuer: Certificate, below: Certificate): PathFault | null {
    const { at, profile } = this.#inputs;
    if (!mayIssue(issuer)) return 'issuer-not-ca';
    if (!maySignCertificates(issuer)) return 'issuer-key-usage';
    if (!acceptsKey(profile, issuer.key.kind)) return 'key-refused';
    if (at < issuer.notBefore) return 'issuer-not-yet-valid';
    if (at > issuer.notAfter) return 'issuer-expired';
    return this.#isSigned(below, issuer.key) ? null : 'signature-invalid';
  }

  #issuersOf(certificate: Certificate): readonly Certificate[] {
    const { key } = certificate.issuer;
    const looked = this.#issuers.get(key);
    if (looked !== undefined) return looked;
    const { store, others } = this.#around;
    const known = store.intermediates.named(certificate.issuer);
    const fingerprints = new Set(known.map(({ fingerprint }) => fingerprint));
    const told = others.named(certificate.issuer).filter(({ fingerprint }) => !fingerprints.has(fingerprint));
    const issuers = [...known, ...told];
    this.#issuers.set(key, issuers);
    return issuers;
  }

  #isSigned(certificate: Certificate, key: PublicKey): boolean {
    // The key with its algorithm: the same bits under the name of another curve are another key, and must not answer for it.
    const asked = `${certificate.fingerprint} ${Buffer.from(key.spki).toString('latin1')}`;
    const known = this.#signatures.get(asked);
    if (known !== undefined) return known;
    this.#budget.spend('signatures', costOfVerifying(key, certificate.tbs));
    const signed = isSignedBy(key, certificate.algorithm, certificate.tbs, certificate.signature);
    this.#signatures.set(asked, signed);
    return signed;
  }

  /** The first of those that came as far. */
  #note(rank: number, faults: readonly PathFault[], path: FoundPath | null = null): void {
    if (rank <= this.#rank) return;
    this.#rank = rank;
    this.#faults = faults;
    this.#path = path;
  }
}

const FAULT_OF_BUDGET: Readonly<Record<BudgetKind, PathFault>> = {
  depth: 'budget-depth',
  steps: 'budget-steps',
  signatures: 'budget-signatures',
  nameComparisons: 'budget-names',
  policyNodes: 'budget-policies',
};

/** The same certificate, or another one of the same name and key: with it the path would run in a circle. */
function occurs(chain: readonly Certificate[], issuer: Certificate): boolean {
  return chain.some(
    ({ fingerprint, subject, key }) =>
      fingerprint === issuer.fingerprint ||
      (subject.key === issuer.subject.key && sameOctets(key.spki, issuer.key.spki)),
  );
}

/** Those first whose key is the one that the certificate names: a hint, nothing more (RFC 4158, 3.5.12). */
function byKeyIdentifier<Candidate>(
  certificate: Certificate,
  candidates: readonly Candidate[],
  certificateOf: (candidate: Candidate) => Certificate,
): readonly Candidate[] {
  const wanted = certificate.extensions.authorityKeyIdentifier?.keyIdentifier ?? null;
  if (wanted === null || candidates.length < 2) return candidates;
  const fitting: Candidate[] = [];
  const silent: Candidate[] = [];
  const others: Candidate[] = [];
  for (const candidate of candidates) {
    const has = certificateOf(candidate).extensions.subjectKeyIdentifier;
    (has === null ? silent : sameOctets(has, wanted) ? fitting : others).push(candidate);
  }
  return [...fitting, ...silent, ...others];
}
