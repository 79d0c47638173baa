import { DefaultSerializer, deserialize } from 'node:v8';

/**
 * How agent and card process put messages on the pipe between them: the length of the payload in four bytes, big-endian,
 * then the payload, which is what `v8.serialize` makes of the message.
 */

/** The largest payload, either way. The largest message is one certificate of 64 kB. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
export const LENGTH_BYTES = 4;

/** What came, or should go, is no frame. Never quotes what it held. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Room for every order that carries a secret. The serialiser's memory doubles when it is full, and what it held stays
 * behind, uncleared: so it is made to double before a secret is in it.
 */
const ROOM = new Uint8Array(2048);
/** The last four become the length. */
const LEAD = new Uint8Array(64);

/**
 * One frame. Holds the only copy of the message's secrets that was made here: to be overwritten as soon as it is written.
 * Throws a {@link FrameError} when the message is too large, and a DataCloneError when it cannot be cloned.
 */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const serializer = new DefaultSerializer();
  serializer.writeRawBytes(ROOM);
  serializer.writeRawBytes(LEAD);
  serializer.writeHeader();
  serializer.writeValue(message);
  const written = serializer.releaseBuffer();
  const start = ROOM.length + LEAD.length;
  const payloadBytes = written.length - start;
  if (payloadBytes > MAX_PAYLOAD_BYTES) {
    written.fill(0);
    throw new FrameError('the message is too large');
  }
  written.writeUInt32BE(payloadBytes, start - LENGTH_BYTES);
  return written.subarray(start - LENGTH_BYTES);
}

export type FrameReaderOptions = {
  /** The bytes in a message are a window on its frame. */
  readonly onMessage: (message: unknown) => void;
  /** Overwrites each frame when `onMessage` has returned: for the side that is sent secrets. */
  readonly overwrite: boolean;
};

/** Puts frames together from whatever pieces they come in. Never holds more than one frame. */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #length = new Uint8Array(new ArrayBuffer(LENGTH_BYTES));
  #payload: Uint8Array<ArrayBuffer> | null = null;
  /** Bytes of the length, or else of the payload, that are here. */
  #filled = 0;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /**
   * Takes the next piece, and overwrites it. Throws a {@link FrameError}: after that there is no telling where a frame
   * begins, and the reader is of no more use.
   */
  push(piece: Uint8Array): void {
    try {
      for (let at = 0; at < piece.length; ) at += this.#take(piece.subarray(at));
    } catch (error) {
      this.discard();
      throw error;
    } finally {
      piece.fill(0);
    }
  }

  /** Overwrites what has come of a frame. */
  discard(): void {
    this.#payload?.fill(0);
    this.#payload = null;
    this.#filled = 0;
  }

  #take(bytes: Uint8Array): number {
    const target = this.#payload ?? this.#length;
    const taken = Math.min(bytes.length, target.length - this.#filled);
    target.set(bytes.subarray(0, taken), this.#filled);
    this.#filled += taken;
    if (this.#filled < target.length) return taken;
    this.#filled = 0;
    if (this.#payload === null) {
      const payloadBytes = new DataView(this.#length.buffer).getUint32(0);
      if (payloadBytes === 0 || payloadBytes > MAX_PAYLOAD_BYTES) throw new FrameError('a frame of impossible length');
      this.#payload = new Uint8Array(new ArrayBuffer(payloadBytes));
    } else {
      const payload = this.#payload;
      this.#payload = null;
      this.#deliver(payload);
    }
    return taken;
  }

  #deliver(payload: Uint8Array<ArrayBuffer>): void {
    try {
      this.#options.onMessage(messageOf(payload));
    } finally {
      if (this.#options.overwrite) payload.fill(0);
    }
  }
}

function messageOf(payload: Uint8Array): unknown {
  try {
    return deserialize(payload);
  } catch {
    throw new FrameError('a frame that holds no message');
  }
}
