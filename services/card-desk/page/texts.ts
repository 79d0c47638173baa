import type { ProblemCode } from './desk.ts';

/** What the page says, in both languages. */

export type Language = 'en' | 'cy';
type ProblemText = { readonly says: string; readonly next: string };

const en = {
  title: 'Card desk',
  skip: 'Skip to main content',
  otherLanguage: 'Cymraeg',
  signedInAs: (name: string) => `Signed in as ${name}`,
  signOut: 'Sign out',
  signIn: {
    heading: 'Sign in with your own card',
    steps: [
      'Put your own smartcard in the reader of this computer.',
      'In Wardkey, under “Services and help”, choose “Help somebody at the card desk” and enter your passcode.',
      'This page then opens by itself, signed in.',
    ],
    once: 'Each opening works once. When you close or reload this page, sign in again.',
    signingIn: 'Signing you in',
    out: 'You are signed out',
    ended: 'Your session has ended',
    endedWhy: 'It ends after 15 minutes without use. Nothing that you had finished is lost.',
  },
  find: {
    heading: 'Find a person',
    label: 'Beginning of the name, user ID, card number or card ID',
    hint: 'At least two characters. Each search is recorded.',
    button: 'Find',
    short: 'Type at least two characters',
    none: 'Nobody was found. Check the spelling, or search by the number on the card.',
    found: (count: number) => (count === 1 ? '1 person found' : `${count} people found`),
    most: 'These are the first 20. Type more of the name to see others.',
    open: 'Open',
  },
  person: {
    back: 'Find another person',
    userId: 'User ID',
    addresses: 'Email and mobile',
    noAddresses: 'None on the profile: this person cannot unlock a card alone.',
    cards: 'Cards',
    noCards: 'No card is recorded for this person.',
    card: (name: string) => `Card ${name}`,
    states: { active: 'in use', lost: 'lost', withdrawn: 'withdrawn' },
  },
  check: {
    heading: 'Check who this is',
    intro: 'The person has to be with you. How have you checked who they are?',
    evidence: {
      'photo-id': 'Passport, driving licence or other photo ID',
      'staff-badge': 'Staff badge with a photo',
      'known-in-person': 'I know this person myself',
    },
    missing: 'Choose how you have checked who this is',
    button: 'I have checked who this is',
    done: (until: string) => `Identity checked. You can act for this person until ${until}.`,
    over: 'The identity check is over. Check again who this is.',
    themselves: 'This is you: another RA has to do this for you.',
  },
  unlock: {
    heading: 'Unlock a card',
    button: 'Authorise the unlock',
    done: (card: string, until: string) =>
      `Card ${card} may be unlocked once, until ${until}. The person now chooses a new passcode at the computer with the card.`,
    none: 'No card of this person is in use.',
  },
  address: {
    heading: 'Add an email address or mobile number',
    label: 'New email address or mobile number',
    hint: 'It replaces the one of the same kind on the profile.',
    language: 'Language of the message',
    languages: { en: 'English', cy: 'Cymraeg (Welsh)' },
    button: 'Send a code',
    short: 'Type an email address or a mobile number',
    sent: (until: string) => `A code was sent. Ask the person to read it out to you; it works until ${until}.`,
    code: 'Code from the message',
    codeHint: '6 digits',
    codeShort: 'Type the 6 digits of the code',
    confirm: 'Add to the profile',
    cancel: 'Use another address',
    done: 'It is on the profile now.',
  },
  help: (who: string) => `Help with this page: ${who}`,
  problem: 'There is a problem',
  triesLeft: (count: number) => (count === 1 ? '1 try left' : `${count} tries left`),
  problems: {
    Desk_BadRequest: { says: 'The card desk did not understand that.', next: 'Reload this page and sign in again.' },
    Desk_SignIn: {
      says: 'The card desk did not sign you in.',
      next: 'Sign in again in Wardkey, under “Services and help”. If somebody else may have opened the page before you, tell whoever helps with this page at once.',
    },
    Desk_NotAllowed: {
      says: 'That is not yours to do.',
      next: 'Nobody acts for themselves, and a card that is not in use cannot be unlocked. Ask another RA.',
    },
    Desk_NotFound: { says: 'That is not there any more.', next: 'Check again who this is, and go on from there.' },
    Desk_OutOfOrder: { says: 'That is not the next step.', next: 'Find the person again.' },
    Desk_NotAuthorised: { says: 'That is not authorised.', next: 'Find the person again.' },
    Desk_Over: { says: 'That code is over.', next: 'Send a new one.' },
    Desk_CodeWrong: { says: 'That code is not right.', next: 'Ask for the latest message and type the code again.' },
    Desk_CardNotProven: { says: 'The card could not be proven.', next: 'Find the person again.' },
    Desk_AddressNotUsable: {
      says: 'No code can be sent to that.',
      next: 'Check it and type it again. Your organisation may not send text messages.',
    },
    Desk_TooMany: { says: 'That was tried too often.', next: 'Wait a while, and try again.' },
    Desk_Internal: { says: 'Something went wrong at the card desk.', next: 'Try again later.' },
    Desk_Unavailable: { says: 'The card desk is not available right now.', next: 'Try again in a minute.' },
    'not-reached': { says: 'The card desk cannot be reached.', next: 'Check the network and try again.' },
  } satisfies Record<ProblemCode, ProblemText> as Record<ProblemCode, ProblemText>,
};

export type Texts = typeof en;

const cy: Texts = {
  title: 'Desg gardiau',
  skip: 'Neidio i’r prif gynnwys',
  otherLanguage: 'English',
  signedInAs: (name) => `Wedi mewngofnodi fel ${name}`,
  signOut: 'Allgofnodi',
  signIn: {
    heading: 'Mewngofnodwch â’ch cerdyn eich hun',
    steps: [
      'Rhowch eich cerdyn clyfar eich hun yn narllenydd y cyfrifiadur hwn.',
      'Yn Wardkey, o dan “Gwasanaethau a chymorth”, dewiswch “Helpu rhywun wrth y ddesg gardiau” a rhowch eich cod pas.',
      'Yna bydd y dudalen hon yn agor ohoni ei hun, a chithau wedi mewngofnodi.',
    ],
    once: 'Mae pob agoriad yn gweithio unwaith. Os byddwch yn cau neu’n ail-lwytho’r dudalen hon, mewngofnodwch eto.',
    signingIn: 'Wrthi’n eich mewngofnodi',
    out: 'Rydych wedi allgofnodi',
    ended: 'Mae eich sesiwn wedi dod i ben',
    endedWhy: 'Mae’n dod i ben ar ôl 15 munud heb ei defnyddio. Nid oes dim a orffennwyd gennych wedi’i golli.',
  },
  find: {
    heading: 'Dod o hyd i berson',
    label: 'Dechrau’r enw, ID defnyddiwr, rhif y cerdyn neu ID y cerdyn',
    hint: 'O leiaf dau nod. Caiff pob chwiliad ei gofnodi.',
    button: 'Chwilio',
    short: 'Teipiwch o leiaf ddau nod',
    none: 'Ni ddaethpwyd o hyd i neb. Gwiriwch y sillafu, neu chwiliwch yn ôl y rhif ar y cerdyn.',
    found: (count) => (count === 1 ? 'Daethpwyd o hyd i 1 person' : `Daethpwyd o hyd i ${count} o bobl`),
    most: 'Dyma’r 20 cyntaf. Teipiwch fwy o’r enw i weld rhai eraill.',
    open: 'Agor',
  },
  person: {
    back: 'Dod o hyd i berson arall',
    userId: 'ID defnyddiwr',
    addresses: 'E-bost a ffôn symudol',
    noAddresses: 'Dim un ar y proffil: ni all y person hwn ddatgloi cerdyn ar ei ben ei hun.',
    cards: 'Cardiau',
    noCards: 'Nid oes cerdyn wedi’i gofnodi ar gyfer y person hwn.',
    card: (name) => `Cerdyn ${name}`,
    states: { active: 'yn cael ei ddefnyddio', lost: 'ar goll', withdrawn: 'wedi’i dynnu’n ôl' },
  },
  check: {
    heading: 'Gwirio pwy yw hwn',
    intro: 'Rhaid i’r person fod gyda chi. Sut ydych chi wedi gwirio pwy ydyw?',
    evidence: {
      'photo-id': 'Pasbort, trwydded yrru neu ID arall â llun',
      'staff-badge': 'Bathodyn staff â llun',
      'known-in-person': 'Rwy’n adnabod y person hwn fy hun',
    },
    missing: 'Dewiswch sut rydych wedi gwirio pwy yw hwn',
    button: 'Rwyf wedi gwirio pwy yw hwn',
    done: (until) => `Gwiriwyd pwy yw’r person. Gallwch weithredu drosto tan ${until}.`,
    over: 'Mae’r gwiriad wedi dod i ben. Gwiriwch eto pwy yw hwn.',
    themselves: 'Chi yw hwn: rhaid i Awdurdod Cofrestru arall wneud hyn drosoch.',
  },
  unlock: {
    heading: 'Datgloi cerdyn',
    button: 'Awdurdodi’r datgloi',
    done: (card, until) =>
      `Gellir datgloi cerdyn ${card} unwaith, tan ${until}. Nawr mae’r person yn dewis cod pas newydd wrth y cyfrifiadur lle mae’r cerdyn.`,
    none: 'Nid oes cerdyn o eiddo’r person hwn yn cael ei ddefnyddio.',
  },
  address: {
    heading: 'Ychwanegu cyfeiriad e-bost neu rif ffôn symudol',
    label: 'Cyfeiriad e-bost neu rif ffôn symudol newydd',
    hint: 'Mae’n cymryd lle’r un o’r un math ar y proffil.',
    language: 'Iaith y neges',
    languages: { en: 'English (Saesneg)', cy: 'Cymraeg' },
    button: 'Anfon cod',
    short: 'Teipiwch gyfeiriad e-bost neu rif ffôn symudol',
    sent: (until) => `Anfonwyd cod. Gofynnwch i’r person ei ddarllen i chi; mae’n gweithio tan ${until}.`,
    code: 'Cod o’r neges',
    codeHint: '6 digid',
    codeShort: 'Teipiwch 6 digid y cod',
    confirm: 'Ychwanegu at y proffil',
    cancel: 'Defnyddio cyfeiriad arall',
    done: 'Mae ar y proffil nawr.',
  },
  help: (who) => `Cymorth gyda’r dudalen hon: ${who}`,
  problem: 'Mae problem',
  triesLeft: (count) => (count === 1 ? '1 ymgais ar ôl' : `${count} ymgais ar ôl`),
  problems: {
    Desk_BadRequest: {
      says: 'Ni ddeallodd y ddesg gardiau hynny.',
      next: 'Ail-lwythwch y dudalen a mewngofnodwch eto.',
    },
    Desk_SignIn: {
      says: 'Ni wnaeth y ddesg gardiau eich mewngofnodi.',
      next: 'Mewngofnodwch eto yn Wardkey, o dan “Gwasanaethau a chymorth”. Os gall rhywun arall fod wedi agor y dudalen o’ch blaen, dywedwch ar unwaith wrth bwy bynnag sy’n helpu gyda’r dudalen hon.',
    },
    Desk_NotAllowed: {
      says: 'Nid chi sydd i wneud hynny.',
      next: 'Nid oes neb yn gweithredu drosto’i hun, ac ni ellir datgloi cerdyn nad yw’n cael ei ddefnyddio. Gofynnwch i Awdurdod Cofrestru arall.',
    },
    Desk_NotFound: { says: 'Nid yw hwnnw yno mwyach.', next: 'Gwiriwch eto pwy yw hwn, ac ewch ymlaen o’r fan honno.' },
    Desk_OutOfOrder: { says: 'Nid hwnnw yw’r cam nesaf.', next: 'Dewch o hyd i’r person eto.' },
    Desk_NotAuthorised: { says: 'Nid yw hynny wedi’i awdurdodi.', next: 'Dewch o hyd i’r person eto.' },
    Desk_Over: { says: 'Mae’r cod hwnnw wedi dod i ben.', next: 'Anfonwch un newydd.' },
    Desk_CodeWrong: {
      says: 'Nid yw’r cod hwnnw’n gywir.',
      next: 'Gofynnwch am y neges ddiweddaraf a theipiwch y cod eto.',
    },
    Desk_CardNotProven: { says: 'Ni ellid profi’r cerdyn.', next: 'Dewch o hyd i’r person eto.' },
    Desk_AddressNotUsable: {
      says: 'Ni ellir anfon cod i hwnnw.',
      next: 'Gwiriwch ef a’i deipio eto. Efallai nad yw eich sefydliad yn anfon negeseuon testun.',
    },
    Desk_TooMany: {
      says: 'Rhoddwyd cynnig ar hynny’n rhy aml.',
      next: 'Arhoswch ychydig, a rhowch gynnig arall arni.',
    },
    Desk_Internal: {
      says: 'Aeth rhywbeth o’i le wrth y ddesg gardiau.',
      next: 'Rhowch gynnig arall arni’n nes ymlaen.',
    },
    Desk_Unavailable: {
      says: 'Nid yw’r ddesg gardiau ar gael ar hyn o bryd.',
      next: 'Rhowch gynnig arall arni ymhen munud.',
    },
    'not-reached': {
      says: 'Ni ellir cyrraedd y ddesg gardiau.',
      next: 'Gwiriwch y rhwydwaith a rhowch gynnig arall arni.',
    },
  },
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en, cy };
