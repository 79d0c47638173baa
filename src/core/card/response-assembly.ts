import { concatOctets } from '../octets.ts';
import { parseResponse } from './apdu.ts';
import { CardError } from './card-error.ts';
import { correctLengthOf, moreDataOf } from './status-word.ts';

export type ResponseLimits = {
  /** Most bytes of one whole response; 64 kB where not given. */
  readonly maxBytes?: number;
  /** Most responses that one may be made of; 300 where not given, which is 64 kB in full parts and some to spare. */
  readonly maxParts?: number;
};

export type AssemblyStep =
  | { readonly next: 'done'; readonly statusWord: number; readonly data: Uint8Array }
  | { readonly next: 'get-response'; readonly le: number }
  /** Send the last command again with this Le. */
  | { readonly next: 'repeat'; readonly le: number };

/**
 * Puts the parts of one response together (ISO 7816-4 section 5.3.4: 61xx and GET RESPONSE; 6Cxx). A card can keep it busy
 * neither by answering 61xx for ever nor by 6Cxx after 6Cxx: both end in 'malformed-answer'.
 */
export class ResponseAssembly {
  readonly #maxBytes: number;
  readonly #maxParts: number;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #responses = 0;
  #corrected = false;

  constructor({ maxBytes = 65_536, maxParts = 300 }: ResponseLimits = {}) {
    this.#maxBytes = maxBytes;
    this.#maxParts = maxParts;
  }

  /** What has come so far; a copy only if it came in parts. */
  get data(): Uint8Array {
    const [only] = this.#parts;
    return only !== undefined && this.#parts.length === 1 ? only : concatOctets(...this.#parts);
  }

  accept(response: Uint8Array): AssemblyStep {
    const { data, statusWord } = parseResponse(response);
    this.#responses += 1;
    const correctLe = correctLengthOf(statusWord);
    if (correctLe !== null) {
      if (this.#corrected) throw malformed();
      this.#corrected = true;
      return this.#within({ next: 'repeat', le: correctLe });
    }
    this.#corrected = false;
    this.#bytes += data.length;
    if (this.#bytes > this.#maxBytes) throw malformed();
    if (data.length > 0) this.#parts.push(data);
    const more = moreDataOf(statusWord);
    if (more === null) return { next: 'done', statusWord, data: this.data };
    // The first answer of a T=0 card may be a bare 61xx; a GET RESPONSE that brings nothing leads nowhere.
    if (data.length === 0 && this.#responses > 1) throw malformed();
    return this.#within({ next: 'get-response', le: more });
  }

  #within(step: AssemblyStep): AssemblyStep {
    if (this.#responses >= this.#maxParts) throw malformed();
    return step;
  }
}

function malformed(): CardError {
  return new CardError({ code: 'malformed-answer', what: 'chained response' });
}
