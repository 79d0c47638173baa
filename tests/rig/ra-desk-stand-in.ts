import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DESK_PROBLEMS, type DeskProblemCode } from '../../src/core/contract/card-desk/problems.ts';

/**
 * Stands in for the part of a card desk at which RAs sign in, where a test is about what the agent makes of its answers. It
 * looks at no signature: that the real desk takes them is shown in tests/e2e/ra.spec.ts.
 */
export class RaDeskStandIn {
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** What opens the page: the fragment of its address. */
  readonly handOver = randomBytes(32).toString('base64url');
  /** Answers everything that comes from now on. */
  refusesWith: DeskProblemCode | null = null;
  /** Each answer waits for it. */
  answers: Promise<void> = Promise.resolve();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RaDeskStandIn> {
    const server = createServer();
    const desk = new RaDeskStandIn(server);
    server.on('request', (request, response) => {
      desk.asked.push(request.url ?? '');
      request.resume();
      request.once('end', () => void desk.answers.then(() => desk.#answer(request.url ?? '', response)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return desk;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What an organisation's policy says of it. */
  get policy() {
    return { address: this.origin, loopback: true, proxy: 'none' };
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(path: string, response: ServerResponse): void {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.refusesWith !== null) {
      const { status, says, next } = DESK_PROBLEMS[this.refusesWith];
      say(status, { code: this.refusesWith, says, next });
    } else if (path === '/v1/ra/challenges') {
      say(201, { id: randomUUID(), challenge: randomBytes(32).toString('hex'), expiresAt });
    } else {
      say(201, { handOver: this.handOver, expiresAt });
    }
  }
}
