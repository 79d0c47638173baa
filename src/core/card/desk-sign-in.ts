import { handOverProofText } from '../card-desk/proofs.ts';
import type { CardAnswer, CardOperation } from '../contract/card-process.ts';
import { CardError } from './card-error.ts';
import { readCertificate } from './card-identity.ts';
import type { CardStay } from './card-stay.ts';
import { theCard } from './desk-proof.ts';
import { attemptPin, type PinAttemptOptions } from './pin-operation.ts';
import { publicKeyOf } from './piv/signature.ts';

type Order = Extract<CardOperation, { kind: 'desk-sign-in' }>;
type Told = Extract<Extract<CardAnswer, { ok: true }>['value'], { kind: 'desk-sign-in' }>;

/**
 * Signs an RA's browser in at the card desk: verifies the PIN, with all that guards it, and signs by 9A the one text there is for
 * that. Rejects with 'object-absent' without a certificate for 9A, with 'not-authorised' where the card will not sign.
 */
export async function signInAtDesk(stay: CardStay, order: Order, options: PinAttemptOptions): Promise<Told> {
  const { pin, cardId, lastTry, origin, challenge } = order;
  const certificate = await stay.transaction(async () => {
    const { der } = await readCertificate(await theCard(stay, cardId), '9A');
    if (der === null) throw new CardError({ code: 'object-absent', what: 'certificate 9A' });
    return der;
  });
  const publicKey = publicKeyOf(certificate).export({ type: 'spki', format: 'der' });
  const message = handOverProofText({ origin, challenge, certificate });
  const prove = { slot: '9A', publicKey, message } as const;
  const { signature } = await attemptPin(stay, { kind: 'verify', pin, cardId, lastTry, prove }, options);
  if (signature === null) throw new CardError({ code: 'not-authorised' });
  return { kind: 'desk-sign-in', certificate: Uint8Array.from(certificate), signature };
}
