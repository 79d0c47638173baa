import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type BusClient, openBusClient } from './bus-client.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { type Place, pixelAt } from './x-screen.ts';

export const WATCHER = 'org.kde.StatusNotifierWatcher';
export const NOTIFICATIONS = 'org.freedesktop.Notifications';
const DUNST = 'org.dunstproject.cmd0';
const UNTIL_LIMIT_MS = 10_000;
const XFCONFD = '/usr/lib/*/xfce4/xfconf/xfconfd';

/** Middle of the one icon in the tray, which stands at the left end of the panel along the upper edge. */
export const ICON = { x: 12, y: 16 } as const;
/** The first lines of the icon's menu once it hangs below the panel. */
export const MENU_LINES = [
  { x: 50, y: 48 },
  { x: 50, y: 73 },
] as const;
/** Where either menu is white: the icon's hangs below the panel, the panel's own begins at the pointer and covers the panel. */
const EITHER_MENU = { x: 100, y: 41 } as const;
const PANEL_MENU = { x: 100, y: 22 } as const;

export type TrayDesktopOptions = {
  /** The bus starts dunst on demand, as most desktops start their notification server. */
  readonly startable?: boolean;
  /** In pixels; 800x600 unless told. */
  readonly screen?: string;
};

export type TrayDesktop = {
  /** Where its daemons write their logs, until it stops. */
  readonly folder: string;
  /** For programs that shall live on this desktop. */
  readonly env: Readonly<Record<string, string>>;
  readonly display: string;
  readonly address: string;
  /** A client of the session bus; another one after the bus was killed. */
  readonly client: BusClient;
  /** The panel of XFCE: watcher and host of status notifier items. Resolves when the watcher is there. */
  startPanel(): Promise<void>;
  /** SIGKILL to the panel and to the process of its tray, which owns the watcher's name; resolves when it has none. */
  killPanel(): Promise<void>;
  startDunst(): Promise<void>;
  killDunst(): Promise<void>;
  /** Resolves when dunst shows that many. */
  untilShown(count: number): Promise<void>;
  /** Summary and body of what dunst has shown and shows no more, the last one first. */
  history(): Promise<ReadonlyArray<{ readonly summary: string; readonly body: string }>>;
  /** Chooses the notification as a user does, by its first action. */
  choose(): Promise<void>;
  /**
   * Opens the icon's menu by a right click. The panel reads the menu in the background and shows one of its own until it
   * has it, which nothing tells: then it is clicked again.
   */
  openMenu(): Promise<void>;
  click(place: Place, button: 1 | 3): Promise<void>;
  killBus(): Promise<void>;
  startBus(): Promise<void>;
  stop(): Promise<void>;
};

/** The panel's settings: one plugin, the tray. */
const PANEL = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
`;

/**
 * A desktop of one's own with real peers: Xvfb, the panel of XFCE with its tray, and dunst, on a private session bus with a
 * private home. Needs the Debian packages dbus, xvfb, xfce4-panel, xfconf, dunst and xdotool.
 */
export async function startTrayDesktop(options: TrayDesktopOptions = {}): Promise<TrayDesktop> {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-tray-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const started: Daemon[] = [];
  const address = `unix:path=${join(folder, 'bus')}`;
  const home = join(folder, 'home');
  const settings = join(home, '.config', 'xfce4', 'xfconf', 'xfce-perchannel-xml');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'xfce4-panel.xml'), PANEL);
  mkdirSync(join(folder, 'run'), { mode: 0o700 });
  const services = join(folder, 'services');
  mkdirSync(services);
  if (options.startable === true)
    writeFileSync(join(services, 'dunst.service'), `[D-BUS Service]\nName=${NOTIFICATIONS}\nExec=/usr/bin/dunst\n`);
  const config = join(folder, 'bus.conf');
  writeFileSync(config, busConfig(address, services));

  const env: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    DBUS_SESSION_BUS_ADDRESS: address,
    // No bridge to assistive programs: it would start a bus of its own.
    NO_AT_BRIDGE: '1',
    GSETTINGS_BACKEND: 'memory',
  };
  let bus: Daemon | null = null;
  let panel: Daemon | null = null;
  let dunst: Daemon | null = null;
  let client: BusClient;

  async function daemon(command: readonly string[]): Promise<Daemon> {
    const logFile = join(folder, `${command[0]?.split('/').at(-1)}.log`);
    const { daemon: each } = await startDaemon(command, { env, logFile, waitForLine: false });
    started.push(each);
    return each;
  }
  async function startBus(): Promise<void> {
    rmSync(join(folder, 'bus'), { force: true });
    const { daemon: each } = await startDaemon(
      ['dbus-daemon', `--config-file=${config}`, '--nofork', '--nopidfile', '--nosyslog', '--print-address=1'],
      { env, logFile: join(folder, 'bus.log'), waitForLine: true },
    );
    started.push(each);
    bus = each;
    client = await openBusClient(address);
  }
  async function killBus(): Promise<void> {
    await bus?.end('SIGKILL');
    client.close();
    // Most of what lived on it ends by itself.
    await panel?.end('SIGKILL');
    await dunst?.end('SIGKILL');
    panel = null;
    dunst = null;
  }
  /** Does `task` and resolves when nobody owns the name any more. */
  async function untilGone(name: string, task: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = await client.onSignal(`arg0='${name}'`, 'NameOwnerChanged', ({ body }) => {
      if (body[0] === name && body[2] === '') resolve();
    });
    await task();
    await promise;
    stop();
  }
  const askDunst = (member: string, signature = '', body: unknown[] = []) =>
    client.call(NOTIFICATIONS, '/org/freedesktop/Notifications', DUNST, member, signature, body);
  const shown = async () =>
    Number(await client.property(NOTIFICATIONS, '/org/freedesktop/Notifications', DUNST, 'displayedLength'));

  // Never by execFileSync: the icon that the panel asks for its menu may live in this very process.
  const xdotool = (...args: readonly string[]) => promisify(execFile)('xdotool', args, { env });

  async function click({ x: left, y: top }: Place, button: 1 | 3): Promise<void> {
    // From elsewhere, so that the pointer really enters what it clicks on.
    await xdotool('mousemove', '400', '300', 'mousemove', `${left}`, `${top}`, 'click', `${button}`);
  }

  const x = await startDaemon(
    [
      'Xvfb',
      '-displayfd',
      '3',
      '-s',
      '0',
      '-screen',
      '0',
      `${options.screen ?? '800x600'}x24`,
      '-nolisten',
      'tcp',
      '-noreset',
    ],
    { logFile: join(folder, 'xvfb.log'), readyOn: 3, waitForLine: true },
  );
  started.push(x.daemon);
  const display = `:${x.line.trim()}`;
  env.DISPLAY = display;
  await startBus();

  return {
    folder,
    env,
    display,
    address,
    get client() {
      return client;
    },
    async startPanel() {
      const [xfconfd] = globSync(XFCONFD);
      if (xfconfd === undefined) throw new Error('xfconfd is not installed');
      await daemon([xfconfd]);
      await client.untilOwned('org.xfce.Xfconf');
      panel = await daemon(['xfce4-panel', '--disable-wm-check']);
      await client.untilOwned(WATCHER);
    },
    async killPanel() {
      const [pid] = await client.call(
        'org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus',
        'GetConnectionUnixProcessID',
        's',
        [WATCHER],
      );
      await untilGone(WATCHER, async () => {
        await panel?.end('SIGKILL');
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It went with the panel.
        }
      });
      panel = null;
    },
    async startDunst() {
      dunst = await daemon(['dunst']);
      await client.untilOwned(NOTIFICATIONS);
    },
    async killDunst() {
      await untilGone(NOTIFICATIONS, async () => dunst?.end('SIGKILL'));
      dunst = null;
    },
    async untilShown(count) {
      const end = performance.now() + UNTIL_LIMIT_MS;
      // Asked again and again: dunst signals a change before it answers with it, and then not once more.
      for (let now = await shown(); now !== count; now = await shown()) {
        if (performance.now() > end) throw new Error(`${now} notifications are shown, not ${count}`);
        await pause(10);
      }
    },
    async history() {
      const [entries] = (await askDunst('NotificationListHistory')) as [Record<string, { value: string }>[]];
      return entries.map(({ summary, body }) => ({ summary: summary?.value ?? '', body: body?.value ?? '' }));
    },
    async choose() {
      await askDunst('NotificationAction', 'u', [0]);
    },
    async openMenu() {
      const end = performance.now() + UNTIL_LIMIT_MS;
      const white = (place: Place) => pixelAt(display, place) === 'ffffff';
      /** @returns false when it has not come true within a second, or a click or key was lost */
      async function soon(holds: () => boolean): Promise<boolean> {
        const patience = performance.now() + 1000;
        while (!holds()) {
          if (performance.now() > patience) return false;
          await pause(10);
        }
        return true;
      }
      while (performance.now() < end) {
        await click(ICON, 3);
        if (!(await soon(() => white(EITHER_MENU)))) continue;
        if (!white(PANEL_MENU)) return;
        do await xdotool('key', 'Escape');
        while (!(await soon(() => !white(EITHER_MENU))) && performance.now() < end);
      }
      throw new Error('the menu did not come up');
    },
    click,
    killBus,
    startBus,
    async stop() {
      client.close();
      for (const each of started.toReversed()) await each.end('SIGKILL');
      process.removeListener('exit', removeFolder);
      removeFolder();
    },
  };
}

const busConfig = (address: string, services: string) => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
`;
