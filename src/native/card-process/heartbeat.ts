export type HeartbeatOptions = {
  readonly intervalMs: number;
  readonly limitMs: number;
  readonly ping: (nonce: number) => void;
  readonly onSilence: () => void;
};

/**
 * Asks a process for a sign of life, and tells when none comes. Only while started: otherwise it costs no timer at all.
 * The limit runs from the question, so a sleep of the whole machine between two questions is not taken for a hang.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #wanted = false;
  #timer: NodeJS.Timeout | null = null;
  #nonce = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#ask();
  }

  stop(): void {
    this.#wanted = false;
    this.pause();
  }

  /** There is nobody to ask, for now. */
  pause(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Somebody new is there, or time has jumped: old questions are void. */
  restart(): void {
    this.pause();
    if (this.#wanted) this.#ask();
  }

  /** Any other answer than to the last question is too late to count. */
  heard(nonce: number): void {
    if (nonce !== this.#nonce || !this.#wanted) return;
    this.pause();
    this.#timer = setTimeout(() => this.#ask(), this.#options.intervalMs);
  }

  #ask(): void {
    this.#nonce += 1;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#options.onSilence();
    }, this.#options.limitMs);
    this.#options.ping(this.#nonce);
  }
}
