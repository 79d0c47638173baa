import { CardError } from '../../src/core/card/card-error.ts';
import { CardOperator } from '../../src/core/card/operations.ts';
import type { CardConnection } from '../../src/core/card/transceiver.ts';
import type { CardAnswer, CardOperation, CardProgress, PinStatus } from '../../src/core/contract/card-process.ts';
import type { FoundCard, UnlockCards } from '../../src/main/card-desk/unlock-cards.ts';
import type { VirtualPivCard } from '../../src/simulator/card/piv-card.ts';
import { VirtualReader } from '../../src/simulator/reader/in-process.ts';
import type { Moment } from './relay.ts';

/** What becomes of an APDU: it goes on, its connection breaks there, or nobody hears of it any more. */
export type Fate = 'pass' | 'cut' | 'silence';

const READER = 'R';

/** A reader as an unlock sees it: the driver that ships on a virtual card, and each APDU seen before and after the card has it. */
export class WatchedReader implements UnlockCards {
  readonly reader = new VirtualReader(READER);
  readonly card: VirtualPivCard;
  readonly cardId: string;
  onApdu: (moment: Moment, command: Uint8Array) => Fate = () => 'pass';
  /** Of the agent that lives now: a new one knows nothing of the card. */
  private operator = new CardOperator();
  private readonly listeners = new Set<() => void>();
  private tellsTries = true;
  private stay = 0;
  private pin: PinStatus | null = null;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(card: VirtualPivCard, cardId: string) {
    this.card = card;
    this.cardId = cardId;
    this.reader.onChange(({ type }) => {
      this.stay += 1;
      this.pin = null;
      if (type === 'inserted') this.readAgain();
      else this.changed();
    });
  }

  get isIn(): boolean {
    return this.reader.atr !== null;
  }

  insert(): void {
    if (!this.isIn) this.reader.insert(this.card);
  }

  /** As a card that does not count aloud: a wrong unblocking code is just wrong, and nothing tells how many tries are left. */
  hideTries(): void {
    this.tellsTries = false;
  }

  /** A new agent begins: what the one before knew is gone, and its card is read anew. */
  forget(): void {
    this.listeners.clear();
    this.operator = new CardOperator();
    this.pin = null;
    if (this.isIn) this.readAgain();
  }

  find(cardId: string): FoundCard | null {
    if (cardId !== this.cardId || !this.isIn || this.pin === null) return null;
    return { reader: READER, insertion: `stay-${this.stay}`, pin: this.pin };
  }

  recognise(cardId: string): FoundCard | null {
    return this.find(cardId);
  }

  async request(
    _reader: string,
    insertion: string,
    operation: CardOperation,
    onProgress: (progress: CardProgress) => void = () => undefined,
  ): Promise<CardAnswer> {
    if (insertion !== `stay-${this.stay}`) return { ok: false, failure: { code: 'card-removed' } };
    return await this.inTurn(() => this.run(operation, onProgress, true));
  }

  readAgain(): void {
    void this.inTurn(() => this.run({ kind: 'pin-status' }, () => undefined, false)).then((answer) => {
      if (!answer.ok || answer.value.kind !== 'pin' || !this.isIn) return;
      this.pin = answer.value.status;
      this.changed();
    });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** One operation at a time, as the card process does it. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work, work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async run(
    operation: CardOperation,
    onProgress: (progress: CardProgress) => void,
    isWatched: boolean,
  ): Promise<CardAnswer> {
    try {
      const connection = await this.reader.connect();
      return await this.operator.run(isWatched ? this.watched(connection) : connection, operation, onProgress);
    } catch (error) {
      if (error instanceof CardError) return { ok: false, failure: error.failure };
      throw error;
    }
  }

  private watched(connection: CardConnection): CardConnection {
    const met = async (moment: Moment, command: Uint8Array) => {
      const fate = this.onApdu(moment, command);
      if (fate === 'cut') throw new CardError({ code: 'card-mute' });
      // Whoever waited for it is dead; the card is free again, as the system sees to when a process ends.
      if (fate === 'silence') throw new CardError({ code: 'card-process-lost' });
    };
    return {
      reader: connection.reader,
      atr: connection.atr,
      transaction: (body, options) => connection.transaction(body, options),
      close: (disposition) => connection.close(disposition),
      transmit: async (command) => {
        const sent = Uint8Array.from(command.subarray(0, 4));
        await met('before', sent);
        const answer = await connection.transmit(command);
        await met('after', sent);
        const isWrongPuk = (sent[1] === 0x2c || sent[1] === 0x24) && answer.at(-2) === 0x63;
        return isWrongPuk && !this.tellsTries ? Uint8Array.of(0x63, 0x00) : answer;
      },
    };
  }
}
