export const introduction = {
  progress: 'Step {{step}} of {{steps}}',
  skip: 'Skip the introduction',
  start: 'Start',
  does: {
    title: 'Welcome to Wardkey',
    points: [
      'Put your smartcard in, enter your passcode, and you are signed in.',
      'Wardkey tells you whether your card is all right and what to do next.',
      'It reminds you in good time before your card runs out.',
    ],
  },
  take: {
    title: 'Take your card with you',
    points: [
      'When you leave, take your card out. Nobody can then go on working in your name.',
      'If you took it out too soon, put the same card back within the time that is shown.',
      'Never share your card or your passcode.',
    ],
  },
  help: {
    title: 'Who can help',
    points: [
      'Services and help says what to do: for a blocked card, a forgotten passcode, a lost card and more.',
      'Check this computer finds out why a card does not work.',
      'Where a person has to help, you see whom to ask.',
    ],
  },
} as const;
