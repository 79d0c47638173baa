import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BusClient, openBusClient } from './bus-client.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { type SystemdStandIn, startSystemdStandIn } from './systemd-stand-in.ts';
import { cornerPixel, keyboardGrabRefused } from './x-screen.ts';

const LOGIN1 = 'org.freedesktop.login1';
const MANAGER = 'org.freedesktop.login1.Manager';
const SESSION = 'org.freedesktop.login1.Session';
const LOGIND = '/lib/systemd/systemd-logind';
const HOLDER = fileURLToPath(new URL('./session-holder.ts', import.meta.url));
const UNTIL_LIMIT_MS = 10_000;

/** What the locker paints the screen with. */
export const LOCKED_COLOUR = 'ff0000';

export type DesktopOptions = {
  /** False: no screen locker listens until `startLocker()`. */
  readonly locker?: boolean;
};

export type Desktop = {
  /** Add this to the environment of programs that shall live on this desktop; it composes with other rigs' variables. */
  readonly env: Readonly<{
    DBUS_SYSTEM_BUS_ADDRESS: string;
    DBUS_SESSION_BUS_ADDRESS: string;
    XDG_SESSION_ID: string;
    XDG_SESSION_TYPE: string;
    DISPLAY: string;
  }>;
  /** logind's id of the session. */
  readonly session: string;
  /** What logind has asked of systemd. */
  readonly systemd: SystemdStandIn;
  lockedHint(): Promise<boolean>;
  /** Locks or unlocks from outside, as an administrator's `loginctl` does; resolves when LockedHint says so. */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** How many Lock signals logind has sent to the session until now. */
  lockRequests(): Promise<number>;
  startLocker(): Promise<void>;
  stopLocker(): Promise<void>;
  /** Colour of the screen's top left pixel, six hex digits; {@link LOCKED_COLOUR} when locked. */
  pixel(): Promise<string>;
  /**
   * True while a locker holds the keyboard. Where none does, asking takes the keyboard for a moment, and a locker that
   * wants it just then may give up: do not ask in a tight loop while a lock is under way, use `untilReallyLocked`.
   */
  keyboardGrabRefused(): Promise<boolean>;
  /** Resolves when the screen shows the locker and the keyboard is held by it (or neither any more). */
  untilReallyLocked(locked: boolean): Promise<void>;
  /** SIGKILL to the system bus. logind and the locker go with it. */
  killBus(): Promise<void>;
  /** Starts bus, logind and, if it ran, the locker again at the same address; the session is still there. */
  restartBus(): Promise<void>;
  /** Restarts logind alone, as an update of systemd does. */
  restartLogind(): Promise<void>;
  /** SIGKILL to logind alone. */
  killLogind(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * A desktop of one's own on which a lock is a real lock: the real systemd-logind with an x11 session, an X server, and
 * xss-lock with i3lock. Private buses and a private /run; processes outside join by `env`. Needs root, and the Debian
 * packages dbus, systemd, libsystemd0, xvfb, xss-lock, i3lock, libx11-6 and util-linux.
 */
export async function startDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-desktop-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const started: Daemon[] = [];
  try {
    return await new DesktopRig(folder, started).start(options, removeFolder);
  } catch (error) {
    for (const daemon of started) await daemon.end('SIGKILL');
    removeFolder();
    throw error;
  }
}

class DesktopRig {
  readonly #folder: string;
  /** In order of their start; ended in reverse. */
  readonly #started: Daemon[];
  readonly #systemBus: string;
  readonly #sessionBus: string;
  #bus: Daemon | null = null;
  #logind: Daemon | null = null;
  #locker: Daemon | null = null;
  #client: BusClient | null = null;
  #systemd: SystemdStandIn | null = null;
  #display = '';
  #session = '';
  #path = '';
  #lockRequests = 0;
  #hadLocker = false;

  constructor(folder: string, started: Daemon[]) {
    this.#folder = folder;
    this.#started = started;
    this.#systemBus = `unix:path=${join(folder, 'system-bus')}`;
    this.#sessionBus = `unix:path=${join(folder, 'session-bus')}`;
    mkdirSync(join(folder, 'run'));
  }

  async start(options: DesktopOptions, removeFolder: () => void): Promise<Desktop> {
    const [display] = await Promise.all([this.#startX(), this.#startSystem(), this.#startSessionBus()]);
    this.#display = display;
    const holder = await this.#daemon([process.execPath, HOLDER, display], 'session-holder', true);
    this.#session = holder;
    await this.#watchSession();
    if (options.locker !== false) await this.startLocker();
    const env = {
      DBUS_SYSTEM_BUS_ADDRESS: this.#systemBus,
      DBUS_SESSION_BUS_ADDRESS: this.#sessionBus,
      XDG_SESSION_ID: this.#session,
      XDG_SESSION_TYPE: 'x11',
      DISPLAY: display,
    };
    const systemd = () => this.#systemd;
    return {
      env,
      session: this.#session,
      get systemd() {
        const standIn = systemd();
        if (standIn === null) throw new Error('the system bus is down');
        return standIn;
      },
      lockedHint: () => this.#lockedHint(),
      lock: () => this.#askLogind('LockSession', true),
      unlock: () => this.#askLogind('UnlockSession', false),
      lockRequests: async () => {
        // What the bus has for us already comes before its answer.
        await this.#up().call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId');
        return this.#lockRequests;
      },
      startLocker: () => this.startLocker(),
      stopLocker: () => this.#stopLocker(),
      pixel: async () => cornerPixel(display),
      keyboardGrabRefused: async () => keyboardGrabRefused(display),
      untilReallyLocked: (locked) => this.#untilScreen(locked),
      killBus: () => this.#killBus(),
      restartBus: () => this.#restartBus(),
      restartLogind: async () => {
        await this.#killLogind();
        await this.#startLogind();
      },
      killLogind: () => this.#killLogind(),
      stop: async () => {
        this.#closeClients();
        for (const daemon of this.#started.toReversed()) await daemon.end('SIGKILL');
        process.removeListener('exit', removeFolder);
        removeFolder();
      },
    };
  }

  async #daemon(command: readonly string[], name: string, waitForLine: false): Promise<Daemon>;
  async #daemon(command: readonly string[], name: string, waitForLine: true): Promise<string>;
  async #daemon(command: readonly string[], name: string, waitForLine: boolean): Promise<Daemon | string> {
    const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.#systemBus, DISPLAY: this.#display };
    const logFile = join(this.#folder, `${name}.log`);
    const { daemon, line } = await startDaemon(command, { env, logFile, waitForLine });
    this.#started.push(daemon);
    return waitForLine ? line : daemon;
  }

  /** The X server chooses a free display and tells it once it accepts clients. Without its own saver, which would lock after ten minutes. */
  async #startX(): Promise<string> {
    const { daemon, line } = await startDaemon(
      ['Xvfb', '-displayfd', '3', '-s', '0', '-screen', '0', '800x600x24', '-nolisten', 'tcp', '-noreset'],
      { logFile: join(this.#folder, 'xvfb.log'), readyOn: 3, waitForLine: true },
    );
    this.#started.push(daemon);
    return `:${line.trim()}`;
  }

  async #startSessionBus(): Promise<void> {
    await this.#daemon(
      ['dbus-daemon', '--session', '--nofork', '--nopidfile', '--print-address=1', `--address=${this.#sessionBus}`],
      'session-bus',
      true,
    );
  }

  async #startSystem(): Promise<void> {
    rmSync(join(this.#folder, 'system-bus'), { force: true });
    const { daemon } = await startDaemon(
      `dbus-daemon --system --nofork --nopidfile --nosyslog --print-address=1 --address=${this.#systemBus}`.split(' '),
      { logFile: join(this.#folder, 'system-bus.log'), waitForLine: true },
    );
    this.#started.push(daemon);
    this.#bus = daemon;
    this.#client = await openBusClient(this.#systemBus);
    this.#systemd = await startSystemdStandIn(this.#systemBus);
    await this.#startLogind();
  }

  async #startLogind(): Promise<void> {
    const { daemon } = await startDaemon([LOGIND], {
      env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.#systemBus },
      logFile: join(this.#folder, 'logind.log'),
      // The folder outlives logind, and with it the sessions, as /run does.
      mounts: [`mount --bind '${join(this.#folder, 'run')}' /run`, 'mkdir -p /run/systemd/system /run/dbus'],
      waitForLine: false,
    });
    this.#started.push(daemon);
    this.#logind = daemon;
    await this.#up().untilOwned(LOGIN1);
  }

  async #watchSession(): Promise<void> {
    const [path] = await this.#up().call(LOGIN1, '/org/freedesktop/login1', MANAGER, 'GetSession', 's', [
      this.#session,
    ]);
    this.#path = String(path);
    await this.#up().onSignal(`path='${this.#path}'`, 'Lock', () => {
      this.#lockRequests++;
    });
  }

  /** Proves that the locker listens by locking and unlocking once; it has no other way to tell. */
  async startLocker(): Promise<void> {
    if (this.#locker !== null) return;
    this.#locker = await this.#daemon(
      ['xss-lock', `--session=${this.#session}`, '-l', '--', 'i3lock', '-n', '-c', LOCKED_COLOUR],
      'locker',
      false,
    );
    await this.#askLogind('LockSession', true);
    await this.#untilScreen(true);
    await this.#askLogind('UnlockSession', false);
    await this.#untilScreen(false);
    this.#lockRequests = 0;
  }

  async #stopLocker(): Promise<void> {
    const locker = this.#locker;
    this.#locker = null;
    if (locker === null) return;
    // It would leave its i3lock behind.
    if (await this.#lockedHint()) await this.#askLogind('UnlockSession', false);
    await this.#untilScreen(false);
    await locker.end();
  }

  #untilScreen(locked: boolean): Promise<void> {
    const look = () =>
      (cornerPixel(this.#display) === LOCKED_COLOUR) === locked && keyboardGrabRefused(this.#display) === locked;
    return until(look, `the screen being ${locked ? 'locked' : 'open'}`);
  }

  #up(): BusClient {
    if (this.#client === null) throw new Error('the system bus is down');
    return this.#client;
  }

  async #lockedHint(): Promise<boolean> {
    return (await this.#up().property(LOGIN1, this.#path, SESSION, 'LockedHint')) === true;
  }

  /** Asks again while nothing happens: a locker that has just started may not listen yet. */
  async #askLogind(member: 'LockSession' | 'UnlockSession', hint: boolean): Promise<void> {
    const client = this.#up();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = async () => {
      if ((await this.#lockedHint()) === hint) resolve();
    };
    const stop = await client.onSignal(`path='${this.#path}'`, 'PropertiesChanged', () => void look().catch(reject));
    const ask = () =>
      client.call(LOGIN1, '/org/freedesktop/login1', MANAGER, member, 's', [this.#session]).then(look).catch(reject);
    const again = setInterval(() => void ask(), 200);
    const limit = setTimeout(() => reject(new Error(`${member} had no effect`)), UNTIL_LIMIT_MS);
    void ask();
    await promise.finally(() => {
      clearInterval(again);
      clearTimeout(limit);
      stop();
    });
  }

  #closeClients(): void {
    this.#client?.close();
    this.#systemd?.stop();
    this.#client = null;
    this.#systemd = null;
  }

  async #killLogind(): Promise<void> {
    await this.#logind?.end('SIGKILL');
    this.#logind = null;
  }

  async #killBus(): Promise<void> {
    this.#hadLocker = this.#locker !== null;
    await this.#bus?.end('SIGKILL');
    this.#closeClients();
    await this.#killLogind();
    await this.#locker?.end('SIGKILL');
    this.#bus = null;
    this.#locker = null;
  }

  async #restartBus(): Promise<void> {
    if (this.#bus !== null) await this.#killBus();
    await this.#startSystem();
    await this.#watchSession();
    if (this.#hadLocker) await this.startLocker();
  }
}

/** Waits for what no event tells: the X server has none for a pixel's colour or a keyboard's grab. */
async function until(look: () => boolean, what: string): Promise<void> {
  const end = performance.now() + UNTIL_LIMIT_MS;
  while (!look()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(2);
  }
}
