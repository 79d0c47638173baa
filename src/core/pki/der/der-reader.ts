import { DerError } from './der-error.ts';

/** What one element may hold at most; a certificate of the web has below 10 kB, a list of a large issuer some megabytes. */
export const MAX_DER_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 32;

/**
 * Reads DER (X.690) front to back: definite lengths in their shortest form, tags below 31, nothing behind the last element.
 * Elements are views of the bytes that were given, never copies. Every fault is a {@link DerError}.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    if (bytes.length > MAX_DER_BYTES) throw new DerError('too large');
    if (depth > MAX_DEPTH) throw new DerError('nested too deeply');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#depth = depth;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Where the next element starts, in the bytes that the first reader was given. */
  get offset(): number {
    return this.#at;
  }

  /** The identifier octet of the next element; null at the end. */
  peek(): number | null {
    return this.#at < this.#end ? (this.#bytes[this.#at] ?? null) : null;
  }

  /** The content of the next element, which must have this tag. */
  read(tag: number, what: string): Uint8Array {
    const start = this.#open(tag, what);
    const content = this.#bytes.subarray(start, this.#at);
    return content;
  }

  /** The next element whole, tag and length included, whatever it is. */
  element(what: string): Uint8Array {
    const start = this.#at;
    const tag = this.peek();
    if (tag === null) throw new DerError(`${what}: missing`);
    this.#open(tag, what);
    return this.#bytes.subarray(start, this.#at);
  }

  /** A reader of the content of the next element, which must have this tag. */
  enter(tag: number, what: string): DerReader {
    const start = this.#open(tag, what);
    return new DerReader(this.#bytes, start, this.#at, this.#depth + 1);
  }

  /** As {@link enter}, if the next element has this tag; null otherwise. */
  enterIf(tag: number, what: string): DerReader | null {
    return this.peek() === tag ? this.enter(tag, what) : null;
  }

  /** As {@link read}, if the next element has this tag; null otherwise. */
  readIf(tag: number, what: string): Uint8Array | null {
    return this.peek() === tag ? this.read(tag, what) : null;
  }

  /** To be called when all has been read that may be there. */
  end(what: string): void {
    if (this.#at !== this.#end) throw new DerError(`${what}: more than expected`);
  }

  /** Moves behind the next element; returns where its content starts. */
  #open(tag: number, what: string): number {
    const bytes = this.#bytes;
    let at = this.#at;
    if (at + 2 > this.#end) throw new DerError(`${what}: missing`);
    const found = bytes[at++] ?? 0;
    if (found !== tag) throw new DerError(`${what}: tag ${found.toString(16)} instead of ${tag.toString(16)}`);
    if ((found & 0x1f) === 0x1f) throw new DerError(`${what}: a tag of several octets`);
    let length = bytes[at++] ?? 0;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) throw new DerError(`${what}: length of ${octets} octets`);
      if (at + octets > this.#end) throw new DerError(`${what}: cut off`);
      length = 0;
      for (let octet = 0; octet < octets; octet++) length = length * 256 + (bytes[at++] ?? 0);
      if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError(`${what}: length not in its shortest form`);
    }
    if (at + length > this.#end) throw new DerError(`${what}: cut off`);
    this.#at = at + length;
    return at;
  }
}

/** The one element that `bytes` are, entered. */
export function enterWhole(bytes: Uint8Array, tag: number, what: string): DerReader {
  const outer = new DerReader(bytes);
  const inner = outer.enter(tag, what);
  outer.end(what);
  return inner;
}
