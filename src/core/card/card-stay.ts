import { ApduExchange, type ExchangeOptions } from './apdu-exchange.ts';
import type { CardFailure } from './card-error.ts';
import type { PinReference } from './piv/pin.ts';
import type { CardConnection, Disposition } from './transceiver.ts';

/** What was learned about the card of one connection; it goes when the connection goes. */
export type StayNotes = {
  /** Which PIN its holder knows, once the card was asked. */
  pinReference: PinReference | null;
  /** Tries of the PUK that the last refusal left. */
  pukTriesLeft: number | null;
};

/** One operation on one connection: counts its APDUs, and runs each step as a transaction of its own. */
export class CardStay {
  readonly connection: CardConnection;
  readonly notes: StayNotes;
  readonly exchange: ApduExchange;
  readonly #waitMs: number | undefined;

  constructor(connection: CardConnection, notes: StayNotes, options: ExchangeOptions, waitMs: number | undefined) {
    this.connection = connection;
    this.notes = notes;
    this.exchange = new ApduExchange(connection, options);
    this.#waitMs = waitMs;
  }

  async transaction<T>(body: () => Promise<T>, disposition: Disposition = 'leave'): Promise<T> {
    const waiting = this.#waitMs === undefined ? {} : { waitMs: this.#waitMs };
    return await this.connection.transaction(body, { disposition, ...waiting });
  }

  /** A reset always ends the verification of a PIN, on every card. */
  async reset(): Promise<void> {
    await this.transaction(() => Promise.resolve(), 'reset');
  }
}

/** Whether after this failure there is still a card that could be reset. */
export function leavesCard(failure: CardFailure): boolean {
  switch (failure.code) {
    case 'card-removed':
    case 'reader-gone':
    case 'service-stopped':
    case 'card-process-lost':
      return false;
    default:
      return true;
  }
}
