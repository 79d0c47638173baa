import { CardError } from '../../src/core/card/card-error.ts';
import type { CardConnection } from '../../src/core/card/transceiver.ts';
import { bytes, hex } from './card-script.ts';

type Command = 'select' | 'get-data' | 'get-response' | 'pin-status';

/**
 * A card that knows only SELECT, GET DATA in parts of 256 bytes, and the empty VERIFY: enough to be read. What it is asked is
 * kept by transaction, in words. The rest of a response is forgotten on the next other command, as ISO 7816-4 says.
 */
export class CardOfObjects implements CardConnection {
  readonly reader = 'Reader of objects';
  readonly atr = bytes('3b00');
  readonly objects = new Map<string, Uint8Array>();
  readonly answers = new Map<string, string>();
  readonly transactions: string[][] = [];
  pinStatus = '63C3';
  properties = '61 11 4F 06 000010000100 79 07 4F 05 A000000308';
  /** Pulled when so many APDUs have been answered. */
  pulledAfter = Number.POSITIVE_INFINITY;
  /** What another program does between two transactions. */
  inBetween: (() => void) | null = null;
  selected = false;
  #rest = new Uint8Array(0);

  get asked(): string[] {
    return this.transactions.flat();
  }

  /** An object's content, wrapped as GET DATA gives it. */
  put(tag: string, object: Uint8Array): void {
    this.objects.set(tag, object);
  }

  async transaction<T>(body: () => Promise<T>): Promise<T> {
    this.transactions.push([]);
    try {
      return await body();
    } finally {
      this.inBetween?.();
    }
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    if (this.asked.length >= this.pulledAfter) return Promise.reject(new CardError({ code: 'card-removed' }));
    const kind = kindOf(command);
    const tag = kind === 'get-data' ? hex(command.subarray(7, 5 + (command[4] ?? 0))) : '';
    this.transactions.at(-1)?.push(tag === '' ? kind : tag);
    if (kind === 'get-response') return Promise.resolve(this.#next());
    this.#rest = new Uint8Array(0);
    if (kind === 'select') {
      this.selected = true;
      return Promise.resolve(bytes(`${this.properties} 9000`));
    }
    if (!this.selected) return Promise.resolve(bytes('6D00'));
    if (kind === 'pin-status') return Promise.resolve(bytes(this.pinStatus));
    const object = this.objects.get(tag);
    const answer = this.answers.get(tag);
    if (answer !== undefined) return Promise.resolve(bytes(answer));
    if (object === undefined) return Promise.resolve(bytes('6A82'));
    this.#rest = Uint8Array.from(object);
    return Promise.resolve(this.#next());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #next(): Uint8Array {
    const part = this.#rest.subarray(0, 256);
    this.#rest = this.#rest.subarray(256);
    const left = Math.min(this.#rest.length, 256) % 256;
    // A Buffer, as readers may give: it is a Uint8Array, and its `slice` is not a copy.
    return Buffer.from([...part, ...(this.#rest.length === 0 ? [0x90, 0x00] : [0x61, left])]);
  }
}

function kindOf(command: Uint8Array): Command {
  switch (command[1]) {
    case 0xa4:
      return 'select';
    case 0xc0:
      return 'get-response';
    case 0x20:
      if (command.length === 4) return 'pin-status';
      throw new Error('a card that is only read was given a PIN');
    case 0xcb:
      return 'get-data';
    default:
      throw new Error(`a card that is only read was sent ${hex(command)}`);
  }
}
