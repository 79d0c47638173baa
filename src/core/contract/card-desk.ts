import * as v from 'valibot';

/**
 * What the agent and the card desk say to each other over HTTPS: every request and answer with its schema. The desk validates
 * by it and makes its OpenAPI document of it; the agent builds its requests and reads the answers by it.
 */

const hex = (octets: number, description: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${octets * 2}}$`)), v.description(description));
const base64 = (maxLength: number, description: string) =>
  v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
    v.description(description),
  );
const moment = (description: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(description));
const uuid = (description: string) => v.pipe(v.string(), v.uuid(), v.description(description));
const small = (max: number, description: string) =>
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
const AddressSchema = v.pipe(
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

const TicketSchema = v.pipe(
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

const adminBlock = (description: string) =>
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

const ReportedSchema = v.pipe(
  v.strictObject({
    unlock: UnlockSchema,
    release: v.pipe(v.nullable(ReleaseSchema), v.description('What to do next on the card, if anything.')),
  }),
  v.metadata({ title: 'Reported' }),
);

const signInProof = v.strictObject({
  challenge: uuid('The challenge.'),
  certificate: base64(12_000, 'The 9A certificate (DER).'),
  signature: base64(1400, 'SHA-256; RSA as PKCS #1 v1.5, ECDSA as DER (src/core/card-desk/proofs.ts).'),
});

const SessionSchema = v.pipe(
  v.strictObject({
    token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/), v.description('Bearer token of the session.')),
    expiresAt: moment('The latest end of the session; 15 minutes without a request end it too.'),
    name: v.pipe(v.string(), v.description('Of the RA.')),
  }),
  v.metadata({ title: 'Session' }),
);

const handOverToken = v.pipe(
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

/** Every refusal of the desk: its status, a plain sentence, and a next step. */
export const DESK_PROBLEMS = {
  Desk_BadRequest: {
    status: 400,
    says: 'The card desk did not understand the request.',
    next: 'Update Wardkey, and try again.',
  },
  Desk_SignIn: { status: 401, says: 'You are not signed in to the card desk.', next: 'Sign in with your own card.' },
  Desk_NotAllowed: { status: 403, says: 'This is not yours to do.', next: 'Ask another RA.' },
  Desk_NotFound: { status: 404, says: 'The card desk does not know that.', next: 'Start again.' },
  Desk_OutOfOrder: {
    status: 409,
    says: 'That is not the next step.',
    next: 'Go on from the step that is shown, or start again.',
  },
  Desk_NotAuthorised: {
    status: 409,
    says: 'Nobody has authorised this card to be unlocked.',
    next: 'Ask your RA to authorise it, and try again.',
  },
  Desk_Over: { status: 410, says: 'This journey is over.', next: 'Start again.' },
  Desk_CodeWrong: {
    status: 422,
    says: 'That code is not right.',
    next: 'Check the latest message and try again.',
  },
  Desk_CardNotProven: {
    status: 422,
    says: 'The card could not show that it is the one it says it is.',
    next: 'Check that it is your own card, and try again.',
  },
  Desk_AddressNotUsable: {
    status: 422,
    says: 'That is neither an email address nor a mobile number.',
    next: 'Check it and type it again.',
  },
  Desk_TooMany: { status: 429, says: 'That was tried too often.', next: 'Wait a while, and try again.' },
  Desk_Internal: {
    status: 500,
    says: 'Something went wrong at the card desk.',
    next: 'Try again later, or ask your RA.',
  },
  Desk_Unavailable: { status: 503, says: 'The card desk is not available right now.', next: 'Try again in a minute.' },
} as const satisfies Record<string, { status: number; says: string; next: string }>;

export type DeskProblemCode = keyof typeof DESK_PROBLEMS;

const DESK_PROBLEM_CODES = [
  'Desk_BadRequest',
  'Desk_SignIn',
  'Desk_NotAllowed',
  'Desk_NotFound',
  'Desk_OutOfOrder',
  'Desk_NotAuthorised',
  'Desk_Over',
  'Desk_CodeWrong',
  'Desk_CardNotProven',
  'Desk_AddressNotUsable',
  'Desk_TooMany',
  'Desk_Internal',
  'Desk_Unavailable',
] as const satisfies readonly DeskProblemCode[];

export const DeskProblemSchema = v.pipe(
  v.strictObject({
    code: v.picklist(DESK_PROBLEM_CODES),
    says: v.string(),
    next: v.string(),
    /** Where a journey is concerned and its token was right. */
    unlock: v.optional(UnlockSchema),
    triesLeft: v.optional(small(5, 'Tries left for the code.')),
    retryAfterSeconds: v.optional(small(86_400, 'When it is worth trying again.')),
  }),
  v.metadata({ title: 'Problem' }),
);
export type DeskProblem = v.InferOutput<typeof DeskProblemSchema>;

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a quoted string, here of 256 random bits, since what it is
 * answered with may be a token.
 */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const IdempotencyKeySchema = v.pipe(
  v.string(),
  v.regex(/^"[\w-]{43}"$/),
  v.description(
    '256 random bits in quotes, drawn by the caller. What is asked again with the same key is done once, and answered the same, for 15 minutes.',
  ),
);

const journeyPath = v.strictObject({ unlock: uuid('The journey.') });
const none = v.strictObject({});

/**
 * Every operation. `token`: what is shown as bearer token, if anything. `once`: takes an idempotency key. `done`: the status of
 * success, and `answer` its body.
 * `refusals`: what else may come; each operation may besides be refused as Desk_BadRequest, Desk_TooMany, Desk_Internal or
 * Desk_Unavailable.
 */
export const DESK_OPERATIONS = {
  startUnlock: {
    says: 'Starts a self-service unlock: sends a code to the address, if it is on the profile of the owner of the card. The answer is the same if it is not.',
    method: 'POST',
    path: '/v1/unlocks',
    token: null,
    once: true,
    parameters: none,
    query: none,
    body: v.strictObject({
      cardId: CardIdSchema,
      address: AddressSchema,
      language: v.optional(v.picklist(DESK_LANGUAGES), 'en'),
    }),
    done: 202,
    answer: TicketSchema,
    refusals: ['Desk_AddressNotUsable'],
  },
  joinUnlock: {
    says: 'Starts an assisted unlock at the workstation with the blocked card, which an RA authorises. The answer is the same for a card that is not known.',
    method: 'POST',
    path: '/v1/assisted-unlocks',
    token: null,
    once: true,
    parameters: none,
    query: none,
    body: v.strictObject({ cardId: CardIdSchema, language: v.optional(v.picklist(DESK_LANGUAGES), 'en') }),
    done: 202,
    answer: TicketSchema,
    refusals: [],
  },
  unlock: {
    says: 'Where a journey stands.',
    method: 'GET',
    path: '/v1/unlocks/{unlock}',
    token: 'journey',
    parameters: journeyPath,
    query: none,
    body: null,
    done: 200,
    answer: UnlockSchema,
    refusals: ['Desk_NotFound'],
  },
  checkCode: {
    says: 'Tries the code of the message. Five tries a journey.',
    method: 'POST',
    path: '/v1/unlocks/{unlock}/code',
    token: 'journey',
    parameters: journeyPath,
    query: none,
    body: v.strictObject({ code: SecurityCodeSchema }),
    done: 200,
    answer: UnlockSchema,
    refusals: ['Desk_NotFound', 'Desk_OutOfOrder', 'Desk_Over', 'Desk_CodeWrong'],
  },
  challenge: {
    says: 'Asks for a challenge for the card. A card that has the key 9E proves itself by its signature; the admin key is taken only of a card without, and of an assisted unlock only once it is authorised.',
    method: 'POST',
    path: '/v1/unlocks/{unlock}/challenge',
    token: 'journey',
    parameters: journeyPath,
    query: none,
    body: v.variant('by', [
      v.strictObject({ by: v.literal('signature') }),
      v.strictObject({
        by: v.literal('admin-key'),
        algorithm: v.picklist(ADMIN_ALGORITHMS),
        witness: adminBlock('What the card answers to GENERAL AUTHENTICATE of 9B with an empty tag 80.'),
      }),
    ]),
    done: 200,
    answer: ChallengeSchema,
    refusals: ['Desk_NotFound', 'Desk_OutOfOrder', 'Desk_Over', 'Desk_NotAuthorised'],
  },
  proveCard: {
    says: 'The proof of the card. In return the unblocking code is released to this journey, sealed to the key that the proof names.',
    method: 'POST',
    path: '/v1/unlocks/{unlock}/proof',
    token: 'journey',
    parameters: journeyPath,
    query: none,
    body: v.strictObject({
      releaseKey: base64(60, 'An X25519 key made for this release (SPKI, DER).'),
      proof: v.variant('by', [
        v.strictObject({
          by: v.literal('signature'),
          signature: base64(1400, 'By 9E, SHA-256; RSA as PKCS #1 v1.5, ECDSA as DER (src/core/card-desk/proofs.ts).'),
        }),
        v.strictObject({
          by: v.literal('admin-key'),
          response: adminBlock('Tag 82 of the answer of the card.'),
        }),
      ]),
    }),
    done: 200,
    answer: v.pipe(v.strictObject({ unlock: UnlockSchema, release: ReleaseSchema }), v.metadata({ title: 'Released' })),
    refusals: ['Desk_NotFound', 'Desk_OutOfOrder', 'Desk_Over', 'Desk_CardNotProven', 'Desk_NotAuthorised'],
  },
  report: {
    says: 'Tells what came of a release. May be repeated; the same report has the same effect once. An agent that got no answer to a proof reports `untouched` for the release that it would have been, or `not-known` if it was started anew since: one that nobody reports counts as a try.',
    method: 'POST',
    path: '/v1/unlocks/{unlock}/attempts/{attempt}',
    token: 'journey',
    parameters: v.strictObject({
      unlock: uuid('The journey.'),
      attempt: v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.description('The number of the release.')),
    }),
    query: none,
    body: v.strictObject({
      result: v.pipe(
        v.picklist(ATTEMPT_RESULTS),
        v.description(
          '`untouched`: the card was not asked. `wrong`: the code was not right. `blocked`: the code is blocked on the card. `unblocked`: the new passcode is set; whether the code was changed is not known, or it was not to be. `changed`: that too. `not-known`: the answer of the card was lost, and the passcode is as blocked as it was.',
        ),
      ),
      triesLeft: v.optional(
        v.pipe(v.nullable(small(15, 'Of the unblocking code, where the card tells.')), v.description('For `wrong`.')),
        null,
      ),
    }),
    done: 200,
    answer: ReportedSchema,
    refusals: ['Desk_NotFound', 'Desk_OutOfOrder'],
  },
  about: {
    says: 'Whose desk this is, and who helps.',
    method: 'GET',
    path: '/v1/about',
    token: null,
    parameters: none,
    query: none,
    body: null,
    done: 200,
    answer: v.pipe(
      v.strictObject({
        organisation: v.string(),
        help: v.pipe(v.string(), v.description('Who helps, and how to reach them.')),
      }),
      v.metadata({ title: 'About' }),
    ),
    refusals: [],
  },
  signInChallenge: {
    says: 'What an RA has to sign to sign in.',
    method: 'POST',
    path: '/v1/ra/challenges',
    token: null,
    parameters: none,
    query: none,
    body: none,
    done: 201,
    answer: v.pipe(
      v.strictObject({
        id: uuid('The challenge.'),
        challenge: hex(32, 'Goes into the signed message.'),
        expiresAt: moment('Until when it is taken; it is taken once.'),
      }),
      v.metadata({ title: 'SignInChallenge' }),
    ),
    refusals: [],
  },
  signIn: {
    says: 'Signs an RA in, by a signature of the authentication key (9A) of the own card.',
    method: 'POST',
    path: '/v1/ra/sessions',
    token: null,
    parameters: none,
    query: none,
    body: signInProof,
    done: 201,
    answer: SessionSchema,
    refusals: ['Desk_SignIn'],
  },
  handOver: {
    says: 'The same for a browser: what comes back opens one session, once, within a minute, from the address that this request came from.',
    method: 'POST',
    path: '/v1/ra/hand-overs',
    token: null,
    parameters: none,
    query: none,
    body: signInProof,
    done: 201,
    answer: v.pipe(
      v.strictObject({ handOver: handOverToken, expiresAt: moment('Until when it is taken.') }),
      v.metadata({ title: 'HandOver' }),
    ),
    refusals: ['Desk_SignIn'],
  },
  takeHandOver: {
    says: 'The browser opens its session. A hand-over that comes a second time ends the session that it has opened.',
    method: 'POST',
    path: '/v1/ra/browser-sessions',
    token: null,
    parameters: none,
    query: none,
    body: v.strictObject({ handOver: handOverToken }),
    done: 201,
    answer: SessionSchema,
    refusals: ['Desk_SignIn'],
  },
  signOut: {
    says: 'Ends the session.',
    method: 'DELETE',
    path: '/v1/ra/sessions/current',
    token: 'ra',
    parameters: none,
    query: none,
    body: null,
    done: 204,
    answer: null,
    refusals: ['Desk_SignIn'],
  },
  findPeople: {
    says: 'People by the beginning of their name or by their exact identifier, card id or serial number; 20 at most.',
    method: 'GET',
    path: '/v1/ra/people',
    token: 'ra',
    parameters: none,
    query: v.strictObject({
      find: v.pipe(
        v.string(),
        v.trim(),
        printable,
        v.minLength(2),
        v.maxLength(100),
        v.description('What is looked for.'),
      ),
    }),
    body: null,
    done: 200,
    answer: v.pipe(v.strictObject({ people: v.array(PersonSchema) }), v.metadata({ title: 'People' })),
    refusals: ['Desk_SignIn'],
  },
  checkIdentity: {
    says: 'Records that the RA has checked the identity of the person, who is present. Good for 30 minutes.',
    method: 'POST',
    path: '/v1/ra/identity-checks',
    token: 'ra',
    once: true,
    parameters: none,
    query: none,
    body: v.strictObject({ person: uuid('The person.'), evidence: v.picklist(IDENTITY_EVIDENCE) }),
    done: 201,
    answer: v.pipe(
      v.strictObject({ id: uuid('The check.'), expiresAt: moment('Until when it may be used.') }),
      v.metadata({ title: 'IdentityCheck' }),
    ),
    refusals: ['Desk_SignIn', 'Desk_NotFound', 'Desk_NotAllowed'],
  },
  authorise: {
    says: 'Authorises one assisted unlock of one card of the person whose identity was checked. Good for 15 minutes and once.',
    method: 'POST',
    path: '/v1/ra/authorisations',
    token: 'ra',
    once: true,
    parameters: none,
    query: none,
    body: v.strictObject({ identityCheck: uuid('The check.'), cardId: CardIdSchema }),
    done: 201,
    answer: v.pipe(
      v.strictObject({ id: uuid('The authorisation.'), expiresAt: moment('Until when it may be used.') }),
      v.metadata({ title: 'Authorisation' }),
    ),
    refusals: ['Desk_SignIn', 'Desk_NotFound', 'Desk_NotAllowed'],
  },
  addAddress: {
    says: 'Sends a code to a new email address or mobile number of the person whose identity was checked.',
    method: 'POST',
    path: '/v1/ra/addresses',
    token: 'ra',
    once: true,
    parameters: none,
    query: none,
    body: v.strictObject({
      identityCheck: uuid('The check.'),
      address: AddressSchema,
      language: v.optional(v.picklist(DESK_LANGUAGES), 'en'),
    }),
    done: 202,
    answer: v.pipe(
      v.strictObject({ id: uuid('What the code is tried for.'), expiresAt: moment('Until when the code is taken.') }),
      v.metadata({ title: 'AddressProof' }),
    ),
    refusals: ['Desk_SignIn', 'Desk_NotFound', 'Desk_NotAllowed', 'Desk_AddressNotUsable'],
  },
  proveAddress: {
    says: 'The code that the person read out. The address then is on the profile, in place of an earlier one of its kind.',
    method: 'POST',
    path: '/v1/ra/addresses/{proof}/code',
    token: 'ra',
    parameters: v.strictObject({ proof: uuid('As answered when the address was added.') }),
    query: none,
    body: v.strictObject({ code: SecurityCodeSchema }),
    done: 200,
    answer: PersonSchema,
    refusals: ['Desk_SignIn', 'Desk_NotFound', 'Desk_Over', 'Desk_CodeWrong', 'Desk_NotAllowed'],
  },
} as const satisfies Record<string, DeskOperation>;

type DeskOperation = {
  readonly says: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: `/v1/${string}`;
  readonly token: 'journey' | 'ra' | null;
  readonly once?: true;
  readonly parameters: v.GenericSchema;
  readonly query: v.GenericSchema;
  readonly body: v.GenericSchema | null;
  readonly done: number;
  readonly answer: v.GenericSchema | null;
  readonly refusals: readonly DeskProblemCode[];
};

export const COMMON_REFUSALS = ['Desk_BadRequest', 'Desk_TooMany', 'Desk_Internal', 'Desk_Unavailable'] as const;

export type DeskOperationName = keyof typeof DESK_OPERATIONS;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of an object literal are all of its keys
export const DESK_OPERATION_NAMES = Object.keys(DESK_OPERATIONS) as readonly DeskOperationName[];
type Operation<Name extends DeskOperationName> = (typeof DESK_OPERATIONS)[Name];
type InputOf<Schema> = Schema extends v.GenericSchema ? v.InferInput<Schema> : null;
type OutputOf<Schema> = Schema extends v.GenericSchema ? v.InferOutput<Schema> : null;

/** What a caller gives for an operation. */
export type DeskAsk<Name extends DeskOperationName> = {
  readonly parameters: InputOf<Operation<Name>['parameters']>;
  readonly query: InputOf<Operation<Name>['query']>;
  readonly body: InputOf<Operation<Name>['body']>;
};
/** What the desk works with: the same, after its schemas. */
export type DeskRequest<Name extends DeskOperationName> = {
  readonly parameters: OutputOf<Operation<Name>['parameters']>;
  readonly query: OutputOf<Operation<Name>['query']>;
  readonly body: OutputOf<Operation<Name>['body']>;
};
export type DeskAnswer<Name extends DeskOperationName> = OutputOf<Operation<Name>['answer']>;

export type HttpRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** Whether the desk does it once for all requests with the same idempotency key. */
export const takesKey = (name: DeskOperationName): boolean => 'once' in DESK_OPERATIONS[name];

/**
 * An operation as an HTTP request.
 * @param token the journey's or the RA's, where the operation wants one
 * @param key 256 bits, base64url: makes an operation that takes one safe to repeat
 */
export function deskHttpRequest<Name extends DeskOperationName>(
  name: Name,
  ask: Partial<DeskAsk<Name>>,
  token: string | null = null,
  key: string | null = null,
): HttpRequest {
  const { method, path, body: schema } = DESK_OPERATIONS[name];
  const parameters: Readonly<Record<string, string>> = { ...ask.parameters };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(parameters[field] ?? ''));
  const query = new URLSearchParams({ ...ask.query }).toString();
  return {
    method,
    target: query === '' ? filled : `${filled}?${query}`,
    headers: {
      accept: 'application/json',
      ...(schema === null ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(key === null || !takesKey(name) ? {} : { [IDEMPOTENCY_HEADER]: `"${key}"` }),
    },
    body: schema === null ? null : JSON.stringify(ask.body ?? {}),
  };
}

export type DeskResult<Name extends DeskOperationName> =
  | { readonly ok: true; readonly answer: DeskAnswer<Name> }
  | { readonly ok: false; readonly problem: DeskProblem };

/** The desk's answer, judged by its schema; null for anything that no card desk of this version says. */
export function deskResultOf<Name extends DeskOperationName>(
  name: Name,
  status: number,
  body: unknown,
): DeskResult<Name> | null {
  const { done, answer } = DESK_OPERATIONS[name];
  if (status !== done) {
    const problem = v.safeParse(DeskProblemSchema, body);
    return problem.success && DESK_PROBLEMS[problem.output.code].status === status
      ? { ok: false, problem: problem.output }
      : null;
  }
  const parsed = v.safeParse(answer ?? v.null(), body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of this very operation has accepted it
  return parsed.success ? { ok: true, answer: parsed.output as DeskAnswer<Name> } : null;
}
