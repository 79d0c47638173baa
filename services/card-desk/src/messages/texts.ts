import type { Settings } from '../settings.ts';
import type { Outgoing } from './message.ts';

/** What stands in an email. A text message says it in a template at GOV.UK Notify. */
export type Letter = { readonly subject: string; readonly text: string };

type Organisation = Settings['organisation'];

export function letterOf({ purpose, language, code }: Outgoing, organisation: Organisation): Letter {
  const { subject, lines } = TEXTS[language][purpose](code ?? '', organisation);
  return { subject, text: `${lines.join('\n\n')}\n` };
}

type Text = (
  code: string,
  organisation: Organisation,
) => { readonly subject: string; readonly lines: readonly string[] };

const TEXTS: Readonly<Record<Outgoing['language'], Readonly<Record<Outgoing['purpose'], Text>>>> = {
  en: {
    'unlock-code': (code, { name, help }) => ({
      subject: 'Your code to unlock your smartcard',
      lines: [
        `Your code is ${code}`,
        'Type it in Wardkey on the computer where your smartcard is. It works until 15 minutes after you asked for it.',
        'Never tell this code to anybody. Nobody who works here will ask you for it.',
        `If you did not ask for it, somebody may have your smartcard or know its number. Check that you have your card. If you do not, tell us at once: ${help}`,
        name,
      ],
    }),
    'address-code': (code, { name, help }) => ({
      subject: 'Your code for your smartcard profile',
      lines: [
        `Your code is ${code}`,
        'Read it out to the person who is adding this address to your profile. It works for 15 minutes.',
        `If nobody is doing that with you now, do nothing. If it happens again, tell us: ${help}`,
        name,
      ],
    }),
    unlocking: (_, { name, help }) => ({
      subject: 'Your smartcard is being unlocked',
      lines: [
        'Your smartcard is being unlocked now, and a new passcode is set.',
        'If that is you, there is nothing to do.',
        `If it is not you, tell us at once, so that the card can be stopped: ${help}`,
        name,
      ],
    }),
    'address-changed': (_, { name, help }) => ({
      subject: 'Your smartcard profile was changed',
      lines: [
        'Another email address or mobile number was added to your smartcard profile. Codes to unlock your card may be sent there.',
        'If you asked for that, there is nothing to do.',
        `If you did not, tell us at once: ${help}`,
        name,
      ],
    }),
  },
  cy: {
    'unlock-code': (code, { name, help }) => ({
      subject: 'Eich cod i ddatgloi eich cerdyn clyfar',
      lines: [
        `Eich cod yw ${code}`,
        "Teipiwch y cod yn Wardkey ar y cyfrifiadur lle mae eich cerdyn clyfar. Mae'n gweithio am 15 munud ar ôl i chi ofyn amdano.",
        "Peidiwch byth â dweud y cod hwn wrth neb. Ni fydd neb sy'n gweithio yma yn gofyn i chi amdano.",
        `Os nad chi ofynnodd amdano, efallai fod eich cerdyn clyfar gan rywun arall, neu fod rhywun yn gwybod ei rif. Gwnewch yn siŵr bod eich cerdyn gennych. Os nad ydyw, rhowch wybod i ni ar unwaith: ${help}`,
        name,
      ],
    }),
    'address-code': (code, { name, help }) => ({
      subject: 'Eich cod ar gyfer eich proffil cerdyn clyfar',
      lines: [
        `Eich cod yw ${code}`,
        "Darllenwch y cod i'r person sy'n ychwanegu'r cyfeiriad hwn at eich proffil. Mae'n gweithio am 15 munud.",
        `Os nad oes neb yn gwneud hynny gyda chi nawr, peidiwch â gwneud dim. Os bydd yn digwydd eto, rhowch wybod i ni: ${help}`,
        name,
      ],
    }),
    unlocking: (_, { name, help }) => ({
      subject: 'Mae eich cerdyn clyfar yn cael ei ddatgloi',
      lines: [
        'Mae eich cerdyn clyfar yn cael ei ddatgloi nawr, a chod mynediad newydd yn cael ei osod.',
        "Os chi sy'n gwneud hynny, nid oes angen gwneud dim.",
        `Os nad chi sy'n gwneud hynny, rhowch wybod i ni ar unwaith, er mwyn atal y cerdyn: ${help}`,
        name,
      ],
    }),
    'address-changed': (_, { name, help }) => ({
      subject: 'Cafodd eich proffil cerdyn clyfar ei newid',
      lines: [
        'Cafodd cyfeiriad e-bost neu rif ffôn symudol arall ei ychwanegu at eich proffil cerdyn clyfar. Gall codau i ddatgloi eich cerdyn gael eu hanfon yno.',
        'Os chi ofynnodd am hynny, nid oes angen gwneud dim.',
        `Os nad chi ofynnodd, rhowch wybod i ni ar unwaith: ${help}`,
        name,
      ],
    }),
  },
};
