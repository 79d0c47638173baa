import { connect, type Socket } from 'node:net';
import koffi from 'koffi';
import { type Fault, FaultyCard } from '../card/faults.ts';
import type { VirtualPivCard } from '../card/piv-card.ts';
import { ApduLog } from './apdu-log.ts';
import { monotonicMs, runAt } from './monotonic.ts';

/** Bodies of one byte are orders to the reader (vpcd.h); anything longer is a command APDU. */
const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const;
/** Longer than any ATR: pcscd refuses it and says that the card is mute. An empty one would read as "no card". */
const NOT_AN_ATR = new Uint8Array(64);
const RETRY_MS = 10;

export type InsertOptions = {
  /** Answer so long after each command, like a real card; the work is part of it. The reader's own pace unless told. */
  readonly paceMs?: number | undefined;
  readonly faults?: readonly Fault[] | undefined;
};

export type VpcdReaderListeners = {
  /** The service has powered the card up or reset it. */
  readonly onPower?: (kind: 'on' | 'off' | 'reset', at: number) => void;
  /** A fault pulled the card. */
  readonly onCut?: (pulledAt: number) => void;
};

/**
 * The card's side of a virtual reader of a real pcscd (vsmartcard-vpcd). The connection is the card's presence: it is
 * kept up, through restarts of pcscd too, until the card is pulled.
 */
export class VpcdReader {
  readonly log = new ApduLog();
  /** Pace of cards that are inserted without their own. */
  paceMs = 0;
  readonly #port: number;
  readonly #listeners: VpcdReaderListeners;
  #inserted: Insertion | null = null;

  /** @param port the reader's TCP port on 127.0.0.1 */
  constructor(port: number, listeners: VpcdReaderListeners = {}) {
    this.#port = port;
    this.#listeners = listeners;
  }

  /** Puts the card in; resolves when vpcd has the connection. pcscd sees it at its next look. */
  async insert(card: VirtualPivCard, options: InsertOptions = {}): Promise<void> {
    if (this.#inserted !== null) throw new Error('there is a card in this reader');
    const faulty = new FaultyCard(card, options.faults);
    const insertion = new Insertion(this.#port, faulty, options.paceMs ?? this.paceMs, this.log, {
      onPower: (kind, at) => this.#listeners.onPower?.(kind, at),
      onCut: () => {
        const pulledAt = this.pull();
        if (pulledAt !== null) this.#listeners.onCut?.(pulledAt);
      },
    });
    this.#inserted = insertion;
    await insertion.connected;
  }

  get card(): VirtualPivCard | null {
    return this.#inserted?.card.card ?? null;
  }

  /** Takes the card out. @returns when the connection was closed (monotonicMs), or null when no card was in */
  pull(): number | null {
    const insertion = this.#inserted;
    if (insertion === null) return null;
    this.#inserted = null;
    const pulledAt = insertion.close();
    insertion.card.card.powerOff();
    return pulledAt;
  }

  /** One card out and another in, faster than pcscd's next look. @returns when the first was out */
  async swap(card: VirtualPivCard, options: InsertOptions = {}): Promise<number | null> {
    const pulledAt = this.pull();
    await this.insert(card, options);
    return pulledAt;
  }

  arm(fault: Fault): void {
    this.#inserted?.card.arm(fault);
  }

  disarm(): void {
    this.#inserted?.card.disarm();
  }

  /** Changes the pace of the card that is in, and of those to come. */
  setPace(paceMs: number): void {
    this.paceMs = paceMs;
    if (this.#inserted !== null) this.#inserted.paceMs = paceMs;
  }

  /** Lets a stalled answer go. */
  release(): void {
    this.#inserted?.release();
  }
}

type InsertionListeners = { onPower(kind: 'on' | 'off' | 'reset', at: number): void; onCut(): void };

/** One card's stay: its connection, made again whenever pcscd drops it. */
class Insertion {
  readonly card: FaultyCard;
  readonly connected: Promise<void>;
  paceMs: number;
  readonly #port: number;
  readonly #log: ApduLog;
  readonly #listeners: InsertionListeners;
  readonly #onConnected: () => void;
  #socket: Socket | null = null;
  #unread: Buffer = Buffer.alloc(0);
  #held: (() => void) | null = null;
  #poweredUp = false;
  #closed = false;

  constructor(port: number, card: FaultyCard, paceMs: number, log: ApduLog, listeners: InsertionListeners) {
    this.#port = port;
    this.card = card;
    this.paceMs = paceMs;
    this.#log = log;
    this.#listeners = listeners;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.connected = promise;
    this.#onConnected = resolve;
    this.#connect();
  }

  close(): number {
    this.#closed = true;
    this.#socket?.destroy();
    const closedAt = monotonicMs();
    this.#onConnected();
    return closedAt;
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.();
  }

  #connect(): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    this.#unread = Buffer.alloc(0);
    this.#held = null;
    this.#poweredUp = false;
    socket.once('connect', () => {
      quickAck(socket);
      this.#onConnected();
    });
    socket.on('data', (chunk) => this.#read(socket, chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#closed) return;
      this.card.card.powerOff();
      setTimeout(() => !this.#closed && this.#connect(), RETRY_MS);
    });
  }

  #read(socket: Socket, chunk: Buffer): void {
    quickAck(socket);
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (!socket.destroyed && this.#unread.length >= 2) {
      const end = 2 + this.#unread.readUInt16BE();
      if (this.#unread.length < end) return;
      const message = Uint8Array.from(this.#unread.subarray(2, end));
      this.#unread = this.#unread.subarray(end);
      if (message.length === 1) this.#control(socket, message[0]);
      else this.#command(socket, message);
    }
  }

  #control(socket: Socket, order: number | undefined): void {
    const { card } = this.card;
    switch (order) {
      case CONTROL.off:
        card.powerOff();
        this.#poweredUp = false;
        this.#listeners.onPower('off', monotonicMs());
        return;
      case CONTROL.on:
      case CONTROL.reset:
        if (this.card.answersReset) card.reset();
        this.#poweredUp = true;
        this.#listeners.onPower(order === CONTROL.on ? 'on' : 'reset', monotonicMs());
        return;
      case CONTROL.atr:
        // pcscd asks the same to see whether a card is there, and to learn the ATR after power-up: only the second fails.
        send(socket, this.#poweredUp && !this.card.answersReset ? NOT_AN_ATR : card.atr);
        return;
      default:
        return;
    }
  }

  #command(socket: Socket, command: Uint8Array): void {
    const record = this.#log.received(command);
    const deadline = record.at + this.paceMs;
    const exchange = this.card.exchange(command);
    const answer = (response: Uint8Array) => {
      if (socket.destroyed) return;
      send(socket, response);
      this.#log.answered(record, response);
    };
    switch (exchange.kind) {
      case 'answer':
        runAt(deadline, () => answer(exchange.response));
        return;
      case 'held':
        this.#held = () => answer(exchange.response);
        return;
      case 'cut':
        runAt(deadline, () => !socket.destroyed && this.#listeners.onCut());
        return;
      case 'silence':
        return;
      default:
        throw new Error(`not an exchange: ${String(exchange satisfies never)}`);
    }
  }
}

function send(socket: Socket, message: Uint8Array): void {
  const framed = Buffer.allocUnsafe(2 + message.length);
  framed.writeUInt16BE(message.length);
  framed.set(message, 2);
  socket.write(framed);
  quickAck(socket);
}

const IPPROTO_TCP = 6;
const TCP_QUICKACK = 12;
type SetSockOpt = (descriptor: number, level: number, name: number, value: number[], length: number) => number;
let setsockopt: SetSockOpt | null = null;

/**
 * vpcd writes a message's length and its body apart; the second waits for the acknowledgement of the first, which the
 * kernel delays by 40 ms unless told otherwise, and it has to be told before each read (tcp(7), TCP_QUICKACK).
 */
function quickAck(socket: Socket): void {
  if (process.platform !== 'linux') return;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('fd' in handle) || typeof handle.fd !== 'number') return;
  setsockopt ??= koffi.load(null).func('int setsockopt(int, int, int, int *, uint32_t)');
  setsockopt(handle.fd, IPPROTO_TCP, TCP_QUICKACK, [1], 4);
}
