import { FAILURES } from '../../agent/failure-codes.ts';

/** The failures as the window says them: as the table does, but for what it says of the command line. */
export const failures = {
  ...FAILURES,
  Reader_Unknown: {
    says: 'There is no reader of that name any more.',
    next: 'Check the cable of the reader, and try again.',
  },
  Reader_Several: { says: FAILURES.Reader_Several.says, next: 'Choose the card that you mean.' },
  Passcode_LastTry: {
    says: FAILURES.Passcode_LastTry.says,
    next: 'If you are not sure, unlock the card instead of guessing.',
  },
  Card_TriesUnknown: {
    says: FAILURES.Card_TriesUnknown.says,
    next: 'If what you typed is surely right, you can use it. If it is wrong, the card may be blocked for good.',
  },
  Passcode_Missing: { says: FAILURES.Passcode_Missing.says, next: 'Enter it and try again.' },
} as const;
