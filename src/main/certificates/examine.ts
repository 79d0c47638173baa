import { randomBytes } from 'node:crypto';
import { reasonOfUnread } from '../../core/pki/card-certificate.ts';
import { factsOf } from '../../core/pki/certificate-facts.ts';
import { DerError } from '../../core/pki/der/der-error.ts';
import { trustStore } from '../../core/pki/path/anchor.ts';
import { type JudgeInputs, judgePath, type PathJudgement } from '../../core/pki/path/judge-path.ts';
import type { Profile } from '../../core/pki/path/profile.ts';
import { certificateId, type OcspAnswer, ocspRequest, parseOcspAnswer } from '../../core/pki/revocation/ocsp.ts';
import type { CertificateFacts } from '../../core/pki/verdict.ts';
import { type Certificate, parseCertificate } from '../../core/pki/x509/certificate.ts';
import { nameText } from '../../core/pki/x509/name.ts';
import { parseRevocationList } from '../../core/pki/x509/revocation-list.ts';
import { type FetchRules, fetchBounded } from '../revocation/fetch-bounded.ts';

/** What an administrator has one certificate examined by. */
export type ExaminationInputs = {
  readonly anchors: readonly Uint8Array[];
  /** Not trusted: between the certificate and its anchor. */
  readonly intermediates: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  /** Address of a responder that is asked about every certificate of the path; null: none. */
  readonly ocsp: string | null;
  readonly fetch: FetchRules;
  readonly profile: Profile;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly acceptedPolicies: readonly string[];
  /** How old an answer may be that names no end, milliseconds. */
  readonly ageCap: number;
};

/** What came of it. `wardkey cert check --json` prints one a line; docs/pki.md describes it, and it only ever grows. */
export type Examination = {
  readonly verdict: 'accepted' | 'refused';
  /** Stable codes; empty when it is accepted. */
  readonly reasons: readonly string[];
  readonly certificate: CertificateFacts | null;
  /** From the certificate to its anchor; the certificate alone where no path was found. */
  readonly path: ReadonlyArray<{
    readonly subject: string;
    readonly fingerprint: string;
    /** null: revocation was not looked at, as it never is of an anchor. */
    readonly revocation: object | null;
  }>;
  /** What was given but could not be used. */
  readonly problems: readonly string[];
};

/** Examines a certificate. Revocation is looked at where a list or a responder is given; then it must be known to be good. */
export async function examine(der: Uint8Array, inputs: ExaminationInputs): Promise<Examination> {
  const problems: string[] = [];
  const parsed = <Value>(ders: readonly Uint8Array[], parse: (der: Uint8Array) => Value, what: string) =>
    ders.flatMap((each, index) => orProblem(() => parse(each), `${what} ${index + 1}`, problems));
  const store = trustStore(parsed(inputs.anchors, parseCertificate, 'anchor'));
  const others = parsed(inputs.intermediates, parseCertificate, 'intermediate');
  const lists = parsed(inputs.lists, parseRevocationList, 'revocation list');
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return unread(reasonOfUnread(error), [...problems, `certificate: ${error.message}`]);
  }
  const withoutRevocation: JudgeInputs = {
    at: inputs.at,
    profile: inputs.profile,
    ...(inputs.acceptedPolicies.length > 0
      ? { acceptedPolicies: inputs.acceptedPolicies, requireExplicitPolicy: true }
      : {}),
    revocation: null,
  };
  const judge = (answers: readonly OcspAnswer[] | null) =>
    judgePath(certificate, store, others, {
      ...withoutRevocation,
      revocation: answers === null ? null : { lists, answers, ageCap: inputs.ageCap, tolerates: () => false },
    });
  const looks = lists.length > 0 || inputs.ocsp !== null;
  const first = judge(looks ? [] : null);
  const answers = inputs.ocsp === null ? [] : await askResponder(first, inputs.ocsp, inputs.fetch, problems);
  const judgement = answers.length > 0 ? judge(answers) : first;
  return told(certificate, judgement, looks, problems);
}

/** The word where there is no certificate to be examined. */
export function unread(reason: 'budget-size' | 'not-a-certificate', problems: readonly string[]): Examination {
  return { verdict: 'refused', reasons: [reason], certificate: null, path: [], problems };
}

async function askResponder(
  { path, anchor }: PathJudgement,
  url: string,
  rules: FetchRules,
  problems: string[],
): Promise<readonly OcspAnswer[]> {
  if (anchor === null) return [];
  const answers: OcspAnswer[] = [];
  let issuerKey = anchor.key;
  for (const { certificate } of path) {
    const nonce = randomBytes(32);
    const question = ocspRequest(certificateId(certificate, issuerKey), nonce);
    const outcome = await fetchBounded({ url, wanted: { kind: 'ocsp', question }, rules });
    const subject = nameText(certificate.subject);
    if (!outcome.ok) problems.push(`responder about ${subject}: ${outcome.reason}`);
    else {
      const [answer] = orProblem(() => parseOcspAnswer(outcome.der), `responder about ${subject}`, problems);
      if (answer?.refused != null) problems.push(`responder about ${subject}: ${answer.refused}`);
      const replayed = answer?.answer?.nonce != null && Buffer.compare(answer.answer.nonce, nonce) !== 0;
      if (replayed) problems.push(`responder about ${subject}: nonce-replayed`);
      else if (answer?.answer != null) answers.push(answer.answer);
    }
    issuerKey = certificate.key;
  }
  return answers;
}

function told(
  certificate: Certificate,
  { accepted, faults, path, anchor }: PathJudgement,
  looks: boolean,
  problems: readonly string[],
): Examination {
  const upwards = path.toReversed();
  const reasons: string[] = [...faults];
  if (!accepted && faults.length === 0) {
    for (const { revocation } of path) {
      if (revocation.state === 'unknown') reasons.push('revocation-unknown');
      else if (revocation.state === 'stale') reasons.push('revocation-stale');
      else if (revocation.state === 'revoked')
        reasons.push(path.at(-1)?.revocation === revocation ? 'revoked' : 'issuer-revoked');
    }
  }
  return {
    verdict: accepted ? 'accepted' : 'refused',
    reasons: [...new Set(reasons)],
    certificate: factsOf(certificate),
    path: [
      ...upwards.map((each) => ({
        subject: nameText(each.certificate.subject),
        fingerprint: each.certificate.fingerprint,
        revocation: looks && faults.length === 0 ? each.revocation : null,
      })),
      ...(anchor === null
        ? []
        : [{ subject: nameText(anchor.name), fingerprint: anchor.certificate.fingerprint, revocation: null }]),
    ],
    problems,
  };
}

function orProblem<Value>(work: () => Value, what: string, problems: string[]): readonly Value[] {
  try {
    return [work()];
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    problems.push(`${what}: ${error.message}`);
    return [];
  }
}
