import { Socket } from 'node:net';
import { encodeFrame, FrameError, FrameReader } from './frame.ts';

export type FramedChannelOptions = {
  /** Bytes in a message are gone when the listener returns: for the side that is sent secrets. */
  readonly overwriteReceived: boolean;
};

/** Room for one read: orders are small. */
const READ_BYTES = 4096;

/** Messages over one pipe, each in a frame (see frame.ts). What is no frame closes it. */
export class FramedChannel {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #onMessage: (message: unknown) => void = () => {};
  #onClosed: (why: string) => void = () => {};
  #why: string | null = null;

  private constructor(options: FramedChannelOptions, socketFor: (received: (piece: Uint8Array) => void) => Socket) {
    this.#reader = new FrameReader({
      onMessage: (message) => {
        if (this.#why === null) this.#onMessage(message);
      },
      overwrite: options.overwriteReceived,
    });
    this.#socket = socketFor((piece) => this.#received(piece));
    // Which error it was does not matter: `close` follows each.
    this.#socket.on('error', () => {});
    this.#socket.on('end', () => this.#close('the pipe was closed'));
    this.#socket.on('close', () => this.#close('the pipe was closed'));
  }

  /** Over a pipe to a child. */
  static over(socket: Socket, options: FramedChannelOptions): FramedChannel {
    return new FramedChannel(options, (received) => socket.on('data', received));
  }

  /**
   * Over a pipe that this process was started with; throws when there is none. Reads into one piece of memory, which is
   * overwritten each time: Node's own would keep what came until something else needs it.
   */
  static open(fd: number, options: FramedChannelOptions): FramedChannel {
    return new FramedChannel(options, (received) => {
      const memory = new Uint8Array(new ArrayBuffer(READ_BYTES));
      const callback = (bytes: number) => {
        received(memory.subarray(0, bytes));
        return true;
      };
      return new Socket({ fd, readable: true, writable: true, onread: { buffer: memory, callback } });
    });
  }

  /**
   * Serialises at once: what the message held may be overwritten when this returns. The frame is overwritten when it is
   * written. Says nothing when the pipe is closed: `onClosed` does. Throws as {@link encodeFrame}.
   */
  send(message: unknown): void {
    if (this.#why !== null) return;
    const frame = encodeFrame(message);
    this.#socket.write(frame, () => frame.fill(0));
  }

  /** Messages as they come: not yet checked. */
  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  /** Once: the other side closed the pipe, or sent what is no frame. `why` is for the log. */
  onClosed(listener: (why: string) => void): void {
    this.#onClosed = listener;
  }

  /** Without a call of `onClosed`. */
  close(): void {
    this.#onClosed = () => {};
    this.#close('closed');
  }

  #received(piece: Uint8Array): void {
    if (this.#why !== null) {
      piece.fill(0);
      return;
    }
    try {
      this.#reader.push(piece);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#close(error.message);
    }
  }

  #close(why: string): void {
    if (this.#why !== null) return;
    this.#why = why;
    this.#reader.discard();
    this.#socket.destroy();
    this.#onClosed(why);
  }
}
