import type { CardFailure } from './card-error.ts';

/** SW1 SW2 of a response: ISO 7816-4 section 5.6, and what SP 800-73-4 part 2 makes of them. */
export const STATUS = {
  success: 0x9000,
  /** The reference data was wrong, and the card does not count aloud. */
  verificationFailed: 0x6300,
  wrongLength: 0x6700,
  lastCommandOfChainExpected: 0x6883,
  securityStatusNotSatisfied: 0x6982,
  authenticationMethodBlocked: 0x6983,
  referenceDataNotUsable: 0x6984,
  conditionsOfUseNotSatisfied: 0x6985,
  /** Without an application selected, some cards answer VERIFY with this. */
  commandNotAllowed: 0x6986,
  incorrectData: 0x6a80,
  functionNotSupported: 0x6a81,
  notFound: 0x6a82,
  incorrectP1P2: 0x6a86,
  referenceDataNotFound: 0x6a88,
  wrongParameters: 0x6b00,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
} as const;

/** 61xx: how many bytes GET RESPONSE can fetch now, 1 to 256; null for any other status word. */
export function moreDataOf(statusWord: number): number | null {
  return statusWord >> 8 === 0x61 ? lengthOf(statusWord) : null;
}

/** 6Cxx: the Le with which the same command would have succeeded, 1 to 256; null for any other status word. */
export function correctLengthOf(statusWord: number): number | null {
  return statusWord >> 8 === 0x6c ? lengthOf(statusWord) : null;
}

/** Zero stands for 256, as in a short Le. */
function lengthOf(statusWord: number): number {
  return (statusWord & 0xff) === 0 ? 256 : statusWord & 0xff;
}

/**
 * How many tries a status word leaves: 63Cx counts them, 6983 and 6984 mean that none is left. 63C0 and 6983 say the same,
 * and cards differ in which of them they use. null: this status word does not tell.
 */
export function triesLeftOf(statusWord: number): number | null {
  if ((statusWord & 0xfff0) === 0x63c0) return statusWord & 0x0f;
  if (statusWord === STATUS.authenticationMethodBlocked || statusWord === STATUS.referenceDataNotUsable) return 0;
  return null;
}

/** The failure that a status word stands for where the operation has no better word; `what` names object, key or command. */
export function failureOf(statusWord: number, what: string): CardFailure {
  switch (statusWord) {
    case STATUS.securityStatusNotSatisfied:
      return { code: 'not-authorised' };
    case STATUS.notFound:
    case STATUS.referenceDataNotFound:
      return { code: 'object-absent', what };
    case STATUS.functionNotSupported:
    case STATUS.incorrectP1P2:
    case STATUS.wrongParameters:
    case STATUS.instructionNotSupported:
    case STATUS.classNotSupported:
      return { code: 'not-supported', what };
    default:
      return { code: 'card-refused', statusWord };
  }
}
