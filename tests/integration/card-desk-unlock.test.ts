import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newKeyLine } from '../../services/card-desk/src/secrets/key-ring.ts';
import { DEFAULT_POLICY } from '../../src/core/agent/policy.ts';
import { PIN_REFERENCE, verifyPin } from '../../src/core/card/piv/pin.ts';
import { sign } from '../../src/core/card/piv/signature.ts';
import { signInProofText } from '../../src/core/card-desk/proofs.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';
import { DeskClient } from '../../src/main/card-desk/desk-client.ts';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT } from '../../src/simulator/card/data-objects.ts';
import { issueCardState, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, makeUserFolders, type UserFolders } from '../rig/agent-process.ts';
import { CardAtDesk } from '../rig/card-at-desk.ts';
import { PERSON, RA } from '../rig/card-desk.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { SmtpServer } from '../rig/smtp-server.ts';
import { UnlockPage } from '../rig/unlock-page.ts';
import { element } from '../unit/simulator-terminal.ts';

/** A blocked card unlocked in earnest: pcscd, the agent with its window, the desk over TLS, and mail, each a process of its own. */

const NEW_PASSCODE = '864209';

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let mail: SmtpServer;
const closing: Array<() => unknown> = [];

beforeAll(async () => {
  [pcscd, player, mail] = await Promise.all([startPcscd(), CardPlayer.start(), SmtpServer.start()]);
  reader = player.reader(pcscd.ports[0]);
});
afterAll(async () => {
  await mail?.end();
  await player?.stop();
  await pcscd?.stop();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await reader.pull();
});

/** A desk with a certificate of its own, a person with a blocked card, and what the policy has to say of it. */
async function ward() {
  const path = await mkdtemp(join(tmpdir(), 'unlock-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  const tls = { certificate: join(path, 'desk.crt'), key: join(path, 'desk.key') };
  const subject = ['-days', '2', '-subj', '/CN=desk', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', tls.key, '-out', tls.certificate], {
    stdio: 'ignore',
  });
  const port = await freePort();
  const address = `https://127.0.0.1:${port}`;
  const folder = new CardDeskFolder(
    path,
    { CARD_DESK_KEYS: newKeyLine('k'), CARD_DESK_SMTP_URL: `smtp://127.0.0.1:${mail.port}` },
    { origin: address, tls, listen: { port } },
  );
  const guid = randomBytes(16);
  const state = await issueCardState({ keys: 'p256', guid });
  state.pin.triesLeft = 0;
  const cardId = guid.toString('hex');
  await folder.run(['person'], `${JSON.stringify(PERSON)}\n${JSON.stringify(RA)}\n`);
  const enrolled = await folder.run(['enrol'], JSON.stringify(enrolment(state, cardId)));
  expect(enrolled).toMatchObject({ exit: 0 });
  const spki = new X509Certificate(readFileSync(tls.certificate)).publicKey.export({ type: 'spki', format: 'der' });
  const desk = {
    address,
    caFile: tls.certificate,
    pinnedKeys: [createHash('sha256').update(spki).digest('base64')],
    proxy: 'none',
    loopback: true,
  };
  const user = makeUserFolders({ desk, session: { requireValidCertificate: false } });
  closing.push(() => user.remove());
  return { folder, desk, user, state, cardId };
}

function enrolment({ objects, adminKey }: CardState, cardId: string): object {
  const object = Buffer.from(objects[CERTIFICATE_OBJECT['9e']] ?? '', 'hex');
  const certificates = { '9E': Buffer.from(element(object, 0x70)).toString('base64') };
  const key = { algorithm: adminKey.algorithm, hex: adminKey.value };
  return { cardId, owner: PERSON.userId, puk: TEST_PUK, adminKey: key, certificates };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serving(folder: CardDeskFolder): Promise<ServingDesk> {
  const desk = await folder.serve();
  closing.push(() => desk.end('SIGKILL'));
  return desk;
}

async function agentOf(user: UserFolders): Promise<{ agent: AgentProcess; page: UnlockPage }> {
  const agent = new AgentProcess(user, pcscd.env, ['window', '--no-open']);
  closing.push(() => agent.stop());
  return { agent, page: await UnlockPage.open(agent) };
}

const start = (cardId: string, way: 'self-service' | 'assisted') =>
  ({ command: 'unlock-start', reader: pcscd.readerNames[0], cardId, way }) as const;
const DONE = { ok: true, value: null };

/** The card as the page shows it, blocked and read. */
const blockedCard = (page: UnlockPage) =>
  page.shows(({ readers }) => readers.some(({ phase, card }) => phase === 'blocked' && card?.cardId !== null));

async function code(): Promise<string> {
  for (;;) {
    const { raw } = await mail.mail();
    const found = /\b(\d{6})\b/.exec(raw.slice(raw.indexOf('\r\n\r\n')))?.[1];
    if (found !== undefined && !/unlocked/i.test(/^Subject: (.*)$/m.exec(raw)?.[1] ?? '')) return found;
  }
}

const passcodeOf = (state: CardState | null) =>
  Buffer.from(state?.pin.value ?? '', 'hex')
    .toString('latin1')
    .replaceAll('\xff', '');
const pukOf = (state: CardState | null) => Buffer.from(state?.puk.value ?? '', 'hex').toString('latin1');

/** All that agent and desk have said and kept in files. */
function everythingSaid(
  user: UserFolders,
  agents: readonly AgentProcess[],
  pages: readonly UnlockPage[],
  desk: ServingDesk,
) {
  const files = globSync('**/*', { cwd: user.folder }).map((name) => join(user.folder, name));
  const kept = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  return [
    ...kept,
    ...agents.map(({ lines, errors }) => JSON.stringify(lines) + errors),
    ...pages.map(({ snapshots }) => JSON.stringify(snapshots)),
    ...desk.log,
  ].join('\n');
}

describe('a blocked card at a workstation', () => {
  it('is unlocked by a code from the mailbox, and nothing secret is said or kept by anybody', async () => {
    const { folder, user, state, cardId } = await ward();
    const desk = await serving(folder);
    const { agent, page } = await agentOf(user);
    await reader.insert(state);
    await blockedCard(page);
    expect((await page.shows(({ unlockingBy }) => unlockingBy === 'in-app')).unlock).toBeNull();
    expect(await page.does(start(cardId, 'self-service'))).toEqual(DONE);
    expect(await page.step('address')).toMatchObject({ truth: 'blocked', cardIn: true });
    expect(await page.does({ command: 'unlock-address', cardId }, PERSON.email)).toEqual(DONE);
    await page.step('code');
    const sent = await code();
    const wrong = sent === '111111' ? '222222' : '111111';
    expect(await page.does({ command: 'unlock-code', cardId }, wrong)).toEqual(DONE);
    await page.shows(({ unlock }) => unlock?.problem === 'Unlock_CodeWrong' && unlock.codeTriesLeft === 4);
    expect(await page.does({ command: 'unlock-code', cardId }, sent)).toEqual(DONE);
    await page.step('passcode');
    expect(await page.does({ command: 'unlock-passcode', cardId }, '123456')).toEqual({
      ok: false,
      code: 'Passcode_TooSimple',
    });
    expect(await page.does({ command: 'unlock-passcode', cardId }, NEW_PASSCODE)).toEqual(DONE);
    expect(await page.step('done')).toMatchObject({ truth: 'unlocked', problem: null });
    const after = await reader.snapshot();
    expect(passcodeOf(after)).toBe(NEW_PASSCODE);
    expect(pukOf(after)).not.toBe(TEST_PUK);
    // The agent has read the card anew, and the new passcode signs in.
    await page.shows(({ readers }) => readers.some(({ phase }) => phase === 'awaiting-passcode'));
    const attempt = {
      command: 'attempt',
      kind: 'verify',
      reader: pcscd.readerNames[0],
      cardId,
      lastTry: false,
    } as const;
    expect(await page.does(attempt, NEW_PASSCODE)).toEqual(DONE);
    const told = await mail.mail();
    expect(told.raw).toMatch(/unlocked/i);
    await page.leave();
    await agent.stop();
    const audit = readFileSync(user.auditFile, 'utf8');
    for (const event of ['unlock-started', 'unlock-performed', 'unlock-ended']) expect(audit).toContain(event);
    const exported = await folder.run(['export-audit']);
    const said = everythingSaid(user, [agent], [page], desk) + JSON.stringify(exported);
    const mobile = PERSON.mobile.replaceAll(' ', '');
    for (const secret of [
      PERSON.email,
      PERSON.mobile,
      mobile.slice(1),
      sent,
      wrong,
      NEW_PASSCODE,
      TEST_PUK,
      pukOf(after),
      TEST_PIN,
    ]) {
      expect(said.includes(secret), secret).toBe(false);
    }
  }, 120_000);

  it('is unlocked with an RA, who authorises it at another desk', async () => {
    const { folder, user, state, cardId, desk: rules } = await ward();
    const raCard = await CardAtDesk.issue();
    expect(await folder.run(['enrol'], JSON.stringify(raCard.enrolment(RA.userId)))).toMatchObject({ exit: 0 });
    await serving(folder);
    const { page } = await agentOf(user);
    await reader.insert(state);
    await blockedCard(page);
    expect(await page.does(start(cardId, 'assisted'))).toEqual(DONE);
    await page.step('passcode');
    expect(await page.does({ command: 'unlock-passcode', cardId }, NEW_PASSCODE)).toEqual(DONE);
    expect(await page.step('waiting-for-ra')).toMatchObject({ problem: 'Unlock_NotAuthorised', truth: 'blocked' });
    await authorise(raCard, cardId, { ...DEFAULT_POLICY.desk, ...rules, proxy: 'none' });
    expect(await page.does({ command: 'unlock-retry', cardId })).toEqual(DONE);
    expect(await page.step('done')).toMatchObject({ truth: 'unlocked' });
    expect(passcodeOf(await reader.snapshot())).toBe(NEW_PASSCODE);
    await page.leave();
  }, 120_000);

  it('is unlocked although the window is closed, the agent and the desk are killed, and the card is pulled on the way', async () => {
    const { folder, user, state, cardId } = await ward();
    const first = await serving(folder);
    const { agent, page } = await agentOf(user);
    await reader.insert(state);
    await blockedCard(page);
    await page.does(start(cardId, 'self-service'));
    await page.does({ command: 'unlock-address', cardId }, PERSON.email);
    await page.step('code');
    const sent = await code();
    await page.leave();
    agent.child.kill('SIGKILL');
    await agent.exited;

    // A new agent knows where it was.
    const second = await agentOf(user);
    await second.page.step('code');
    // The desk dies, and nobody can say whether the code was heard.
    await first.end('SIGKILL');
    expect(await second.page.does({ command: 'unlock-code', cardId }, sent)).toEqual(DONE);
    await second.page.shows(({ unlock }) => unlock?.network === 'lost' && unlock.truth === 'blocked');
    await serving(folder);
    expect(await second.page.does({ command: 'unlock-retry', cardId })).toEqual(DONE);
    await second.page.step('passcode');

    // The card has set the passcode, its answer never comes, and it is pulled.
    await reader.arm({ kind: 'stall', at: { ins: 0x2c } });
    await second.page.does({ command: 'unlock-passcode', cardId }, NEW_PASSCODE);
    await expect.poll(async () => passcodeOf(await reader.snapshot()), { timeout: 10_000 }).toBe(NEW_PASSCODE);
    const meanwhile = await reader.snapshot();
    await reader.pull();
    await second.page.shows(({ unlock }) => unlock?.cardIn === false && unlock.truth === 'not-known');
    await reader.insert(meanwhile ?? state);
    expect(await second.page.step('done')).toMatchObject({ truth: 'unlocked' });
    await second.page.leave();
    await second.agent.stop();
  }, 180_000);
});

/** As the RA's own program does it: sign in by card, find the person, check who it is, authorise the card. */
async function authorise(ra: CardAtDesk, cardId: string, policy: typeof DEFAULT_POLICY.desk): Promise<void> {
  const client = new DeskClient({ policy, environment: {} });
  const does = async <Name extends DeskOperationName>(
    name: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
  ): Promise<DeskAnswer<Name>> => {
    const reply = await client.ask(name, ask, { token });
    if (reply.kind !== 'done') throw new Error(`${name}: ${JSON.stringify(reply)}`);
    return reply.answer;
  };
  const asked = await does('signInChallenge', { body: {} });
  await verifyPin(ra.exchange, PIN_REFERENCE.application, new TextEncoder().encode(TEST_PIN));
  const { raw, publicKey } = ra.certificate('9a');
  const text = signInProofText({ origin: client.origin ?? '', challenge: asked.challenge, certificate: raw });
  const signature = Buffer.from(await sign(ra.exchange, '9A', publicKey, text)).toString('base64');
  const body = { challenge: asked.id, certificate: raw.toString('base64'), signature };
  const { token } = await does('signIn', { body });
  const { people } = await does('findPeople', { query: { find: cardId } }, token);
  const person = people[0]?.id ?? '';
  const check = await does('checkIdentity', { body: { person, evidence: 'photo-id' } }, token);
  await does('authorise', { body: { identityCheck: check.id, cardId } }, token);
}
