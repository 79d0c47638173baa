export const ra = {
  rows: 'I Awdurdodau Cofrestru',
  row: 'Helpu rhywun wrth y ddesg gardiau',
  rowHint: 'Awdurdod Cofrestru sy’n gwneud hyn, â’i gerdyn ei hun',
  title: 'Mewngofnodi i’r ddesg gardiau fel Awdurdod Cofrestru',
  who: 'Mae hwn ar gyfer staff yr Awdurdod Cofrestru sy’n helpu rhywun arall: rhywun y mae ei gerdyn wedi’i rwystro, neu y mae angen cyfeiriad e-bost neu rif ffôn symudol ar ei broffil.',
  how: 'Rydych yn mewngofnodi â’ch cerdyn eich hun a’ch cod pas eich hun. Yna mae tudalen y ddesg gardiau’n agor yn eich porwr. Peidiwch byth â gofyn i’r person rydych yn ei helpu am ei god pas.',
  needsCard: 'Rhowch eich cerdyn clyfar eich hun i mewn yn gyntaf.',
  passcode: 'Cod pas eich cerdyn eich hun',
  submit: 'Agor y ddesg gardiau',
  working: 'Wrthi’n eich mewngofnodi wrth y ddesg gardiau. Gadewch eich cerdyn i mewn.',
  opened: {
    title: 'Mae’r ddesg gardiau’n agor yn eich porwr',
    once: 'Mae’r dudalen honno’n agor unwaith, o fewn munud, ac ar y cyfrifiadur hwn yn unig. Os byddwch yn ei chau neu’n ei hail-lwytho, byddwch wedi allgofnodi.',
    goOn: 'Sut i fynd ymlaen yno',
    steps: [
      'Dewch o hyd i’r person, a gwiriwch pwy ydyw.',
      'Awdurdodwch ddatgloi ei gerdyn, neu ychwanegwch gyfeiriad e-bost neu rif ffôn symudol.',
      'I ddatgloi, mae’r person yn mynd ymlaen lle mae ei gerdyn, â “Mae fy Awdurdod Cofrestru wedi’i awdurdodi”.',
      'Allgofnodwch yno ar ôl gorffen.',
    ],
    none: 'Dim tudalen, neu mae’n dweud nad ydych wedi mewngofnodi?',
    noneBody: 'Mewngofnodwch eto yma: bydd yn agor o’r newydd.',
    again: 'Mewngofnodi eto',
  },
  next: {
    Desk_NotReached:
      'Gwiriwch rwydwaith y cyfrifiadur hwn, a rhowch gynnig arall arni. Os bydd yn parhau, dywedwch wrth y tîm TG.',
    Desk_Unavailable:
      'Rhowch gynnig arall arni ymhen ychydig funudau. Os bydd yn parhau, dywedwch wrth bwy bynnag sy’n gofalu am y ddesg gardiau.',
    Desk_PageNotOpened: 'Rhowch gynnig arall arni. Os na fydd porwr yn agor wedyn chwaith, dywedwch wrth y tîm TG.',
  },
} as const;
