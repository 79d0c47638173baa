import { sameOctets } from '../../octets.ts';
import type { Budget } from '../path/budget.ts';
import { acceptsAlgorithm, type Profile } from '../path/profile.ts';
import { isSignedBy } from '../signature.ts';
import type { Certificate } from '../x509/certificate.ts';
import { ALL_REASONS, type DistributionPoint, type PointName } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-name.ts';
import type { Name } from '../x509/name.ts';
import type { PublicKey } from '../x509/public-key.ts';
import type { RevocationList, RevokedEntry } from '../x509/revocation-list.ts';
import type { RevocationStatus, UnknownReason } from './revocation-status.ts';

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

class Inquiry {
  readonly #certificate: Certificate;
  readonly #check: CrlCheck;
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
  }

  consult(point: DistributionPoint): void {
    for (const list of this.#newestFirst()) {
      if (this.#covered === ALL_REASONS || this.#revoked !== null) return;
      const reasons = this.#reasonsOf(list, point);
      if (reasons === null || (reasons & ~this.#covered) === 0) continue;
      this.#take(list, reasons);
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
      .filter(({ deltaBase, thisUpdate }) => deltaBase === null && thisUpdate <= at)
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

  /** 6.3.3 (i), (j): the delta speaks first. */
  #entryIn(list: RevocationList, delta: RevocationList | null): RevokedEntry | null {
    const { serial, issuer } = this.#certificate;
    const late = delta?.find(serial, issuer) ?? null;
    if (late !== null) return late.reason === 'remove-from-crl' ? null : late;
    const entry = list.find(serial, issuer);
    return entry?.reason === 'remove-from-crl' ? null : entry;
  }

  /** 6.3.3 (b), (d): for which reasons this list speaks of this certificate by way of this point; null: for none. */
  #reasonsOf(list: RevocationList, point: DistributionPoint): number | null {
    const { issuer, extensions } = this.#certificate;
    const idp = list.issuingDistributionPoint;
    if (point.issuer === null) {
      if (list.issuer.key !== issuer.key) return null;
    } else if (idp?.indirect !== true || !directoryNames(point.issuer).some(({ key }) => key === list.issuer.key)) {
      return null;
    }
    const all = point.reasons === null ? ALL_REASONS : point.reasons & ALL_REASONS;
    if (idp === null) return all;
    if (idp.onlyAttributeCertificates) return null;
    const ca = extensions.basicConstraints?.ca === true;
    if (ca ? idp.onlyUserCertificates : idp.onlyCaCertificates) return null;
    if (idp.name !== null) {
      const own = pointNames(idp.name, list.issuer);
      const wanted =
        point.name === null
          ? (point.issuer ?? [])
          : pointNames(point.name, directoryNames(point.issuer ?? [])[0] ?? issuer);
      // A list that says where it belongs speaks for nobody else.
      if (!own.some((name) => wanted.some((each) => sameName(name, each)))) return null;
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
        delta.thisUpdate <= at &&
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
      budget.spend('signatures');
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

function sameName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directory') return b.kind === 'directory' && a.name.key === b.name.key;
  if (a.kind === 'uri' || a.kind === 'dns' || a.kind === 'email') return b.kind === a.kind && a.text === b.text;
  return false;
}

function sameOrBothAbsent(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : sameOctets(a, b);
}
