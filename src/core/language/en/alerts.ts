export const alerts = {
  title_one: 'Your card runs out in {{count}} day',
  title_other: 'Your card runs out in {{count}} days',
  titleToday: 'Your card runs out today',
  body: 'Your {{certificate}} ends on {{date}}. After this date you cannot sign in with this card, and you must see your RA in person.',
  bodySeveral:
    'The certificates on your card run out, the first on {{date}}. After this date you cannot do everything with this card, and you must see your RA in person.',
  renewHow: 'You can renew it now yourself, with this card. Leave the card in until it is done.',
  renew: 'Renew now',
  later: 'Remind me next time I sign in',
  askRa: 'Ask your RA to renew it before then.',
  slot: {
    '9A': 'sign-in certificate',
    '9C': 'signing certificate',
    '9D': 'encryption certificate',
    '9E': 'card certificate',
  },
} as const;
