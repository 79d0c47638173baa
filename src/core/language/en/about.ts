export const about = {
  what: 'Wardkey looks after your smartcard on this computer. It tells you whether your card is all right, signs you in, and acts when you take the card out.',
  version: 'Version',
  window: 'Window',
  host: { electron: 'A window of its own', browser: 'A browser window' },
  organisation: 'Organisation',
  privacy: 'Your passcode goes to your card and nowhere else. Wardkey does not keep it.',
  licences: 'Software that Wardkey is made of',
  licencesIntro:
    'Wardkey is built with the work of others. These are their terms, in the language they are written in.',
  showLicences: 'Show the licences',
  loading: 'Loading the licences',
  failed: 'The licences could not be loaded. Close this window and open it again.',
} as const;
