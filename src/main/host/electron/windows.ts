import type { BrowserWindowConstructorOptions, Rectangle, WebPreferences } from 'electron';
import type { WindowSize } from '../desktop-host.ts';
import type { HostContents, HostSession, Preventable } from './electron-api.ts';

/** What every window of ours is, and what no page of ours may do. */

/** In memory only (no `persist:`): on a shared computer a window leaves nothing on the disk. */
export const SESSION_NAME = 'wardkey';

export type PageSettings = {
  /** The preload script, absolute. */
  readonly preload: string;
  /** Whether the page may be looked into: never in a packaged program. */
  readonly devTools: boolean;
};

/** Each said, default or not: a default that changes must not change what a page may do. */
export function webPreferences({ preload, devTools }: PageSettings): WebPreferences {
  return {
    preload,
    devTools,
    partition: SESSION_NAME,
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
    // What is typed is a passcode: no dictionary looks at it.
    spellcheck: false,
  };
}

/** The one window. Made hidden; shown when its page is there. */
export function panelOptions(page: PageSettings, size: WindowSize): BrowserWindowConstructorOptions {
  return {
    title: 'Wardkey',
    ...size,
    minWidth: 360,
    minHeight: 480,
    useContentSize: true,
    show: false,
    autoHideMenuBar: true,
    fullscreenable: false,
    webPreferences: webPreferences(page),
  };
}

/** A countdown covers one display, and stays until it has ended. */
export function countdownOptions(page: PageSettings, bounds: Rectangle): BrowserWindowConstructorOptions {
  return {
    ...bounds,
    title: 'Wardkey',
    show: false,
    frame: false,
    thickFrame: false,
    roundedCorners: false,
    hasShadow: false,
    // macOS otherwise keeps windows below its menu bar.
    enableLargerThanScreen: true,
    alwaysOnTop: true,
    skipTaskbar: true,
    resizable: false,
    movable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    closable: false,
    webPreferences: webPreferences(page),
  };
}

/** Our pages are one document each: whatever wants to lead elsewhere is not ours. Set on every page that ever comes to be. */
export function confine(contents: HostContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-attach-webview', refuse);
}

/** No page of ours needs a permission: each is refused, whether it is asked for or only looked up. */
export function refusePermissions(session: HostSession): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', refuse);
}

function refuse(event: Preventable): void {
  event.preventDefault();
}
