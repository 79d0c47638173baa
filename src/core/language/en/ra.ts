/** For RAs: the way to the page of the card desk. */
export const ra = {
  rows: 'For RAs',
  row: 'Help somebody at the card desk',
  rowHint: 'An RA does this, with their own card',
  title: 'Sign in to the card desk as an RA',
  who: 'This is for registration authority staff (RAs) who help somebody else: a person whose card is blocked, or who needs an email address or mobile number on their profile.',
  how: 'You sign in with your own card and your own passcode. The page of the card desk then opens in your browser. Never ask the person you help for their passcode.',
  needsCard: 'Put your own smartcard in first.',
  passcode: 'Passcode of your own card',
  submit: 'Open the card desk',
  working: 'Signing you in at the card desk. Leave your card in.',
  opened: {
    title: 'The card desk is opening in your browser',
    once: 'That page opens once, within a minute, and only on this computer. A page that you close or reload is signed out.',
    goOn: 'How to go on there',
    steps: [
      'Find the person, and check who they are.',
      'Authorise the unlock of their card, or add an email address or mobile number.',
      'For an unlock, the person goes on where their card is, with “My RA has authorised it”.',
      'Sign out there when you have finished.',
    ],
    none: 'No page, or it says that you are not signed in?',
    noneBody: 'Sign in again here: it opens anew.',
    again: 'Sign in again',
  },
  /** What to do, where an RA does something else than others. */
  next: {
    Desk_NotReached: 'Check the network of this computer, and try again. If it stays so, tell IT.',
    Desk_Unavailable: 'Try again in a few minutes. If it stays so, tell whoever looks after the card desk.',
    Desk_PageNotOpened: 'Try again. If no browser opens then either, tell IT.',
  },
} as const;
