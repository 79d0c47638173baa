import type { CardAnswer, CardOperation } from '../contract/card-process.ts';
import { copyOf } from '../octets.ts';
import { CardError } from './card-error.ts';
import { isCard, readCertificate } from './card-identity.ts';
import type { CardStay } from './card-stay.ts';
import { adminResponse, adminWitness } from './piv/admin-authentication.ts';
import { PivCard } from './piv/piv-card.ts';
import { publicKeyOf, sign } from './piv/signature.ts';

type Value<Kind extends string> = Extract<Extract<CardAnswer, { ok: true }>['value'], { kind: Kind }>;
type Ask<Kind extends string> = Extract<CardOperation, { kind: Kind }>;

/**
 * How a card shows the card desk who it is, without its PIN: by the card authentication key (9E, SP 800-73-4 part 1 appendix
 * B.1.3), or where it has none by the admin key, which is the desk's and stays there. Each is one transaction.
 */

/** Rejects with 'object-absent' for a card without a certificate for 9E. */
export async function signForDesk(
  stay: CardStay,
  { cardId, message }: Ask<'desk-signature'>,
): Promise<Value<'desk-signature'>> {
  return await stay.transaction(async () => {
    const card = await theCard(stay, cardId);
    const { der } = await readCertificate(card, '9E');
    if (der === null) throw new CardError({ code: 'object-absent', what: 'certificate 9E' });
    return { kind: 'desk-signature', signature: await sign(card.exchange, '9E', publicKeyOf(der), message) };
  });
}

export async function witnessForDesk(
  stay: CardStay,
  { cardId }: Ask<'admin-witness'>,
): Promise<Value<'admin-witness'>> {
  return await stay.transaction(async () => {
    const { algorithm, witness } = await adminWitness((await theCard(stay, cardId)).exchange);
    return { kind: 'admin-witness', algorithm, witness: copyOf(witness) };
  });
}

/**
 * The next command to the card after its witness: not even SELECT comes between, which ends the exchange on many cards. If
 * another program came between, the card refuses, and begins anew with another witness. The authentication is ended by a reset:
 * nobody inherits the right to write to the card.
 */
export async function answerForDesk(
  stay: CardStay,
  { algorithm, witness, challenge }: Ask<'admin-response'>,
): Promise<Value<'admin-response'>> {
  const response = await stay.transaction(
    async () => await adminResponse(stay.exchange, algorithm, { witness, challenge }),
    'reset',
  );
  return { kind: 'admin-response', response: copyOf(response) };
}

/** The card in the reader, if it is the one of this id; else 'card-removed'. */
export async function theCard(stay: CardStay, cardId: string): Promise<PivCard> {
  const card = new PivCard(stay.exchange);
  await card.select();
  if (!(await isCard(card, cardId))) throw new CardError({ code: 'card-removed' });
  return card;
}
