export const desktop = {
  tooltip: 'Wardkey: {{state}}',
  demonstration: 'Arddangosiad. {{says}}',
  menu: {
    open: 'Agor Wardkey',
    lock: 'Cloi nawr',
    'change-passcode': 'Newid y cod pas',
    unlock: 'Datgloi eich cerdyn',
    renew: 'Adnewyddu nawr',
    services: 'Gwasanaethau a chymorth',
    help: 'Cymorth',
    quit: 'Dod â Wardkey i ben',
  },
  insertion: {
    title: 'Rhowch eich cod pas',
    body: 'Mae eich cerdyn clyfar i mewn. Agorwch Wardkey i fewngofnodi.',
    action: 'Rhoi’r cod pas',
  },
  expiry: {
    title_zero: 'Mae eich cerdyn yn dod i ben heddiw',
    title_one: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
    title_two: 'Mae eich cerdyn yn dod i ben ymhen {{count}} ddiwrnod',
    title_few: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
    title_many: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
    title_other: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
    titleToday: 'Mae eich cerdyn yn dod i ben heddiw',
    body: 'Ar ôl {{date}} bydd rhaid i chi weld eich Awdurdod Cofrestru wyneb yn wyneb.',
    renew: 'Adnewyddu nawr',
  },
  blocked: {
    title: 'Mae eich cerdyn wedi’i rwystro',
    body: 'Gallwch ei ddatgloi eich hun mewn tua dwy funud.',
    action: 'Datgloi nawr',
  },
  countdown: {
    title: 'Mae eich cerdyn allan',
    body: 'Rhowch yr un cerdyn yn ôl i aros wedi mewngofnodi.',
    action: 'Cloi nawr',
  },
  unattended: {
    title: 'Oes rhywun yna?',
    body: 'Mae eich cerdyn yn y darllenydd, ond mae’n ymddangos nad oes neb yma.',
    action: 'Rydw i yma',
  },
  failed: {
    title: 'Nid oedd modd cloi’r cyfrifiadur hwn',
    body: 'Clowch ef â llaw nawr, a dywedwch wrth y tîm TG.',
  },
} as const;
