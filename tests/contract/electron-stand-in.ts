import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type {
  BrowserWindowConstructorOptions,
  ForkOptions,
  HandlerDetails,
  MenuItemConstructorOptions,
  NotificationConstructorOptions,
  Rectangle,
} from 'electron';
import { SNAPSHOT_CHANNEL } from '../../src/main/host/electron/channels.ts';
import type { HostContents, HostMenu, SenderEvent, SenderFrame } from '../../src/main/host/electron/electron-api.ts';
import { type PageBridge, pageBridge } from '../../src/main/host/electron/page-bridge.ts';
import type { ProgramApi } from '../../src/main/host/electron/program.ts';

/**
 * Stands in for the `electron` module where its program cannot run. It keeps what the real one is told, and lets a test be
 * the desktop and the user. What it shows is that the adapter says the right things; that Electron then does them, only
 * Electron can show (tests/electron). Where behaviour matters to the adapter, it is that of the documentation: messages are
 * cloned on their way, a prevented `close` leaves the window, a destroyed window is gone without one.
 */
export class ElectronStandIn implements ProgramApi {
  readonly app = new AppStandIn();
  readonly ipcMain = new IpcMainStandIn();
  readonly powerMonitor = new EventEmitter();
  readonly screen = new ScreenStandIn();
  readonly session = new SessionsStandIn();
  readonly shell = new ShellStandIn();
  readonly utilityProcess = new UtilityProcessesStandIn();
  readonly protocol = {
    privileged: [] as unknown[],
    registerSchemesAsPrivileged(schemes: unknown[]) {
      this.privileged.push(...schemes);
    },
  };
  readonly windows: WindowStandIn[] = [];
  readonly trays: TrayStandIn[] = [];
  readonly notifications: NotificationStandIn[] = [];
  readonly Menu = {
    applicationMenus: [] as null[],
    buildFromTemplate: (template: MenuItemConstructorOptions[]): HostMenu => new MenuStandIn(template),
    setApplicationMenu(menu: null) {
      this.applicationMenus.push(menu);
    },
  };
  readonly BrowserWindow: ProgramApi['BrowserWindow'];
  readonly Tray: ProgramApi['Tray'];
  readonly Notification: ProgramApi['Notification'];
  notificationsSupported = true;

  constructor() {
    this.BrowserWindow = windowsOf(this);
    this.Tray = traysOf(this);
    this.Notification = notificationsOf(this);
  }

  /** Windows that are there, by the page they show. */
  windowsOf(address: string): WindowStandIn[] {
    return this.windows.filter((window) => window.address === address && !window.isDestroyed());
  }

  get shownNotifications(): NotificationStandIn[] {
    return this.notifications.filter(({ shown }) => shown);
  }
}

function windowsOf(electron: ElectronStandIn): ProgramApi['BrowserWindow'] {
  return class extends WindowStandIn {
    constructor(options: BrowserWindowConstructorOptions = {}) {
      super(options, electron);
      electron.windows.push(this);
      electron.app.emit('web-contents-created', {}, this.webContents);
    }
  };
}

function traysOf(electron: ElectronStandIn): ProgramApi['Tray'] {
  return class extends TrayStandIn {
    constructor(image: string) {
      super(image);
      electron.trays.push(this);
    }
  };
}

function notificationsOf(electron: ElectronStandIn): ProgramApi['Notification'] {
  return class extends NotificationStandIn {
    constructor(options: NotificationConstructorOptions = {}) {
      super(options);
      electron.notifications.push(this);
    }
    static isSupported(): boolean {
      return electron.notificationsSupported;
    }
  };
}

export class PreventableEvent {
  prevented = false;

  preventDefault(): void {
    this.prevented = true;
  }
}

class AppStandIn extends EventEmitter {
  isPackaged = true;
  sandboxed = false;
  appName = '';
  userModelId = '';
  exitCode: number | null = null;
  firstInstance = true;
  readonly paths = new Map<string, string>();
  readonly switches = new Map<string, string>();
  readonly commandLine = { getSwitchValue: (name: string) => this.switches.get(name) ?? '' };
  login: { openAtLogin?: boolean; args?: string[] } = {};
  readonly ready = Promise.withResolvers<void>();

  enableSandbox(): void {
    this.sandboxed = true;
  }
  setName(name: string): void {
    this.appName = name;
  }
  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Failed to set path: ${path}`);
    this.paths.set(name, path);
  }
  setAppUserModelId(id: string): void {
    this.userModelId = id;
  }
  requestSingleInstanceLock(): boolean {
    return this.firstInstance;
  }
  whenReady(): Promise<void> {
    return this.ready.promise;
  }
  exit(code: number): void {
    this.exitCode = code;
    this.emit('exited');
  }
  getLoginItemSettings({ args = [] }: { args?: string[] } = {}): { openAtLogin: boolean } {
    // As Windows does: another line of arguments is another entry.
    const same = JSON.stringify(args) === JSON.stringify(this.login.args ?? []);
    return { openAtLogin: same && this.login.openAtLogin === true };
  }
  setLoginItemSettings(settings: { openAtLogin?: boolean; args?: string[] }): void {
    this.login = settings;
  }
}

class IpcMainStandIn {
  readonly handlers = new Map<string, (event: SenderEvent, ...request: unknown[]) => unknown>();

  handle(channel: string, listener: (event: SenderEvent, ...request: unknown[]) => unknown): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, listener);
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  /** As a renderer's `invoke` arrives: cloned each way, and an error arrives as its message alone. */
  async invoke(channel: string, event: SenderEvent, ...request: readonly unknown[]): Promise<unknown> {
    const cloned: unknown[] = structuredClone([...request]);
    const handler = this.handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    const answer = Promise.resolve().then(() => handler(event, ...cloned));
    return answer.then(
      (value) => structuredClone(value),
      (error) => Promise.reject(new Error(`Error invoking remote method '${channel}': ${String(error)}`)),
    );
  }
}

class ScreenStandIn extends EventEmitter {
  displays: Array<{ id: number; bounds: Rectangle }> = [{ id: 1, bounds: { x: 0, y: 0, width: 1920, height: 1080 } }];

  getAllDisplays(): Array<{ id: number; bounds: Rectangle }> {
    return this.displays;
  }
  plug(display: { id: number; bounds: Rectangle }): void {
    this.displays = [...this.displays.filter(({ id }) => id !== display.id), display];
    this.emit('display-added');
  }
  unplug(id: number): void {
    this.displays = this.displays.filter((display) => display.id !== id);
    this.emit('display-removed');
  }
}

class SessionsStandIn {
  readonly sessions = new Map<string, SessionStandIn>();

  fromPartition(partition: string, options?: { cache: boolean }): SessionStandIn {
    const session = this.sessions.get(partition) ?? new SessionStandIn(options);
    this.sessions.set(partition, session);
    return session;
  }
}

class SessionStandIn extends EventEmitter {
  readonly options: { cache: boolean } | undefined;
  readonly handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
  permissionRequest: ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void) | null =
    null;
  permissionCheck: (() => boolean) | null = null;
  devicePermission: (() => boolean) | null = null;
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) => {
      if (this.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
      this.handlers.set(scheme, handler);
    },
    unhandle: (scheme: string) => {
      this.handlers.delete(scheme);
    },
  };

  constructor(options?: { cache: boolean }) {
    super();
    this.options = options;
  }
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: () => boolean): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.devicePermission = handler;
  }
}

class ShellStandIn {
  readonly opened: string[] = [];
  /** Files that were opened with what the user opens such files with. */
  readonly openedFiles: string[] = [];
  broken = false;

  async openExternal(url: string): Promise<void> {
    if (this.broken) throw new Error('Failed to open');
    this.opened.push(url);
  }
  async openPath(path: string): Promise<string> {
    if (this.broken || !existsSync(path)) return 'Failed to open path';
    this.openedFiles.push(path);
    return '';
  }
}

/** The page of a window: the real preload script's bridge over a stand-in of ipcRenderer. */
export class PageStandIn {
  readonly bridge: PageBridge;
  readonly snapshots: unknown[] = [];
  private readonly contents: ContentsStandIn;

  constructor(contents: ContentsStandIn) {
    this.contents = contents;
    this.bridge = pageBridge({
      invoke: (channel, ...request) => this.invoke(channel, request, {}),
      on: (channel, listener) => contents.onSent(channel, (message) => listener({}, message)),
    });
    this.bridge.onSnapshot((snapshot) => this.snapshots.push(snapshot));
  }

  /** @param from another frame than the page's own */
  invoke(channel: string, request: readonly unknown[], from: Partial<SenderFrame> | null): Promise<unknown> {
    const { id, electron, url } = this.contents;
    const senderFrame = from === null ? null : { url, parent: null, ...from };
    return electron.ipcMain.invoke(channel, { sender: { id }, senderFrame }, ...request);
  }
}

let contentsMade = 0;

class ContentsStandIn extends EventEmitter implements HostContents {
  readonly id = ++contentsMade;
  readonly electron: ElectronStandIn;
  readonly sent: Array<{ channel: string; message: unknown }> = [];
  private readonly receivers = new Map<string, Array<(message: unknown) => void>>();
  openHandler: ((details: HandlerDetails) => { action: 'deny' }) | null = null;
  url = '';
  destroyed = false;

  constructor(electron: ElectronStandIn) {
    super();
    this.electron = electron;
  }
  send(channel: string, message: unknown): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    const cloned: unknown = structuredClone(message);
    this.sent.push({ channel, message: cloned });
    for (const receiver of this.receivers.get(channel) ?? []) receiver(cloned);
  }
  onSent(channel: string, receiver: (message: unknown) => void): void {
    this.receivers.set(channel, [...(this.receivers.get(channel) ?? []), receiver]);
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setWindowOpenHandler(handler: (details: HandlerDetails) => { action: 'deny' }): void {
    this.openHandler = handler;
  }
}

export class WindowStandIn extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: ContentsStandIn;
  /** What was done to it, in order, with what it was done. */
  readonly done: string[] = [];
  page: PageStandIn | null = null;
  bounds: Rectangle | null = null;
  private readonly electron: ElectronStandIn;
  private visible = false;
  focused = false;
  minimized = false;

  constructor(options: BrowserWindowConstructorOptions, electron: ElectronStandIn) {
    super();
    this.options = options;
    this.electron = electron;
    this.webContents = new ContentsStandIn(electron);
  }

  get address(): string {
    return this.webContents.url;
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
    const session = this.electron.session.fromPartition(this.options.webPreferences?.partition ?? '');
    const response = await session.handlers.get('app')?.(new Request(url));
    if (response === undefined || response.type === 'error') throw new Error(`ERR_FAILED (-2) loading '${url}'`);
    if (this.isDestroyed()) throw new Error(`ERR_ABORTED (-3) loading '${url}'`);
    this.page = new PageStandIn(this.webContents);
    this.webContents.emit('dom-ready');
  }
  show(): void {
    this.visible = true;
    this.done.push('show');
  }
  showInactive(): void {
    this.visible = true;
    this.done.push('showInactive');
  }
  focus(): void {
    this.focused = true;
    this.done.push('focus');
    this.emit('focus');
  }
  hide(): void {
    this.visible = false;
    this.focused = false;
    this.done.push('hide');
  }
  restore(): void {
    this.minimized = false;
    this.done.push('restore');
  }
  moveTop(): void {
    this.done.push('moveTop');
  }
  flashFrame(flash: boolean): void {
    this.done.push(`flashFrame ${flash}`);
  }
  setBounds(bounds: Rectangle): void {
    this.bounds = bounds;
  }
  setMenu(menu: null): void {
    this.done.push(`setMenu ${menu}`);
  }
  setAlwaysOnTop(flag: boolean, level?: string): void {
    this.done.push(`setAlwaysOnTop ${flag} ${level}`);
  }
  setVisibleOnAllWorkspaces(visible: boolean, options?: { visibleOnFullScreen?: boolean }): void {
    this.done.push(`setVisibleOnAllWorkspaces ${visible} ${options?.visibleOnFullScreen}`);
  }
  destroy(): void {
    if (this.isDestroyed()) return;
    this.visible = false;
    this.webContents.destroyed = true;
    this.emit('closed');
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  isVisible(): boolean {
    return this.visible;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isMinimized(): boolean {
    return this.minimized;
  }

  /** As the user closes it. */
  userCloses(): void {
    const event = new PreventableEvent();
    this.emit('close', event);
    if (!event.prevented) this.destroy();
  }

  /** The snapshots that were sent to its page. */
  get sentSnapshots(): number {
    return this.webContents.sent.filter(({ channel }) => channel === SNAPSHOT_CHANNEL).length;
  }
}

export class MenuStandIn {
  readonly items: readonly MenuItemConstructorOptions[];

  constructor(items: readonly MenuItemConstructorOptions[]) {
    this.items = items;
  }
}

export class TrayStandIn extends EventEmitter {
  image: string;
  tooltip = '';
  menu: MenuStandIn | null = null;
  destroyed = false;

  constructor(image: string) {
    super();
    this.image = image;
  }
  setImage(image: string): void {
    this.image = image;
  }
  setToolTip(text: string): void {
    this.tooltip = text;
  }
  setContextMenu(menu: HostMenu | null): void {
    this.menu = menu instanceof MenuStandIn ? menu : null;
  }
  destroy(): void {
    this.destroyed = true;
  }

  /** Labels, without separators. */
  get labels(): string[] {
    return (this.menu?.items ?? []).flatMap(({ label }) => (label === undefined ? [] : [label]));
  }
  choose(label: string): void {
    const item = this.menu?.items.find((each) => each.label === label);
    if (item === undefined) throw new Error(`the menu has no ${label}`);
    // The adapter's listener looks at none of what Electron hands it.
    Reflect.apply(item.click ?? (() => {}), undefined, []);
  }
}

export class NotificationStandIn extends EventEmitter {
  readonly options: NotificationConstructorOptions;
  shown = false;

  constructor(options: NotificationConstructorOptions) {
    super();
    this.options = options;
  }
  show(): void {
    this.shown = true;
  }
  close(): void {
    if (!this.shown) return;
    this.shown = false;
    this.emit('close', {});
  }
  choose(label: string | null): void {
    if (label === null) {
      this.emit('click', {});
      return;
    }
    this.emit('action', { actionIndex: (this.options.actions ?? []).findIndex(({ text }) => text === label) });
  }
}

class UtilityProcessesStandIn {
  readonly forked: UtilityProcessStandIn[] = [];

  fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): UtilityProcessStandIn {
    const child = new UtilityProcessStandIn(modulePath, args, options);
    this.forked.push(child);
    return child;
  }
}

export class UtilityProcessStandIn extends EventEmitter {
  readonly modulePath: string;
  readonly args: readonly string[];
  readonly options: ForkOptions;
  readonly posted: unknown[] = [];
  readonly stderr = new EventEmitter();
  pid: number | undefined = 4711;
  killed = false;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super();
    this.modulePath = modulePath;
    this.args = args;
    this.options = options;
  }
  postMessage(message: unknown): void {
    this.posted.push(structuredClone(message));
  }
  kill(): boolean {
    this.killed = true;
    return true;
  }
}
