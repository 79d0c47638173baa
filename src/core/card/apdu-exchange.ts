import { type CommandApdu, chainOf, EXTENDED_MAX, encodeCommand, parseResponse, SHORT_LE_MAX } from './apdu.ts';
import { ResponseAssembly, type ResponseLimits } from './response-assembly.ts';
import { STATUS } from './status-word.ts';
import type { Transceiver } from './transceiver.ts';

export type WholeResponse = {
  readonly data: Uint8Array;
  readonly statusWord: number;
  /** False: `enough` was content with the beginning, and the rest was left on the card. */
  readonly complete: boolean;
};

export type SendOptions = {
  /** The command carries a PIN or PUK: its encoded form is overwritten once sent, and it is never sent twice. */
  readonly secret?: boolean;
  /**
   * Asked whenever the card has more to give. A card forgets the rest of a response on the next other command
   * (ISO 7816-4 section 5.3.4), so a large object whose beginning decides need not be fetched.
   */
  readonly enough?: (soFar: Uint8Array) => boolean;
};

export type ExchangeOptions = ResponseLimits & {
  /** Try extended APDUs first; a card or reader that refuses them is spoken to in short ones from then on. */
  readonly extendedLength?: boolean;
};

const NEVER_ENOUGH = () => false;
const NO_EXTENDED_LENGTH: ReadonlySet<number> = new Set([STATUS.wrongLength, STATUS.classNotSupported, 0x6f00]);

/** Whole commands and whole responses over a transceiver of single APDUs: chaining both ways, GET RESPONSE, and 6Cxx. */
export class ApduExchange {
  readonly #transceiver: Transceiver;
  readonly #limits: ResponseLimits;
  #extendedLength: boolean;
  /** APDUs sent so far, each part of a chain and each GET RESPONSE being one. */
  sent = 0;

  constructor(transceiver: Transceiver, { extendedLength = false, ...limits }: ExchangeOptions = {}) {
    this.#transceiver = transceiver;
    this.#extendedLength = extendedLength;
    this.#limits = limits;
  }

  /** Resolves with the last status word and all data; rejects with the transceiver's errors and 'malformed-answer'. */
  async send(command: CommandApdu, options: SendOptions = {}): Promise<WholeResponse> {
    if (this.#extendedLength && options.secret !== true) {
      const response = await this.#sendAndCollect(extended(command), options);
      if (!NO_EXTENDED_LENGTH.has(response.statusWord) || response.data.length > 0) return response;
      this.#extendedLength = false;
    }
    const chain = chainOf(command);
    for (const link of chain.slice(0, -1)) {
      const { statusWord, data } = parseResponse(await this.#transmit(link, options.secret === true));
      if (statusWord !== STATUS.success) return { statusWord, data, complete: true };
    }
    return await this.#sendAndCollect(chain.at(-1) ?? command, options);
  }

  async #sendAndCollect(first: CommandApdu, options: SendOptions): Promise<WholeResponse> {
    const { enough = NEVER_ENOUGH, secret = false } = options;
    const assembly = new ResponseAssembly(this.#limits);
    for (let command = first; ; ) {
      const response = await this.#transmit(command, secret);
      const { statusWord } = parseResponse(response);
      const step = assembly.accept(response);
      if (step.next === 'done') return { data: step.data, statusWord: step.statusWord, complete: true };
      // A secret sent again could cost another try, and what the card said of it is for the caller to judge: 61xx says that it was done.
      if (secret) return { data: new Uint8Array(0), statusWord, complete: true };
      if (step.next === 'repeat') {
        command = { ...command, le: step.le };
      } else if (enough(assembly.data)) {
        return { data: assembly.data, statusWord: STATUS.success, complete: false };
      } else {
        command = { ins: 0xc0, p1: 0x00, p2: 0x00, le: step.le };
      }
    }
  }

  async #transmit(command: CommandApdu, secret: boolean): Promise<Uint8Array> {
    const encoded = encodeCommand(command);
    this.sent += 1;
    try {
      return await this.#transceiver.transmit(encoded);
    } finally {
      if (secret) encoded.fill(0);
    }
  }
}

function extended(command: CommandApdu): CommandApdu {
  // Only what short APDUs could not do in one go is worth an extended one.
  return command.le === SHORT_LE_MAX ? { ...command, le: EXTENDED_MAX } : command;
}
