export const introduction = {
  progress: 'Cam {{step}} o {{steps}}',
  skip: 'Neidio heibio’r cyflwyniad',
  start: 'Dechrau',
  does: {
    title: 'Croeso i Wardkey',
    points: [
      'Rhowch eich cerdyn clyfar i mewn, rhowch eich cod pas, a byddwch wedi mewngofnodi.',
      'Mae Wardkey yn dweud wrthych a yw eich cerdyn yn iawn a beth i’w wneud nesaf.',
      'Mae’n eich atgoffa mewn da bryd cyn i’ch cerdyn ddod i ben.',
    ],
  },
  take: {
    title: 'Ewch â’ch cerdyn gyda chi',
    points: [
      'Pan fyddwch yn gadael, tynnwch eich cerdyn allan. Yna ni all neb barhau i weithio yn eich enw chi.',
      'Os gwnaethoch ei dynnu allan yn rhy fuan, rhowch yr un cerdyn yn ôl o fewn yr amser a ddangosir.',
      'Peidiwch byth â rhannu eich cerdyn na’ch cod pas.',
    ],
  },
  help: {
    title: 'Pwy all helpu',
    points: [
      'Mae Gwasanaethau a chymorth yn dweud beth i’w wneud: ar gyfer cerdyn wedi’i rwystro, cod pas wedi’i anghofio, cerdyn ar goll a mwy.',
      'Mae Gwirio’r cyfrifiadur hwn yn canfod pam nad yw cerdyn yn gweithio.',
      'Lle mae angen help person, cewch weld i bwy y dylech ofyn.',
    ],
  },
} as const;
