/** What the tray and the notifications say: outside the window, so each says the whole thing. */
export const desktop = {
  tooltip: 'Wardkey: {{state}}',
  /** Before all that a demonstration says outside its window: nobody must take it for the real thing. */
  demonstration: 'Demonstration. {{says}}',
  menu: {
    open: 'Open Wardkey',
    lock: 'Lock now',
    'change-passcode': 'Change passcode',
    unlock: 'Unlock your card',
    renew: 'Renew now',
    services: 'Services and help',
    help: 'Help',
    quit: 'End Wardkey',
  },
  insertion: {
    title: 'Enter your passcode',
    body: 'Your smartcard is in. Open Wardkey to sign in.',
    action: 'Enter passcode',
  },
  expiry: {
    title_one: 'Your card runs out in {{count}} day',
    title_other: 'Your card runs out in {{count}} days',
    titleToday: 'Your card runs out today',
    body: 'After {{date}} you must see your RA in person.',
    renew: 'Renew now',
  },
  blocked: {
    title: 'Your card is blocked',
    body: 'You can unlock it yourself in about two minutes.',
    action: 'Unlock now',
  },
  countdown: { title: 'Your card is out', body: 'Put the same card back to stay signed in.', action: 'Lock now' },
  unattended: {
    title: 'Is anyone there?',
    body: 'Your card is in the reader, but nobody seems to be here.',
    action: 'I am here',
  },
  failed: { title: 'This computer could not be locked', body: 'Lock it by hand now, and tell IT.' },
} as const;
