import { sameOctets } from '../../octets.ts';
import type { Budget } from '../path/budget.ts';
import { acceptsAlgorithm, type Profile } from '../path/profile.ts';
import { costOfVerifying, isSignedBy } from '../signature.ts';
import type { Certificate } from '../x509/certificate.ts';
import { ALL_REASONS, type DistributionPoint, type PointName } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-name.ts';
import type { Name } from '../x509/name.ts';
import type { PublicKey } from '../x509/public-key.ts';
import type { RevocationList, RevokedEntry } from '../x509/revocation-list.ts';
import { CLOCK_SKEW_MS, type RevocationStatus, type UnknownReason } from './revocation-status.ts';

export type CrlCheck = {
  readonly lists: readonly RevocationList[];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly profile: Profile;
  /** How old a list without nextUpdate may be, in milliseconds. */
  readonly ageCap: number;
  readonly budget: Budget;
  /** The keys that may sign lists of this issuer, each with a valid path to the same anchor; the first that fits is taken. */
  readonly signersOf: (issuer: Name) => Iterable<PublicKey>;
};

/**
 * What revocation lists say of a certificate (RFC 5280, 6.3.3): distribution points, reasons, indirect and delta lists.
 * @param certificate of the path that is judged
 * @throws BudgetExceeded
 */
export function checkCrls(certificate: Certificate, check: CrlCheck): RevocationStatus {
  const points = certificate.extensions.crlDistributionPoints ?? [];
  // What the points do not cover may be covered by a list that the issuer has put elsewhere (6.3.3, last paragraphs).
  const issuerPoint: DistributionPoint = {
    name: { kind: 'full', names: [{ kind: 'directory', name: certificate.issuer }] },
    reasons: null,
    issuer: null,
  };
  const inquiry = new Inquiry(certificate, check);
  for (const point of points) inquiry.consult(point);
  inquiry.consult(issuerPoint);
  return inquiry.status();
}

/** A distribution point, made ready to be held against many lists. */
type AskedPoint = {
  readonly point: DistributionPoint;
  /** Keys of the names that its lists may be issued in. */
  readonly issuers: ReadonlySet<string>;
  readonly names: readonly string[];
};

class Inquiry {
  readonly #certificate: Certificate;
  readonly #check: CrlCheck;
  readonly #candidates: readonly RevocationList[];
  readonly #signed = new Map<RevocationList, UnknownReason | null>();
  #covered = 0;
  #revoked: RevokedEntry | null = null;
  #thisUpdate = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;
  #stale = false;
  #why: UnknownReason = 'no-data';

  constructor(certificate: Certificate, check: CrlCheck) {
    this.#certificate = certificate;
    this.#check = check;
    this.#candidates = this.#newestFirst();
  }

  consult(point: DistributionPoint): void {
    this.#check.budget.spend('nameComparisons', this.#candidates.length);
    const asked = this.#asked(point);
    for (const list of this.#candidates) {
      if (this.#revoked !== null) return;
      const newer = list.thisUpdate > this.#thisUpdate;
      if (this.#covered === ALL_REASONS && !newer) continue;
      const reasons = this.#reasonsOf(list, asked);
      if (reasons === null) continue;
      if ((reasons & ~this.#covered) !== 0) this.#take(list, reasons);
      // Of two lists that say the same, the newer one counts where it revokes, even if its own time is over.
      else if (newer) this.#takeRevocation(list);
    }
  }

  status(): RevocationStatus {
    if (this.#revoked !== null) {
      return { state: 'revoked', source: 'crl', at: this.#revoked.at, reason: this.#revoked.reason };
    }
    if (this.#covered === 0) return { state: 'unknown', reason: this.#why };
    if (this.#covered !== ALL_REASONS) return { state: 'unknown', reason: 'reasons-missing' };
    return {
      state: this.#stale ? 'stale' : 'good',
      source: 'crl',
      thisUpdate: this.#thisUpdate,
      until: this.#until,
    };
  }

  /** Lists that are in force first, the newest of them first. */
  #newestFirst(): readonly RevocationList[] {
    const { lists, at } = this.#check;
    return lists
      .filter(({ deltaBase, thisUpdate }) => deltaBase === null && thisUpdate <= at + CLOCK_SKEW_MS)
      .toSorted((a, b) => Number(this.#isStale(a)) - Number(this.#isStale(b)) || b.thisUpdate - a.thisUpdate);
  }

  #isStale({ nextUpdate, thisUpdate }: RevocationList): boolean {
    const { at, ageCap } = this.#check;
    return at > (nextUpdate ?? thisUpdate + ageCap);
  }

  #take(list: RevocationList, reasons: number): void {
    const fault = this.#faultOf(list);
    if (fault !== null) {
      this.#why = fault;
      return;
    }
    const delta = this.#deltaFor(list);
    const stale = this.#isStale(list) && (delta === null || this.#isStale(delta));
    const entry = this.#entryIn(list, delta);
    // Revoked is revoked, also by a list whose time is over.
    if (entry !== null) {
      this.#revoked = entry;
      return;
    }
    // What it does not say cannot be relied on (5.2, 5.3).
    if (list.unknownCritical || delta?.unknownCritical === true) {
      this.#why = 'not-understood';
      return;
    }
    this.#covered |= reasons;
    if (stale) this.#stale = true;
    this.#thisUpdate = Math.min(this.#thisUpdate, Math.max(list.thisUpdate, delta?.thisUpdate ?? 0));
    const ends = [list, delta].flatMap((each) =>
      each === null ? [] : [each.nextUpdate ?? each.thisUpdate + this.#check.ageCap],
    );
    // A delta carries its base on: the later of the two ends counts.
    const until = Math.max(...ends);
    this.#until = Math.min(this.#until, until);
  }

  #takeRevocation(list: RevocationList): void {
    if (this.#faultOf(list) === null) this.#revoked = this.#entryIn(list, this.#deltaFor(list));
  }

  /** 6.3.3 (i), (j): the delta speaks first. */
  #entryIn(list: RevocationList, delta: RevocationList | null): RevokedEntry | null {
    const { serial, issuer } = this.#certificate;
    const late = delta?.find(serial, issuer) ?? null;
    if (late !== null) return late.reason === 'remove-from-crl' ? null : late;
    const entry = list.find(serial, issuer);
    return entry?.reason === 'remove-from-crl' ? null : entry;
  }

  #asked(point: DistributionPoint): AskedPoint {
    const { issuer } = this.#certificate;
    const issuers = point.issuer === null ? [issuer] : directoryNames(point.issuer);
    const names = point.name === null ? (point.issuer ?? []) : pointNames(point.name, issuers[0] ?? issuer);
    return {
      point,
      issuers: new Set(issuers.map(({ key }) => key)),
      names: names.flatMap((name) => comparable(name) ?? []),
    };
  }

  /** 6.3.3 (b), (d): for which reasons this list speaks of this certificate by way of this point; null: for none. */
  #reasonsOf(list: RevocationList, { point, issuers, names }: AskedPoint): number | null {
    const { extensions } = this.#certificate;
    const idp = list.issuingDistributionPoint;
    if (!issuers.has(list.issuer.key)) return null;
    if (point.issuer !== null && idp?.indirect !== true) return null;
    const all = point.reasons === null ? ALL_REASONS : point.reasons & ALL_REASONS;
    if (idp === null) return all;
    if (idp.onlyAttributeCertificates) return null;
    const ca = extensions.basicConstraints?.ca === true;
    if (ca ? idp.onlyUserCertificates : idp.onlyCaCertificates) return null;
    if (idp.name !== null) {
      // A list that says where it belongs speaks for nobody else.
      const own = ownNames(list, idp.name);
      if (!names.some((name) => own.has(name))) return null;
    }
    return all & (idp.onlySomeReasons ?? ALL_REASONS);
  }

  /** 6.3.3 (c): the newest delta that goes with this list. */
  #deltaFor(list: RevocationList): RevocationList | null {
    if (list.number === null) return null;
    const { number } = list;
    const idp = list.issuingDistributionPoint?.der ?? null;
    const key = list.authorityKeyIdentifier?.keyIdentifier ?? null;
    const { lists, at } = this.#check;
    const fitting = lists.filter(
      (delta) =>
        delta.deltaBase !== null &&
        delta.deltaBase <= number &&
        delta.number !== null &&
        delta.number > number &&
        delta.thisUpdate <= at + CLOCK_SKEW_MS &&
        delta.issuer.key === list.issuer.key &&
        sameOrBothAbsent(delta.issuingDistributionPoint?.der ?? null, idp) &&
        sameOrBothAbsent(delta.authorityKeyIdentifier?.keyIdentifier ?? null, key),
    );
    const newest = fitting.toSorted((a, b) => b.thisUpdate - a.thisUpdate);
    return newest.find((delta) => this.#faultOf(delta) === null) ?? null;
  }

  /** 6.3.3 (f), (g): signed by a key that may, with a valid path; null: nothing is wrong. */
  #faultOf(list: RevocationList): UnknownReason | null {
    const known = this.#signed.get(list);
    if (known !== undefined) return known;
    const fault = this.#isSigned(list) ? null : 'signer-not-trusted';
    this.#signed.set(list, fault);
    return fault;
  }

  #isSigned(list: RevocationList): boolean {
    const { profile, signersOf, budget } = this.#check;
    if (!acceptsAlgorithm(profile, list.algorithm)) return false;
    for (const key of signersOf(list.issuer)) {
      budget.spend('signatures', costOfVerifying(key, list.tbs));
      if (isSignedBy(key, list.algorithm, list.tbs, list.signature)) return true;
    }
    return false;
  }
}

function directoryNames(names: readonly GeneralName[]): readonly Name[] {
  return names.flatMap((name) => (name.kind === 'directory' ? [name.name] : []));
}

function pointNames(name: PointName, issuer: Name): readonly GeneralName[] {
  return name.kind === 'full' ? name.names : [{ kind: 'directory', name: name.below(issuer) }];
}

/** Of each list once: it may name thousands of points, and be held against as many. */
const ownNamesOf = new WeakMap<RevocationList, ReadonlySet<string>>();

function ownNames(list: RevocationList, name: PointName): ReadonlySet<string> {
  const known = ownNamesOf.get(list);
  if (known !== undefined) return known;
  const names = new Set(pointNames(name, list.issuer).flatMap((each) => comparable(each) ?? []));
  ownNamesOf.set(list, names);
  return names;
}

/** Two names of points are the same where this is; null: of no form that names a point. */
function comparable(name: GeneralName): string | null {
  switch (name.kind) {
    case 'directory':
      return `directory ${name.name.key}`;
    case 'uri':
    case 'dns':
    case 'email':
      return `${name.kind} ${name.text}`;
    default:
      return null;
  }
}

function sameOrBothAbsent(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : sameOctets(a, b);
}
