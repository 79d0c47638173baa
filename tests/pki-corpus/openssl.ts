import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CorpusCase } from './corpus.ts';
import { ANY_POLICY } from './extensions.ts';

/** What `openssl verify` says of a chain. */
export type OpensslWord = {
  readonly accepted: boolean;
  /** X509_V_ERR_* of the first error; null where it accepted, or could not even read the certificates. */
  readonly error: number | null;
  /** Empty where it accepted. */
  readonly text: string;
};

/**
 * Without `-x509_strict`: that asks of a chain what RFC 5280 asks of whoever issues it (key identifiers in every certificate),
 * and section 6 does not. `-auth_level 2` refuses SHA-1 and RSA below 2,048 bits. The policy tree is always built, for
 * certificates can require it.
 */
const OPTIONS = ['-no-CApath', '-no-CAstore', '-purpose', 'sslclient', '-auth_level', '2', '-policy_check'];
const STRICT = '-x509_strict';
const PROCESSES = 2;
const LIMIT_MS = 20_000;

/**
 * Judges every case with the machine's OpenSSL, two processes at once.
 * @returns words in the order of the cases
 */
export async function judgeWithOpenssl(
  cases: readonly CorpusCase[],
  how: { readonly strict?: boolean } = {},
): Promise<readonly OpensslWord[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wardkey-openssl-'));
  try {
    const words: OpensslWord[] = [];
    const waiting = cases.entries();
    const work = async () => {
      for (const [index, each] of waiting) words[index] = await judge(each, join(folder, String(index)), how);
    };
    await Promise.all(Array.from({ length: PROCESSES }, work));
    return words;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(given: CorpusCase, folder: string, how: { readonly strict?: boolean }): Promise<OpensslWord> {
  await mkdir(folder);
  const written = async (name: string, certificates: readonly Uint8Array[]) => {
    const file = join(folder, name);
    await writeFile(file, certificates.map(pem).join(''));
    return file;
  };
  const args = ['verify', ...OPTIONS, ...(how.strict === true ? [STRICT] : [])];
  args.push('-attime', String(given.at / 1_000));
  if (given.explicitPolicy) args.push('-explicit_policy');
  // Without any -policy it takes none, not every one.
  for (const policy of given.acceptablePolicies ?? [ANY_POLICY]) args.push('-policy', policy);
  if (given.anchors.length === 0) args.push('-no-CAfile');
  else args.push('-CAfile', await written('anchors.pem', given.anchors));
  if (given.intermediates.length > 0) args.push('-untrusted', await written('offered.pem', given.intermediates));
  args.push(await written('leaf.pem', [given.leaf]));
  const word = await run(args);
  await rm(folder, { recursive: true, force: true });
  return word;
}

function run(args: readonly string[]): Promise<OpensslWord> {
  return new Promise((resolve, reject) => {
    // No configuration of the machine may change the judge's mind.
    const env = { ...process.env, OPENSSL_CONF: '/dev/null', LC_ALL: 'C' };
    execFile('openssl', args, { env, timeout: LIMIT_MS }, (failure, _told, errors) => {
      if (failure === null) resolve({ accepted: true, error: null, text: '' });
      else if (typeof failure.code !== 'number') reject(failure);
      else resolve(refusal(errors));
    });
  });
}

function refusal(errors: string): OpensslWord {
  const told = /^error (\d+) at \d+ depth lookup: (.*)$/m.exec(errors);
  if (told?.[1] === undefined) {
    return {
      accepted: false,
      error: null,
      text:
        errors
          .trim()
          .split('\n')[0]
          ?.replace(/ from \S+$/, '') ?? '',
    };
  }
  return { accepted: false, error: Number(told[1]), text: told[2] ?? '' };
}

function pem(der: Uint8Array): string {
  const base64 = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`;
}
