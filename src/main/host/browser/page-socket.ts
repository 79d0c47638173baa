import type { RawData, WebSocket } from 'ws';
import { type AgentMessage, CLOSED, MAX_UNDER_WAY } from '../../../core/contract/page-channel.ts';
import type { ViewOutcome } from '../../../core/contract/view.ts';
import type { ViewService } from '../desktop-host.ts';
import { type PageMessage, parsePageMessage } from './page-message.ts';

const MAX_UNREAD_BYTES = 1024 * 1024;
const PING_MS = 30_000;
/** More than one: after a sleep of the machine a timer can be ahead of the answer that has long arrived. */
const MAX_UNANSWERED_PINGS = 2;

/**
 * The conversation with the one page, once it is admitted: a snapshot after each change, and answers to what it asks. Of
 * snapshots only the newest counts, so at most one is under way and one is owed.
 */
export class PageSocket {
  private readonly socket: WebSocket;
  private readonly view: ViewService;
  private readonly onGone: () => void;
  private readonly stopListening: () => void;
  private readonly ping: NodeJS.Timeout;
  private unanswered = 0;
  private underWay = 0;
  private telling = false;
  private owed = false;
  private here = true;

  /** @param onGone called once, as soon as the page has left or been sent away */
  constructor(socket: WebSocket, view: ViewService, session: string, onGone: () => void) {
    this.socket = socket;
    this.view = view;
    this.onGone = onGone;
    // Whole and in its own place: each piece of a message can be overwritten.
    socket.binaryType = 'fragments';
    socket.on('message', this.receive);
    socket.on('pong', () => {
      this.unanswered = 0;
    });
    socket.on('close', () => this.leave());
    this.ping = setInterval(() => this.askWhetherAlive(), PING_MS);
    this.stopListening = view.onChange(() => this.tell());
    this.send({ session });
    this.tell();
  }

  /** Another page takes this one's place. */
  supersede(): void {
    this.send({ superseded: true });
    void this.close(CLOSED.superseded);
  }

  /** Says why (a code of {@link CLOSED}), and hears nothing more. Resolves when the connection has ended. */
  close(code: number): Promise<void> {
    this.leave();
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.close(code);
    });
  }

  private readonly receive = (data: RawData, isBinary: boolean): void => {
    const bytes = joined(data);
    try {
      const message = isBinary ? parsePageMessage(bytes) : null;
      if (message !== null && this.underWay < MAX_UNDER_WAY) {
        void this.answer(message);
        return;
      }
      for (const secret of message?.secrets ?? []) secret.fill(0);
      void this.close(CLOSED.refused);
    } finally {
      bytes.fill(0);
    }
  };

  private async answer({ id, request, secrets }: PageMessage): Promise<void> {
    this.underWay++;
    let outcome: ViewOutcome;
    try {
      outcome = await this.view.perform(request, secrets);
    } catch {
      outcome = { ok: false, code: 'Agent_Refused' };
    } finally {
      for (const secret of secrets) secret.fill(0);
      this.underWay--;
    }
    this.send({ id, outcome });
  }

  private tell(): void {
    this.owed = this.telling;
    if (this.telling || !this.here) return;
    this.telling = true;
    this.send({ snapshot: this.view.snapshot() }, () => {
      this.telling = false;
      if (this.owed) this.tell();
    });
  }

  private send(message: AgentMessage, sent: () => void = () => undefined): void {
    if (!this.here) return;
    // A page that does not read is cut off before it costs memory.
    if (this.socket.bufferedAmount > MAX_UNREAD_BYTES) this.cutOff();
    else this.socket.send(JSON.stringify(message), sent);
  }

  /** A browser that has been stopped keeps its connection open, and would count as a window for ever. */
  private askWhetherAlive(): void {
    if (this.unanswered >= MAX_UNANSWERED_PINGS) {
      this.cutOff();
      return;
    }
    this.unanswered++;
    this.socket.ping();
  }

  private cutOff(): void {
    this.leave();
    this.socket.terminate();
  }

  private leave(): void {
    if (!this.here) return;
    this.here = false;
    clearInterval(this.ping);
    this.stopListening();
    this.socket.off('message', this.receive);
    // What is under way still comes, and may be a passcode.
    this.socket.on('message', overwrite);
    this.onGone();
  }
}

/** A message that nobody is to read. */
export function overwrite(data: RawData): void {
  for (const piece of Array.isArray(data) ? data : [data])
    (piece instanceof ArrayBuffer ? new Uint8Array(piece) : piece).fill(0);
}

/** The message in one piece; the pieces that it came in are overwritten. */
function joined(data: RawData): Uint8Array {
  if (!Array.isArray(data)) return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  const [first] = data;
  if (first !== undefined && data.length === 1) return first;
  const whole = Buffer.concat(data);
  for (const piece of data) piece.fill(0);
  return whole;
}
