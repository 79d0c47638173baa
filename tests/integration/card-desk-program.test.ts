import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { newKeyLine } from '../../services/card-desk/src/secrets/key-ring.ts';
import { deskHttpRequest } from '../../src/core/contract/card-desk/http.ts';
import { CardAtDesk } from '../rig/card-at-desk.ts';
import { PERSON, someCardId } from '../rig/card-desk.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';

// The card desk as it is run: its command line, beside a desk that runs and without one, its keys, and TLS.

const closing: Array<() => Promise<void> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'desk-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function serving(folder: CardDeskFolder): Promise<ServingDesk> {
  const desk = await folder.serve();
  closing.push(async () => {
    await desk.end('SIGKILL');
  });
  return desk;
}

const SMTP = { CARD_DESK_SMTP_URL: 'smtp://127.0.0.1:1' };

test('people, cards, owners, journeys, keys and audit: without a desk that runs, and the same through one', async () => {
  const path = await scratch();
  const keys = join(path, 'keys');
  const old = newKeyLine('old');
  writeFileSync(keys, old, { mode: 0o600 });
  const folder = new CardDeskFolder(path, { ...SMTP, CARD_DESK_KEYS_FILE: keys });
  const card = await CardAtDesk.issue();

  expect(await folder.run(['person'], `${JSON.stringify(PERSON)}\nnonsense\n`)).toMatchObject({
    exit: 1,
    lines: [
      { line: 1, ok: true },
      { line: 2, ok: false, why: 'a line is not JSON' },
    ],
  });
  expect(await folder.run(['enrol'], JSON.stringify(card.enrolment(null)))).toMatchObject({
    exit: 0,
    lines: [{ ok: true }],
  });

  const desk = await serving(folder);
  expect(await folder.run(['serve'])).toMatchObject({ exit: 4, errors: expect.stringContaining('another card desk') });
  expect(await folder.run(['owner', '--card', card.cardId, '--person', PERSON.userId])).toMatchObject({ exit: 0 });
  expect(await folder.run(['owner', '--card', someCardId(), '--nobody'])).toMatchObject({
    exit: 1,
    errors: expect.stringContaining('not enrolled'),
  });
  const { method, target, headers, body } = deskHttpRequest('startUnlock', {
    body: { cardId: card.cardId, address: PERSON.email },
  });
  expect((await fetch(`${desk.address}${target}`, { method, headers, body })).status).toBe(202);
  expect((await folder.run(['journeys', '--open', '--card', card.cardId])).lines).toMatchObject([
    { phase: 'code', cardId: card.cardId },
  ]);

  writeFileSync(keys, `${newKeyLine('new')}\n${old}`, { mode: 0o600 });
  desk.signal('SIGHUP');
  await expect.poll(() => desk.log.some((line) => line.includes('"reloaded"')), { timeout: 10_000 }).toBe(true);
  expect(await folder.run(['rotate-keys'])).toMatchObject({ exit: 0, lines: [{ ok: true, key: 'new' }] });
  expect((await folder.run(['keys'])).lines).toMatchObject([
    { id: 'new', active: true },
    { id: 'old', active: false, uses: 1 },
  ]);
  expect(await folder.run(['settle-code'], JSON.stringify({ cardId: card.cardId, puk: card.puk }))).toMatchObject({
    exit: 0,
    lines: [{ ok: true, card: card.cardId }],
  });
  expect(await folder.run(['stuck'])).toMatchObject({ exit: 0, lines: [] });
  expect(await folder.run(['card', '--card', card.cardId, '--state', 'lost'])).toMatchObject({ exit: 0 });

  const left = JSON.stringify({ userId: PERSON.userId });
  expect(await folder.run(['left'], left)).toMatchObject({ exit: 1, lines: [{ ok: false }] });
  expect(await folder.run(['card', '--card', card.cardId, '--state', 'withdrawn'])).toMatchObject({ exit: 0 });
  expect(await folder.run(['left'], left)).toMatchObject({ exit: 0, lines: [{ ok: true }] });
  const nobody = JSON.stringify({ cardId: someCardId(), certificates: {} });
  expect(await folder.run(['certificates'], nobody)).toMatchObject({
    exit: 1,
    lines: [{ ok: false, why: expect.stringContaining('not enrolled') }],
  });

  const exported = await folder.run(['export-audit']);
  const lines = exported.lines as Array<{ event: string; hash: string }>;
  expect(lines.map(({ event }) => event)).toEqual(
    expect.arrayContaining([
      'person-saved',
      'card-enrolled',
      'card-owner-set',
      'unlock-started',
      'keys-rotated',
      'card-state-set',
      'person-left',
    ]),
  );
  const head = lines.at(-1)?.hash ?? '';
  expect(await folder.run(['verify-audit', '--head', head])).toMatchObject({ exit: 0 });
  expect(await folder.run(['verify-audit', '--head', '00'.repeat(32)])).toMatchObject({ exit: 5 });
  expect(await desk.end()).toBe(0);

  const said = JSON.stringify([exported, desk.log]);
  for (const secret of [PERSON.email, '900123', card.puk, PERSON.name]) expect(said).not.toContain(secret);
}, 180_000);

test('what is wrong with settings and keys is said, and nothing starts', async () => {
  const path = await scratch();
  const without = new CardDeskFolder(path, SMTP);
  expect(await without.run(['keys'])).toMatchObject({ exit: 3, errors: expect.stringContaining('CARD_DESK_KEYS') });
  const keys = join(path, 'keys');
  writeFileSync(keys, newKeyLine('k'));
  chmodSync(keys, 0o644);
  const open = new CardDeskFolder(path, { ...SMTP, CARD_DESK_KEYS_FILE: keys });
  expect(await open.run(['serve'])).toMatchObject({ exit: 3, errors: expect.stringContaining('chmod 600') });
  open.settings({ listen: { host: '0.0.0.0', port: 0 } });
  expect(await open.run(['serve'])).toMatchObject({ exit: 3, errors: expect.stringContaining('set tls') });
  expect(await open.run(['nonsense'])).toMatchObject({ exit: 2 });
  expect(await open.run(['keys', '--nonsense'])).toMatchObject({ exit: 2 });
  expect((await open.run(['openapi'])).lines).toMatchObject([{ openapi: '3.1.0' }]);
  chmodSync(keys, 0o600);
  const remote = 'postgres://desk:hidden@db.example/desk';
  const unprotected = new CardDeskFolder(path, { ...SMTP, CARD_DESK_KEYS_FILE: keys, DATABASE_URL: remote });
  const refused = await unprotected.run(['serve']);
  expect(refused).toMatchObject({ exit: 3, errors: expect.stringContaining('sslmode=verify-full') });
  expect(refused.errors).not.toContain('hidden');
  const url = join(path, 'url');
  writeFileSync(url, 'postgres://127.0.0.1:1/x', { mode: 0o644 });
  const readable = new CardDeskFolder(path, { ...SMTP, CARD_DESK_KEYS_FILE: keys, DATABASE_URL_FILE: url });
  expect(await readable.run(['keys'])).toMatchObject({ exit: 3, errors: expect.stringContaining('DATABASE_URL_FILE') });
  const nowhere = new CardDeskFolder(path, {
    ...SMTP,
    CARD_DESK_KEYS: newKeyLine('k'),
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
  });
  expect(await nowhere.run(['keys'])).toMatchObject({ exit: 4 });
}, 120_000);

test('serves over TLS 1.2 and later, with the files of the settings, which may be renewed while it runs', async () => {
  const path = await scratch();
  const files = { certificate: join(path, 'desk.crt'), key: join(path, 'desk.key') };
  const certify = (name: string) =>
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        files.key,
        '-out',
        files.certificate,
      ],
      { stdio: 'ignore' },
    );
  certify('first');
  const folder = new CardDeskFolder(path, { ...SMTP, CARD_DESK_KEYS: newKeyLine('k') }, { tls: files });
  const desk = await serving(folder);
  expect(desk.address).toMatch(/^https:/);
  expect(await served(desk.address, files.certificate)).toMatchObject({
    status: 200,
    name: 'first',
    protocol: 'TLSv1.3',
    hsts: 'max-age=31536000',
  });
  await expect(
    served(desk.address, files.certificate, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }),
  ).rejects.toThrow();
  certify('second');
  desk.signal('SIGHUP');
  await expect.poll(() => desk.log.some((line) => line.includes('"reloaded"')), { timeout: 10_000 }).toBe(true);
  expect(await served(desk.address, files.certificate)).toMatchObject({ status: 200, name: 'second' });
  expect(await desk.end()).toBe(0);
}, 90_000);

type Served = { status: number | undefined; name: string; protocol: string | null; hsts: string | undefined };

function served(address: string, certificate: string, options: object = {}): Promise<Served> {
  const { promise, resolve, reject } = Promise.withResolvers<Served>();
  request(`${address}/healthz`, { ca: readFileSync(certificate), agent: false, ...options }, (response) => {
    const socket = response.socket as TLSSocket;
    resolve({
      status: response.statusCode,
      name: String(socket.getPeerCertificate().subject.CN),
      protocol: socket.getProtocol(),
      hsts: response.headers['strict-transport-security'],
    });
    response.resume();
  })
    .on('error', reject)
    .end();
  return promise;
}
