import * as v from 'valibot';
import { encodeFrame } from '../../core/contract/control.ts';
import {
  AgentMessageSchema,
  CLOSED,
  MAX_UNDER_WAY,
  PAGE_PATH,
  type PageRequest,
  TokenSchema,
} from '../../core/contract/page-channel.ts';
import { secretsFit, type ViewBridge, type ViewCommand, type ViewOutcomeOf } from '../../core/contract/view.ts';
import { BridgeNews } from './bridge-news.ts';
import { failedWith, outcomeOf } from './outcome.ts';

const SESSION_KEY = 'wardkey.session';
/** The first at once: a browser slows the timers of a hidden page. In all a little longer than the agent rests (admission.ts). */
const RETRIES_MS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000];

type Pending = {
  readonly command: ViewCommand;
  /** Takes what the agent answered; false when that is no outcome of this command. */
  answer(outcome: unknown): boolean;
  lost(): void;
};

/** The agent over the WebSocket of the browser host that served this page. */
export function connectSocketBridge(): ViewBridge {
  const bridge = new SocketBridge(takeToken());
  return {
    onSnapshot: bridge.news.onSnapshot,
    onReachable: bridge.news.onReachable,
    request: (command, secrets = []) => bridge.request(command, secrets),
  };
}

/** The launch token from the address, which it is then taken out of; on a reload the session that came in exchange for it. */
function takeToken(): string | null {
  const launch = location.hash.slice(1);
  if (launch !== '') history.replaceState(null, '', location.pathname);
  const token = v.is(TokenSchema, launch) ? launch : sessionStorage.getItem(SESSION_KEY);
  return v.is(TokenSchema, token) ? token : null;
}

class SocketBridge {
  readonly news = new BridgeNews();
  private readonly pending = new Map<number, Pending>();
  private token: string | null;
  /** The connection, once the agent has admitted this page. */
  private admitted: WebSocket | null = null;
  private retries = 0;
  private lastId = 0;

  constructor(token: string | null) {
    this.token = token;
    this.connect();
  }

  request<Command extends ViewCommand>(
    command: Command,
    secrets: readonly Uint8Array[],
  ): Promise<ViewOutcomeOf<Command['command']>> {
    const id = ++this.lastId;
    try {
      if (this.admitted === null) return Promise.resolve(failedWith('Agent_NotRunning'));
      if (this.pending.size >= MAX_UNDER_WAY) return Promise.resolve(failedWith('Agent_Refused'));
      if (!secretsFit(command, secrets)) {
        return Promise.resolve(
          failedWith(command.command === 'unlock-address' ? 'Unlock_AddressNotUsable' : 'Passcode_TooLong'),
        );
      }
      const frame = encodeFrame({ id, request: command } satisfies PageRequest, secrets);
      // The socket takes a copy before send() returns (WebSockets Standard, "send(data)").
      this.admitted.send(frame);
      frame.fill(0);
    } catch {
      // It could not be put into a frame.
      return Promise.resolve(failedWith('Passcode_TooLong'));
    } finally {
      for (const secret of secrets) secret.fill(0);
    }
    return new Promise((resolve) => {
      this.pending.set(id, {
        command,
        answer: (outcome) => {
          const parsed = outcomeOf<Command['command']>(command.command, outcome);
          resolve(parsed ?? failedWith('Window_OutOfDate'));
          return parsed !== null;
        },
        // Whether a passcode reached the card is not known then, and the person has to hear so.
        lost: () => resolve(failedWith(asksCard(command) ? 'Card_NotWatched' : 'Agent_Refused')),
      });
    });
  }

  private connect(): void {
    const { token } = this;
    if (token === null) {
      this.news.setReachable(false);
      return;
    }
    const socket = new WebSocket(`ws://${location.host}${PAGE_PATH}`);
    socket.addEventListener('open', () => socket.send(token));
    socket.addEventListener('message', ({ data }) => {
      if (!this.hear(socket, data)) this.giveUp(socket);
    });
    socket.addEventListener('close', ({ code }) => this.closed(code));
  }

  /** False when it is not the agent's language: what the page shows could be wrong from then on. */
  private hear(socket: WebSocket, data: unknown): boolean {
    const message = v.safeParse(AgentMessageSchema, jsonOf(data));
    if (!message.success) return false;
    const said = message.output;
    if ('session' in said) {
      this.token = said.session;
      sessionStorage.setItem(SESSION_KEY, said.session);
      this.admitted = socket;
      this.retries = 0;
      this.news.setReachable(true);
      return true;
    }
    if (this.admitted !== socket) return false;
    if ('snapshot' in said) return this.news.take(said.snapshot);
    if ('superseded' in said) {
      this.forgetToken();
      window.close();
      return true;
    }
    const pending = this.pending.get(said.id);
    this.pending.delete(said.id);
    return pending?.answer(said.outcome) ?? false;
  }

  private closed(code: number): void {
    this.loseAll();
    // An agent that ends takes the tokens with it; one that refuses this one will do so again.
    if (code === CLOSED.ending || code === CLOSED.refused) this.forgetToken();
    const wait = RETRIES_MS[this.retries++];
    // The first try may well mend it before anyone has noticed.
    if (this.retries > 1 || this.token === null) this.news.setReachable(false);
    if (this.token === null || wait === undefined) return;
    if (wait === 0) this.connect();
    else setTimeout(() => this.connect(), wait);
  }

  private giveUp(socket: WebSocket): void {
    this.forgetToken();
    socket.close();
    this.loseAll();
    this.news.setReachable(false);
  }

  private loseAll(): void {
    this.admitted = null;
    const lost = [...this.pending.values()];
    this.pending.clear();
    for (const each of lost) each.lost();
  }

  private forgetToken(): void {
    this.token = null;
    sessionStorage.removeItem(SESSION_KEY);
  }
}

const asksCard = ({ command }: ViewCommand) => command === 'attempt' || command === 'ra-sign-in';

function jsonOf(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
}
