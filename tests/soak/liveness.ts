import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { type ControlConnection, callAgent } from '../../src/main/control/control-client.ts';
import { type Snapshot, SnapshotSchema } from '../bench/agent-lines.ts';
import { monotonicMs } from '../bench/clock.ts';

/** A line to the agent on which it is asked how it is, one question after the other. */
export class StatusLine {
  readonly #connection: ControlConnection;
  readonly #messages: AsyncIterator<unknown>;

  private constructor(connection: ControlConnection) {
    this.#connection = connection;
    this.#messages = connection.messages();
  }

  static async open(controlAddress: string): Promise<StatusLine> {
    const connection = await callAgent(controlAddress);
    if (connection === null) throw new Error('the agent does not answer on its control socket');
    return new StatusLine(connection);
  }

  async ask(): Promise<Snapshot> {
    this.#connection.send({ command: 'status' });
    const { value, done } = await this.#messages.next();
    if (done === true) throw new Error('the agent hung up');
    return v.parse(SnapshotSchema, value);
  }

  close(): void {
    this.#connection.close();
  }
}

const ASK_EVERY_MS = 100;

/** Asks the agent for its state without end, and keeps the longest wait for an answer. */
export class Liveness {
  longestMs = 0;
  answers = 0;
  readonly #line: StatusLine;
  #stopped = false;
  readonly #running: Promise<void>;

  private constructor(line: StatusLine) {
    this.#line = line;
    this.#running = this.#run();
    this.#running.catch(() => undefined);
  }

  static async start(controlAddress: string): Promise<Liveness> {
    return new Liveness(await StatusLine.open(controlAddress));
  }

  /** @throws Error when the agent hung up meanwhile */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#line.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const ownLag = longestOwnLag();
      const from = monotonicMs();
      await this.#line.ask();
      // What this process itself was late by is not the agent's fault.
      this.longestMs = Math.max(this.longestMs, monotonicMs() - from - ownLag());
      this.answers += 1;
      await pause(ASK_EVERY_MS);
    }
  }
}

const TICK_MS = 20;

/** Measures from now on; called, it ends and tells by how much this process's own timers were late at the most. */
function longestOwnLag(): () => number {
  let last = monotonicMs();
  let longest = 0;
  const look = () => {
    const now = monotonicMs();
    longest = Math.max(longest, now - last - TICK_MS);
    last = now;
  };
  const timer = setInterval(look, TICK_MS);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}
