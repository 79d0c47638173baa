import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export type Answer = Uint8Array | ((request: IncomingMessage, answer: ServerResponse) => void);

/** A web server on loopback where an authority publishes; what it says may change at any time, and every question is kept. */
export class Publisher {
  readonly url: string;
  /** Method and path of each question, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answers = new Map<string, Answer>();
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request, answer) => this.#hear(request, answer));
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** @param secure certificate and key, for https */
  static async start(secure?: ServerOptions): Promise<Publisher> {
    const server = secure === undefined ? createServer() : createSecureServer(secure);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new Publisher(server, `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`);
  }

  /** What is not published is not found. */
  publish(path: string, answer: Answer): void {
    this.#answers.set(path, answer);
  }

  /** Resolves when this path has been asked for so often. */
  async untilAsked(path: string, times = 1): Promise<void> {
    const enough = () => this.asked.filter((each) => each.endsWith(` ${path}`)).length >= times;
    while (!enough()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #hear(request: IncomingMessage, answer: ServerResponse): void {
    const path = request.url ?? '';
    this.asked.push(`${request.method} ${path}`);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    const found = this.#answers.get(path);
    if (found === undefined) answer.writeHead(404).end();
    else if (typeof found === 'function') found(request, answer);
    else answer.end(found);
  }
}
