import { octetsOf } from '../octets.ts';
import { CardError } from './card-error.ts';

/** A command APDU, ISO 7816-3 section 12.1. */
export type CommandApdu = {
  /** 00 where not given: no secure messaging, logical channel 0, last of its chain. */
  readonly cla?: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data?: Uint8Array;
  /** Most bytes of response data that are welcome, 1 to 65,536; not given: none. */
  readonly le?: number;
};

export type ResponseApdu = { readonly data: Uint8Array; readonly statusWord: number };

export const SHORT_LC_MAX = 255;
export const SHORT_LE_MAX = 256;
export const EXTENDED_MAX = 65_536;
const CHAINING = 0x10;

/** The short form where it can say it all, else the extended one: cases 1 to 4 of both. At most 65,535 bytes of data. */
export function encodeCommand(command: CommandApdu): Uint8Array<ArrayBuffer> {
  const { data = new Uint8Array(0), le = 0 } = command;
  if (data.length >= EXTENDED_MAX || le > EXTENDED_MAX) throw new RangeError('longer than an extended APDU can be');
  const extended = data.length > SHORT_LC_MAX || le > SHORT_LE_MAX;
  const lc = data.length === 0 ? 0 : extended ? 3 : 1;
  // An extended Le without Lc begins with the zero byte that tells it from a short one (case 2E).
  const leLength = le === 0 ? 0 : !extended ? 1 : lc === 0 ? 3 : 2;
  const encoded = new Uint8Array(4 + lc + data.length + leLength);
  encoded.set([command.cla ?? 0x00, command.ins, command.p1, command.p2]);
  if (lc > 0) encoded.set(octetsOf(data.length, lc), 4);
  encoded.set(data, 4 + lc);
  // The greatest Le of each form, 256 and 65,536, is written as zeros.
  encoded.set(octetsOf(le % EXTENDED_MAX, leLength), encoded.length - leLength);
  return encoded;
}

/** Command chaining, ISO 7816-4 section 5.3.3: short APDUs of which all but the last carry the chaining bit and no Le. */
export function chainOf(command: CommandApdu): CommandApdu[] {
  const { data } = command;
  if (data === undefined || data.length <= SHORT_LC_MAX) return [command];
  const { ins, p1, p2, cla = 0x00 } = command;
  const chain: CommandApdu[] = [];
  let offset = 0;
  for (; data.length - offset > SHORT_LC_MAX; offset += SHORT_LC_MAX) {
    chain.push({ cla: cla | CHAINING, ins, p1, p2, data: data.subarray(offset, offset + SHORT_LC_MAX) });
  }
  chain.push({ ...command, data: data.subarray(offset) });
  return chain;
}

/** Splits without copying. Fewer than two bytes, or more than an extended APDU can carry, are 'malformed-answer'. */
export function parseResponse(response: Uint8Array): ResponseApdu {
  const sw1 = response.at(-2);
  const sw2 = response.at(-1);
  if (sw1 === undefined || sw2 === undefined || response.length > EXTENDED_MAX + 2) {
    throw new CardError({ code: 'malformed-answer', what: 'response APDU' });
  }
  return { data: response.subarray(0, -2), statusWord: (sw1 << 8) | sw2 };
}
