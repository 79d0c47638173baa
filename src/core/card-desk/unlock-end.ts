import type { FailureCode } from '../agent/failure-codes.ts';
import type { UnlockFailure } from '../contract/card-desk/shapes.ts';

/** Why the desk has ended a journey, as the user is told. */
export function codeOfEnd(failure: UnlockFailure | null): FailureCode {
  switch (failure) {
    case 'expired':
    case null:
      return 'Unlock_Expired';
    case 'code-tries-used':
      return 'Unlock_CodeTriesUsed';
    case 'card-not-proven':
      return 'Unlock_CardNotProven';
    case 'superseded':
      return 'Unlock_Superseded';
    case 'card-not-active':
      return 'Unlock_CardNotActive';
    case 'profile-changed':
      return 'Unlock_ProfileChanged';
    case 'releases-used':
      return 'Unlock_TriedTooOften';
    case 'puk-refused':
      return 'Unlock_PukRefused';
    case 'puk-blocked':
      return 'Puk_Blocked';
    case 'puk-one-try-left':
      return 'Unlock_PukLastTry';
  }
}
