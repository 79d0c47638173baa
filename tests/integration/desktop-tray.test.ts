import { Message, Variant } from '@jellybrick/dbus-next';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LinuxDesktop, openLinuxDesktop } from '../../src/native/linux-desktop/linux-desktop.ts';
import type { TrayPixmap } from '../../src/native/linux-desktop/status-notifier-item.ts';
import type { TrayFace } from '../../src/native/linux-desktop/tray.ts';
import { BusConnection } from '../../src/native/session-lock/linux/bus.ts';
import { sendForged, sendUnreadable } from '../rig/hostile-signal.ts';
import { Told } from '../rig/told.ts';
import { ICON, MENU_LINES, startTrayDesktop, type TrayDesktop, WATCHER } from '../rig/tray-desktop.ts';
import { pixelAt, untilPixel } from '../rig/x-screen.ts';

/** The tray and notifications against real peers: the panel of XFCE and dunst, on a screen and a bus of their own. */
let rig: TrayDesktop;
let desktop: LinuxDesktop;
let activated: Told<'activated'>;
let chosen: Told<string>;
let actions: Told<readonly [key: string, action: string | null]>;
let changes: Told<{ readonly tray: boolean; readonly notifications: boolean }>;

beforeAll(async () => {
  rig = await startTrayDesktop();
  await rig.startPanel();
  await rig.startDunst();
});
afterAll(() => rig.stop());
afterEach(async () => {
  await desktop.close();
  await untilNoIcon();
});

const RED = 'd4351c';
const BLUE = '1d70b8';

/** One colour in the sizes that panels ask for. */
const icon = (colour: string): readonly TrayPixmap[] =>
  [16, 22, 24, 32, 48].map((side) => ({
    width: side,
    height: side,
    argb: new Uint8Array(Buffer.from(`ff${colour}`.repeat(side * side), 'hex')),
  }));

const FACE: TrayFace = {
  title: 'Wardkey',
  tooltip: 'No card',
  icon: icon(RED),
  menu: [{ action: 'open', label: 'Open' }, 'separator', { action: 'quit', label: 'Quit' }],
};

async function open(face: TrayFace = FACE): Promise<LinuxDesktop> {
  activated = new Told();
  chosen = new Told();
  actions = new Told();
  changes = new Told();
  const tell = () => changes.tell({ tray: desktop.tray.available, notifications: desktop.notifications.available });
  desktop = await openLinuxDesktop({
    env: rig.env,
    tray: {
      id: 'wardkey',
      face,
      onActivate: () => activated.tell('activated'),
      onMenu: chosen.tell,
      onAvailable: tell,
    },
    notifications: {
      program: 'Wardkey',
      onAction: (key, action) => actions.tell([key, action]),
      onAvailable: tell,
    },
  });
  return desktop;
}

/** Resolves when the place of the icon looks like the rest of the panel, or of the screen without one. */
const untilNoIcon = () => untilPixel(rig.display, ICON, pixelAt(rig.display, { x: 400, y: ICON.y }));

/** The unique name under which the watcher knows our one item. */
async function itemName(): Promise<string> {
  const items = await rig.client.property(WATCHER, '/StatusNotifierWatcher', WATCHER, 'RegisteredStatusNotifierItems');
  const [item, ...others] = items as string[];
  expect(others).toEqual([]);
  return item?.replace(/\/.*$/, '') ?? '';
}

const onMenu = async (member: string, signature: string, body: unknown[]) =>
  rig.client.call(await itemName(), '/StatusNotifierItem/Menu', 'com.canonical.dbusmenu', member, signature, body);

type Layout = [id: number, properties: Record<string, Variant>, children: Variant[]];

async function layout(): Promise<{ revision: unknown; lines: ReadonlyArray<readonly [number, unknown]> }> {
  const [revision, root] = (await onMenu('GetLayout', 'iias', [0, -1, []])) as [number, Layout];
  const lines = root[2].map(({ value }) => {
    const [id, properties] = value as Layout;
    return [id, (properties.label ?? properties.type)?.value] as const;
  });
  return { revision, lines };
}

test('the panel lists the icon and draws it; a new icon is drawn in its place', async () => {
  await open();
  expect(desktop.tray.available).toBe(true);
  expect(await itemName()).toMatch(/^:/);
  await untilPixel(rig.display, ICON, RED);
  desktop.tray.set({ ...FACE, icon: icon(BLUE) });
  await untilPixel(rig.display, ICON, BLUE);
  await desktop.close();
  await untilNoIcon();
});

test('title and tooltip are told as they change, and only then', async () => {
  await open();
  const name = await itemName();
  const signals = new Told<string>();
  const stops = await Promise.all(
    ['NewTitle', 'NewToolTip', 'NewIcon'].map((member) =>
      rig.client.onSignal(`sender='${name}'`, member, () => signals.tell(member)),
    ),
  );
  desktop.tray.set({ ...FACE });
  desktop.tray.set({ ...FACE, tooltip: 'Signed in' });
  expect(await signals.next()).toBe('NewToolTip');
  desktop.tray.set({ ...FACE, title: 'Wardkey: signed in', tooltip: 'Signed in' });
  expect(await signals.next()).toBe('NewTitle');
  const item = 'org.kde.StatusNotifierItem';
  expect(await rig.client.property(name, '/StatusNotifierItem', item, 'Title')).toBe('Wardkey: signed in');
  expect(await rig.client.property(name, '/StatusNotifierItem', item, 'ToolTip')).toEqual(['', [], 'Signed in', '']);
  expect(signals.waiting).toEqual([]);
  for (const stop of stops) stop();
});

test('a left click on the icon reaches us', async () => {
  await open();
  await untilPixel(rig.display, ICON, RED);
  await rig.click(ICON, 1);
  expect(await activated.next()).toBe('activated');
});

test('a right click opens the menu, which the panel draws, and a click on a line of it reaches us', async () => {
  const menu = [
    { action: 'open', label: 'Open' },
    { action: 'lock', label: 'Lock now' },
  ];
  await open({ ...FACE, menu });
  await untilPixel(rig.display, ICON, RED);
  await rig.openMenu();
  await rig.click(MENU_LINES[1], 1);
  expect(await chosen.next()).toBe('lock');
});

test('the menu as a client reads it: lines and separators; changed labels and changed lines are told apart', async () => {
  await open();
  const before = await layout();
  expect(before.lines.map(([, text]) => text)).toEqual(['Open', 'separator', 'Quit']);

  const signals = new Told<readonly [string, unknown[]]>();
  const stops = await Promise.all(
    ['LayoutUpdated', 'ItemsPropertiesUpdated'].map((member) =>
      rig.client.onSignal(`path='/StatusNotifierItem/Menu'`, member, ({ body }) => signals.tell([member, body])),
    ),
  );
  desktop.tray.set({
    ...FACE,
    menu: [{ action: 'open', label: 'Agor' }, 'separator', { action: 'quit', label: 'Quit' }],
  });
  const [member, [changed]] = await signals.next();
  expect(member).toBe('ItemsPropertiesUpdated');
  expect(changed).toEqual([[before.lines[0]?.[0], { label: new Variant('s', 'Agor') }]]);
  expect(await layout()).toMatchObject({ revision: before.revision });

  desktop.tray.set({
    ...FACE,
    menu: [
      { action: 'lock', label: 'Lock_now' },
      { action: 'quit', label: 'Quit' },
    ],
  });
  const [layoutMember, [revision, parent]] = await signals.next();
  expect([layoutMember, parent]).toEqual(['LayoutUpdated', 0]);
  const after = await layout();
  expect(after.revision).toBe(revision);
  expect(after.lines.map(([, text]) => text)).toEqual(['Lock__now', 'Quit']);
  expect(after.lines[1]?.[0]).toBe(before.lines[2]?.[0]);
  expect(before.lines.map(([id]) => id)).not.toContain(after.lines[0]?.[0]);

  // A click that crossed the change: the line is gone, and what stands there now is not chosen instead.
  await expect(onMenu('Event', 'isvu', [before.lines[0]?.[0], 'clicked', new Variant('i', 0), 0])).rejects.toThrow();
  await onMenu('Event', 'isvu', [after.lines[1]?.[0], 'clicked', new Variant('i', 0), 0]);
  expect(await chosen.next()).toBe('quit');
  for (const stop of stops) stop();
});

test('a caller that talks nonsense gets an error, and the icon stays', async () => {
  await open();
  const name = await itemName();
  const refused = [
    ['/StatusNotifierItem/Menu', 'com.canonical.dbusmenu', 'GetLayout', 's', ['x']],
    ['/StatusNotifierItem/Menu', 'com.canonical.dbusmenu', 'GetLayout', 'iias', [99, -1, []]],
    ['/StatusNotifierItem/Menu', 'com.canonical.dbusmenu', 'GetProperty', 'is', [1, '__proto__']],
    ['/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'constructor', '', []],
    ['/StatusNotifierItem', 'org.freedesktop.DBus.Properties', 'Get', 'ss', ['org.kde.StatusNotifierItem', 'toString']],
    ['/StatusNotifierItem', 'org.freedesktop.DBus.Properties', 'Set', 'ssv', ['a.b', 'Title', new Variant('s', 'x')]],
    ['/nothing/here', 'a.b', 'C', '', []],
  ] as const;
  for (const [path, of, member, signature, body] of refused)
    await expect(rig.client.call(name, path, of, member, signature, [...body]), member).rejects.toThrow();
  await sendUnreadable(rig.address, name);
  expect((await layout()).lines).toHaveLength(3);
});

test('the panel is killed and started again: no tray meanwhile, then the icon is back', async () => {
  await open();
  await untilPixel(rig.display, ICON, RED);
  await rig.killPanel();
  expect(await changes.next()).toMatchObject({ tray: false });
  await rig.startPanel();
  expect(await changes.next()).toMatchObject({ tray: true });
  await untilPixel(rig.display, ICON, RED);
});

const WARNING = {
  key: 'expiry',
  title: 'Your certificate <ends>',
  body: 'In 7 days & not later',
  urgency: 'urgent',
  actions: [{ id: 'renew', label: 'Renew now' }],
} as const;

test('a notification is shown, replaced and not doubled, and taken back; its text is no markup', async () => {
  await open();
  desktop.notifications.show(WARNING);
  await rig.untilShown(1);
  desktop.notifications.show({ ...WARNING, body: 'In 6 days & not <b>later</b>' });
  desktop.notifications.show({ ...WARNING, key: 'other' });
  await rig.untilShown(2);
  desktop.notifications.withdraw('other');
  await rig.untilShown(1);
  desktop.notifications.withdraw('expiry');
  await rig.untilShown(0);
  expect((await rig.history())[0]).toEqual({
    summary: 'Your certificate <ends>',
    body: 'In 6 days &amp; not &lt;b&gt;later&lt;/b&gt;',
  });
});

test('wishes that follow each other faster than the server answers: the last one counts', async () => {
  await open();
  const before = (await rig.history()).length;
  for (const body of ['one', 'two', 'three']) desktop.notifications.show({ ...WARNING, body });
  await rig.untilShown(1);
  desktop.notifications.show({ ...WARNING, body: 'four' });
  desktop.notifications.withdraw('expiry');
  await rig.untilShown(0);
  const after = await rig.history();
  expect(after).toHaveLength(before + 1);
  expect(['one', 'three', 'four']).toContain(after[0]?.body);
});

test('a notification that is chosen tells its key; forged signals tell nothing', async () => {
  await open();
  const name = await itemName();
  desktop.notifications.show(WARNING);
  await rig.untilShown(1);
  const path = '/org/freedesktop/Notifications';
  const of = 'org.freedesktop.Notifications';
  for (let id = 1; id < 20; id++)
    await sendForged(rig.address, name, Message.newSignal(path, of, 'ActionInvoked', 'us', [id, 'renew']));
  expect(actions.waiting).toEqual([]);
  await rig.choose();
  expect(await actions.next()).toEqual(['expiry', null]);
  await rig.untilShown(0);
  expect(actions.waiting).toEqual([]);
});

test('dunst is killed and started again: what is urgent comes back, what is not does not', async () => {
  await open();
  desktop.notifications.show(WARNING);
  desktop.notifications.show({ ...WARNING, key: 'greeting', urgency: 'normal' });
  await rig.untilShown(2);
  await rig.killDunst();
  expect(await changes.next()).toMatchObject({ notifications: false });
  desktop.notifications.show({ ...WARNING, key: 'late', urgency: 'normal' });
  await rig.startDunst();
  expect(await changes.next()).toMatchObject({ notifications: true });
  await rig.untilShown(1);
  desktop.notifications.withdraw('expiry');
  await rig.untilShown(0);
});

test('leaving takes notifications away', async () => {
  await open();
  desktop.notifications.show(WARNING);
  await rig.untilShown(1);
  await desktop.close();
  await rig.untilShown(0);
});

test('the bus is killed and started again: all is gone, and all is back', async () => {
  await open();
  desktop.notifications.show(WARNING);
  await rig.untilShown(1);
  await rig.killBus();
  expect(await changes.next()).toEqual({ tray: false, notifications: true });
  expect(await changes.next()).toEqual({ tray: false, notifications: false });
  await rig.startBus();
  await rig.startDunst();
  expect(await changes.next()).toEqual({ tray: false, notifications: true });
  await rig.untilShown(1);
  await rig.startPanel();
  expect(await changes.next()).toEqual({ tray: true, notifications: true });
  await untilPixel(rig.display, ICON, RED);
});

test('a bus that starts the notification server on demand: available before, and shown by the first notification', async () => {
  await open();
  await desktop.close();
  const usual = rig;
  rig = await startTrayDesktop({ startable: true });
  try {
    await open();
    expect(desktop.notifications.available).toBe(true);
    expect(desktop.tray.available).toBe(false);
    desktop.notifications.show({ ...WARNING, urgency: 'normal' });
    await rig.client.untilOwned('org.freedesktop.Notifications');
    await rig.untilShown(1);
    await desktop.close();
    await rig.untilShown(0);
  } finally {
    await rig.stop();
    rig = usual;
  }
});

test('a signal that the library cannot read ends neither the connection nor this process', async () => {
  await open();
  const opened = await BusConnection.open(rig.address, 1_000);
  if (!('bus' in opened)) throw new Error(opened.reason);
  const { bus } = opened;
  const heard = new Told<string>();
  bus.onSignal(({ interface: of, member }) => of === 'any.thing' && heard.tell(member));
  for (let count = 0; count < 3; count++) await sendUnreadable(rig.address, bus.uniqueName);
  await sendForged(rig.address, bus.uniqueName, Message.newSignal('/any', 'any.thing', 'Readable'));
  expect(await heard.next()).toBe('Readable');
  expect(bus.connected).toBe(true);
  bus.close();
});
