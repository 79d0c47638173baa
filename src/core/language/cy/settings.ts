export const settings = {
  language: { title: 'Iaith', system: 'Iaith y cyfrifiadur hwn', en: 'English', cy: 'Cymraeg' },
  theme: { title: 'Lliwiau', system: 'Fel ar y cyfrifiadur hwn', light: 'Golau', dark: 'Tywyll' },
  onInsertion: {
    title: 'Pan gaiff cerdyn ei roi i mewn',
    open: 'Dangos y ffenestr hon. Ni fydd yn torri ar draws yr hyn rydych yn ei deipio mewn man arall.',
    notify: 'Dangos hysbysiad',
    nothing: 'Gwneud dim byd',
  },
  pad: {
    title: 'Pad rhifau',
    label: 'Dangos pad rhifau ar gyfer y cod pas',
    on: 'Yn cael ei ddangos',
    off: 'Ddim yn cael ei ddangos',
  },
  startAtLogin: {
    title: 'Dechrau',
    label: 'Dechrau Wardkey pan fyddaf yn mewngofnodi i’r cyfrifiadur hwn',
    on: 'Mae Wardkey yn dechrau pan fyddwch yn mewngofnodi i’r cyfrifiadur hwn',
    off: 'Nid yw Wardkey yn dechrau ohono’i hun',
  },
  managed: 'Wedi’i osod gan eich sefydliad',
  more: 'Mwy',
  quit: {
    title: 'Dod â Wardkey i ben',
    button: 'Dod â Wardkey i ben',
    sure: 'Ydych chi’n siŵr eich bod am ddod â Wardkey i ben?',
    means:
      'Ni fydd dim yn cloi mwyach pan gaiff eich cerdyn ei dynnu allan, ac ni chewch eich atgoffa cyn iddo ddod i ben.',
    keep: 'Cadw Wardkey i redeg',
  },
} as const;
