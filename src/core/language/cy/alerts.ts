export const alerts = {
  title_zero: 'Mae eich cerdyn yn dod i ben heddiw',
  title_one: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
  title_two: 'Mae eich cerdyn yn dod i ben ymhen {{count}} ddiwrnod',
  title_few: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
  title_many: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
  title_other: 'Mae eich cerdyn yn dod i ben ymhen {{count}} diwrnod',
  titleToday: 'Mae eich cerdyn yn dod i ben heddiw',
  body: 'Mae eich {{certificate}} yn dod i ben ar {{date}}. Ar ôl y dyddiad hwn ni allwch fewngofnodi â’r cerdyn hwn, a bydd rhaid i chi weld eich Awdurdod Cofrestru wyneb yn wyneb.',
  bodySeveral:
    'Mae’r tystysgrifau ar eich cerdyn yn dod i ben, y gyntaf ar {{date}}. Ar ôl y dyddiad hwn ni allwch wneud popeth gyda’r cerdyn hwn, a bydd rhaid i chi weld eich Awdurdod Cofrestru wyneb yn wyneb.',
  renewHow: 'Gallwch ei adnewyddu nawr eich hun, â’r cerdyn hwn. Gadewch y cerdyn i mewn nes y bydd wedi gorffen.',
  renew: 'Adnewyddu nawr',
  later: 'Fy atgoffa y tro nesaf y byddaf yn mewngofnodi',
  askRa: 'Gofynnwch i’ch Awdurdod Cofrestru ei adnewyddu cyn hynny.',
  slot: {
    '9A': 'tystysgrif fewngofnodi',
    '9C': 'tystysgrif lofnodi',
    '9D': 'tystysgrif amgryptio',
    '9E': 'tystysgrif cerdyn',
  },
} as const;
