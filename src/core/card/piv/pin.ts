import type { PinStatus } from '../../contract/card-process.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { STATUS, triesLeftOf } from '../status-word.ts';

/** Key references of PINs and the PUK, SP 800-73-4 part 1 table 4a. */
export const PIN_REFERENCE = { global: 0x00, application: 0x80, puk: 0x81 } as const;
export type PinReference = (typeof PIN_REFERENCE)['global' | 'application'];

const REFERENCE_DATA_OCTETS = 8;
const PADDING = 0xff;

/**
 * Whether these bytes can be a PIN at all: 4 to 8 printable ASCII characters. SP 800-73-4 part 1 section 2.4.3 wants 6 to 8
 * digits; older cards keep what they were given, and what a new one must look like is the agent's policy.
 */
export function isPossiblePin(pin: Uint8Array): boolean {
  return isPossiblePuk(pin) && pin.every((octet) => octet >= 0x20 && octet <= 0x7e);
}

/** A PUK may be any bytes, eight by the standard; shorter ones exist and are padded like a PIN. */
export function isPossiblePuk(puk: Uint8Array): boolean {
  return puk.length >= 4 && puk.length <= REFERENCE_DATA_OCTETS;
}

/** What a card made of a PIN or PUK. */
export type PinOutcome =
  | { readonly kind: 'accepted' }
  /** Wrong, and it cost a try; `triesLeft` null: the card does not count aloud. */
  | { readonly kind: 'wrong'; readonly triesLeft: number | null }
  /** Blocked: before this try, or by it; cards say 6983 to both. */
  | { readonly kind: 'blocked' }
  /** The card did not like its form. Some count that as a try and some do not: the counter tells. */
  | { readonly kind: 'format' }
  | { readonly kind: 'refused'; readonly statusWord: number };

/** VERIFY without data, SP 800-73-4 part 2 section 3.2.1: costs no try. 'not-selected': the card wants SELECT first. */
export async function readPinStatus(
  exchange: ApduExchange,
  reference: PinReference | typeof PIN_REFERENCE.puk,
): Promise<PinStatus | 'not-selected'> {
  const { statusWord } = await exchange.send({ ins: 0x20, p1: 0x00, p2: reference });
  if (statusWord === STATUS.success) return { state: 'verified', triesLeft: null };
  if (statusWord === STATUS.commandNotAllowed) return 'not-selected';
  if (statusWord === STATUS.verificationFailed) return { state: 'unverified', triesLeft: null };
  const triesLeft = triesLeftOf(statusWord);
  if (triesLeft === null) return { state: 'unknown', triesLeft: null };
  return { state: triesLeft === 0 ? 'blocked' : 'unverified', triesLeft };
}

/** VERIFY, SP 800-73-4 part 2 section 3.2.1. */
export async function verifyPin(exchange: ApduExchange, reference: PinReference, pin: Uint8Array): Promise<PinOutcome> {
  return await present(exchange, { ins: 0x20, p2: reference }, [pin]);
}

/**
 * CHANGE REFERENCE DATA, SP 800-73-4 part 2 section 3.2.2. An answer that never came says nothing: the card may have the
 * new value already, and trying the old one would cost a try.
 */
export async function changePin(
  exchange: ApduExchange,
  reference: PinReference | typeof PIN_REFERENCE.puk,
  current: Uint8Array,
  next: Uint8Array,
): Promise<PinOutcome> {
  return await present(exchange, { ins: 0x24, p2: reference }, [current, next]);
}

/** RESET RETRY COUNTER, SP 800-73-4 part 2 section 3.2.3: the outcome is the PUK's. It exists for the application PIN only. */
export async function resetRetryCounter(
  exchange: ApduExchange,
  puk: Uint8Array,
  newPin: Uint8Array,
): Promise<PinOutcome> {
  return await present(exchange, { ins: 0x2c, p2: PIN_REFERENCE.application }, [puk, newPin]);
}

/**
 * VERIFY with P1 = FF, SP 800-73-4 part 2 section 3.2.1: the card forgets that the PIN was verified. True: it said yes.
 * A card that ignores P1 says yes too while the PIN is verified, so a yes needs a look at the status to be believed.
 */
export async function deauthenticate(exchange: ApduExchange, reference: PinReference): Promise<boolean> {
  const { statusWord } = await exchange.send({ ins: 0x20, p1: 0xff, p2: reference });
  return statusWord === STATUS.success;
}

async function present(
  exchange: ApduExchange,
  command: { readonly ins: number; readonly p2: number },
  values: readonly Uint8Array[],
): Promise<PinOutcome> {
  const data = new Uint8Array(REFERENCE_DATA_OCTETS * values.length).fill(PADDING);
  try {
    values.forEach((value, index) => {
      if (!isPossiblePuk(value)) throw new RangeError('reference data is 4 to 8 bytes');
      data.set(value, index * REFERENCE_DATA_OCTETS);
    });
    const { statusWord } = await exchange.send({ ...command, p1: 0x00, data }, { secret: true });
    return outcomeOf(statusWord);
  } finally {
    data.fill(0);
  }
}

function outcomeOf(statusWord: number): PinOutcome {
  switch (statusWord) {
    case STATUS.success:
      return { kind: 'accepted' };
    case STATUS.verificationFailed:
      return { kind: 'wrong', triesLeft: null };
    case STATUS.authenticationMethodBlocked:
    case STATUS.referenceDataNotUsable:
      return { kind: 'blocked' };
    case STATUS.incorrectData:
    case STATUS.wrongLength:
      return { kind: 'format' };
    default: {
      const triesLeft = triesLeftOf(statusWord);
      return triesLeft === null ? { kind: 'refused', statusWord } : { kind: 'wrong', triesLeft };
    }
  }
}
