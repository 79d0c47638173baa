import { constants, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { printable, printableJson } from './output.ts';

/** Beyond this much that nobody has read, lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What is still waiting when the process ends may take this long. */
const LAST_WORDS_MS = 1_000;

/**
 * Lines of a process that lives long: whoever reads them may stall or go away, and must cost the agent neither memory nor
 * its life. Node writes to a pipe without waiting; to a terminal it waits, and a terminal that is stopped with Ctrl-S
 * would stop the agent with it. So a terminal is opened anew without waiting, and lines that it does not take are lost.
 */
export class PatientOutput {
  private readonly stream: Writable;
  private readonly broken = Promise.withResolvers<void>();
  private readonly terminal: number | null;
  private dropped = 0;

  /** Resolves when whoever read the lines has gone. */
  readonly gone = this.broken.promise;

  constructor(stream: Writable & { readonly isTTY?: boolean }) {
    this.stream = stream;
    this.terminal = stream.isTTY === true ? openTerminal() : null;
    stream.on('error', () => this.broken.resolve());
  }

  line(text: string): void {
    this.write(printable(text));
  }

  json(value: unknown): void {
    this.write(printableJson(value));
  }

  private write(text: string): void {
    if (this.terminal !== null) {
      writeWithoutWaiting(this.terminal, `${text}\n`);
      return;
    }
    if (!this.stream.writable) return;
    if (this.stream.writableLength > MAX_WAITING_BYTES) {
      this.dropped++;
      return;
    }
    if (this.dropped > 0) this.stream.write(`${JSON.stringify({ event: 'lines-dropped', count: this.dropped })}\n`);
    this.dropped = 0;
    this.stream.write(`${text}\n`);
  }

  /** Resolves when everything is written, or nobody reads it any more. */
  async end(): Promise<void> {
    if (this.stream.writableLength === 0) return;
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, LAST_WORDS_MS);
    this.stream.write('', () => limit.resolve());
    await Promise.race([limit.promise, this.gone]);
    clearTimeout(timer);
  }
}

/** null where there is no such device (Windows): lines then go the ordinary way. */
function openTerminal(): number | null {
  try {
    return openSync('/dev/tty', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

function writeWithoutWaiting(terminal: number, text: string): void {
  try {
    writeSync(terminal, text);
  } catch {
    // Stopped or closed.
  }
}
