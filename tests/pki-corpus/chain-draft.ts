import type { SeededRandom } from '../fuzz/mutation.ts';
import type { CertificateDraft } from './certificate-writer.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  type Extension,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  OID,
  PURPOSE,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import { attribute, emailName, type Name, principalName } from './names.ts';
import { SCHEMES } from './signature-schemes.ts';
import { KEY_KINDS, type KeyKind, type SigningKey, type SigningKeys } from './signing-keys.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 2, 1);

/** An arc of the documentation's example enterprise (RFC 5612). */
export const POLICIES = { ordinary: '1.3.6.1.4.1.32473.2.1', other: '1.3.6.1.4.1.32473.2.2' } as const;

/**
 * A chain that is not written yet. As drafted it is sound by every rule: root, intermediates from the root down, leaf. A flaw
 * changes it; whoever changes a name or key here keeps the rest in step, so that one flaw does not bring a second.
 */
export class ChainDraft {
  readonly anchor: CertificateDraft;
  readonly intermediates: CertificateDraft[];
  readonly leaf: CertificateDraft;
  /** More certificates that the judge is given, beside those of the chain. */
  readonly otherAnchors: CertificateDraft[] = [];
  readonly otherIntermediates: CertificateDraft[] = [];
  readonly keys: SigningKeys;
  /** Milliseconds since 1970, whole seconds. */
  at: number;
  /** The caller asks for a valid policy (RFC 5280 6.1.1 e). */
  explicitPolicy = false;
  /** The policies that the caller takes (RFC 5280 6.1.1 c); undefined: any. */
  acceptablePolicies: readonly string[] | undefined;
  /** The chain that is judged does not end here: the judge is not given the anchor, or not the intermediate. */
  readonly withheld = new Set<CertificateDraft>();
  readonly #random: SeededRandom;
  readonly #taken = new Set<SigningKey>();

  /** @param depth number of intermediates */
  constructor(keys: SigningKeys, random: SeededRandom, depth: number) {
    this.keys = keys;
    this.#random = random;
    this.at = FIRST_DAY + random.below(300) * DAY_MS + random.below(86_400) * 1_000;
    const organization = `Ward Trust ${random.below(10_000)}`;
    const uniform = random.below(3) > 0 ? random.pick(KEY_KINDS) : undefined;
    const kindOfNext = () => uniform ?? random.pick(KEY_KINDS);
    const options: ChainOptions = {
      organization,
      identifiers: random.below(4) > 0,
      keyUsage: random.below(5) > 0,
      policies: random.below(3) === 0,
    };
    this.anchor = this.#authority(options, 'Root', kindOfNext(), undefined);
    this.intermediates = [];
    let issuer = this.anchor;
    for (let level = 1; level <= depth; level++) {
      issuer = this.#authority(options, `Issuing ${level}`, kindOfNext(), issuer);
      this.intermediates.push(issuer);
    }
    this.leaf = this.#leaf(options, kindOfNext(), issuer);
  }

  /** Root, intermediates and leaf. */
  get path(): readonly CertificateDraft[] {
    return [this.anchor, ...this.intermediates, this.leaf];
  }

  /** What the certificate issues: the next below it. */
  below(certificate: CertificateDraft): CertificateDraft {
    const next = this.path[this.path.indexOf(certificate) + 1];
    if (next === undefined) throw new RangeError('a leaf issues nothing');
    return next;
  }

  /** One of the intermediates. */
  someIntermediate(): CertificateDraft {
    return this.#some(this.intermediates);
  }

  /** An intermediate that has another below it: needs a depth of 2. */
  someUpperIntermediate(): CertificateDraft {
    return this.#some(this.intermediates.slice(0, -1));
  }

  /** The lowest intermediate, which issues the leaf. */
  get issuing(): CertificateDraft {
    return this.#some(this.intermediates.slice(-1));
  }

  /** A key that is nowhere in the chain. */
  spareKey(kind: KeyKind): SigningKey {
    const key = this.keys.good[kind].find((each) => !this.#taken.has(each));
    if (key === undefined) throw new RangeError(`no spare key of ${kind}`);
    this.#taken.add(key);
    return key;
  }

  /** Gives a certificate of the chain another name, and what it issues the same as issuer. */
  rename(certificate: CertificateDraft, name: Name): void {
    certificate.subject = name;
    if (certificate === this.anchor) certificate.issuer = name;
    if (certificate !== this.leaf) this.below(certificate).issuer = name;
  }

  /** Gives a certificate of the chain another key, and has what it issues signed by it. */
  rekey(certificate: CertificateDraft, key: SigningKey): void {
    certificate.key = key;
    if (find(certificate, OID.subjectKeyIdentifier)) put(certificate, subjectKeyIdentifier(key.identifier));
    if (certificate === this.anchor) this.signBy(certificate, certificate);
    if (certificate !== this.leaf) this.signBy(this.below(certificate), certificate);
  }

  /** Puts one more intermediate below one, of the same name and another key (RFC 5280 6.1 calls it self-issued). */
  insertSelfIssued(after: CertificateDraft): CertificateDraft {
    const below = this.below(after);
    const selfIssued = this.copy(after);
    selfIssued.issuer = after.subject;
    this.signBy(selfIssued, after);
    this.intermediates.splice(this.intermediates.indexOf(after) + 1, 0, selfIssued);
    selfIssued.key = this.spareKey(after.key.kind);
    if (find(selfIssued, OID.subjectKeyIdentifier)) put(selfIssued, subjectKeyIdentifier(selfIssued.key.identifier));
    this.signBy(below, selfIssued);
    return selfIssued;
  }

  /** A certificate with the same fields and a serial number of its own, in no chain yet. */
  copy(certificate: CertificateDraft): CertificateDraft {
    return {
      ...certificate,
      serial: this.#serial(),
      extensions: [...certificate.extensions],
      breaks: { ...certificate.breaks },
    };
  }

  /** Another root with a name and key of its own. */
  otherRoot(name: string): CertificateDraft {
    const root = this.copy(this.anchor);
    root.subject = [attribute('country', 'GB'), attribute('organization', name), attribute('common', `${name} Root`)];
    root.issuer = root.subject;
    root.key = this.spareKey(this.anchor.key.kind);
    if (find(root, OID.subjectKeyIdentifier)) put(root, subjectKeyIdentifier(root.key.identifier));
    this.signBy(root, root);
    return root;
  }

  /** The same name and key as `subject`'s, certified by another issuer. */
  crossCertificate(subject: CertificateDraft, issuer: CertificateDraft): CertificateDraft {
    const cross = this.copy(subject);
    cross.issuer = issuer.subject;
    this.signBy(cross, issuer);
    return cross;
  }

  /** Has a certificate signed by the key of another, and point to it if it points to any; its issuer's name stays. */
  signBy(certificate: CertificateDraft, issuer: CertificateDraft): void {
    certificate.issuerKey = issuer.key;
    certificate.scheme = this.#random.pick(SCHEMES[issuer.key.kind]);
    const pointed = find(certificate, OID.authorityKeyIdentifier) !== undefined;
    if (pointed) put(certificate, authorityKeyIdentifier(issuer.key.identifier));
  }

  #authority(
    options: ChainOptions,
    name: string,
    kind: KeyKind,
    issuer: CertificateDraft | undefined,
  ): CertificateDraft {
    const key = this.spareKey(kind);
    const extensions = [basicConstraints(true)];
    if (options.keyUsage || issuer === undefined) {
      extensions.push(keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign));
    }
    return this.#draft(options, key, issuer, `${options.organization} ${name}`, extensions);
  }

  #leaf(options: ChainOptions, kind: KeyKind, issuer: CertificateDraft): CertificateDraft {
    const random = this.#random;
    const number = random.below(10_000);
    const purposes = [PURPOSE.clientAuth, ...(random.below(2) === 0 ? [PURPOSE.smartcardLogon] : [])];
    const extensions = [
      keyUsage(KEY_USAGE.digitalSignature),
      extendedKeyUsage(purposes),
      ...(random.below(2) === 0 ? [basicConstraints(false)] : []),
      subjectAltName([principalName(`nurse${number}@ward.example`), emailName(`nurse${number}@ward.example`)]),
    ];
    return this.#draft(options, this.spareKey(kind), issuer, `Nurse ${number}`, extensions);
  }

  #draft(
    options: ChainOptions,
    key: SigningKey,
    issuer: CertificateDraft | undefined,
    common: string,
    extensions: Extension[],
  ): CertificateDraft {
    const random = this.#random;
    const subject = [
      attribute('country', 'GB'),
      attribute('organization', options.organization),
      attribute('common', common),
    ];
    const draft: CertificateDraft = {
      version: 3,
      serial: this.#serial(),
      issuer: issuer?.subject ?? subject,
      subject,
      notBefore: this.at - (1 + random.below(700)) * DAY_MS,
      notAfter: this.at + (1 + random.below(3_000)) * DAY_MS,
      key,
      issuerKey: key,
      scheme: SCHEMES[key.kind][0],
      extensions,
      breaks: {},
    };
    if (options.identifiers) {
      extensions.push(subjectKeyIdentifier(key.identifier));
      if (issuer !== undefined) extensions.push(authorityKeyIdentifier(issuer.key.identifier));
    }
    if (options.policies && issuer !== undefined) extensions.push(certificatePolicies([POLICIES.ordinary]));
    this.signBy(draft, issuer ?? draft);
    return draft;
  }

  /** 8 to 16 octets, positive, minimal. */
  #serial(): Uint8Array {
    const octets = Uint8Array.from({ length: 8 + this.#random.below(9) }, () => this.#random.below(256));
    octets[0] = 1 + this.#random.below(127);
    return octets;
  }

  #some<T>(list: readonly T[]): T {
    const one = list[this.#random.below(list.length)];
    if (one === undefined) throw new RangeError('the chain is too short for this');
    return one;
  }
}

type ChainOptions = {
  readonly organization: string;
  /** Subject and authority key identifiers in every certificate. */
  readonly identifiers: boolean;
  /** keyUsage in every intermediate. */
  readonly keyUsage: boolean;
  /** The same policy in every certificate. */
  readonly policies: boolean;
};

export function find(certificate: CertificateDraft, oid: string): Extension | undefined {
  return certificate.extensions.find((extension) => extension.oid === oid);
}

/** Puts an extension where one of its kind stood, or at the end. */
export function put(certificate: CertificateDraft, extension: Extension): void {
  const at = certificate.extensions.findIndex(({ oid }) => oid === extension.oid);
  if (at < 0) certificate.extensions.push(extension);
  else certificate.extensions[at] = extension;
}

export function drop(certificate: CertificateDraft, ...oids: readonly string[]): void {
  certificate.extensions = certificate.extensions.filter(({ oid }) => !oids.includes(oid));
}
