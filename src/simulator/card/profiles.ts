import { ATR } from './atr.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import { SW } from './status-word.ts';

/**
 * Where PIV cards differ. SP 800-73-4 leaves room, makers leave more; each field is one such difference, and every
 * behaviour that a profile does not name is common to all of them.
 */
export type CardProfile = {
  readonly name: string;
  /** Answer to reset, hex. */
  readonly atr: string;
  /** Tries of a fresh PIN, 1 to 15. */
  readonly pinTries: number;
  /** Tries of a fresh PUK, 1 to 15. */
  readonly pukTries: number;
  /** Answer to the wrong guess that uses up the last try: 63C0 first, or 6983 at once. */
  readonly lastGuess: 'counter-zero' | 'blocked';
  /** Answer to VERIFY without data when no try is left. */
  readonly statusWhenBlocked: number;
  /** Answer to a PIN that is not 8 bytes long; costs no try. */
  readonly unpaddedPin: number;
  /** A padded guess with other characters than digits: an ordinary wrong guess, or 6A80 without cost. */
  readonly lettersInGuess: 'costs-a-try' | 'free';
  /** What may become a new PIN: six to eight digits, or any eight bytes. */
  readonly newPin: 'six-to-eight-digits' | 'anything';
  /** GENERAL AUTHENTICATE with a slot that holds no key. */
  readonly emptySlot: number;
  /** Wrong answer to the 9B challenge. */
  readonly wrongAdminResponse: number;
  /** SELECT of an application that is not there; the one selected before stays selected. */
  readonly unknownApplication: number;
  readonly pinSurvivesSelect: boolean;
  /** PIV is selected by itself after a reset; else everything but SELECT is 6986 until then. */
  readonly selectedAfterReset: boolean;
  /** 9C signs once for each VERIFY (SP 800-73-4 part 1, table 4b: PIN Always), or as long as the PIN stands verified. */
  readonly signatureKey: 'pin-always' | 'pin-once';
  /** VERIFY without data between VERIFY and the 9C signature takes the signature's PIN away. */
  readonly statusSpendsSignature: boolean;
  /** VERIFY with P1=FF withdraws the proof; else 6A86 and only a reset does. */
  readonly deauthenticates: boolean;
  /** Takes the three-byte lengths of ISO/IEC 7816-3; else they are 6700. */
  readonly extendedLength: boolean;
  /** Le shorter than the answer: the first part with 61xx, or 6Cxx with the right length and no data. */
  readonly shortLe: '61xx' | '6Cxx';
  /** What GENERATE makes. Keys that are put on the card at issue are not held to it. */
  readonly generates: readonly KeyAlgorithm[];
};

/**
 * Three independent implementations, examined on a real reader: P and O are Java Card applets, C is an embedded C core.
 * The answers to reset are real ones of the same kind of token, not theirs.
 */
export const CARD_PROFILES = {
  'applet-p': {
    name: 'applet-p',
    atr: ATR['idemia-id-one-v8'],
    pinTries: 5,
    pukTries: 3,
    lastGuess: 'counter-zero',
    statusWhenBlocked: SW.blocked,
    unpaddedPin: SW.wrongData,
    lettersInGuess: 'costs-a-try',
    newPin: 'six-to-eight-digits',
    emptySlot: SW.securityStatusNotSatisfied,
    wrongAdminResponse: SW.wrongData,
    unknownApplication: SW.instructionNotSupported,
    pinSurvivesSelect: true,
    selectedAfterReset: false,
    signatureKey: 'pin-always',
    statusSpendsSignature: true,
    deauthenticates: true,
    extendedLength: true,
    shortLe: '61xx',
    generates: ['rsa1024', 'rsa2048', 'p256', 'p384'],
  },
  'applet-o': {
    name: 'applet-o',
    atr: ATR['idemia-id-one-2.4'],
    pinTries: 6,
    pukTries: 10,
    lastGuess: 'blocked',
    statusWhenBlocked: SW.blocked,
    unpaddedPin: SW.wrongData,
    lettersInGuess: 'free',
    newPin: 'six-to-eight-digits',
    emptySlot: SW.wrongParameters,
    wrongAdminResponse: SW.securityStatusNotSatisfied,
    unknownApplication: SW.notFound,
    pinSurvivesSelect: false,
    selectedAfterReset: false,
    signatureKey: 'pin-always',
    statusSpendsSignature: false,
    deauthenticates: true,
    extendedLength: false,
    shortLe: '61xx',
    generates: ['rsa1024', 'rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384'],
  },
  'embedded-c': {
    name: 'embedded-c',
    atr: ATR.canokey,
    pinTries: 3,
    pukTries: 3,
    lastGuess: 'blocked',
    statusWhenBlocked: 0x63c0,
    unpaddedPin: SW.wrongLength,
    lettersInGuess: 'costs-a-try',
    newPin: 'anything',
    emptySlot: SW.conditionsNotSatisfied,
    wrongAdminResponse: SW.securityStatusNotSatisfied,
    unknownApplication: SW.notFound,
    pinSurvivesSelect: false,
    selectedAfterReset: true,
    signatureKey: 'pin-once',
    statusSpendsSignature: false,
    deauthenticates: true,
    extendedLength: true,
    shortLe: '61xx',
    generates: ['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'ed25519', 'x25519'],
  },
} as const satisfies Record<string, CardProfile>;

export type ProfileName = keyof typeof CARD_PROFILES;

export const PROFILE_NAMES = ['applet-p', 'applet-o', 'embedded-c'] as const satisfies readonly ProfileName[];
