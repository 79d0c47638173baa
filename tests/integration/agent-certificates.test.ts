import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAgent } from '../../src/main/control/control-client.ts';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT } from '../../src/simulator/card/data-objects.ts';
import { issueCardState, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { type Level, TestAuthority } from '../../src/simulator/pki/test-authority.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, type Line, makeUserFolders, type UserFolders, wardkey } from '../rig/agent-process.ts';
import { OcspResponder } from '../rig/ocsp-responder.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { Publisher } from '../rig/publisher.ts';
import { element } from '../unit/simulator-terminal.ts';

/** Cards of an organisation and of others, in a real pcscd, before the agent as it ships: who is signed in, and what the others are told. */

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let user: UserFolders;
let publisher: Publisher;
let authority: TestAuthority;
const endings: Array<() => Promise<unknown>> = [];

beforeAll(async () => {
  [pcscd, player] = await Promise.all([startPcscd(), CardPlayer.start()]);
  reader = player.reader(pcscd.ports[0]);
});
afterAll(async () => {
  await player?.stop();
  await pcscd?.stop();
});
beforeEach(async () => {
  publisher = await Publisher.start();
  authority = await TestAuthority.create({
    addresses: {
      root: { lists: [`${publisher.url}/root.crl`] },
      issuing: { lists: [`${publisher.url}/issuing.crl`] },
    },
  });
  publisher.publish('/root.crl', await authority.list({ by: 'root', number: 1 }));
  publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
  user = makeUserFolders();
  for (const level of ['root', 'issuing'] as const) await write(authority, level);
  policy();
});
afterEach(async () => {
  await reader.pull();
  for (const end of endings.splice(0).toReversed()) await end();
  await publisher.stop();
  user.remove();
});

const at = (name: string) => join(user.folder, name);

async function write(whose: TestAuthority, level: Level, name: string = level): Promise<void> {
  writeFileSync(at(`${name}.pem`), (await whose.pem(level)).certificate);
}

function policy(certificates: object = {}, revocation: object = {}): void {
  user.writePolicy({
    certificates: { anchors: [at('root.pem')], intermediates: [at('issuing.pem')], ...certificates },
    revocation: { loopback: true, proxy: 'none', ...revocation },
  });
}

async function start(): Promise<AgentProcess> {
  const agent = new AgentProcess(user, pcscd.env);
  endings.push(() => agent.stop());
  await agent.phase('no-card');
  return agent;
}

const run = (args: readonly string[], input = '') => wardkey(args, { user, env: pcscd.env, input });
const verify = () => run(['pin', 'verify', '--json'], `${TEST_PIN}\n`);
const json = (out: string): unknown => JSON.parse(out);

function certificateOf(card: CardState, slot: '9a' | '9c' = '9a'): Uint8Array {
  return Uint8Array.from(element(Buffer.from(card.objects[CERTIFICATE_OBJECT[slot]] ?? '', 'hex'), 0x70));
}

describe('A card whose certificates are judged by anchors', () => {
  it('signs in where it is valid and known not to be revoked', async () => {
    const agent = await start();
    await reader.insert(await issueCardState({ keys: 'p256', authority }));
    await agent.phase('awaiting-passcode');
    expect(await verify()).toMatchObject({ code: 0 });
    await agent.event('session-began');
    expect(publisher.asked.toSorted()).toEqual(['GET /issuing.crl', 'GET /root.crl']);
  });

  it('is refused where another authority has issued it, with the same name too', async () => {
    const agent = await start();
    const impostor = await TestAuthority.create();
    for (const other of [impostor, await TestAuthority.create({ name: 'Elsewhere' })]) {
      const from = agent.mark;
      await reader.insert(await issueCardState({ keys: 'p256', authority: other }));
      await agent.phase('certificate-trouble', from);
      const { code, out } = await verify();
      expect({ code, answer: json(out) }).toMatchObject({
        code: 9,
        answer: {
          ok: false,
          code: other === impostor ? 'Certificate_NotValid' : 'Certificate_IssuerUnknown',
        },
      });
      expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
      await reader.pull();
      await agent.phase('no-card', from);
    }
    expect(agent.lines.filter(({ event }) => event === 'session-began')).toEqual([]);
    expect(publisher.asked).toEqual([]);
  });

  it('is refused where a list has revoked it, and after a restart without a network too', async () => {
    const card = await issueCardState({ keys: 'p256', authority });
    const revoked = [certificateOf(card)];
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 2, revoked }));
    for (const network of ['there', 'gone']) {
      const agent = await start();
      await reader.insert(card);
      await agent.phase('certificate-trouble');
      const { code, out } = await verify();
      expect({ network, code, answer: json(out) }).toMatchObject({ code: 9, answer: { code: 'Certificate_Revoked' } });
      await reader.pull();
      await agent.stop();
      await publisher.stop();
    }
  });

  it('signs in without a network, by what an earlier day has fetched', async () => {
    const card = await issueCardState({ keys: 'p256', authority });
    const before = await start();
    await reader.insert(card);
    await before.phase('awaiting-passcode');
    await reader.pull();
    await before.stop();
    await publisher.stop();
    const agent = await start();
    await reader.insert(card);
    await agent.phase('awaiting-passcode');
    expect(await verify()).toMatchObject({ code: 0 });
    await agent.event('session-began');
  });

  it('is refused where nothing is known of its revocation, and signs in once it is', async () => {
    publisher.publish('/issuing.crl', (_, answer) => answer.writeHead(503).end());
    const agent = await start();
    await reader.insert(await issueCardState({ keys: 'p256', authority }));
    await agent.phase('certificate-trouble');
    expect(await verify()).toMatchObject({ code: 9 });
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 1 }));
    const from = agent.mark;
    // The machine woke: what has failed is tried again at once.
    const calls = await callAgent(join(user.folder, 'run', 'wardkey', 'agent.sock'));
    calls?.send({ command: 'resumed' });
    calls?.close();
    await agent.phase('awaiting-passcode', from);
    expect(await verify()).toMatchObject({ code: 0 });
  });
});

describe('Proof of possession', () => {
  const mismatched = async () => {
    const [card, other] = [
      await issueCardState({ keys: 'p256', authority }),
      await issueCardState({ keys: 'p256', authority }),
    ];
    const key = other.keys['9a'];
    if (key === undefined) throw new Error('no key in 9a');
    return { ...card, keys: { ...card.keys, '9a': key } };
  };

  it('fails where the key is not that of the certificate: the passcode was right, no try is lost, nobody is signed in', async () => {
    const agent = await start();
    await reader.insert(await mismatched());
    await agent.phase('awaiting-passcode');
    for (let times = 0; times < 4; times++) {
      const { code, out } = await verify();
      expect({ code, answer: json(out) }).toMatchObject({ code: 9, answer: { code: 'Certificate_KeyMismatch' } });
      expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
    }
    await agent.phase('certificate-trouble');
    expect(agent.lines.filter(({ event }) => event === 'session-began')).toEqual([]);
  });

  it('stays failed when the certificate is judged anew', async () => {
    const agent = await start();
    await reader.insert(await mismatched());
    await agent.phase('awaiting-passcode');
    expect(await verify()).toMatchObject({ code: 9 });
    policy({ issuers: ['Nobody'] });
    const reasons = (line: Line) => JSON.stringify(line).match(/"slot":"9A".*?"reasons":(\[.*?\])/)?.[1];
    await agent.line((line) => reasons(line) === '["key-mismatch","issuer-not-accepted"]');
    const from = agent.mark;
    policy();
    await agent.line((line) => reasons(line) === '["key-mismatch"]' && line.phase === 'certificate-trouble', from);
  });

  it('is not asked for where policy does without it', async () => {
    policy({ provePossession: false });
    const agent = await start();
    await reader.insert(await mismatched());
    await agent.phase('awaiting-passcode');
    expect(await verify()).toMatchObject({ code: 0 });
    await agent.event('session-began');
  });

  it.each(['rsa2048', 'p384', 'ed25519'] as const)('succeeds with a key of the kind %s', async (keys) => {
    const agent = await start();
    await reader.insert(await issueCardState({ keys, authority }));
    await agent.phase('awaiting-passcode');
    expect(await verify()).toMatchObject({ code: 0 });
    await agent.event('session-began');
  });
});

describe('wardkey card', () => {
  it('tells the verdict on each certificate, with path, reasons and revocation', async () => {
    const card = await issueCardState({ keys: 'p256', authority });
    const revoked = [certificateOf(card, '9c')];
    publisher.publish('/issuing.crl', await authority.list({ by: 'issuing', number: 2, revoked }));
    await reader.insert(card);
    const { code, out } = await run(['card', '--json', '--policy', user.policyFile]);
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      readers: [
        {
          phase: 'awaiting-passcode',
          verdicts: {
            '9A': {
              verdict: {
                verdict: 'accepted',
                reasons: [],
                judgedBy: 'path',
                path: [expect.any(String), expect.stringContaining('Authentication'), expect.stringContaining('Root')],
                revocation: { state: 'good' },
              },
            },
            '9C': { verdict: { verdict: 'refused', reasons: ['revoked'], revocation: { state: 'revoked' } } },
          },
        },
        {},
      ],
    });
    expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  });
});

describe('wardkey cert check', () => {
  let card: CardState;
  const anchors = () => ['--anchors', at('root.pem')];
  const between = () => ['--intermediates', at('issuing.pem')];
  const check = (...args: readonly string[]) => run(['cert', 'check', '--json', ...args]);
  const lists = async (number: number, ...revoked: readonly Uint8Array[]) => {
    writeFileSync(at('root.crl'), await authority.list({ by: 'root', number: 1 }));
    writeFileSync(at('issuing.crl'), await authority.list({ by: 'issuing', number, revoked }));
    return ['--crl', at('root.crl'), '--crl', at('issuing.crl')];
  };

  beforeEach(async () => {
    card = await issueCardState({ keys: 'p256', authority });
    writeFileSync(at('card.der'), certificateOf(card));
  });

  it('accepts a valid path, and tells it from the certificate to its anchor', async () => {
    const { code, out } = await check(at('card.der'), ...anchors(), ...between());
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      file: at('card.der'),
      verdict: 'accepted',
      reasons: [],
      certificate: { holder: 'Ada Lindqvist', key: 'EC P-256' },
      path: [{ revocation: null }, { subject: expect.stringContaining('Authentication') }, { revocation: null }],
      problems: [],
    });
  });

  it('finds what lies in between in the same file, in a folder, or not at all', async () => {
    const pem = (der: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const bundle = `${pem(certificateOf(card))}\n# its issuer\n${readFileSync(at('issuing.pem'), 'utf8')}`;
    writeFileSync(at('bundle.pem'), `0 s:CN=Ada\n${bundle}`);
    mkdirSync(at('between'));
    writeFileSync(join(at('between'), 'a.cer'), authority.issuingCertificate);
    expect((await check(at('bundle.pem'), ...anchors())).code).toBe(0);
    expect((await check(at('card.der'), ...anchors(), '--intermediates', at('between'))).code).toBe(0);
    const { code, out } = await check(at('card.der'), ...anchors());
    expect({ code, told: json(out) }).toMatchObject({ code: 9, told: { reasons: ['issuer-unknown'] } });
  });

  it('looks at revocation where lists are given: good, revoked, and not known', async () => {
    const all = [at('card.der'), ...anchors(), ...between()];
    const good = await check(...all, ...(await lists(1)));
    expect({ code: good.code, told: json(good.out) }).toMatchObject({
      code: 0,
      told: { path: [{ revocation: { state: 'good', source: 'crl' } }, { revocation: { state: 'good' } }, {}] },
    });
    const revoked = await check(...all, ...(await lists(2, certificateOf(card))));
    expect({ code: revoked.code, told: json(revoked.out) }).toMatchObject({
      code: 9,
      told: { verdict: 'refused', reasons: ['revoked'], path: [{ revocation: { reason: 'key-compromise' } }, {}, {}] },
    });
    const half = await check(...all, '--crl', at('issuing.crl'));
    expect({ code: half.code, told: json(half.out) }).toMatchObject({
      code: 9,
      told: { reasons: expect.arrayContaining(['revocation-unknown']) },
    });
  });

  it('asks a responder where one is given: good, revoked, and one that does not answer', async () => {
    const all = [at('card.der'), ...anchors(), ...between(), '--crl', at('root.crl')];
    await lists(1);
    const { certificate: own } = await authority.pem('issuing');
    const signer = await authority.responder('issuing');
    for (const [known, expected] of [
      [
        { good: [certificateOf(card)] },
        { code: 0, told: { path: [{ revocation: { state: 'good', source: 'ocsp' } }, {}, {}] } },
      ],
      [
        { good: [], revoked: [certificateOf(card)] },
        { code: 9, told: { reasons: ['revoked'] } },
      ],
      [{ good: [] }, { code: 9, told: { reasons: ['revocation-unknown'] } }],
    ] as const) {
      const responder = await OcspResponder.start({ authority: own, signer, ...known });
      const { code, out } = await check(...all, '--ocsp', responder.url);
      await responder.stop();
      expect({ code, told: json(out) }).toMatchObject(expected);
    }
    const { code, out } = await check(...all, '--ocsp', `${publisher.url}/nothing`);
    expect({ code, told: json(out) }).toMatchObject({
      code: 9,
      told: {
        reasons: ['revocation-unknown'],
        problems: [expect.stringContaining('refused-status'), expect.anything()],
      },
    });
  });

  it('judges at the time that is asked for', async () => {
    const all = [at('card.der'), ...anchors(), ...between()];
    const told = async (time: string) => json((await check(...all, '--at', time)).out);
    expect(await told(new Date(Date.now() + 1000 * 86_400_000).toISOString())).toMatchObject({ verdict: 'accepted' });
    expect(await told(new Date(Date.now() + 1200 * 86_400_000).toISOString())).toMatchObject({ reasons: ['expired'] });
    expect(await told(new Date(Date.now() - 9 * 86_400_000).toISOString())).toMatchObject({
      reasons: ['not-yet-valid'],
    });
  });

  it('prints a line for each file, and exits 9 when one of them is refused', async () => {
    writeFileSync(at('garbage.der'), Buffer.from('3003020105', 'hex'));
    writeFileSync(at('text.pem'), 'nothing of the kind');
    const files = ['card.der', 'garbage.der', 'text.pem', 'none.der'].map(at);
    const { code, out } = await check(...files, ...anchors(), ...between());
    expect(code).toBe(9);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => json(line) as { file: string; verdict: string; reasons: string[] });
    expect(lines.map(({ file }) => file)).toEqual(files);
    expect(lines.map(({ verdict, reasons }) => [verdict, ...reasons])).toEqual([
      ['accepted'],
      ['refused', 'not-a-certificate'],
      ['refused', 'not-a-certificate'],
      ['refused', 'not-a-certificate'],
    ]);
  });

  it('says of what is too large that it is', async () => {
    const large = Buffer.alloc(10 * 1024 * 1024);
    large.set([0x30, 0x83, 0x9f, 0xff, 0xfb]);
    writeFileSync(at('large.der'), large);
    const text = `-----BEGIN CERTIFICATE-----\n${large.toString('base64')}\n-----END CERTIFICATE-----\n`;
    writeFileSync(at('large.pem'), text);
    // Beyond what is read of a file at all. It has no content: a hole takes no room on the disk.
    writeFileSync(at('huge.der'), '');
    truncateSync(at('huge.der'), 64 * 1024 * 1024 + 1);
    const { code, out } = await check(at('large.der'), at('large.pem'), at('huge.der'), ...anchors());
    expect(code).toBe(9);
    const refused = { verdict: 'refused', reasons: ['budget-size'], certificate: null, path: [] };
    const tooLarge = { ...refused, problems: [expect.stringContaining('certificate: too large')] };
    expect(out.trim().split('\n').map(json)).toEqual([
      { file: at('large.der'), ...tooLarge },
      { file: at('large.pem'), ...tooLarge },
      { file: at('huge.der'), ...refused, problems: [expect.stringContaining('larger than 67108864 bytes')] },
    ]);
  });

  it('says in plain words what it says to machines', async () => {
    const { code, out } = await run(['cert', 'check', at('card.der'), ...anchors()]);
    expect(code).toBe(9);
    expect(out).toContain('refused (issuer-unknown)');
  });

  it.each<[string, () => readonly string[]]>([
    ['no file', () => [...anchors()]],
    ['no anchors', () => [at('card.der')]],
    ['anchors that are not there', () => [at('card.der'), '--anchors', at('none.pem')]],
    ['anchors that are no certificates', () => [at('card.der'), '--anchors', user.policyFile]],
    ['lists that are not there', () => [at('card.der'), ...anchors(), '--crl', at('none.crl')]],
    ['lists that are none', () => [at('card.der'), ...anchors(), '--crl', at('root.pem')]],
    ['a time that is none', () => [at('card.der'), ...anchors(), '--at', 'soon']],
    ['a number for a time', () => [at('card.der'), ...anchors(), '--at', '5']],
    ['a profile that is none', () => [at('card.der'), ...anchors(), '--profile', 'lax']],
    ['an option that is none', () => [at('card.der'), ...anchors(), '--wings']],
  ])('exits 2 for a question with %s', async (_what, args) => {
    expect((await check(...args())).code).toBe(2);
  });
});
