import { createHash } from 'node:crypto';
import { hexOf } from '../../core/octets.ts';
import { type CardTrust, judgeCardCertificate, refused } from '../../core/pki/card-certificate.ts';
import { DerError } from '../../core/pki/der/der-error.ts';
import { type TrustStore, trustStore } from '../../core/pki/path/anchor.ts';
import { Budget } from '../../core/pki/path/budget.ts';
import type { PathJudgement } from '../../core/pki/path/judge-path.ts';
import { certificateId, type OcspAnswer, parseOcspAnswer } from '../../core/pki/revocation/ocsp.ts';
import { checkOcsp } from '../../core/pki/revocation/ocsp-check.ts';
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
  TrustedCertificate,
  TrustFiles,
} from './judge-messages.ts';

/** How many of each are kept; the oldest goes first. A hospital has a handful of issuers, and a shared workstation some hundred cards. */
const MAX_LISTS = 64;
const MAX_ANSWERS = 2_000;
const MAX_SEEN_ISSUERS = 256;
const MAX_ASKED = 2_000;
const MAX_WISHES = 16;

type Issuer = { readonly name: Name; readonly key: PublicKey };

/**
 * Judges certificates, and keeps what they are judged by: anchors, intermediates, revocation lists and OCSP answers, parsed once
 * and believed only after their signature has been verified. Lives in a thread of its own: nothing here is in a hurry.
 */
export class Judge {
  #store: TrustStore | null = null;
  /** Issuers met on valid paths, and those that were fetched: they may have signed lists. */
  readonly #seen = new Map<string, Certificate>();
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

  #trust({ anchors, intermediates }: TrustFiles): {
    readonly certificates: readonly TrustedCertificate[];
    readonly malformed: number;
  } {
    const parsed = { anchors: parseAll(anchors), intermediates: parseAll(intermediates) };
    // Without a single usable anchor nothing is trusted; that is not the same as nothing being asked for.
    this.#store = trustStore(parsed.anchors, parsed.intermediates);
    const all = [...parsed.anchors, ...parsed.intermediates];
    return {
      certificates: all.map(({ fingerprint, subject, notAfter }) => ({
        fingerprint,
        name: commonNameOf(subject) ?? nameText(subject),
        notAfter,
      })),
      malformed: anchors.length + intermediates.length - all.length,
    };
  }

  #judge({ der, others, rules, at }: Extract<JudgeOrder, { type: 'judge' }>): Judgement {
    if (this.#store === null) return { judged: refused('judge-unavailable'), wishes: [] };
    const trust: CardTrust = {
      store: this.#store,
      others: [...this.#seen.values(), ...parseAll(others)],
      lists: [...this.#lists.values()],
      answers: [...this.#answers.values()],
    };
    const { judged, judgement } = judgeCardCertificate(der, rules, trust, at);
    if (judgement === null) return { judged, wishes: [] };
    if (judgement.anchor !== null)
      for (const { certificate } of judgement.path.slice(0, -1)) this.#remember(certificate);
    return { judged, wishes: this.#wishesOf(judgement).slice(0, MAX_WISHES) };
  }

  #wishesOf({ path, anchor }: PathJudgement): readonly RevocationWish[] {
    const wishes: RevocationWish[] = [];
    let issuer: Issuer | null = anchor;
    for (const { certificate } of path) {
      const { crlDistributionPoints, freshestCrl, authorityInfoAccess } = certificate.extensions;
      for (const url of [...addressesOf(crlDistributionPoints), ...addressesOf(freshestCrl)])
        wishes.push({ kind: 'crl', url });
      const [ocsp] = webAddresses(authorityInfoAccess?.ocsp ?? []);
      if (issuer !== null && ocsp !== undefined) {
        const key = ocspKey(certificate, issuer);
        keep(this.#asked, nameOf(key), { certificate, issuer }, MAX_ASKED);
        wishes.push({ kind: 'ocsp', url: ocsp, key, id: certificateId(certificate, issuer.key) });
      }
      // The path was not finished: whoever issued this one is not known here.
      if (anchor === null) {
        for (const url of webAddresses(authorityInfoAccess?.caIssuers ?? [])) wishes.push({ kind: 'certificate', url });
      }
      issuer = anchor === null ? null : { name: certificate.subject, key: certificate.key };
    }
    return wishes;
  }

  #offerList({ url, der, rules, at }: Extract<JudgeOrder, { type: 'offer-list' }>): Offered {
    const list = parseRevocationList(der);
    const before = this.#lists.get(url);
    if (before !== undefined && isOlder(list, before)) return fault('older');
    if (!this.#isTrustedList(list)) return fault('signer-not-trusted');
    // A list from tomorrow says nothing of today.
    if (list.thisUpdate > at) return fault('over');
    keep(this.#lists, url, list, MAX_LISTS);
    const { thisUpdate, nextUpdate } = list;
    const until = nextUpdate ?? thisUpdate + rules.revocation.ageCap;
    return at > until + rules.revocation.grace ? fault('over') : { ok: true, thisUpdate, nextUpdate };
  }

  /** Signed by a key that an issuer of this name has here: what nobody here could have signed is not kept in place of what is. */
  #isTrustedList(list: RevocationList): boolean {
    const keys: PublicKey[] = [];
    for (const anchor of this.#store?.anchorsNamed(list.issuer) ?? []) keys.push(anchor.key);
    for (const certificate of this.#store?.intermediates.named(list.issuer) ?? []) keys.push(certificate.key);
    for (const certificate of this.#seen.values())
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
    const status = checkOcsp(certificate, issuer, {
      answers: [answer],
      at,
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
        if (at > status.until + rules.revocation.grace) return fault('over');
        break;
      }
      case 'good':
      case 'revoked':
        break;
    }
    const [single] = answer.singles.filter(
      (each) => each.id !== null && Buffer.compare(each.id.serial, certificate.serial) === 0,
    );
    const before = this.#answers
      .get(nameOf(key))
      ?.singles.find((each) => each.id !== null && Buffer.compare(each.id.serial, certificate.serial) === 0);
    if (single === undefined) return fault('other-certificate');
    if (before !== undefined && before.thisUpdate > single.thisUpdate) return fault('older');
    keep(this.#answers, nameOf(key), answer, MAX_ANSWERS);
    return { ok: true, thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate };
  }

  #offerCertificate(der: Uint8Array): Offered {
    const certificate = parseCertificate(der);
    this.#remember(certificate);
    return { ok: true, thisUpdate: certificate.notBefore, nextUpdate: certificate.notAfter };
  }

  #remember(certificate: Certificate): void {
    keep(this.#seen, certificate.fingerprint, certificate, MAX_SEEN_ISSUERS);
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

/** What is malformed is left out: each file counts for itself. */
function parseAll(ders: readonly Uint8Array[]): readonly Certificate[] {
  return ders.flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      return [];
    }
  });
}

/** RFC 5280, 5.2.3: numbers grow; where there are none, dates do. */
function isOlder(list: RevocationList, before: RevocationList): boolean {
  if (list.issuer.key !== before.issuer.key) return false;
  if (list.number !== null && before.number !== null && list.number !== before.number)
    return list.number < before.number;
  return list.thisUpdate < before.thisUpdate;
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
