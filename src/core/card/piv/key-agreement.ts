import type { KeyObject } from 'node:crypto';
import type { CertificateSlot } from '../../contract/card-process.ts';
import { copyOf } from '../../octets.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError } from '../card-error.ts';
import { ALGORITHM_IDENTIFIER, algorithmOf, KEY_REFERENCE } from './algorithm.ts';
import { AUTHENTICATION, answerOf, generalAuthenticate, wanted } from './general-authenticate.ts';
import { pointOf } from './public-key.ts';

/**
 * Diffie-Hellman between the key in a slot (usually 9D) and another's public key of the same curve: SP 800-73-4 part 2
 * appendix A.5. Resolves with the shared secret Z (the x coordinate, or X25519's output), which the caller overwrites.
 */
export async function agreeOnKey(exchange: ApduExchange, slot: CertificateSlot, other: KeyObject): Promise<Uint8Array> {
  const algorithm = algorithmOf(other);
  const secretOctets = algorithm === 'p-384' ? 48 : algorithm === 'p-256' || algorithm === 'x25519' ? 32 : null;
  if (secretOctets === null) throw new CardError({ code: 'not-supported', what: `key agreement with ${algorithm}` });
  const answer = await generalAuthenticate(
    exchange,
    { algorithm: ALGORITHM_IDENTIFIER[algorithm], reference: KEY_REFERENCE[slot] },
    [wanted(AUTHENTICATION.response), { tag: AUTHENTICATION.exponentiation, value: pointOf(other) }],
  );
  const secret = answerOf(answer, AUTHENTICATION.response);
  try {
    if (secret.length !== secretOctets) throw new CardError({ code: 'malformed-answer', what: 'shared secret' });
    return copyOf(secret);
  } finally {
    secret.fill(0);
  }
}
