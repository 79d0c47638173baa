import { EventEmitter, on as eventsOf } from 'node:events';
import type {
  DesktopHost,
  DesktopNotification,
  HostAbilities,
  HostEvents,
  OpenHost,
  Tray,
  ViewService,
} from '../../src/main/host/desktop-host.ts';

/** What was asked of the host that somebody in front of it would notice. */
export type HostCall =
  | { readonly call: 'tray'; readonly tray: Tray }
  | { readonly call: 'notify'; readonly notification: DesktopNotification }
  | { readonly call: 'show-window'; readonly focus: boolean }
  | { readonly call: 'show-countdown' | 'hide-countdown' | 'close' }
  | { readonly call: 'open-address' | 'open-private'; readonly address: string }
  | { readonly call: 'set-start-at-login'; readonly on: boolean };

const ABILITIES: HostAbilities = { tray: true, notifications: true, everyDisplay: true, startAtLogin: true };

/**
 * A stand-in of the desktop behind its port: it shows nothing and writes down what it was asked. For tests of what the agent
 * brings to a desktop and when; that the real hosts do it is for tests/contract.
 */
export class RecordingHost implements DesktopHost {
  readonly name = 'browser';
  readonly calls: HostCall[] = [];
  abilities: HostAbilities;
  /** What this desktop answers. */
  readonly answers: {
    showWindow: boolean | Promise<boolean>;
    showCountdown: boolean | Promise<boolean>;
    openAddress: boolean;
    openPrivate: boolean;
    setStartAtLogin: boolean;
  } = {
    showWindow: true,
    showCountdown: true,
    openAddress: true,
    openPrivate: true,
    setStartAtLogin: true,
  };
  /** Whether the desktop starts Wardkey at login, as it stands. */
  startAtLogin = false;
  private readonly notifications = new Map<string, DesktopNotification>();
  private readonly emitter = new EventEmitter();
  private parts: { readonly view: ViewService; readonly events: HostEvents } | null = null;

  constructor(abilities: Partial<HostAbilities> = {}) {
    this.abilities = { ...ABILITIES, ...abilities };
  }

  /** Opens this host when `ready`. */
  open(ready: Promise<void> = Promise.resolve()): OpenHost {
    return async (view, events) => {
      this.parts = { view, events };
      await ready;
      return this;
    };
  }

  /** The agent as it is served to this host's view. @throws Error before the host is opened */
  get view(): ViewService {
    return this.opened.view;
  }

  /** By which this desktop tells what its user chose. @throws Error before the host is opened */
  get events(): HostEvents {
    return this.opened.events;
  }

  /** Keys of the notifications that are up. */
  get notified(): readonly string[] {
    return [...this.notifications.keys()];
  }

  notification(key: string): DesktopNotification | undefined {
    return this.notifications.get(key);
  }

  /** How often each kind of thing was asked. */
  count(call: HostCall['call']): number {
    return this.calls.filter((each) => each.call === call).length;
  }

  get tray(): Tray | undefined {
    return this.calls.findLast((each) => each.call === 'tray')?.tray;
  }

  /** Resolves when `wanted` has become true by something that this host was asked. */
  async until(wanted: () => boolean): Promise<void> {
    const asked = eventsOf(this.emitter, 'asked');
    while (!wanted()) await asked.next();
    await asked.return?.();
  }

  setTray(tray: Tray): void {
    this.record({ call: 'tray', tray });
  }

  notify(notification: DesktopNotification): void {
    this.notifications.set(notification.key, notification);
    this.record({ call: 'notify', notification });
  }

  withdraw(key: string): void {
    if (this.notifications.delete(key)) this.emitter.emit('asked');
  }

  async showWindow(focus: boolean): Promise<boolean> {
    this.record({ call: 'show-window', focus });
    return this.answers.showWindow;
  }

  async showCountdown(): Promise<boolean> {
    this.record({ call: 'show-countdown' });
    return this.answers.showCountdown;
  }

  hideCountdown(): void {
    this.record({ call: 'hide-countdown' });
  }

  async openAddress(address: string): Promise<boolean> {
    this.record({ call: 'open-address', address });
    return this.answers.openAddress;
  }

  async openPrivate(address: string): Promise<boolean> {
    this.record({ call: 'open-private', address });
    return this.answers.openPrivate;
  }

  async startsAtLogin(): Promise<boolean> {
    return this.startAtLogin;
  }

  async setStartAtLogin(on: boolean): Promise<boolean> {
    this.record({ call: 'set-start-at-login', on });
    if (this.answers.setStartAtLogin) this.startAtLogin = on;
    return this.answers.setStartAtLogin;
  }

  /** Called when this host is closed. */
  onClose: () => void = () => undefined;

  async close(): Promise<void> {
    this.onClose();
    this.record({ call: 'close' });
  }

  private get opened() {
    if (this.parts === null) throw new Error('the host has not been opened');
    return this.parts;
  }

  private record(call: HostCall): void {
    this.calls.push(call);
    this.emitter.emit('asked');
  }
}
