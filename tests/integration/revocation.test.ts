import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Policy, parsePolicy } from '../../src/core/agent/policy.ts';
import type { JudgedCertificate } from '../../src/core/pki/verdict.ts';
import { CertificateService, type CertificateServiceOptions } from '../../src/main/certificates/certificate-service.ts';
import { startJudgeThread } from '../../src/main/certificates/judge-client.ts';
import { testKeys } from '../../src/simulator/pki/key-pool.ts';
import { ADA } from '../../src/simulator/pki/person.ts';
import { TestAuthority } from '../../src/simulator/pki/test-authority.ts';
import { OcspResponder } from '../rig/ocsp-responder.ts';
import { Publisher } from '../rig/publisher.ts';

/**
 * The certificate service as the agent has it (its thread, its store on a disk), a web server where an authority publishes its
 * lists, and `openssl ocsp` as the responder. Whatever happens on the way, nothing is called good that is not known to be.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let publisher: Publisher;
let authority: TestAuthority;
/** Another one that calls itself by the same name. */
let impostor: TestAuthority;
let card: Uint8Array;
let folder: string;
let problems: string[];
const endings: Array<() => Promise<void>> = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-trust-'));
  problems = [];
  publisher = await Publisher.start();
  endings.push(() => publisher.stop());
  authority = await TestAuthority.create({ addresses: addressesAt(publisher.url) });
  impostor = await TestAuthority.create();
  writeFileSync(join(folder, 'root.pem'), (await authority.pem('root')).certificate);
  writeFileSync(join(folder, 'issuing.pem'), (await authority.pem('issuing')).certificate);
  card = await issued();
  publisher.publish('/root.crl', await authority.list({ by: 'root', number: 1 }));
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

const addressesAt = (url: string) => ({
  root: { lists: [`${url}/root.crl`] },
  issuing: { lists: [`${url}/issuing.crl`], ocsp: `${url}/ocsp`, issuer: `${url}/issuing.cer` },
});

async function issued(by = authority): Promise<Uint8Array> {
  const validity = { notBefore: new Date(Date.now() - 90 * DAY), notAfter: new Date(Date.now() + 365 * DAY) };
  return by.issue({ person: ADA, slot: '9a', key: await testKeys.take('p256'), validity });
}

function policyOf(revocation: object = {}, certificates: object = {}): Policy {
  const result = parsePolicy(
    JSON.stringify({
      certificates: {
        anchors: [join(folder, 'root.pem')],
        intermediates: [join(folder, 'issuing.pem')],
        ...certificates,
      },
      revocation: { loopback: true, proxy: 'none', ...revocation },
    }),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

function start(revocation: object = {}, options: Partial<CertificateServiceOptions> = {}): CertificateService {
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder, { recursive: true });
  const service = new CertificateService({
    policy: policyOf(revocation),
    stateFolder,
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
    onStoreProblem: ({ kind }) => problems.push(kind),
    ...options,
  });
  endings.push(() => service.stop());
  return service;
}

const judge = (service: CertificateService, der = card) => service.judge({ der, slot: '9A', others: [] });

/** Judged again with each piece of news, until it is as wanted. */
async function judgedUntil(
  service: CertificateService,
  wanted: (judged: JudgedCertificate) => boolean,
): Promise<JudgedCertificate> {
  for (;;) {
    const { promise: news, resolve } = Promise.withResolvers<void>();
    const stop = service.onNews(resolve);
    const judged = await judge(service);
    if (!wanted(judged)) await news;
    stop();
    if (wanted(judged)) return judged;
  }
}

async function responder(how: { known?: boolean; revoked?: boolean; by?: 'issuer' | 'delegate' | 'impostor' } = {}) {
  const { known = true, revoked = false, by = 'issuer' } = how;
  const own = await authority.pem('issuing');
  const signers = {
    issuer: () => Promise.resolve(own),
    delegate: () => authority.responder('issuing'),
    impostor: () => impostor.pem('issuing'),
  };
  const signer = await signers[by]();
  const started = await OcspResponder.start({
    authority: own.certificate,
    signer,
    good: known && !revoked ? [card] : [],
    revoked: revoked ? [card] : [],
  });
  endings.push(() => started.stop());
  publisher.publish('/ocsp', (question, answer) => started.pass(question, answer));
  return started;
}

const ACCEPTED = { verdict: 'accepted', reasons: [], judgedBy: 'path' };
const refused = (...reasons: string[]) => ({ verdict: 'refused', reasons });
const UNKNOWN = { ...refused('revocation-unknown'), revocation: { state: 'unknown' } };
const faultOf = (service: CertificateService, kind: 'crl' | 'ocsp') =>
  service
    .state()
    .sources.filter((source) => source.kind === kind)
    .map(({ fault }) => fault);

describe('A revocation list', () => {
  it('that does not name the card makes it good, for as long as both lists on the path hold', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    const [asOf, until] = [now - 2 * HOUR, now + HOUR];
    publisher.publish(
      '/issuing.crl',
      await authority.list({ by: 'issuing', number: 1, thisUpdate: asOf, nextUpdate: until }),
    );
    const { verdict } = await judge(start({ sources: ['crl'] }));
    expect(verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good', asOf, until } });
    expect(publisher.asked.toSorted()).toEqual(['GET /issuing.crl', 'GET /root.crl']);
  });

  it('that names the card refuses it, and says why', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, revoked: [card] }));
    const { verdict } = await judge(start({ sources: ['crl'] }));
    expect(verdict).toMatchObject({
      ...refused('revoked'),
      revocation: { state: 'revoked', reason: 'key-compromise' },
    });
  });

  it('that names the issuer refuses the card', async () => {
    const revoked = [authority.issuingCertificate];
    publisher.publish('/root.crl', await authority.list({ by: 'root', number: 2, revoked }));
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const { verdict } = await judge(start({ sources: ['crl'] }));
    expect(verdict).toMatchObject({ ...refused('issuer-revoked'), revocation: { state: 'revoked' } });
  });

  it('that policy names is fetched before any card asks for it', async () => {
    const policy = policyOf({ sources: ['crl'], lists: [`${publisher.url}/early.crl`] });
    publisher.publish('/early.crl', await authority.list({ by: 'issuing', number: 1 }));
    start({}, { policy });
    await publisher.untilAsked('/early.crl');
  });

  it.each<[string, string | RegExp, () => Promise<void>]>([
    ['is not there', 'refused-status', async () => undefined],
    ['is empty', 'malformed', async () => publisher.publish('/issuing.crl', new Uint8Array())],
    ['is garbage', 'malformed', async () => publisher.publish('/issuing.crl', Buffer.alloc(5_000, 0x30))],
    ['is a web page', 'malformed', async () => publisher.publish('/issuing.crl', Buffer.from('<html>Sign in</html>'))],
    [
      'is cut off',
      'malformed',
      async () => publisher.publish('/issuing.crl', (await authority.list({ by: 'issuing', number: 1 })).slice(0, -9)),
    ],
    [
      'breaks off on the way',
      'unreachable',
      async () => {
        const list = await authority.list({ by: 'issuing', number: 1 });
        publisher.publish('/issuing.crl', (_, answer) => {
          answer.writeHead(200, { 'content-length': list.length });
          answer.write(list.slice(0, 50), () => answer.destroy());
        });
      },
    ],
    [
      'announces 17 MB',
      'too-large',
      async () =>
        publisher.publish('/issuing.crl', (_, answer) =>
          answer.writeHead(200, { 'content-length': 17 * 1024 * 1024 }).flushHeaders(),
        ),
    ],
    [
      'has no end',
      'too-large',
      async () =>
        publisher.publish('/issuing.crl', (_, answer) => {
          const part = Buffer.alloc(1024 * 1024, 0x30);
          const more = () => {
            while (!answer.destroyed && answer.write(part));
          };
          answer.on('drain', more);
          more();
        }),
    ],
    [
      'is signed by another key of the same name',
      'signer-not-trusted',
      async () => publisher.publish('/issuing.crl', await impostor.list({ by: 'issuing', number: 1 })),
    ],
    [
      'is one of the root',
      /^null$/,
      async () => publisher.publish('/issuing.crl', await authority.list({ by: 'root', number: 7 })),
    ],
    [
      'leads in a circle',
      'redirect-refused',
      async () => {
        publisher.publish('/issuing.crl', (_, answer) => answer.writeHead(302, { location: '/there' }).end());
        publisher.publish('/there', (_, answer) => answer.writeHead(302, { location: '/issuing.crl' }).end());
      },
    ],
    [
      'leads on and on',
      'redirect-refused',
      async () => {
        publisher.publish('/issuing.crl', (_, answer) => answer.writeHead(302, { location: '/1' }).end());
        for (let n = 1; n < 9; n++)
          publisher.publish(`/${n}`, (_, answer) => answer.writeHead(302, { location: `/${n + 1}` }).end());
      },
    ],
    [
      'leads to a file of this computer',
      'redirect-refused',
      async () =>
        publisher.publish('/issuing.crl', (_, answer) =>
          answer.writeHead(302, { location: 'file:///etc/passwd' }).end(),
        ),
    ],
    [
      'comes with an error',
      'refused-status',
      async () => publisher.publish('/issuing.crl', (_, a) => a.writeHead(500).end()),
    ],
  ])('that %s leaves it unknown, and is told apart (%s)', async (_what, why, prepare) => {
    await prepare();
    const service = start({ sources: ['crl'] });
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'crl').map(String)).toContainEqual(expect.stringMatching(why));
  });

  it('whose time is over is stale, not good', async () => {
    const times = { thisUpdate: Date.now() - 2 * DAY, nextUpdate: Date.now() - HOUR };
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, ...times }));
    const service = start({ sources: ['crl'] });
    expect((await judge(service)).verdict).toMatchObject({
      ...refused('revocation-stale'),
      revocation: { state: 'stale' },
    });
    expect(faultOf(service, 'crl')).toContain('over');
  });

  it('behind TLS that nobody vouches for is not fetched', async () => {
    const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
    execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
    const secure = await Publisher.start({
      key: readFileSync(join(folder, 'tls.key')),
      cert: readFileSync(join(folder, 'tls.pem')),
    });
    endings.push(() => secure.stop());
    const addresses = { ...addressesAt(publisher.url), issuing: { lists: [`${secure.url}/issuing.crl`] } };
    const elsewhere = await TestAuthority.create({ addresses });
    secure.publish('/issuing.crl', await elsewhere.list({ by: 'issuing', number: 1 }));
    writeFileSync(join(folder, 'root.pem'), (await elsewhere.pem('root')).certificate);
    writeFileSync(join(folder, 'issuing.pem'), (await elsewhere.pem('issuing')).certificate);
    publisher.publish('/root.crl', await elsewhere.list({ by: 'root', number: 1 }));
    const service = start({ sources: ['crl'] });
    expect((await judge(service, await issued(elsewhere))).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'crl')).toContainEqual(expect.stringMatching(/^tls|certificate/));
    expect(secure.asked).toEqual([]);
  });

  it('on this computer is not fetched unless policy says so', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const service = start({ sources: ['crl'], loopback: false });
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'crl')).toEqual(['address-refused', 'address-refused']);
    expect(publisher.asked).toEqual([]);
  });
});

describe('A responder', () => {
  it.each(['issuer', 'delegate'] as const)('that answers good (signed by the %s) makes it good', async (by) => {
    await responder({ by });
    const { verdict } = await judge(start());
    expect(verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
    expect(publisher.asked).toContain('POST /ocsp');
  });

  it('that answers revoked refuses the card', async () => {
    await responder({ revoked: true });
    expect((await judge(start())).verdict).toMatchObject({
      ...refused('revoked'),
      revocation: { state: 'revoked', reason: 'key-compromise' },
    });
  });

  it('that answers good does not unsay what a list has revoked', async () => {
    await responder();
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, revoked: [card] }));
    const service = start();
    const { verdict } = await judgedUntil(service, ({ verdict: { revocation } }) => revocation.state === 'revoked');
    expect(verdict).toMatchObject(refused('revoked'));
  });

  it.each<[string, string, () => Promise<void>]>([
    ['does not know the card', 'responder-does-not-know', async () => void (await responder({ known: false }))],
    ['is another one of the same name', 'signer-not-trusted', async () => void (await responder({ by: 'impostor' }))],
    [
      'asks to come back later',
      'responder-refused',
      async () => publisher.publish('/ocsp', Uint8Array.of(0x30, 3, 0x0a, 1, 3)),
    ],
    ['answers garbage', 'malformed', async () => publisher.publish('/ocsp', Buffer.alloc(300, 0x30))],
    ['answers nothing', 'malformed', async () => publisher.publish('/ocsp', new Uint8Array())],
    ['answers 100 kB', 'too-large', async () => publisher.publish('/ocsp', Buffer.alloc(100_000, 0x30))],
    ['hangs up', 'unreachable', async () => publisher.publish('/ocsp', (_, answer) => void answer.destroy())],
  ])('that %s leaves it unknown (%s)', async (_what, why, prepare) => {
    await prepare();
    const service = start();
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'ocsp')).toEqual([why]);
  });

  it('whose answer is over leaves it unknown', async () => {
    await responder();
    const service = start({}, { now: () => Date.now() + 2 * HOUR });
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'ocsp')).toEqual(['over']);
  });

  it('that repeats the answer to an earlier question leaves it unknown', async () => {
    const real = await responder();
    await judge(start());
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    publisher.publish('/ocsp', (question, answer) => {
      const end = answer.end.bind(answer);
      const parts: Buffer[] = [];
      answer.write = (part: Buffer) => parts.push(part) > 0;
      answer.end = (() => {
        resolve(Buffer.concat(parts));
        return end(Buffer.concat(parts));
      }) as typeof answer.end;
      real.pass(question, answer);
    });
    await judge(start({}, { stateFolder: mkdtempSync(join(folder, 'other-')) }));
    publisher.publish('/ocsp', await promise);
    const service = start({}, { stateFolder: mkdtempSync(join(folder, 'third-')) });
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(faultOf(service, 'ocsp')).toEqual(['nonce-replayed']);
  });

  it('that is slow keeps nobody longer than five seconds, and the card stays unknown', async () => {
    publisher.publish('/ocsp', () => undefined);
    publisher.publish('/issuing.crl', () => undefined);
    const begin = performance.now();
    expect((await judge(start())).verdict).toMatchObject(UNKNOWN);
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(4_900);
    expect(took).toBeLessThan(9_000);
  });
});

describe('Without a network', () => {
  it('a card whose revocation nobody has ever looked at is unknown', async () => {
    await publisher.stop();
    const service = start();
    expect((await judge(service)).verdict).toMatchObject(UNKNOWN);
    expect(new Set([...faultOf(service, 'crl'), ...faultOf(service, 'ocsp')])).toEqual(new Set(['unreachable']));
  });

  it.each([
    ['required', UNKNOWN],
    ['when-known', { ...ACCEPTED, revocation: { state: 'unknown' } }],
    ['off', { ...ACCEPTED, revocation: { state: 'unknown', reason: 'not-checked' } }],
  ])('policy decides: %s', async (mode, expected) => {
    await publisher.stop();
    expect((await judge(start({ mode }))).verdict).toMatchObject(expected);
  });

  it('where it is off, nothing is asked', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, revoked: [card] }));
    const service = start({ mode: 'off' });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    await service.stop();
    expect(publisher.asked).toEqual([]);
  });

  it('when-known: a card is refused as soon as it is known', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, revoked: [card] }));
    const service = start({ mode: 'when-known', sources: ['crl'] });
    const { verdict } = await judgedUntil(service, ({ verdict: { verdict: word } }) => word === 'refused');
    expect(verdict).toMatchObject({ ...refused('revoked'), revocation: { state: 'revoked' } });
  });

  it.each([
    [0, 30, refused('revocation-stale')],
    [2, 30, { verdict: 'accepted', revocation: { state: 'stale' } }],
    [2, 150, refused('revocation-stale')],
  ])('with a grace of %i hours, %i minutes after the end of what is on disk', async (graceHours, minutes, expected) => {
    const end = Date.now() + HOUR;
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, nextUpdate: end }));
    const before = start({ sources: ['crl'], graceHours });
    expect((await judge(before)).verdict).toMatchObject(ACCEPTED);
    await before.stop();
    await publisher.stop();
    const service = start({ sources: ['crl'], graceHours }, { now: () => end + minutes * MINUTE });
    expect((await judge(service)).verdict).toMatchObject(expected);
  });

  it('what is on disk is enough after a restart: lists, and answers', async () => {
    await responder();
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    for (const sources of [['crl'], ['ocsp', 'crl']]) {
      const service = start({ sources });
      await judgedUntil(service, ({ verdict: { verdict } }) => verdict === 'accepted');
      await vi.waitFor(() => expect(faultOf(service, 'crl')).toEqual([null, null]));
      await service.stop();
    }
    await publisher.stop();
    publisher.asked.length = 0;
    for (const sources of [['crl'], ['ocsp', 'crl']]) {
      const service = start({ sources });
      expect((await judge(service)).verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
    }
  });

  it('what a list on disk has revoked stays revoked, even when its time is over', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, revoked: [card] }));
    const before = start({ sources: ['crl'] });
    await judge(before);
    await before.stop();
    await publisher.stop();
    for (const mode of ['required', 'when-known']) {
      const service = start({ sources: ['crl'], mode }, { now: () => Date.now() + 40 * DAY });
      expect((await judge(service)).verdict).toMatchObject(refused('revoked'));
    }
  });
});

describe('While what is kept is fresh', () => {
  it('no judgement asks the network', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const service = start({ sources: ['crl'] });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    publisher.asked.length = 0;
    const begin = performance.now();
    for (let times = 0; times < 50; times++) expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    // 50 of them: one that waited for the network would take longer than all.
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(publisher.asked).toEqual([]);
  });

  it('and it is time to refresh it, a login does not wait for a server that hangs: lists', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const clock = { ahead: 0 };
    const service = start({ sources: ['crl'] }, { now: () => Date.now() + clock.ahead });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    publisher.publish('/issuing.crl', () => undefined);
    publisher.publish('/root.crl', () => undefined);
    publisher.asked.length = 0;
    clock.ahead = 23 * HOUR;
    const begin = performance.now();
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    expect(performance.now() - begin).toBeLessThan(2_500);
    await publisher.untilAsked('/issuing.crl');
  });

  it('nor after a restart: answers from disk count before the network is asked', async () => {
    await responder();
    const before = start();
    expect((await judge(before)).verdict).toMatchObject(ACCEPTED);
    await before.stop();
    for (const path of ['/ocsp', '/issuing.crl', '/root.crl']) publisher.publish(path, () => undefined);
    const begin = performance.now();
    const service = start({}, { now: () => Date.now() + 55 * MINUTE });
    expect((await judge(service)).verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
    expect(performance.now() - begin).toBeLessThan(2_500);
    await publisher.untilAsked('/ocsp', 2);
  });

  it('a newer list is fetched in the background, and its news is told', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const clock = { ahead: 0 };
    const service = start({ sources: ['crl'] }, { now: () => Date.now() + clock.ahead });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    const nextUpdate = Date.now() + 2 * DAY;
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 2, revoked: [card], nextUpdate }));
    clock.ahead = 20 * HOUR;
    const { verdict } = await judgedUntil(service, ({ verdict: { verdict: word } }) => word === 'refused');
    expect(verdict).toMatchObject(refused('revoked'));
  });
});

describe('What is kept is not replaced', () => {
  it.each<[string, string, () => Promise<Uint8Array>]>([
    [
      'a list of a lower number',
      'older',
      () => authority.list({ by: 'issuing', number: 4, nextUpdate: Date.now() + 9 * DAY }),
    ],
    [
      'a list of another issuer',
      'other-list',
      () => authority.list({ by: 'root', number: 9, nextUpdate: Date.now() + 9 * DAY }),
    ],
    ['a list by another key', 'signer-not-trusted', () => impostor.list({ by: 'issuing', number: 9 })],
    ['garbage', 'malformed', () => Promise.resolve(Buffer.alloc(100, 0x30))],
  ])('by %s, in memory or on disk', async (_what, why, other) => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 5, revoked: [card] }));
    const clock = { ahead: 0 };
    const now = () => Date.now() + clock.ahead;
    const rules = { sources: ['crl'], mode: 'when-known' };
    const service = start(rules, { now });
    await judgedUntil(service, ({ verdict: { verdict } }) => verdict === 'refused');
    publisher.publish('/issuing.crl', await other());
    clock.ahead = 20 * HOUR;
    await judge(service);
    await vi.waitFor(() => expect(faultOf(service, 'crl')).toContain(why));
    expect((await judge(service)).verdict).toMatchObject(refused('revoked'));
    await service.stop();
    await publisher.stop();
    expect((await judge(start(rules, { now }))).verdict).toMatchObject(refused('revoked'));
  });

  it('by a list of a lower number when its own time is over: stale, not good', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 5 }));
    const clock = { ahead: 0 };
    const service = start({ sources: ['crl'] }, { now: () => Date.now() + clock.ahead });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    const longer = { thisUpdate: Date.now(), nextUpdate: Date.now() + 9 * DAY };
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 4, ...longer }));
    publisher.publish('/root.crl', await authority.list({ by: 'root', number: 2, ...longer }));
    clock.ahead = 2 * DAY;
    expect((await judge(service)).verdict).toMatchObject(refused('revocation-stale'));
    expect(faultOf(service, 'crl')).toContain('older');
  });

  it('by a list whose signer was only fetched: whoever sits on the way could be that', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 5, revoked: [card] }));
    publisher.publish('/issuing.cer', impostor.issuingCertificate);
    const clock = { ahead: 0 };
    const policy = policyOf({ sources: ['crl'], mode: 'when-known', fetchIssuers: true });
    const service = start({}, { policy, now: () => Date.now() + clock.ahead });
    await judgedUntil(service, ({ verdict: { verdict } }) => verdict === 'refused');
    // A card of the impostor makes the service fetch the certificate of its issuer.
    const hostile = await TestAuthority.create({ name: 'Nobody', addresses: addressesAt(publisher.url) });
    await judge(service, await issued(hostile));
    expect(publisher.asked).toContain('GET /issuing.cer');
    publisher.publish('/issuing.crl', await impostor.list({ by: 'issuing', number: 99 }));
    clock.ahead = 20 * HOUR;
    await judge(service);
    await vi.waitFor(() => expect(faultOf(service, 'crl')).toContain('signer-not-trusted'));
    expect((await judge(service)).verdict).toMatchObject(refused('revoked'));
  });
});

describe('An issuer that nobody has', () => {
  it('is fetched from where the card says, and kept for when there is no network', async () => {
    publisher.publish('/issuing.cer', authority.issuingCertificate);
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const policy = policyOf({ sources: ['crl'], fetchIssuers: true }, { intermediates: [] });
    const before = start({}, { policy });
    expect((await judge(before)).verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
    await before.stop();
    await publisher.stop();
    expect((await judge(start({}, { policy }))).verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
  });

  it('is not fetched unless policy says so', async () => {
    const policy = policyOf({ sources: ['crl'] }, { intermediates: [] });
    expect((await judge(start({}, { policy }))).verdict).toMatchObject(refused('issuer-unknown'));
    expect(publisher.asked).toEqual([]);
  });
});

describe('A clock that is turned back', () => {
  const PAST = -30 * DAY;

  it('does not make an old list young again, and is told', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 5, revoked: [card] }));
    const before = start({ sources: ['crl'] });
    expect((await judge(before)).verdict).toMatchObject(refused('revoked'));
    await before.stop();
    // Whoever turns the clock back also removes the lists, and plays back those of that time.
    rmSync(join(folder, 'state', 'revocation'), { recursive: true });
    const then = { thisUpdate: Date.now() + PAST - HOUR, nextUpdate: Date.now() + PAST + DAY };
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1, ...then }));
    publisher.publish('/root.crl', await authority.list({ by: 'root', number: 1, ...then }));
    const service = start({ sources: ['crl'] }, { now: () => Date.now() + PAST });
    expect((await judge(service)).verdict).toMatchObject(refused('revocation-stale'));
    expect(problems).toContainEqual(expect.stringMatching(/^Clock_TurnedBack by 43\d\d\d minutes$/));
    expect(service.state().clockBehind).toBeGreaterThan(29 * DAY);
  });

  it('does not keep a revocation of today from being heard', async () => {
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 5, revoked: [card] }));
    const service = start({ sources: ['crl'] }, { now: () => Date.now() + PAST });
    expect((await judge(service)).verdict).toMatchObject(refused('revoked'));
    expect(problems).toContainEqual(expect.stringMatching(/^Clock_TurnedBack/));
  });

  it('by less than five minutes bothers nobody: what was signed just now counts', async () => {
    await responder();
    const service = start({}, { now: () => Date.now() - 2 * MINUTE });
    expect((await judge(service)).verdict).toMatchObject({ ...ACCEPTED, revocation: { state: 'good' } });
    expect(problems).toEqual([]);
  });

  it('and was ahead before, is believed again when a responder has answered our question', async () => {
    publisher.publish(
      '/issuing.crl',
      await authority.list({ by: 'issuing', number: 1, nextUpdate: Date.now() + 3 * DAY }),
    );
    publisher.publish('/root.crl', await authority.list({ by: 'root', number: 1, nextUpdate: Date.now() + 3 * DAY }));
    const ahead = start({ sources: ['crl'] }, { now: () => Date.now() + 2 * DAY });
    expect((await judge(ahead)).verdict).toMatchObject(ACCEPTED);
    await ahead.stop();
    await responder();
    const service = start();
    await judge(service);
    await vi.waitFor(() => expect(service.state().clockBehind).toBe(0));
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
  });
});

describe('The judge’s thread', () => {
  it('that is killed in the middle: no word but no, and soon the right one again, without a network', async () => {
    await responder();
    const threads: Worker[] = [];
    const startThread = () => {
      const worker = startJudgeThread();
      threads.push(worker);
      return worker;
    };
    const service = start({}, { startThread });
    expect((await judge(service)).verdict).toMatchObject(ACCEPTED);
    for (const path of ['/ocsp', '/issuing.crl', '/root.crl']) publisher.publish(path, () => undefined);
    publisher.asked.length = 0;
    const pending = judge(service);
    // Its question is on the way when the thread goes.
    await Promise.resolve();
    await threads[0]?.terminate();
    expect((await pending).verdict).toMatchObject(refused('judge-unavailable'));
    const { verdict } = await judgedUntil(service, ({ verdict: { verdict: word } }) => word === 'accepted');
    expect(verdict.revocation.state).toBe('good');
    expect(threads).toHaveLength(2);
    expect(publisher.asked).toEqual([]);
  });

  it.each<[string, () => Worker]>([
    [
      'cannot be started',
      () => {
        throw new Error('no more threads');
      },
    ],
    [
      'dies whenever it is started',
      () => {
        const worker = startJudgeThread();
        void worker.terminate();
        return worker;
      },
    ],
  ])('that %s: no word but no', async (_what, startThread) => {
    const service = start({}, { startThread });
    for (let times = 0; times < 6; times++)
      expect((await judge(service)).verdict).toMatchObject(refused('judge-unavailable'));
  });
});

describe('A list of 100,000 entries', () => {
  it('never keeps the agent’s event loop from going on for more than 20 ms', async () => {
    writeFileSync(join(folder, 'ca.key'), (await authority.pem('issuing')).key);
    publisher.publish('/issuing.crl', largeList(100_000));
    writeFileSync(join(folder, 'card.der'), card);
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(policyOf({ sources: ['crl'] })));
    const script = fileURLToPath(new URL('../rig/loop-delay.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      join(folder, 'policy.json'),
      join(folder, 'card.der'),
      '5',
    ]);
    const rounds = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<'fetched' | 'restored' | 'idle', { value: string; max: number }>);
    // Others on this machine only ever add to it: the best round of each is what the work itself does.
    const best = (kind: 'fetched' | 'restored' | 'idle') => Math.min(...rounds.map((round) => round[kind].max));
    const figures = { fetched: best('fetched'), restored: best('restored'), idle: best('idle') };
    expect(rounds.map(({ fetched, restored }) => [fetched.value, restored.value])).toEqual(
      rounds.map(() => ['accepted good', 'accepted good']),
    );
    expect(figures.fetched - figures.idle, JSON.stringify(figures)).toBeLessThan(20);
    expect(figures.restored - figures.idle, JSON.stringify(figures)).toBeLessThan(20);
  });

  /** By `openssl ca`, which is quick about it. */
  function largeList(entries: number): Uint8Array {
    const until = '351231235959Z';
    const lines = Array.from({ length: entries }, (_, n) => {
      const serial = (0x4000_0000_0000 + n * 7_919).toString(16).toUpperCase();
      return `R\t${until}\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=x\n`;
    });
    const at = (name: string) => join(folder, name);
    writeFileSync(at('index.txt'), lines.join(''));
    writeFileSync(at('crlnumber'), '01\n');
    writeFileSync(
      at('ca.cnf'),
      `[ca]\ndefault_ca = d\n[d]\ndatabase = ${at('index.txt')}\ncrlnumber = ${at('crlnumber')}\n` +
        `default_md = sha256\ndefault_crl_days = 1\ncrl_extensions = e\n[e]\nauthorityKeyIdentifier = keyid\n`,
    );
    const keys = ['-cert', at('issuing.pem'), '-keyfile', at('ca.key')];
    execFileSync('openssl', ['ca', '-gencrl', '-config', at('ca.cnf'), ...keys, '-out', at('large.pem')], {
      stdio: 'ignore',
    });
    return execFileSync('openssl', ['crl', '-in', at('large.pem'), '-outform', 'DER'], { maxBuffer: 64 * 1024 * 1024 });
  }
});
