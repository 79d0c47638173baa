import type { FailureCode } from '../agent/failure-codes.ts';

/**
 * Troubles with the card desk whose next step is another one where a computer is examined (`diagnostics.deskNext`): the words of
 * an unlock that failed by them promise that Wardkey tries again by itself.
 */
const DESK_STEPS = [
  'Desk_NotReached',
  'Desk_Unavailable',
  'Desk_NotUnderstood',
] as const satisfies readonly FailureCode[];

export const hasDeskStep = (code: FailureCode): code is (typeof DESK_STEPS)[number] =>
  DESK_STEPS.some((each) => each === code);
