import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src/core/contract/control.ts';
import { CLOSED, MAX_UNDER_WAY } from '../../src/core/contract/page-channel.ts';
import { LAUNCH_MS, REST_MS, WRONG_TRIES } from '../../src/main/host/browser/admission.ts';
import { type PageServer, servePage } from '../../src/main/host/browser/page-server.ts';
import { type Caller, call, PageClient, say, tokenIn } from '../rig/page-client.ts';
import { RecordingView } from '../rig/recording-view.ts';

/**
 * The browser host's port under attack, with real sockets, while a page of ours is open. Behind the server stands a recording
 * stand-in of the agent (rig/recording-view.ts): whatever reaches it has got through. After each test it must have heard
 * nothing but what the test itself asked as the page, and the page, the files and a fresh launch must work.
 */

const INDEX = '<!doctype html><title>Wardkey</title><script src="./view.js"></script>';
const SECRET = 'not for pages';

let folder: string;
let root: string;
let now: number;
let view: RecordingView;
let server: PageServer;
/** The window that the user has open. */
let page: PageClient;
/** Commands that reached the agent and were meant to. */
let meant: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-page-'));
  root = join(folder, 'window');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), INDEX);
  writeFileSync(join(root, 'view.js'), 'export {};');
  writeFileSync(join(root, 'assets', 'style.css'), 'body{}');
  writeFileSync(join(root, 'view.js.map'), SECRET);
  writeFileSync(join(root, '.env'), SECRET);
  writeFileSync(join(folder, 'secret.js'), SECRET);
  symlinkSync(join(folder, 'secret.js'), join(root, 'linked.js'));
  now = 0;
  meant = 0;
  view = new RecordingView();
  server = await servePage(view, { root, launchFolder: join(folder, 'launch'), clock: () => now });
  page = await PageClient.enter(server.port, await launchToken());
});

afterEach(async () => {
  try {
    expect(view.calls).toHaveLength(meant);
    expect(server.connected()).toBe(true);
    expect(await page.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    expect(view.calls.at(-1)?.command).toEqual({ command: 'still-here' });
    expect(view.calls).toHaveLength(meant + 1);
    expect(await say(server.port, get('/'))).toContain(INDEX);
    const fresh = await PageClient.enter(server.port, await launchToken());
    expect(await page.closed).toBe(CLOSED.superseded);
    expect(await fresh.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    expect(view.listeners).toBe(1);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  expect(view.listeners).toBe(0);
});

const launchToken = async () => tokenIn((await server.openLaunch()).file);
const request = (lines: readonly string[], body = '') => `${lines.join('\r\n')}\r\n\r\n${body}`;
const host = () => `Host: 127.0.0.1:${server.port}`;
const get = (address: string, ...headers: string[]) => request([`GET ${address} HTTP/1.1`, host(), ...headers]);
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: d2FyZGtleSBpcyBoZXJlIQ==',
];
const origin = () => `Origin: http://127.0.0.1:${server.port}`;

/** The page was thrown out as it should be, and comes back with its session. */
async function thrownOut(code: number = CLOSED.refused): Promise<void> {
  expect(await page.closed).toBe(code);
  expect(view.calls).toHaveLength(meant);
  expect(server.connected()).toBe(false);
  page = await PageClient.enter(server.port, page.session);
}

describe('another site in the user’s browser', () => {
  it.each([
    ['a rebound name', () => ['Host: evil.example']],
    ['a rebound name with the port', () => [`Host: evil.example:${server.port}`]],
    ['localhost', () => [`Host: localhost:${server.port}`]],
    ['the address without port', () => ['Host: 127.0.0.1']],
    ['another port', () => ['Host: 127.0.0.1:1']],
    ['a longer name', () => [`${host()}.evil.example`]],
    ['another spelling', () => [`Host: 127.1:${server.port}`]],
    ['a number', () => [`Host: 2130706433:${server.port}`]],
    ['IPv6', () => [`Host: [::1]:${server.port}`]],
    ['nothing', () => ['Host: ']],
    ['two hosts', () => [host(), 'Host: evil.example']],
    ['two hosts, the right one last', () => ['Host: evil.example', host()]],
    ['the right one twice', () => [host(), host()]],
  ] as const)('gets neither files nor a socket with %s as Host', async (_, lines) => {
    const files = await say(server.port, request(['GET / HTTP/1.1', ...lines()]));
    const socket = await say(server.port, request(['GET /agent HTTP/1.1', ...lines(), origin(), ...UPGRADE]));
    for (const answer of [files, socket]) {
      expect([400, 403]).toContain(statusOf(answer));
      expect(answer).not.toContain('Wardkey');
    }
  });

  it('gets nothing without a Host', async () => {
    expect(statusOf(await say(server.port, request(['GET / HTTP/1.0'])))).toBe(403);
    expect(await say(server.port, request(['GET / HTTP/1.1']))).not.toContain('Wardkey');
  });

  it.each([
    ['none', () => []],
    ['null', () => ['Origin: null']],
    ['a file', () => ['Origin: file://']],
    ['another site', () => ['Origin: https://evil.example']],
    ['another port', () => ['Origin: http://127.0.0.1:1']],
    ['no port', () => ['Origin: http://127.0.0.1']],
    ['localhost', () => [`Origin: http://localhost:${server.port}`]],
    ['https', () => [`Origin: https://127.0.0.1:${server.port}`]],
    ['a slash too many', () => [`${origin()}/`]],
    ['a longer name', () => [`${origin()}.evil.example`]],
    ['an extension', () => ['Origin: chrome-extension://abcdefghijklmnop']],
    ['two', () => [origin(), 'Origin: https://evil.example']],
    ['a list', () => [`${origin()}, https://evil.example`]],
  ] as const)('gets no socket with %s as Origin, even with the right token', async (_, lines) => {
    const answer = await say(server.port, request(['GET /agent HTTP/1.1', host(), ...lines(), ...UPGRADE]));
    expect(statusOf(answer)).toBe(403);
  });

  it.each(['/', '/agent/', '/agent?', '/agent#', '//agent', '/AGENT', '/%61gent', '/agent/..', '*'])(
    'gets no socket at %s',
    async (address) => {
      const answer = await say(server.port, request([`GET ${address} HTTP/1.1`, host(), origin(), ...UPGRADE]));
      expect(answer).not.toContain(' 101 ');
    },
  );

  it('may neither embed nor read anything: every answer says so', async () => {
    const answers = await Promise.all(
      [get('/'), get('/nothing'), request(['OPTIONS / HTTP/1.1', host()])].map((each) => say(server.port, each)),
    );
    expect(answers.map(statusOf)).toEqual([200, 404, 405]);
    for (const answer of answers) {
      expect(answer).toContain("Content-Security-Policy: default-src 'none'; script-src 'self';");
      expect(answer).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`);
      expect(answer).toContain("frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
      expect(answer).toContain('Cross-Origin-Resource-Policy: same-origin\r\n');
      expect(answer).toContain('Cross-Origin-Opener-Policy: same-origin\r\n');
      expect(answer).toContain('Cross-Origin-Embedder-Policy: require-corp\r\n');
      expect(answer).toContain('X-Content-Type-Options: nosniff\r\n');
      expect(answer).toContain('Referrer-Policy: no-referrer\r\n');
      expect(answer).toContain('Cache-Control: no-store\r\n');
      expect(answer).toMatch(/Permissions-Policy: .*camera=\(\)/);
      expect(answer).not.toMatch(/access-control|set-cookie|x-powered-by|server:/i);
    }
  });
});

describe('who has no token', () => {
  it.each([
    ['an empty one', ''],
    ['a guessed one', 'A'.repeat(43)],
    ['a path', '../../../../etc/passwd'],
    ['JSON', '{"session":true}'],
    ['too much', 'A'.repeat(8_000)],
    ['far too much', 'A'.repeat(100_000)],
    ['bytes', Buffer.alloc(43, 'A')],
    ['a command', encodeFrame({ id: 1, request: { command: 'lock-now' } })],
  ])('is hung up on with %s', async (_, token) => {
    const stranger = await PageClient.connect(server.port);
    stranger.socket.send(token);
    // A command right behind it is not heard either.
    stranger.socket.send(encodeFrame({ id: 1, request: { command: 'lock-now' } }));
    expect([CLOSED.refused, 1009, 1006]).toContain(await stranger.closed);
    await expect(stranger.next(() => true)).rejects.toThrow('closed');
  });

  it('may guess a few times, and then not at all for a while; a launch and the open page go on', async () => {
    for (let each = 0; each < WRONG_TRIES; each++) {
      const stranger = await PageClient.connect(server.port);
      stranger.socket.send(`${each}`.padStart(43, 'B'));
      expect(await stranger.closed).toBe(CLOSED.refused);
    }
    await expect(PageClient.connect(server.port)).rejects.toThrow('turned away with 503');
    expect(await page.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    const launched = await PageClient.enter(server.port, await launchToken());
    expect(await page.closed).toBe(CLOSED.superseded);
    page = launched;
    await expect(PageClient.connect(server.port)).rejects.toThrow('turned away with 503');
    now += REST_MS;
    await (await PageClient.connect(server.port)).leave();
    meant = 1;
  });

  it('cannot hold the places before the door: who waits longest goes first', async () => {
    const begun = performance.now();
    const first = await PageClient.connect(server.port);
    const crowd = await Promise.all(Array.from({ length: 4 }, () => PageClient.connect(server.port)));
    expect(await first.closed).toBe(1006);
    // At once, not when its time was over.
    expect(performance.now() - begun).toBeLessThan(4_000);
    const launched = await PageClient.enter(server.port, await launchToken());
    page = launched;
    for (const each of crowd) each.socket.terminate();
  });
});

describe('who has a token that is worth nothing any more', () => {
  it('is refused with a used launch token', async () => {
    const token = await launchToken();
    page = await PageClient.enter(server.port, token);
    for (let each = 0; each < 3; each++) {
      const second = await PageClient.connect(server.port);
      second.socket.send(token);
      expect(await second.closed).toBe(CLOSED.refused);
    }
    await page.leave();
    const third = await PageClient.connect(server.port);
    third.socket.send(token);
    expect(await third.closed).toBe(CLOSED.refused);
    page = await PageClient.enter(server.port, page.session);
  });

  it('is refused with an expired launch token', async () => {
    const token = await launchToken();
    now += LAUNCH_MS;
    await expect(PageClient.enter(server.port, token)).rejects.toThrow(`closed with ${CLOSED.refused}`);
  });

  it('is refused with a launch token that a newer one has replaced', async () => {
    const token = await launchToken();
    await launchToken();
    await expect(PageClient.enter(server.port, token)).rejects.toThrow(`closed with ${CLOSED.refused}`);
  });

  it('is refused with the session of before, by reload or by another launch', async () => {
    const first = page.session;
    await page.leave();
    page = await PageClient.enter(server.port, first);
    await page.leave();
    await expect(PageClient.enter(server.port, first)).rejects.toThrow(`closed with ${CLOSED.refused}`);
    page = await PageClient.enter(server.port, page.session);
    const second = page.session;
    page = await PageClient.enter(server.port, await launchToken());
    await expect(PageClient.enter(server.port, second)).rejects.toThrow(`closed with ${CLOSED.refused}`);
    expect(new Set([first, second, page.session]).size).toBe(3);
  });

  it('is kept out while a page is open, even with its own session', async () => {
    await expect(PageClient.enter(server.port, page.session)).rejects.toThrow(`closed with ${CLOSED.later}`);
    expect(page.socket.readyState).toBe(page.socket.OPEN);
  });
});

describe('a fresh launch', () => {
  it('takes the place of the open page, which is told so and heard no more', async () => {
    const old = page;
    const times: boolean[] = [];
    const stop = server.onConnected(() => times.push(server.connected()));
    page = await PageClient.enter(server.port, await launchToken());
    await old.next((message) => 'superseded' in message);
    old.socket.send(encodeFrame({ id: 9, request: { command: 'lock-now' } }));
    expect(await old.closed).toBe(CLOSED.superseded);
    expect(times).toEqual([true]);
    stop();
  });

  it('lies in a file for its owner alone, which is gone once it is used, or too late', async () => {
    const { file } = await server.openLaunch();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(file))).toEqual(['launch.html']);
    page = await PageClient.enter(server.port, tokenIn(file));
    expect(existsSync(file)).toBe(false);
  });

  it('is not made in a folder of someone else, or through a link', async () => {
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, OTHER_USER, OTHER_USER);
    await expect(servePage(view, { root, launchFolder: foreign })).rejects.toThrow('belongs to someone else');
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'launch'), link);
    await expect(servePage(view, { root, launchFolder: link })).rejects.toThrow('belongs to someone else');
  });

  it('clears away what an agent that crashed has left, and closes a folder that stands open', async () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    writeFileSync(join(open, 'launch.html'), 'old');
    const another = await servePage(view, { root, launchFolder: open });
    expect(readdirSync(open)).toEqual([]);
    expect(statSync(open).mode & 0o777).toBe(0o700);
    await another.close();
  });
});

const OTHER_USER = 65534;
/** bash, as another user of this machine. Needs root, as changing the user does. */
const asAnotherUser = (script: string) =>
  new Promise<{ out: string; err: string }>((resolve) => {
    const user = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'];
    execFile('setpriv', [...user, 'bash', '-c', script], { timeout: 20_000, cwd: '/' }, (_, out, err) =>
      resolve({ out, err }),
    );
  });

describe('a process of another user', () => {
  /** Says the bytes to the port, and shows what comes back. */
  const sayAsAnother = (bytes: string) =>
    // Hung up on before it has spoken, bash would die of SIGPIPE and say nothing.
    asAnotherUser(
      `trap '' PIPE; exec 3<>/dev/tcp/127.0.0.1/${server.port} && printf '${octal(bytes)}' >&3; cat <&3; echo done >&2`,
    );
  const octal = (bytes: string) =>
    [...Buffer.from(bytes, 'latin1')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

  it('cannot read the launch file, nor see that there is one', async () => {
    chmodSync(folder, 0o755);
    const { file } = await server.openLaunch();
    const { out, err } = await asAnotherUser(`id -u; cat '${file}'; ls '${dirname(file)}'`);
    expect(out).toBe(`${OTHER_USER}\n`);
    expect(err).toMatch(/^cat: .*Permission denied$/m);
    expect(err).toMatch(/^ls: .*Permission denied$/m);
  });

  it('gets not a byte from the port, not even with the right token', async () => {
    const token = await launchToken();
    const upgrade = request(['GET /agent HTTP/1.1', host(), origin(), ...UPGRADE]);
    const frame = String.fromCharCode(0x81, 0x80 | token.length, 0, 0, 0, 0) + token;
    for (const bytes of [get('/'), upgrade + frame, 'garbage', ...Array.from({ length: 20 }, () => get('/'))]) {
      const { out, err } = await sayAsAnother(bytes);
      expect(out).toBe('');
      expect(err).toMatch(/done|reset/i);
    }
    // The token is still unspent: nobody has heard it.
    page = await PageClient.enter(server.port, token);
  });
});

describe('a crowd of another user', () => {
  it('takes no place from a connection of ours that takes its time', async () => {
    const slow = await call(server.port);
    const text = get('/');
    slow.socket.write(text.slice(0, 10));
    const { err } = await asAnotherUser(
      `for each in {1..200}; do exec {held}<>/dev/tcp/127.0.0.1/${server.port}; done; echo all >&2`,
    );
    expect(err).toContain('all');
    slow.socket.write(text.slice(10));
    expect(await slow.ended).toContain(INDEX);
  });
});

describe('a path', () => {
  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/%2e%2e%2fsecret.js',
    '/..%2fsecret.js',
    '/..%5csecret.js',
    '/..\\secret.js',
    '/%252e%252e%252fsecret.js',
    '/%c0%ae%c0%ae/secret.js',
    '/%u002e%u002e/secret.js',
    '/....//secret.js',
    '/.;/../secret.js',
    '//secret.js',
    '/./index.html',
    '//index.html',
    '/assets//style.css',
    '/index.html/',
    '/index.html%00.js',
    '/index.html?x',
    '/INDEX.HTML',
    '/.env',
    '/view.js.map',
    '/linked.js',
    '/assets',
    '/assets/',
    '/launch.html',
    '/launch/launch.html',
    'http://127.0.0.1/index.html',
    'file:///etc/passwd',
    '/__proto__',
    '/constructor',
    '/toString',
  ])('like %s leads nowhere', async (address) => {
    const answer = await say(server.port, get(address));
    expect([400, 404, 0]).toContain(statusOf(answer));
    expect(answer).not.toContain(SECRET);
    expect(answer).not.toContain('Wardkey');
  });

  it('leads to the window’s own files, as what they are', async () => {
    const answers = await Promise.all(
      ['/', '/index.html', '/view.js', '/assets/style.css'].map((each) => say(server.port, get(each))),
    );
    expect(answers.map(statusOf)).toEqual([200, 200, 200, 200]);
    expect(answers.map((each) => /Content-Type: (\S+?);/.exec(each)?.[1])).toEqual([
      'text/html',
      'text/html',
      'text/javascript',
      'text/css',
    ]);
    const head = await say(server.port, request(['HEAD / HTTP/1.1', host()]));
    expect(head).toContain(`Content-Length: ${INDEX.length}\r\n`);
    expect(head).not.toContain('<title>');
  });

  it('never leads to a file that came after the start', async () => {
    writeFileSync(join(root, 'late.js'), SECRET);
    writeFileSync(join(root, 'index.html'), SECRET);
    expect(statusOf(await say(server.port, get('/late.js')))).toBe(404);
    expect(await say(server.port, get('/'))).toContain(INDEX);
  });
});

describe('a request of another kind', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'])(
    '%s is turned away',
    async (method) => {
      const lines = [`${method} / HTTP/1.1`, host(), 'Content-Length: 4', 'Access-Control-Request-Method: POST'];
      const answer = await say(server.port, request(lines, 'evil'));
      expect(statusOf(answer)).toBe(405);
      expect(answer).toContain('Allow: GET, HEAD\r\n');
      expect(answer).not.toContain('evil');
    },
  );

  it('a tunnel is not dug', async () => {
    expect(await say(server.port, request(['CONNECT 127.0.0.1:22 HTTP/1.1', host()]))).toBe('');
  });

  it.each([
    ['a body', ['Content-Length: 4'], 'evil'],
    ['a body in pieces', ['Transfer-Encoding: chunked'], '4\r\nevil\r\n0\r\n\r\n'],
    ['a body of two lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\nevil'],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 40'], ''],
    ['a wish to go on', ['Expect: 100-continue', 'Content-Length: 4'], ''],
    ['another wish', ['Expect: everything'], ''],
    ['a folded header', ['X: a', ' b'], ''],
    ['a header without name', [': a'], ''],
    ['a space before the colon', ['Host : evil.example'], ''],
    ['a bare line feed', ['X: a\nY: b\n\nGET /secret HTTP/1.1'], ''],
    ['a null byte', ['X: \0'], ''],
  ])('with %s gets no page', async (_, headers, body) => {
    const answer = await say(server.port, request(['GET / HTTP/1.1', host(), ...headers], body));
    expect(answer).not.toContain('Wardkey');
    expect(answer).not.toContain('100 Continue');
  });

  it('hidden behind another one is not answered', async () => {
    const hidden = request(['GET /agent HTTP/1.1', host(), origin(), ...UPGRADE]);
    const answer = await say(server.port, get('/view.js') + get('/') + hidden + hidden);
    expect(answer).not.toContain('Wardkey');
    expect(answer).not.toContain(' 101 ');
    expect(await say(server.port, get('/view.js') + hidden)).not.toContain(' 101 ');
    expect(await say(server.port, hidden + get('/'))).not.toContain('Wardkey');
  });

  it('with more headers than a browser sends is hung up on', async () => {
    const huge = [
      get('/', `X: ${'a'.repeat(9_000)}`),
      get('/', ...Array.from({ length: 3_000 }, (_, each) => `X${each}: a`)),
      get(`/${'a'.repeat(20_000)}`),
    ];
    for (const bytes of huge) expect(statusOf(await say(server.port, bytes))).toBe(0);
  });

  it.each([
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['null bytes', '\0'.repeat(10_000)],
    ['high bytes', '\xff'.repeat(10_000)],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/9', 'GET / HTTP/9.9\r\n\r\n'],
    ['lines without end', 'GET '.repeat(10_000)],
    ['a WebSocket frame', '\x81\x85\0\0\0\0hello'],
  ])('that is %s is hung up on', async (_, bytes) => {
    expect(await say(server.port, Buffer.from(bytes, 'latin1'))).toBe('');
  });

  it.each([
    ['without a key', UPGRADE.slice(0, 3)],
    ['of an old version', [...UPGRADE.slice(0, 2), 'Sec-WebSocket-Version: 7', ...UPGRADE.slice(3)]],
    ['to another protocol', ['Connection: Upgrade', 'Upgrade: h2c']],
    ['with a body', [...UPGRADE, 'Content-Length: 100000']],
  ])('for a socket %s comes to nothing', async (_, headers) => {
    const answer = await say(server.port, request(['GET /agent HTTP/1.1', host(), origin(), ...headers], 'x'));
    expect(answer).not.toContain('{');
  });
});

describe('too much and too slow', () => {
  it('1000 connections at once neither push the page out nor keep others from the port', async () => {
    const begun = performance.now();
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => call(server.port)));
    expect(await page.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    meant = 1;
    expect(await say(server.port, get('/'))).toContain(INDEX);
    await endedOf(crowd, 1_000 - 32);
    // To make room, not because their time was over.
    expect(performance.now() - begun).toBeLessThan(8_000);
    for (const each of crowd) each.socket.destroy();
  });

  it('1000 sockets at once neither push the page out nor keep a launch from the door', async () => {
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => call(server.port)));
    for (const { socket } of crowd)
      socket.write(request(['GET /agent HTTP/1.1', host(), origin(), ...UPGRADE]), () => undefined);
    const before = page;
    page = await PageClient.enter(server.port, await launchToken());
    expect(await before.closed).toBe(CLOSED.superseded);
    for (const each of crowd) each.socket.destroy();
  });

  it('who says or hears slowly, or nothing, or half, is hung up on in time', { timeout: 30_000 }, async () => {
    const begun = performance.now();
    const nothing = await call(server.port);
    const half = await call(server.port);
    half.socket.write('GET / HTTP/1.1\r\nHost: 127');
    const endless = await call(server.port);
    endless.socket.write(`GET / HTTP/1.1\r\n${host()}\r\n`);
    const trickle = setInterval(() => endless.socket.writable && endless.socket.write('X: a\r\n'), 500);
    const silent = await PageClient.connect(server.port);
    const halfFrame = await call(server.port);
    halfFrame.socket.write(request(['GET /agent HTTP/1.1', host(), origin(), ...UPGRADE]));
    halfFrame.socket.write(Buffer.from([0x81, 0xab, 0, 0]));
    const pinging = await PageClient.connect(server.port);
    let pongs = 0;
    pinging.socket.on('pong', () => pongs++);
    const pings = setInterval(() => pinging.socket.ping(undefined, undefined, () => undefined), 200);

    expect(await silent.closed).toBe(1006);
    expect(await pinging.closed).toBe(1006);
    expect(pongs).toBe(0);
    await halfFrame.ended;
    expect(performance.now() - begun).toBeLessThan(9_000);
    expect(await Promise.all([nothing.ended, half.ended, endless.ended])).toEqual(['', '', '']);
    expect(performance.now() - begun).toBeLessThan(20_000);
    clearInterval(trickle);
    clearInterval(pings);
  });
});

/** Resolves when so many of them have been hung up on. */
function endedOf(crowd: readonly Caller[], count: number): Promise<void> {
  return new Promise((resolve) => {
    let gone = 0;
    for (const each of crowd) void each.ended.then(() => ++gone === count && resolve());
  });
}

describe('a page that has gone bad', () => {
  const frame = (json: unknown, secrets: string[] = []) =>
    encodeFrame(
      json,
      secrets.map((each) => Buffer.from(each)),
    );
  const raw = (json: string, secrets: string[] = []) => {
    const text = Buffer.from(json);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(text.length);
    head.writeUInt8(secrets.length, 4);
    return Buffer.concat([head, text, ...secrets.flatMap((each) => [Buffer.from([each.length]), Buffer.from(each)])]);
  };
  const ATTEMPT = { command: 'attempt', kind: 'verify', reader: 'Ward Reader 00 00', cardId: 'c0ffee', lastTry: false };

  it.each<[string, string | Uint8Array]>([
    ['text', '{"id":1,"request":{"command":"lock-now"}}'],
    ['a frame as text', Buffer.from(frame({ id: 1, request: { command: 'lock-now' } })).toString('latin1')],
    ['nothing', Buffer.alloc(0)],
    ['half a head', Buffer.from([0, 0, 0])],
    ['half a frame', frame({ id: 1, request: { command: 'lock-now' } }).slice(0, -1)],
    ['a byte too many', Buffer.concat([frame({ id: 1, request: { command: 'lock-now' } }), Buffer.from([0])])],
    [
      'two frames',
      Buffer.concat([
        frame({ id: 1, request: { command: 'lock-now' } }),
        frame({ id: 2, request: { command: 'lock-now' } }),
      ]),
    ],
    ['a frame longer than it is', Buffer.from([0, 0, 15, 0, 0, 123, 125])],
    ['a frame of 4 GiB', Buffer.from([255, 255, 255, 255, 0, 123, 125])],
    ['too long a frame', frame({ id: 1, request: { command: 'read-again', reader: 'a'.repeat(5_000) } })],
    ['no JSON', raw('lock-now')],
    ['half a JSON', raw('{"id":1,"command":"lock-now"')],
    ['deep JSON', raw(`${'['.repeat(2_000)}${']'.repeat(2_000)}`)],
    ['no UTF-8', Buffer.concat([Buffer.from([0, 0, 0, 2, 0]), Buffer.from([0xff, 0xfe])])],
    ['null', raw('null')],
    ['a number', raw('1')],
    ['a list', raw('[1,{"command":"lock-now"}]')],
    ['no command', raw('{"id":1}')],
    ['no id', raw('{"request":{"command":"lock-now"}}')],
    ['an id that is none', raw('{"id":"1","request":{"command":"lock-now"}}')],
    ['a negative id', raw('{"id":-1,"request":{"command":"lock-now"}}')],
    ['a broken id', raw('{"id":1.5,"request":{"command":"lock-now"}}')],
    ['a huge id', raw('{"id":1e300,"request":{"command":"lock-now"}}')],
    ['an unknown command', raw('{"id":1,"request":{"command":"unblock"}}')],
    ['a command of the other socket', raw('{"id":1,"request":{"command":"stop"}}')],
    ['an inherited command', raw('{"id":1,"request":{"command":"toString"}}')],
    ['a command that is not where it belongs', raw('{"id":1,"command":"lock-now"}')],
    ['a field too many beside it', raw('{"id":1,"request":{"command":"lock-now"},"force":true}')],
    ['a prototype beside it', raw('{"id":1,"request":{"command":"lock-now"},"__proto__":{"isAdmin":true}}')],
    ['a request from a prototype', raw('{"id":1,"__proto__":{"request":{"command":"lock-now"}}}')],
    ['a field too many', raw('{"id":1,"request":{"command":"lock-now","force":true}}')],
    ['a field of the wrong kind', raw('{"id":1,"request":{"command":"dismiss-notice","id2":1}}')],
    ['a prototype', raw('{"id":1,"request":{"command":"lock-now","__proto__":{"isAdmin":true}}}')],
    ['a command from a prototype', raw('{"id":1,"request":{"__proto__":{"command":"lock-now"}}}')],
    ['a constructor', raw('{"id":1,"request":{"command":"lock-now","constructor":{"prototype":{"isAdmin":true}}}}')],
    [
      'a prototype further in',
      raw('{"id":1,"request":{"command":"demo","deed":{"deed":"reset","__proto__":{"x":1}}}}'),
    ],
    [
      'a setting by the name of a prototype',
      raw('{"id":1,"request":{"command":"set-preference","change":{"name":"__proto__","value":true}}}'),
    ],
    ['a page by an inherited name', raw('{"id":1,"request":{"command":"open-page","page":"constructor"}}')],
    ['a page by address', raw('{"id":1,"request":{"command":"open-page","page":"https://evil.example"}}')],
    ['a reader without name', raw('{"id":1,"request":{"command":"read-again","reader":""}}')],
    ['a passcode in the command', frame({ id: 1, request: { ...ATTEMPT, passcode: '246813' } }, ['246813'])],
    ['an attempt without passcode', frame({ id: 1, request: ATTEMPT })],
    ['an attempt with two', frame({ id: 1, request: ATTEMPT }, ['246813', '246813'])],
    ['a change with one', frame({ id: 1, request: { ...ATTEMPT, kind: 'change' } }, ['246813'])],
    ['an unblocking', frame({ id: 1, request: { ...ATTEMPT, kind: 'unblock' } }, ['246813', '246813'])],
    ['a passcode where none belongs', frame({ id: 1, request: { command: 'lock-now' } }, ['246813'])],
    ['three passcodes', raw(JSON.stringify({ id: 1, request: ATTEMPT }), ['1', '2', '3'])],
    ['too long a passcode', raw(JSON.stringify({ id: 1, request: ATTEMPT }), ['1'.repeat(65)])],
  ])('is thrown out for %s', async (_, bytes) => {
    page.socket.send(bytes);
    // What is right behind it comes too late.
    page.socket.send(frame({ id: 7, request: { command: 'lock-now' } }));
    await thrownOut();
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('is thrown out for more than a message may hold', async () => {
    page.socket.send(Buffer.alloc(8 * 1024 + 1));
    await thrownOut(1009);
  });

  it('is thrown out for a message in very many pieces', async () => {
    const piece = Buffer.alloc(1);
    for (let each = 0; each < 100; each++) page.socket.send(piece, { binary: true, fin: false });
    await thrownOut(1008);
  });

  it('is understood when its message comes in two pieces', async () => {
    const whole = frame({ id: 500, request: ATTEMPT }, ['246813']);
    page.socket.send(whole.slice(0, 90), { binary: true, fin: false });
    page.socket.send(whole.slice(90), { binary: true, fin: true });
    await page.next((message) => 'id' in message && message.id === 500);
    expect(view.calls[0]?.secrets).toEqual(['246813']);
    meant = 1;
  });

  it.each([
    ['compression', [0xc2, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5]],
    ['no mask', [0x82, 0x02, 1, 2]],
    ['a length of 2^63', [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
    ['an opcode that there is not', [0x83, 0x80, 0, 0, 0, 0]],
    ['a piece of nothing', [0x80, 0x80, 0, 0, 0, 0]],
    ['a close of one byte', [0x88, 0x81, 0, 0, 0, 0, 1]],
  ])('is thrown out for a WebSocket frame with %s', async (_, bytes) => {
    const { port } = server;
    page.socket.close();
    await page.closed;
    const caller = await call(port);
    caller.socket.write(request(['GET /agent HTTP/1.1', host(), origin(), ...UPGRADE]));
    const token = await launchToken();
    caller.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | token.length, 0, 0, 0, 0]), Buffer.from(token)]));
    caller.socket.write(Buffer.from(bytes));
    const heard = await caller.ended;
    expect(heard).toContain('"session"');
    page = await PageClient.enter(port, /"session":"([\w-]{43})"/.exec(heard)?.[1] ?? '');
  });

  it('is thrown out when it asks more at a time than a window does', async () => {
    const answers: Array<() => void> = [];
    view.answer = () => new Promise((resolve) => answers.push(() => resolve({ ok: true, value: null })));
    for (let id = 1; id <= MAX_UNDER_WAY; id++) page.socket.send(frame({ id, request: { command: 'still-here' } }));
    while (view.calls.length < MAX_UNDER_WAY) await view.nextCall();
    page.socket.send(frame({ id: 99, request: ATTEMPT }, ['246813']));
    meant = MAX_UNDER_WAY;
    await thrownOut();
    // Answers to a page that has gone go nowhere, and not to the one that came after it.
    for (const answer of answers) answer();
    view.answer = () => ({ ok: true, value: null });
    expect(await page.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    expect(page.unread.filter((message) => 'id' in message)).toEqual([]);
    meant++;
  });

  it('that does not read gets no more than one snapshot more, and then the newest', async () => {
    await page.next((message) => 'snapshot' in message);
    page.socket.pause();
    const version = (each: number) => ({ version: `${each}`.padEnd(40, '.') });
    const before = view.made;
    for (let each = 1; each <= 10_000; each++) view.change(version(each));
    // All of it happened in one turn: one was sent at once, one is owed.
    expect(view.made - before).toBe(1);
    page.socket.resume();
    await page.next((message) => 'snapshot' in message && JSON.stringify(message.snapshot).includes('"10000.'));
    expect(view.made - before).toBe(2);
  });

  it('that asks and does not read is cut off before it costs much memory', async () => {
    view.answer = () => ({ ok: true, value: 'x'.repeat(300_000) });
    page.socket.pause();
    while (server.connected() && meant < 100) {
      const called = view.nextCall();
      page.socket.send(frame({ id: ++meant, request: { command: 'make-report' } }));
      await called;
      // Its answer goes out in this turn of the loop.
      await new Promise(setImmediate);
    }
    expect(server.connected()).toBe(false);
    page.socket.resume();
    view.answer = () => ({ ok: true, value: null });
    await thrownOut(1006);
  });

  it('leaves no passcode behind in what it handed over', async () => {
    expect(await page.request({ ...ATTEMPT, kind: 'change' }, [Buffer.from('246813'), Buffer.from('135792')])).toEqual({
      ok: true,
      value: null,
    });
    expect(view.calls[0]?.secrets).toEqual(['246813', '135792']);
    for (const secret of view.calls[0]?.handed ?? []) expect([...secret]).toEqual([0, 0, 0, 0, 0, 0]);
    meant = 1;
  });

  it('hears a failure when the agent fails, and nothing of why', async () => {
    view.answer = () => Promise.reject(new Error('secret reason'));
    expect(await page.request({ command: 'diagnose' })).toEqual({ ok: false, code: 'Agent_Refused' });
    view.answer = () => ({ ok: true, value: null });
    meant = 1;
  });
});

describe('the end', () => {
  it('is told to the page', async () => {
    const another = await servePage(view, { root, launchFolder: join(folder, 'another') });
    const { file } = await another.openLaunch();
    const client = await PageClient.enter(another.port, tokenIn(file));
    await another.openLaunch();
    await another.close();
    expect(await client.closed).toBe(CLOSED.ending);
    expect(existsSync(file)).toBe(false);
    const late = await call(another.port);
    expect(await late.ended).toBe('');
  });
});
