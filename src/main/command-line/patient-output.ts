import type { Writable } from 'node:stream';

/** Beyond this much that nobody has read, lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What is still waiting when the process ends may take this long. */
const LAST_WORDS_MS = 1_000;

/**
 * Lines of a process that lives long: whoever reads them may stall or go away, and must cost the agent neither memory nor
 * its life. (Node writes to pipes without waiting; to a stopped terminal it waits, which is the user's own doing.)
 */
export class PatientOutput {
  private readonly stream: Writable;
  private readonly broken = Promise.withResolvers<void>();
  private dropped = 0;

  /** Resolves when whoever read the lines has gone. */
  readonly gone = this.broken.promise;

  constructor(stream: Writable) {
    this.stream = stream;
    stream.on('error', () => this.broken.resolve());
  }

  line(text: string): void {
    if (!this.stream.writable) return;
    if (this.stream.writableLength > MAX_WAITING_BYTES) {
      this.dropped++;
      return;
    }
    if (this.dropped > 0) this.stream.write(`${JSON.stringify({ event: 'lines-dropped', count: this.dropped })}\n`);
    this.dropped = 0;
    this.stream.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value));
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
