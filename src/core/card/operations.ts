import type { CardAnswer, CardOperation, CardProgress } from '../contract/card-process.ts';
import type { ExchangeOptions } from './apdu-exchange.ts';
import { CardError } from './card-error.ts';
import { CardStay, type StayNotes } from './card-stay.ts';
import { DeauthenticationSupport } from './deauthentication.ts';
import { answerForDesk, signForDesk, witnessForDesk } from './desk-proof.ts';
import { signInAtDesk } from './desk-sign-in.ts';
import { unblockForDesk } from './desk-unblock.ts';
import { attemptPin, type PinAttemptOptions, readStatus } from './pin-operation.ts';
import { KnownCards } from './piv/known-cards.ts';
import { readCard } from './read-operation.ts';
import { secretsOf } from './secrets-of.ts';
import type { CardConnection } from './transceiver.ts';

export type CardOperatorOptions = {
  /** Default: a memory of its own, of 64 cards. */
  readonly knownCards?: KnownCards;
  /** After a successful 'verify' or 'change' the PIN stays verified on the card; default false: no other program inherits it. */
  readonly keepVerified?: boolean;
  /** Chunk sizes and bounds; extended APDUs are off by default, because not every reader passes them on. */
  readonly exchange?: ExchangeOptions;
  /** How long each transaction waits for another program to let go of the card; default: the connection's. */
  readonly waitMs?: number;
};

/**
 * Runs operations on PIV cards. One operator for all readers of a process: it remembers cards, and which models of card must
 * be reset to forget a PIN. One operation at a time on one connection; the queue is the caller's.
 */
export class CardOperator {
  readonly #knownCards: KnownCards;
  readonly #deauthentication = new DeauthenticationSupport();
  readonly #options: CardOperatorOptions;
  readonly #notes = new WeakMap<CardConnection, StayNotes>();

  constructor(options: CardOperatorOptions = {}) {
    this.#options = options;
    this.#knownCards = options.knownCards ?? new KnownCards();
  }

  /**
   * Never rejects. Progress comes in the order in which things become known, and stays true if the operation then fails.
   * The secrets in `operation` are overwritten before this resolves.
   */
  async run(
    connection: CardConnection,
    operation: CardOperation,
    onProgress: (progress: CardProgress) => void,
  ): Promise<CardAnswer> {
    try {
      return { ok: true, value: await this.#run(this.#stayAt(connection), operation, onProgress) };
    } catch (error) {
      if (error instanceof CardError) return { ok: false, failure: error.failure };
      return { ok: false, failure: { code: 'malformed-answer', what: `unforeseen ${nameOf(error)}` } };
    } finally {
      for (const secret of secretsOf(operation)) secret.fill(0);
    }
  }

  async #run(stay: CardStay, operation: CardOperation, onProgress: (progress: CardProgress) => void) {
    switch (operation.kind) {
      case 'read':
        return { kind: 'read', summary: await readCard(stay, this.#knownCards, onProgress) } as const;
      case 'pin-status':
        return { kind: 'pin', status: await readStatus(stay) } as const;
      case 'desk-signature':
        return await signForDesk(stay, operation);
      case 'admin-witness':
        return await witnessForDesk(stay, operation);
      case 'admin-response':
        return await answerForDesk(stay, operation);
      case 'desk-sign-in':
        return await signInAtDesk(stay, operation, this.#pinOptions(onProgress));
      case 'desk-unblock':
        return await unblockForDesk(stay, operation, onProgress);
      case 'verify':
      case 'change':
      case 'unblock': {
        const { status, signature } = await attemptPin(stay, operation, this.#pinOptions(onProgress));
        const proves = operation.kind === 'verify' && operation.prove !== undefined;
        return { kind: 'pin', status, ...(proves ? { signature } : {}) } as const;
      }
    }
  }

  #pinOptions(onProgress: (progress: CardProgress) => void): PinAttemptOptions {
    return { deauthentication: this.#deauthentication, keepVerified: this.#options.keepVerified ?? false, onProgress };
  }

  #stayAt(connection: CardConnection): CardStay {
    const notes = this.#notes.get(connection) ?? { pinReference: null, pukTriesLeft: null };
    this.#notes.set(connection, notes);
    return new CardStay(connection, notes, this.#options.exchange ?? {}, this.#options.waitMs);
  }
}

/** The class of an error nobody thought of; its text stays here, for it could quote anything. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}
