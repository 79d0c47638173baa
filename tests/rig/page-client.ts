import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { encodeFrame } from '../../src/core/contract/control.ts';
import type { AgentMessage } from '../../src/core/contract/page-channel.ts';

/** Whoever calls the browser host's port: a page as ours would be, and callers that are anything but. */

/** The launch token in a launch file, as a browser would take it from there. */
export function tokenIn(launchFile: string): string {
  const token = /#([\w-]{43})"/.exec(readFileSync(launchFile, 'utf8'))?.[1];
  if (token === undefined) throw new Error('no token in the launch file');
  return token;
}

/** A page's end of the WebSocket, which says exactly what it is told to say. */
export class PageClient {
  readonly socket: WebSocket;
  /** The code with which the connection ended. */
  readonly closed: Promise<number>;
  session = '';
  private readonly heard: AgentMessage[] = [];
  private waiting: Array<() => void> = [];
  private lastId = 1_000;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => resolve(code));
    });
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.heard.push(JSON.parse(data.toString()));
      this.wake();
    });
    void this.closed.then(() => this.wake());
  }

  /** A connection that has shown nothing yet. Rejects with the status when it is turned away. */
  static async connect(
    port: number,
    options: ClientOptions & { path?: string; headers?: Record<string, string> } = {},
  ): Promise<PageClient> {
    const origin = `http://127.0.0.1:${port}`;
    const { path = '/agent', ...rest } = options;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { origin, perMessageDeflate: false, ...rest });
    const client = new PageClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        response.destroy();
        reject(new Error(`turned away with ${response.statusCode}`));
      });
    });
    return client;
  }

  /** A page with this token, admitted. Rejects when it is not. */
  static async enter(port: number, token: string): Promise<PageClient> {
    const client = await PageClient.connect(port);
    client.socket.send(token);
    const said = await client.next((message) => 'session' in message);
    if ('session' in said) client.session = said.session;
    return client;
  }

  /** The first message like that, heard already or to come. Rejects when the connection ends before. */
  async next(like: (message: AgentMessage) => boolean): Promise<AgentMessage> {
    for (;;) {
      const at = this.heard.findIndex(like);
      if (at >= 0) return this.heard.splice(at, 1)[0] as AgentMessage;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed with ${await this.closed}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** What has been heard and nobody has asked for yet. */
  get unread(): readonly AgentMessage[] {
    return this.heard;
  }

  /** What the agent answers. */
  async request(request: object, secrets: readonly Uint8Array[] = []): Promise<unknown> {
    const id = ++this.lastId;
    this.socket.send(encodeFrame({ id, request }, secrets));
    const said = await this.next((message) => 'id' in message && message.id === id);
    return 'outcome' in said ? said.outcome : undefined;
  }

  /** Hangs up, and waits until the other side has noticed. */
  async leave(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const each of waiting) each();
  }
}

/** Says this to the port, byte for byte, and resolves with all that is said until the other side hangs up. */
export async function say(port: number, bytes: string | Uint8Array): Promise<string> {
  const caller = await call(port);
  caller.socket.write(bytes);
  return caller.ended;
}

export type Caller = {
  readonly socket: Socket;
  /** All that was said, once the connection has ended, however it did. */
  readonly ended: Promise<string>;
};

export async function call(port: number): Promise<Caller> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  socket.setEncoding('latin1');
  let heard = '';
  socket.on('data', (text) => {
    heard += String(text);
  });
  const connected = new Promise<void>((resolve) => {
    socket.once('connect', resolve);
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve(heard));
  });
  await Promise.race([connected, ended]);
  return { socket, ended };
}
