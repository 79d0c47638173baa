import * as v from 'valibot';
import { type BusConnection, type BusSignal, PROPERTIES, UnwrappedVariant } from '../session-lock/linux/bus.ts';
import type { SessionLog } from '../session-lock/options.ts';
import type { BusGuest } from './bus-guest.ts';
import { followOwner } from './name-owner.ts';
import { answerCall, type ServedObjects } from './served-object.ts';
import { ITEM_INTERFACE, type ItemFace, statusNotifierItem } from './status-notifier-item.ts';
import { MENU_INTERFACE, TrayMenu, type TrayMenuItem } from './tray-menu.ts';

export type TrayFace = ItemFace & { readonly menu: readonly TrayMenuItem[] };

export type TrayOptions = {
  /** See `ItemOptions.id`. */
  readonly id: string;
  /** What is shown until {@link Tray.set} is first called. */
  readonly face: TrayFace;
  /** The icon itself was chosen. */
  readonly onActivate: () => void;
  readonly onMenu: (action: string) => void;
  /** The icon came to be seen or is seen no more: `available` tells. */
  readonly onAvailable: () => void;
};

const WATCHER = 'org.kde.StatusNotifierWatcher';
const WATCHER_PATH = '/StatusNotifierWatcher';
const ITEM_PATH = '/StatusNotifierItem';
const MENU_PATH = '/StatusNotifierItem/Menu';
/** At login a panel answers late; what it cannot do by then, it does when it comes anew. */
const REGISTER_LIMIT_MS = 25_000;

const HostRegisteredSchema = v.pipe(
  v.tuple([v.pipe(UnwrappedVariant, v.boolean())]),
  v.transform(([registered]) => registered),
);

/**
 * The tray icon on a Linux desktop. It offers itself to the watcher of status notifier items, again with each new watcher;
 * a desktop without one has no tray. Registered under the unique name of the connection, as Qt does: a well-known name
 * could be taken by another program first.
 */
export class Tray implements BusGuest {
  readonly #options: TrayOptions;
  readonly #log: SessionLog;
  readonly #menu: TrayMenu;
  readonly #objects: ServedObjects;
  #face: TrayFace;
  #bus: BusConnection | null = null;
  #watcher: string | null = null;
  #available = false;

  constructor(options: TrayOptions, log: SessionLog) {
    this.#options = options;
    this.#log = log;
    this.#face = options.face;
    this.#menu = new TrayMenu(options.onMenu);
    this.#menu.set(options.face.menu);
    this.#objects = {
      [ITEM_PATH]: statusNotifierItem({
        id: options.id,
        menuPath: MENU_PATH,
        face: () => this.#face,
        onActivate: options.onActivate,
      }),
      [MENU_PATH]: this.#menu.interface,
    };
  }

  /** Whether the icon is shown somewhere now. */
  get available(): boolean {
    return this.#available;
  }

  /** Shows this from now on; those who draw it are told only what has changed. `icon` counts as changed by its identity. */
  set(face: TrayFace): void {
    const before = this.#face;
    this.#face = face;
    const changed: string[] = [];
    if (face.icon !== before.icon) changed.push('NewIcon');
    if (face.title !== before.title) changed.push('NewTitle');
    if (face.tooltip !== before.tooltip) changed.push('NewToolTip');
    for (const member of changed) this.#emit(ITEM_PATH, ITEM_INTERFACE, member, []);
    for (const { member, body } of this.#menu.set(face.menu)) this.#emit(MENU_PATH, MENU_INTERFACE, member, body);
  }

  async attach(bus: BusConnection): Promise<void> {
    this.#bus = bus;
    bus.serve((call) => answerCall(this.#objects, call));
    bus.onSignal((signal) => this.#hear(bus, signal));
    const hosts = `type='signal',sender='${WATCHER}',path='${WATCHER_PATH}',interface='${WATCHER}'`;
    await bus.addMatch(hosts);
    await followOwner(bus, WATCHER, (owner) => this.#meet(bus, owner));
  }

  detach(): void {
    this.#bus = null;
    this.#watcher = null;
    this.#setAvailable(false);
  }

  /** Leaving the bus is what takes the icon away. */
  async close(): Promise<void> {
    this.detach();
  }

  async #meet(bus: BusConnection, watcher: string | null): Promise<void> {
    this.#watcher = watcher;
    if (watcher === null) return this.#setAvailable(false);
    const answer = await bus.call({
      destination: WATCHER,
      path: WATCHER_PATH,
      interface: WATCHER,
      member: 'RegisterStatusNotifierItem',
      signature: 's',
      body: [bus.uniqueName],
      limitMs: REGISTER_LIMIT_MS,
    });
    if (this.#bus !== bus || this.#watcher !== watcher) return;
    if (answer.ok) return this.#lookForHost(bus, watcher);
    this.#log('warning', `tray: ${answer.text}`);
    this.#setAvailable(false);
  }

  /** A watcher only keeps the list; it is a host (a panel) that draws. A watcher that does not tell is taken for both. */
  async #lookForHost(bus: BusConnection, watcher: string): Promise<void> {
    const answer = await bus.call({
      destination: WATCHER,
      path: WATCHER_PATH,
      interface: PROPERTIES,
      member: 'Get',
      signature: 'ss',
      body: [WATCHER, 'IsStatusNotifierHostRegistered'],
    });
    if (this.#bus !== bus || this.#watcher !== watcher) return;
    const told = answer.ok ? v.safeParse(HostRegisteredSchema, answer.body) : null;
    this.#setAvailable(told?.success !== true || told.output);
  }

  #hear(bus: BusConnection, signal: BusSignal): void {
    if (this.#watcher === null || signal.sender !== this.#watcher || signal.interface !== WATCHER) return;
    const { member } = signal;
    if (member === 'StatusNotifierHostRegistered' || member === 'StatusNotifierHostUnregistered')
      void this.#lookForHost(bus, this.#watcher);
  }

  #emit(path: string, of: string, member: string, body: readonly unknown[]): void {
    const signature = this.#objects[path]?.signals[member];
    if (signature !== undefined) this.#bus?.emit({ path, interface: of, member, body }, signature);
  }

  #setAvailable(available: boolean): void {
    if (available === this.#available) return;
    this.#available = available;
    this.#options.onAvailable();
  }
}
