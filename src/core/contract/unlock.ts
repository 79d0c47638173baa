import * as v from 'valibot';
import { FailureCodeSchema } from './failure-code.ts';

/**
 * The unlock of a card as the view sees it, and what it may ask of it. The email address or mobile number, the code and the
 * new passcode are no part of either: they travel beside a command as secrets, and never come back.
 */

/** `self-service`: by a code sent to the address on the profile. `assisted`: an RA, who is there, authorises it. */
export const UNLOCK_WAYS = ['self-service', 'assisted'] as const;
export type UnlockWay = (typeof UNLOCK_WAYS)[number];

export const UNLOCK_STEPS = [
  /** Wants `unlock-address`. */
  'address',
  /** Wants `unlock-code`. */
  'code',
  /** Wants `unlock-passcode`. */
  'passcode',
  /** Wants nothing: `doing` says what goes on; `cardIn` and `network` say what it waits for, if it does. */
  'working',
  /** Wants the RA, and then `unlock-retry`. A passcode that was chosen already is kept meanwhile. */
  'waiting-for-ra',
  'done',
  'failed',
] as const;
export type UnlockStep = (typeof UNLOCK_STEPS)[number];

export const UNLOCK_DOINGS = [
  'starting',
  'sending-code',
  'checking-code',
  'proving-card',
  'setting-passcode',
  /** The passcode is set; what is left is to tell the desk. The card may be taken out. */
  'telling-desk',
] as const;
export type UnlockDoing = (typeof UNLOCK_DOINGS)[number];

/** What is true of the card now, as far as it has been seen. */
export const UNLOCK_TRUTHS = ['blocked', 'unlocked', 'not-known'] as const;
export type UnlockTruth = (typeof UNLOCK_TRUTHS)[number];

const wallClock = v.pipe(v.number(), v.finite());
/** As the desk knows cards (card-desk.ts, whose schemas the window has no use for). */
const CardIdSchema = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{32}|cert-[0-9a-f]{64})$/));
const readerName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

export const UnlockViewSchema = v.object({
  /** Where the card is, or was last. */
  reader: readerName,
  cardId: CardIdSchema,
  way: v.picklist(UNLOCK_WAYS),
  step: v.picklist(UNLOCK_STEPS),
  /** In the step `working`. */
  doing: v.nullable(v.picklist(UNLOCK_DOINGS)),
  /** Milliseconds since 1970; null before the desk has begun it and after it is over. */
  expiresAt: v.nullable(wallClock),
  /** Null before there is a code. */
  codeTriesLeft: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5))),
  /** What went wrong last, in this step; with `failed` why it is over. */
  problem: v.nullable(FailureCodeSchema),
  /** Whether that very card is in a reader. */
  cardIn: v.boolean(),
  /** Waits until it is said that it shall be tried again (`unlock-retry`), or the card is put in again. */
  halted: v.boolean(),
  /** `lost`: the desk was not reached, or is not available. */
  network: v.picklist(['fine', 'lost']),
  /** When it is tried again by itself, and not only on `unlock-retry`; milliseconds since 1970. */
  retryAt: v.nullable(wallClock),
  truth: v.picklist(UNLOCK_TRUTHS),
});
export type UnlockView = v.InferOutput<typeof UnlockViewSchema>;

/** How blocked cards are unlocked here. `in-app`: in this window. `address`: on the organisation's page `unlock`. `people`: by an RA. */
export const UNLOCKING_BY = ['in-app', 'address', 'people'] as const;
export type UnlockingBy = (typeof UNLOCKING_BY)[number];

/**
 * Each is answered as soon as it was taken on, or refused: wrong step, wrong form, a passcode that the rules forbid. What comes
 * of it is told by the snapshot. Each names the card that the page has shown: what was typed for one card is for no other.
 */
export const UNLOCK_COMMANDS = [
  /** Begins anew; an unlock of another card, or one that is over, makes way. */
  v.strictObject({
    command: v.literal('unlock-start'),
    reader: readerName,
    cardId: CardIdSchema,
    way: v.picklist(UNLOCK_WAYS),
  }),
  /** Secrets: [email address or mobile number, in UTF-8]. */
  v.strictObject({ command: v.literal('unlock-address'), cardId: CardIdSchema }),
  /** Secrets: [the six digits]. */
  v.strictObject({ command: v.literal('unlock-code'), cardId: CardIdSchema }),
  /** Secrets: [the new passcode]. Whoever asks has seen to it that it was typed twice, the same way. */
  v.strictObject({ command: v.literal('unlock-passcode'), cardId: CardIdSchema }),
  /** Ends it, or puts away one that is over. */
  v.strictObject({ command: v.literal('unlock-cancel'), cardId: CardIdSchema }),
  /** Tries now what is waited for: the network, the card, the RA. */
  v.strictObject({ command: v.literal('unlock-retry'), cardId: CardIdSchema }),
] as const;

export type UnlockCommand = v.InferOutput<(typeof UNLOCK_COMMANDS)[number]>;

export function isUnlockCommand(command: { readonly command: string }): command is UnlockCommand {
  return UNLOCK_COMMANDS.some(({ entries }) => entries.command.literal === command.command);
}
