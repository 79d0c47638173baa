import type { SessionLog } from '../options.ts';
import { BusConnection } from './bus.ts';

const CONNECT_LIMIT_MS = 2_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export type BusKeeperOptions = {
  readonly address: string;
  /** Which bus this is, for the log. */
  readonly name: string;
  readonly log: SessionLog;
  /** Called on each new connection; resolves when the connection is fully in use. */
  readonly onConnected: (bus: BusConnection) => Promise<void>;
  readonly onLost: (reason: string) => void;
};

/** Keeps one connection to a bus open: when it is lost, a new one is made, with growing pauses between the attempts. */
export class BusKeeper {
  /** Resolves when the first attempt has come to an end, well or badly. */
  readonly firstAttempt: Promise<void>;
  readonly #options: BusKeeperOptions;
  readonly #tellFirstAttempt: () => void;
  #bus: BusConnection | null = null;
  #closed = false;
  #endPause: () => void = () => {};

  constructor(options: BusKeeperOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.firstAttempt = promise;
    this.#tellFirstAttempt = resolve;
    void this.#keep();
  }

  /** Tries again now instead of after the pause, where one is being made. */
  hurry(): void {
    this.#endPause();
  }

  close(): void {
    this.#closed = true;
    this.#bus?.close();
    this.#endPause();
  }

  async #keep(): Promise<void> {
    const { address, name, log, onLost } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    let told = '';
    while (!this.#closed) {
      const opened = await BusConnection.open(address, CONNECT_LIMIT_MS);
      let reason: string;
      if ('bus' in opened && !this.#closed) {
        this.#bus = opened.bus;
        await this.#use(opened.bus);
        this.#tellFirstAttempt();
        if (opened.bus.connected) pauseMs = FIRST_PAUSE_MS;
        reason = await opened.bus.closed;
        this.#bus = null;
      } else if ('bus' in opened) {
        opened.bus.close();
        break;
      } else reason = opened.reason;
      onLost(reason);
      this.#tellFirstAttempt();
      if (this.#closed) break;
      // A bus that is not there stays so for long: the same line is not written twice.
      if (reason !== told) log('warning', `${name}: ${reason}`);
      told = reason;
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
    this.#tellFirstAttempt();
  }

  /** A defect in what uses the bus must not end the keeping of it: the connection is given up and made anew. */
  async #use(bus: BusConnection): Promise<void> {
    try {
      await this.#options.onConnected(bus);
    } catch (error) {
      this.#options.log(
        'error',
        `${this.#options.name}: ${error instanceof Error ? error.message : 'unexpected error'}`,
      );
      bus.close();
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Waiting for a bus is no reason to keep a process alive that has nothing else to do.
    const timer = setTimeout(resolve, ms).unref();
    this.#endPause = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }
}
