import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Moment = 'before' | 'after';

/**
 * Stands between agent and desk and sees each message: a connection is one request and its answer. It can lose the request
 * before the desk has it, or the answer when the desk has done it all; and while it is down nobody is reached.
 */
export class Relay {
  /** Called for each message, before it goes to the desk and before its answer goes back; false loses it there. */
  onMessage: (moment: Moment) => boolean = () => true;
  readonly port: number;
  readonly #target: () => number | null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number, target: () => number | null) {
    this.#server = server;
    this.#target = target;
    this.port = port;
    server.on('connection', (socket) => void this.#serve(socket).catch(() => socket.destroy()));
  }

  /** @param target the desk's port now; null: it is down */
  static async open(target: () => number | null): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Relay(server, address.port, target);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(socket: Socket): Promise<void> {
    this.#keep(socket);
    const request = await wholeMessage(socket);
    if (request === null || !this.onMessage('before')) {
      socket.destroy();
      return;
    }
    const port = this.#target();
    if (port === null) {
      socket.destroy();
      return;
    }
    const desk = connect(port, '127.0.0.1');
    this.#keep(desk);
    desk.write(request);
    const answer = await wholeMessage(desk);
    desk.destroy();
    if (answer !== null && this.onMessage('after')) socket.end(answer);
    else socket.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** One HTTP message with its body, by Content-Length; null: the connection ended first. */
async function wholeMessage(socket: Socket): Promise<Buffer | null> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) return null;
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const length = Number(/content-length: (\d+)/i.exec(bytes.subarray(0, end).toString('latin1'))?.[1] ?? 0);
    if (bytes.length >= end + 4 + length) return bytes;
  }
  return null;
}
