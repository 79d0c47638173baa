/** What the public guidance for smartcard users says, journey by journey. */
export const journeys = {
  unlock: {
    title: 'Unlock your card',
    answer:
      'A card is blocked when a wrong passcode was entered too often. You can unlock it yourself in about two minutes.',
    who: 'You, on your own. If there is no email address or mobile number on your profile, your RA unlocks it with you, face to face.',
    have: [
      'Your card, in the reader',
      'The email address or mobile number on your profile, where you can read messages now',
    ],
    steps: [
      'Enter the email address or mobile number that is on your profile.',
      'Enter the security code that is sent to you.',
      'Choose a new passcode and enter it twice.',
      'Leave the card in until the page says that it is unlocked.',
    ],
    know: [
      'You have 15 minutes for all of it. They count from when you start, not from when the code arrives.',
      'You do not have to register, and an ordinary internet connection is enough.',
      'Nothing on the card is lost.',
      'Forgotten your passcode? Only a blocked card can be unlocked. It becomes blocked when wrong passcodes are entered in a row, three on most cards. Then unlock it here.',
      'For a forgotten passcode, some organisations ask for the email address on your profile and do not take the mobile number.',
    ],
  },
  'change-passcode': {
    title: 'Change your passcode',
    answer: 'If you know your passcode and the card is not blocked, you can change it now.',
    who: 'You, on your own. Your RA can also do it with you, face to face.',
    have: ['Your card, in the reader', 'The passcode you use now'],
    steps: [
      'Enter the passcode you use now.',
      'Choose a new passcode and enter it twice.',
      'Leave the card in until you are told that the passcode is changed.',
    ],
    know: [
      'A passcode from before the rules of today stays valid until you change it.',
      'If you have forgotten your passcode, the card has to be unlocked instead.',
      'Never tell your passcode to anyone.',
    ],
  },
  renew: {
    title: 'Renew your card',
    answer:
      'The certificates on your card last three years. Near the end you can renew them yourself, with that same card.',
    who: 'You, online, until the end date. After it only your RA can do it, with you in person.',
    have: [
      'The card that you want to renew, in the reader',
      'Its passcode',
      'A few minutes in which the card can stay in',
    ],
    steps: [
      'Put the card in and enter your passcode.',
      'Open the page and do what it says.',
      'Leave the card in until the page says that it is done.',
    ],
    know: [
      'Do not take the card out while it renews.',
      'A blocked card has to be unlocked first.',
      'You are reminded each time you sign in until it is renewed.',
      'After the end date you cannot sign in with the card, and it cannot be renewed online.',
    ],
  },
  'lost-card': {
    title: 'Lost or stolen card',
    answer: 'Tell HR at once. They cancel the card and replace it.',
    who: 'You tell HR. HR cancels and replaces the card.',
    have: ['When and where you last had the card'],
    steps: [
      'Tell HR at once, the quickest way you can.',
      'They cancel the card, so that nobody else can use it.',
      'They see to it that you get a new one.',
    ],
    know: [
      'Telling at once is what counts. Nobody will ask you to wait until you have searched everywhere.',
      'If you find the card again, tell HR before you use it. A cancelled card no longer works.',
      'Do not use the card of a colleague in the meantime.',
    ],
  },
  'contact-details': {
    title: 'Change your email or mobile number',
    answer: 'You change these yourself, on your profile.',
    who: 'You, on your own.',
    have: ['Your card and its passcode', 'The new email address or mobile number, where you can read messages now'],
    steps: [
      'Open your profile and sign in.',
      'Change your email address or mobile number.',
      'Confirm the change in the way the page asks you to.',
    ],
    know: [
      'You need one of them to unlock your card yourself one day. See that they are right before then.',
      'Your name and your access rights are changed by your RA.',
    ],
  },
  'name-change': {
    title: 'Change your name',
    answer: 'Your RA issues a new card in your new name.',
    who: 'Your RA.',
    have: ['Your card', 'Something that proves your new name. Your RA says what counts.'],
    steps: ['Tell your RA that your name has changed.', 'Show them what proves it.', 'They issue a new card to you.'],
    know: ['Ask your RA what to do with the card you have now.'],
  },
  'access-rights': {
    title: 'Change your access rights',
    answer: 'What you can see and do depends on the roles on your profile. Your RA changes them.',
    who: 'Your RA.',
    have: ['The name of the system', 'What you need to do with it', 'Who can confirm that you need it'],
    steps: [
      'Ask your RA. Say which system it is and what you need to do.',
      'When they have changed your roles, take your card out and sign in again.',
    ],
    know: [
      'Your card itself does not have to be replaced for this.',
      'Do not use the card of a colleague in the meantime.',
    ],
  },
  'other-authenticators': {
    title: 'Other ways to sign in',
    answer: 'Besides your card you can register other ways to sign in, on your own profile.',
    who: 'You, on your own.',
    have: ['Your card and its passcode', 'The computer, phone, tablet or key that you want to register'],
    steps: [
      'Choose one of the ways below.',
      'Register it on your profile.',
      'Try it once while you still have your card with you.',
    ],
    know: [
      'Each way has a level of security. Some systems ask for the highest.',
      'What you register is yours alone, like your card.',
    ],
  },
  'windows-hello': {
    title: 'Windows Hello',
    answer: 'Sign in with your face, your fingerprint or the code of one Windows computer.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'A Windows computer with a TPM 2.0 chip. IT can tell you whether it has one.'],
    steps: [
      'Set up Windows Hello in the sign-in options of Windows.',
      'Open your profile and sign in with your card.',
      'Register Windows Hello there.',
    ],
    know: ['It works on the computer on which you registered it, and on no other.'],
  },
  'security-key': {
    title: 'Security key',
    answer: 'Sign in with a small key that you plug in or hold to the device.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'A FIDO2 security key. IT can tell you which keys are accepted.'],
    steps: [
      'Open your profile and sign in with your card.',
      'Choose to register a security key.',
      'Plug the key in and touch it when you are asked to.',
    ],
    know: ['Keep the key apart from your card, so that you do not lose both.'],
  },
  ipad: {
    title: 'iPad',
    answer: 'Sign in with your own iPad instead of your card.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'An iPad with iPadOS 14 or later'],
    steps: [
      'Open your profile and sign in with your card.',
      'Choose to register an iPad.',
      'Do on the iPad what the page says.',
    ],
    know: ['One iPad for each person: you cannot register a second one.'],
  },
  'microsoft-authenticator': {
    title: 'Microsoft Authenticator',
    answer: 'Sign in with the Microsoft Authenticator app on your phone.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'A phone with the Microsoft Authenticator app'],
    steps: [
      'Open your profile and sign in with your card.',
      'Choose to register Microsoft Authenticator.',
      'Do in the app what the page says.',
    ],
    know: ['Before you change to a new phone, see that you can sign in another way.'],
  },
  'connected-account': {
    title: 'Your work account',
    answer: 'Sign in with the account you use for your work email.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'The name and password of your work account'],
    steps: [
      'Open your profile and sign in with your card.',
      'Choose to connect your work account.',
      'Sign in to that account when you are asked to.',
    ],
    know: ['IT can tell you whether your work account can be connected.'],
  },
  passkey: {
    title: 'Passkey',
    answer: 'Sign in with a passkey that your phone or computer keeps for you.',
    who: 'You, on your profile.',
    have: ['Your card and its passcode', 'A phone or computer of your own that can keep passkeys'],
    steps: [
      'Open your profile and sign in with your card.',
      'Choose to register a passkey.',
      'Do what your phone or computer asks you to.',
    ],
    know: ['Do not make a passkey on a computer or phone that others use too.'],
  },
  'getting-a-card': {
    title: 'Get your first card',
    answer: 'Someone checks that you are you, in person or online. Then you get your card.',
    who: 'You apply. Your RA issues the card.',
    have: [
      'What proves who you are, such as a passport. The page or your RA says what counts.',
      'An email address where you can read messages',
    ],
    steps: [
      'Apply online, or see your RA in person.',
      'Have your identity checked.',
      'You get your card. Choose a passcode that only you know.',
    ],
    know: [
      'If you do not know who your RA is, ask HR.',
      'By using the card you accept its terms.',
      'Put your email address and mobile number on your profile at once. You can then unlock the card yourself.',
    ],
  },
  leaving: {
    title: 'Leave or change your employer',
    answer:
      'If you leave healthcare, hand your card to your line manager. If you only move to another employer, keep it.',
    who: 'You and your line manager.',
    have: ['Your card'],
    steps: [
      'If you leave healthcare: hand the card to your line manager on your last day.',
      'If you move to another employer in healthcare: keep the card and take it with you.',
      'At the new employer: show the card to the RA there, so that you get the access you need.',
    ],
    know: ['Do not pass the card on to whoever follows you. Everyone has a card of their own.'],
  },
  'using-safely': {
    title: 'Use your card safely',
    answer: 'Your card and your passcode are yours alone. What is done with them is recorded under your name.',
    who: 'Everyone who has a card.',
    have: ['Your card, with you', 'A passcode that only you know'],
    steps: [
      'Never share your passcode or your card with anyone.',
      'Never leave your card unattended.',
      'Always take it out when you have finished.',
    ],
    know: [
      'By using the card you accept its terms.',
      'Nobody who helps you needs your passcode: not IT, and not your RA.',
      'If someone may know your passcode, change it. If your card is gone, tell HR at once.',
    ],
  },
} as const;
