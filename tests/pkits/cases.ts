import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { trustStore } from '../../src/core/pki/path/anchor.ts';
import { judgePath } from '../../src/core/pki/path/judge-path.ts';
import { RFC5280 } from '../../src/core/pki/path/profile.ts';
import { parseCertificate } from '../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../src/core/pki/x509/revocation-list.ts';

/** NIST's Public Key Interoperability Test Suite: read where it lies, never copied into this repository. */
export const PKITS_FOLDER =
  process.env.PKITS_DIR ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'pkits');

export const hasPkits = (): boolean => existsSync(join(PKITS_FOLDER, 'pkits.json'));

const PolicySchema = v.pipe(v.string(), v.regex(/^[\d.]+$/));
const CaseSchema = v.object({
  uid: v.string(),
  title: v.string(),
  /** The anchor, the certificates below it in order, the one that is judged. */
  certs: v.pipe(v.array(v.string()), v.minLength(2)),
  crls: v.array(v.string()),
  valid: v.boolean(),
  initialPolicySet: v.array(PolicySchema),
  explicitPolicy: v.boolean(),
  inhibitMapping: v.boolean(),
  inhibitAny: v.boolean(),
});
export type PkitsCase = v.InferOutput<typeof CaseSchema>;

export function readCases(): readonly PkitsCase[] {
  return v.parse(v.array(CaseSchema), JSON.parse(readFileSync(join(PKITS_FOLDER, 'pkits.json'), 'utf8')));
}

export type PkitsResult = {
  readonly id: string;
  readonly title: string;
  readonly expected: boolean;
  readonly accepted: boolean;
  readonly reasons: readonly string[];
};

/** In the years in which all of the suite's certificates are valid but those whose dates are the test. */
const AT = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;

const certificate = (name: string) => readFileSync(join(PKITS_FOLDER, 'certs', `${name}.crt`));
const list = (name: string) => readFileSync(join(PKITS_FOLDER, 'crls', `${name}.crl`));

/**
 * Judges one case as the suite wants it: RFC 5280 as it stands, revocation of every certificate required. The certificates
 * between anchor and target are given unordered, as a card or a folder would have them.
 */
export function judgeCase(each: PkitsCase): PkitsResult {
  const [anchor = '', ...path] = each.certs;
  const target = path.at(-1) ?? '';
  const told = { id: each.uid, title: each.title, expected: each.valid };
  try {
    const judgement = judgePath(
      parseCertificate(certificate(target)),
      trustStore([parseCertificate(certificate(anchor))]),
      path.slice(0, -1).map((name) => parseCertificate(certificate(name))),
      {
        at: AT,
        profile: RFC5280,
        acceptedPolicies: each.initialPolicySet,
        requireExplicitPolicy: each.explicitPolicy,
        inhibitPolicyMapping: each.inhibitMapping,
        inhibitAnyPolicy: each.inhibitAny,
        revocation: {
          lists: each.crls.map((name) => parseRevocationList(list(name))),
          answers: [],
          ageCap: DAY_MS,
          tolerates: () => false,
        },
      },
    );
    const revocation = judgement.path.flatMap((checked) => {
      if (checked.revocation.state === 'good') return [];
      return [
        checked.revocation.state === 'unknown' ? `unknown: ${checked.revocation.reason}` : checked.revocation.state,
      ];
    });
    return { ...told, accepted: judgement.accepted, reasons: [...judgement.faults, ...revocation] };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DerError') throw error;
    return { ...told, accepted: false, reasons: [`malformed: ${error.message}`] };
  }
}
