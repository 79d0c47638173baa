import { setTimeout as delay } from 'node:timers/promises';
import { CardError } from '../../core/card/card-error.ts';
import type { CardConnection, Disposition } from '../../core/card/transceiver.ts';
import { PcscConnection } from './connection.ts';
import type { PcscContext } from './context.ts';
import { PcscError, SCARD_E_SHARING_VIOLATION, SCARD_W_RESET_CARD } from './return-code.ts';

const DEFAULT_WAIT_MS = 3000;
const RETRY_MS = 20;
/** A card that is reset again and again by another program is busy, not broken. */
const MAX_RECONNECTS = 5;

/** What a card is doing, for one who watches from another thread: a call that does not return is judged by it. */
export type CardPhase = 'idle' | 'waiting-for-access' | 'talking';

export type PcscCardOptions = {
  /** Told before each blocking call. May throw to give the operation up. */
  readonly onPhase?: (phase: CardPhase) => void;
};

/**
 * One stay of a card in a reader, as src/core/card sees it. Between operations it holds no handle (`open`, `close`), so
 * that a program that wants the card for itself gets it, and the service may power the card down.
 */
export class PcscCard implements CardConnection {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly #onPhase: (phase: CardPhase) => void;
  #connection: PcscConnection | null = null;

  constructor(reader: string, atr: Uint8Array, options: PcscCardOptions = {}) {
    this.reader = reader;
    this.atr = atr;
    this.#onPhase = options.onPhase ?? (() => {});
  }

  /**
   * Connects. A program that has the card exclusively is waited out for `waitMs`, then it is a 'reader-busy' CardError.
   * pcsc-lite blocks while another program holds a transaction: whoever calls keeps a limit of their own.
   */
  async open(context: PcscContext, waitMs: number = DEFAULT_WAIT_MS): Promise<void> {
    if (this.#connection !== null) return;
    this.#onPhase('waiting-for-access');
    this.#connection = await waitOut(waitMs, () => PcscConnection.open(context, this.reader));
    this.#onPhase('idle');
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const connection = this.#connected();
    this.#onPhase('talking');
    try {
      return connection.transmit(command);
    } finally {
      this.#onPhase('idle');
    }
  }

  async transaction<T>(
    body: () => Promise<T>,
    options: { disposition?: Disposition; waitMs?: number } = {},
  ): Promise<T> {
    const connection = this.#connected();
    this.#onPhase('waiting-for-access');
    await waitOut(options.waitMs ?? DEFAULT_WAIT_MS, () => begin(connection));
    const disposition = options.disposition ?? 'leave';
    let result: T;
    try {
      this.#onPhase('idle');
      result = await body();
    } catch (error) {
      // What went wrong first is what matters; a card that is gone cannot end its transaction.
      endQuietly(connection, disposition);
      throw error;
    }
    // Nobody relies on a card being left; but who asked for a reset must hear that there was none.
    if (disposition === 'leave') endQuietly(connection, disposition);
    else connection.endTransaction(disposition);
    return result;
  }

  /** Never rejects: a handle to a card or service that is gone is closed all the same. */
  async close(disposition: Disposition): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    try {
      connection.disconnect(disposition);
    } catch (error) {
      if (!(error instanceof PcscError)) throw error;
    }
  }

  #connected(): PcscConnection {
    if (this.#connection === null) throw new CardError({ code: 'card-removed' });
    return this.#connection;
  }
}

/** Begins a transaction on a card that may have been reset in the meantime. */
function begin(connection: PcscConnection): void {
  for (let reconnects = 0; ; reconnects++) {
    if (connection.heldByAnother()) throw new PcscError('SCardBeginTransaction', SCARD_E_SHARING_VIOLATION);
    try {
      connection.beginTransaction();
      return;
    } catch (error) {
      if (!isCode(error, SCARD_W_RESET_CARD)) throw error;
      if (reconnects === MAX_RECONNECTS) throw new PcscError('SCardReconnect', SCARD_E_SHARING_VIOLATION);
      connection.reconnect();
    }
  }
}

/** Repeats a call that another program's hold refuses, until `waitMs` are over. */
async function waitOut<T>(waitMs: number, call: () => T): Promise<T> {
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!isCode(error, SCARD_E_SHARING_VIOLATION) || performance.now() >= until) throw error;
    }
    await delay(RETRY_MS);
  }
}

function endQuietly(connection: PcscConnection, disposition: Disposition): void {
  try {
    connection.endTransaction(disposition);
  } catch (error) {
    if (!(error instanceof PcscError)) throw error;
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof PcscError && error.returnCode === code;
}
