/** What the main thread wants of the watcher, which is blocked in a call and cannot receive messages. */
export const WATCHER_COMMANDS = { none: 0, resumed: 1, stop: 2 } as const;
export type WatcherCommand = keyof typeof WATCHER_COMMANDS;

const COMMAND = 0;
const KNOCKS = 1;

/** Two words of shared memory: the command, and a counter to sleep on while the service is down. */
export class WatcherSignal {
  readonly cells: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.cells = new Int32Array(buffer);
  }

  /** Main thread. A stop is never taken back. */
  order(command: Exclude<WatcherCommand, 'none'>): void {
    if (this.pending() !== 'stop') Atomics.store(this.cells, COMMAND, WATCHER_COMMANDS[command]);
    this.knock();
  }

  /** Main thread: ends a `sleep` early; something has happened that makes another try worthwhile. */
  knock(): void {
    Atomics.add(this.cells, KNOCKS, 1);
    Atomics.notify(this.cells, KNOCKS);
  }

  pending(): WatcherCommand {
    switch (Atomics.load(this.cells, COMMAND)) {
      case WATCHER_COMMANDS.resumed:
        return 'resumed';
      case WATCHER_COMMANDS.stop:
        return 'stop';
      default:
        return 'none';
    }
  }

  /** Watcher: the order to establish anew is being carried out. */
  resumedTaken(): void {
    Atomics.compareExchange(this.cells, COMMAND, WATCHER_COMMANDS.resumed, WATCHER_COMMANDS.none);
  }

  knocks(): number {
    return Atomics.load(this.cells, KNOCKS);
  }

  /** Watcher: sleeps for `ms`, or until someone knocks (or has knocked since `seen`). Tells whether someone did. */
  sleep(ms: number, seen: number): boolean {
    return Atomics.wait(this.cells, KNOCKS, seen, ms) !== 'timed-out';
  }
}
