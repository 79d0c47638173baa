import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Message } from '@jellybrick/dbus-next';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CLOSED } from '../../src/core/contract/page-channel.ts';
import { openBrowserHost } from '../../src/main/host/browser/browser-host.ts';
import type { HostEvents, ViewService } from '../../src/main/host/desktop-host.ts';
import { describeDesktopHost } from '../contract/desktop-host.ts';
import { RecordedEvents, ViewUnderTest } from '../contract/view-under-test.ts';
import type { BusClient } from '../rig/bus-client.ts';
import { PageClient, tokenIn } from '../rig/page-client.ts';
import { startServiceStandIn } from '../rig/served-stand-in.ts';
import { NOTIFICATIONS, startTrayDesktop, type TrayDesktop } from '../rig/tray-desktop.ts';
import { trayIconOn } from '../rig/tray-menu.ts';

/**
 * The one contract of all hosts, held by the browser adapter: its page over a real WebSocket, its tray in the panel of XFCE.
 * Notifications go to a stand-in, since dunst does not tell which it shows. No browser is started here: tests/e2e does that.
 */

const OUT = join(import.meta.dirname, '..', '..', 'out');

let folder: string;
let rig: TrayDesktop;
let notifications: BusClient;
const icon = trayIconOn(() => rig.client);

type Shown = { readonly id: number; readonly title: string; readonly actions: readonly string[] };
let shown: readonly Shown[] = [];
let lastId = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-host-'));
  rig = await startTrayDesktop();
  await rig.startPanel();
  notifications = await startServiceStandIn(rig.address, NOTIFICATIONS, answerNotifications);
  // What the user's own browser is opened with; it writes down what it is asked for.
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" >>'${join(folder, 'opened')}'\n`, { mode: 0o755 });
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', rig.address);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  notifications.close();
  await rig.stop();
  rmSync(folder, { recursive: true, force: true });
});

function answerNotifications(call: Message, send: (message: Message) => void): void {
  if (call.member === 'GetCapabilities') {
    send(Message.newMethodReturn(call, 'as', [['actions', 'body']]));
  } else if (call.member === 'Notify') {
    const [, replaces, , title, , actions] = call.body as [string, number, string, string, string, string[]];
    const id = replaces === 0 ? ++lastId : replaces;
    shown = [...shown.filter((each) => each.id !== id), { id, title, actions }];
    send(Message.newMethodReturn(call, 'u', [id]));
  } else {
    shown = shown.filter(({ id }) => id !== call.body[0]);
    send(Message.newMethodReturn(call));
  }
}

function chooseNotification(title: string, label: string | null): void {
  const chosen = shown.find((each) => each.title === title);
  if (chosen === undefined) throw new Error(`${title} is not shown`);
  // Ids and labels, in turn.
  const at = chosen.actions.findIndex((text, index) => index % 2 === 1 && text === label);
  const action = label === null ? 'default' : chosen.actions[at - 1];
  shown = shown.filter((each) => each !== chosen);
  const path = '/org/freedesktop/Notifications';
  for (const [member, signature, body] of [
    ['ActionInvoked', 'us', [chosen.id, action]],
    ['NotificationClosed', 'uu', [chosen.id, 2]],
  ] as const)
    notifications.bus.send(Message.newSignal(path, NOTIFICATIONS, member, signature, [...body]));
}

/** What the stand-in of the user's own browser has written down. */
function opened(): readonly string[] {
  const file = join(folder, 'opened');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

const open = (view: ViewService, events: HostEvents, onPage: (file: string) => void, demo = false) =>
  openBrowserHost({
    openWindows: false,
    onPage,
    demo,
    launchFolder: join(folder, 'launch'),
    privateFolder: join(folder, 'private'),
    profileFolder: join(folder, 'profile'),
    browser: () => null,
    programFolder: OUT,
  })(view, events);

/** The page that this launch file leads to, in touch with the agent. */
function enter(launchFile: string): Promise<PageClient> {
  const port = /127\.0\.0\.1:(\d+)/.exec(readFileSync(launchFile, 'utf8'))?.[1];
  return PageClient.enter(Number(port), tokenIn(launchFile));
}

describeDesktopHost('Browser', {
  name: 'browser',
  tray: true,
  notifications: true,
  // A browser's window shows the countdown as it shows everything else: there is no window of its own to count.
  countdowns: false,
  open: async (view, events) => {
    let launchFile = '';
    const host = await open(view, events, (file) => {
      launchFile = file;
    });
    await host.showWindow(true);
    const client = await enter(launchFile);
    return {
      host,
      page: {
        snapshots: () => client.unread.flatMap((said) => ('snapshot' in said ? [said.snapshot] : [])),
        // As it comes: the suite asks for things that are no object at all.
        request: (command, secrets) => client.request(command as object, secrets),
        raw: async (message) => {
          client.socket.send(frameOf(message));
          await client.closed;
        },
      },
      desktop: {
        chooseTray: icon.activate,
        chooseMenu: icon.choose,
        menu: icon.menu,
        notifications: () => shown.map(({ title }) => title),
        chooseNotification,
        openedAddresses: () => opened().filter((address) => !address.startsWith('file:')),
        openedFiles: () =>
          opened()
            .filter((address) => address.startsWith('file:'))
            .map((address) => fileURLToPath(address)),
      },
      end: async () => {
        rmSync(join(folder, 'opened'), { force: true });
        await client.closed;
      },
    };
  },
});

/** As our pages frame what they say, where that can be framed. */
function frameOf(message: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(message));
  const frame = Buffer.alloc(5 + text.length);
  frame.writeUInt32BE(text.length);
  frame.set(text, 5);
  return frame;
}

describe('the browser host', () => {
  test('brings a new page up in place of one that is not looked at, and leaves one that is looked at alone', async () => {
    const pages: string[] = [];
    const host = await open(new ViewUnderTest(), new RecordedEvents(), (file) => pages.push(file));
    try {
      await host.showWindow(true);
      const first = await enter(join(folder, 'launch', 'launch.html'));
      await first.request({ command: 'attended', attended: true });
      expect(await host.showWindow(false)).toBe(true);
      expect(await host.showWindow(true)).toBe(true);
      expect(pages).toHaveLength(1);
      // It says so only now, and the window was wanted a moment ago.
      await first.request({ command: 'attended', attended: false });
      await expect.poll(() => pages.length).toBe(2);
      const second = await enter(join(folder, 'launch', 'launch.html'));
      expect(await first.closed).toBe(CLOSED.superseded);
      expect(second.socket.readyState).toBe(second.socket.OPEN);
    } finally {
      await host.close();
    }
  });

  test('takes a page that has said nothing yet for one that is looked at, until its first word', async () => {
    const pages: string[] = [];
    const host = await open(new ViewUnderTest(), new RecordedEvents(), (file) => pages.push(file));
    try {
      await host.showWindow(true);
      const first = await enter(join(folder, 'launch', 'launch.html'));
      expect(await host.showWindow(false)).toBe(true);
      expect(pages).toHaveLength(1);
      await first.request({ command: 'attended', attended: false });
      await expect.poll(() => pages.length).toBe(2);
      const second = await enter(join(folder, 'launch', 'launch.html'));
      expect(await host.showWindow(false)).toBe(true);
      // As it was when the page came: the user has turned away since.
      await second.request({ command: 'attended', attended: true });
      await second.request({ command: 'attended', attended: false });
      await expect.poll(() => pages.length).toBe(3);
    } finally {
      await host.close();
    }
  });

  test('takes nobody’s word but that of the page that is there, which is looked at until it says otherwise', async () => {
    const pages: string[] = [];
    const host = await open(new ViewUnderTest(), new RecordedEvents(), (file) => pages.push(file));
    try {
      await host.showWindow(true);
      const first = await enter(join(folder, 'launch', 'launch.html'));
      await first.request({ command: 'attended', attended: false });
      await host.showWindow(false);
      const second = await enter(join(folder, 'launch', 'launch.html'));
      await host.showWindow(false);
      expect(pages).toHaveLength(2);
      await second.request({ command: 'attended', attended: true });
      await second.leave();
      await host.showWindow(false);
      expect(pages).toHaveLength(3);
    } finally {
      await host.close();
    }
  });

  test('leaves no launch page behind', async () => {
    const host = await open(new ViewUnderTest(), new RecordedEvents(), () => {});
    await host.showWindow(true);
    await host.close();
    await host.showWindow(true);
    expect(readdirSync(join(folder, 'launch'))).toEqual([]);
  });

  test.each([
    [false, 'wardkey'],
    [true, 'wardkey-demo'],
  ])('is another icon to the desktop as a demonstration: %s', async (demo, id) => {
    const host = await open(new ViewUnderTest(), new RecordedEvents(), () => {}, demo);
    try {
      host.setTray({ icon: 'no-card', tooltip: 'Wardkey: no card', menu: [{ action: 'open', label: 'Open' }] });
      await vi.waitFor(async () => expect(await icon.id()).toBe(id));
    } finally {
      await host.close();
    }
  });

  test('starts at login hidden, with what it runs with now', async () => {
    const host = await open(new ViewUnderTest(), new RecordedEvents(), () => {});
    try {
      expect(await host.startsAtLogin()).toBe(false);
      expect(await host.setStartAtLogin(true)).toBe(true);
      expect(await host.startsAtLogin()).toBe(true);
      const entry = readFileSync(join(folder, 'config', 'autostart', 'wardkey.desktop'), 'utf8');
      expect(entry).toContain(process.execPath);
      expect(entry).toContain('window --hidden');
      expect(await host.setStartAtLogin(false)).toBe(true);
      expect(await host.startsAtLogin()).toBe(false);
    } finally {
      await host.close();
    }
  });
});
