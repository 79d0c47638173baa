import { Variant } from '@jellybrick/dbus-next';
import * as v from 'valibot';
import { BUS_NAME, BUS_PATH, type BusAnswer, type BusConnection, type BusSignal } from '../session-lock/linux/bus.ts';
import type { SessionLog } from '../session-lock/options.ts';
import type { BusGuest } from './bus-guest.ts';
import { busLine } from './bus-text.ts';
import { followOwner } from './name-owner.ts';
import { notificationText } from './notification-text.ts';
import { within } from './within.ts';

export type NotificationRequest = {
  /** One notification a key is shown at a time. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** `urgent` stays until it is answered or withdrawn, also over a restart of what shows it. */
  readonly urgency: 'normal' | 'urgent';
  /** Buttons, where the desktop draws any. An id is never `default`. */
  readonly actions: ReadonlyArray<{ readonly id: string; readonly label: string }>;
};

export type NotificationsOptions = {
  /** The program's name, as the server shows it. */
  readonly program: string;
  /** Name of the program's desktop entry without `.desktop`, where one is installed. */
  readonly desktopEntry?: string;
  /** `action` null: the notification as a whole was chosen. */
  readonly onAction: (key: string, action: string | null) => void;
  /** Notifications can be shown, or no more: `available` tells. */
  readonly onAvailable: () => void;
};

const SERVER = 'org.freedesktop.Notifications';
const SERVER_PATH = '/org/freedesktop/Notifications';
const DEFAULT_ACTION = 'default';
const LABEL_LIMIT = 100;
const START_LIMIT_MS = 25_000;
const CLOSE_LIMIT_MS = 500;
const EARLY_LIMIT = 32;
const EXPIRES_NEVER = 0;
const EXPIRES_AS_THE_SERVER_LIKES = -1;

const NamesSchema = v.tuple([v.array(v.string())]);
const NotifySchema = v.tuple([v.pipe(v.number(), v.integer(), v.minValue(1))]);
const ActionInvokedSchema = v.tuple([v.number(), v.string()]);
const ClosedSchema = v.tuple([v.number(), v.number()]);

/** What shall be on the screen under a key, and what is. */
type Entry = {
  wanted: NotificationRequest | null;
  shown: NotificationRequest | null;
  /** On its way to the server. */
  sent: NotificationRequest | null;
  /** The server's number of what is shown; 0: none. */
  id: number;
  settling: Promise<void> | null;
};

type Server = { readonly owner: string; readonly capabilities: Promise<ReadonlySet<string>> };

/**
 * Notifications by org.freedesktop.Notifications (Desktop Notifications specification 1.2). The server may come, go and be
 * started by the bus on demand. Believed is only the owner of that name, and only about ids that it gave to us.
 */
export class Notifications implements BusGuest {
  readonly #options: NotificationsOptions;
  readonly #log: SessionLog;
  readonly #entries = new Map<string, Entry>();
  #bus: BusConnection | null = null;
  #server: Server | null = null;
  #startable = false;
  #available = false;
  /** A server may tell of a notification before we have read its number. */
  #early: BusSignal[] = [];
  #inFlight = 0;

  constructor(options: NotificationsOptions, log: SessionLog) {
    this.#options = options;
    this.#log = log;
  }

  /** Whether a server runs, or can be started by the bus. */
  get available(): boolean {
    return this.#available;
  }

  /**
   * Shows it, in place of what has the same key. Where nothing can show it now, an urgent one waits for a server, and
   * any other is left out.
   */
  show(request: NotificationRequest): void {
    if (!this.#available && request.urgency === 'normal') return;
    const entry = this.#entries.get(request.key) ?? { wanted: null, shown: null, sent: null, id: 0, settling: null };
    this.#entries.set(request.key, entry);
    // A wish of its own, even where the caller hands over the same object again.
    entry.wanted = { ...request };
    this.#settle(request.key, entry);
  }

  /** Takes back what was shown under this key, if it is still there. */
  withdraw(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.wanted = null;
    this.#settle(key, entry);
  }

  async attach(bus: BusConnection): Promise<void> {
    this.#bus = bus;
    bus.onSignal((signal) => this.#hear(signal));
    const rule = `type='signal',sender='${SERVER}',path='${SERVER_PATH}',interface='${SERVER}'`;
    const [startable] = await Promise.all([this.#readStartable(bus), bus.addMatch(rule)]);
    this.#startable = startable;
    await followOwner(bus, SERVER, (owner) => this.#meet(bus, owner));
  }

  detach(): void {
    this.#bus = null;
    this.#startable = false;
    this.#forgetServer();
  }

  /** Takes all of them back; waits for that no longer than half a second. */
  async close(): Promise<void> {
    for (const key of this.#entries.keys()) this.withdraw(key);
    await within(CLOSE_LIMIT_MS, Promise.all([...this.#entries.values()].map(async (entry) => entry.settling)));
    this.detach();
  }

  async #readStartable(bus: BusConnection): Promise<boolean> {
    const answer = await bus.call({ ...BUS, member: 'ListActivatableNames' });
    const names = answer.ok ? v.safeParse(NamesSchema, answer.body) : null;
    return names?.success === true && names.output[0].includes(SERVER);
  }

  #meet(bus: BusConnection, owner: string | null): void {
    this.#forgetServer();
    if (owner === null) return;
    const capabilities = this.#call(bus, 'GetCapabilities', '', []).then((answer) => {
      const parsed = answer.ok ? v.safeParse(NamesSchema, answer.body) : null;
      return new Set(parsed?.success === true ? parsed.output[0] : []);
    });
    this.#server = { owner, capabilities };
    this.#tellAvailable();
    for (const [key, entry] of this.#entries) this.#settle(key, entry);
  }

  /** Its numbers mean nothing to the next one, and what it showed is gone. */
  #forgetServer(): void {
    this.#server = null;
    this.#early = [];
    for (const [key, entry] of this.#entries) {
      entry.id = 0;
      // What has not been sent yet is still to come: the server may just be starting, for its sake.
      const lost = entry.shown !== null || entry.sent !== null;
      entry.shown = null;
      if (lost && entry.wanted?.urgency === 'normal') entry.wanted = null;
      if (entry.wanted === null && entry.settling === null) this.#entries.delete(key);
    }
    this.#tellAvailable();
  }

  /** Brings what is shown in line with what is wanted; one at a time for each key, the last wish counts. */
  #settle(key: string, entry: Entry): void {
    if (entry.settling !== null) return;
    if (entry.wanted !== entry.shown) entry.settling = this.#steps(key, entry);
    else if (entry.wanted === null) this.#entries.delete(key);
  }

  async #steps(key: string, entry: Entry): Promise<void> {
    while (entry.wanted !== entry.shown && (await this.#step(entry)));
    // In one go with the last look at what is wanted: a wish between the two would be lost.
    entry.settling = null;
    if (entry.wanted === null) this.#entries.delete(key);
  }

  /** False: nothing more can be done now. */
  async #step(entry: Entry): Promise<boolean> {
    const { wanted, id } = entry;
    const server = wanted === null ? this.#server : await this.#startedServer();
    const bus = this.#bus;
    if (bus === null || server === null) {
      if (entry.wanted?.urgency === 'normal') entry.wanted = null;
      return false;
    }
    if (wanted === null) {
      entry.shown = null;
      entry.id = 0;
      // Fails where the user was faster, which comes to the same.
      if (id !== 0) await this.#call(bus, 'CloseNotification', 'u', [id]);
      return true;
    }
    const capabilities = await server.capabilities;
    if (this.#server !== server || entry.wanted !== wanted) return true;
    const given = await this.#notify(bus, entry, wanted, capabilities);
    // Its predecessor's answer tells nothing to another server. Where it ended, it may have been by what we sent: it is not
    // started again for that.
    if (this.#server !== server) return this.#server !== null;
    if (given !== null) {
      entry.id = given;
      entry.shown = wanted;
      this.#hearEarly(given);
      return true;
    }
    if (entry.wanted !== wanted) return true;
    // An urgent one is tried again with the next server.
    if (wanted.urgency === 'normal') entry.wanted = entry.shown;
    return false;
  }

  async #notify(
    bus: BusConnection,
    entry: Entry,
    request: NotificationRequest,
    capabilities: ReadonlySet<string>,
  ): Promise<number | null> {
    entry.sent = request;
    this.#inFlight++;
    const body = notifyArguments(request, entry.id, capabilities, this.#options);
    const answer = await this.#call(bus, 'Notify', 'susssasa{sv}i', body);
    this.#inFlight--;
    entry.sent = null;
    const parsed = answer.ok ? v.safeParse(NotifySchema, answer.body) : null;
    if (parsed?.success === true) return parsed.output[0];
    this.#log('warning', `notifications: ${answer.ok ? 'an answer that cannot be read' : answer.text}`);
    return null;
  }

  /** The bus starts a server that does not run, where one is installed; its owner has been told before it answers. */
  async #startedServer(): Promise<Server | null> {
    if (this.#server === null && this.#bus !== null && this.#startable) {
      const answer = await this.#bus.call({
        ...BUS,
        member: 'StartServiceByName',
        signature: 'su',
        body: [SERVER, 0],
        limitMs: START_LIMIT_MS,
      });
      if (!answer.ok) this.#log('warning', `notifications: ${answer.text}`);
    }
    return this.#server;
  }

  #call(
    bus: BusConnection,
    member: string,
    signature: string,
    body: readonly unknown[],
    limitMs = 5_000,
  ): Promise<BusAnswer> {
    return bus.call({
      destination: SERVER,
      path: SERVER_PATH,
      interface: SERVER,
      member,
      signature,
      body,
      limitMs,
    });
  }

  #hear(signal: BusSignal): void {
    if (this.#server === null || signal.sender !== this.#server.owner || signal.interface !== SERVER) return;
    const known = this.#hearKnown(signal);
    if (!known && this.#inFlight > 0 && this.#early.length < EARLY_LIMIT) this.#early.push(signal);
  }

  #hearEarly(id: number): void {
    const mine = this.#early.filter((signal) => signal.body[0] === id);
    this.#early = this.#inFlight === 0 ? [] : this.#early.filter((signal) => signal.body[0] !== id);
    for (const signal of mine) this.#hearKnown(signal);
  }

  /** False: it is about an id that is not ours, or not yet. */
  #hearKnown(signal: BusSignal): boolean {
    const [id] = signal.body;
    const found = [...this.#entries].find(([, entry]) => entry.id !== 0 && entry.id === id);
    if (found === undefined) return false;
    const [key, entry] = found;
    if (signal.member === 'ActionInvoked' && v.is(ActionInvokedSchema, signal.body)) {
      this.#invoked(key, entry, signal.body[1]);
    } else if (signal.member === 'NotificationClosed' && v.is(ClosedSchema, signal.body)) {
      if (entry.wanted === entry.shown) entry.wanted = null;
      entry.shown = null;
      entry.id = 0;
      if (entry.wanted === null && entry.settling === null) this.#entries.delete(key);
    }
    return true;
  }

  #invoked(key: string, entry: Entry, action: string): void {
    const offered = [entry.shown, entry.sent].flatMap((request) => request?.actions ?? []);
    if (action !== DEFAULT_ACTION && !offered.some(({ id }) => id === action)) return;
    // It is answered, and goes. Servers shall see to that themselves, but not all do.
    if (entry.wanted === entry.shown) this.withdraw(key);
    this.#options.onAction(key, action === DEFAULT_ACTION ? null : action);
  }

  #tellAvailable(): void {
    const available = this.#bus !== null && (this.#server !== null || this.#startable);
    if (available === this.#available) return;
    this.#available = available;
    this.#options.onAvailable();
  }
}

const BUS = { destination: BUS_NAME, path: BUS_PATH, interface: BUS_NAME } as const;

/** The arguments of Notify, `susssasa{sv}i`. `replaces` is the number of the notification to replace, 0 for none. */
export function notifyArguments(
  request: NotificationRequest,
  replaces: number,
  capabilities: ReadonlySet<string>,
  { program, desktopEntry }: Pick<NotificationsOptions, 'program' | 'desktopEntry'>,
): readonly unknown[] {
  const { summary, body } = notificationText(request, capabilities);
  const urgent = request.urgency === 'urgent';
  const actions = [{ id: DEFAULT_ACTION, label: summary }, ...request.actions];
  const hints = {
    urgency: new Variant('y', urgent ? 2 : 1),
    ...(desktopEntry === undefined ? {} : { 'desktop-entry': new Variant('s', desktopEntry) }),
  };
  return [
    program,
    replaces,
    '',
    summary,
    body,
    capabilities.has('actions') ? actions.flatMap(({ id, label }) => [id, busLine(label, LABEL_LIMIT)]) : [],
    hints,
    urgent ? EXPIRES_NEVER : EXPIRES_AS_THE_SERVER_LIKES,
  ];
}
