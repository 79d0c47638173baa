import { gzipSync } from 'node:zlib';
import { tlv } from './ber-tlv.ts';

/** Ways to spoil one answer on the wire. */
export const ANSWER_GARBAGE = ['random', 'truncated', 'wrong-length', 'half-status', 'endless'] as const;
export type AnswerGarbage = (typeof ANSWER_GARBAGE)[number];

/** Numbers that are the same for the same seed, so that a failing run can be repeated (xorshift32). */
export class SeededNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 0x9e3779b9;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state % limit;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** What a bad card says instead of `answer` (data and status word). */
export function spoil(answer: Uint8Array, garbage: AnswerGarbage, numbers: SeededNumbers): Uint8Array {
  const data = answer.subarray(0, -2);
  const status = answer.subarray(-2);
  switch (garbage) {
    case 'random':
      return Buffer.concat([numbers.bytes(numbers.below(255)), Buffer.of(0x90, 0x00)]);
    case 'truncated':
      return Buffer.concat([data.subarray(0, numbers.below(data.length + 1)), status]);
    case 'wrong-length': {
      // The second byte of an answer is nearly always the length of its outermost element.
      const spoilt = Buffer.from(data);
      if (spoilt.length > 1) spoilt[1] = numbers.below(256);
      return Buffer.concat([spoilt, status]);
    }
    case 'half-status':
      return Uint8Array.of(0x90);
    case 'endless':
      return Buffer.concat([Buffer.alloc(255, 0x5a), Buffer.of(0x61, 0xff)]);
    default:
      throw new Error(`not a kind of garbage: ${String(garbage satisfies never)}`);
  }
}

/** Objects that no issuer would write, to be stored in place of a certificate or of the CHUID. */
export const HOSTILE_OBJECTS = [
  'empty-certificate',
  'huge',
  'gzip-bomb',
  'gzip-truncated',
  'gzip-of-nothing',
  'not-a-certificate',
  'length-beyond-end',
  'indefinite-length',
  'deep-nesting',
  'random',
] as const;
export type HostileObject = (typeof HOSTILE_OBJECTS)[number];

/** Content of such an object, as it stands inside the 53. */
export function hostileObject(kind: HostileObject, numbers = new SeededNumbers(1)): Buffer {
  switch (kind) {
    case 'empty-certificate':
      return certificate(Buffer.alloc(0), 0);
    case 'huge':
      return certificate(numbers.bytes(100_000), 0);
    case 'gzip-bomb':
      return certificate(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 1);
    case 'gzip-truncated':
      return certificate(gzipSync(numbers.bytes(1200)).subarray(0, 600), 1);
    case 'gzip-of-nothing':
      return certificate(gzipSync(Buffer.alloc(0)), 1);
    case 'not-a-certificate':
      return certificate(numbers.bytes(900), 0);
    case 'length-beyond-end':
      return Buffer.concat([Buffer.of(0x70, 0x82, 0xff, 0xff), numbers.bytes(40)]);
    case 'indefinite-length':
      return Buffer.concat([Buffer.of(0x70, 0x80), numbers.bytes(40), Buffer.of(0x00, 0x00)]);
    case 'deep-nesting': {
      let nested: Buffer = Buffer.alloc(0);
      for (let depth = 0; depth < 1000; depth++) nested = tlv(0x70, nested);
      return nested;
    }
    case 'random':
      return numbers.bytes(1 + numbers.below(2000));
    default:
      throw new Error(`not a hostile object: ${String(kind satisfies never)}`);
  }
}

function certificate(content: Uint8Array, information: number): Buffer {
  return Buffer.concat([tlv(0x70, content), tlv(0x71, Buffer.of(information)), tlv(0xfe)]);
}
