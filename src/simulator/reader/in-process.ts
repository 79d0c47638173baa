import { CardError } from '../../core/card/card-error.ts';
import type { CardConnection, Disposition } from '../../core/card/transceiver.ts';
import { type Exchange, type Fault, FaultyCard } from '../card/faults.ts';
import type { VirtualPivCard } from '../card/piv-card.ts';
import { ApduLog } from './apdu-log.ts';
import { monotonicMs, runAt } from './monotonic.ts';

/** How long a foreign transaction is waited out unless the caller says. */
const DEFAULT_WAIT_MS = 5_000;

export type ReaderChange = {
  readonly type: 'inserted' | 'removed';
  /** How often this reader has changed, as the upper half of dwEventState counts. */
  readonly eventCount: number;
  /** monotonicMs. */
  readonly at: number;
};

export type VirtualInsertOptions = {
  /** Answer so long after each command; the reader's pace unless told. */
  readonly paceMs?: number;
  readonly faults?: readonly Fault[];
};

/**
 * A reader inside this process, without any smartcard service: for the demo and for fast tests of all that stands
 * behind CardConnection.
 */
export class VirtualReader {
  readonly name: string;
  readonly log = new ApduLog();
  paceMs: number;
  readonly #listeners = new Set<(change: ReaderChange) => void>();
  #stay: Stay | null = null;
  #eventCount = 0;

  constructor(name = 'Wardkey Virtual Reader 0', options: { readonly paceMs?: number } = {}) {
    this.name = name;
    this.paceMs = options.paceMs ?? 0;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** The card's answer to reset; null: no card, empty: a mute one. */
  get atr(): Uint8Array | null {
    const card = this.#stay?.card;
    if (card === undefined) return null;
    return card.answersReset ? card.card.atr : new Uint8Array();
  }

  insert(card: VirtualPivCard, options: VirtualInsertOptions = {}): void {
    if (this.#stay !== null) throw new Error('there is a card in this reader');
    const faulty = new FaultyCard(card, options.faults);
    if (faulty.answersReset) card.powerOn();
    this.#stay = new Stay(faulty, options.paceMs ?? this.paceMs);
    this.#changed('inserted');
  }

  /** @returns when the card was out (monotonicMs), or null when none was in */
  pull(): number | null {
    const stay = this.#stay;
    if (stay === null) return null;
    this.#stay = null;
    stay.card.card.powerOff();
    stay.end();
    return this.#changed('removed');
  }

  /** Faster than anybody can look: both changes are told, but the second card is in before either is heard. */
  swap(card: VirtualPivCard, options: VirtualInsertOptions = {}): void {
    const told = [...this.#listeners];
    this.#listeners.clear();
    const changes: ReaderChange[] = [];
    this.#listeners.add((change) => changes.push(change));
    this.pull();
    this.insert(card, options);
    this.#listeners.clear();
    for (const listener of told) this.#listeners.add(listener);
    for (const change of changes) for (const listener of told) listener(change);
  }

  arm(fault: Fault): void {
    this.#stay?.card.arm(fault);
  }

  disarm(): void {
    this.#stay?.card.disarm();
  }

  /** Lets a stalled answer go. */
  release(): void {
    this.#stay?.release();
  }

  /** @returns ends the listening */
  onChange(listener: (change: ReaderChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws CardError 'card-removed' without a card, 'card-mute' when it does not answer to reset */
  async connect(): Promise<CardConnection> {
    const stay = this.#stay;
    if (stay === null) throw new CardError({ code: 'card-removed' });
    if (!stay.card.answersReset) throw new CardError({ code: 'card-mute' });
    return new VirtualConnection(this.name, stay, this.log, () => this.pull());
  }

  #changed(type: ReaderChange['type']): number {
    const at = monotonicMs();
    this.#eventCount += 1;
    const change = { type, eventCount: this.#eventCount, at };
    for (const listener of this.#listeners) listener(change);
    return at;
  }
}

/** One card's stay in the reader, shared by all connections to it. */
class Stay {
  readonly card: FaultyCard;
  readonly paceMs: number;
  readonly #ended = Promise.withResolvers<never>();
  #held: (() => void) | null = null;
  /** Who holds the card for itself. */
  owner: VirtualConnection | null = null;
  readonly #waiting: (() => void)[] = [];
  #present = true;

  constructor(card: FaultyCard, paceMs: number) {
    this.card = card;
    this.paceMs = paceMs;
    this.#ended.promise.catch(() => {});
  }

  get present(): boolean {
    return this.#present;
  }

  /** Settles like `work`, or with 'card-removed' if the card goes first. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#ended.promise, work]);
  }

  end(): void {
    this.#present = false;
    this.#ended.reject(new CardError({ code: 'card-removed' }));
  }

  hold(answer: () => void): void {
    this.#held = answer;
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.();
  }

  /** @throws CardError 'reader-busy' when another connection still holds the card after `waitMs` */
  async own(connection: VirtualConnection, waitMs: number): Promise<void> {
    const deadline = monotonicMs() + waitMs;
    while (this.owner !== null) {
      const left = deadline - monotonicMs();
      if (left <= 0) throw new CardError({ code: 'reader-busy', holder: null });
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      const timer = setTimeout(resolve, Math.ceil(left));
      await this.during(promise).finally(() => clearTimeout(timer));
    }
    this.owner = connection;
  }

  disown(): void {
    this.owner = null;
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

class VirtualConnection implements CardConnection {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly #stay: Stay;
  readonly #log: ApduLog;
  readonly #pull: () => void;
  #open = true;

  constructor(reader: string, stay: Stay, log: ApduLog, pull: () => void) {
    this.reader = reader;
    this.atr = stay.card.card.atr;
    this.#stay = stay;
    this.#log = log;
    this.#pull = pull;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    this.#mustBePresent();
    if (this.#stay.owner !== null && this.#stay.owner !== this) {
      throw new CardError({ code: 'reader-busy', holder: null });
    }
    const record = this.#log.received(command);
    const deadline = record.at + this.#stay.paceMs;
    const exchange = this.#stay.card.exchange(command);
    if (this.#stay.paceMs > 0) await this.#stay.during(new Promise<void>((resolve) => runAt(deadline, resolve)));
    const response = await this.#settle(exchange);
    this.#log.answered(record, response);
    return response;
  }

  async #settle(exchange: Exchange): Promise<Uint8Array> {
    switch (exchange.kind) {
      case 'answer':
        return exchange.response;
      case 'held':
        return this.#stay.during(new Promise((resolve) => this.#stay.hold(() => resolve(exchange.response))));
      case 'cut':
        this.#pull();
        throw new CardError({ code: 'card-removed' });
      case 'silence':
        throw new CardError({ code: 'card-mute' });
      default:
        throw new Error(`not an exchange: ${String(exchange satisfies never)}`);
    }
  }

  async transaction<T>(
    body: () => Promise<T>,
    options: { disposition?: Disposition; waitMs?: number } = {},
  ): Promise<T> {
    this.#mustBePresent();
    await this.#stay.own(this, options.waitMs ?? DEFAULT_WAIT_MS);
    try {
      return await body();
    } finally {
      this.#leave(options.disposition ?? 'leave');
      this.#stay.disown();
    }
  }

  async close(disposition: Disposition): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#leave(disposition);
  }

  #leave(disposition: Disposition): void {
    // An unpowered card gets its power back at the next connection; here that is at once.
    if (disposition !== 'leave' && this.#stay.present) this.#stay.card.card.reset();
  }

  #mustBePresent(): void {
    if (!this.#open) throw new Error('the connection is closed');
    if (!this.#stay.present) throw new CardError({ code: 'card-removed' });
  }
}
