import type {
  BrowserWindowConstructorOptions,
  HandlerDetails,
  LoginItemSettings,
  LoginItemSettingsOptions,
  MenuItemConstructorOptions,
  NotificationConstructorOptions,
  Rectangle,
  Settings,
  VisibleOnAllWorkspacesOptions,
} from 'electron';

/**
 * The part of Electron that this host uses, and no more. Electron itself fits it (main.ts would not compile otherwise), and so
 * does the stand-in of the tests, without a cast on either side.
 */
export type ElectronApi = {
  readonly app: ElectronApp;
  readonly BrowserWindow: new (options?: BrowserWindowConstructorOptions) => HostWindow;
  readonly Tray: new (image: string) => HostTray;
  readonly Menu: { buildFromTemplate(template: MenuItemConstructorOptions[]): HostMenu };
  readonly Notification: {
    new (options?: NotificationConstructorOptions): HostNotification;
    isSupported(): boolean;
  };
  readonly ipcMain: {
    handle(channel: string, listener: (event: SenderEvent, ...request: unknown[]) => unknown): void;
    removeHandler(channel: string): void;
  };
  readonly powerMonitor: {
    on(event: 'resume', listener: () => void): unknown;
    on(event: 'shutdown', listener: () => void): unknown;
    removeListener(event: 'resume', listener: () => void): unknown;
    removeListener(event: 'shutdown', listener: () => void): unknown;
  };
  readonly screen: {
    getAllDisplays(): HostDisplay[];
    on(event: 'display-added', listener: () => void): unknown;
    on(event: 'display-removed', listener: () => void): unknown;
    on(event: 'display-metrics-changed', listener: () => void): unknown;
    removeListener(event: 'display-added', listener: () => void): unknown;
    removeListener(event: 'display-removed', listener: () => void): unknown;
    removeListener(event: 'display-metrics-changed', listener: () => void): unknown;
  };
  readonly session: { fromPartition(partition: string, options?: { cache: boolean }): HostSession };
  readonly shell: { openExternal(url: string): Promise<void>; openPath(path: string): Promise<string> };
};

export type ElectronApp = {
  readonly isPackaged: boolean;
  getLoginItemSettings(options?: LoginItemSettingsOptions): Pick<LoginItemSettings, 'openAtLogin'>;
  setLoginItemSettings(settings: Settings): void;
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'activate', listener: () => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: HostContents) => void): unknown;
  removeListener(event: 'before-quit', listener: (event: Preventable) => void): unknown;
  removeListener(event: 'window-all-closed', listener: () => void): unknown;
  removeListener(event: 'activate', listener: () => void): unknown;
  removeListener(event: 'web-contents-created', listener: (event: unknown, contents: HostContents) => void): unknown;
};

export type Preventable = { preventDefault(): void };

export type HostWindow = {
  readonly webContents: HostContents;
  loadURL(url: string): Promise<void>;
  show(): void;
  showInactive(): void;
  focus(): void;
  hide(): void;
  restore(): void;
  moveTop(): void;
  destroy(): void;
  isDestroyed(): boolean;
  isVisible(): boolean;
  isFocused(): boolean;
  isMinimized(): boolean;
  flashFrame(flash: boolean): void;
  setBounds(bounds: Rectangle): void;
  setMenu(menu: null): void;
  setAlwaysOnTop(flag: boolean, level?: 'screen-saver'): void;
  setVisibleOnAllWorkspaces(visible: boolean, options?: VisibleOnAllWorkspacesOptions): void;
  on(event: 'close', listener: (event: Preventable) => void): unknown;
  on(event: 'closed', listener: () => void): unknown;
  on(event: 'focus', listener: () => void): unknown;
  on(event: 'session-end', listener: () => void): unknown;
};

export type HostContents = {
  readonly id: number;
  send(channel: string, message: unknown): void;
  isDestroyed(): boolean;
  setWindowOpenHandler(handler: (details: HandlerDetails) => { action: 'deny' }): void;
  on(event: 'dom-ready', listener: () => void): unknown;
  on(event: 'render-process-gone', listener: () => void): unknown;
  on(event: 'will-navigate', listener: (event: Preventable) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: Preventable) => void): unknown;
  on(event: 'will-redirect', listener: (event: Preventable) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
};

/** The frame of a page, as far as it tells who is asking. */
export type SenderFrame = { readonly url: string; readonly parent: object | null };
export type SenderEvent = { readonly sender: { readonly id: number }; readonly senderFrame: SenderFrame | null };

export type HostDisplay = { readonly id: number; readonly bounds: Rectangle };

export type HostTray = {
  setImage(image: string): void;
  setToolTip(text: string): void;
  setContextMenu(menu: HostMenu | null): void;
  destroy(): void;
  on(event: 'click', listener: () => void): unknown;
};

/** Made by the one call that makes menus, and handed on. */
export type HostMenu = object;

export type HostNotification = {
  show(): void;
  close(): void;
  on(event: 'click', listener: () => void): unknown;
  on(event: 'action', listener: (details: { readonly actionIndex: number }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
};

export type HostSession = {
  readonly protocol: {
    handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void;
    unhandle(scheme: string): void;
  };
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: () => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  on(event: 'will-download', listener: (event: Preventable) => void): unknown;
};
