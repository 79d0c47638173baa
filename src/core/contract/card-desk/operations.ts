import * as v from 'valibot';
import type { DeskProblemCode } from './problems.ts';
import {
  ADMIN_ALGORITHMS,
  AddressSchema,
  ATTEMPT_RESULTS,
  adminBlock,
  base64,
  CardIdSchema,
  ChallengeSchema,
  DESK_LANGUAGES,
  handOverToken,
  hex,
  IDENTITY_EVIDENCE,
  moment,
  PersonSchema,
  printable,
  ReleaseSchema,
  ReportedSchema,
  SecurityCodeSchema,
  SessionSchema,
  signInProof,
  small,
  TicketSchema,
  UnlockSchema,
  uuid,
} from './shapes.ts';

/**
 * What the agent and the card desk say to each other over HTTPS: every request and answer with its schema. The desk validates
 * by it and makes its OpenAPI document of it; the agent builds its requests and reads the answers by it.
 */

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

/** Whether the desk does it once for all requests with the same idempotency key. */
export const takesKey = (name: DeskOperationName): boolean => 'once' in DESK_OPERATIONS[name];
