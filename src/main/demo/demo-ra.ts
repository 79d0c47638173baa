import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { signInProofText } from '../../core/card-desk/proofs.ts';
import { deskHttpRequest, deskResultOf } from '../../core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../core/contract/card-desk/operations.ts';

/** What an organisation tells its desk of a person, and of a card. */
export type DeskPerson = {
  readonly userId: string;
  readonly name: string;
  readonly role?: 'user' | 'ra';
  readonly email: string;
  readonly mobile?: string;
};
export type EnrolledCard = {
  readonly cardId: string;
  readonly owner: string;
  readonly puk: string;
  readonly certificates: Readonly<Record<string, string>>;
};

/** The authentication key (9A) of an RA's card, and its certificate. */
export type RaCard = { readonly key: KeyObject; readonly certificate: Uint8Array };

export const keyOf = (pkcs8: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });

/** An RA at a workstation of their own: signs in, sees who is there, and authorises the card. Rejects if the desk refuses it. */
export async function raAuthorises(origin: string, cardId: string, { key, certificate }: RaCard): Promise<void> {
  const asked = await ask(origin, 'signInChallenge', { body: {} });
  const text = signInProofText({ origin, challenge: asked.challenge, certificate });
  const { token } = await ask(origin, 'signIn', {
    body: {
      challenge: asked.id,
      certificate: Buffer.from(certificate).toString('base64'),
      signature: sign('sha256', text, key).toString('base64'),
    },
  });
  const { people } = await ask(origin, 'findPeople', { query: { find: cardId } }, token);
  const person = people[0]?.id ?? '';
  const check = await ask(origin, 'checkIdentity', { body: { person, evidence: 'photo-id' } }, token);
  await ask(origin, 'authorise', { body: { identityCheck: check.id, cardId } }, token);
}

async function ask<Name extends DeskOperationName>(
  origin: string,
  name: Name,
  asked: Partial<DeskAsk<Name>>,
  token: string | null = null,
): Promise<DeskAnswer<Name>> {
  const { method, target, headers, body } = deskHttpRequest(name, asked, token);
  const response = await fetch(`${origin}${target}`, { method, headers, body });
  const result = deskResultOf(name, response.status, await response.json());
  if (result?.ok !== true) throw new Error(`${name} was refused`);
  return result.answer;
}
