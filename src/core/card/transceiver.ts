/** One exchange with a card: all that the drivers of src/core/card know of a reader. */
export interface Transceiver {
  /**
   * Sends one command APDU (ISO 7816-3 short or extended form) and resolves with the response APDU:
   * data, then SW1 SW2, so at least two bytes. 61xx and 6Cxx are passed up as they come: chaining is the driver's.
   * Rejects with a {@link CardError} ('card-removed', 'card-mute', 'service-stopped', 'timed-out', ...).
   */
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/** What is left of the card when a connection or transaction ends (SCardDisconnect, SCardEndTransaction). */
export type Disposition = 'leave' | 'reset' | 'unpower';

/** A card connected through some reader, real (src/native/pcsc) or virtual (src/simulator). */
export interface CardConnection extends Transceiver {
  readonly reader: string;
  /** Answer to reset, 0 to 33 bytes (36 on Windows). */
  readonly atr: Uint8Array;
  /**
   * Runs `body` while no other program can talk to the card (SCardBeginTransaction), and ends the transaction with
   * `disposition` whatever happens. A foreign transaction is waited out for `waitMs`, then it is a 'reader-busy' error.
   * A card that another program reset in between is reconnected before `body` starts.
   */
  transaction<T>(body: () => Promise<T>, options?: { disposition?: Disposition; waitMs?: number }): Promise<T>;
  close(disposition: Disposition): Promise<void>;
}
