/**
 * What is typed into the unlock's fields, before it is sent: the field is empty afterwards, and a slip of the finger should not
 * cost typing it all again. The agent decides what is an address and what is a code.
 */

const DIGITS_OF_A_NUMBER = 7;

/** As the agent gets it: without the spaces around it. */
export const trimmed = (typed: string): string => typed.trim();

/** Whether it could be an email address or a mobile number. */
export function couldBeAddress(typed: string): boolean {
  const address = trimmed(typed);
  if (address.includes('@')) return /^\S+@\S+\.\S+$/.test(address);
  return /^[+(]?[\d\s().-]+$/.test(address) && digitsOf(address).length >= DIGITS_OF_A_NUMBER;
}

/** Codes are copied with spaces around and within them. */
export const digitsOf = (typed: string): string => typed.replaceAll(/\D/g, '');

export const couldBeCode = (typed: string): boolean => /^[\s\d-]*$/.test(typed) && digitsOf(typed).length === 6;
