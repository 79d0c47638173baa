import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../fuzz/mutation.ts';
import { type CertificateDraft, writeCertificate } from '../pki-corpus/certificate-writer.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  PURPOSE,
  subjectAltName,
  subjectKeyIdentifier,
} from '../pki-corpus/extensions.ts';
import { attribute, emailName, type Name, principalName } from '../pki-corpus/names.ts';
import { writeRevocationList } from '../pki-corpus/revocation-list-writer.ts';
import { SCHEMES } from '../pki-corpus/signature-schemes.ts';
import { type SigningKey, signingKeys } from '../pki-corpus/signing-keys.ts';

const AT = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const SEED = 5280;

export type BenchKind = 'rsa-2048' | 'p-256';

/** An authority in three steps, the people it certified, and whom it revoked. All DER. */
export type BenchChains = {
  readonly kind: BenchKind;
  readonly anchor: Uint8Array;
  /** The first issued by the anchor, the second by the first; the second issued the leaves. */
  readonly intermediates: readonly [Uint8Array, Uint8Array];
  readonly leaves: readonly Uint8Array[];
  /** Of the second intermediate; none of the leaves is in it. */
  readonly crl: Uint8Array;
  /** The time that all of it is judged for, milliseconds since 1970. */
  readonly at: number;
};

/** The same algorithm everywhere; every leaf differs in name, serial number and signature. */
export async function generateBenchChains(
  kind: BenchKind,
  count: { readonly leaves: number; readonly crlEntries: number },
): Promise<BenchChains> {
  const { good } = await signingKeys();
  const [rootKey, firstKey, secondKey, ...leafKeys] = good[kind];
  if (rootKey === undefined || firstKey === undefined || secondKey === undefined) throw new RangeError('too few keys');
  const random = new SeededRandom(SEED);
  const root = authority('Root', rootKey, undefined, random);
  const first = authority('Policy', firstKey, root, random);
  const second = authority('Issuing', secondKey, first, random);
  const leaves = Array.from({ length: count.leaves }, (_, number) => {
    const key = leafKeys[number % leafKeys.length];
    if (key === undefined) throw new RangeError('too few keys');
    return writeCertificate(person(number, key, second, random));
  });
  const crl = writeRevocationList({
    issuer: second.subject,
    issuerKey: secondKey,
    scheme: SCHEMES[kind][0],
    thisUpdate: AT - DAY_MS,
    nextUpdate: AT + DAY_MS,
    number: 1,
    revoked: Array.from({ length: count.crlEntries }, () => serial(random, 0x40)),
  });
  return {
    kind,
    anchor: writeCertificate(root),
    intermediates: [writeCertificate(first), writeCertificate(second)],
    leaves,
    crl,
    at: AT,
  };
}

/** As files, the way that pki-floor.c reads them. */
export async function writeBenchChains(folder: string, chains: BenchChains): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = {
    'anchor.der': chains.anchor,
    'intermediate-1.der': chains.intermediates[0],
    'intermediate-2.der': chains.intermediates[1],
    'crl.der': chains.crl,
    ...Object.fromEntries(chains.leaves.map((leaf, number) => [`leaf-${number}.der`, leaf])),
  };
  for (const [name, der] of Object.entries(files)) await writeFile(join(folder, name), der);
}

function authority(
  name: string,
  key: SigningKey,
  issuer: CertificateDraft | undefined,
  random: SeededRandom,
): CertificateDraft {
  const subject = nameOf(`Ward Trust ${name} Authority`);
  return issued(subject, key, issuer, random, [
    basicConstraints(true),
    keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign),
  ]);
}

function person(number: number, key: SigningKey, issuer: CertificateDraft, random: SeededRandom): CertificateDraft {
  return issued(nameOf(`Nurse ${number}`), key, issuer, random, [
    keyUsage(KEY_USAGE.digitalSignature),
    extendedKeyUsage([PURPOSE.clientAuth, PURPOSE.smartcardLogon]),
    subjectAltName([principalName(`nurse${number}@ward.example`), emailName(`nurse${number}@ward.example`)]),
  ]);
}

function issued(
  subject: Name,
  key: SigningKey,
  issuer: CertificateDraft | undefined,
  random: SeededRandom,
  extensions: CertificateDraft['extensions'],
): CertificateDraft {
  const issuerKey = issuer?.key ?? key;
  return {
    version: 3,
    serial: serial(random, 0x20),
    issuer: issuer?.subject ?? subject,
    subject,
    notBefore: AT - 100 * DAY_MS,
    notAfter: AT + 1_000 * DAY_MS,
    key,
    issuerKey,
    scheme: SCHEMES[issuerKey.kind][0],
    extensions: [...extensions, subjectKeyIdentifier(key.identifier), authorityKeyIdentifier(issuerKey.identifier)],
    breaks: {},
  };
}

function nameOf(common: string): Name {
  return [attribute('country', 'GB'), attribute('organization', 'Ward Trust'), attribute('common', common)];
}

/** 16 octets; serials of different first octets cannot be the same. */
function serial(random: SeededRandom, first: number): Uint8Array {
  const octets = Uint8Array.from({ length: 16 }, () => random.below(256));
  octets[0] = first;
  return octets;
}
