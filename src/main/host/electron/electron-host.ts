import type { Rectangle } from 'electron';
import {
  type DesktopHost,
  type DesktopNotification,
  type HostAbilities,
  type HostEvents,
  type OpenHost,
  PANEL_SIZE,
  type Tray,
  type ViewService,
  type WindowSize,
} from '../desktop-host.ts';
import { PrivatePage } from '../private-page.ts';
import { CountdownWindows } from './countdown-windows.ts';
import type { ElectronApi, HostContents, HostWindow, Preventable } from './electron-api.ts';
import { PageIpc } from './ipc.ts';
import { Notifications } from './notifications.ts';
import { PanelWindow } from './panel-window.ts';
import { APP_SCHEME, serveWindow } from './protocol.ts';
import { openStartAtLogin, type StartAtLogin } from './start-at-login.ts';
import { TrayIcon } from './tray-icon.ts';
import { confine, countdownOptions, panelOptions, refusePermissions, SESSION_NAME } from './windows.ts';

export type ElectronHostOptions = {
  /** The built page: what `app://wardkey/` serves. */
  readonly windowFolder: string;
  /** The built preload script, absolute. */
  readonly preload: string;
  readonly size?: WindowSize;
  /** The built pictures: build/icons.ts. */
  readonly iconFolder: string;
  /** For the page that opens an address with a secret, alone: a folder that nobody but this user can enter. */
  readonly privateFolder: string;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Wayland lets no program place its windows, or keep them above others. */
  readonly wayland: boolean;
};

/** How the product's host is made. Electron must be ready, and the scheme `app` registered as APP_SCHEME_PRIVILEGES says. */
export function openElectronHost(electron: ElectronApi, options: ElectronHostOptions): OpenHost {
  return async (view, events) => new ElectronHost(electron, options, view, events);
}

class ElectronHost implements DesktopHost {
  readonly name = 'electron';
  readonly #electron: ElectronApi;
  readonly #options: ElectronHostOptions;
  readonly #ipc: PageIpc;
  readonly #panel: PanelWindow;
  readonly #countdown: CountdownWindows;
  readonly #tray: TrayIcon;
  readonly #notifications: Notifications;
  readonly #startAtLogin: StartAtLogin;
  readonly #privatePage: PrivatePage;
  readonly #endings: Array<() => void> = [];
  #closed = false;

  constructor(electron: ElectronApi, options: ElectronHostOptions, view: ViewService, events: HostEvents) {
    this.#electron = electron;
    this.#options = options;
    this.#prepareSession();
    this.#ipc = new PageIpc(electron.ipcMain, view);
    this.#panel = new PanelWindow(() =>
      this.#window('panel', panelOptions(this.#page(), options.size ?? PANEL_SIZE), events),
    );
    this.#countdown = new CountdownWindows(electron.screen, (bounds: Rectangle) =>
      this.#window('countdown', countdownOptions(this.#page(), bounds), events),
    );
    this.#tray = new TrayIcon(electron, { folder: options.iconFolder, platform: options.platform }, events);
    this.#notifications = new Notifications(electron, (key, action) => events.onNotification(key, action));
    this.#startAtLogin = openStartAtLogin(electron.app, options.platform, options.env);
    // openExternal would put the address into the arguments of a browser. openPath resolves with what went wrong, if anything.
    this.#privatePage = new PrivatePage(
      options.privateFolder,
      async (file) => (await electron.shell.openPath(file)) === '',
    );
    this.#listen(events);
  }

  get abilities(): HostAbilities {
    return {
      tray: true,
      notifications: this.#notifications.supported(),
      everyDisplay: !this.#options.wayland,
      startAtLogin: this.#startAtLogin.available,
    };
  }

  setTray(tray: Tray): void {
    if (!this.#closed) this.#tray.draw(tray);
  }

  notify(notification: DesktopNotification): void {
    if (!this.#closed) this.#notifications.show(notification);
  }

  withdraw(key: string): void {
    this.#notifications.withdraw(key);
  }

  showWindow(focus: boolean): Promise<boolean> {
    return this.#panel.show(focus);
  }

  async showCountdown(): Promise<boolean> {
    return !this.#closed && this.#countdown.show();
  }

  hideCountdown(): void {
    this.#countdown.hide();
  }

  async openAddress(address: string): Promise<boolean> {
    const url = URL.parse(address);
    // The system would start a program of any scheme: https, and no names or passwords to mislead anyone, is all there is to open.
    if (this.#closed || url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '')
      return false;
    try {
      await this.#electron.shell.openExternal(url.href);
      return true;
    } catch {
      return false;
    }
  }

  openPrivate(address: string): Promise<boolean> {
    return this.#privatePage.open(address);
  }

  startsAtLogin(): Promise<boolean> {
    return this.#startAtLogin.isSet();
  }

  setStartAtLogin(on: boolean): Promise<boolean> {
    return this.#startAtLogin.set(on);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#privatePage.close();
    for (const end of this.#endings) end();
    this.#countdown.hide();
    this.#panel.close();
    this.#ipc.close();
    this.#notifications.withdrawAll();
    this.#tray.remove();
    this.#electron.session.fromPartition(SESSION_NAME).protocol.unhandle(APP_SCHEME);
  }

  #page() {
    return { preload: this.#options.preload, devTools: !this.#electron.app.isPackaged };
  }

  #prepareSession(): void {
    const session = this.#electron.session.fromPartition(SESSION_NAME, { cache: false });
    refusePermissions(session);
    session.protocol.handle(APP_SCHEME, serveWindow(this.#options.windowFolder));
  }

  #window(
    role: 'panel' | 'countdown',
    options: ConstructorParameters<ElectronApi['BrowserWindow']>[0],
    events: HostEvents,
  ): HostWindow {
    const window = new this.#electron.BrowserWindow(options);
    this.#ipc.admit(window, role);
    // Windows tells the end of a session to windows, not to programs.
    window.on('session-end', () => events.onQuit());
    return window;
  }

  #listen(events: HostEvents): void {
    const { app, powerMonitor } = this.#electron;
    app.on('web-contents-created', confineNew);
    // macOS asks each program in turn whether it will go, and calls the log-out or shutdown off if one will not.
    let loggingOut = false;
    const quitting = (event: Preventable) => {
      if (loggingOut) {
        // A window that hides instead of closing would call it off as well.
        this.#countdown.hide();
        this.#panel.close();
        events.onLogOut();
        return;
      }
      // The agent ends first, and takes us with it: see close().
      event.preventDefault();
      events.onQuit();
    };
    app.on('before-quit', quitting);
    app.on('window-all-closed', stay);
    // macOS: the program was opened again, from the Dock or Finder.
    const reopened = () => events.onTray();
    app.on('activate', reopened);
    const resumed = () => events.onResumed();
    const shutdown = () => {
      if (this.#options.platform === 'darwin') loggingOut = true;
      else events.onQuit();
    };
    powerMonitor.on('resume', resumed);
    powerMonitor.on('shutdown', shutdown);
    this.#endings.push(() => {
      app.removeListener('web-contents-created', confineNew);
      app.removeListener('before-quit', quitting);
      app.removeListener('window-all-closed', stay);
      app.removeListener('activate', reopened);
      powerMonitor.removeListener('resume', resumed);
      powerMonitor.removeListener('shutdown', shutdown);
    });
  }
}

function confineNew(_event: unknown, contents: HostContents): void {
  confine(contents);
}

/** Without a listener Electron would quit when the last window is gone, as that of a countdown may be. */
function stay(): void {}
