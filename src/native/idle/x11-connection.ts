import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * As much of the X11 protocol (X Window System Protocol, X.Org, version 11) as a client without windows needs. Not libX11:
 * that ends the whole process when the X server goes away.
 */

const COOKIE = 'MIT-MAGIC-COOKIE-1';
const CONNECT_LIMIT_MS = 1_000;
/** No answer that is asked for here comes near this; a server that says more is not listened to. */
const LONGEST_MESSAGE = 1 << 20;
const XAUTHORITY_LIMIT = 1 << 16;
const QUERY_EXTENSION = 98;

export type X11Extension = { readonly opcode: number; readonly firstEvent: number };

const padded = (length: number): number => (length + 3) & ~3;

/** The number of a display on this machine (":0", "unix:0.1"), or null: another machine's idleness is not this user's. */
export function localDisplay(display: string | undefined): number | null {
  const number = /^(?:unix)?:(\d{1,5})(?:\.\d+)?$/.exec(display ?? '')?.[1];
  return number === undefined ? null : Number(number);
}

/** Finds the cookie for a local display in an Xauthority file (Xau: entries of family, address, number, name, data). */
export function findCookie(file: Buffer, display: number): Buffer | null {
  let at = 0;
  const field = (): Buffer | null => {
    if (at + 2 > file.length) return null;
    const start = at + 2;
    const end = start + file.readUInt16BE(at);
    if (end > file.length) return null;
    at = end;
    return file.subarray(start, end);
  };
  while (at + 2 <= file.length) {
    const family = file.readUInt16BE(at);
    at += 2;
    const [address, number, name, data] = [field(), field(), field(), field()];
    if (address === null || number === null || name === null || data === null) return null;
    // FamilyLocal and FamilyWild; an empty number stands for every display.
    const here = family === 256 || family === 65_535;
    const matches = number.length === 0 || number.toString('latin1') === String(display);
    if (here && matches && name.toString('latin1') === COOKIE) return data;
  }
  return null;
}

function readCookie(env: NodeJS.ProcessEnv, display: number): Buffer {
  const path = env.XAUTHORITY || (env.HOME ? join(env.HOME, '.Xauthority') : null);
  try {
    if (path === null || statSync(path).size > XAUTHORITY_LIMIT) return Buffer.alloc(0);
    return findCookie(readFileSync(path), display) ?? Buffer.alloc(0);
  } catch {
    // Without a file the server may still know us by our user id.
    return Buffer.alloc(0);
  }
}

export class X11Connection {
  readonly #socket: Socket;
  readonly #events = new Set<(event: Buffer) => void>();
  /** Answers come in the order of the requests that have one; null for an error. */
  readonly #waiting: Array<(reply: Buffer | null) => void> = [];
  #buffer = Buffer.alloc(0);
  #nextResource: number;

  private constructor(socket: Socket, setup: Buffer, rest: Buffer) {
    this.#socket = socket;
    this.#nextResource = setup.readUInt32LE(12);
    socket.on('data', (part: Buffer) => this.#take(part));
    socket.on('close', () => this.#end());
    this.#take(rest);
  }

  /** Connects to the display of `env`; null where there is none on this machine or it does not let us in. */
  static async open(env: NodeJS.ProcessEnv): Promise<X11Connection | null> {
    const display = localDisplay(env.DISPLAY);
    if (display === null) return null;
    const socket = connect(`/tmp/.X11-unix/X${display}`);
    socket.setTimeout(CONNECT_LIMIT_MS, () => socket.destroy());
    // The loss of the server is told by 'close'; an unheard 'error' would end the process.
    socket.on('error', () => {});
    try {
      await once(socket, 'connect');
      const [setup, rest] = await handshake(socket, readCookie(env, display));
      socket.setTimeout(0);
      return new X11Connection(socket, setup, rest);
    } catch {
      socket.destroy();
      return null;
    }
  }

  newResource(): number {
    return this.#nextResource++;
  }

  /** Sends a request: opcode, second byte, 32-bit words. */
  send(opcode: number, detail: number, words: readonly number[]): void {
    const request = Buffer.alloc(4 + words.length * 4);
    request.writeUInt8(opcode, 0);
    request.writeUInt8(detail, 1);
    request.writeUInt16LE(1 + words.length, 2);
    for (const [index, word] of words.entries()) request.writeUInt32LE(word >>> 0, 4 + index * 4);
    this.#socket.write(request);
  }

  /** Sends a request that is answered; null where the answer is an error or the server has gone. */
  ask(opcode: number, detail: number, words: readonly number[]): Promise<Buffer | null> {
    if (this.#socket.destroyed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.send(opcode, detail, words);
    });
  }

  async extension(name: string): Promise<X11Extension | null> {
    const text = Buffer.alloc(padded(name.length));
    text.write(name, 'latin1');
    const words = [name.length, ...Array.from({ length: text.length / 4 }, (_, index) => text.readUInt32LE(index * 4))];
    const reply = await this.ask(QUERY_EXTENSION, 0, words);
    if (reply === null || reply.readUInt8(8) === 0) return null;
    return { opcode: reply.readUInt8(9), firstEvent: reply.readUInt8(10) };
  }

  onEvent(listener: (event: Buffer) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #end(): void {
    this.#events.clear();
    for (const answer of this.#waiting.splice(0)) answer(null);
  }

  #take(part: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, part]);
    while (this.#buffer.length >= 32) {
      const kind = this.#buffer.readUInt8(0) & 0x7f;
      // Replies and generic events say how much follows their 32 bytes.
      const length = 32 + (kind === 1 || kind === 35 ? this.#buffer.readUInt32LE(4) * 4 : 0);
      if (length > LONGEST_MESSAGE) this.close();
      if (length > LONGEST_MESSAGE || this.#buffer.length < length) return;
      const message = this.#buffer.subarray(0, length);
      this.#buffer = this.#buffer.subarray(length);
      if (kind === 0) this.#waiting.shift()?.(null);
      else if (kind === 1) this.#waiting.shift()?.(message);
      else for (const listener of this.#events) listener(message);
    }
  }
}

/** Connection setup; resolves with the server's setup answer and what came behind it. */
async function handshake(socket: Socket, cookie: Buffer): Promise<[setup: Buffer, rest: Buffer]> {
  const name = cookie.length === 0 ? '' : COOKIE;
  const hello = Buffer.alloc(12 + padded(name.length) + padded(cookie.length));
  hello.write('l', 0, 'latin1');
  hello.writeUInt16LE(11, 2);
  hello.writeUInt16LE(name.length, 6);
  hello.writeUInt16LE(cookie.length, 8);
  hello.write(name, 12, 'latin1');
  cookie.copy(hello, 12 + padded(name.length));
  socket.write(hello);

  let received: Buffer = Buffer.alloc(0);
  const closed = once(socket, 'close').then(() => {
    throw new Error('the X server hung up');
  });
  closed.catch(() => {});
  while (true) {
    const part: unknown[] = await Promise.race([once(socket, 'data'), closed]);
    if (Buffer.isBuffer(part[0])) received = Buffer.concat([received, part[0]]);
    if (received.length < 8) continue;
    const length = 8 + received.readUInt16LE(6) * 4;
    if (received.length < length) continue;
    // 1 is success; 0 a refusal; 2 a wish for another kind of authentication.
    if (received.readUInt8(0) !== 1 || length < 40) throw new Error('the X server refused');
    return [received.subarray(0, length), received.subarray(length)];
  }
}
