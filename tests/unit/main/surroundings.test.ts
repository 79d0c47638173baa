import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callDesk } from '../../../src/main/doctor/desk-call.ts';
import { organisationNames, searchNames } from '../../../src/main/doctor/name-search.ts';
import { findReaderDrivers } from '../../../src/main/doctor/reader-drivers.ts';
import { policyWith } from '../agent/scene.ts';

describe('drivers of readers', () => {
  let root: string;
  const folder = (name: string, ...bundles: string[]) => {
    mkdirSync(join(root, name));
    for (const each of bundles) mkdirSync(join(root, name, each));
    return join(root, name);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wardkey-drivers-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are the bundles in all places, and nothing else that lies there', async () => {
    const first = folder('lib', 'ifd-ccid.bundle', 'serial');
    const second = folder('lib64', 'ifd-acsccid.bundle', 'ifd-ccid.bundle');
    const absent = join(root, 'absent');
    expect(await findReaderDrivers('linux', [first, absent, second])).toEqual([
      'ifd-acsccid.bundle',
      'ifd-ccid.bundle',
    ]);
  });

  it('are none where the places are empty or not there', async () => {
    expect(await findReaderDrivers('linux', [folder('lib', 'serial'), join(root, 'absent')])).toEqual([]);
  });

  it('are unknown where a place cannot be read', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await findReaderDrivers('linux', [folder('lib', 'ifd-ccid.bundle'), join(root, 'file')])).toBeNull();
  });

  it.each(['win32', 'darwin'] as const)('are unknown on %s', async (platform) => {
    expect(await findReaderDrivers(platform, [folder('lib', 'ifd-ccid.bundle')])).toBeNull();
  });
});

describe('names of the organisation', () => {
  const pages = {
    unlock: 'https://cards.example/unlock',
    renew: 'https://cards.example/renew',
    leaving: 'https://people.example/leaving',
  };
  const desk = { address: 'https://desk.example:8443' };

  it('are those of all pages and of the desk, each once', () => {
    expect(organisationNames(policyWith({ organisation: { pages }, desk }), {})).toEqual([
      'cards.example',
      'people.example',
      'desk.example',
    ]);
    expect(organisationNames(policyWith({}), {})).toEqual([]);
  });

  it('are not those of addresses, nor of a desk that is the proxy’s to find', () => {
    expect(organisationNames(policyWith({ desk: { address: 'https://192.0.2.1' } }), {})).toEqual([]);
    expect(organisationNames(policyWith({ desk: { ...desk, proxy: 'http://proxy.example:3128' } }), {})).toEqual([]);
    expect(organisationNames(policyWith({ desk }), { https_proxy: 'http://proxy.example:3128' })).toEqual([]);
  });

  it('are told apart into found and missing', async () => {
    const lookUp = (name: string) => (name === 'b' ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve());
    expect(await searchNames(['a', 'b', 'c'], { lookUp })).toEqual({ found: ['a', 'c'], missing: ['b'] });
  });

  it('keep nobody waiting: one that is not answered is missing, and the others are found all the same', async () => {
    const never = new Promise(() => undefined);
    const lookUp = (name: string) => (name === 'dead' ? never : Promise.resolve());
    expect(await searchNames(['dead', 'b', 'c'], { lookUp, limitMs: 50 })).toEqual({
      found: ['b', 'c'],
      missing: ['dead'],
    });
  });

  it('are asked for two at a time, and one whose turn never came is not called missing', async () => {
    const asked: string[] = [];
    const lookUp = (name: string) => {
      asked.push(name);
      return new Promise(() => undefined);
    };
    expect(await searchNames(['a', 'b', 'c'], { lookUp, limitMs: 50 })).toEqual({ found: [], missing: ['a', 'b'] });
    expect(asked).toEqual(['a', 'b']);
  });
});

describe('a call at the card desk', () => {
  let server: Server;
  let asked: string[];
  /** As the policy says of whatever answers here. */
  const deskAt = async (listener: RequestListener, scheme = 'http') => {
    server = createServer((request, answer) => {
      asked.push(`${request.method} ${request.url}`);
      listener(request, answer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return policyWith({ desk: { address: `${scheme}://127.0.0.1:${port}`, loopback: true, proxy: 'none' } }).desk;
  };
  const says =
    (body: object, status = 200): RequestListener =>
    (_, answer) => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  beforeEach(() => {
    asked = [];
    server = createServer();
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is one question, which tells nothing', async () => {
    const about = { organisation: 'Hale Hospital', help: 'Grace Hale, 01632 960 123' };
    const desk = await deskAt(says(about));
    expect(await callDesk(desk)).toEqual({
      host: new URL(desk.address ?? '').host,
      reply: { kind: 'done', answer: about },
    });
    expect(asked).toEqual(['GET /v1/about']);
  });

  it('is made nowhere where there is no desk', async () => {
    expect(await callDesk(policyWith({}).desk)).toBeNull();
  });

  it('finds one that is away, once', async () => {
    const desk = await deskAt((request) => request.socket.destroy());
    expect(await callDesk(desk)).toMatchObject({ reply: { kind: 'not-reached', reason: 'unreachable' } });
    expect(asked).toHaveLength(1);
  });

  it('waits no longer than its limit for one that says nothing', async () => {
    const desk = await deskAt(() => undefined);
    expect(await callDesk(desk, { wholeMs: 50 })).toMatchObject({
      reply: { kind: 'not-reached', reason: 'timed-out' },
    });
  });

  it('finds one that cannot show who it is, and tells it nothing', async () => {
    const desk = await deskAt(says({}), 'https');
    expect(await callDesk(desk)).toMatchObject({ reply: { kind: 'not-trusted' } });
    expect(asked).toEqual([]);
  });

  it.each([
    ['another page', (_, answer) => void answer.end('<html>')],
    ['another answer', says({ organisation: 'Hale Hospital' })],
    ['another place', (_, answer) => void answer.writeHead(302, { location: '/elsewhere' }).end()],
  ] satisfies ReadonlyArray<[string, RequestListener]>)('finds one that is none: %s', async (_, listener) => {
    expect(await callDesk(await deskAt(listener))).toMatchObject({ reply: { kind: 'not-understood' } });
    expect(asked).toHaveLength(1);
  });
});
