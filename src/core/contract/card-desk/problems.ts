import * as v from 'valibot';
import { small, UnlockSchema } from './shapes.ts';

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
