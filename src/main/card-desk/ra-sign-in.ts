import { codeOfCardFailure, type FailureCode } from '../../core/agent/failure-codes.ts';
import type { DeskProblem } from '../../core/contract/card-desk/problems.ts';
import type { CardAnswer, CardOperation } from '../../core/contract/card-process.ts';
import type { DeskClient, DeskReply } from './desk-client.ts';

export type SignInOrder = Extract<CardOperation, { kind: 'desk-sign-in' }>;

export type SignInNeeds = {
  readonly client: Pick<DeskClient, 'ask' | 'origin'>;
  readonly pin: Uint8Array;
  readonly cardId: string;
  readonly lastTry: boolean;
  readonly request: (order: SignInOrder) => Promise<CardAnswer>;
  /** Ends what is being asked of the desk. */
  readonly signal?: AbortSignal;
};

export type SignedIn =
  /** `address`: opens the desk's page, signed in, once and until then. */
  | { readonly ok: true; readonly address: string; readonly expiresAt: string }
  | { readonly ok: false; readonly code: FailureCode; readonly triesLeft?: number | null };

/**
 * Signs an RA in at the card desk with the card in the reader, for a browser. The desk is asked first: a try of the passcode is
 * made only when it can lead somewhere. Never rejects; the passcode is overwritten.
 */
export async function signInAsRa({ client, pin, cardId, lastTry, request, signal }: SignInNeeds): Promise<SignedIn> {
  try {
    const { origin } = client;
    if (origin === null) return { ok: false, code: 'Desk_NotSet' };
    const until = signal === undefined ? {} : { signal };
    const asked = await client.ask('signInChallenge', { body: {} }, until);
    if (asked.kind !== 'done') return { ok: false, code: codeOf(asked) };
    const { id, challenge } = asked.answer;
    const signed = await request({
      kind: 'desk-sign-in',
      pin,
      cardId,
      lastTry: lastTry ? 'allow' : 'refuse',
      origin,
      challenge,
    });
    if (!signed.ok) {
      const { failure } = signed;
      const code = codeOfCardFailure(failure);
      return { ok: false, code, ...('triesLeft' in failure ? { triesLeft: failure.triesLeft } : {}) };
    }
    if (signed.value.kind !== 'desk-sign-in') return { ok: false, code: 'Card_System' };
    const { certificate, signature } = signed.value;
    const body = { challenge: id, certificate: base64(certificate), signature: base64(signature) };
    const handed = await client.ask('handOver', { body }, until);
    if (handed.kind !== 'done') return { ok: false, code: codeOf(handed) };
    const { handOver, expiresAt } = handed.answer;
    return { ok: true, address: `${origin}/ra#${handOver}`, expiresAt };
  } finally {
    pin.fill(0);
  }
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

function codeOf(reply: Exclude<DeskReply<'signInChallenge' | 'handOver'>, { kind: 'done' }>): FailureCode {
  switch (reply.kind) {
    case 'not-reached':
      return 'Desk_NotReached';
    case 'not-trusted':
      return 'Desk_NotTrusted';
    case 'not-understood':
      return 'Desk_NotUnderstood';
    case 'refused':
      return codeOfProblem(reply.problem);
  }
}

function codeOfProblem({ code }: DeskProblem): FailureCode {
  switch (code) {
    case 'Desk_SignIn':
      return 'Desk_SignInRefused';
    case 'Desk_TooMany':
      return 'Desk_TooMany';
    case 'Desk_Internal':
    case 'Desk_Unavailable':
      return 'Desk_Unavailable';
    default:
      return 'Desk_NotUnderstood';
  }
}
