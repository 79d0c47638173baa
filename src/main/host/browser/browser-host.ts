import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ViewCommand, ViewOutcome } from '../../../core/contract/view.ts';
import { monotonicMs } from '../../../native/card-process/monotonic.ts';
import { setStartAtLogin, startsAtLogin } from '../../../native/linux-desktop/autostart.ts';
import { type LinuxDesktop, openLinuxDesktop } from '../../../native/linux-desktop/linux-desktop.ts';
import type { TrayFace } from '../../../native/linux-desktop/tray.ts';
import {
  type DesktopHost,
  type DesktopNotification,
  type HostAbilities,
  type HostEvents,
  type OpenHost,
  PANEL_SIZE,
  type Tray,
  type TrayAction,
  type ViewService,
  type WindowSize,
} from '../desktop-host.ts';
import { PrivatePage } from '../private-page.ts';
import { type AwaitedPage, BrowserWindow } from './browser-window.ts';
import { openAddress, openFile } from './open-address.ts';
import { type PageServer, servePage } from './page-server.ts';
import { readTrayPictures } from './tray-pictures.ts';

export type BrowserHostOptions = {
  /** False: the page is served and told, and whoever wants it opens it. */
  readonly openWindows: boolean;
  /** Where the launch page lies, each time there is one. */
  readonly onPage?: (file: string) => void;
  /** For the launch page alone: below the user's runtime folder. */
  readonly launchFolder: string;
  /** For the page that opens an address with a secret, alone: below the user's runtime folder. */
  readonly privateFolder: string;
  /** For the browser's profile alone. */
  readonly profileFolder: string;
  readonly size?: WindowSize;
  /** A demonstration beside a real Wardkey is another icon to the desktop. */
  readonly demo?: boolean;
  /** The browser that the organisation chose. */
  readonly browser: () => string | null;
  /** The built program: out/. */
  readonly programFolder?: string;
};

/** From the start of a browser to its page at the agent; a cold start on a slow machine takes its time. */
const PAGE_LIMIT_MS = 20_000;
/** So late may a page's word come that nobody looks at it. */
const LATE_WORD_MS = 2_000;

const ACTIONS: ReadonlySet<string> = new Set<TrayAction>([
  'open',
  'lock',
  'change-passcode',
  'unlock',
  'renew',
  'services',
  'help',
  'quit',
]);
const isTrayAction = (action: string): action is TrayAction => ACTIONS.has(action);

/**
 * The agent in plain Node with its window in a browser: for thin clients, kiosks, demos, and wherever Electron's own binary
 * is not to be had. Tray and notifications come over D-Bus on Linux; other systems show the window alone.
 */
export function openBrowserHost(options: BrowserHostOptions): OpenHost {
  return async (view, events) => {
    const programFolder = options.programFolder ?? fileURLToPath(new URL('.', import.meta.url));
    const attention = new Attention(view);
    const server = await servePage(attention, {
      root: join(programFolder, 'window'),
      launchFolder: options.launchFolder,
    });
    server.onConnected((by) => {
      if (by === 'launch') attention.renew();
    });
    const host = new BrowserHost(options, server, attention, programFolder);
    try {
      await host.openDesktop(events);
      return host;
    } catch (error) {
      // The port would keep the program alive that has no window.
      await host.close();
      throw error;
    }
  };
}

/** Passes everything on to the agent, but for the page's word on whether it has the user's eye: that is the host's own. */
class Attention implements ViewService {
  /** null: a page that has just come has not said it yet. */
  private attended: boolean | null = null;
  readonly snapshot: ViewService['snapshot'];
  readonly onChange: ViewService['onChange'];
  private readonly view: ViewService;

  constructor(view: ViewService) {
    this.view = view;
    this.snapshot = () => view.snapshot();
    this.onChange = (listener) => view.onChange(listener);
  }

  /** The page says whether it is looked at. */
  onWord: (attended: boolean) => void = () => undefined;

  /** Another page: the word of the one before it counts no more. */
  renew(): void {
    this.attended = null;
  }

  /** Whether the page has not said yet. */
  get silent(): boolean {
    return this.attended === null;
  }

  /** Whether the page is known not to be looked at: one that has just come is, until it says otherwise. */
  get elsewhere(): boolean {
    return this.attended === false;
  }

  perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome> {
    if (command.command === 'attended') {
      this.attended = command.attended;
      this.onWord(command.attended);
    }
    return this.view.perform(command, secrets);
  }
}

class BrowserHost implements DesktopHost {
  readonly name = 'browser';
  private readonly options: BrowserHostOptions;
  private readonly server: PageServer;
  private readonly attention: Attention;
  private readonly programFolder: string;
  private readonly window: BrowserWindow;
  private readonly privatePage: PrivatePage;
  private desktop: LinuxDesktop | null = null;
  private countdown = false;
  /** A window that is on its way: its page has not come yet. */
  private coming: Promise<boolean> | null = null;
  private giveUp: () => void = () => undefined;
  private closed = false;
  /** When the page was last taken to be looked at, by the monotonic clock; infinity: on no word of its own, until there is one. */
  private trustedAt = Number.NEGATIVE_INFINITY;

  constructor(options: BrowserHostOptions, server: PageServer, attention: Attention, programFolder: string) {
    this.options = options;
    this.server = server;
    this.attention = attention;
    this.programFolder = programFolder;
    attention.onWord = (attended) => {
      const late = monotonicMs() - this.trustedAt < LATE_WORD_MS;
      if (!attended) this.trustedAt = Number.NEGATIVE_INFINITY;
      // Its first word may be as old as the page.
      else if (this.trustedAt === Number.POSITIVE_INFINITY) this.trustedAt = monotonicMs();
      if (!attended && late && !this.closed) void this.showWindow(false).catch(() => false);
    };
    this.window = new BrowserWindow(options.profileFolder, options.size ?? PANEL_SIZE);
    this.privatePage = new PrivatePage(options.privateFolder, (file) => openFile(file));
  }

  get abilities(): HostAbilities {
    return {
      tray: this.desktop?.tray.available ?? false,
      notifications: this.desktop?.notifications.available ?? false,
      // A browser's window can neither be put above all others nor on every display.
      everyDisplay: false,
      startAtLogin: process.platform === 'linux',
    };
  }

  async openDesktop(events: HostEvents): Promise<void> {
    if (process.platform !== 'linux') return;
    const pictures = readTrayPictures(join(this.programFolder, 'icons', 'tray'));
    this.faceOf = (tray) => ({
      title: this.options.demo === true ? tray.tooltip : 'Wardkey',
      tooltip: tray.tooltip,
      icon: pictures.get(tray.icon) ?? [],
      menu: tray.menu,
    });
    this.desktop = await openLinuxDesktop({
      tray: {
        id: this.options.demo === true ? 'wardkey-demo' : 'wardkey',
        face: this.faceOf({ icon: 'busy', tooltip: 'Wardkey', menu: [] }),
        onActivate: () => events.onTray(),
        onMenu: (action) => {
          if (isTrayAction(action)) events.onMenu(action);
        },
        onAvailable: () => events.onAbilities(),
      },
      notifications: {
        program: 'Wardkey',
        onAction: (key, action) => events.onNotification(key, action),
        onAvailable: () => events.onAbilities(),
      },
    });
  }

  private faceOf: ((tray: Tray) => TrayFace) | null = null;

  setTray(tray: Tray): void {
    if (!this.closed && this.faceOf !== null) this.desktop?.tray.set(this.faceOf(tray));
  }

  notify(notification: DesktopNotification): void {
    if (!this.closed) this.desktop?.notifications.show(notification);
  }

  withdraw(key: string): void {
    this.desktop?.notifications.withdraw(key);
  }

  /**
   * A browser's window cannot be raised from outside: a new one takes the place of one that is not looked at. One that is on
   * its way is waited for: a second one would take its launch token, and leave it standing without an agent.
   */
  async showWindow(_focus: boolean): Promise<boolean> {
    if (this.closed) return false;
    if (this.server.connected() && !this.attention.elsewhere) {
      // A desktop under load tells its windows late who has turned away from them.
      this.trustedAt = this.attention.silent ? Number.POSITIVE_INFINITY : monotonicMs();
      return true;
    }
    if (this.coming !== null) {
      // It may be somebody else's window by now: who asked for it first may have turned away.
      this.trustedAt = Number.POSITIVE_INFINITY;
      return this.coming;
    }
    this.coming = this.openWindow().finally(() => {
      this.coming = null;
    });
    return this.coming;
  }

  private async openWindow(): Promise<boolean> {
    let file: string;
    try {
      ({ file } = await this.server.openLaunch());
    } catch {
      // It could not be written: no window, and nothing worse.
      return false;
    }
    this.options.onPage?.(file);
    if (!this.options.openWindows) return true;
    const arrival = this.awaitPage();
    this.giveUp = () => arrival.onGone(false);
    if (!(await this.window.show(file, this.options.browser(), arrival))) arrival.onGone(false);
    return arrival.shown;
  }

  async showCountdown(): Promise<boolean> {
    if (this.closed || this.countdown) return !this.closed;
    this.countdown = true;
    return this.showWindow(false);
  }

  hideCountdown(): void {
    this.countdown = false;
  }

  async openAddress(address: string): Promise<boolean> {
    return !this.closed && openAddress(address);
  }

  openPrivate(address: string): Promise<boolean> {
    return this.privatePage.open(address);
  }

  async startsAtLogin(): Promise<boolean> {
    return process.platform === 'linux' && startsAtLogin(process.env);
  }

  async setStartAtLogin(on: boolean): Promise<boolean> {
    if (process.platform !== 'linux') return false;
    const command = [process.execPath, join(this.programFolder, 'wardkey.js'), 'window', '--hidden'];
    return setStartAtLogin(on, { name: 'Wardkey', comment: 'Smartcard agent', command }, process.env);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.privatePage.close();
    this.giveUp();
    await this.server.close();
    await Promise.all([this.window.close(), this.desktop?.close()]);
  }

  /** @returns `shown`: the page came, or its user closed it before it had come */
  private awaitPage(): AwaitedPage & { readonly shown: Promise<boolean> } {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let waits = true;
    const done = (shown: boolean) => {
      waits = false;
      clearTimeout(limit);
      stop();
      resolve(shown);
    };
    const limit = setTimeout(done, PAGE_LIMIT_MS, false);
    const stop = this.server.onConnected((by) => {
      if (by === 'launch') done(true);
    });
    return { shown: promise, waits: () => waits, onGone: done };
  }
}
