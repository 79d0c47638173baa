import type { FailureCode } from '../../agent/failure-codes.ts';

export const failures = {
  Service_Absent: {
    says: 'Nid yw gwasanaeth cardiau clyfar y cyfrifiadur hwn yn rhedeg.',
    next: 'Arhoswch funud. Os bydd yn parhau, gofynnwch i’r tîm TG ddechrau’r gwasanaeth cardiau clyfar (pcscd, neu Smart Card ar Windows).',
  },
  Service_Stopped: {
    says: 'Mae gwasanaeth cardiau clyfar y cyfrifiadur hwn wedi stopio.',
    next: 'Mae Wardkey yn ailgysylltu ohono’i hun. Os bydd yn parhau, gofynnwch i’r tîm TG ailddechrau’r gwasanaeth cardiau clyfar.',
  },
  Driver_NotFound: {
    says: 'Ni chafwyd hyd i yrrwr ar gyfer darllenwyr cardiau ar y cyfrifiadur hwn.',
    next: 'Gofynnwch i’r tîm TG osod un (ar Linux y pecyn libccid, pcsc-lite-ccid neu ccid), a phlygiwch y darllenydd i mewn eto.',
  },
  Reader_None: {
    says: 'Does dim darllenydd cardiau wedi’i gysylltu.',
    next: 'Gwiriwch gebl y darllenydd, neu rhowch y plwg mewn soced arall.',
  },
  Reader_Unknown: {
    says: 'Does dim darllenydd o’r enw hwnnw mwyach.',
    next: 'Gwiriwch gebl y darllenydd, a rhowch gynnig arall arni.',
  },
  Reader_Several: {
    says: 'Mae mwy nag un cerdyn, felly nid yw’n glir pa un a olygir.',
    next: 'Dewiswch y cerdyn rydych yn ei olygu.',
  },
  Card_None: {
    says: 'Does dim cerdyn yn y darllenydd.',
    next: 'Rhowch eich cerdyn clyfar i mewn, y sglodyn yn gyntaf ac yn wynebu i fyny.',
  },
  Card_Unsupported: {
    says: 'Nid yw hwn yn gerdyn y gall Wardkey ei ddefnyddio.',
    next: 'Rhowch eich cerdyn clyfar i mewn. Os mai hwn yw eich cerdyn clyfar, gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Card_Mute: {
    says: 'Nid yw’r cerdyn yn ateb.',
    next: 'Tynnwch ef allan, gwiriwch fod y sglodyn yn lân ac yn wynebu i fyny, a rhowch ef yn ôl i mewn.',
  },
  Card_Removed: {
    says: 'Tynnwyd y cerdyn allan yn rhy fuan.',
    next: 'Rhowch ef yn ôl i mewn a rhowch gynnig arall arni.',
  },
  Card_Changed: {
    says: 'Newidiwyd y cerdyn wrth i chi deipio. Ni roddwyd cynnig ar ddim.',
    next: 'Gwiriwch mai eich cerdyn chi sydd yn y darllenydd, a rhowch eich cod pas eto.',
  },
  Card_Malformed: {
    says: 'Rhoddodd y cerdyn ateb nad yw’n gwneud synnwyr.',
    next: 'Tynnwch ef allan a’i roi yn ôl i mewn. Os bydd yn digwydd eto, gofynnwch i’ch Awdurdod Cofrestru am gerdyn newydd.',
  },
  Card_Refused: {
    says: 'Gwrthododd y cerdyn yr hyn a ofynnwyd iddo.',
    next: 'Tynnwch ef allan a’i roi yn ôl i mewn. Os bydd yn digwydd eto, gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Card_Busy: {
    says: 'Mae rhaglen arall yn defnyddio’r cerdyn.',
    next: 'Arhoswch nes y bydd wedi gorffen, neu caewch hi, a rhowch gynnig arall arni.',
  },
  Card_TimedOut: {
    says: 'Cymerodd y cerdyn ormod o amser.',
    next: 'Tynnwch ef allan, rhowch ef yn ôl i mewn, a rhowch un cynnig arall arni.',
  },
  Card_NotWatched: {
    says: 'Collodd Wardkey gysylltiad â’r darllenydd cardiau am eiliad.',
    next: 'Rhowch gynnig arall arni. Efallai fod eich cod pas wedi cyrraedd y cerdyn, felly gwiriwch yn gyntaf sawl ymgais sydd ar ôl.',
  },
  Card_System: {
    says: 'Rhoddodd y gwasanaeth cardiau clyfar wybod am wall.',
    next: 'Rhowch gynnig arall arni. Os bydd yn digwydd eto, rhowch i’r tîm TG y cod a ddangosir gydag ef.',
  },
  Card_Unattended: {
    says: 'Mae eich cerdyn yn y darllenydd ond mae’n ymddangos nad oes neb yma.',
    next: 'Ewch â’ch cerdyn gyda chi pan fyddwch yn gadael.',
  },
  Passcode_Wrong: {
    says: 'Nid yw’r cod pas hwnnw’n gywir.',
    next: 'Gwiriwch ef a rhowch gynnig arall arni. Mae pob un anghywir yn costio ymgais.',
  },
  Passcode_LastTry: {
    says: 'Mae un ymgais ar ôl. Os bydd yn anghywir, caiff y cerdyn ei rwystro.',
    next: 'Os nad ydych yn siŵr, datglowch y cerdyn yn lle dyfalu.',
  },
  Card_TriesUnknown: {
    says: 'Nid yw’r cerdyn yn dweud sawl ymgais sydd ar ôl, felly gallai hon fod yr un olaf.',
    next: 'Os yw’r hyn a deipioch yn sicr o fod yn gywir, gallwch ei ddefnyddio. Os yw’n anghywir, gall y cerdyn gael ei rwystro am byth.',
  },
  Passcode_Blocked: {
    says: 'Mae’r cerdyn wedi’i rwystro, gan fod cod pas anghywir wedi’i roi ormod o weithiau.',
    next: 'Datglowch ef eich hun ar-lein, neu gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Passcode_NotAccepted: {
    says: 'Ni all hwnnw fod yn god pas i’r cerdyn hwn. Ni chafodd ei gyfrif yn ymgais.',
    next: 'Mae 4 i 8 nod mewn cod pas, digidau gan mwyaf.',
  },
  Passcode_TooShort: { says: 'Mae’r cod pas hwnnw’n rhy fyr.', next: 'Dewiswch un hirach.' },
  Passcode_TooLong: { says: 'Mae’r cod pas hwnnw’n rhy hir.', next: 'Dewiswch un byrrach.' },
  Passcode_DigitsOnly: {
    says: 'Dim ond digidau a gaiff fod mewn cod pas.',
    next: 'Dewiswch un sydd wedi’i wneud o’r digidau 0 i 9.',
  },
  Passcode_TooSimple: {
    says: 'Mae’r cod pas hwnnw’n rhy hawdd ei ddyfalu.',
    next: 'Peidiwch â defnyddio digidau sy’n ailadrodd na rhediadau fel 123456.',
  },
  Passcode_HasYear: {
    says: 'Mae’r cod pas hwnnw’n dechrau neu’n gorffen â blwyddyn, ac mae hynny’n rhy hawdd ei ddyfalu.',
    next: 'Dewiswch un heb flwyddyn.',
  },
  Passcode_SameAsOld: {
    says: 'Mae’r cod pas newydd yr un fath â’r hen un.',
    next: 'Dewiswch un gwahanol.',
  },
  Passcode_Mismatch: {
    says: 'Nid yw’r ddau god pas newydd yr un fath. Ni newidiwyd dim.',
    next: 'Teipiwch y cod pas newydd ddwywaith, yr un fath bob tro.',
  },
  Passcode_Missing: { says: 'Ni roddwyd cod pas.', next: 'Rhowch ef a rhowch gynnig arall arni.' },
  Puk_Wrong: {
    says: 'Nid yw’r cod dadrwystro hwnnw’n gywir.',
    next: 'Peidiwch â rhoi cynnig arall arni: gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Puk_Blocked: {
    says: 'Mae cod dadrwystro’r cerdyn hwn wedi’i rwystro hefyd.',
    next: 'Gofynnwch i’ch Awdurdod Cofrestru am gerdyn newydd.',
  },
  Unlock_NotOffered: {
    says: 'Nid yw eich sefydliad yn datgloi cardiau yn y ffenestr hon.',
    next: 'Defnyddiwch y dudalen neu gofynnwch i’r bobl a enwir yma.',
  },
  Unlock_None: { says: 'Does dim cerdyn yn cael ei ddatgloi.', next: 'Dechreuwch gyda: datgloi fy ngherdyn.' },
  Unlock_WrongStep: {
    says: 'Mae’r datgloi ar gam arall.',
    next: 'Ewch ymlaen o’r cam sy’n cael ei ddangos.',
  },
  Unlock_AddressNotUsable: {
    says: 'Nid yw hynny’n gyfeiriad e-bost nac yn rhif ffôn symudol y gellir anfon cod ato.',
    next: 'Gwiriwch ef a’i deipio eto, neu defnyddiwch y llall.',
  },
  Unlock_CodeMalformed: { says: 'Mae chwe digid yn y cod.', next: 'Teipiwch chwe digid y neges ddiweddaraf.' },
  Unlock_CodeWrong: {
    says: 'Nid yw’r cod hwnnw’n gywir.',
    next: 'Gwiriwch y neges ddiweddaraf a rhowch gynnig arall arni.',
  },
  Unlock_CodeTriesUsed: {
    says: 'Rhoddwyd cod anghywir yn rhy aml, felly mae’r datgloi hwn wedi dod i ben. Nid yw eich cerdyn wedi newid.',
    next: 'Dechreuwch eto i gael cod newydd.',
  },
  Unlock_Expired: {
    says: 'Mae’r 15 munud ar gyfer y datgloi hwn ar ben.',
    next: 'Os yw eich cerdyn wedi’i rwystro o hyd, dechreuwch eto.',
  },
  Unlock_Superseded: {
    says: 'Dechreuwyd datgloi’r cerdyn hwn eto yn rhywle arall, felly mae’r un hwn wedi dod i ben.',
    next: 'Ewch ymlaen yno, neu dechreuwch eto yma.',
  },
  Unlock_CardOut: {
    says: 'Nid yw eich cerdyn yn y darllenydd.',
    next: 'Rhowch yr un cerdyn yn ôl i mewn. Yna bydd y datgloi’n mynd ymlaen ohono’i hun.',
  },
  Unlock_NotAuthorised: {
    says: 'Does neb wedi awdurdodi datgloi’r cerdyn hwn eto.',
    next: 'Gofynnwch i’ch Awdurdod Cofrestru ei awdurdodi, ac yna rhowch gynnig arall arni.',
  },
  Unlock_CardNotProven: {
    says: 'Ni allai’r cerdyn ddangos i’r ddesg gardiau mai ef yw’r un y mae’n dweud ydyw.',
    next: 'Gwiriwch mai eich cerdyn chi ydyw a dechreuwch eto. Os bydd yn digwydd eto, ewch at eich Awdurdod Cofrestru.',
  },
  Unlock_ProfileChanged: {
    says: 'Newidiwyd proffil perchennog y cerdyn hwn wrth iddo gael ei ddatgloi.',
    next: 'Dechreuwch eto, gyda’r cyfeiriad sydd ar y proffil nawr. Os na wnaethoch ofyn am newid, dywedwch wrth eich Awdurdod Cofrestru ar unwaith.',
  },
  Unlock_CardNotActive: {
    says: 'Nid yw’r ddesg gardiau bellach yn rhestru’r cerdyn hwn fel un sy’n cael ei ddefnyddio.',
    next: 'Ewch at eich Awdurdod Cofrestru. Os oeddech wedi dweud ei fod ar goll, byddant yn rhoi un newydd i chi.',
  },
  Unlock_TriedTooOften: {
    says: 'Torrwyd ar draws y datgloi hwn yn rhy aml, felly mae wedi dod i ben.',
    next: 'Dechreuwch eto, a gadewch y cerdyn yn y darllenydd nes y bydd wedi gorffen.',
  },
  Unlock_PasscodeRefused: {
    says: 'Ni dderbyniodd y cerdyn y cod pas hwnnw. Ni newidiwyd dim.',
    next: 'Dewiswch un arall.',
  },
  Unlock_ChooseAgain: {
    says: 'Torrwyd ar draws Wardkey, ac nid yw wedi cadw’r cod pas a ddewisoch.',
    next: 'Dewiswch eich cod pas newydd eto.',
  },
  Unlock_NotKept: {
    says: 'Ni allai’r cyfrifiadur hwn gadw pa mor bell y mae’r datgloi wedi dod, felly ni chyffyrddwyd â’ch cerdyn.',
    next: 'Rhowch gynnig arall arni. Os bydd yn digwydd eto, dywedwch wrth y tîm TG: efallai fod y ddisg yn llawn, neu na ellir ysgrifennu i’ch ffolder.',
  },
  Unlock_PukRefused: {
    says: 'Ni dderbyniodd y cerdyn god datgloi’r ddesg gardiau.',
    next: 'Peidiwch â rhoi cynnig arall arni. Ewch at eich Awdurdod Cofrestru, a all roi cerdyn newydd i chi.',
  },
  Unlock_PukLastTry: {
    says: 'Un cynnig sydd ar ôl gan y cerdyn ar gyfer ei god datgloi, felly ni roddwyd cynnig arall arni.',
    next: 'Ewch at eich Awdurdod Cofrestru, a all roi cerdyn newydd i chi.',
  },
  Desk_NotReached: {
    says: 'Ni ellir cyrraedd desg gardiau eich sefydliad.',
    next: 'Gwiriwch rwydwaith y cyfrifiadur hwn. Mae Wardkey yn rhoi cynnig arall arni ohono’i hun.',
  },
  Desk_NotTrusted: {
    says: 'Ni allai’r hyn sy’n ateb ar ran y ddesg gardiau ddangos mai desg eich sefydliad ydyw. Ni ddywedwyd dim wrtho.',
    next: 'Peidiwch â mynd ymlaen yma. Dywedwch wrth y tîm TG: gweler desk.caFile a desk.pinnedKeys yn y polisi, a chloc y cyfrifiadur hwn.',
  },
  Desk_NotUnderstood: {
    says: 'Atebodd y ddesg gardiau rywbeth nad yw Wardkey yn ei ddeall.',
    next: 'Diweddarwch Wardkey a rhowch gynnig arall arni. Os nad yw hynny’n helpu, dywedwch wrth y tîm TG.',
  },
  Desk_NotSet: {
    says: 'Nid oes gan y cyfrifiadur hwn ddesg gardiau.',
    next: 'Gofynnwch i’r tîm TG osod desk.address yn y polisi.',
  },
  Desk_SignInRefused: {
    says: 'Ni wnaeth y ddesg gardiau eich mewngofnodi.',
    next: 'Defnyddiwch y cerdyn a gawsoch fel Awdurdod Cofrestru. Os hwnnw ydyw, dywedwch wrth bwy bynnag sy’n gofalu am y ddesg gardiau.',
  },
  Desk_PageNotOpened: {
    says: 'Rydych wedi mewngofnodi wrth y ddesg gardiau, ond nid agorodd porwr.',
    next: 'Agorwch y ffeil a enwir yma mewn porwr o fewn munud, neu rhowch gynnig arall arni.',
  },
  Desk_TooMany: { says: 'Rhoddwyd cynnig ar hynny’n rhy aml.', next: 'Arhoswch ychydig, a rhowch gynnig arall arni.' },
  Desk_Unavailable: {
    says: 'Nid yw’r ddesg gardiau ar gael ar hyn o bryd.',
    next: 'Mae Wardkey yn rhoi cynnig arall arni ohono’i hun. Os bydd yn parhau, gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Certificate_Absent: {
    says: 'Does dim tystysgrif ar y cerdyn i fewngofnodi â hi.',
    next: 'Gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Certificate_Unreadable: {
    says: 'Ni ellir darllen y dystysgrif ar y cerdyn.',
    next: 'Gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Certificate_Expired: {
    says: 'Mae’r dystysgrif ar y cerdyn wedi dod i ben.',
    next: 'Ni ellir ei hadnewyddu ar-lein mwyach. Ewch i weld eich Awdurdod Cofrestru wyneb yn wyneb.',
  },
  Certificate_NotYetValid: {
    says: 'Nid yw’r dystysgrif ar y cerdyn yn ddilys eto.',
    next: 'Gwiriwch fod cloc y cyfrifiadur hwn yn gywir. Os yw’n gywir, gofynnwch i’ch Awdurdod Cofrestru.',
  },
  Certificate_IssuerNotAccepted: {
    says: 'Daw’r cerdyn gan gyhoeddwr nad yw’r sefydliad hwn yn ei dderbyn.',
    next: 'Rhowch gerdyn clyfar y sefydliad hwn i mewn, neu gofynnwch i’r tîm TG.',
  },
  Certificate_Revoked: {
    says: 'Mae’r dystysgrif ar y cerdyn wedi’i thynnu’n ôl.',
    next: 'Ni ellir defnyddio’r cerdyn mwyach. Ewch i weld eich RA yn bersonol i gael tystysgrif newydd.',
  },
  Certificate_KeyMismatch: {
    says: 'Nid yw’r allwedd sy’n perthyn i’r dystysgrif ar y cerdyn.',
    next: 'Efallai na chafodd adnewyddiad ei orffen. Adnewyddwch eto, neu gofynnwch i’ch RA.',
  },
  Certificate_IssuerUnknown: {
    says: 'Nid yw’r dystysgrif ar y cerdyn yn arwain at gyhoeddwr y mae’r sefydliad hwn yn ymddiried ynddo.',
    next: 'Rhowch gerdyn clyfar y sefydliad hwn i mewn. Os hwn ydyw, gofynnwch i’r tîm TG: gall fod tystysgrif cyhoeddwr ar goll yma.',
  },
  Certificate_IssuerEnded: {
    says: 'Nid yw un o dystysgrifau cyhoeddwr y cerdyn yn ddilys ar hyn o bryd.',
    next: 'Gwiriwch fod cloc y cyfrifiadur hwn yn gywir. Os ydyw, gofynnwch i’r tîm TG.',
  },
  Certificate_WrongPurpose: {
    says: 'Nid yw’r dystysgrif ar y cerdyn ar gyfer mewngofnodi.',
    next: 'Gofynnwch i’ch RA.',
  },
  Certificate_TooWeak: {
    says: 'Gwnaed y dystysgrif ar y cerdyn mewn ffordd nad yw’n ddiogel mwyach.',
    next: 'Gofynnwch i’ch RA am un newydd.',
  },
  Certificate_NotValid: {
    says: 'Nid yw’r dystysgrif ar y cerdyn yn pasio’r gwiriadau.',
    next: 'Gofynnwch i’ch RA, a rhowch i’r tîm TG y rheswm y mae gwiriadau’r cyfrifiadur hwn yn ei ddangos.',
  },
  Certificate_RevocationUnknown: {
    says: 'Ni ellir gwirio a yw’r cerdyn hwn wedi’i dynnu’n ôl.',
    next: 'Gwiriwch gebl y rhwydwaith neu’r rhwydwaith diwifr. Bydd Wardkey yn ceisio eto ohono’i hun. Os yw’n parhau, gofynnwch i’r tîm TG.',
  },
  Certificate_RevocationStale: {
    says: 'Mae gormod o amser wedi mynd heibio ers y bu modd gwirio a oedd y cerdyn hwn wedi’i dynnu’n ôl.',
    next: 'Gwiriwch gebl y rhwydwaith neu’r rhwydwaith diwifr. Bydd Wardkey yn ceisio eto ohono’i hun. Os yw’n parhau, gofynnwch i’r tîm TG.',
  },
  Certificate_NotJudged: {
    says: 'Nid oedd modd gwirio’r dystysgrif ar y cerdyn.',
    next: 'Tynnwch y cerdyn allan a’i roi i mewn eto. Os bydd yn digwydd eto, dywedwch wrth y tîm TG.',
  },
  Trust_Unusable: {
    says: 'Ni ellir darllen y tystysgrifau y mae cardiau’n cael eu gwirio yn eu herbyn.',
    next: 'Y tîm TG: gweler pa rai o certificates.anchors a certificates.intermediates sy’n anghywir gyda: wardkey doctor',
  },
  Trust_Ending: {
    says: 'Cyn bo hir ni fydd un o dystysgrifau cyhoeddwr eich sefydliad yn ddilys mwyach.',
    next: 'Y tîm TG: rhowch ei holynydd wrth ei hochr (certificates.anchors, certificates.intermediates).',
  },
  Revocation_NotFetched: {
    says: 'Nid oedd modd diweddaru’r hyn a wyddys am gardiau a dynnwyd yn ôl.',
    next: 'Gwiriwch rwydwaith y cyfrifiadur hwn. Bydd Wardkey yn ceisio eto ohono’i hun. Os yw’n parhau, rhowch yr hyn a ganfuwyd i’r tîm TG.',
  },
  Revocation_RunningOut: {
    says: 'Nid oedd modd diweddaru’r hyn a wyddys am gardiau a dynnwyd yn ôl, a chyn bo hir bydd yn rhy hen. Gall cardiau gael eu gwrthod wedyn.',
    next: 'Gwiriwch rwydwaith y cyfrifiadur hwn, a dywedwch wrth y tîm TG cyn hynny. Y tîm TG: gweler pa weinydd nad yw’n ateb gyda: wardkey doctor',
  },
  Revocation_InGrace: {
    says: 'Nid oedd modd gwirio’n ddiweddar a yw’r cerdyn hwn wedi’i dynnu’n ôl. Gellir ei ddefnyddio er hynny am gyfnod cyfyngedig.',
    next: 'Gwiriwch gebl y rhwydwaith neu’r rhwydwaith diwifr, a dywedwch wrth y tîm TG. Bydd Wardkey yn gwirio eto ohono’i hun.',
  },
  Clock_TurnedBack: {
    says: 'Mae cloc y cyfrifiadur hwn y tu ôl i’r amser y mae wedi’i ddangos o’r blaen.',
    next: 'Gosodwch ef yn gywir. Tan hynny caiff tystysgrifau eu gwirio yn ôl yr amser diweddaraf.',
  },
  Attempt_InProgress: {
    says: 'Mae’r cerdyn yn dal i weithio ar y cais diwethaf.',
    next: 'Arhoswch iddo orffen.',
  },
  Attempt_TooEarly: {
    says: 'Mae’r cerdyn yn dal i gael ei ddarllen.',
    next: 'Rhowch gynnig arall arni ymhen eiliad.',
  },
  Lock_Failed: {
    says: 'Nid oedd modd cloi’r cyfrifiadur hwn.',
    next: 'Clowch ef â llaw nawr, a dywedwch wrth y tîm TG.',
  },
  Action_Failed: {
    says: 'Ni weithiodd yr hyn oedd i ddigwydd ar ôl tynnu’r cerdyn allan.',
    next: 'Clowch y cyfrifiadur â llaw nawr, a dywedwch wrth y tîm TG.',
  },
  Policy_Invalid: {
    says: 'Nid yw ffeil bolisi’r cyfrifiadur hwn yn ddilys, felly defnyddir rhagosodiadau diogel.',
    next: 'TG: i weld beth sydd o’i le, rhedwch: wardkey policy check FILE',
  },
  Policy_NotTaken: {
    says: 'Newidiwyd ffeil bolisi’r cyfrifiadur hwn ac nid yw’n ddilys, felly mae’r polisi blaenorol yn parhau mewn grym.',
    next: 'Y tîm TG: gweler beth sydd o’i le gyda: wardkey policy check FILE',
  },
  Policy_Unreadable: {
    says: 'Ni ellir darllen y ffeil bolisi, felly defnyddir rhagosodiadau diogel.',
    next: 'TG: gwiriwch fod y ffeil yn bodoli ac y caniateir ei darllen.',
  },
  Settings_Repaired: {
    says: 'Roedd ffeil osodiadau wedi’i difrodi. Fe’i rhoddwyd o’r neilltu a dechreuwyd un newydd.',
    next: 'Does dim angen gwneud dim. Cedwir y ffeil a ddifrodwyd wrth ymyl yr un newydd.',
  },
  Settings_NotSaved: {
    says: 'Nid oedd modd cadw’r gosodiadau.',
    next: 'Gwiriwch nad yw’r ddisg yn llawn ac y caniateir ysgrifennu i’ch ffolder.',
  },
  Agent_AlreadyRunning: {
    says: 'Mae Wardkey eisoes yn rhedeg ar gyfer y defnyddiwr hwn.',
    next: 'Defnyddiwch yr un sy’n rhedeg, neu dewch â hwnnw i ben yn gyntaf.',
  },
  Agent_NotRunning: {
    says: 'Nid yw Wardkey yn rhedeg ar gyfer y defnyddiwr hwn.',
    next: 'Dechreuwch ef â: wardkey agent',
  },
  Agent_Refused: {
    says: 'Ni atebodd yr asiant sy’n rhedeg.',
    next: 'Dewch ag ef i ben a’i ddechrau eto; defnyddiwch yr un fersiwn o Wardkey ar gyfer y ddau.',
  },
  Agent_CountsDown: {
    says: 'Ni ellir dod â Wardkey i ben tra bydd yn aros i gerdyn ddod yn ôl.',
    next: 'Rhowch y cerdyn yn ôl, neu clowch y cyfrifiadur hwn, a rhowch gynnig arall arni.',
  },
  Network_NameNotFound: {
    says: 'Ni ellir dod o hyd i un o dudalennau eich sefydliad, neu ei ddesg gardiau, ar y rhwydwaith.',
    next: 'Gwiriwch gebl y rhwydwaith neu’r rhwydwaith diwifr. Mae mewngofnodi â’ch cerdyn yn gweithio hebddo.',
  },
  Page_NotSet: {
    says: 'Nid yw eich sefydliad wedi dweud wrth Wardkey ble mae ei dudalen ar gyfer hyn.',
    next: 'Gofynnwch i’r bobl a enwir yma, neu i’r tîm TG.',
  },
  Page_NotOpened: {
    says: 'Nid oedd modd agor y dudalen yn eich porwr.',
    next: 'Rhowch gynnig arall arni. Os bydd yn digwydd eto, gofynnwch i’r tîm TG.',
  },
  Setting_Managed: {
    says: 'Eich sefydliad sydd wedi gosod hyn, felly ni ellir ei newid yma.',
    next: 'Gofynnwch i’r tîm TG os dylai fod yn wahanol.',
  },
  Setting_NotHere: {
    says: 'Nid yw’r cyfrifiadur hwn yn cynnig hynny.',
    next: 'Does dim angen gwneud dim. Gofynnwch i’r tîm TG os oes ei angen arnoch.',
  },
  Window_NotShown: {
    says: 'Nid oedd modd dangos y ffenestr.',
    next: 'Mae Wardkey ei hun yn rhedeg, ac yn cloi pan gaiff eich cerdyn ei dynnu allan. Dewch ag ef i ben a’i ddechrau eto. Os nad yw hynny’n helpu, dywedwch wrth y tîm TG.',
  },
  Window_NoBrowser: {
    says: 'Does dim porwr ar y cyfrifiadur hwn sy’n gallu dangos y ffenestr.',
    next: 'TG: gosodwch borwr o deulu Chromium, neu enwch un yn y polisi (window.browser). Mae’r asiant ei hun yn rhedeg.',
  },
  Window_NotOpened: {
    says: 'Ni allai Wardkey agor ei ffenestr ar y bwrdd gwaith hwn, felly mae wedi dod i ben.',
    next: 'Dechreuwch ef eto. Os na fydd hynny’n helpu, dywedwch wrth y tîm TG. Yn y cyfamser does dim yn cloi pan gaiff eich cerdyn ei dynnu allan.',
  },
  Report_NotSaved: {
    says: 'Nid oedd modd cadw’r adroddiad.',
    next: 'Gwiriwch nad yw’r ddisg yn llawn ac y caniateir ysgrifennu i’ch ffolder.',
  },
  Window_OutOfDate: {
    says: 'Mae’r ffenestr hon yn perthyn i fersiwn arall o Wardkey.',
    next: 'Caewch hi ac agorwch Wardkey eto.',
  },
  Usage_Wrong: {
    says: 'Ni ddeallwyd y gorchymyn.',
    next: 'I weld sut mae ei ddefnyddio, rhedwch: wardkey help',
  },
} as const satisfies Record<FailureCode, { says: string; next: string }>;
