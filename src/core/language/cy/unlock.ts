export const unlock = {
  steps: 'Camau',
  step: { way: 'Dull', address: 'Cyfeiriad', code: 'Cod', passcode: 'Cod pas', ra: 'Awdurdod' },
  stepDone: 'Wedi gorffen: {{step}}',
  toCard: 'Yn ôl at eich cerdyn',
  stop: 'Rhoi’r gorau i ddatgloi',
  time: {
    left_zero: '{{count}} munud ar ôl',
    left_one: '{{count}} munud ar ôl',
    left_two: '{{count}} funud ar ôl',
    left_few: '{{count}} munud ar ôl',
    left_many: '{{count}} munud ar ôl',
    left_other: '{{count}} munud ar ôl',
    last: 'Llai na munud ar ôl',
    over: 'Mae’r amser ar ben',
  },
  nothing: 'Does dim cerdyn wedi’i rwystro yn y darllenydd',
  way: {
    title: 'Sut hoffech chi ddatgloi eich cerdyn?',
    before: 'Ar y diwedd byddwch yn dewis cod pas newydd. Does dim byd ar y cerdyn wedi’i golli.',
    code: 'Gyda chod a anfonir ataf',
    codeHint: 'Drwy e-bost neu neges destun, at yr hyn sydd ar eich proffil. Tua dwy funud.',
    ra: 'Gyda fy Awdurdod Cofrestru, sydd yma gyda mi',
    raHint: 'Mae eich Awdurdod Cofrestru’n gwirio pwy ydych ac yn awdurdodi eich cerdyn.',
    time: 'Gadewch y cerdyn yn y darllenydd. Mae gennych 15 munud ar gyfer y cyfan.',
    starting: 'Yn gofyn i ddesg gardiau eich sefydliad',
    neither: 'Dim e-bost na ffôn symudol ar eich proffil?',
    neitherBody:
      'Yna bydd eich Awdurdod Cofrestru yn datgloi’r cerdyn gyda chi, wyneb yn wyneb. Os nad ydych yn gwybod pwy ydyw, gall Adnoddau Dynol ddweud wrthych.',
  },
  address: {
    title: 'Beth yw eich cyfeiriad e-bost neu’ch rhif ffôn symudol?',
    hint: 'Yr un sydd ar eich proffil, er enghraifft enw@example.org neu 07700 900123',
    label: 'Cyfeiriad e-bost neu rif ffôn symudol',
    privacy: 'Mae’n mynd at ddesg gardiau eich sefydliad, i ddod o hyd i’ch proffil. Nid yw Wardkey yn ei gadw.',
    empty: 'Rhowch eich cyfeiriad e-bost neu’ch rhif ffôn symudol',
    send: 'Anfon y cod',
    sending: 'Yn anfon y cod',
  },
  code: {
    title: 'Rhowch y cod',
    sent: 'Os yw hwn ar eich proffil, mae cod ar ei ffordd. Er eich diogelwch, mae’r dudalen hon yn dweud yr un peth os nad yw.',
    label: 'Cod',
    hint: 'Chwe digid y neges ddiweddaraf',
    tries_zero: 'Ni allwch roi cod eto.',
    tries_one: 'Gallwch roi cod {{count}} waith eto.',
    tries_two: 'Gallwch roi cod {{count}} waith eto.',
    tries_few: 'Gallwch roi cod {{count}} gwaith eto.',
    tries_many: 'Gallwch roi cod {{count}} gwaith eto.',
    tries_other: 'Gallwch roi cod {{count}} gwaith eto.',
    check: 'Gwirio’r cod',
    checking: 'Yn gwirio’r cod',
    none: 'Os na ddaw cod',
    noneList: [
      'Gall neges destun gymryd munud. Gall e-byst fod yn y ffolder sothach.',
      'Dim ond yr hyn sydd ar eich proffil sy’n cael cod: nid yw hen rif na chyfeiriad wedi’i gamsillafu yn cael un.',
      'I gael cod newydd byddwch yn teipio’r cyfeiriad neu’r rhif eto. Nid yw codau cynharach yn gweithio mwyach.',
    ],
    again: 'Anfon cod newydd',
    withRa: 'Datgloi gyda fy Awdurdod Cofrestru',
  },
  passcode: {
    title: 'Dewiswch god pas newydd',
    yours: 'Teipiwch ef eich hun. Ni chaiff neb arall ei weld, na’ch Awdurdod Cofrestru chwaith.',
    submit: 'Datgloi’r cerdyn',
  },
  working: {
    title: 'Yn datgloi eich cerdyn',
    'proving-card': 'Mae eich cerdyn yn dangos beth ydyw',
    'setting-passcode': 'Mae eich cod pas newydd yn cael ei osod',
    'telling-desk': 'Mae’r ddesg gardiau yn cael gwybod',
    now: 'nawr',
    finished: 'wedi gorffen',
    keepIn: 'Gadewch y cerdyn yn y darllenydd. Bydd hyn yn cymryd ychydig eiliadau.',
    mayTake: 'Mae eich cod pas newydd wedi’i osod. Gallwch dynnu’r cerdyn allan.',
  },
  out: {
    title: 'Rhowch yr un cerdyn yn ôl i mewn',
    truth: {
      blocked: 'Mae wedi’i rwystro o hyd, a does dim byd arno wedi’i golli.',
      unlocked: 'Mae eich cod pas newydd wedi’i osod.',
      'not-known':
        'Tynnwyd ef allan wrth iddo gael ei ddatgloi. Bydd yn dod i’r amlwg beth ddigwyddodd iddo pan fydd yn ôl.',
    },
    byItself:
      'Mae’r datgloi’n mynd ymlaen ohono’i hun cyn gynted ag y bydd y cerdyn i mewn. Does dim rhaid i chi deipio dim eto.',
  },
  network: {
    title: 'Ni ellir cyrraedd y ddesg gardiau',
    truth: {
      blocked: 'Mae eich cerdyn wedi’i rwystro o hyd, a does dim byd arno wedi’i golli.',
      unlocked:
        'Mae eich cerdyn wedi’i ddatgloi: gallwch ddefnyddio eich cod pas newydd nawr. Dim ond y ddesg gardiau sydd heb gael gwybod eto.',
      'not-known':
        'Nid yw’n hysbys eto a yw eich cod pas newydd wedi’i osod. Gadewch y cerdyn i mewn, a pheidiwch â rhoi cynnig ar unrhyw god pas.',
    },
    byItself:
      'Mae Wardkey yn rhoi cynnig arall arni ohono’i hun ac yn mynd ymlaen o’r lle yr oedd. Does dim rhaid i chi deipio dim eto.',
    next: 'Bydd yn rhoi cynnig arall arni am {{time}}.',
    now: 'Rhoi cynnig arni nawr',
    signIn: 'Mewngofnodi nawr',
  },
  ra: {
    title: 'Tro eich Awdurdod Cofrestru yw hi nawr',
    list: [
      'Mae eich Awdurdod Cofrestru’n mewngofnodi i’r ddesg gardiau â’i gerdyn ei hun, wrth unrhyw gyfrifiadur.',
      'Yno mae’n dod o hyd i chi, yn gwirio pwy ydych, ac yn awdurdodi eich cerdyn.',
      'Mae eich cerdyn yn aros yn y darllenydd hwn.',
    ],
    kept: 'Ni chaiff eich cod pas newydd ei osod cyn hynny.',
    byItself: 'Mae’r dudalen hon yn mynd ymlaen ohoni’i hun pan fydd wedi’i wneud.',
    authorised: 'Mae fy Awdurdod Cofrestru wedi’i awdurdodi',
    asking: 'Yn gofyn i’r ddesg gardiau',
  },
  done: {
    title: 'Mae eich cerdyn wedi’i ddatgloi',
    message:
      'Os oes cyfeiriad e-bost ar eich proffil, cewch neges am hyn. Nid chi oedd e? Yna dywedwch wrth eich Awdurdod Cofrestru ar unwaith.',
    signIn: 'Mewngofnodi â’r cod pas newydd',
    cardOut: 'Rhowch eich cerdyn i mewn i fewngofnodi.',
  },
  failed: {
    title: {
      blocked: 'Mae eich cerdyn wedi’i rwystro o hyd',
      unlocked: 'Mae eich cerdyn wedi’i ddatgloi',
      'not-known': 'Nid yw’n sicr bod eich cerdyn wedi’i ddatgloi',
    },
    truth: {
      blocked: 'Does dim byd arno wedi’i golli.',
      unlocked: 'Mae eich cod pas newydd yn gweithio. Dim ond y ddesg gardiau sydd heb gael gwybod.',
      'not-known':
        'Rhowch y cerdyn i mewn. Os yw’n gofyn am god pas, rhowch gynnig ar yr un newydd, unwaith. Os yw wedi’i rwystro, dechreuwch eto yma.',
    },
    why: 'Pam',
    again: 'Dechrau eto',
    cardIn: 'Rhowch eich cerdyn i mewn i ddechrau eto.',
    look: 'Gweld y cerdyn',
  },
} as const;
