import * as v from 'valibot';

/** What the agent and the card desk tell each other of: the schemas that requests and answers are made of. */

export const hex = (octets: number, description: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${octets * 2}}$`)), v.description(description));
export const base64 = (maxLength: number, description: string) =>
  v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
    v.description(description),
  );
export const moment = (description: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(description));
export const uuid = (description: string) => v.pipe(v.string(), v.uuid(), v.description(description));
export const small = (max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max), v.description(description));

/** No control characters: PostgreSQL keeps no NUL in a text, and nobody types the others. */
export const printable = v.regex(/^[ -~\u00a0-\uffff]*$/);

/** A card's id as the agent forms it: its GUID, or the SHA-256 of its first certificate (src/core/card/card-identity.ts). */
export const CardIdSchema = v.pipe(
  v.string(),
  v.regex(/^(?:[0-9a-f]{32}|cert-[0-9a-f]{64})$/),
  v.description('The GUID of the card, or `cert-` and the SHA-256 of its first certificate; lower-case hex.'),
);

export const SecurityCodeSchema = v.pipe(
  v.string(),
  v.regex(/^\d{6}$/),
  v.description('The six digits of the message.'),
);

/** As typed: an email address, or a mobile number with spaces, brackets and hyphens if the user likes them. */
export const AddressSchema = v.pipe(
  v.string(),
  v.minLength(3),
  v.maxLength(254),
  v.description('An email address or a mobile number, as typed.'),
);

export const DESK_LANGUAGES = ['en', 'cy'] as const;

export const UNLOCK_PHASES = ['code', 'card', 'released', 'unlocked', 'failed'] as const;
export type UnlockPhase = (typeof UNLOCK_PHASES)[number];

export const UNLOCK_FAILURES = [
  'expired',
  'code-tries-used',
  'card-not-proven',
  'superseded',
  'card-not-active',
  'profile-changed',
  'releases-used',
  'puk-refused',
  'puk-blocked',
  'puk-one-try-left',
] as const;
export type UnlockFailure = (typeof UNLOCK_FAILURES)[number];

export const UnlockSchema = v.pipe(
  v.strictObject({
    id: uuid('The journey.'),
    kind: v.picklist(['self-service', 'assisted']),
    phase: v.pipe(
      v.picklist(UNLOCK_PHASES),
      v.description(
        '`code`: the code of the message is wanted. `card`: the card has to prove itself. `released`: the unblocking code was handed out. `unlocked`, `failed`: over.',
      ),
    ),
    failure: v.nullable(v.picklist(UNLOCK_FAILURES)),
    codeTriesLeft: small(5, 'Tries left for the code.'),
    expiresAt: moment('15 minutes from the start of the journey.'),
  }),
  v.metadata({ title: 'Unlock' }),
);
export type Unlock = v.InferOutput<typeof UnlockSchema>;

export const TicketSchema = v.pipe(
  v.strictObject({
    token: v.pipe(
      v.string(),
      v.regex(/^[\w-]{43}$/),
      v.description('Shown with every further request of this journey, as a bearer token. 256 bits.'),
    ),
    unlock: UnlockSchema,
  }),
  v.metadata({ title: 'Ticket' }),
);

export const ADMIN_ALGORITHMS = ['3des', 'aes-128', 'aes-192', 'aes-256'] as const;

export const adminBlock = (description: string) =>
  v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{16}|[0-9a-f]{32})$/), v.description(description));

export const ChallengeSchema = v.pipe(
  v.variant('by', [
    v.strictObject({
      by: v.literal('signature'),
      challenge: hex(32, 'Goes into the message that the card authentication key (9E) signs.'),
      expiresAt: moment('Until when the proof is taken.'),
    }),
    v.strictObject({
      by: v.literal('admin-key'),
      witness: adminBlock('The witness, decrypted: tag 80 of the second GENERAL AUTHENTICATE to 9B.'),
      challenge: adminBlock('Tag 81 of the same command. The answer of the card is the proof.'),
      expiresAt: moment('Until when the proof is taken.'),
    }),
  ]),
  v.metadata({ title: 'Challenge' }),
);
export type Challenge = v.InferOutput<typeof ChallengeSchema>;

export const RELEASE_MODES = ['replace', 'probe', 'change'] as const;
export type ReleaseMode = (typeof RELEASE_MODES)[number];

export const ReleaseSchema = v.pipe(
  v.strictObject({
    attempt: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(9999),
      v.description('To be reported under this number.'),
    ),
    mode: v.pipe(
      v.picklist(RELEASE_MODES),
      v.description(
        '`replace`: RESET RETRY COUNTER with the unblocking code, then at once CHANGE REFERENCE DATA to the next one. `probe`: RESET RETRY COUNTER only; the desk is not sure which code is true. `change`: CHANGE REFERENCE DATA only.',
      ),
    ),
    box: v.strictObject({
      key: base64(60, 'The ephemeral X25519 key of the desk (SPKI, DER).'),
      sealed: base64(
        200,
        'AES-256-GCM: 12 octets of nonce, 16 of tag, then the codes (src/core/card-desk/release-box.ts).',
      ),
    }),
  }),
  v.metadata({ title: 'Release' }),
);
export type Release = v.InferOutput<typeof ReleaseSchema>;

export const ATTEMPT_RESULTS = ['untouched', 'wrong', 'blocked', 'unblocked', 'changed', 'not-known'] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

export const ReportedSchema = v.pipe(
  v.strictObject({
    unlock: UnlockSchema,
    release: v.pipe(v.nullable(ReleaseSchema), v.description('What to do next on the card, if anything.')),
  }),
  v.metadata({ title: 'Reported' }),
);

export const signInProof = v.strictObject({
  challenge: uuid('The challenge.'),
  certificate: base64(12_000, 'The 9A certificate (DER).'),
  signature: base64(1400, 'SHA-256; RSA as PKCS #1 v1.5, ECDSA as DER (src/core/card-desk/proofs.ts).'),
});

export const SessionSchema = v.pipe(
  v.strictObject({
    token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/), v.description('Bearer token of the session.')),
    expiresAt: moment('The latest end of the session; 15 minutes without a request end it too.'),
    name: v.pipe(v.string(), v.description('Of the RA.')),
  }),
  v.metadata({ title: 'Session' }),
);

export const handOverToken = v.pipe(
  v.string(),
  v.regex(/^[\w-]{43}$/),
  v.description('Stands in the fragment of the address that the browser opens: `/ra#` and this.'),
);

export const PersonSchema = v.pipe(
  v.strictObject({
    id: uuid('The person at this desk.'),
    userId: v.pipe(v.string(), v.description('The identifier on the card and in its certificates.')),
    name: v.string(),
    /** Each proven by a code or saved by the organisation. Masked: enough to recognise one's own, not enough to write to. */
    addresses: v.array(v.strictObject({ kind: v.picklist(['email', 'mobile']), masked: v.string() })),
    cards: v.array(
      v.strictObject({
        cardId: CardIdSchema,
        serial: v.nullable(v.string()),
        state: v.picklist(['active', 'lost', 'withdrawn']),
      }),
    ),
  }),
  v.metadata({ title: 'Person' }),
);
export type Person = v.InferOutput<typeof PersonSchema>;

export const IDENTITY_EVIDENCE = ['photo-id', 'staff-badge', 'known-in-person'] as const;
