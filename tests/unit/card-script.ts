import { CardError } from '../../src/core/card/card-error.ts';
import type { CardConnection, Disposition } from '../../src/core/card/transceiver.ts';

/** An APDU in hex as it must come, and what the card answers to it: hex, or an error of the reader. */
export type Exchange = readonly [command: string, answer: string | CardError];

const compact = (hex: string) => hex.replaceAll(' ', '').toLowerCase();
export const bytes = (hex: string) => Uint8Array.from(Buffer.from(compact(hex), 'hex'));
export const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
export const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** A card that expects exactly these APDUs in this order. It keeps every buffer it was handed, to see what became of it. */
export class ScriptedCard implements CardConnection {
  readonly reader = 'Scripted reader';
  readonly atr: Uint8Array;
  readonly received: Uint8Array[] = [];
  readonly dispositions: Disposition[] = [];
  readonly #script: Exchange[];
  #deviation: string | null = null;
  #inTransaction = false;

  constructor(script: readonly Exchange[], atr = '3b00') {
    this.#script = [...script];
    this.atr = bytes(atr);
  }

  /** Goes on with a further part of the script, for the next operation on the same connection. */
  expect(...script: Exchange[]): void {
    this.#script.push(...script);
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    this.received.push(command);
    const next = this.#script.shift();
    if (!this.#inTransaction) this.#deviation ??= `${hex(command)} came outside a transaction`;
    if (next === undefined || compact(next[0]) !== hex(command)) {
      this.#deviation ??= `${hex(command)} came instead of ${next === undefined ? 'nothing' : compact(next[0])}`;
      return Promise.resolve(bytes('6f00'));
    }
    const [, answer] = next;
    return answer instanceof CardError ? Promise.reject(answer) : Promise.resolve(bytes(answer));
  }

  async transaction<T>(body: () => Promise<T>, options: { disposition?: Disposition } = {}): Promise<T> {
    this.#inTransaction = true;
    try {
      return await body();
    } finally {
      this.#inTransaction = false;
      this.dispositions.push(options.disposition ?? 'leave');
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Throws unless the script was followed to its end. */
  finish(): void {
    if (this.#deviation !== null) throw new Error(this.#deviation);
    if (this.#script.length > 0) throw new Error(`${this.#script[0]?.[0]} never came`);
  }
}

export const SELECT = '00A404000B A000000308000010000100 00';
export const SELECT_UNVERSIONED = '00A4040009 A00000030800001000 00';
export const SELECTED: Exchange = [SELECT, '61 11 4F 06 000010000100 79 07 4F 05 A000000308 9000'];
export const DISCOVERY_COMMAND = '00CB3FFF03 5C 01 7E 00';
export const NO_DISCOVERY: Exchange = [DISCOVERY_COMMAND, '6A82'];
export const STATUS_COMMAND = '00200080';
export const FORGET_COMMAND = '0020FF80';
