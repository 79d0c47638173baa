import * as v from 'valibot';
import type { CardFailure } from '../card/card-error.ts';

/**
 * What the agent and the card process say to each other: events up, operations down. Messages travel by structured
 * clone (bytes stay bytes), and each side parses what it receives: a card process that was taken over through a hostile
 * card must not be able to say more than this.
 */

const uint8Array = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const bytes = (max: number) => v.pipe(uint8Array, v.maxLength(max));
const readerName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
/** A secret on its way to the card: 1 to 64 bytes, overwritten by whoever passes it on. */
const secret = v.pipe(uint8Array, v.minLength(1), v.maxLength(64));

/** The four certificate slots that every PIV card has (SP 800-73-4 part 1, table 4b). */
export const CERTIFICATE_SLOTS = ['9A', '9C', '9D', '9E'] as const;
const slot = v.picklist(CERTIFICATE_SLOTS);
export type CertificateSlot = v.InferOutput<typeof slot>;

/** One stay of one card in one reader: never used twice by a card process. */
const insertion = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
/** Milliseconds of the machine's monotonic clock, comparable between processes of one machine. */
const monotonicMs = v.pipe(v.number(), v.finite());

export const RemovalCauseSchema = v.picklist([
  /** The reader says the card is out. */
  'card-pulled',
  /** The event counter says that it was out and a card is in again: a swap faster than anyone could look. */
  'card-swapped',
  'reader-unplugged',
  'service-stopped',
]);

const cardIdText = v.pipe(v.string(), v.regex(/^(cert-)?[0-9a-f]{32,64}$/));

/** Kinds of admin key (9B), SP 800-78-4 table 6-2. */
export const ADMIN_ALGORITHMS = ['3des', 'aes-128', 'aes-192', 'aes-256'] as const;

const bound = {
  /** The card that the secret is meant for: whatever is in the reader is asked who it is before the secret is sent. Absent: any card. */
  cardId: v.optional(cardIdText),
  /** Whether the last try may be made. */
  lastTry: v.picklist(['refuse', 'allow']),
};

export const CardOperationSchema = v.variant('kind', [
  /**
   * Identify the card, then its PIN status and certificates, each told as a progress message the moment it is known.
   * A card seen before is recognised by its CHUID and its certificates are answered from memory.
   */
  v.object({ kind: v.literal('read') }),
  v.object({ kind: v.literal('pin-status') }),
  v.object({
    kind: v.literal('verify'),
    pin: secret,
    /** What the card is to sign once it has accepted the PIN, by the key in this slot. */
    prove: v.optional(v.object({ slot, publicKey: bytes(2048), message: bytes(256) })),
    ...bound,
  }),
  v.object({ kind: v.literal('change'), pin: secret, newPin: secret, ...bound }),
  v.object({ kind: v.literal('unblock'), puk: secret, newPin: secret, ...bound }),
  /** Has the card sign this by its card authentication key (9E), which wants no PIN. */
  v.object({ kind: v.literal('desk-signature'), cardId: cardIdText, message: bytes(1024) }),
  /** The card's witness for its admin key: the first half of a mutual authentication that the card desk leads. */
  v.object({ kind: v.literal('admin-witness'), cardId: cardIdText }),
  /** The second half; it has to be the very next thing that the card hears. */
  v.object({
    kind: v.literal('admin-response'),
    algorithm: v.picklist(ADMIN_ALGORITHMS),
    witness: bytes(16),
    challenge: bytes(16),
  }),
  /**
   * Has the card sign, by its sign-in key (9A) and after its PIN, that an RA's browser is signed in at a card desk. What is signed
   * is made where the card is, of these two and the card's own certificate: nothing else can be had signed.
   */
  v.object({
    kind: v.literal('desk-sign-in'),
    pin: secret,
    ...bound,
    cardId: cardIdText,
    /** Scheme, host and port. */
    origin: v.pipe(v.string(), v.maxLength(300), v.regex(/^https?:\/\/[\w.:[\]-]+$/)),
    challenge: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  /** What a release of the card desk says: card-desk.ts has the modes. */
  v.object({
    kind: v.literal('desk-unblock'),
    mode: v.picklist(['replace', 'probe', 'change']),
    cardId: cardIdText,
    puk: secret,
    /** Null for `probe`. */
    nextPuk: v.nullable(secret),
    newPin: secret,
    /** Tries of the PUK as they were last told, in whichever stay of the card: where the card does not count, this does. */
    pukTries: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  }),
]);
export type CardOperation = v.InferOutput<typeof CardOperationSchema>;

export const PinStatusSchema = v.object({
  state: v.picklist(['unverified', 'verified', 'blocked', 'unknown']),
  /** null: the card does not say. */
  triesLeft: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
});
export type PinStatus = v.InferOutput<typeof PinStatusSchema>;

export const CardIdentitySchema = v.object({
  /** Lower-case hex; the CHUID's GUID, or for a card without a CHUID `cert-` and the SHA-256 of its first certificate. */
  cardId: cardIdText,
  guid: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  /** FASC-N, 25 bytes in hex, as it stands in the CHUID. */
  fascn: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{50}$/))),
  /** The CHUID's expiry date as YYYYMMDD. */
  expires: v.nullable(v.pipe(v.string(), v.regex(/^\d{8}$/))),
});
export type CardIdentity = v.InferOutput<typeof CardIdentitySchema>;

export const MAX_CERTIFICATE_BYTES = 64 * 1024;

export const CardProgressSchema = v.variant('kind', [
  /** Of `desk-unblock`: what comes next may change the card. Until this is told, it has not. */
  v.object({ kind: v.literal('unblocking') }),
  v.object({ kind: v.literal('recognised'), identity: CardIdentitySchema, known: v.boolean() }),
  v.object({ kind: v.literal('pin-status'), status: PinStatusSchema }),
  v.object({
    kind: v.literal('certificate'),
    slot,
    /** DER, uncompressed; null: the slot holds none. */
    der: v.nullable(bytes(MAX_CERTIFICATE_BYTES)),
    /** The object is there but could not be read as a certificate. */
    unreadable: v.boolean(),
    /** Told by the memory of an earlier stay: the card itself has not shown it in this one yet. */
    remembered: v.boolean(),
  }),
]);
export type CardProgress = v.InferOutput<typeof CardProgressSchema>;

/** Facts of a finished 'read' that nobody waits for. */
export const CardSummarySchema = v.object({
  /** PIV application property template: label or URL if the card gives one, bounded and printable. */
  application: v.nullable(v.pipe(v.string(), v.maxLength(128))),
  pinPolicy: v.nullable(
    v.object({ applicationPin: v.boolean(), globalPin: v.boolean(), globalIsPrimary: v.boolean() }),
  ),
  /** Number of retired keys with certificates on the card, from the key history object. */
  retiredKeys: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20))),
  apdus: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type CardSummary = v.InferOutput<typeof CardSummarySchema>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const word = v.pipe(v.string(), v.maxLength(128));
const plainFailure = <Code extends string>(code: Code) => v.object({ code: v.literal(code) });

/** {@link CardFailure} as it crosses a process border: every field bounded, none that could carry a secret. */
export const CardFailureSchema = v.variant('code', [
  v.object({ code: v.literal('wrong-pin'), triesLeft: count }),
  v.object({ code: v.literal('wrong-puk'), triesLeft: count }),
  plainFailure('pin-blocked'),
  plainFailure('puk-blocked'),
  v.object({ code: v.literal('last-try-guarded'), triesLeft: v.nullable(count) }),
  plainFailure('pin-format'),
  v.object({ code: v.literal('not-supported'), what: word }),
  v.object({ code: v.literal('object-absent'), what: word }),
  plainFailure('not-authorised'),
  v.object({
    code: v.literal('card-refused'),
    statusWord: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff)),
  }),
  v.object({ code: v.literal('malformed-answer'), what: word }),
  plainFailure('card-removed'),
  plainFailure('card-mute'),
  v.object({ code: v.literal('reader-busy'), holder: v.nullable(word) }),
  plainFailure('reader-gone'),
  plainFailure('service-stopped'),
  plainFailure('timed-out'),
  plainFailure('card-process-lost'),
  v.object({ code: v.literal('pcsc'), name: word }),
]) satisfies v.GenericSchema<CardFailure, CardFailure>;

/** Events and answers of the card process. */
export const CardProcessMessageSchema = v.variant('type', [
  v.object({
    type: v.literal('service'),
    /** `absent`: never reached since start; `stopped`: it was there and is gone. */
    state: v.picklist(['running', 'stopped', 'absent']),
    /** The PC/SC return code's name that told. */
    detail: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    at: monotonicMs,
  }),
  v.object({ type: v.literal('readers'), readers: v.pipe(v.array(readerName), v.maxLength(64)), at: monotonicMs }),
  v.object({
    type: v.literal('inserted'),
    reader: readerName,
    insertion,
    /** Upper half of dwEventState: how often this reader has changed since the service started. */
    eventCount: v.pipe(v.number(), v.integer()),
    atr: bytes(36),
    at: monotonicMs,
  }),
  /** In the reader, but no answer to reset (SCARD_STATE_MUTE). Is followed by `removed` like an inserted card. */
  v.object({ type: v.literal('mute'), reader: readerName, insertion, at: monotonicMs }),
  v.object({
    type: v.literal('removed'),
    reader: readerName,
    insertion,
    cause: RemovalCauseSchema,
    at: monotonicMs,
  }),
  /** All that is there has been told: once after each time the service was reached. */
  v.object({ type: v.literal('surveyed'), at: monotonicMs }),
  v.object({ type: v.literal('progress'), id: v.number(), progress: CardProgressSchema }),
  v.object({
    type: v.literal('answer'),
    id: v.number(),
    outcome: v.variant('ok', [
      v.object({
        ok: v.literal(true),
        value: v.variant('kind', [
          v.object({ kind: v.literal('read'), summary: CardSummarySchema }),
          v.object({
            kind: v.literal('pin'),
            status: PinStatusSchema,
            /** Over what was to be proved, where something was; null: the card would not sign. */
            signature: v.optional(v.nullable(bytes(1024))),
          }),
          v.object({ kind: v.literal('desk-signature'), signature: bytes(1024) }),
          v.object({
            kind: v.literal('desk-sign-in'),
            /** Of 9A, DER. */
            certificate: bytes(MAX_CERTIFICATE_BYTES),
            signature: bytes(1024),
          }),
          v.object({
            kind: v.literal('admin-witness'),
            algorithm: v.picklist(ADMIN_ALGORITHMS),
            witness: bytes(16),
          }),
          v.object({ kind: v.literal('admin-response'), response: bytes(16) }),
          v.object({
            kind: v.literal('desk-unblock'),
            /** As card-desk.ts has them, and `not-known`: the answer that would have told was lost. */
            result: v.picklist(['untouched', 'wrong', 'blocked', 'unblocked', 'changed', 'not-known']),
            /** Of the PUK, where it was wrong and the card tells. */
            triesLeft: v.nullable(count),
            /** Why it is not better. */
            failure: v.nullable(CardFailureSchema),
            /** Of the PIN, afterwards. */
            status: v.nullable(PinStatusSchema),
          }),
        ]),
      }),
      v.object({ ok: v.literal(false), failure: CardFailureSchema }),
    ]),
  }),
  v.object({ type: v.literal('alive'), nonce: v.number() }),
  v.object({
    type: v.literal('log'),
    level: v.picklist(['info', 'warning', 'error']),
    message: v.pipe(v.string(), v.maxLength(500)),
  }),
]);
export type CardProcessMessage = v.InferOutput<typeof CardProcessMessageSchema>;
export type CardAnswer = Extract<CardProcessMessage, { type: 'answer' }>['outcome'];

/** Orders to the card process. */
export const CardProcessOrderSchema = v.variant('type', [
  v.object({
    type: v.literal('operate'),
    id: v.number(),
    reader: readerName,
    /** The stay that the order was meant for: if another card is in by now, the answer is 'card-removed'. */
    insertion,
    operation: CardOperationSchema,
  }),
  /** Asks for an `alive`: silence means a hang. */
  v.object({ type: v.literal('ping'), nonce: v.number() }),
  /** The machine slept: establish everything anew, and tell what has changed. */
  v.object({ type: v.literal('resumed') }),
  v.object({ type: v.literal('stop') }),
]);
export type CardProcessOrder = v.InferOutput<typeof CardProcessOrderSchema>;
