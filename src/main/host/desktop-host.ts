import type { ViewCommand, ViewOutcome, ViewSnapshot } from '../../core/contract/view.ts';

/** In logical pixels, of what is inside the window's frame as far as the desktop tells that apart. */
export type WindowSize = { readonly width: number; readonly height: number };

/** A panel beside the work, not a page over it. */
export const PANEL_SIZE: WindowSize = { width: 420, height: 720 };
/** The panel, and what the demonstration is played with beside it. */
export const DEMO_SIZE: WindowSize = { width: 1000, height: 780 };

/**
 * The desktop that the window lives on: Electron, or a browser beside plain Node. The one port between the agent and its
 * host; tests/contract holds both adapters to it.
 */
export interface DesktopHost {
  readonly name: 'electron' | 'browser';
  readonly abilities: HostAbilities;
  /** Draws the tray anew; does nothing where there is none. */
  setTray(tray: Tray): void;
  /** Shows a notification, in place of an earlier one with the same key. */
  notify(notification: DesktopNotification): void;
  /** Takes back the notification with this key, if it is still there. */
  withdraw(key: string): void;
  /**
   * Brings the one window up. `focus` takes the keyboard: only when the user asked. Without it the window appears and the
   * program in use keeps the keyboard, as far as the desktop allows. Resolves with false when it cannot be shown.
   */
  showWindow(focus: boolean): Promise<boolean>;
  /**
   * Over everything, on every display as far as the desktop allows, until the countdown has ended. Repeated calls change
   * nothing while it shows. Resolves with false when it can be seen nowhere.
   */
  showCountdown(): Promise<boolean>;
  hideCountdown(): void;
  /** Opens an https address in the user's own browser. */
  openAddress(address: string): Promise<boolean>;
  /**
   * The same for an address that holds a secret in its fragment (of https, or of this machine): it reaches the browser through a
   * file that only this user can read, and stands in no process's arguments. The file is gone after a minute.
   */
  openPrivate(address: string): Promise<boolean>;
  startsAtLogin(): Promise<boolean>;
  setStartAtLogin(on: boolean): Promise<boolean>;
  /** Takes window, tray and notifications away. Whoever called asks nothing more of it. */
  close(): Promise<void>;
}

export type HostAbilities = {
  readonly tray: boolean;
  readonly notifications: boolean;
  /** Whether the countdown can be shown over everything, on all displays. */
  readonly everyDisplay: boolean;
  readonly startAtLogin: boolean;
};

/** What the host brings back from the desktop. */
export type HostEvents = {
  /** The tray icon itself was chosen. */
  onTray(): void;
  onMenu(action: TrayAction): void;
  /** `action` null: the notification as a whole was chosen. */
  onNotification(key: string, action: string | null): void;
  /** The machine woke up, where the host hears of it. */
  onResumed(): void;
  /** Tray or notifications came or went: `abilities` tells anew. */
  onAbilities(): void;
  /** The host itself is ending: the session is over, or the user closed the program by the system's own means. */
  onQuit(): void;
  /** The host is ending for a log-out that other programs may still call off: the desktop must not stay open behind it. */
  onLogOut(): void;
};

/** One shape each, so that nobody has to tell colours apart: assets/tray/NAME.svg. */
export const TRAY_ICONS = [
  'busy',
  'no-service',
  'no-reader',
  'no-card',
  'passcode',
  'signed-in',
  'expiring',
  'blocked',
  'trouble',
  'countdown',
  'locked',
  'alarm',
] as const;
export type TrayIcon = (typeof TRAY_ICONS)[number];

export type TrayAction = 'open' | 'lock' | 'change-passcode' | 'unlock' | 'renew' | 'services' | 'help' | 'quit';

export type Tray = {
  readonly icon: TrayIcon;
  /** One line in the user's language. */
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
};

export type TrayItem = { readonly action: TrayAction; readonly label: string } | 'separator';

export type DesktopNotification = {
  /** One notification a key is shown at a time. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** `urgent` stays until it is answered. */
  readonly urgency: 'normal' | 'urgent';
  readonly actions: ReadonlyArray<{ readonly id: string; readonly label: string }>;
};

/** The agent as a host serves it to its view. */
export interface ViewService {
  snapshot(): ViewSnapshot;
  /** Calls back after each change. Returns how to stop. */
  onChange(listener: () => void): () => void;
  /** `command` has been parsed. The secrets are overwritten, whatever comes of it. Never rejects. */
  perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome>;
}

/** How a host is made: src/main/host/browser and src/main/host/electron export one each. */
export type OpenHost = (view: ViewService, events: HostEvents) => Promise<DesktopHost>;
