import { trustStore } from '../../src/core/pki/path/anchor.ts';
import { judgePath } from '../../src/core/pki/path/judge-path.ts';
import { STRICT } from '../../src/core/pki/path/profile.ts';
import { type Certificate, parseCertificate } from '../../src/core/pki/x509/certificate.ts';
import type { CorpusCase } from './corpus.ts';

export type OurWord = {
  readonly accepted: boolean;
  /** The faults, or why the certificate could not be read; empty where it accepted. */
  readonly text: string;
};

/** The product's validator, with the default profile and without revocation. What cannot be read is not there. */
export function judgeWithOurs(given: CorpusCase): OurWord {
  const leaf = read(given.leaf);
  if (leaf instanceof Error) return { accepted: false, text: leaf.message };
  const { accepted, faults } = judgePath(leaf, trustStore(readable(given.anchors)), readable(given.intermediates), {
    at: given.at,
    profile: STRICT,
    revocation: null,
    requireExplicitPolicy: given.explicitPolicy,
    ...(given.acceptablePolicies === undefined ? {} : { acceptedPolicies: given.acceptablePolicies }),
  });
  return { accepted, text: faults.join(', ') };
}

function readable(ders: readonly Uint8Array[]): readonly Certificate[] {
  return ders.map(read).flatMap((each) => (each instanceof Error ? [] : [each]));
}

function read(der: Uint8Array): Certificate | Error {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof Error && error.name === 'DerError') return error;
    throw error;
  }
}
