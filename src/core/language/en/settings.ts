export const settings = {
  language: { title: 'Language', system: 'The language of this computer', en: 'English', cy: 'Cymraeg' },
  theme: { title: 'Colours', system: 'As this computer has them', light: 'Light', dark: 'Dark' },
  onInsertion: {
    title: 'When a card is put in',
    open: 'Show this window. What you are typing elsewhere is not interrupted.',
    notify: 'Show a notification',
    nothing: 'Do nothing',
  },
  pad: { title: 'Number pad', label: 'Show a number pad for the passcode', on: 'Shown', off: 'Not shown' },
  startAtLogin: {
    title: 'Starting',
    label: 'Start Wardkey when I log in to this computer',
    on: 'Wardkey starts when you log in to this computer',
    off: 'Wardkey does not start by itself',
  },
  managed: 'Set by your organisation',
  more: 'More',
  quit: {
    title: 'End Wardkey',
    button: 'End Wardkey',
    sure: 'Are you sure you want to end Wardkey?',
    means: 'Nothing locks any more when your card is taken out, and you are not reminded before it runs out.',
    keep: 'Keep Wardkey running',
  },
} as const;
