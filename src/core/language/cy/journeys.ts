export const journeys = {
  unlock: {
    title: 'Datgloi eich cerdyn',
    answer:
      'Mae cerdyn yn cael ei rwystro pan roddir cod pas anghywir ormod o weithiau. Gallwch ei ddatgloi eich hun mewn tua dwy funud.',
    who: 'Chi, ar eich pen eich hun. Os nad oes cyfeiriad e-bost na rhif ffôn symudol ar eich proffil, mae eich Awdurdod Cofrestru yn ei ddatgloi gyda chi, wyneb yn wyneb.',
    have: [
      'Eich cerdyn, yn y darllenydd',
      'Y cyfeiriad e-bost neu’r rhif ffôn symudol sydd ar eich proffil, lle gallwch ddarllen negeseuon nawr',
    ],
    steps: [
      'Rhowch y cyfeiriad e-bost neu’r rhif ffôn symudol sydd ar eich proffil.',
      'Rhowch y cod diogelwch a anfonir atoch.',
      'Dewiswch god pas newydd a’i roi ddwywaith.',
      'Gadewch y cerdyn i mewn nes bod y dudalen yn dweud ei fod wedi’i ddatgloi.',
    ],
    know: [
      'Mae gennych 15 munud ar gyfer y cyfan. Maent yn dechrau cyfrif pan fyddwch chi’n dechrau, nid pan ddaw’r cod.',
      'Does dim rhaid i chi gofrestru, ac mae cysylltiad rhyngrwyd cyffredin yn ddigon.',
      'Does dim byd ar y cerdyn wedi’i golli.',
      'Wedi anghofio eich cod pas? Dim ond cerdyn wedi’i rwystro y gellir ei ddatgloi. Caiff ei rwystro pan roddir codau pas anghywir un ar ôl y llall, tri ar y rhan fwyaf o gardiau. Yna datglowch ef yma.',
      'Os ydych wedi anghofio’r cod pas, mae rhai sefydliadau’n gofyn am y cyfeiriad e-bost ar eich proffil ac nid ydynt yn derbyn y rhif ffôn symudol.',
    ],
  },
  'change-passcode': {
    title: 'Newid eich cod pas',
    answer: 'Os ydych yn gwybod eich cod pas ac nad yw’r cerdyn wedi’i rwystro, gallwch ei newid nawr.',
    who: 'Chi, ar eich pen eich hun. Gall eich Awdurdod Cofrestru hefyd ei wneud gyda chi, wyneb yn wyneb.',
    have: ['Eich cerdyn, yn y darllenydd', 'Y cod pas rydych yn ei ddefnyddio nawr'],
    steps: [
      'Rhowch y cod pas rydych yn ei ddefnyddio nawr.',
      'Dewiswch god pas newydd a’i roi ddwywaith.',
      'Gadewch y cerdyn i mewn nes y dywedir wrthych fod y cod pas wedi’i newid.',
    ],
    know: [
      'Mae cod pas o’r cyfnod cyn rheolau heddiw yn dal yn ddilys nes i chi ei newid.',
      'Os ydych wedi anghofio eich cod pas, rhaid datgloi’r cerdyn yn lle hynny.',
      'Peidiwch byth â dweud eich cod pas wrth neb.',
    ],
  },
  renew: {
    title: 'Adnewyddu eich cerdyn',
    answer:
      'Mae’r tystysgrifau ar eich cerdyn yn para tair blynedd. Yn agos at y diwedd gallwch eu hadnewyddu eich hun, â’r un cerdyn.',
    who: 'Chi, ar-lein, tan y dyddiad gorffen. Ar ôl hynny dim ond eich Awdurdod Cofrestru all ei wneud, gyda chi wyneb yn wyneb.',
    have: [
      'Y cerdyn rydych am ei adnewyddu, yn y darllenydd',
      'Ei god pas',
      'Ychydig funudau pan all y cerdyn aros i mewn',
    ],
    steps: [
      'Rhowch y cerdyn i mewn a rhowch eich cod pas.',
      'Agorwch y dudalen a gwnewch yr hyn mae’n ei ddweud.',
      'Gadewch y cerdyn i mewn nes bod y dudalen yn dweud ei bod wedi gorffen.',
    ],
    know: [
      'Peidiwch â thynnu’r cerdyn allan tra bydd yn cael ei adnewyddu.',
      'Rhaid datgloi cerdyn wedi’i rwystro yn gyntaf.',
      'Cewch eich atgoffa bob tro y byddwch yn mewngofnodi nes y bydd wedi’i adnewyddu.',
      'Ar ôl y dyddiad gorffen ni allwch fewngofnodi â’r cerdyn, ac ni ellir ei adnewyddu ar-lein.',
    ],
  },
  'lost-card': {
    title: 'Cerdyn ar goll neu wedi’i ddwyn',
    answer: 'Dywedwch wrth Adnoddau Dynol ar unwaith. Byddant yn canslo’r cerdyn ac yn rhoi un newydd yn ei le.',
    who: 'Chi sy’n dweud wrth Adnoddau Dynol. Adnoddau Dynol sy’n canslo’r cerdyn ac yn rhoi un newydd yn ei le.',
    have: ['Pryd a ble roedd y cerdyn gennych ddiwethaf'],
    steps: [
      'Dywedwch wrth Adnoddau Dynol ar unwaith, yn y ffordd gyflymaf y gallwch.',
      'Byddant yn canslo’r cerdyn, fel na all neb arall ei ddefnyddio.',
      'Byddant yn gofalu eich bod yn cael un newydd.',
    ],
    know: [
      'Dweud ar unwaith sy’n bwysig. Ni fydd neb yn gofyn i chi aros nes i chi chwilio ym mhobman.',
      'Os dewch o hyd i’r cerdyn eto, dywedwch wrth Adnoddau Dynol cyn ei ddefnyddio. Nid yw cerdyn sydd wedi’i ganslo yn gweithio mwyach.',
      'Peidiwch â defnyddio cerdyn cydweithiwr yn y cyfamser.',
    ],
  },
  'contact-details': {
    title: 'Newid eich e-bost neu rif ffôn symudol',
    answer: 'Chi sy’n newid y rhain eich hun, ar eich proffil.',
    who: 'Chi, ar eich pen eich hun.',
    have: [
      'Eich cerdyn a’i god pas',
      'Y cyfeiriad e-bost neu’r rhif ffôn symudol newydd, lle gallwch ddarllen negeseuon nawr',
    ],
    steps: [
      'Agorwch eich proffil a mewngofnodwch.',
      'Newidiwch eich cyfeiriad e-bost neu eich rhif ffôn symudol.',
      'Cadarnhewch y newid yn y ffordd mae’r dudalen yn ei gofyn.',
    ],
    know: [
      'Bydd angen un ohonynt arnoch i ddatgloi eich cerdyn eich hun ryw ddydd. Gwnewch yn siŵr eu bod yn gywir cyn hynny.',
      'Eich Awdurdod Cofrestru sy’n newid eich enw a’ch hawliau mynediad.',
    ],
  },
  'name-change': {
    title: 'Newid eich enw',
    answer: 'Mae eich Awdurdod Cofrestru yn rhoi cerdyn newydd i chi yn eich enw newydd.',
    who: 'Eich Awdurdod Cofrestru.',
    have: [
      'Eich cerdyn',
      'Rhywbeth sy’n profi eich enw newydd. Bydd eich Awdurdod Cofrestru yn dweud beth sy’n cyfrif.',
    ],
    steps: [
      'Dywedwch wrth eich Awdurdod Cofrestru fod eich enw wedi newid.',
      'Dangoswch iddynt yr hyn sy’n ei brofi.',
      'Byddant yn rhoi cerdyn newydd i chi.',
    ],
    know: ['Gofynnwch i’ch Awdurdod Cofrestru beth i’w wneud â’r cerdyn sydd gennych nawr.'],
  },
  'access-rights': {
    title: 'Newid eich hawliau mynediad',
    answer:
      'Mae’r hyn y gallwch ei weld a’i wneud yn dibynnu ar y rolau ar eich proffil. Eich Awdurdod Cofrestru sy’n eu newid.',
    who: 'Eich Awdurdod Cofrestru.',
    have: ['Enw’r system', 'Yr hyn mae angen i chi ei wneud â hi', 'Pwy all gadarnhau bod ei hangen arnoch'],
    steps: [
      'Gofynnwch i’ch Awdurdod Cofrestru. Dywedwch pa system yw hi a beth mae angen i chi ei wneud.',
      'Pan fyddant wedi newid eich rolau, tynnwch eich cerdyn allan a mewngofnodwch eto.',
    ],
    know: ['Does dim rhaid cael cerdyn newydd ar gyfer hyn.', 'Peidiwch â defnyddio cerdyn cydweithiwr yn y cyfamser.'],
  },
  'other-authenticators': {
    title: 'Ffyrdd eraill o fewngofnodi',
    answer: 'Yn ogystal â’ch cerdyn gallwch gofrestru ffyrdd eraill o fewngofnodi, ar eich proffil eich hun.',
    who: 'Chi, ar eich pen eich hun.',
    have: ['Eich cerdyn a’i god pas', 'Yr hyn rydych am ei gofrestru: cyfrifiadur, ffôn, llechen neu allwedd'],
    steps: [
      'Dewiswch un o’r ffyrdd isod.',
      'Cofrestrwch hi ar eich proffil.',
      'Rhowch gynnig arni unwaith tra bydd eich cerdyn gyda chi o hyd.',
    ],
    know: [
      'Mae gan bob ffordd lefel diogelwch. Mae rhai systemau’n gofyn am yr uchaf.',
      'Chi yn unig biau’r hyn rydych yn ei gofrestru, fel eich cerdyn.',
    ],
  },
  'windows-hello': {
    title: 'Windows Hello',
    answer: 'Mewngofnodi â’ch wyneb, eich ôl bys neu god un cyfrifiadur Windows.',
    who: 'Chi, ar eich proffil.',
    have: [
      'Eich cerdyn a’i god pas',
      'Cyfrifiadur Windows â sglodyn TPM 2.0. Gall y tîm TG ddweud wrthych a oes ganddo un.',
    ],
    steps: [
      'Gosodwch Windows Hello yn newisiadau mewngofnodi Windows.',
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Cofrestrwch Windows Hello yno.',
    ],
    know: ['Dim ond ar y cyfrifiadur lle gwnaethoch ei gofrestru mae’n gweithio.'],
  },
  'security-key': {
    title: 'Allwedd ddiogelwch',
    answer: 'Mewngofnodi ag allwedd fach rydych yn ei phlygio i mewn neu’n ei dal wrth y ddyfais.',
    who: 'Chi, ar eich proffil.',
    have: [
      'Eich cerdyn a’i god pas',
      'Allwedd ddiogelwch FIDO2. Gall y tîm TG ddweud wrthych pa allweddi sy’n cael eu derbyn.',
    ],
    steps: [
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Dewiswch gofrestru allwedd ddiogelwch.',
      'Plygiwch yr allwedd i mewn a chyffyrddwch â hi pan ofynnir i chi.',
    ],
    know: ['Cadwch yr allwedd ar wahân i’ch cerdyn, rhag i chi golli’r ddau.'],
  },
  ipad: {
    title: 'iPad',
    answer: 'Mewngofnodi â’ch iPad eich hun yn lle eich cerdyn.',
    who: 'Chi, ar eich proffil.',
    have: ['Eich cerdyn a’i god pas', 'iPad ag iPadOS 14 neu ddiweddarach'],
    steps: [
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Dewiswch gofrestru iPad.',
      'Gwnewch ar yr iPad yr hyn mae’r dudalen yn ei ddweud.',
    ],
    know: ['Un iPad i bob person: ni allwch gofrestru ail un.'],
  },
  'microsoft-authenticator': {
    title: 'Microsoft Authenticator',
    answer: 'Mewngofnodi â’r ap Microsoft Authenticator ar eich ffôn.',
    who: 'Chi, ar eich proffil.',
    have: ['Eich cerdyn a’i god pas', 'Ffôn â’r ap Microsoft Authenticator'],
    steps: [
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Dewiswch gofrestru Microsoft Authenticator.',
      'Gwnewch yn yr ap yr hyn mae’r dudalen yn ei ddweud.',
    ],
    know: ['Cyn newid i ffôn newydd, gwnewch yn siŵr y gallwch fewngofnodi mewn ffordd arall.'],
  },
  'connected-account': {
    title: 'Eich cyfrif gwaith',
    answer: 'Mewngofnodi â’r cyfrif rydych yn ei ddefnyddio ar gyfer eich e-bost gwaith.',
    who: 'Chi, ar eich proffil.',
    have: ['Eich cerdyn a’i god pas', 'Enw a chyfrinair eich cyfrif gwaith'],
    steps: [
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Dewiswch gysylltu eich cyfrif gwaith.',
      'Mewngofnodwch i’r cyfrif hwnnw pan ofynnir i chi.',
    ],
    know: ['Gall y tîm TG ddweud wrthych a ellir cysylltu eich cyfrif gwaith.'],
  },
  passkey: {
    title: 'Passkey',
    answer: 'Mewngofnodi â passkey mae eich ffôn neu’ch cyfrifiadur yn ei gadw i chi.',
    who: 'Chi, ar eich proffil.',
    have: ['Eich cerdyn a’i god pas', 'Eich ffôn neu’ch cyfrifiadur eich hun sy’n gallu cadw passkeys'],
    steps: [
      'Agorwch eich proffil a mewngofnodwch â’ch cerdyn.',
      'Dewiswch gofrestru passkey.',
      'Gwnewch yr hyn mae eich ffôn neu’ch cyfrifiadur yn ei ofyn.',
    ],
    know: ['Peidiwch â gwneud passkey ar gyfrifiadur neu ffôn mae pobl eraill yn ei ddefnyddio hefyd.'],
  },
  'getting-a-card': {
    title: 'Cael eich cerdyn cyntaf',
    answer: 'Bydd rhywun yn gwirio pwy ydych chi, wyneb yn wyneb neu ar-lein. Yna byddwch yn cael eich cerdyn.',
    who: 'Chi sy’n gwneud cais. Eich Awdurdod Cofrestru sy’n rhoi’r cerdyn.',
    have: [
      'Yr hyn sy’n profi pwy ydych chi, fel pasbort. Bydd y dudalen neu eich Awdurdod Cofrestru yn dweud beth sy’n cyfrif.',
      'Cyfeiriad e-bost lle gallwch ddarllen negeseuon',
    ],
    steps: [
      'Gwnewch gais ar-lein, neu ewch i weld eich Awdurdod Cofrestru wyneb yn wyneb.',
      'Gadewch i’ch hunaniaeth gael ei gwirio.',
      'Byddwch yn cael eich cerdyn. Dewiswch god pas nad oes neb ond chi yn ei wybod.',
    ],
    know: [
      'Os nad ydych yn gwybod pwy yw eich Awdurdod Cofrestru, gofynnwch i Adnoddau Dynol.',
      'Drwy ddefnyddio’r cerdyn rydych yn derbyn ei delerau.',
      'Rhowch eich cyfeiriad e-bost a’ch rhif ffôn symudol ar eich proffil ar unwaith. Yna gallwch ddatgloi’r cerdyn eich hun.',
    ],
  },
  leaving: {
    title: 'Gadael neu newid cyflogwr',
    answer:
      'Os ydych yn gadael gofal iechyd, rhowch eich cerdyn i’ch rheolwr llinell. Os ydych ond yn symud at gyflogwr arall, cadwch ef.',
    who: 'Chi a’ch rheolwr llinell.',
    have: ['Eich cerdyn'],
    steps: [
      'Os ydych yn gadael gofal iechyd: rhowch y cerdyn i’ch rheolwr llinell ar eich diwrnod olaf.',
      'Os ydych yn symud at gyflogwr arall ym maes gofal iechyd: cadwch y cerdyn ac ewch ag ef gyda chi.',
      'Gyda’r cyflogwr newydd: dangoswch y cerdyn i’r Awdurdod Cofrestru yno, er mwyn cael y mynediad sydd ei angen arnoch.',
    ],
    know: ['Peidiwch â rhoi’r cerdyn i’r sawl sy’n eich dilyn. Mae gan bawb ei gerdyn ei hun.'],
  },
  'using-safely': {
    title: 'Defnyddio eich cerdyn yn ddiogel',
    answer: 'Chi yn unig biau eich cerdyn a’ch cod pas. Mae’r hyn a wneir â nhw yn cael ei gofnodi dan eich enw chi.',
    who: 'Pawb sydd â cherdyn.',
    have: ['Eich cerdyn, gyda chi', 'Cod pas nad oes neb ond chi yn ei wybod'],
    steps: [
      'Peidiwch byth â rhannu eich cod pas na’ch cerdyn â neb.',
      'Peidiwch byth â gadael eich cerdyn heb neb yn gofalu amdano.',
      'Tynnwch ef allan bob amser pan fyddwch wedi gorffen.',
    ],
    know: [
      'Drwy ddefnyddio’r cerdyn rydych yn derbyn ei delerau.',
      'Does dim angen eich cod pas ar neb sy’n eich helpu: nid ar y tîm TG, nac ar eich Awdurdod Cofrestru.',
      'Os gallai rhywun wybod eich cod pas, newidiwch ef. Os yw eich cerdyn ar goll, dywedwch wrth Adnoddau Dynol ar unwaith.',
    ],
  },
} as const;
