import type { Policy } from './policy.ts';

/**
 * The rules on passcodes, asked before the card sees a guess. They work on bytes, never on strings: a string cannot be
 * overwritten.
 */

export type VerifyingProblem = 'too-short' | 'too-long' | 'bad-characters';
export type ChoosingProblem = VerifyingProblem | 'digits-only' | 'too-simple' | 'has-year' | 'same-as-old';

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isPrintable = (byte: number) => byte >= 0x21 && byte <= 0x7e;

/**
 * Whether `pin` can be the passcode of a card at all. Wider than the rule for choosing: passcodes older than the rule stay
 * valid until they are changed (4 to 8 characters, SP 800-73-4 part 2, 2.4.3), and a slip of the keyboard must not cost a try.
 */
export function checkForVerifying(pin: Uint8Array): VerifyingProblem | null {
  if (pin.length < 4) return 'too-short';
  if (pin.length > 8) return 'too-long';
  return pin.every(isPrintable) ? null : 'bad-characters';
}

/** Whether `pin` may be chosen as the new passcode. `old` is the present one, where the user knows it. */
export function checkForChoosing(
  pin: Uint8Array,
  old: Uint8Array | null,
  rules: Policy['passcode'],
): ChoosingProblem | null {
  if (pin.length < rules.minLength) return 'too-short';
  if (pin.length > rules.maxLength) return 'too-long';
  if (!pin.every(isPrintable)) return 'bad-characters';
  if (rules.digitsOnly && !pin.every(isDigit)) return 'digits-only';
  if (old !== null && pin.length === old.length && pin.every((byte, i) => byte === old[i])) return 'same-as-old';
  if (!rules.refuseSimple) return null;
  if (isRepeated(pin) || isRun(pin, 1) || isRun(pin, -1)) return 'too-simple';
  return hasYear(pin) ? 'has-year' : null;
}

/** One unit again and again: 111111, 121212, 123123, 12341234. */
function isRepeated(pin: Uint8Array): boolean {
  for (let unit = 1; unit <= pin.length / 2; unit++) {
    if (pin.length % unit === 0 && pin.every((byte, i) => byte === pin[i % unit])) return true;
  }
  return false;
}

/** Each character follows the one before; 9 is followed by 0, as on a keyboard. */
function isRun(pin: Uint8Array, step: 1 | -1): boolean {
  return pin.every((byte, i) => {
    const before = pin[i - 1];
    if (before === undefined) return true;
    return isDigit(byte) && isDigit(before) ? (byte - before - step) % 10 === 0 : byte - before === step;
  });
}

/** Starts or ends with 19xx or 20xx: birthdays are what people guess first. */
function hasYear(pin: Uint8Array): boolean {
  const yearAt = (start: number) => {
    const [a, b, c, d] = pin.subarray(start, start + 4);
    if (a === undefined || b === undefined || c === undefined || d === undefined) return false;
    const century = (a === 0x31 && b === 0x39) || (a === 0x32 && b === 0x30);
    return century && isDigit(c) && isDigit(d);
  };
  return yearAt(0) || yearAt(pin.length - 4);
}
