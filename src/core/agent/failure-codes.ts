import type { CardFailure } from '../card/card-error.ts';
import type { VerdictReason } from '../pki/verdict.ts';
import type { ChoosingProblem } from './passcode-policy.ts';

/**
 * Every failure a person can meet: a stable code `<State>_<Cause>`, a plain sentence, and the next step.
 * docs/failure-codes.md is this table (a test holds the two together). Codes are never renamed.
 */
export const FAILURES = {
  Service_Absent: {
    says: 'The smartcard service of this computer is not running.',
    next: 'Wait a moment. If it stays so, ask IT to start the smartcard service (pcscd, or Smart Card on Windows).',
  },
  Service_Stopped: {
    says: 'The smartcard service of this computer has stopped.',
    next: 'Wardkey reconnects by itself. If it stays so, ask IT to restart the smartcard service.',
  },
  Driver_NotFound: {
    says: 'No driver for card readers was found on this computer.',
    next: 'Ask IT to install one (on Linux the package libccid, pcsc-lite-ccid or ccid), and plug the reader in again.',
  },
  Reader_None: {
    says: 'No card reader is connected.',
    next: 'Check the cable of the reader, or plug it into another socket.',
  },
  Reader_Unknown: {
    says: 'There is no reader of that name.',
    next: 'See the names of the readers with: wardkey card',
  },
  Reader_Several: {
    says: 'There is more than one card, so it is not clear which one is meant.',
    next: 'Name the reader with --reader, or take the other cards out.',
  },
  Card_None: { says: 'No card is in the reader.', next: 'Put your smartcard in, chip first and facing up.' },
  Card_Unsupported: {
    says: 'This card is not one that Wardkey can use.',
    next: 'Put in your smartcard. If this is your smartcard, ask your RA.',
  },
  Card_Mute: {
    says: 'The card does not answer.',
    next: 'Take it out, check that the chip is clean and facing up, and put it in again.',
  },
  Card_Removed: { says: 'The card was taken out too soon.', next: 'Put it back in and try again.' },
  Card_Changed: {
    says: 'The card was changed while you typed. Nothing was tried.',
    next: 'Check that your own card is in the reader, and enter your passcode again.',
  },
  Card_Malformed: {
    says: 'The card answered something that makes no sense.',
    next: 'Take it out and put it in again. If it happens again, ask your RA for a new card.',
  },
  Card_Refused: {
    says: 'The card refused what was asked of it.',
    next: 'Take it out and put it in again. If it happens again, ask your RA.',
  },
  Card_Busy: {
    says: 'Another program is using the card.',
    next: 'Wait until it has finished, or close it, and try again.',
  },
  Card_TimedOut: { says: 'The card took too long.', next: 'Take it out, put it in again, and try once more.' },
  Card_NotWatched: {
    says: 'Wardkey lost touch with the card reader for a moment.',
    next: 'Try again. Your passcode may have reached the card, so check how many tries are left first.',
  },
  Card_System: {
    says: 'The smartcard service reported an error.',
    next: 'Try again. If it happens again, give IT the code shown with it.',
  },
  Card_Unattended: {
    says: 'Your card is in the reader but nobody seems to be here.',
    next: 'Take your card with you when you leave.',
  },
  Passcode_Wrong: { says: 'That passcode is not right.', next: 'Check it and try again. Each wrong one costs a try.' },
  Passcode_LastTry: {
    says: 'There is one try left. If it is wrong, the card is blocked.',
    next: 'If you are not sure, unlock the card instead of guessing. To use the last try, say so with --last-try.',
  },
  Card_TriesUnknown: {
    says: 'The card does not tell how many tries are left, so this could be the last one.',
    next: 'If what you typed is surely right, say so with --last-try. If it is wrong, the card may be blocked for good.',
  },
  Passcode_Blocked: {
    says: 'The card is blocked, because a wrong passcode was entered too often.',
    next: 'Unlock it with self-service, or ask your RA.',
  },
  Passcode_NotAccepted: {
    says: 'That cannot be a passcode of this card. It was not counted as a try.',
    next: 'A passcode has 4 to 8 characters, mostly digits.',
  },
  Passcode_TooShort: { says: 'That passcode is too short.', next: 'Choose a longer one.' },
  Passcode_TooLong: { says: 'That passcode is too long.', next: 'Choose a shorter one.' },
  Passcode_DigitsOnly: { says: 'A passcode may hold only digits.', next: 'Choose one made of the digits 0 to 9.' },
  Passcode_TooSimple: {
    says: 'That passcode is too easy to guess.',
    next: 'Do not use repeated digits or runs such as 123456.',
  },
  Passcode_HasYear: {
    says: 'That passcode starts or ends with a year, which is too easy to guess.',
    next: 'Choose one without a year.',
  },
  Passcode_SameAsOld: { says: 'The new passcode is the same as the old one.', next: 'Choose a different one.' },
  Passcode_Mismatch: {
    says: 'The two new passcodes are not the same. Nothing was changed.',
    next: 'Type the new passcode twice, the same way.',
  },
  Passcode_Missing: { says: 'No passcode was given.', next: 'Type it when asked, or give it on standard input.' },
  Puk_Wrong: { says: 'That unblocking code is not right.', next: 'Do not try again: ask your RA.' },
  Puk_Blocked: { says: 'The unblocking code of this card is blocked too.', next: 'Ask your RA for a new card.' },
  Unlock_NotOffered: {
    says: 'Your organisation does not unlock cards in this window.',
    next: 'Use the page or ask the people named here.',
  },
  Unlock_None: { says: 'No card is being unlocked.', next: 'Begin with: unlock my card.' },
  Unlock_WrongStep: {
    says: 'The unlock is at another step.',
    next: 'Go on from the step that is shown.',
  },
  Unlock_AddressNotUsable: {
    says: 'That is neither an email address nor a mobile number that a code can be sent to.',
    next: 'Check it and type it again, or use the other one.',
  },
  Unlock_CodeMalformed: { says: 'The code has six digits.', next: 'Type the six digits of the latest message.' },
  Unlock_CodeWrong: { says: 'That code is not right.', next: 'Check the latest message and try again.' },
  Unlock_CodeTriesUsed: {
    says: 'A wrong code was entered too often, so this unlock has ended. Your card has not changed.',
    next: 'Start again to get a new code.',
  },
  Unlock_Expired: {
    says: 'The 15 minutes for this unlock are over.',
    next: 'If your card is still blocked, start again.',
  },
  Unlock_Superseded: {
    says: 'The unlock of this card was begun again somewhere else, so this one has ended.',
    next: 'Go on there, or start again here.',
  },
  Unlock_CardOut: {
    says: 'Your card is not in the reader.',
    next: 'Put the same card back in. The unlock then goes on by itself.',
  },
  Unlock_NotAuthorised: {
    says: 'Nobody has authorised this card to be unlocked yet.',
    next: 'Ask your RA to authorise it, and then try again.',
  },
  Unlock_CardNotProven: {
    says: 'The card could not show the card desk that it is the one it says it is.',
    next: 'Check that it is your own card and start again. If it happens again, see your RA.',
  },
  Unlock_ProfileChanged: {
    says: 'The profile of the owner of this card was changed while it was being unlocked.',
    next: 'Start again, with the address that is on the profile now. If you did not ask for a change, tell your RA at once.',
  },
  Unlock_CardNotActive: {
    says: 'The card desk no longer lists this card as one that is in use.',
    next: 'See your RA. If you had reported it lost, they will give you a new one.',
  },
  Unlock_TriedTooOften: {
    says: 'This unlock was interrupted too often, so it has ended.',
    next: 'Start again, and leave the card in the reader until it is finished.',
  },
  Unlock_PasscodeRefused: {
    says: 'The card did not take that passcode. Nothing was changed.',
    next: 'Choose another one.',
  },
  Unlock_ChooseAgain: {
    says: 'Wardkey was interrupted and has not kept the passcode you chose.',
    next: 'Choose your new passcode again.',
  },
  Unlock_NotKept: {
    says: 'This computer could not save how far the unlock has come, so your card was not touched.',
    next: 'Try again. If it happens again, tell IT: the disk may be full, or your folder may not be written to.',
  },
  Unlock_PukRefused: {
    says: 'The card did not accept the unblocking code of the card desk.',
    next: 'Do not try again. See your RA, who can give you a new card.',
  },
  Unlock_PukLastTry: {
    says: 'The card has one try left for its unblocking code, so it was not tried again.',
    next: 'See your RA, who can give you a new card.',
  },
  Desk_NotReached: {
    says: 'The card desk of your organisation cannot be reached.',
    next: 'Check the network of this computer. Wardkey tries again by itself.',
  },
  Desk_NotTrusted: {
    says: 'What answers for the card desk could not show that it is the one of your organisation. Nothing was told to it.',
    next: 'Do not go on here. Tell IT: see desk.caFile and desk.pinnedKeys in the policy, and the clock of this computer.',
  },
  Desk_NotUnderstood: {
    says: 'The card desk answered something that Wardkey does not understand.',
    next: 'Update Wardkey and try again. If that does not help, tell IT.',
  },
  Desk_NotSet: {
    says: 'This computer has no card desk.',
    next: 'Ask IT to set desk.address in the policy.',
  },
  Desk_SignInRefused: {
    says: 'The card desk did not sign you in.',
    next: 'Use the card that you were given as an RA. If it is that one, tell whoever looks after the card desk.',
  },
  Desk_PageNotOpened: {
    says: 'You are signed in at the card desk, but no browser opened.',
    next: 'Open the file that is named here in a browser within a minute, or try again.',
  },
  Desk_TooMany: { says: 'That was tried too often.', next: 'Wait a while, and try again.' },
  Desk_Unavailable: {
    says: 'The card desk is not available right now.',
    next: 'Wardkey tries again by itself. If it stays so, ask your RA.',
  },
  Certificate_Absent: { says: 'The card has no certificate to sign in with.', next: 'Ask your RA.' },
  Certificate_Unreadable: { says: 'The certificate on the card cannot be read.', next: 'Ask your RA.' },
  Certificate_Expired: {
    says: 'The certificate on the card has expired.',
    next: 'It can no longer be renewed online. See your RA in person.',
  },
  Certificate_NotYetValid: {
    says: 'The certificate on the card is not valid yet.',
    next: 'Check that the clock of this computer is right. If it is, ask your RA.',
  },
  Certificate_IssuerNotAccepted: {
    says: 'The card comes from an issuer that this organisation does not accept.',
    next: 'Put in the smartcard of this organisation, or ask IT.',
  },
  Certificate_Revoked: {
    says: 'The certificate on the card has been withdrawn.',
    next: 'The card can no longer be used. See your RA in person for a new certificate.',
  },
  Certificate_KeyMismatch: {
    says: 'The card does not hold the key that belongs to its certificate.',
    next: 'A renewal may not have been finished. Renew again, or see your RA.',
  },
  Certificate_IssuerUnknown: {
    says: 'The certificate on the card does not lead to an issuer that this organisation trusts.',
    next: 'Put in the smartcard of this organisation. If this is it, ask IT: an issuing certificate may be missing here.',
  },
  Certificate_IssuerEnded: {
    says: 'A certificate of the card’s issuer is not valid at this time.',
    next: 'Check that the clock of this computer is right. If it is, ask IT.',
  },
  Certificate_WrongPurpose: {
    says: 'The certificate on the card is not meant for signing in.',
    next: 'Ask your RA.',
  },
  Certificate_TooWeak: {
    says: 'The certificate on the card is made in a way that is no longer safe.',
    next: 'Ask your RA for a new one.',
  },
  Certificate_NotValid: {
    says: 'The certificate on the card does not stand up to checking.',
    next: 'Ask your RA, and give IT the reason that the checks of this computer show.',
  },
  Certificate_RevocationUnknown: {
    says: 'It cannot be checked whether this card has been withdrawn.',
    next: 'Check the network cable or the wireless network. Wardkey tries again by itself. If it stays so, ask IT.',
  },
  Certificate_RevocationStale: {
    says: 'It has been too long since it could be checked whether this card was withdrawn.',
    next: 'Check the network cable or the wireless network. Wardkey tries again by itself. If it stays so, ask IT.',
  },
  Certificate_NotJudged: {
    says: 'The certificate on the card could not be checked.',
    next: 'Take the card out and put it in again. If it happens again, tell IT.',
  },
  Trust_Unusable: {
    says: 'The certificates that cards are checked by cannot be read.',
    next: 'IT: see which of certificates.anchors and certificates.intermediates are wrong with: wardkey doctor',
  },
  Trust_Ending: {
    says: 'A certificate of an issuer of your organisation will soon not be valid any more.',
    next: 'IT: put its successor beside it (certificates.anchors, certificates.intermediates).',
  },
  Revocation_NotFetched: {
    says: 'What is known of withdrawn cards could not be brought up to date.',
    next: 'Check the network of this computer. Wardkey tries again by itself. If it stays so, give IT what was found.',
  },
  Revocation_RunningOut: {
    says: 'What is known of withdrawn cards could not be brought up to date, and will soon be too old. Cards may then be refused.',
    next: 'Check the network of this computer, and tell IT before then. IT: see which server does not answer with: wardkey doctor',
  },
  Revocation_InGrace: {
    says: 'It could not be checked lately whether this card has been withdrawn. For a limited time it may be used all the same.',
    next: 'Check the network cable or the wireless network, and tell IT. Wardkey checks again by itself.',
  },
  Clock_TurnedBack: {
    says: 'The clock of this computer is behind the time it has shown before.',
    next: 'Set it right. Certificates are checked by the later time until then.',
  },
  Attempt_InProgress: { says: 'The card is still busy with the last request.', next: 'Wait for it to finish.' },
  Attempt_TooEarly: { says: 'The card is still being read.', next: 'Try again in a moment.' },
  Lock_Failed: {
    says: 'This desktop could not be locked.',
    next: 'Lock it by hand now, and tell IT.',
  },
  Action_Failed: {
    says: 'What was to happen after the card was taken out did not work.',
    next: 'Lock the desktop by hand now, and tell IT.',
  },
  Policy_Invalid: {
    says: 'The policy file of this computer is not valid, so safe defaults are used.',
    next: 'IT: see what is wrong with: wardkey policy check FILE',
  },
  Policy_NotTaken: {
    says: 'The policy file of this computer was changed and is not valid, so the policy from before stays in force.',
    next: 'IT: see what is wrong with: wardkey policy check FILE',
  },
  Policy_Unreadable: {
    says: 'The policy file cannot be read, so safe defaults are used.',
    next: 'IT: check that the file exists and may be read.',
  },
  Settings_Repaired: {
    says: 'A settings file was damaged. It was set aside and a new one begun.',
    next: 'Nothing to do. The damaged file is kept beside the new one.',
  },
  Settings_NotSaved: {
    says: 'Settings could not be saved.',
    next: 'Check that the disk is not full and that your folder may be written to.',
  },
  Agent_AlreadyRunning: {
    says: 'Wardkey is already running for this user.',
    next: 'Use the one that runs, or end it first.',
  },
  Agent_NotRunning: { says: 'Wardkey is not running for this user.', next: 'Start it with: wardkey agent' },
  Agent_Refused: {
    says: 'The running agent did not answer.',
    next: 'End it and start it again; use the same version of Wardkey for both.',
  },
  Agent_CountsDown: {
    says: 'Wardkey cannot be ended while it waits for a card to come back.',
    next: 'Put the card back, or lock this computer, and try again.',
  },
  Network_NameNotFound: {
    says: 'A page or the card desk of your organisation cannot be found on the network.',
    next: 'Check the network cable or the wireless network. Signing in with your card works without it.',
  },
  Page_NotSet: {
    says: 'Your organisation has not told Wardkey where its page for this is.',
    next: 'Ask the people named here, or IT.',
  },
  Page_NotOpened: {
    says: 'The page could not be opened in your browser.',
    next: 'Try again. If it happens again, ask IT.',
  },
  Setting_Managed: {
    says: 'Your organisation has set this, so it cannot be changed here.',
    next: 'Ask IT if it should be different.',
  },
  Setting_NotHere: {
    says: 'This desktop does not offer that.',
    next: 'Nothing to do. Ask IT if you need it.',
  },
  Window_NoBrowser: {
    says: 'There is no browser on this computer that can show the window.',
    next: 'IT: install a Chromium-family browser, or name one in the policy (window.browser). The agent itself runs.',
  },
  Window_NotShown: {
    says: 'The window could not be shown.',
    next: 'Wardkey itself runs, and locks when your card is taken out. End it and start it again. If that does not help, tell IT.',
  },
  Window_NotOpened: {
    says: 'Wardkey could not open its window on this desktop, so it has ended.',
    next: 'Start it again. If that does not help, tell IT. Nothing locks meanwhile when your card is taken out.',
  },
  Report_NotSaved: {
    says: 'The report could not be saved.',
    next: 'Check that the disk is not full and that your folder may be written to.',
  },
  Window_OutOfDate: {
    says: 'This window belongs to another version of Wardkey.',
    next: 'Close it and open Wardkey again.',
  },
  Usage_Wrong: { says: 'The command was not understood.', next: 'See how it is used with: wardkey help' },
} as const satisfies Record<string, { says: string; next: string }>;

export type FailureCode = keyof typeof FAILURES;

export function codeOfCardFailure(failure: CardFailure): FailureCode {
  switch (failure.code) {
    case 'wrong-pin':
      return failure.triesLeft === 0 ? 'Passcode_Blocked' : 'Passcode_Wrong';
    case 'wrong-puk':
      return failure.triesLeft === 0 ? 'Puk_Blocked' : 'Puk_Wrong';
    case 'pin-blocked':
      return 'Passcode_Blocked';
    case 'puk-blocked':
      return 'Puk_Blocked';
    case 'last-try-guarded':
      return failure.triesLeft === null ? 'Card_TriesUnknown' : 'Passcode_LastTry';
    case 'pin-format':
      return 'Passcode_NotAccepted';
    case 'not-supported':
      return failure.what === 'piv' ? 'Card_Unsupported' : 'Card_Refused';
    case 'object-absent':
    case 'not-authorised':
    case 'card-refused':
      return 'Card_Refused';
    case 'malformed-answer':
      return 'Card_Malformed';
    case 'card-removed':
      return 'Card_Removed';
    case 'card-mute':
      return 'Card_Mute';
    case 'reader-busy':
      return 'Card_Busy';
    case 'reader-gone':
      return 'Reader_None';
    case 'service-stopped':
      return 'Service_Stopped';
    case 'timed-out':
      return 'Card_TimedOut';
    case 'card-process-lost':
      return 'Card_NotWatched';
    case 'pcsc':
      return 'Card_System';
  }
}

export function codeOfVerdict(reason: VerdictReason): FailureCode {
  switch (reason) {
    case 'absent':
      return 'Certificate_Absent';
    case 'not-a-certificate':
      return 'Certificate_Unreadable';
    case 'expired':
      return 'Certificate_Expired';
    case 'not-yet-valid':
      return 'Certificate_NotYetValid';
    case 'issuer-not-accepted':
      return 'Certificate_IssuerNotAccepted';
    case 'revoked':
    case 'issuer-revoked':
      return 'Certificate_Revoked';
    case 'key-mismatch':
      return 'Certificate_KeyMismatch';
    case 'issuer-unknown':
      return 'Certificate_IssuerUnknown';
    case 'issuer-expired':
    case 'issuer-not-yet-valid':
      return 'Certificate_IssuerEnded';
    case 'purpose-missing':
      return 'Certificate_WrongPurpose';
    case 'algorithm-refused':
    case 'key-refused':
      return 'Certificate_TooWeak';
    case 'signature-invalid':
    case 'issuer-not-ca':
    case 'path-too-long':
    case 'issuer-key-usage':
    case 'name-constraints':
    case 'policy-missing':
    case 'unknown-critical-extension':
    case 'budget-size':
    case 'budget-depth':
    case 'budget-steps':
    case 'budget-signatures':
    case 'budget-names':
    case 'budget-policies':
      return 'Certificate_NotValid';
    case 'revocation-unknown':
      return 'Certificate_RevocationUnknown';
    case 'revocation-stale':
      return 'Certificate_RevocationStale';
    case 'judge-unavailable':
      return 'Certificate_NotJudged';
  }
}

/** For a passcode that is tried (`verifying`) the rules of choosing do not apply: it is only told that it cannot be one. */
export function codeOfPasscodeProblem(problem: ChoosingProblem, use: 'verifying' | 'choosing'): FailureCode {
  if (use === 'verifying') return 'Passcode_NotAccepted';
  switch (problem) {
    case 'too-short':
      return 'Passcode_TooShort';
    case 'too-long':
      return 'Passcode_TooLong';
    case 'bad-characters':
    case 'digits-only':
      return 'Passcode_DigitsOnly';
    case 'too-simple':
      return 'Passcode_TooSimple';
    case 'has-year':
      return 'Passcode_HasYear';
    case 'same-as-old':
      return 'Passcode_SameAsOld';
  }
}
