import { setTimeout as pause } from 'node:timers/promises';
import type { DeskAnswer, DeskOperationName, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { handOver, takeHandOver } from '../assisted/hand-over.ts';
import { authorise, checkIdentity, findPeople } from '../assisted/identity.ts';
import { addAddress, proveAddress } from '../assisted/new-address.ts';
import { signIn, signInChallenge, signOut } from '../assisted/ra-sign-in.ts';
import { type Desk, done, type Outcome } from '../desk.ts';
import { checkCode, showUnlock } from '../unlock/check-code.ts';
import { challenge, proveCard } from '../unlock/prove-card.ts';
import { reportAttempt } from '../unlock/report-attempt.ts';
import { joinUnlock, startUnlock } from '../unlock/start-unlock.ts';

export type Caller = {
  /** The bearer token, or '' where none was shown. */
  readonly token: string;
  /** Where the request comes from, as it is counted. */
  readonly source: string;
  /** The idempotency key, or null where none was shown. */
  readonly key: string | null;
};

/** What is done for each operation of the contract. */
export const HANDLERS: {
  readonly [Name in DeskOperationName]: (
    desk: Desk,
    request: DeskRequest<Name>,
    caller: Caller,
  ) => Promise<Outcome<DeskAnswer<Name>>>;
} = {
  startUnlock: (desk, request, caller) => unhurried(desk, () => startUnlock(desk, request, caller)),
  joinUnlock: (desk, request, caller) => unhurried(desk, () => joinUnlock(desk, request, caller)),
  unlock: (desk, request, { token }) => unhurried(desk, () => showUnlock(desk, { ...request, token })),
  checkCode: (desk, request, { token }) => unhurried(desk, () => checkCode(desk, { ...request, token })),
  challenge: (desk, request, { token }) => unhurried(desk, () => challenge(desk, { ...request, token })),
  proveCard: (desk, request, { token }) => unhurried(desk, () => proveCard(desk, { ...request, token })),
  about: async ({ settings: { organisation } }) => done({ organisation: organisation.name, help: organisation.help }),
  report: (desk, request, { token }) => unhurried(desk, () => reportAttempt(desk, { ...request, token })),
  signInChallenge: (desk, _, caller) => signInChallenge(desk, caller),
  signIn,
  handOver,
  takeHandOver,
  signOut: (desk, _, { token }) => signOut(desk, token),
  findPeople,
  checkIdentity,
  authorise,
  addAddress,
  proveAddress,
};

/** Answers no earlier than the settings say, so that the time of an answer does not tell what was done for it. */
async function unhurried<T>({ settings }: Desk, work: () => Promise<T>): Promise<T> {
  const floor = pause(settings.answersTakeMs);
  try {
    return await work();
  } finally {
    await floor;
  }
}
