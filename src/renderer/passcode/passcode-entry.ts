/** The longest passcode that a card takes; what is typed beyond it is not kept. */
const MAX_BYTES = 8;

const isPrintable = (code: number) => code >= 0x21 && code <= 0x7e;

/**
 * A passcode while it is being typed: bytes in memory of their own, never a string. A string cannot be overwritten, and
 * React, the page and the undo stack would keep copies. The field shows dots that stand for these bytes.
 */
export class PasscodeEntry {
  private readonly bytes = new Uint8Array(new ArrayBuffer(MAX_BYTES));
  private used = 0;
  private readonly listeners = new Set<() => void>();

  /** How many characters have been typed. */
  get length(): number {
    return this.used;
  }

  /** Calls back when the length changes. Returns how to stop. */
  readonly onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /**
   * Puts characters in place of those from `from` to `to`. What cannot stand in a passcode (SP 800-73-4 part 2, 2.4.3 knows
   * ASCII only) is left out. @returns where the caret is afterwards
   */
  replace(from: number, to: number, typed: string): number {
    const tail = this.bytes.slice(to, this.used);
    let at = from;
    for (const character of typed) {
      const code = character.charCodeAt(0);
      if (character.length === 1 && isPrintable(code) && at + tail.length < MAX_BYTES) this.bytes[at++] = code;
    }
    this.bytes.set(tail, at);
    this.used = at + tail.length;
    this.bytes.fill(0, this.used);
    tail.fill(0);
    this.changed();
    return at;
  }

  append(typed: string): void {
    this.replace(this.used, this.used, typed);
  }

  deleteLast(): void {
    if (this.used > 0) this.replace(this.used - 1, this.used, '');
  }

  clear(): void {
    this.bytes.fill(0);
    this.used = 0;
    this.changed();
  }

  /** A look at what is typed, for comparing: not to be kept. */
  peek(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  /** Hands the passcode over, with the duty to overwrite it, and forgets it. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(new ArrayBuffer(this.used));
    taken.set(this.peek());
    this.clear();
    return taken;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
