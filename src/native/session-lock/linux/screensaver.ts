import * as v from 'valibot';
import { awaitLocked, type LockEvidence, type LockMethod, type MethodResult } from '../lock-method.ts';
import type { BusConnection, BusSignal } from './bus.ts';

export type ScreenSaverInterface = {
  /** The bus name; also how the method is called in an audit line. */
  readonly name: string;
  readonly path: string;
  readonly interface: string;
  /** Arguments of `Lock`. */
  readonly lock: { readonly signature: string; readonly body: readonly unknown[] };
};

const NO_ARGUMENTS = { signature: '', body: [] };
const own = (name: string): ScreenSaverInterface => ({
  name,
  path: `/${name.replaceAll('.', '/')}`,
  interface: name,
  lock: NO_ARGUMENTS,
});

/** The lock interfaces of the desktops, in the order in which they are tried. */
export const SCREEN_SAVERS: readonly ScreenSaverInterface[] = [
  own('org.freedesktop.ScreenSaver'),
  own('org.gnome.ScreenSaver'),
  // Plasma owns this name too, but speaks the freedesktop interface on it.
  {
    name: 'org.kde.screensaver',
    path: '/ScreenSaver',
    interface: 'org.freedesktop.ScreenSaver',
    lock: NO_ARGUMENTS,
  },
  // Cinnamon's Lock takes an away message.
  { ...own('org.cinnamon.ScreenSaver'), lock: { signature: 's', body: [''] } },
  own('org.mate.ScreenSaver'),
  own('org.xfce.ScreenSaver'),
];

export type ScreenSaverOptions = {
  readonly confirmationLimitMs: number;
  /** LockedHint, where the desktop keeps it: proof beside the screen saver's own word. */
  readonly lockedHint: LockEvidence;
};

/** One screen saver: locked by `Lock`, confirmed by its turning active or by LockedHint. */
export class ScreenSaver implements LockMethod {
  readonly name: string;
  readonly interface: string;
  readonly #description: ScreenSaverInterface;
  readonly #options: ScreenSaverOptions;
  readonly #change: () => void;
  readonly #waiting = new Set<() => void>();
  #bus: BusConnection | null = null;
  #owner: string | null = null;
  #active: boolean | null = null;
  #changes = 0;
  #locked = false;

  constructor(description: ScreenSaverInterface, options: ScreenSaverOptions, change: () => void) {
    this.name = description.name;
    this.interface = description.interface;
    this.#description = description;
    this.#options = options;
    this.#change = change;
  }

  get owned(): boolean {
    return this.#owner !== null;
  }

  get active(): boolean | null {
    return this.#active;
  }

  get locked(): boolean {
    return this.#locked;
  }

  async attach(bus: BusConnection, owner: string | null): Promise<void> {
    if (owner === null) return this.detach();
    if (owner === this.#owner && bus === this.#bus) return;
    this.#bus = bus;
    this.#owner = owner;
    await this.#refresh();
  }

  detach(): void {
    this.#bus = null;
    this.#owner = null;
    this.#active = null;
    this.#locked = false;
    this.#told();
  }

  hear(signal: BusSignal): void {
    if (this.#owner === null || signal.sender !== this.#owner || signal.member !== 'ActiveChanged') return;
    if (signal.interface !== this.interface) return;
    const [active] = signal.body;
    if (typeof active === 'boolean') this.#set(active);
  }

  /** Asks and believes the answer, unless an ActiveChanged overtook it: signals are heard before an answer is awaited. */
  async #refresh(): Promise<void> {
    const owner = this.#owner;
    const heard = this.#changes;
    const active = await this.readActive();
    if (active !== null && this.#owner === owner && this.#changes === heard) this.#set(active);
  }

  async readActive(): Promise<boolean | null> {
    if (this.#bus === null) return null;
    const { name, path, interface: of } = this.#description;
    const answer = await this.#bus.call({
      destination: name,
      path,
      interface: of,
      member: 'GetActive',
      limitMs: 500,
    });
    const parsed = answer.ok ? v.safeParse(v.tuple([v.boolean()]), answer.body) : null;
    return parsed?.success === true ? parsed.output[0] : null;
  }

  request(): Promise<MethodResult> {
    if (this.#bus === null) return Promise.resolve({ result: 'failed', detail: 'does not run on this desktop' });
    // A screen saver that is already active without a lock tells nothing by being active afterwards.
    const wasActive = this.#active === true;
    const { name, path, interface: of, lock } = this.#description;
    const limitMs = this.#options.confirmationLimitMs;
    const answered = this.#bus.call({ destination: name, path, interface: of, member: 'Lock', ...lock, limitMs });
    const early = answered.then(async (answer): Promise<MethodResult | null> => {
      if (!answer.ok) return { result: 'failed', detail: answer.text };
      await this.#refresh();
      return null;
    });
    const { lockedHint } = this.#options;
    const evidence: LockEvidence = {
      state: () => {
        if (lockedHint.state() === 'locked') return 'locked';
        if (this.#owner === null) return 'lost';
        return !wasActive && this.#active === true ? 'locked' : 'open';
      },
      onChange: (listener) => {
        const stop = lockedHint.onChange(listener);
        this.#waiting.add(listener);
        return () => {
          stop();
          this.#waiting.delete(listener);
        };
      },
    };
    const unconfirmed = () =>
      wasActive
        ? 'it was active before, so that being active does not prove a lock, and LockedHint was not set'
        : `Lock was accepted, but it did not become active within ${limitMs} ms`;
    return awaitLocked(evidence, limitMs, early, unconfirmed).then((outcome) => {
      this.#locked = outcome.result === 'confirmed' && this.#active === true;
      this.#change();
      return outcome;
    });
  }

  #set(active: boolean): void {
    this.#active = active;
    this.#changes++;
    if (!active) this.#locked = false;
    this.#told();
  }

  #told(): void {
    for (const listener of this.#waiting) listener();
    this.#change();
  }
}
