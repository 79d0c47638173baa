import { createHash } from 'node:crypto';
import { hexOf, sameOctets } from '../../core/octets.ts';
import { type CardTrust, judgeCardCertificate, refused } from '../../core/pki/card-certificate.ts';
import { DerError } from '../../core/pki/der/der-error.ts';
import { type TrustStore, trustStore } from '../../core/pki/path/anchor.ts';
import { Budget } from '../../core/pki/path/budget.ts';
import type { PathJudgement } from '../../core/pki/path/judge-path.ts';
import { certificateId, names, type OcspAnswer, parseOcspAnswer } from '../../core/pki/revocation/ocsp.ts';
import { checkOcsp } from '../../core/pki/revocation/ocsp-check.ts';
import { CLOCK_SKEW_MS } from '../../core/pki/revocation/revocation-status.ts';
import { isSignedBy } from '../../core/pki/signature.ts';
import { type Certificate, parseCertificate, serialText } from '../../core/pki/x509/certificate.ts';
import type { DistributionPoint } from '../../core/pki/x509/extensions.ts';
import { commonNameOf, type Name, nameText } from '../../core/pki/x509/name.ts';
import type { PublicKey } from '../../core/pki/x509/public-key.ts';
import { parseRevocationList, type RevocationList } from '../../core/pki/x509/revocation-list.ts';
import type {
  Judgement,
  JudgeOrder,
  JudgeReply,
  OcspKey,
  Offered,
  OfferFault,
  RevocationWish,
  Trusted,
  TrustFiles,
} from './judge-messages.ts';
import { systemCertificates } from './trust-files.ts';

/** How many of each are kept; the oldest goes first. A hospital has a handful of issuers, and a shared workstation some hundred cards. */
const MAX_LISTS = 64;
const MAX_ANSWERS = 2_000;
const MAX_MET = 256;
const MAX_FETCHED = 64;
const MAX_ASKED = 2_000;
const MAX_WISHES = 16;

type Issuer = { readonly name: Name; readonly key: PublicKey };

/**
 * Judges certificates, and keeps what they are judged by: anchors, intermediates, revocation lists and OCSP answers, parsed once
 * and believed only after their signature has been verified. Lives in a thread of its own: nothing here is in a hurry.
 */
export class Judge {
  #store: TrustStore | null = null;
  /** Issuers met on valid paths: they may have signed lists. */
  readonly #met = new Map<string, Certificate>();
  /** Certificates that were fetched. They help to build paths; anybody's may be among them. */
  readonly #fetched = new Map<string, Certificate>();
  readonly #lists = new Map<string, RevocationList>();
  readonly #answers = new Map<string, OcspAnswer>();
  /** What OCSP was asked about: an answer is checked against it before it is kept. */
  readonly #asked = new Map<string, { readonly certificate: Certificate; readonly issuer: Issuer }>();

  answer(order: JudgeOrder): JudgeReply {
    switch (order.type) {
      case 'trust':
        return { type: 'trusted', id: order.id, ...this.#trust(order.trust) };
      case 'judge':
        return { type: 'judged', id: order.id, ...this.#judge(order) };
      case 'offer-list':
        return { type: 'offered', id: order.id, offered: orFault(() => this.#offerList(order)) };
      case 'offer-answer':
        return { type: 'offered', id: order.id, offered: orFault(() => this.#offerAnswer(order)) };
      case 'offer-certificate':
        return { type: 'offered', id: order.id, offered: orFault(() => this.#offerCertificate(order.der)) };
    }
  }

  #trust(trust: TrustFiles): Trusted {
    const anchors = trust.anchors.map(certificateOf);
    const intermediates = trust.intermediates.map(certificateOf);
    const { system, systemFault } = trust.system ? systemAnchors() : { system: [], systemFault: null };
    const known = [...anchors, ...system.map(certificateOf)].filter((each) => each !== null);
    const between = intermediates.filter((each) => each !== null);
    // Without a single usable anchor nothing is trusted; that is not the same as nothing being asked for.
    this.#store = trustStore(known, between);
    // Whom an earlier anchor vouched for is met anew, or not at all.
    this.#met.clear();
    return {
      certificates: [...known, ...between].map(({ fingerprint, subject, notAfter }) => ({
        fingerprint,
        name: commonNameOf(subject) ?? nameText(subject),
        notAfter,
      })),
      malformed: { anchors: placesOfNull(anchors), intermediates: placesOfNull(intermediates) },
      systemFault,
    };
  }

  #judge({ der, others, rules, at }: Extract<JudgeOrder, { type: 'judge' }>): Judgement {
    if (this.#store === null) return { judged: refused('judge-unavailable'), wishes: [] };
    const trust: CardTrust = {
      store: this.#store,
      others: [...this.#met.values(), ...this.#fetched.values(), ...parseAll(others)],
      lists: [...this.#lists.values()],
      answers: [...this.#answers.values()],
    };
    const { judged, judgement } = judgeCardCertificate(der, rules, trust, at);
    if (judgement === null) return { judged, wishes: [] };
    this.#meet(judgement);
    return { judged, wishes: this.#wishesOf(judgement).slice(0, MAX_WISHES) };
  }

  /** Only where the path is valid, and nobody on it is known to be revoked. */
  #meet({ anchor, faults, path }: PathJudgement): void {
    if (anchor === null || faults.length > 0 || path.some(({ revocation }) => revocation.state === 'revoked')) return;
    for (const { certificate } of path.slice(0, -1)) keep(this.#met, certificate.fingerprint, certificate, MAX_MET);
  }

  #wishesOf({ path, anchor }: PathJudgement): readonly RevocationWish[] {
    // Of what nobody vouches for nothing is asked but who issued it: nobody here could believe more.
    if (anchor === null) {
      const [{ certificate } = { certificate: null }] = path;
      const urls = webAddresses(certificate?.extensions.authorityInfoAccess?.caIssuers ?? []);
      return urls.map((url) => ({ kind: 'certificate', url }));
    }
    const wishes: RevocationWish[] = [];
    let issuer: Issuer = anchor;
    for (const { certificate } of path) {
      const { crlDistributionPoints, freshestCrl, authorityInfoAccess } = certificate.extensions;
      for (const url of [...addressesOf(crlDistributionPoints), ...addressesOf(freshestCrl)])
        wishes.push({ kind: 'crl', url });
      const [ocsp] = webAddresses(authorityInfoAccess?.ocsp ?? []);
      if (ocsp !== undefined) {
        const key = ocspKey(certificate, issuer);
        keep(this.#asked, nameOf(key), { certificate, issuer }, MAX_ASKED);
        wishes.push({ kind: 'ocsp', url: ocsp, key, id: certificateId(certificate, issuer.key) });
      }
      issuer = { name: certificate.subject, key: certificate.key };
    }
    return wishes;
  }

  #offerList({ url, der, rules, at }: Extract<JudgeOrder, { type: 'offer-list' }>): Offered {
    const list = parseRevocationList(der);
    const { thisUpdate, nextUpdate } = list;
    const isOver = (each: RevocationList) =>
      at > (each.nextUpdate ?? each.thisUpdate + rules.revocation.ageCap) + rules.revocation.grace;
    const before = this.#lists.get(url);
    const isNew = before === undefined || Buffer.compare(before.der, list.der) !== 0;
    // What nobody here trusts any more stands in nobody's way.
    if (before !== undefined && isNew && this.#isTrustedList(before)) {
      if (isOlder(list, before)) return fault('older');
      // Whoever sits on the way could serve one list in the place of another, and so have the other forgotten.
      if (!isOfSameKind(list, before) && !isOver(before)) return fault('other-list');
    }
    if (!this.#isTrustedList(list)) return fault('signer-not-trusted');
    // A list from tomorrow says nothing of today; but it says that today is over.
    if (thisUpdate > at + CLOCK_SKEW_MS) return { ok: false, why: 'not-yet', thisUpdate };
    keep(this.#lists, url, list, MAX_LISTS);
    return isOver(list)
      ? { ok: false, why: 'over', proves: null }
      : { ok: true, thisUpdate, nextUpdate, isNew, proves: null };
  }

  /** Signed by a key that an issuer of this name has here: what nobody here could have signed is not kept in place of what is. */
  #isTrustedList(list: RevocationList): boolean {
    const keys: PublicKey[] = [];
    for (const anchor of this.#store?.anchorsNamed(list.issuer) ?? []) keys.push(anchor.key);
    for (const certificate of this.#store?.intermediates.named(list.issuer) ?? []) keys.push(certificate.key);
    for (const certificate of this.#met.values())
      if (certificate.subject.key === list.issuer.key) keys.push(certificate.key);
    return keys.some((key) => isSignedBy(key, list.algorithm, list.tbs, list.signature));
  }

  #offerAnswer({ key, der, nonce, rules, at }: Extract<JudgeOrder, { type: 'offer-answer' }>): Offered {
    const asked = this.#asked.get(nameOf(key));
    if (asked === undefined) return fault('other-certificate');
    const parsed = parseOcspAnswer(der);
    if (parsed.answer === null) return fault('responder-refused');
    const { answer } = parsed;
    // A responder that knows no nonces leaves it out; one that sends another has sent an old answer.
    if (nonce !== null && answer.nonce !== null && Buffer.compare(answer.nonce, nonce) !== 0)
      return fault('nonce-replayed');
    const { certificate, issuer } = asked;
    const isAbout = ({ id }: OcspAnswer['singles'][number]) => id !== null && names(id, certificate, issuer.key);
    const single = answer.singles.find(isAbout);
    if (single === undefined) return fault('other-certificate');
    const { thisUpdate, nextUpdate } = single;
    const proves = nonce !== null && answer.nonce !== null ? answer.producedAt : null;
    const status = checkOcsp(certificate, issuer, {
      answers: [answer],
      // It is believed to be told by now: whether its time has come is asked below.
      at: Math.max(at, thisUpdate),
      profile: rules.profile,
      ageCap: rules.revocation.ageCap,
      budget: new Budget(),
      // Asked again, with all the lists, whenever the path is judged.
      isRevoked: () => false,
    });
    switch (status.state) {
      case 'unknown':
        return fault(
          status.reason === 'responder-does-not-know'
            ? 'responder-does-not-know'
            : status.reason === 'no-data'
              ? 'other-certificate'
              : 'signer-not-trusted',
        );
      case 'stale': {
        if (at > status.until + rules.revocation.grace) return { ok: false, why: 'over', proves };
        break;
      }
      case 'good':
      case 'revoked':
        break;
    }
    const before = this.#answers.get(nameOf(key));
    const beforeThat = before?.singles.find(isAbout);
    if (beforeThat !== undefined && beforeThat.thisUpdate > thisUpdate) return fault('older');
    if (thisUpdate > at + CLOCK_SKEW_MS) return { ok: false, why: 'not-yet', thisUpdate };
    keep(this.#answers, nameOf(key), answer, MAX_ANSWERS);
    const isNew = before === undefined || !sameOctets(before.der, answer.der);
    return { ok: true, thisUpdate, nextUpdate, isNew, proves };
  }

  #offerCertificate(der: Uint8Array): Offered {
    const certificate = parseCertificate(der);
    const isNew = !this.#fetched.has(certificate.fingerprint);
    keep(this.#fetched, certificate.fingerprint, certificate, MAX_FETCHED);
    return { ok: true, thisUpdate: certificate.notBefore, nextUpdate: certificate.notAfter, isNew, proves: null };
  }
}

const fault = (why: OfferFault): Offered => ({ ok: false, why });

function orFault(work: () => Offered): Offered {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return fault('malformed');
  }
}

function systemAnchors(): { readonly system: readonly Uint8Array[]; readonly systemFault: string | null } {
  try {
    return { system: systemCertificates(), systemFault: null };
  } catch (error) {
    return { system: [], systemFault: error instanceof Error ? error.message : String(error) };
  }
}

/** null where it is malformed: each certificate counts for itself. */
function certificateOf(der: Uint8Array): Certificate | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return null;
  }
}

const parseAll = (ders: readonly Uint8Array[]) => ders.map(certificateOf).filter((each) => each !== null);

const placesOfNull = (all: ReadonlyArray<Certificate | null>) =>
  all.flatMap((each, place) => (each === null ? [place] : []));

/** RFC 5280, 5.2.3: numbers grow; where there are none, dates do. */
function isOlder(list: RevocationList, before: RevocationList): boolean {
  if (list.issuer.key !== before.issuer.key) return false;
  if (list.number !== null && before.number !== null && list.number !== before.number)
    return list.number < before.number;
  return list.thisUpdate < before.thisUpdate;
}

/** Of one issuer, and for the same certificates: a delta is not what it adds to, nor one part of a list another part. */
function isOfSameKind(list: RevocationList, before: RevocationList): boolean {
  const [point, pointBefore] = [list, before].map((each) => each.issuingDistributionPoint?.der ?? null);
  const samePoint = point == null || pointBefore == null ? point === pointBefore : sameOctets(point, pointBefore);
  return (
    samePoint && list.issuer.key === before.issuer.key && (list.deltaBase === null) === (before.deltaBase === null)
  );
}

function ocspKey(certificate: Certificate, issuer: Issuer): OcspKey {
  const hash = createHash('sha256').update(issuer.name.der).update(issuer.key.spki).digest();
  return { issuer: hexOf(hash), serial: serialText(certificate.serial).toLowerCase() };
}

const nameOf = ({ issuer, serial }: OcspKey) => `${issuer} ${serial}`;

function addressesOf(points: readonly DistributionPoint[] | null): readonly string[] {
  return webAddresses(
    (points ?? []).flatMap(({ name }) =>
      name?.kind === 'full' ? name.names.flatMap((each) => (each.kind === 'uri' ? [each.text] : [])) : [],
    ),
  );
}

const webAddresses = (addresses: readonly string[]) =>
  addresses.filter((address) => /^https?:\/\//i.test(address) && address.length <= 2_048).slice(0, 4);

function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
