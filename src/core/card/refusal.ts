import { CardError } from './card-error.ts';

/**
 * How far a failed question reaches: a card that says no to it, or answers nonsense, still is there for the next one;
 * a card or reader that does not answer at all ends the operation.
 */

/** A definite no: there is no such thing, or not for us. */
export function isDenial(error: unknown): error is CardError {
  if (!(error instanceof CardError)) return false;
  switch (error.failure.code) {
    case 'not-authorised':
    case 'not-supported':
    case 'object-absent':
      return true;
    default:
      return false;
  }
}

/** An answer that is not what the standard says it is. */
export function isMalformed(error: unknown): error is CardError {
  return error instanceof CardError && error.failure.code === 'malformed-answer';
}

/** A status word that means trouble rather than no (64xx, 65xx, 6Fxx and the like). */
export function isTrouble(error: unknown): error is CardError {
  return error instanceof CardError && error.failure.code === 'card-refused';
}

/** What `question` resolves with; null if the card answered with anything that is no answer to it. */
export async function nullIfRefused<T>(question: () => Promise<T>): Promise<T | null> {
  try {
    return await question();
  } catch (error) {
    if (isDenial(error) || isMalformed(error) || isTrouble(error)) return null;
    throw error;
  }
}
