import type * as v from 'valibot';
import type { CardProcessMessage, RemovalCauseSchema } from '../../core/contract/card-process.ts';
import { SCARD_STATE_MUTE, SCARD_STATE_PRESENT } from '../pcsc/constants.ts';

type RemovalCause = v.InferOutput<typeof RemovalCauseSchema>;
export type PresenceEvent = Extract<CardProcessMessage, { type: 'inserted' | 'mute' | 'removed' }>;

type Stay = {
  readonly insertion: string;
  /** The event counter when this card was first seen. */
  readonly eventCount: number;
  mute: boolean;
};

/**
 * Which card is in which reader, judged from SCARD_READERSTATE: by the state bits and by the event counter in the upper
 * half. The bits alone would show a card that was pulled and put back (or swapped for another person's) between two looks
 * as a card that never moved.
 */
export class Presence {
  readonly #stays = new Map<string, Stay>();
  readonly #newInsertion: () => string;

  constructor(newInsertion: () => string) {
    this.#newInsertion = newInsertion;
  }

  /** A reader's new state, `event` being dwEventState. The order of the events is the order in which they happened. */
  update(reader: string, event: number, atr: Uint8Array, at: number): PresenceEvent[] {
    const eventCount = (event >>> 16) & 0xffff;
    const stay = this.#stays.get(reader);
    if ((event & SCARD_STATE_PRESENT) === 0) return stay === undefined ? [] : this.#remove(reader, 'card-pulled', at);

    const mute = (event & SCARD_STATE_MUTE) !== 0;
    if (stay === undefined) return [this.#insert(reader, eventCount, mute, atr, at)];
    // Out and in are two steps. One alone is the counter being written a moment before or after the state bits.
    const moved = (eventCount - stay.eventCount) & 0xffff;
    if (moved >= 2) {
      return [...this.#remove(reader, 'card-swapped', at), this.#insert(reader, eventCount, mute, atr, at)];
    }
    if (stay.mute && !mute) {
      stay.mute = false;
      return [{ type: 'inserted', reader, insertion: stay.insertion, eventCount, atr, at }];
    }
    return [];
  }

  /** The readers that have a card in. */
  occupied(): string[] {
    return [...this.#stays.keys()];
  }

  /** The reader is gone, and what was in it with it. */
  unplugged(reader: string, at: number): PresenceEvent[] {
    return this.#remove(reader, 'reader-unplugged', at);
  }

  /** Nobody can tell any more what is in any reader: to be safe, nothing. */
  serviceStopped(at: number): PresenceEvent[] {
    return [...this.#stays.keys()].flatMap((reader) => this.#remove(reader, 'service-stopped', at));
  }

  #insert(reader: string, eventCount: number, mute: boolean, atr: Uint8Array, at: number): PresenceEvent {
    const insertion = this.#newInsertion();
    this.#stays.set(reader, { insertion, eventCount, mute });
    return mute
      ? { type: 'mute', reader, insertion, at }
      : { type: 'inserted', reader, insertion, eventCount, atr, at };
  }

  #remove(reader: string, cause: RemovalCause, at: number): PresenceEvent[] {
    const stay = this.#stays.get(reader);
    if (stay === undefined) return [];
    this.#stays.delete(reader);
    return [{ type: 'removed', reader, insertion: stay.insertion, cause, at }];
  }
}
