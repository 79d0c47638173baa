import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { CLOSED, TokenSchema } from '../../../core/contract/page-channel.ts';
import type { ViewService } from '../desktop-host.ts';
import type { Admission, Verdict } from './admission.ts';
import { MAX_MESSAGE } from './page-message.ts';
import { overwrite, PageSocket } from './page-socket.ts';

const MAX_FIRST_MESSAGE = 128;
const MAX_WAITING = 4;
const WAITING_MS = 5_000;
/** How long a page that was sent away may take to hang up. */
const CLOSING_MS = 1_000;

/** Two of these are newer than their published types. */
const SOCKET_OPTIONS: ServerOptions & { maxFragments: number; closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE,
  maxFragments: 16,
  closeTimeout: CLOSING_MS,
  // No browser lets a page send pings, and an answer to each would be memory for whoever does not read.
  autoPong: false,
};

export type DoorEvents = {
  /** A page was admitted. `by` a launch token, or the session of a page that comes back. */
  onAdmitted(connection: Duplex, by: 'launch' | 'session'): void;
};

/** Where WebSockets wait until they have shown a token, and behind which there is one page at most. */
export class PageDoor {
  private readonly view: ViewService;
  private readonly admission: Admission;
  private readonly events: DoorEvents;
  private readonly waiting = new Set<WebSocket>();
  private page: PageSocket | null = null;
  private readonly server = new WebSocketServer(SOCKET_OPTIONS);

  constructor(view: ViewService, admission: Admission, events: DoorEvents) {
    this.view = view;
    this.admission = admission;
    this.events = events;
  }

  get occupied(): boolean {
    return this.page !== null;
  }

  /** @param request an upgrade whose Host, Origin and path have been checked */
  knock(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, connection, head, (socket) => this.wait(socket, connection));
  }

  /** Sends everyone who waits away, and the page, which has been told so when this resolves. */
  async close(): Promise<void> {
    for (const socket of this.waiting) socket.terminate();
    await this.page?.close(CLOSED.ending);
  }

  private wait(socket: WebSocket, connection: Duplex): void {
    const [oldest] = this.waiting;
    // The window shows its token at once: who has waited longest is the least likely to be one.
    if (oldest !== undefined && this.waiting.size >= MAX_WAITING) oldest.terminate();
    this.waiting.add(socket);
    const tooLate = setTimeout(() => socket.terminate(), WAITING_MS);
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      clearTimeout(tooLate);
      this.waiting.delete(socket);
    });
    socket.once('message', (data, isBinary) => {
      const verdict = this.judge(data, isBinary);
      if (!verdict.admitted) {
        socket.on('message', overwrite);
        socket.close(CLOSED[verdict.why]);
        return;
      }
      clearTimeout(tooLate);
      this.waiting.delete(socket);
      this.admit(socket, verdict.session);
      this.events.onAdmitted(connection, verdict.by);
    });
  }

  private judge(data: RawData, isBinary: boolean): Verdict {
    const token =
      isBinary || !Buffer.isBuffer(data) || data.length > MAX_FIRST_MESSAGE ? null : data.toString('latin1');
    if (Buffer.isBuffer(data)) data.fill(0);
    if (v.is(TokenSchema, token)) return this.admission.present(token);
    this.admission.wrongToken();
    return { admitted: false, why: 'refused' };
  }

  private admit(socket: WebSocket, session: string): void {
    const before = this.page;
    this.page = null;
    before?.supersede();
    const page: PageSocket = new PageSocket(socket, this.view, session, () => {
      if (this.page !== page) return;
      this.page = null;
      this.admission.left();
    });
    this.page = page;
  }
}
