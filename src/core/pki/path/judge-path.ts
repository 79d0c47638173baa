import { checkCrls } from '../revocation/crl-check.ts';
import type { OcspAnswer } from '../revocation/ocsp.ts';
import { checkOcsp } from '../revocation/ocsp-check.ts';
import type { RevocationStatus } from '../revocation/revocation-status.ts';
import type { Certificate } from '../x509/certificate.ts';
import { KEY_USAGE } from '../x509/extensions.ts';
import type { Name } from '../x509/name.ts';
import type { PublicKey } from '../x509/public-key.ts';
import type { RevocationList } from '../x509/revocation-list.ts';
import { CertificatePool, type TrustAnchor, type TrustStore } from './anchor.ts';
import { Budget, BudgetExceeded, type BudgetLimits } from './budget.ts';
import { type FoundPath, findPath, type Surroundings } from './find-path.ts';
import type { PathFault } from './path-fault.ts';
import type { PathInputs } from './validate-path.ts';

/** Revocation data that is at hand: parsed, but not believed yet. */
export type RevocationData = {
  readonly lists: readonly RevocationList[];
  readonly answers: readonly OcspAnswer[];
  /** How old what says no nextUpdate may be, in milliseconds. */
  readonly ageCap: number;
  /** Whether a path may be accepted with this word on one of its certificates; 'good' and 'revoked' are not asked. */
  readonly tolerates: (status: RevocationStatus) => boolean;
};

export type JudgeInputs = PathInputs & {
  /** null: revocation is not looked at. */
  readonly revocation: RevocationData | null;
  readonly budget?: BudgetLimits;
};

export type CheckedCertificate = { readonly certificate: Certificate; readonly revocation: RevocationStatus };

export type PathJudgement = {
  readonly accepted: boolean;
  /** What is wrong with the path itself; empty where only revocation stands against it. */
  readonly faults: readonly PathFault[];
  readonly anchor: TrustAnchor | null;
  /** From the certificate that the anchor issued to the one that was judged; the latter alone where no path was found. */
  readonly path: readonly CheckedCertificate[];
};

const NOT_CHECKED: RevocationStatus = { state: 'unknown', reason: 'not-checked' };

/**
 * Judges a certificate: a valid path to an anchor (RFC 5280, 6.1), and what is known of the revocation of each certificate on it
 * (6.3, RFC 6960). Pure: no clock, no network.
 * @param others certificates that came along, not trusted
 */
export function judgePath(
  target: Certificate,
  store: TrustStore,
  others: readonly Certificate[],
  inputs: JudgeInputs,
): PathJudgement {
  const budget = new Budget(inputs.budget);
  const around = { store, others: new CertificatePool(others) };
  const { revocation } = inputs;
  const checks = revocation === null ? null : new RevocationChecks(around, inputs, revocation, budget);
  const search = findPath(target, around, inputs, budget, (path) => {
    const said = checks === null ? path.certificates.map(unchecked) : checks.ofPath(path);
    return { accepted: revocation === null || said.every((each) => isGood(each.revocation, revocation)), said };
  });
  if (search.found) return { accepted: true, faults: [], anchor: search.path.anchor, path: search.accepted };
  return {
    accepted: false,
    faults: search.objection === null ? search.faults : [],
    anchor: search.path?.anchor ?? null,
    path: search.objection ?? (search.path?.certificates ?? [target]).map(unchecked),
  };
}

const unchecked = (certificate: Certificate): CheckedCertificate => ({ certificate, revocation: NOT_CHECKED });

function isGood(status: RevocationStatus, { tolerates }: RevocationData): boolean {
  return status.state === 'good' || (status.state !== 'revoked' && tolerates(status));
}

type Issuer = { readonly name: Name; readonly key: PublicKey };

class RevocationChecks {
  readonly #around: Surroundings;
  readonly #inputs: JudgeInputs;
  readonly #data: RevocationData;
  readonly #budget: Budget;
  /** Certificates whose lists' signers are being looked for: a list that proves itself proves nothing. */
  readonly #asking = new Set<string>();

  constructor(around: Surroundings, inputs: JudgeInputs, data: RevocationData, budget: Budget) {
    this.#around = around;
    this.#inputs = inputs;
    this.#data = data;
    this.#budget = budget;
  }

  /** Each certificate of the path; those below a revoked one are not asked any more. */
  ofPath(path: FoundPath): readonly CheckedCertificate[] {
    let issuer: Issuer = path.anchor;
    let revoked = false;
    return path.certificates.map((certificate) => {
      const revocation = revoked ? NOT_CHECKED : this.#statusOf(certificate, issuer, path);
      revoked ||= revocation.state === 'revoked';
      issuer = { name: certificate.subject, key: certificate.key };
      return { certificate, revocation };
    });
  }

  #statusOf(certificate: Certificate, issuer: Issuer, path: FoundPath): RevocationStatus {
    const { lists, answers, ageCap } = this.#data;
    const { at, profile } = this.#inputs;
    const common = { at, profile, ageCap, budget: this.#budget };
    const byList = () =>
      checkCrls(certificate, { ...common, lists, signersOf: (name) => this.#signersOf(name, certificate, path) });
    if (answers.length === 0) return byList();
    const isRevoked = (delegate: Certificate) =>
      checkCrls(delegate, { ...common, lists, signersOf: () => [issuer.key] }).state === 'revoked';
    const byAnswer = checkOcsp(certificate, issuer, { ...common, answers, isRevoked });
    if (byAnswer.state === 'revoked') return byAnswer;
    const listed = byList();
    if (byAnswer.state === 'good') {
      // A list that says revoked is believed before an answer that says good.
      if (listed.state === 'revoked') return listed;
      // When the answer is over the list counts: the word holds for as long as either of them.
      return listed.state === 'good' ? { ...byAnswer, until: Math.max(byAnswer.until, listed.until) } : byAnswer;
    }
    return weight(listed) >= weight(byAnswer) ? listed : byAnswer;
  }

  /** Keys that may sign lists in this name: each leads to the same anchor (6.3.3 f). */
  *#signersOf(name: Name, about: Certificate, path: FoundPath): Iterable<PublicKey> {
    const { anchor, certificates } = path;
    const told = anchor.certificate.extensions.keyUsage;
    if (anchor.name.key === name.key && (told === null || (told & KEY_USAGE.crlSign) !== 0)) yield anchor.key;
    const above = certificates.slice(0, Math.max(certificates.indexOf(about), 0));
    for (const certificate of above)
      if (certificate.subject.key === name.key && maySignLists(certificate)) yield certificate.key;
    if (this.#asking.has(about.fingerprint)) return;
    this.#asking.add(about.fingerprint);
    try {
      const { store, others } = this.#around;
      const candidates = [...store.intermediates.named(name), ...others.named(name)];
      for (const candidate of candidates) {
        this.#budget.spend('steps');
        if (certificates.includes(candidate) || !maySignLists(candidate)) continue;
        if (this.#leadsTo(anchor, candidate)) yield candidate.key;
      }
    } finally {
      this.#asking.delete(about.fingerprint);
    }
  }

  #leadsTo(anchor: TrustAnchor, signer: Certificate): boolean {
    const store: TrustStore = {
      ...this.#around.store,
      anchors: [anchor],
      anchorsNamed: (name) => (name.key === anchor.name.key ? [anchor] : []),
    };
    const inputs: PathInputs = { at: this.#inputs.at, profile: this.#inputs.profile, use: 'crl-signing' };
    const search = findPath(signer, { store, others: this.#around.others }, inputs, this.#budget, (path) => {
      const said = this.ofPath(path);
      return { accepted: said.every((each) => isGood(each.revocation, this.#data)), said };
    });
    // It is the budget of the whole judgement that has run out.
    if (!search.found && search.exceeded !== null) throw new BudgetExceeded(search.exceeded);
    return search.found;
  }
}

const maySignLists = ({ extensions }: Certificate) =>
  extensions.keyUsage === null || (extensions.keyUsage & KEY_USAGE.crlSign) !== 0;

function weight(status: RevocationStatus): number {
  switch (status.state) {
    case 'revoked':
      return 4;
    case 'good':
      return 3;
    case 'stale':
      return 2;
    case 'unknown':
      return status.reason === 'no-data' ? 0 : 1;
  }
}
