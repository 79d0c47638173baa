/** Status words of ISO/IEC 7816-4 table 5 and SP 800-73-4 part 2 that the virtual card answers. */
export const SW = {
  success: 0x9000,
  wrongLength: 0x6700,
  securityStatusNotSatisfied: 0x6982,
  blocked: 0x6983,
  conditionsNotSatisfied: 0x6985,
  commandNotAllowed: 0x6986,
  wrongData: 0x6a80,
  notFound: 0x6a82,
  wrongParameters: 0x6a86,
  referenceNotFound: 0x6a88,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
} as const;

/** 63Cx: the comparison failed or was not made, `tries` (0 to 15) are left. */
export function triesLeft(tries: number): number {
  return 0x63c0 | Math.min(tries, 0xf);
}

export function statusBytes(statusWord: number): Uint8Array {
  return Uint8Array.of(statusWord >> 8, statusWord & 0xff);
}

/** What a command comes to before it is cut into answers: data and status word. */
export type Outcome = { readonly statusWord: number; readonly data: Uint8Array };

const NOTHING = new Uint8Array();

export function refuse(statusWord: number): Outcome {
  return { statusWord, data: NOTHING };
}

export function succeed(data: Uint8Array = NOTHING): Outcome {
  return { statusWord: SW.success, data };
}
