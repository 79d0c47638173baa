import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Message, Variant } from '@jellybrick/dbus-next';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { setStartAtLogin } from '../../src/native/linux-desktop/autostart.ts';
import { type LinuxDesktop, openLinuxDesktop } from '../../src/native/linux-desktop/linux-desktop.ts';
import type { BusClient } from '../rig/bus-client.ts';
import { sendForged } from '../rig/hostile-signal.ts';
import { startServiceStandIn } from '../rig/served-stand-in.ts';
import { Told } from '../rig/told.ts';
import { NOTIFICATIONS, startTrayDesktop, type TrayDesktop, WATCHER } from '../rig/tray-desktop.ts';

/** Peers of the tray and the notifications that do what XFCE and dunst never do, and the real reader of desktop entries. */
let rig: TrayDesktop;
let desktop: LinuxDesktop | null;
let peer: BusClient | null;
let actions: Told<readonly [key: string, action: string | null]>;
let changes: Told<boolean>;

beforeAll(async () => {
  rig = await startTrayDesktop();
});
afterAll(() => rig.stop());
beforeEach(() => {
  desktop = null;
  peer = null;
});
afterEach(async () => {
  await desktop?.close();
  peer?.close();
});

async function open(): Promise<LinuxDesktop> {
  actions = new Told();
  changes = new Told();
  const opened = await openLinuxDesktop({
    env: rig.env,
    tray: {
      id: 'wardkey',
      face: { title: 'Wardkey', tooltip: '', icon: [], menu: [] },
      onActivate: () => {},
      onMenu: () => {},
      onAvailable: () => changes.tell(opened.tray.available),
    },
    notifications: {
      program: 'Wardkey',
      onAction: (key, action) => actions.tell([key, action]),
      onAvailable: () => {},
    },
  });
  desktop = opened;
  return opened;
}

test('a watcher without a host draws nothing: no tray, until a host comes, and only the watcher can say so', async () => {
  let hosts = false;
  let item = '';
  peer = await startServiceStandIn(rig.address, WATCHER, (call, send) => {
    if (call.member === 'RegisterStatusNotifierItem') {
      item = String(call.body[0]);
      send(Message.newMethodReturn(call));
    } else send(Message.newMethodReturn(call, 'v', [new Variant('b', hosts)]));
  });
  const { tray } = await open();
  expect(tray.available).toBe(false);
  hosts = true;
  const host = (member: string) => Message.newSignal('/StatusNotifierWatcher', WATCHER, member);
  await sendForged(rig.address, item, host('StatusNotifierHostRegistered'));
  expect(tray.available).toBe(false);
  peer.bus.send(host('StatusNotifierHostRegistered'));
  expect(await changes.next()).toBe(true);
  hosts = false;
  peer.bus.send(host('StatusNotifierHostUnregistered'));
  expect(await changes.next()).toBe(false);
});

test('a watcher that refuses, or answers nonsense, is no tray and no trouble', async () => {
  peer = await startServiceStandIn(rig.address, WATCHER, (call, send) => {
    send(Message.newError(call, 'any.thing.Wrong', 'no'));
  });
  expect((await open()).tray.available).toBe(false);
});

const REQUEST = {
  key: 'expiry',
  title: 'Ends soon',
  body: 'In 7 days',
  urgency: 'normal',
  actions: [{ id: 'renew', label: 'Renew now' }],
} as const;

type Manner = (call: Message, send: (message: Message) => void) => void;

/** A notification server that behaves until Notify is called. */
async function server(notify: Manner, closed: Told<unknown> = new Told()): Promise<void> {
  peer = await startServiceStandIn(rig.address, NOTIFICATIONS, (call, send) => {
    if (call.member === 'GetCapabilities') return send(Message.newMethodReturn(call, 'as', [['actions', 'body']]));
    if (call.member === 'Notify') return notify(call, send);
    closed.tell(call.body[0]);
    send(Message.newMethodReturn(call));
  });
}

const invoked = (id: number, action: string) =>
  Message.newSignal('/org/freedesktop/Notifications', NOTIFICATIONS, 'ActionInvoked', 'us', [id, action]);

test('an action that is told in one breath with the number of the notification, or before it, is not lost', async () => {
  await server((call, send) => {
    send(invoked(41, 'renew'));
    send(Message.newMethodReturn(call, 'u', [41]));
    send(invoked(41, 'renew'));
  });
  (await open()).notifications.show(REQUEST);
  expect(await actions.next()).toEqual(['expiry', 'renew']);
});

test('an action that was never offered is not told', async () => {
  const closed = new Told<unknown>();
  await server((call, send) => {
    send(Message.newMethodReturn(call, 'u', [7]));
    send(invoked(7, 'quit'));
    send(invoked(8, 'renew'));
    send(invoked(7, 'default'));
  }, closed);
  (await open()).notifications.show(REQUEST);
  expect(await actions.next()).toEqual(['expiry', null]);
  // What was answered goes, whether the server sees to it or not.
  expect(await closed.next()).toBe(7);
  expect(actions.waiting).toEqual([]);
});

test('a server that answers nonsense shows nothing more, and the next notification is tried anew', async () => {
  const asked = new Told<unknown>();
  await server((call, send) => {
    asked.tell(call.body[1]);
    send(Message.newMethodReturn(call, 's', ['seven']));
  });
  const { notifications } = await open();
  notifications.show(REQUEST);
  expect(await asked.next()).toBe(0);
  notifications.withdraw('expiry');
  notifications.show(REQUEST);
  expect(await asked.next()).toBe(0);
});

test('a server that ends on a notification gets it once; its successor gets what is urgent', async () => {
  const asked = new Told<string>();
  await server(() => {
    asked.tell('first');
    peer?.close();
  });
  const { notifications } = await open();
  notifications.show({ ...REQUEST, urgency: 'urgent' });
  expect(await asked.next()).toBe('first');
  await server((call, send) => {
    asked.tell(String(call.body[3]));
    send(Message.newMethodReturn(call, 'u', [1]));
  });
  expect(await asked.next()).toBe('Ends soon');
  notifications.show({ ...REQUEST, key: 'other', title: 'Other' });
  expect(await asked.next()).toBe('Other');
});

test('GLib starts the very command that an autostart entry says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-entry-'));
  const program = join(folder, `it's "the" $program`);
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\0' "$@" > '${folder}/draft'; mv '${folder}/draft' '${folder}/told'\n`);
  chmodSync(program, 0o755);
  const args = ['', 'a b', '50%', '%f', '$HOME `id` "x" \\ \\\\ \\n', "'", '#~&;|<>*?()', 'ŵ\tx', '--last'];
  expect(
    await setStartAtLogin(true, { name: 'Wardkey', command: [program, ...args] }, { XDG_CONFIG_HOME: folder }),
  ).toBe(true);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(folder, (_, file) => file === 'told' && resolve());
  execFileSync('gio', ['launch', join(folder, 'autostart', 'wardkey.desktop')], {
    env: { ...process.env, ...rig.env },
  });
  await promise;
  watcher.close();
  expect(readFileSync(join(folder, 'told'), 'utf8').split('\0').slice(0, -1)).toEqual(args);
  rmSync(folder, { recursive: true });
});
