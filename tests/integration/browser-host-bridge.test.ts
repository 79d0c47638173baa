import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ViewBridge, ViewSnapshot } from '../../src/core/contract/view.ts';
import { type PageServer, servePage } from '../../src/main/host/browser/page-server.ts';
import { PageClient, tokenIn } from '../rig/page-client.ts';
import { BrowserTab } from '../rig/page-globals.ts';
import { RecordingView } from '../rig/recording-view.ts';
import { sampleSnapshot } from '../rig/view-snapshot.ts';

/** The window's own bridge on the real server: what the page is told, and what becomes of what it asks. */

let folder: string;
let view: RecordingView;
let server: PageServer;
let tab: BrowserTab;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-bridge-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  view = new RecordingView();
  server = await servePage(view, { root: folder, launchFolder: join(folder, 'launch') });
  tab = new BrowserTab(server.port, `#${tokenIn((await server.openLaunch()).file)}`);
});
afterEach(async () => {
  tab.unload();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const snapshot = (bridge: ViewBridge, like: (snapshot: ViewSnapshot) => boolean = () => true) =>
  new Promise<ViewSnapshot>((resolve) => {
    bridge.onSnapshot((each) => like(each) && resolve(each));
  });
const reachable = (bridge: ViewBridge) =>
  new Promise<boolean>((resolve) => {
    bridge.onReachable(resolve);
  });
const admitted = () =>
  new Promise<void>((resolve) => {
    server.onConnected(() => resolve());
  });
const ATTEMPT = {
  command: 'attempt',
  kind: 'verify',
  reader: 'Ward Reader 00 00',
  cardId: 'c0ffee',
  lastTry: false,
} as const;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('the bridge', () => {
  it('takes the token out of the address, and keeps a session in its place', async () => {
    const token = tab.hash.slice(1);
    await snapshot(await tab.load());
    expect(tab.hash).toBe('');
    expect([...tab.stored.keys()]).toEqual(['wardkey.session']);
    expect([...tab.stored.values()]).not.toContain(token);
  });

  it('tells each change, and to who comes late the last one', async () => {
    const bridge = await tab.load();
    const first = await snapshot(bridge);
    expect(first.phase).toBe('no-card');
    view.change({ phase: 'no-reader', readers: [] });
    await snapshot(bridge, ({ phase }) => phase === 'no-reader');
    let late: string | null = null;
    bridge.onSnapshot(({ phase }) => {
      late = phase;
    });
    expect(late).toBe('no-reader');
  });

  it('carries a passcode, and overwrites it before it returns', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    view.answer = () => ({ ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    const secret = bytes('246813');
    const outcome = bridge.request(ATTEMPT, [secret]);
    expect([...secret]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await outcome).toEqual({ ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    expect(view.calls).toMatchObject([{ command: ATTEMPT, secrets: ['246813'] }]);
  });

  it('carries commands that have an id of their own', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    const commands = [
      { command: 'dismiss-notice', id: 7 },
      { command: 'dismiss-alert', id: 'card 9A 7' },
    ] as const;
    for (const command of commands) expect(await bridge.request(command)).toEqual({ ok: true, value: null });
    expect(view.calls.map(({ command }) => command)).toEqual(commands);
  });

  it('answers, and overwrites, also what it cannot send', async () => {
    const bridge = await tab.load();
    const early = bytes('246813');
    expect(await bridge.request(ATTEMPT, [early])).toEqual({ ok: false, code: 'Agent_NotRunning' });
    expect(early).toEqual(new Uint8Array(6));
    await snapshot(bridge);
    const long = bytes('1'.repeat(65));
    expect(await bridge.request(ATTEMPT, [long])).toEqual({ ok: false, code: 'Passcode_TooLong' });
    expect(long).toEqual(new Uint8Array(65));
    view.answer = () => new Promise(() => undefined);
    for (let each = 0; each < 8; each++) void bridge.request({ command: 'diagnose' });
    const ninth = bytes('246813');
    expect(await bridge.request(ATTEMPT, [ninth])).toEqual({ ok: false, code: 'Agent_Refused' });
    expect(ninth).toEqual(new Uint8Array(6));
    expect(server.connected()).toBe(true);
  });

  it('comes back after a reload with its session', async () => {
    await snapshot(await tab.load());
    const before = tab.stored.get('wardkey.session');
    tab.unload();
    const bridge = await tab.load();
    await snapshot(bridge);
    expect(tab.stored.get('wardkey.session')).not.toBe(before);
    expect(await bridge.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
  });

  it('comes back after a glitch before anyone has noticed, and says what was lost in it', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    const news: boolean[] = [];
    bridge.onReachable((now) => news.push(now));
    const called = view.nextCall();
    view.answer = () => new Promise(() => undefined);
    const attempt = bridge.request(ATTEMPT, [bytes('246813')]);
    const question = bridge.request({ command: 'diagnose' });
    await called;
    const again = admitted();
    tab.sockets.at(-1)?.terminate();
    expect(await attempt).toEqual({ ok: false, code: 'Card_NotWatched' });
    expect(await question).toEqual({ ok: false, code: 'Agent_Refused' });
    await again;
    view.answer = () => ({ ok: true, value: null });
    view.change({ phase: 'starting' });
    await snapshot(bridge, ({ phase }) => phase === 'starting');
    expect(await bridge.request({ command: 'still-here' })).toEqual({ ok: true, value: null });
    expect(news).toEqual([]);
  });

  it('closes its window when another one takes its place, and tries nothing more', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    const gone = reachable(bridge);
    const other = await PageClient.enter(server.port, tokenIn((await server.openLaunch()).file));
    expect(await gone).toBe(false);
    expect(tab.closes).toBe(1);
    expect(tab.stored.size).toBe(0);
    expect(tab.sockets).toHaveLength(1);
    other.socket.terminate();
  });

  it('knows when the agent has ended, and forgets its session', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    const gone = reachable(bridge);
    await server.close();
    expect(await gone).toBe(false);
    expect(tab.stored.size).toBe(0);
    expect(tab.sockets).toHaveLength(1);
    expect(await bridge.request({ command: 'lock-now' })).toEqual({ ok: false, code: 'Agent_NotRunning' });
  });

  it.each([
    ['no token', ''],
    ['a token of another form', '#../agent'],
    ['a wrong token', `#${'A'.repeat(43)}`],
  ])('knows that it is out of reach with %s', async (_, hash) => {
    tab = new BrowserTab(server.port, hash);
    const bridge = await tab.load();
    expect(await reachable(bridge)).toBe(false);
    expect(await bridge.request({ command: 'lock-now' })).toEqual({ ok: false, code: 'Agent_NotRunning' });
    expect(view.calls).toEqual([]);
    // Also for who asks later.
    expect(await reachable(bridge)).toBe(false);
  });

  it('shows nothing that it does not understand', async () => {
    const bridge = await tab.load();
    await snapshot(bridge);
    const shown: ViewSnapshot[] = [];
    bridge.onSnapshot((each) => shown.push(each));
    const gone = reachable(bridge);
    // A stand-in can be made to lie.
    view.snapshot = () => ({ ...sampleSnapshot(), phase: 'haunted' }) as never;
    view.change({});
    expect(await gone).toBe(false);
    expect(shown.map(({ phase }) => phase)).toEqual(['no-card']);
    expect(tab.stored.size).toBe(0);
  });
});
