import type { Certificate } from '../x509/certificate.ts';
import type { Name } from '../x509/name.ts';
import type { PublicKey } from '../x509/public-key.ts';

/** Whom an organisation trusts without further proof: a name and its key, usually told by a certificate of its own (RFC 5914). */
export type TrustAnchor = {
  readonly name: Name;
  readonly key: PublicKey;
  /** Constraints and dates are taken from it (RFC 5937). */
  readonly certificate: Certificate;
};

export function anchorOf(certificate: Certificate): TrustAnchor {
  return { name: certificate.subject, key: certificate.key, certificate };
}

/** Certificates by the name of their subject: where possible issuers are looked up. */
export class CertificatePool {
  readonly #bySubject = new Map<string, Certificate[]>();
  readonly #fingerprints = new Set<string>();

  constructor(certificates: Iterable<Certificate> = []) {
    for (const certificate of certificates) this.add(certificate);
  }

  add(certificate: Certificate): void {
    if (this.#fingerprints.has(certificate.fingerprint)) return;
    this.#fingerprints.add(certificate.fingerprint);
    const { key } = certificate.subject;
    const alike = this.#bySubject.get(key);
    if (alike === undefined) this.#bySubject.set(key, [certificate]);
    else alike.push(certificate);
  }

  named(name: Name): readonly Certificate[] {
    return this.#bySubject.get(name.key) ?? [];
  }

  get size(): number {
    return this.#fingerprints.size;
  }

  all(): readonly Certificate[] {
    return [...this.#bySubject.values()].flat();
  }
}

/** The anchors an organisation has, and the certificates it knows between them and its people. */
export type TrustStore = {
  readonly anchors: readonly TrustAnchor[];
  readonly anchorsNamed: (name: Name) => readonly TrustAnchor[];
  readonly intermediates: CertificatePool;
};

export function trustStore(anchors: readonly Certificate[], intermediates: readonly Certificate[] = []): TrustStore {
  const byName = new Map<string, TrustAnchor[]>();
  const all = anchors.map(anchorOf);
  for (const anchor of all) {
    const alike = byName.get(anchor.name.key);
    if (alike === undefined) byName.set(anchor.name.key, [anchor]);
    else alike.push(anchor);
  }
  return {
    anchors: all,
    anchorsNamed: (name) => byName.get(name.key) ?? [],
    intermediates: new CertificatePool(intermediates),
  };
}
