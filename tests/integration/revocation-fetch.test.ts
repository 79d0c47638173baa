import '../../src/simulator/pki/reflect-metadata.ts';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
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
import { gzipSync } from 'node:zlib';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type FetchLimits,
  type FetchOutcome,
  type FetchRequest,
  type FetchRules,
  fetchBounded,
} from '../../src/main/revocation/fetch-bounded.ts';

/** Real servers on loopback, a real proxy, real TLS; time limits are short, and nothing sleeps. */

const RULES: FetchRules = { proxy: 'none', caFile: null, loopback: 'allow' };
const DER = new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x05]);
/** Long enough for a loaded machine; those that are to be reached are set by each test. */
const LIMITS: FetchLimits = { bytes: 1024, connectMs: 5_000, firstByteMs: 5_000, wholeMs: 10_000 };

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  vi.unstubAllEnvs();
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

const http = async (onRequest: RequestListener) => `http://127.0.0.1:${await listening(createHttpServer(onRequest))}`;
const tcp = async (onConnection: (socket: Socket) => void) =>
  `http://127.0.0.1:${await listening(createTcpServer(onConnection))}`;

async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

type More = Partial<Omit<FetchRequest, 'url' | 'rules'>> & { readonly rules?: Partial<FetchRules> };
const fetchCrl = (url: string, { rules, limits, ...more }: More = {}): Promise<FetchOutcome> =>
  fetchBounded({
    url,
    wanted: { kind: 'crl' },
    ...more,
    rules: { ...RULES, ...rules },
    limits: { ...LIMITS, ...limits },
  });
const failed = (reason: string, status: number | null = null) => ({ ok: false, reason, status });
const send = (answer: ServerResponse, bytes: Uint8Array = DER) => answer.end(bytes);

type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
};
/** Sends the DER, with a cookie, and keeps what it was asked. */
function recorder(): { readonly seen: Seen[]; readonly listener: RequestListener } {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks) });
      answer.setHeader('Set-Cookie', 'who=you');
      send(answer);
    });
  };
  return { seen, listener };
}

describe('what is fetched', () => {
  it('comes as it was sent', async () => {
    const url = await http((_, answer) => send(answer));
    expect(await fetchCrl(`${url}/a.crl`)).toEqual({ ok: true, der: DER });
  });

  it('may come in chunks, without a length, and be empty', async () => {
    const url = await http((_, answer) => {
      answer.write(DER.slice(0, 2));
      answer.end(DER.slice(2));
    });
    expect(await fetchCrl(url)).toEqual({ ok: true, der: DER });
    const plain = await tcp((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nabc')));
    expect(await fetchCrl(plain)).toEqual({ ok: true, der: new Uint8Array([0x61, 0x62, 0x63]) });
    const empty = await http((_, answer) => answer.end());
    expect(await fetchCrl(empty)).toEqual({ ok: true, der: new Uint8Array() });
  });

  it('has memory of its own, which may be handed to another thread', async () => {
    const url = await http((_, answer) => send(answer));
    const outcome = await fetchCrl(url);
    expect(outcome.ok && outcome.der.buffer.byteLength).toBe(DER.length);
  });

  it('is asked for by name', async () => {
    const url = await http((_, answer) => send(answer));
    expect(await fetchCrl(url.replace('127.0.0.1', 'localhost'))).toEqual({ ok: true, der: DER });
  });

  it('for OCSP is asked by POST, with the question as it is', async () => {
    const { seen, listener } = recorder();
    const url = await http(listener);
    const question = new Uint8Array([0, 255, 13, 10, 123]);
    const outcome = await fetchCrl(`${url}/ocsp`, { wanted: { kind: 'ocsp', question } });
    expect(outcome).toEqual({ ok: true, der: DER });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/ocsp',
      headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
      body: Buffer.from(question),
    });
  });

  it('is asked for without a word on who asks', async () => {
    const { seen, listener } = recorder();
    const url = await http(listener);
    await fetchCrl(`${url}/a.crl?x=1#part`);
    await fetchCrl(`${url}/a.crl?x=1#part`);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual({
      method: 'GET',
      url: '/a.crl?x=1',
      headers: {
        host: url.slice('http://'.length),
        accept: 'application/pkix-crl, */*;q=0.1',
        'accept-encoding': 'identity',
        'user-agent': 'Wardkey',
        connection: 'close',
      },
      body: Buffer.alloc(0),
    });
  });
});

describe('too much', () => {
  it('without an end is cut off at the limit', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await http((_, answer) => {
      const more = () => {
        while (answer.write(Buffer.alloc(64))) if (answer.destroyed) return;
      };
      answer.on('drain', more).once('close', () => closed.resolve());
      more();
    });
    expect(await fetchCrl(url)).toMatchObject(failed('too-large'));
    await closed.promise;
  });

  it('by its announced length is refused before it comes', async () => {
    const url = await http((_, answer) => answer.writeHead(200, { 'Content-Length': 1025 }).flushHeaders());
    expect(await fetchCrl(url)).toMatchObject(failed('too-large'));
  });

  it('is one byte above the limit', async () => {
    const url = await http((request, answer) =>
      answer.write(Buffer.alloc(Number(request.url?.slice(1))), () => answer.end()),
    );
    expect(await fetchCrl(`${url}/1024`)).toMatchObject({ ok: true });
    expect(await fetchCrl(`${url}/1025`)).toMatchObject(failed('too-large'));
  });

  it('compressed into little is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(1024 * 1024));
    for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip', 'unknown']) {
      const url = await http((_, answer) => answer.writeHead(200, { 'Content-Encoding': encoding }).end(bomb));
      expect(await fetchCrl(url, { limits: { bytes: 16 * 1024 } })).toMatchObject(failed('encoded'));
    }
  });

  it('of headers is refused', async () => {
    const url = await tcp((socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(64 * 1024)}\r\n\r\n`));
    expect(await fetchCrl(url)).toMatchObject(failed('refused-status'));
  });
});

describe('too slow', () => {
  it('byte by byte ends at the limit for everything', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await http((_, answer) => {
      // Each byte long before any limit on silence.
      const drip = () => {
        if (answer.destroyed) return closed.resolve();
        answer.write('x');
        setTimeout(drip, 20);
      };
      drip();
    });
    expect(await fetchCrl(url, { limits: { wholeMs: 150 } })).toMatchObject(failed('timed-out'));
    await closed.promise;
  });

  it('is a server that takes the connection and says nothing', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await tcp((socket) => void socket.resume().once('close', () => closed.resolve()));
    expect(await fetchCrl(url, { limits: { firstByteMs: 100 } })).toMatchObject(failed('timed-out'));
    await closed.promise;
  });

  it('is one that has only begun its headers, or goes on with 100 Continue', async () => {
    const begun = await tcp((socket) => socket.write('HTTP/1.1 200 O'));
    expect(await fetchCrl(begun, { limits: { firstByteMs: 100 } })).toMatchObject(failed('timed-out'));
    const onAndOn = await tcp((socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)));
    expect(await fetchCrl(onAndOn, { limits: { firstByteMs: 100 } })).toMatchObject(failed('timed-out'));
  });

  it('is a TLS handshake that does not end', async () => {
    const url = (await tcp((socket) => socket.resume())).replace('http:', 'https:');
    expect(await fetchCrl(url, { limits: { connectMs: 100 } })).toMatchObject(failed('timed-out'));
  });

  it('is a name service that does not answer', async () => {
    const lookup = () => new Promise<never>(() => undefined);
    const outcome = await fetchCrl('http://crl.example/', { lookup, limits: { connectMs: 50 } });
    expect(outcome).toMatchObject(failed('timed-out'));
  });

  it('is a chain of redirects, each in its time', async () => {
    const url = await http((request, answer) => {
      const n = Number(request.url?.slice(1));
      setTimeout(() => answer.writeHead(302, { Location: `/${n + 1}` }).end(), 70);
    });
    const outcome = await fetchCrl(`${url}/0`, { limits: { firstByteMs: 5_000, wholeMs: 120 } });
    expect(outcome).toMatchObject(failed('timed-out'));
  });
});

describe('what the caller calls off', () => {
  it('before it began is not asked for', async () => {
    const asked = vi.fn();
    const url = await http((_, answer) => {
      asked();
      send(answer);
    });
    expect(await fetchCrl(url, { signal: AbortSignal.abort() })).toMatchObject(failed('aborted'));
    expect(asked).not.toHaveBeenCalled();
  });

  it('while the name is looked up, while it is waited for and while it comes, ends and leaves nothing open', async () => {
    const stopNaming = new AbortController();
    const naming = fetchCrl('http://crl.example/', {
      signal: stopNaming.signal,
      lookup: () => {
        stopNaming.abort();
        return new Promise<never>(() => undefined);
      },
    });
    expect(await naming).toMatchObject(failed('aborted'));

    for (const start of [() => undefined, (answer: ServerResponse) => answer.write('x')]) {
      const stop = new AbortController();
      const closed = Promise.withResolvers<void>();
      const url = await http((_, answer) => {
        start(answer);
        answer.once('close', () => closed.resolve());
        setImmediate(() => stop.abort());
      });
      expect(await fetchCrl(url, { signal: stop.signal })).toMatchObject(failed('aborted'));
      await closed.promise;
    }
  });

  it('leaves no listener at the signal', async () => {
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const add = vi.spyOn(signal, 'addEventListener');
    const url = await http((_, answer) => send(answer));
    await fetchCrl(url, { signal });
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
  });
});

describe('no answer', () => {
  it('where nobody listens', async () => {
    expect(await fetchCrl(`http://127.0.0.1:${await closedPort()}/a`)).toEqual({
      ...failed('unreachable'),
      host: '127.0.0.1',
    });
  });

  it('where the name leads nowhere', async () => {
    expect(await fetchCrl('http://nothing.invalid/a?secret')).toEqual({
      ...failed('name-not-found'),
      host: 'nothing.invalid',
    });
  });

  it('where the connection breaks: at once, in the middle, before the length that was told, by a false chunk', async () => {
    const atOnce = await tcp((socket) => socket.resetAndDestroy());
    expect(await fetchCrl(atOnce)).toMatchObject(failed('unreachable'));
    const hungUp = await tcp((socket) => socket.once('data', () => socket.end()));
    expect(await fetchCrl(hungUp)).toMatchObject(failed('unreachable'));
    const inTheMiddle = await http((_, answer) => answer.write('x', () => answer.socket?.resetAndDestroy()));
    expect(await fetchCrl(inTheMiddle)).toMatchObject(failed('unreachable'));
    const short = await tcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')),
    );
    expect(await fetchCrl(short)).toMatchObject(failed('unreachable'));
    const chunk = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc';
    const noSize = await tcp((socket) => socket.once('data', () => socket.write(chunk)));
    expect(await fetchCrl(noSize)).toMatchObject(failed('unreachable'));
  });

  it.each([
    ['noise', Buffer.from([0, 1, 2, 3, 255, 254, 10, 13, 10])],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths that differ', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
  ])('that is HTTP: %s', async (_, bytes) => {
    const url = await tcp((socket) => socket.once('data', () => socket.write(bytes)));
    expect(await fetchCrl(url)).toMatchObject(failed('refused-status'));
  });

  it('that is worth reading ends the connection, however much would follow', async () => {
    for (const headers of [
      { status: 404 },
      { status: 302, Location: 'file:///' },
      { status: 200, 'Content-Encoding': 'gzip' },
    ]) {
      const closed = Promise.withResolvers<void>();
      const { status, ...others } = headers;
      const url = await http((_, answer) => {
        answer.once('close', () => closed.resolve());
        answer.writeHead(status, others).write('and so on');
      });
      expect(await fetchCrl(url)).toMatchObject({ ok: false });
      await closed.promise;
    }
  });

  it.each([201, 204, 206, 304, 400, 401, 403, 404, 407, 410, 429, 500, 503])('with status %d', async (status) => {
    const url = await http((_, answer) =>
      answer.writeHead(status, { 'WWW-Authenticate': 'Basic', 'Proxy-Authenticate': 'Basic' }).end(),
    );
    expect(await fetchCrl(url)).toMatchObject(failed('refused-status', status));
  });
});

describe('an address', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://a.example/',
    'ldap://a.example/cn=x?certificateRevocationList',
    'data:,x',
    'javascript:1',
    'http://user@127.0.0.1/',
    'http://user:word@127.0.0.1/',
    'http://',
    'a.crl',
    '',
    `http://a.example/${'x'.repeat(3_000)}`,
    `http://a.example/${'ü'.repeat(1_000)}`,
  ])('%.40s is refused', async (url) => {
    expect(await fetchCrl(url)).toEqual({ ...failed('address-refused'), host: null });
  });

  it('of this machine is refused unless tests allow it', async () => {
    const asked = vi.fn();
    const url = await http((_, answer) => {
      asked();
      send(answer);
    });
    for (const address of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '0x7f.1')])
      expect(await fetchCrl(address, { rules: { loopback: 'refuse' } })).toMatchObject(failed('address-refused'));
    expect(asked).not.toHaveBeenCalled();
  });

  it('is judged by what its name leads to, each time', async () => {
    const port = Number(new URL(await http((_, answer) => send(answer))).port);
    const answers = [
      [{ address: '127.0.0.1', family: 4 }],
      [{ address: '169.254.169.254', family: 4 }],
      [
        { address: 'fe80::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    ];
    const lookup = async () => answers.shift() ?? [];
    const ask = () => fetchCrl(`http://rebound.example:${port}/`, { lookup });
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toEqual({ ...failed('address-refused'), host: 'rebound.example' });
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toMatchObject(failed('address-refused'));
  });

  it('with the port of another protocol is refused', async () => {
    for (const port of [1, 22, 25, 110, 139, 389, 445, 1023])
      expect(await fetchCrl(`http://127.0.0.1:${port}/`)).toMatchObject(failed('address-refused'));
  });

  it('leaves nothing of path and query in a failure', async () => {
    const url = await http((_, answer) => answer.writeHead(404, 'a-secret-phrase').end('a-secret-body'));
    const text = JSON.stringify(await fetchCrl(`${url}/a-secret-path?a-secret-query`));
    expect(text).not.toContain('secret');
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 302) =>
    http((_, answer) => answer.writeHead(status, { Location: location }).end());

  it('is followed three times, in absolute and relative form, and not four times', async () => {
    const url = await http((request, answer) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) send(answer);
      else answer.writeHead(301, { Location: left % 2 === 0 ? `/${left - 1}` : `${url}/${left - 1}` }).end();
    });
    expect(await fetchCrl(`${url}/3`)).toEqual({ ok: true, der: DER });
    expect(await fetchCrl(`${url}/4`)).toMatchObject(failed('redirect-refused'));
  });

  it.each([
    ['in a circle of one', '/'],
    ['to a file', 'file:///etc/passwd'],
    ['to another scheme', 'ldap://a.example/'],
    ['with a user', 'http://user:word@127.0.0.1/'],
    ['to nowhere', 'http://:::'],
  ])('%s is refused', async (_, location) => {
    expect(await fetchCrl(`${await to(location)}/`)).toMatchObject(failed('redirect-refused'));
  });

  it('in a circle of two, or without a place, is refused', async () => {
    const circle = await http((request, answer) =>
      answer.writeHead(307, { Location: request.url === '/a' ? '/b' : '/a' }).end(),
    );
    expect(await fetchCrl(`${circle}/a`)).toMatchObject(failed('redirect-refused'));
    const nowhere = await http((_, answer) => answer.writeHead(302).end());
    expect(await fetchCrl(nowhere)).toMatchObject(failed('redirect-refused'));
  });

  it('to an address that is refused tells which host', async () => {
    expect(await fetchCrl(await to('http://169.254.169.254/latest/meta-data'))).toEqual({
      ...failed('address-refused'),
      host: '169.254.169.254',
    });
  });

  it('of a question is repeated as POST for 307 and 308, and never made a GET', async () => {
    const wanted = { kind: 'ocsp', question: DER } as const;
    const { seen, listener } = recorder();
    const target = await http(listener);
    for (const status of [307, 308]) {
      expect(await fetchCrl(await to(target, status), { wanted })).toMatchObject({ ok: true });
      expect(seen.pop()).toMatchObject({ method: 'POST', body: Buffer.from(DER) });
    }
    for (const status of [301, 302, 303])
      expect(await fetchCrl(await to(target, status), { wanted })).toMatchObject(failed('redirect-refused'));
  });

  it('takes no name and no cookie to another host', async () => {
    const { seen, listener } = recorder();
    const target = await http(listener);
    const from = await http((_, answer) =>
      answer.writeHead(302, { Location: target.replace('127.0.0.1', 'localhost'), 'Set-Cookie': 'a=b' }).end(),
    );
    expect(await fetchCrl(from)).toMatchObject({ ok: true });
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });
});

describe('over TLS', () => {
  let folder = '';
  let caFile = '';
  let credentials: Record<'good' | 'wrongName' | 'expired' | 'selfSigned', Credentials>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardkey-tls-'));
    caFile = join(folder, 'authorities.pem');
    const made = await makeCredentials();
    writeFileSync(caFile, made.authority);
    credentials = made.servers;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const secure = async (which: keyof typeof credentials, onRequest: RequestListener = (_, answer) => send(answer)) =>
    `https://localhost:${await listening(createHttpsServer(credentials[which], onRequest))}`;

  it('comes what a trusted server sends, by name and by address', async () => {
    const url = await secure('good');
    expect(await fetchCrl(url, { rules: { caFile } })).toEqual({ ok: true, der: DER });
    expect(await fetchCrl(url.replace('localhost', '127.0.0.1'), { rules: { caFile } })).toEqual({
      ok: true,
      der: DER,
    });
  });

  it.each(['wrongName', 'expired', 'selfSigned'] as const)('nothing comes from a server that is %s', async (which) => {
    const asked = vi.fn();
    const url = await secure(which, asked);
    expect(await fetchCrl(url, { rules: { caFile } })).toEqual({ ...failed('tls'), host: 'localhost' });
    expect(asked).not.toHaveBeenCalled();
  });

  it('nothing comes from an authority that is not told, or whose file cannot be read', async () => {
    const url = await secure('good');
    expect(await fetchCrl(url)).toMatchObject(failed('tls'));
    for (const file of [join(folder, 'absent.pem'), folder])
      expect(await fetchCrl(url, { rules: { caFile: file } })).toMatchObject(failed('tls'));
    writeFileSync(join(folder, 'noise.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    expect(await fetchCrl(url, { rules: { caFile: join(folder, 'noise.pem') } })).toMatchObject(failed('tls'));
  });

  it('nothing comes from a server that does not speak TLS, or an older one than 1.2', async () => {
    const plain = (await http((_, answer) => send(answer))).replace('http:', 'https:');
    expect(await fetchCrl(plain, { rules: { caFile } })).toMatchObject(failed('tls'));
    const old = {
      ...credentials.good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    } as const;
    const port = await listening(createHttpsServer(old, (_, answer) => send(answer)));
    expect(await fetchCrl(`https://localhost:${port}`, { rules: { caFile } })).toMatchObject(failed('tls'));
  });

  it('a handshake that breaks is no word on the certificate', async () => {
    const url = (await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()))).replace('http:', 'https:');
    expect(await fetchCrl(url)).toMatchObject(failed('unreachable'));
  });

  it('redirects stay: from http to https they are followed, back they are not', async () => {
    const plain = await http((_, answer) => send(answer));
    const down = await secure('good', (_, answer) => void answer.writeHead(302, { Location: plain }).end());
    expect(await fetchCrl(down, { rules: { caFile } })).toMatchObject(failed('redirect-refused'));
    const target = await secure('good');
    const up = await http((_, answer) => answer.writeHead(302, { Location: target }).end());
    expect(await fetchCrl(up, { rules: { caFile } })).toEqual({ ok: true, der: DER });
  });

  describe('through a proxy', () => {
    it('goes by CONNECT, and the proxy learns host and port only', async () => {
      const url = await secure('good');
      const proxy = await startProxy();
      expect(await fetchCrl(`${url}/path?query`, { rules: { caFile, proxy: proxy.url } })).toEqual({
        ok: true,
        der: DER,
      });
      expect(proxy.asked).toEqual([
        {
          line: `CONNECT ${url.slice('https://'.length)}`,
          headers: { host: url.slice('https://'.length), connection: 'close' },
        },
      ]);
    });

    it('goes by what the environment says, and past it where that says so', async () => {
      const url = await secure('good');
      const proxy = await startProxy();
      vi.stubEnv('https_proxy', proxy.url);
      vi.stubEnv('no_proxy', 'elsewhere.example');
      const ask = () => fetchCrl(url, { rules: { caFile, proxy: 'system' } });
      expect(await ask()).toMatchObject({ ok: true });
      expect(proxy.asked).toHaveLength(1);
      vi.stubEnv('no_proxy', 'localhost');
      expect(await ask()).toMatchObject({ ok: true });
      expect(proxy.asked).toHaveLength(1);
    });

    it('over TLS itself goes too, and its certificate is checked', async () => {
      const url = await secure('good');
      const proxy = await startProxy(credentials.good);
      expect(await fetchCrl(url, { rules: { caFile, proxy: proxy.url } })).toEqual({ ok: true, der: DER });
      const plain = await http((_, answer) => send(answer));
      expect(await fetchCrl(plain, { rules: { caFile, proxy: proxy.url } })).toEqual({ ok: true, der: DER });
      expect(proxy.asked.map(({ line }) => line.split(' ')[0])).toEqual(['CONNECT', 'GET']);
      const another = await startProxy(credentials.wrongName);
      expect(await fetchCrl(url, { rules: { caFile, proxy: another.url } })).toMatchObject(failed('tls'));
    });

    it('checks the server’s certificate all the same', async () => {
      const proxy = await startProxy();
      for (const which of ['wrongName', 'expired', 'selfSigned'] as const)
        expect(await fetchCrl(await secure(which), { rules: { caFile, proxy: proxy.url } })).toMatchObject(
          failed('tls'),
        );
    });

    it('shows the proxy its own name and password, and the server nothing', async () => {
      const { seen, listener } = recorder();
      const url = await secure('good', listener);
      const proxy = await startProxy();
      const withUser = proxy.url.replace('http://', 'http://nurse:p%40ss@');
      expect(await fetchCrl(url, { rules: { caFile, proxy: withUser } })).toMatchObject({ ok: true });
      expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('nurse:p@ss')}`);
      expect(seen[0]?.headers).not.toHaveProperty('proxy-authorization');
    });
  });
});

describe('a proxy', () => {
  it('for http is asked by the whole address, and resolves the name', async () => {
    const url = await http((_, answer) => send(answer));
    const proxy = await startProxy();
    const lookup = () => Promise.reject(new Error('the proxy resolves'));
    const named = `${url.replace('127.0.0.1', 'localhost')}/a.crl?x=1`;
    // `lookup` would also be asked for a proxy by name: this one is an address.
    expect(await fetchCrl(named, { lookup, rules: { proxy: proxy.url } })).toEqual({ ok: true, der: DER });
    expect(proxy.asked[0]).toMatchObject({ line: `GET ${named}`, headers: { host: new URL(named).host } });
  });

  it('that refuses, breaks, says nothing or is none gives its reason', async () => {
    const url = 'https://crl.example/';
    const by = (proxy: string, limits: Partial<FetchLimits> = {}) => fetchCrl(url, { rules: { proxy }, limits });
    const answering = (text: string) => tcp((socket) => socket.once('data', () => socket.write(text)));
    expect(await by(await answering('HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n'))).toMatchObject(
      failed('refused-status', 407),
    );
    expect(await by(await answering('HTTP/1.1 502 No\r\n\r\n'))).toMatchObject(failed('refused-status', 502));
    expect(await by(await answering('SSH-2.0-x\r\n'))).toMatchObject(failed('refused-status'));
    expect(await by(await answering('HTTP/1.1 200 OK\r\n\r\nearly'))).toMatchObject(failed('refused-status'));
    expect(await by(await answering(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(32_000)}`))).toMatchObject(
      failed('refused-status'),
    );
    expect(await by(await tcp((socket) => socket.once('data', () => socket.end())))).toMatchObject(
      failed('unreachable'),
    );
    expect(await by(`http://127.0.0.1:${await closedPort()}`)).toMatchObject(failed('unreachable'));
    expect(await by('socks5://127.0.0.1:1080')).toMatchObject(failed('unreachable'));
    const closed = Promise.withResolvers<void>();
    const silent = await tcp((socket) => void socket.resume().once('close', () => closed.resolve()));
    expect(await by(silent, { connectMs: 100 })).toMatchObject(failed('timed-out'));
    await closed.promise;
  });

  it('is not asked for addresses that are refused', async () => {
    const proxy = await startProxy();
    for (const url of ['http://169.254.169.254/', 'https://[fe80::1]/', 'http://localhost/'])
      expect(await fetchCrl(url, { rules: { proxy: proxy.url, loopback: 'refuse' } })).toMatchObject(
        failed('address-refused'),
      );
    expect(proxy.asked).toEqual([]);
  });
});

type Asked = { readonly line: string; readonly headers: IncomingMessage['headers'] };

/** A real forward proxy: absolute addresses for http, CONNECT for the rest. */
async function startProxy(tls?: Credentials): Promise<{ readonly url: string; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const note = ({ method, url, headers }: IncomingMessage) => asked.push({ line: `${method} ${url}`, headers });
  const forward: RequestListener = (request, answer) => {
    note(request);
    get(request.url ?? '', (got) => got.pipe(answer.writeHead(got.statusCode ?? 502)));
  };
  const server = tls === undefined ? createHttpServer(forward) : createHttpsServer(tls, forward);
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request);
    const to = new URL(`http://${request.url}`);
    const onward = connect(Number(to.port), to.hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const)
      one.on('error', () => undefined).once('close', () => other.destroy());
  });
  const port = await listening(server);
  return { url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`, asked };
}

type Credentials = { readonly key: string; readonly cert: string };

async function makeCredentials() {
  const DAY = 24 * 3_600_000;
  x509.cryptoProvider.set(crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };
  const authorityKeys = await makeKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test Web Authority',
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const server = async (
    names: x509.JsonGeneralNames,
    dates = validity,
    signer: 'authority' | 'itself' = 'authority',
  ) => {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: 'CN=Test Server',
      issuer: signer === 'authority' ? authority.subject : 'CN=Test Server',
      publicKey: keys.publicKey,
      signingKey: (signer === 'authority' ? authorityKeys : keys).privateKey,
      signingAlgorithm: algorithm,
      ...dates,
      extensions: [new x509.SubjectAlternativeNameExtension(names)],
    });
    const pkcs8 = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { key: pkcs8, cert: certificate.toString('pem') };
  };
  const here: x509.JsonGeneralNames = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ];
  const past = { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) };
  return {
    authority: authority.toString('pem'),
    servers: {
      good: await server(here),
      wrongName: await server([{ type: 'dns', value: 'elsewhere.example' }]),
      expired: await server(here, past),
      selfSigned: await server(here, validity, 'itself'),
    },
  };
}
