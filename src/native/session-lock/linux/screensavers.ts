import type { MethodAvailability } from '../lock-method.ts';
import type { SessionLog } from '../options.ts';
import { type BusConnection, ownerChange, ownerChangeRule } from './bus.ts';
import { BusKeeper } from './bus-keeper.ts';
import { SCREEN_SAVERS, ScreenSaver, type ScreenSaverOptions } from './screensaver.ts';

export type ScreenSaversOptions = ScreenSaverOptions & {
  /** null: this login has no session bus. */
  readonly address: string | null;
  readonly log: SessionLog;
};

/** The screen savers that run on the session bus. Names without an owner are never called: a started locker comes too late. */
export class ScreenSavers {
  readonly #keeper: BusKeeper | null;
  readonly #listeners = new Set<() => void>();
  readonly #savers: readonly ScreenSaver[];
  #bus: BusConnection | null = null;
  #reason: string;

  constructor(options: ScreenSaversOptions) {
    const change = () => this.#tell();
    this.#savers = SCREEN_SAVERS.map((description) => new ScreenSaver(description, options, change));
    this.#reason = options.address === null ? 'no session bus' : 'not connected to the session bus yet';
    this.#keeper =
      options.address === null
        ? null
        : new BusKeeper({
            address: options.address,
            name: 'session bus',
            log: options.log,
            onConnected: (bus) => this.#connected(bus),
            onLost: (reason) => this.#lost(`session bus: ${reason}`),
          });
  }

  get firstAttempt(): Promise<void> {
    return this.#keeper?.firstAttempt ?? Promise.resolve();
  }

  /** Those that can be asked now, in order. */
  running(): readonly ScreenSaver[] {
    return this.#savers.filter((saver) => saver.owned);
  }

  /** Some screen saver locked the screen when it was asked to, and is still active. */
  get locked(): boolean {
    return this.#savers.some((saver) => saver.locked);
  }

  /** null: none runs, or none tells. */
  get active(): boolean | null {
    const told = this.#savers.map((saver) => saver.active).filter((active) => active !== null);
    return told.length === 0 ? null : told.includes(true);
  }

  /** Asks those that are believed to hold the screen locked whether they still do. */
  async readLocked(): Promise<boolean> {
    const answers = await Promise.all(this.#savers.filter((saver) => saver.locked).map((saver) => saver.readActive()));
    return answers.includes(true);
  }

  availability(): ReadonlyArray<MethodAvailability & { readonly method: string }> {
    return this.#savers.map((saver) => ({
      method: saver.name,
      available: saver.owned,
      detail: saver.owned ? null : this.#bus === null ? this.#reason : 'does not run on this desktop',
    }));
  }

  /** Whether some program owns `name` on the session bus; asked now. */
  async isOwned(name: string): Promise<boolean> {
    return this.#bus !== null && (await this.#bus.ownerOf(name)) !== null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#keeper?.close();
  }

  async #connected(bus: BusConnection): Promise<void> {
    this.#bus = bus;
    const names = this.#savers.map((saver) => saver.name);
    bus.onSignal((signal) => {
      const change = ownerChange(signal, names);
      for (const saver of this.#savers) {
        if (change === null) saver.hear(signal);
        else if (change.name === saver.name) void saver.attach(bus, change.owner);
      }
    });
    const interfaces = new Set(this.#savers.map((saver) => saver.interface));
    await Promise.all([
      ...names.map((name) => bus.addMatch(ownerChangeRule(name))),
      ...[...interfaces].map((of) => bus.addMatch(`type='signal',interface='${of}',member='ActiveChanged'`)),
    ]);
    await Promise.all(this.#savers.map(async (saver) => saver.attach(bus, await bus.ownerOf(saver.name))));
  }

  #lost(reason: string): void {
    this.#bus = null;
    this.#reason = reason;
    for (const saver of this.#savers) saver.detach();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
