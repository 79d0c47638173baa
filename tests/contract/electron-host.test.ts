import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DesktopHost } from '../../src/main/host/desktop-host.ts';
import { REQUEST_CHANNEL } from '../../src/main/host/electron/channels.ts';
import { openElectronHost } from '../../src/main/host/electron/electron-host.ts';
import {
  CONTENT_SECURITY_POLICY,
  COUNTDOWN_ADDRESS,
  PAGE_ADDRESS,
  serveWindow,
} from '../../src/main/host/electron/protocol.ts';
import { describeDesktopHost } from './desktop-host.ts';
import { ElectronStandIn, PreventableEvent, type WindowStandIn } from './electron-stand-in.ts';
import { RecordedEvents, ViewUnderTest } from './view-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardkey-electron-'));
const windowFolder = join(folder, 'window');
mkdirSync(join(windowFolder, 'assets'), { recursive: true });
writeFileSync(join(windowFolder, 'index.html'), '<!doctype html><title>Wardkey</title>');
writeFileSync(join(windowFolder, 'view.js'), 'export {};');
writeFileSync(join(windowFolder, 'view.map'), '{}');
writeFileSync(join(windowFolder, '.hidden.js'), 'export {};');
writeFileSync(join(folder, 'secret.js'), 'outside');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = {
  windowFolder,
  preload: '/opt/wardkey/preload.cjs',
  iconFolder: '/opt/wardkey/icons',
  privateFolder: join(folder, 'private'),
  platform: 'win32',
  env: {},
  wayland: false,
} as const;

describeDesktopHost('Electron (stand-in)', {
  name: 'electron',
  tray: true,
  notifications: true,
  countdowns: true,
  open: async (view, events) => {
    const electron = new ElectronStandIn();
    const host = await openElectronHost(electron, OPTIONS)(view, events);
    await host.showWindow(true);
    const [panel] = electron.windowsOf(PAGE_ADDRESS);
    const page = panel?.page;
    if (page == null) throw new Error('there is no page');
    return {
      host,
      page: {
        snapshots: () => page.snapshots,
        request: (command, secrets) => page.bridge.request(command, secrets),
        raw: async (message) => {
          await page.invoke(REQUEST_CHANNEL, [message], {}).catch(() => {});
        },
      },
      desktop: {
        chooseTray: () => void electron.trays.at(-1)?.emit('click'),
        chooseMenu: (label) => electron.trays.at(-1)?.choose(label),
        menu: () => electron.trays.find(({ destroyed }) => !destroyed)?.labels ?? [],
        notifications: () => electron.shownNotifications.map(({ options }) => options.title ?? ''),
        chooseNotification: (title, action) =>
          electron.shownNotifications.find(({ options }) => options.title === title)?.choose(action),
        countdowns: () => electron.windowsOf(COUNTDOWN_ADDRESS).length,
        openedAddresses: () => electron.shell.opened,
        openedFiles: () => electron.shell.openedFiles,
      },
    };
  },
});

let electron: ElectronStandIn;
let view: ViewUnderTest;
let events: RecordedEvents;

beforeEach(() => {
  electron = new ElectronStandIn();
  view = new ViewUnderTest();
  events = new RecordedEvents();
});

const open = (over: Partial<Parameters<typeof openElectronHost>[1]> = {}): Promise<DesktopHost> =>
  openElectronHost(electron, { ...OPTIONS, ...over })(view, events);

const only = <T>(things: readonly T[]): T => {
  const [thing] = things;
  if (thing === undefined || things.length !== 1) throw new Error(`${things.length} instead of one`);
  return thing;
};

const panel = () => only(electron.windowsOf(PAGE_ADDRESS));
const countdowns = () => electron.windowsOf(COUNTDOWN_ADDRESS);
const pageOf = ({ page }: WindowStandIn) => {
  if (page === null) throw new Error('not loaded');
  return page;
};

describe('every window', () => {
  test('is sandboxed and isolated, and says so of everything that could be otherwise', async () => {
    const host = await open();
    await host.showWindow(true);
    await host.showCountdown();
    expect(electron.windows).toHaveLength(2);
    for (const { options } of electron.windows) {
      expect(options.webPreferences).toEqual({
        preload: '/opt/wardkey/preload.cjs',
        partition: 'wardkey',
        devTools: false,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        plugins: false,
        spellcheck: false,
      });
      expect(options.show).toBe(false);
    }
  });

  test('may be looked into only where the program is not packaged', async () => {
    electron.app.isPackaged = false;
    await (await open()).showWindow(true);
    expect(panel().options.webPreferences?.devTools).toBe(true);
  });

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'is held where it is: %s',
    async (name) => {
      await (await open()).showWindow(true);
      const event = new PreventableEvent();
      panel().webContents.emit(name, event);
      expect(event.prevented).toBe(true);
    },
  );

  test('opens no other', async () => {
    await (await open()).showWindow(true);
    const details = { url: 'https://example.org/', frameName: '', features: '', disposition: 'default', referrer: {} };
    expect(panel().webContents.openHandler?.(details as never)).toEqual({ action: 'deny' });
  });

  test('keeps nothing on the disk, gets no permission and downloads nothing', async () => {
    await open();
    const [name, session] = only([...electron.session.sessions]);
    expect(name.startsWith('persist:')).toBe(false);
    expect(session.options).toEqual({ cache: false });
    const answers: boolean[] = [];
    for (const permission of ['media', 'hid', 'smart-card', 'clipboard-read', 'openExternal', 'made up'])
      session.permissionRequest?.({}, permission, (granted) => answers.push(granted));
    expect(answers).toEqual(answers.map(() => false));
    expect(answers).toHaveLength(6);
    expect(session.permissionCheck?.()).toBe(false);
    expect(session.devicePermission?.()).toBe(false);
    const download = new PreventableEvent();
    session.emit('will-download', download);
    expect(download.prevented).toBe(true);
  });
});

describe('the panel', () => {
  test('is about 420 by 720, and not there before it is wanted', async () => {
    const host = await open();
    expect(electron.windows).toEqual([]);
    await host.showWindow(true);
    expect(panel().options).toMatchObject({ width: 420, height: 720 });
  });

  test('takes the keyboard when the user asked for it', async () => {
    await (await open()).showWindow(true);
    expect(panel().done.slice(-3)).toEqual(['show', 'focus', 'flashFrame false']);
  });

  test('appears without taking the keyboard otherwise, and calls for attention', async () => {
    await (await open()).showWindow(false);
    expect(panel().done).not.toContain('show');
    expect(panel().done).not.toContain('focus');
    expect(panel().done.slice(-3)).toEqual(['showInactive', 'moveTop', 'flashFrame true']);
  });

  test('that has the keyboard is left alone', async () => {
    const host = await open();
    await host.showWindow(true);
    const before = panel().done.length;
    await host.showWindow(false);
    expect(panel().done).toHaveLength(before);
  });

  test('comes back from the taskbar', async () => {
    const host = await open();
    await host.showWindow(true);
    panel().minimized = true;
    await host.showWindow(true);
    expect(panel().minimized).toBe(false);
  });

  test('is hidden when the user closes it, and the same one comes back', async () => {
    const host = await open();
    await host.showWindow(true);
    const first = panel();
    first.userCloses();
    expect(first.isDestroyed()).toBe(false);
    expect(first.isVisible()).toBe(false);
    await host.showWindow(false);
    expect(panel()).toBe(first);
    expect(first.isVisible()).toBe(true);
  });

  test('is made once, however many ask while it loads', async () => {
    const host = await open();
    expect(await Promise.all([host.showWindow(false), host.showWindow(true), host.showWindow(false)])).toEqual([
      true,
      true,
      true,
    ]);
    expect(electron.windows).toHaveLength(1);
  });

  test('that cannot be loaded is told, and tried anew the next time', async () => {
    const host = await open({ windowFolder: join(folder, 'nowhere') });
    expect(await host.showWindow(true)).toBe(false);
    expect(electron.windowsOf(PAGE_ADDRESS)).toEqual([]);
    expect(await host.showWindow(true)).toBe(false);
    expect(electron.windows).toHaveLength(2);
  });

  test('whose page dies comes back if it was seen, but not for ever', async () => {
    const host = await open();
    await host.showWindow(true);
    for (let times = 0; times < 3; times++) {
      panel().webContents.emit('render-process-gone');
      await vi.waitFor(() => expect(panel().isVisible()).toBe(true));
    }
    panel().webContents.emit('render-process-gone');
    expect(electron.windowsOf(PAGE_ADDRESS)).toEqual([]);
    expect(await host.showWindow(true)).toBe(true);
  });

  test('whose page dies unseen waits until it is wanted', async () => {
    const host = await open();
    await host.showWindow(true);
    panel().hide();
    panel().webContents.emit('render-process-gone');
    expect(electron.windowsOf(PAGE_ADDRESS)).toEqual([]);
    expect(await host.showWindow(false)).toBe(true);
  });
});

describe('the countdown', () => {
  const second = { id: 2, bounds: { x: 1920, y: 0, width: 1280, height: 1024 } };

  test('leaves no blank cover where its page dies, and covers again the next time', async () => {
    const host = await open();
    expect(await host.showCountdown()).toBe(true);
    only(countdowns()).webContents.emit('render-process-gone');
    expect(countdowns()).toEqual([]);
    host.hideCountdown();
    expect(await host.showCountdown()).toBe(true);
    expect(countdowns()).toHaveLength(1);
  });

  test('covers every display, above all else, on all workspaces, and takes no keyboard', async () => {
    electron.screen.displays.push(second);
    expect(await (await open()).showCountdown()).toBe(true);
    await vi.waitFor(() => expect(countdowns().map((window) => window.isVisible())).toEqual([true, true]));
    expect(countdowns().map(({ options: { x, y, width, height } }) => ({ x, y, width, height }))).toEqual(
      electron.screen.displays.map(({ bounds }) => bounds),
    );
    for (const window of countdowns()) {
      expect(window.options).toMatchObject({
        frame: false,
        alwaysOnTop: true,
        skipTaskbar: true,
        closable: false,
        minimizable: false,
        movable: false,
        resizable: false,
      });
      expect(window.done).toEqual([
        'setMenu null',
        'setAlwaysOnTop true screen-saver',
        'setVisibleOnAllWorkspaces true true',
        'showInactive',
      ]);
    }
  });

  test('follows displays that come, go and change while it runs', async () => {
    const host = await open();
    await host.showCountdown();
    electron.screen.plug(second);
    await vi.waitFor(() => expect(countdowns()).toHaveLength(2));
    const larger = { id: 2, bounds: { ...second.bounds, width: 1600 } };
    electron.screen.displays = [...electron.screen.displays.slice(0, 1), larger];
    electron.screen.emit('display-metrics-changed');
    expect(countdowns()[1]?.bounds).toEqual(larger.bounds);
    electron.screen.unplug(1);
    expect(countdowns()).toHaveLength(1);
    await host.showCountdown();
    host.hideCountdown();
    expect(electron.screen.eventNames()).toEqual([]);
    electron.screen.plug({ ...second, id: 3 });
    expect(countdowns()).toEqual([]);
  });

  test('that ends while its page loads does not come up', async () => {
    const host = await open();
    await host.showCountdown();
    host.hideCountdown();
    await vi.waitFor(() => expect(electron.windows).toHaveLength(1));
    expect(electron.windows.some((window) => window.isVisible())).toBe(false);
  });

  test('leaves the program running when its windows were the only ones', async () => {
    const host = await open();
    await host.showCountdown();
    host.hideCountdown();
    expect(electron.app.listenerCount('window-all-closed')).toBe(1);
  });

  test('may lock, and nothing else', async () => {
    const host = await open();
    await host.showCountdown();
    await vi.waitFor(() => expect(countdowns()[0]?.page).not.toBeNull());
    const page = pageOf(only(countdowns()));
    expect(await page.bridge.request({ command: 'lock-now' })).toEqual({ ok: true, value: null });
    for (const command of ['quit', 'still-here', 'diagnose', 'introduced'])
      await expect(page.bridge.request({ command })).rejects.toThrow('refused');
    expect(view.performed.map(({ command }) => command.command)).toEqual(['lock-now']);
  });

  test('is not promised where windows cannot be placed', async () => {
    expect((await open({ wayland: true })).abilities.everyDisplay).toBe(false);
    electron = new ElectronStandIn();
    expect((await open()).abilities.everyDisplay).toBe(true);
  });
});

describe('who asks', () => {
  const LOCK = [{ command: 'lock-now' }, []];

  test.each([
    ['another origin', { url: 'https://evil.example/index.html' }],
    ['a host that begins like ours', { url: 'app://wardkey.evil.example/index.html' }],
    ['a host with a name in front', { url: 'app://wardkey@evil.example/index.html' }],
    ['a host with a port', { url: 'app://wardkey:8080/index.html' }],
    ['another page of ours', { url: 'app://wardkey/other.html' }],
    ['our page with a question', { url: 'app://wardkey/index.html?x' }],
    ['a file', { url: 'file:///opt/wardkey/window/index.html' }],
    ['an empty page', { url: 'about:blank' }],
    ['nowhere', { url: '' }],
    ['a frame inside our page', { parent: {} }],
    ['a frame that is gone', null],
  ])('must be our page: %s is refused', async (_what, frame) => {
    await (await open()).showWindow(true);
    await expect(pageOf(panel()).invoke(REQUEST_CHANNEL, LOCK, frame)).rejects.toThrow('refused');
    expect(view.performed).toEqual([]);
  });

  test('must be in a window of ours', async () => {
    await (await open()).showWindow(true);
    const event = { sender: { id: 9999 }, senderFrame: { url: PAGE_ADDRESS, parent: null } };
    await expect(electron.ipcMain.invoke(REQUEST_CHANNEL, event, ...LOCK)).rejects.toThrow('refused');
    expect(view.performed).toEqual([]);
  });

  test('leaves no secret behind when refused', async () => {
    await (await open()).showWindow(true);
    const handler = only([...electron.ipcMain.handlers.values()]);
    const secret = Uint8Array.of(49, 50, 51, 52);
    const request = [
      { command: 'attempt', kind: 'verify', reader: 'A', cardId: 'c0ffee', lastTry: false, extra: 1 },
      [secret],
    ];
    await handler(
      { sender: { id: panel().webContents.id }, senderFrame: { url: PAGE_ADDRESS, parent: null } },
      ...request,
    );
    expect(secret).toEqual(new Uint8Array(4));
    const other = Uint8Array.of(49, 50, 51, 52);
    const refused = handler({ sender: { id: 9999 }, senderFrame: null }, {}, [other]);
    await expect(refused).rejects.toThrow('refused');
    expect(other).toEqual(new Uint8Array(4));
  });

  test('is told the snapshot after each reading of the page, and once for changes in one go', async () => {
    await (await open()).showWindow(true);
    const window = panel();
    expect(window.sentSnapshots).toBe(1);
    window.webContents.emit('dom-ready');
    expect(window.sentSnapshots).toBe(2);
    view.change();
    view.change();
    await vi.waitFor(() => expect(window.sentSnapshots).toBe(3));
  });
});

describe('the scheme', () => {
  const serve = serveWindow(windowFolder);
  const get = (address: string, init?: RequestInit) => serve(new Request(address, init));

  test('serves the window with all its headers', async () => {
    const response = await get('app://wardkey/index.html#countdown');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>Wardkey</title>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect((await get('app://wardkey/view.js')).headers.get('content-type')).toContain('text/javascript');
  });

  test('allows scripts and styles of its own, and nothing else in the world', () => {
    const policy = new Map(
      CONTENT_SECURITY_POLICY.split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self'",
      'font-src': "'none'",
      'connect-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
  });

  test.each([
    'app://wardkey/../secret.js',
    'app://wardkey/%2e%2e/secret.js',
    'app://wardkey/..%2fsecret.js',
    'app://wardkey/..%5csecret.js',
    String.raw`app://wardkey/..\secret.js`,
    'app://wardkey/assets/../../secret.js',
    'app://wardkey//secret.js',
    'app://wardkey/index.html%00.js',
    'app://wardkey/.hidden.js',
    'app://wardkey/view.map',
    'app://wardkey/assets',
    'app://wardkey/',
    'app://wardkey/nothing.js',
    'app://elsewhere/index.html',
    'app://user@wardkey/index.html',
    'https://wardkey/index.html',
  ])('has nothing at %s', async (address) => {
    const response = await serve({ url: address, method: 'GET' } as Request);
    expect(response.type).toBe('error');
  });

  test('is only read', async () => {
    expect((await get('app://wardkey/index.html', { method: 'POST' })).type).toBe('error');
  });
});

describe('the desktop', () => {
  test('wakes up: the agent hears of it', async () => {
    await open();
    electron.powerMonitor.emit('resume');
    expect(events.heard).toEqual(['resumed']);
  });

  test('shuts down, or the user quits: the agent ends first', async () => {
    const host = await open();
    await host.showWindow(true);
    const quit = new PreventableEvent();
    electron.app.emit('before-quit', quit);
    expect(quit.prevented).toBe(true);
    electron.powerMonitor.emit('shutdown');
    panel().emit('session-end');
    expect(events.heard).toEqual(['quit', 'quit', 'quit']);
  });

  test('of macOS logs its user out: the program goes with it, and no window of ours calls it off', async () => {
    const host = await open({ platform: 'darwin' });
    await host.showWindow(true);
    await host.showCountdown();
    electron.powerMonitor.emit('shutdown');
    expect(events.heard).toEqual([]);
    const quit = new PreventableEvent();
    electron.app.emit('before-quit', quit);
    expect(quit.prevented).toBe(false);
    expect(events.heard).toEqual(['log-out']);
    expect(electron.windows.every((window) => window.isDestroyed())).toBe(true);
  });

  test('of macOS ends the program alone: the agent ends first', async () => {
    await open({ platform: 'darwin' });
    const quit = new PreventableEvent();
    electron.app.emit('before-quit', quit);
    expect(quit.prevented).toBe(true);
    expect(events.heard).toEqual(['quit']);
  });

  test('may quit the program when the host is closed', async () => {
    const host = await open();
    await host.showWindow(true);
    await host.close();
    expect(await host.showWindow(true)).toBe(false);
    await host.showCountdown();
    const quit = new PreventableEvent();
    electron.app.emit('before-quit', quit);
    electron.powerMonitor.emit('resume');
    expect(quit.prevented).toBe(false);
    expect(events.heard).toEqual([]);
    expect(electron.ipcMain.handlers.size).toBe(0);
    expect(electron.windows.map((window) => window.isDestroyed())).toEqual([true]);
  });

  test('cannot open an address: told so', async () => {
    const host = await open();
    electron.shell.broken = true;
    expect(await host.openAddress('https://example.org/')).toBe(false);
    expect(await host.openPrivate('https://example.org/ra#x')).toBe(false);
  });

  test.each([
    ['win32', 'signed-in-16.png'],
    ['darwin', 'signed-inTemplate.png'],
    ['linux', 'signed-in-24.png'],
  ] as const)('has an icon of its own kind: %s', async (platform, name) => {
    const host = await open({ platform });
    host.setTray({ icon: 'signed-in', tooltip: 'Wardkey: signed in', menu: [] });
    expect(only(electron.trays)).toMatchObject({
      image: join('/opt/wardkey/icons', 'tray', name),
      tooltip: 'Wardkey: signed in',
    });
  });

  test('has one icon, whatever changes, and labels that mean what they say', async () => {
    const host = await open();
    const menu = [{ action: 'help', label: 'Help & contacts' }] as const;
    host.setTray({ icon: 'busy', tooltip: 'a', menu: [] });
    host.setTray({ icon: 'locked', tooltip: 'b', menu });
    expect(only(electron.trays).image).toContain('locked-16.png');
    expect(only(electron.trays).labels).toEqual(['Help && contacts']);
  });

  test('keeps urgent notifications up', async () => {
    const host = await open();
    const urgent = {
      key: 'a',
      title: 'A',
      body: 'B',
      urgency: 'urgent',
      actions: [{ id: 'lock', label: 'Lock' }],
    } as const;
    host.notify(urgent);
    host.notify({ ...urgent, key: 'b', urgency: 'normal' });
    expect(electron.notifications.map(({ options }) => [options.urgency, options.timeoutType])).toEqual([
      ['critical', 'never'],
      ['normal', 'default'],
    ]);
    expect(electron.notifications[0]?.options.actions).toEqual([{ type: 'button', text: 'Lock' }]);
  });

  test('that tells of an action that is none, chose the notification', async () => {
    const host = await open();
    host.notify({ key: 'a', title: 'A', body: 'B', urgency: 'normal', actions: [] });
    only(electron.notifications).emit('action', { actionIndex: 3 });
    expect(events.heard).toEqual(['notification a null']);
  });

  test('that tells late of a notification that was replaced is not heard', async () => {
    const host = await open();
    host.notify({ key: 'a', title: 'Old', body: '', urgency: 'normal', actions: [] });
    host.notify({ key: 'a', title: 'New', body: '', urgency: 'normal', actions: [] });
    electron.notifications[0]?.emit('click');
    electron.notifications[0]?.emit('close');
    expect(events.heard).toEqual([]);
    expect(electron.shownNotifications.map(({ options }) => options.title)).toEqual(['New']);
  });

  test('without notifications shows none', async () => {
    electron.notificationsSupported = false;
    const host = await open();
    expect(host.abilities.notifications).toBe(false);
    host.notify({ key: 'a', title: 'A', body: 'B', urgency: 'normal', actions: [] });
    expect(electron.notifications).toEqual([]);
  });
});

describe('starting at login', () => {
  test.each(['win32', 'darwin'] as const)('is a login item on %s, hidden until wanted', async (platform) => {
    const host = await open({ platform });
    expect(host.abilities.startAtLogin).toBe(true);
    expect(await host.startsAtLogin()).toBe(false);
    expect(await host.setStartAtLogin(true)).toBe(true);
    expect(electron.app.login).toEqual({ openAtLogin: true, args: ['--hidden'] });
    expect(await host.startsAtLogin()).toBe(true);
    expect(await host.setStartAtLogin(false)).toBe(true);
    expect(await host.startsAtLogin()).toBe(false);
  });

  test('is a desktop entry on Linux, of the file that is left when the program has ended', async () => {
    const env = {
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_CONFIG_DIRS: folder,
      APPIMAGE: '/home/ada/Wardkey.AppImage',
    };
    const host = await open({ platform: 'linux', env });
    expect(host.abilities.startAtLogin).toBe(true);
    expect(await host.setStartAtLogin(true)).toBe(true);
    expect(await host.startsAtLogin()).toBe(true);
    expect(await host.setStartAtLogin(false)).toBe(true);
    expect(await host.startsAtLogin()).toBe(false);
  });

  test('is not offered from source: it would start Electron, and nothing with it', async () => {
    electron.app.isPackaged = false;
    const host = await open();
    expect(host.abilities.startAtLogin).toBe(false);
    expect(await host.setStartAtLogin(true)).toBe(false);
    expect(electron.app.login).toEqual({});
  });
});
