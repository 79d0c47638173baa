import '../../src/simulator/pki/reflect-metadata.ts';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/core/agent/policy.ts';
import { DESK_PROBLEMS, type DeskProblemCode } from '../../src/core/contract/card-desk/problems.ts';
import { DeskClient, type DeskLimits } from '../../src/main/card-desk/desk-client.ts';

/** The agent's half of the conversation with the card desk, on real servers, real TLS and a real proxy of loopback. */

type Rules = Partial<typeof DEFAULT_POLICY.desk>;
const LIMITS: Partial<DeskLimits> = { connectMs: 5_000, wholeMs: 5_000, repeatAfterMs: [1, 1] };
const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function listening(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

const ID = randomUUID();
const TOKEN = 't'.repeat(43);
const UNLOCK = {
  id: ID,
  kind: 'self-service',
  phase: 'card',
  failure: null,
  codeTriesLeft: 5,
  expiresAt: '2030-01-01T00:00:00.000Z',
} as const;

const client = (
  address: string,
  rules: Rules = {},
  limits: Partial<DeskLimits> = {},
  environment: NodeJS.ProcessEnv = {},
) =>
  new DeskClient({
    policy: { ...DEFAULT_POLICY.desk, address, loopback: true, proxy: 'none', ...rules },
    limits: { ...LIMITS, ...limits },
    environment,
  });
const standing = (desk: DeskClient) => desk.ask('unlock', { parameters: { unlock: ID } }, { token: TOKEN });
const coded = (desk: DeskClient) =>
  desk.ask('checkCode', { parameters: { unlock: ID }, body: { code: '123456' } }, { token: TOKEN });
const says =
  (body: unknown, status = 200, headers = {}): RequestListener =>
  (_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const noJson: RequestListener = (_, answer) => {
  answer.end('<html>');
};
const http = async (listener: RequestListener) => `http://127.0.0.1:${await listening(createHttpServer(listener))}`;

describe('an answer', () => {
  it('is what its schema says, and the token goes along', async () => {
    const asked: IncomingMessage[] = [];
    const address = await http((request, answer) => {
      asked.push(request);
      says(UNLOCK)(request, answer);
    });
    expect(await standing(client(address))).toEqual({ kind: 'done', answer: UNLOCK });
    expect(asked[0]).toMatchObject({ url: `/v1/unlocks/${ID}`, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(asked[0]?.headers['user-agent']).toBe('Wardkey');
  });

  it.each(Object.keys(DESK_PROBLEMS) as DeskProblemCode[])('of refusal is told as one: %s', async (code) => {
    const { status, says: sentence, next } = DESK_PROBLEMS[code];
    const address = await http(says({ code, says: sentence, next }, status));
    expect(await standing(client(address))).toMatchObject({ kind: 'refused', problem: { code } });
  });

  it.each([
    ['another status', says(UNLOCK, 201)],
    ['a field too many', says({ ...UNLOCK, more: 1 })],
    ['no JSON', noJson],
    ['a redirect', says(null, 302, { location: 'http://127.0.0.1:1/' })],
  ] as const)('that is none is not understood: %s', async (_, listener) => {
    expect(await standing(client(await http(listener)))).toMatchObject({ kind: 'not-understood' });
  });

  it('that is too large, compressed, too slow or cut off is as good as lost', async () => {
    const large = await http(says({ ...UNLOCK, more: 'x'.repeat(40_000) }));
    expect(await coded(client(large))).toMatchObject({ kind: 'not-reached', reason: 'too-large', sent: true });
    const compressed = await http(says(UNLOCK, 200, { 'content-encoding': 'gzip' }));
    expect(await coded(client(compressed))).toMatchObject({ kind: 'not-reached', reason: 'encoded', sent: true });
    const slow = await http(() => undefined);
    expect(await coded(client(slow, {}, { wholeMs: 100 }))).toMatchObject({ reason: 'timed-out', sent: true });
    const cut = await http((request) => request.socket.destroy());
    expect(await coded(client(cut))).toMatchObject({ kind: 'not-reached', reason: 'unreachable', sent: true });
  });
});

describe('a request', () => {
  async function losing(times: number) {
    let asked = 0;
    const address = await http((request, answer) => {
      asked += 1;
      if (asked <= times) request.socket.destroy();
      else says(UNLOCK)(request, answer);
    });
    return { address, asked: () => asked };
  }

  it('that may be repeated is repeated when its answer was lost, twice at most', async () => {
    const two = await losing(2);
    expect(await standing(client(two.address))).toMatchObject({ kind: 'done' });
    expect(two.asked()).toBe(3);
    const three = await losing(3);
    expect(await standing(client(three.address))).toMatchObject({ kind: 'not-reached' });
    expect(three.asked()).toBe(3);
  });

  it('with an idempotency key is repeated with the same one', async () => {
    const keys: unknown[] = [];
    const ticket = { token: TOKEN, unlock: UNLOCK };
    const address = await http((request, answer) => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length === 1) request.socket.destroy();
      else says(ticket, 202)(request, answer);
    });
    const ask = { body: { cardId: 'a'.repeat(32), address: 'ada@ward.example' } };
    const key = 'k'.repeat(43);
    expect(await client(address).ask('startUnlock', ask, { key })).toEqual({ kind: 'done', answer: ticket });
    expect(keys).toEqual([`"${key}"`, `"${key}"`]);
  });

  it('that takes a key and has none, or has one and takes none, is made once', async () => {
    const first = await losing(1);
    const ask = { body: { cardId: 'a'.repeat(32), address: 'ada@ward.example' } };
    expect(await client(first.address).ask('startUnlock', ask)).toMatchObject({ kind: 'not-reached', sent: true });
    const second = await losing(1);
    const code = { parameters: { unlock: ID }, body: { code: '123456' } };
    const options = { token: TOKEN, key: 'k'.repeat(43) };
    expect(await client(second.address).ask('checkCode', code, options)).toMatchObject({ kind: 'not-reached' });
    expect([first.asked(), second.asked()]).toEqual([1, 1]);
  });

  it('that would cost a try is made once', async () => {
    const { address, asked } = await losing(1);
    expect(await coded(client(address))).toMatchObject({ kind: 'not-reached', sent: true });
    expect(asked()).toBe(1);
  });

  it('that reached nobody was not sent', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await coded(client(`http://127.0.0.1:${port}`))).toEqual({
      kind: 'not-reached',
      reason: 'unreachable',
      sent: false,
    });
  });

  it('goes over http to this computer alone, and only where the policy lets it', async () => {
    const address = await http(says(UNLOCK));
    expect(await standing(client(address, { loopback: false }))).toEqual({ kind: 'not-trusted' });
    expect(await standing(client('http://desk.example'))).toEqual({ kind: 'not-trusted' });
    expect(await standing(client(address, { address: undefined }))).toEqual({ kind: 'not-trusted' });
  });
});

describe('over TLS', () => {
  let folder = '';
  let caFile = '';
  let server: { key: string; cert: string; pin: string };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardkey-desk-tls-'));
    caFile = join(folder, 'authority.pem');
    const made = await makeCredentials();
    writeFileSync(caFile, made.authority);
    server = made.server;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const secure = async (listener: RequestListener = says(UNLOCK)) =>
    `https://localhost:${await listening(createHttpsServer(server, listener))}`;

  it('a desk of the private authority is trusted, and nobody else', async () => {
    const address = await secure();
    expect(await standing(client(address, { caFile }))).toMatchObject({ kind: 'done' });
    expect(await standing(client(address))).toEqual({ kind: 'not-trusted' });
    expect(await standing(client(address, { caFile: join(folder, 'absent.pem') }))).toEqual({ kind: 'not-trusted' });
  });

  it('a desk with another key than the pinned ones hears no word, though its certificate is good', async () => {
    let asked = 0;
    const address = await secure((request, answer) => {
      asked += 1;
      says(UNLOCK)(request, answer);
    });
    const other = createHash('sha256').update('another key').digest('base64');
    expect(await standing(client(address, { caFile, pinnedKeys: [other] }))).toEqual({ kind: 'not-trusted' });
    expect(asked).toBe(0);
    expect(await standing(client(address, { caFile, pinnedKeys: [other, server.pin] }))).toMatchObject({
      kind: 'done',
    });
    // A pin stands beside a good certificate, not in its place.
    expect(await standing(client(address, { pinnedKeys: [server.pin] }))).toEqual({ kind: 'not-trusted' });
  });

  it('a proxy of the policy or of the environment is gone through, and sees neither path nor token', async () => {
    const address = await secure();
    const lines: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      lines.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      const onward = connect(Number(new URL(`http://${request.url}`).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
    });
    const through = `http://127.0.0.1:${await listening(proxy)}`;
    expect(await standing(client(address, { caFile, proxy: through }))).toMatchObject({ kind: 'done' });
    expect(await standing(client(address, { caFile, proxy: 'system' }, {}, { https_proxy: through }))).toMatchObject({
      kind: 'done',
    });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain(TOKEN);
    expect(lines.join()).not.toContain('/v1/');
  });
});

async function makeCredentials() {
  x509.cryptoProvider.set(crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const day = 24 * 3_600_000;
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
  const [authorityKeys, keys] = [await makeKeys(), await makeKeys()];
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test Desk Authority',
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Test Desk',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey));
  return {
    authority: authority.toString('pem'),
    server: {
      key: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
      cert: certificate.toString('pem'),
      pin: createHash('sha256').update(spki).digest('base64'),
    },
  };
}
