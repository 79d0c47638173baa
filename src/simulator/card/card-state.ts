import * as v from 'valibot';
import { KEY_ALGORITHMS } from './key-algorithm.ts';

/**
 * All that a card remembers without power, as plain data: saved and restored by tests, and sent to the process that
 * plays the card. Holds test secrets in the clear. Bytes are lower-case hex, private keys PKCS#8 DER in base64.
 */
const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/));
const tries = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15));
const statusWord = v.pipe(v.number(), v.integer(), v.minValue(0x6000), v.maxValue(0x9fff));
const algorithm = v.picklist(KEY_ALGORITHMS);

const ProfileSchema = v.object({
  name: v.string(),
  atr: v.pipe(hex, v.minLength(4), v.maxLength(66)),
  pinTries: tries,
  pukTries: tries,
  lastGuess: v.picklist(['counter-zero', 'blocked']),
  statusWhenBlocked: statusWord,
  unpaddedPin: statusWord,
  lettersInGuess: v.picklist(['costs-a-try', 'free']),
  newPin: v.picklist(['six-to-eight-digits', 'anything']),
  emptySlot: statusWord,
  wrongAdminResponse: statusWord,
  unknownApplication: statusWord,
  pinSurvivesSelect: v.boolean(),
  selectedAfterReset: v.boolean(),
  signatureKey: v.picklist(['pin-always', 'pin-once']),
  statusSpendsSignature: v.boolean(),
  deauthenticates: v.boolean(),
  extendedLength: v.boolean(),
  shortLe: v.picklist(['61xx', '6Cxx']),
  generates: v.array(algorithm),
});

const reference = v.object({
  /** The eight bytes as they cross the wire, filled up with FF. */
  value: v.pipe(hex, v.length(16)),
  triesLeft: tries,
});
export type SecretReference = v.InferOutput<typeof reference>;

export const ADMIN_ALGORITHMS = ['3des', 'aes128', 'aes192', 'aes256'] as const;

export const CardStateSchema = v.object({
  profile: ProfileSchema,
  pin: reference,
  puk: reference,
  /** The PIN that the whole card shares (reference 00), where it has one; VERIFY with it opens PIV as well. */
  globalPin: v.nullable(reference),
  adminKey: v.object({ algorithm: v.picklist(ADMIN_ALGORITHMS), value: hex }),
  /** By tag in hex (`5fc102`): what stands inside the 53, or for the discovery object inside the 7E. */
  objects: v.record(v.string(), hex),
  /** By slot in hex (`9a`). */
  keys: v.record(v.string(), v.object({ algorithm, pkcs8: v.string() })),
});
export type CardState = v.InferOutput<typeof CardStateSchema>;
export type AdminKey = CardState['adminKey'];

/** The eight bytes of a PIN or PUK on the wire (SP 800-73-4 part 2, 2.4.3): ASCII, filled up with FF. */
export function padded(secret: string): string {
  const bytes = Buffer.from(secret, 'latin1');
  if (bytes.length > 8) throw new RangeError('a PIN or PUK has at most 8 characters');
  return Buffer.concat([bytes, Buffer.alloc(8 - bytes.length, 0xff)]).toString('hex');
}
