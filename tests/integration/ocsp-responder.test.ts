import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DerError } from '../../src/core/pki/der/der-error.ts';
import { trustStore } from '../../src/core/pki/path/anchor.ts';
import { Budget } from '../../src/core/pki/path/budget.ts';
import { judgePath } from '../../src/core/pki/path/judge-path.ts';
import { STRICT } from '../../src/core/pki/path/profile.ts';
import { certificateId, type OcspAnswer, ocspRequest, parseOcspAnswer } from '../../src/core/pki/revocation/ocsp.ts';
import { checkOcsp } from '../../src/core/pki/revocation/ocsp-check.ts';
import type { RevocationStatus } from '../../src/core/pki/revocation/revocation-status.ts';
import type { Certificate } from '../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../src/core/pki/x509/revocation-list.ts';
import {
  basicConstraints,
  type Extension,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  PURPOSE,
} from '../pki-corpus/extensions.ts';
import { issue, newKey, type Party, party } from '../unit/pki/issued.ts';
import { writeList } from '../unit/pki/listed.ts';

/** `openssl ocsp` as the responder: over HTTP where the road matters, by files where only the answer does. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const NO_CHECK: Extension = { oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: Uint8Array.of(5, 0) };

const now = Date.now() - (Date.now() % 1000);
const folder = mkdtempSync(join(tmpdir(), 'wardkey-ocsp-'));
const file = (name: string) => join(folder, name);

const authority = party('Ward CA');
const otherAuthority = party('Other CA');
const sameName: Party = { name: authority.name, key: newKey() };

const SERIALS = { good: 0x1001, revoked: 0x1002, held: 0x1003, unknown: 0x1004 } as const;
const holders = {
  good: holder(SERIALS.good),
  revoked: holder(SERIALS.revoked),
  held: holder(SERIALS.held),
  unknown: holder(SERIALS.unknown),
};
const authorityCertificate = certificateOf(authority, authority, [basicConstraints(true)]);
const issuer = { name: authorityCertificate.subject, key: authorityCertificate.key };
const revokedAt = now - 3 * DAY_MS;

let server: ChildProcess;
let port = 0;

beforeAll(async () => {
  // As `openssl ca` writes it: state, end, revocation with its reason, serial number, file, name.
  const entry = (state: string, serial: number, revoked = '') =>
    `${[state, utc(now + 30 * DAY_MS), revoked, serial.toString(16), 'unknown', '/CN=x'].join('\t')}\n`;
  writeFileSync(
    file('index.txt'),
    entry('V', SERIALS.good) +
      entry('R', SERIALS.revoked, `${utc(revokedAt)},keyCompromise`) +
      entry('R', SERIALS.held, `${utc(revokedAt)},holdInstruction,holdInstructionReject`),
  );
  writeParty('authority', authority, authorityCertificate);
  server = spawn('openssl', [...responder('authority'), '-port', '0', '-nmin', '10'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  port = await portOf(server);
});

afterAll(async () => {
  if (server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

describe('Over HTTP', () => {
  it('a good certificate is good, until the answer is over', async () => {
    const nonce = randomBytes(32);
    const answer = await asked(ocspRequest(idOf(holders.good), nonce));
    expect(said(holders.good, answer)).toMatchObject({ state: 'good', source: 'ocsp', until: expect.any(Number) });
    expect(hex(answer.nonce), 'the answer is to this question').toBe(hex(nonce));
    expect(accepted(holders.good, answer)).toBe(true);
  });

  it('a revoked certificate is revoked, since when and why', async () => {
    const answer = await asked(ocspRequest(idOf(holders.revoked), randomBytes(16)));
    expect(said(holders.revoked, answer)).toEqual({
      state: 'revoked',
      source: 'ocsp',
      at: revokedAt,
      reason: 'key-compromise',
    });
    expect(accepted(holders.revoked, answer)).toBe(false);
  });

  it('a certificate on hold is revoked for so long', async () => {
    const answer = await asked(ocspRequest(idOf(holders.held), null));
    expect(said(holders.held, answer)).toMatchObject({ state: 'revoked', reason: 'certificate-hold' });
  });

  it('a certificate that the responder does not know is not good', async () => {
    const answer = await asked(ocspRequest(idOf(holders.unknown), null));
    expect(said(holders.unknown, answer)).toEqual({ state: 'unknown', reason: 'responder-does-not-know' });
    expect(accepted(holders.unknown, answer)).toBe(false);
  });

  it('an answer to an earlier question carries its nonce, not that of the later one', async () => {
    const recorded = await asked(ocspRequest(idOf(holders.good), randomBytes(32)));
    const nonce = randomBytes(32);
    const answer = await asked(ocspRequest(idOf(holders.good), nonce));
    expect(hex(recorded.nonce)).not.toBe(hex(nonce));
    expect(hex(answer.nonce)).toBe(hex(nonce));
  });

  it('a question without a nonce is answered without one', async () => {
    expect((await asked(ocspRequest(idOf(holders.good), null))).nonce).toBeNull();
  });
});

describe('An answer', () => {
  it('is stale once its time is over', () => {
    const answer = answered({ args: ['-nmin', '5'] });
    const told = toldAt(answer);
    expect(said(holders.good, answer, told + 5 * MINUTE_MS).state).toBe('good');
    expect(said(holders.good, answer, told + 5 * MINUTE_MS + 1).state).toBe('stale');
    expect(accepted(holders.good, answer, told + 5 * MINUTE_MS + 1)).toBe(false);
  });

  it('that tells no end is stale at the age that policy caps', () => {
    const answer = answered({});
    expect(answer.singles[0]?.nextUpdate).toBeNull();
    expect(said(holders.good, answer, toldAt(answer) + DAY_MS).state).toBe('good');
    expect(said(holders.good, answer, toldAt(answer) + DAY_MS + 1).state).toBe('stale');
  });

  it('from tomorrow says nothing of today, unless it revokes', () => {
    const yesterday = now - DAY_MS;
    expect(said(holders.good, answered({}), yesterday)).toEqual({ state: 'unknown', reason: 'no-data' });
    expect(said(holders.revoked, answered({ about: holders.revoked }), yesterday).state).toBe('revoked');
  });

  it('that revokes is believed even when it is over', () => {
    const answer = answered({ about: holders.revoked, args: ['-nmin', '5'] });
    expect(said(holders.revoked, answer, now + 300 * DAY_MS).state).toBe('revoked');
  });

  it('about one certificate says nothing of another', () => {
    expect(said(holders.unknown, answered({}))).toEqual({ state: 'unknown', reason: 'no-data' });
  });

  it('may name the certificate by SHA-256', () => {
    const answer = answered({ args: ['-nmin', '5'], digest: '-sha256' });
    expect(answer.singles[0]?.id?.hash).toBe('sha256');
    expect(said(holders.good, answer).state).toBe('good');
    expect(said(holders.unknown, answer)).toEqual({ state: 'unknown', reason: 'no-data' });
  });

  it('may name the responder by its key', () => {
    const answer = answered({ args: ['-resp_key_id'] });
    expect(answer.responder.by).toBe('key');
    expect(said(holders.good, answer).state).toBe('good');
  });

  it('may leave out the certificate of the issuer who signed it, but not that of a delegate', () => {
    expect(said(holders.good, answered({ args: ['-resp_no_certs'] })).state).toBe('good');
    writeDelegate('alone', delegate());
    expect(said(holders.good, answered({ by: 'alone', args: ['-resp_no_certs'] }))).toEqual(NOT_TRUSTED);
  });

  it('is revoked rather than good where two answers differ', () => {
    const good = answered({});
    const revoked = answered({ about: holders.revoked });
    const both = [good, revoked];
    expect(saidOf(holders.revoked, both).state).toBe('revoked');
    expect(saidOf(holders.good, both).state).toBe('good');
  });
});

describe('A delegated responder', () => {
  it('is believed by its certificate, named by its key too, but not where its signature is damaged', () => {
    writeDelegate('delegate', delegate());
    expect(said(holders.good, answered({ by: 'delegate', args: ['-resp_key_id'] })).state).toBe('good');
    expect(said(holders.good, answered({ by: 'delegate', args: ['-badsig'] }))).toEqual(NOT_TRUSTED);
  });

  it('is believed with or without the word that it need not be checked', () => {
    for (const extensions of [[], [NO_CHECK]]) {
      writeDelegate('delegate', delegate({ extensions: [extendedKeyUsage([OCSP_SIGNING]), ...extensions] }));
      const answer = answered({ by: 'delegate' });
      expect(answer.responder.by).toBe('name');
      expect(accepted(holders.good, answer)).toBe(true);
    }
  });

  it('that a list revokes is not believed, unless it need not be checked', () => {
    for (const [extensions, trusted] of [
      [[], false],
      [[NO_CHECK], true],
    ] as const) {
      const { certificate, key } = delegate({ extensions: [extendedKeyUsage([OCSP_SIGNING]), ...extensions] });
      writeDelegate('delegate', { certificate, key });
      const list = writeList({
        issuer: authority,
        thisUpdate: now - DAY_MS,
        // Over: it cannot speak for the holder, yet it still revokes.
        nextUpdate: now - MINUTE_MS,
        entries: [{ serial: certificate.serial }],
      });
      const answers = [answered({ by: 'delegate' })];
      expect(judgedWith(holders.good, answers, []), 'without the list').toBe(true);
      expect(judgedWith(holders.good, answers, [parseRevocationList(list)])).toBe(trusted);
    }
  });

  it.each<[string, () => Delegate]>([
    ['is one of another CA', () => delegate({ by: otherAuthority })],
    ['is one of another CA of the same name', () => delegate({ by: sameName })],
    ['is a leaf that signs for nobody', () => delegate({ extensions: [] })],
    ['is a leaf for other purposes', () => delegate({ extensions: [extendedKeyUsage([PURPOSE.clientAuth])] })],
    ['is a leaf for any purpose', () => delegate({ extensions: [extendedKeyUsage([PURPOSE.any])] })],
    [
      'has a key that signs no data',
      () => delegate({ extensions: [extendedKeyUsage([OCSP_SIGNING]), keyUsage(KEY_USAGE.keyEncipherment)] }),
    ],
    [
      'says something critical that nobody understands',
      () =>
        delegate({
          extensions: [
            extendedKeyUsage([OCSP_SIGNING]),
            { oid: '1.3.6.1.4.1.32473.1', critical: true, value: Uint8Array.of(5, 0) },
          ],
        }),
    ],
    ['has expired', () => delegate({ notBefore: now - 9 * DAY_MS, notAfter: now - DAY_MS })],
    ['is not valid yet', () => delegate({ notBefore: now + DAY_MS, notAfter: now + 9 * DAY_MS })],
    ['has signed itself', () => delegate({ by: 'itself' })],
    ['takes the name of the CA', () => delegate({ by: 'itself', name: authority })],
  ])('that %s is not believed', (_what, made) => {
    writeDelegate('wrong', made());
    for (const args of [[], ['-resp_key_id']]) {
      const answer = answered({ by: 'wrong', args });
      expect(said(holders.good, answer)).toEqual(NOT_TRUSTED);
      expect(accepted(holders.good, answer)).toBe(false);
    }
  });

  it('cannot say good of what it revokes by saying it of the same number of another CA', () => {
    writeParty('other', otherAuthority, certificateOf(otherAuthority, otherAuthority, [basicConstraints(true)]));
    const answer = answered({ by: 'other', as: 'other' });
    expect(said(holders.good, answer)).toEqual({ state: 'unknown', reason: 'no-data' });
  });
});

describe('What is no answer, or no longer one, is never good', () => {
  const whole = () => {
    writeDelegate('delegate', delegate());
    return answered({ by: 'delegate', args: ['-nmin', '5'] }).der;
  };

  it('cut off behind each of its bytes', () => {
    const der = whole();
    const states = Array.from(der, (_, length) => stateOf(der.slice(0, length)));
    expect(new Set(states)).toEqual(new Set(['malformed']));
  });

  it('with each of its bytes changed', () => {
    const der = whole();
    const good: string[] = [];
    for (let at = 0; at < der.length; at++) {
      for (const bits of [0x01, 0x20, 0x80, 0xff]) {
        const changed = der.slice();
        changed[at] = (changed[at] ?? 0) ^ bits;
        if (stateOf(changed) === 'good') good.push(`${at} ^ ${bits}`);
      }
    }
    expect(good).toEqual([]);
  });

  it('with more behind it', () => {
    expect(stateOf(Buffer.concat([whole(), Uint8Array.of(0)]))).toBe('malformed');
  });

  it('or bytes of chance', () => {
    const states = Array.from({ length: 500 }, (_, length) => stateOf(randomBytes(length)));
    expect(new Set(states)).toEqual(new Set(['malformed']));
  });

  function stateOf(der: Uint8Array): string {
    try {
      const { answer } = parseOcspAnswer(der);
      return answer === null ? 'refused' : said(holders.good, answer).state;
    } catch (error) {
      if (error instanceof DerError) return 'malformed';
      throw error;
    }
  }
});

const NOT_TRUSTED: RevocationStatus = { state: 'unknown', reason: 'signer-not-trusted' };

type Delegate = { readonly certificate: Certificate; readonly key: Party['key'] };

function delegate(
  how: {
    readonly by?: Party | 'itself';
    readonly name?: Party;
    readonly extensions?: readonly Extension[];
    readonly notBefore?: number;
    readonly notAfter?: number;
  } = {},
): Delegate {
  const whom = { name: how.name?.name ?? party('Responder').name, key: newKey() };
  const { extensions = [extendedKeyUsage([OCSP_SIGNING])], notBefore, notAfter } = how;
  const by = how.by === 'itself' ? whom : (how.by ?? authority);
  return { certificate: certificateOf(whom, by, extensions, { notBefore, notAfter }), key: whom.key };
}

function holder(serial: number): Certificate {
  return issue(party(`Holder ${serial}`), authority, {
    serial,
    extensions: [extendedKeyUsage([PURPOSE.clientAuth])],
    notBefore: now - 30 * DAY_MS,
    notAfter: now + 30 * DAY_MS,
  });
}

function certificateOf(
  subject: Party,
  by: Party,
  extensions: readonly Extension[],
  { notBefore, notAfter }: { notBefore?: number | undefined; notAfter?: number | undefined } = {},
): Certificate {
  return issue(subject, by, {
    extensions,
    notBefore: notBefore ?? now - 30 * DAY_MS,
    notAfter: notAfter ?? now + 30 * DAY_MS,
  });
}

function writeParty(name: string, { key }: Pick<Party, 'key'>, { der }: Certificate): void {
  const base64 = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  writeFileSync(file(`${name}.pem`), `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
  writeFileSync(file(`${name}.key`), key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function writeDelegate(name: string, { certificate, key }: Delegate): void {
  writeParty(name, { key }, certificate);
}

/** @param as the CA whose certificates it speaks of */
function responder(by: string, as = 'authority'): string[] {
  const signer = ['-rsigner', file(`${by}.pem`), '-rkey', file(`${by}.key`)];
  return ['ocsp', '-index', file('index.txt'), '-CA', file(`${as}.pem`), ...signer];
}

/** An answer of a responder that is given its question in a file. */
function answered(how: {
  readonly about?: Certificate;
  readonly by?: string;
  readonly as?: string;
  readonly args?: readonly string[];
  readonly digest?: string;
}): OcspAnswer {
  const { about = holders.good, by = 'authority', as = 'authority', args = [], digest } = how;
  const question = file('question.der');
  if (digest === undefined && as === 'authority') writeFileSync(question, ocspRequest(idOf(about), null));
  else {
    const serial = `0x${Buffer.from(about.serial).toString('hex')}`;
    const named = ['-issuer', file(`${as}.pem`), '-serial', serial];
    openssl(['ocsp', digest ?? '-sha1', ...named, '-no_nonce', '-reqout', question]);
  }
  openssl([...responder(by, as), ...args, '-reqin', question, '-respout', file('answer.der')]);
  return parsed(Uint8Array.from(readFileSync(file('answer.der'))));
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe', env: { ...process.env, OPENSSL_CONF: '/dev/null' } });
}

const idOf = (certificate: Certificate) => certificateId(certificate, issuer.key);

async function asked(question: Uint8Array): Promise<OcspAnswer> {
  return parsed(await post(question));
}

function parsed(der: Uint8Array): OcspAnswer {
  const { answer, refused } = parseOcspAnswer(der);
  if (answer === null) throw new Error(`refused: ${refused}`);
  return answer;
}

function said(certificate: Certificate, answer: OcspAnswer, at = Date.now()): RevocationStatus {
  return saidOf(certificate, [answer], at);
}

function saidOf(certificate: Certificate, answers: readonly OcspAnswer[], at = Date.now()): RevocationStatus {
  return checkOcsp(certificate, issuer, {
    answers,
    at,
    profile: STRICT,
    ageCap: DAY_MS,
    budget: new Budget(),
    isRevoked: () => false,
  });
}

function accepted(certificate: Certificate, answer: OcspAnswer, at = Date.now()): boolean {
  return judgedWith(certificate, [answer], [], at);
}

function judgedWith(
  certificate: Certificate,
  answers: readonly OcspAnswer[],
  lists: readonly ReturnType<typeof parseRevocationList>[],
  at = Date.now(),
): boolean {
  return judgePath(certificate, trustStore([authorityCertificate]), [], {
    at,
    profile: STRICT,
    revocation: { answers, lists, ageCap: DAY_MS, tolerates: () => false },
  }).accepted;
}

/** When it was told, milliseconds since 1970. */
function toldAt(answer: OcspAnswer): number {
  return answer.singles[0]?.thisUpdate ?? Number.NaN;
}

function post(body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/ocsp-request', 'content-length': body.length };
    const asking = request({ host: '127.0.0.1', port, method: 'POST', path: '/', headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Uint8Array.from(Buffer.concat(parts))));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** `ACCEPT 127.0.0.1:40123 PID=4711` */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  for (const output of [stdout, stderr]) {
    if (output === null) continue;
    for await (const line of createInterface({ input: output })) {
      const found = /^ACCEPT .*:(\d+)( |$)/.exec(line)?.[1];
      if (found !== undefined) return Number(found);
    }
  }
  throw new Error('openssl ocsp did not start');
}

function hex(octets: Uint8Array | null): string {
  return octets === null ? 'none' : Buffer.from(octets).toString('hex');
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`;
}
