import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { ADMIN_ALGORITHMS } from '../../contract/card-process.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError } from '../card-error.ts';
import { isDenial } from '../refusal.ts';
import { STATUS } from '../status-word.ts';
import type { Tlv } from '../tlv.ts';
import { AUTHENTICATION, answerOf, generalAuthenticate, wanted } from './general-authenticate.ts';

/** Card management key 9B, SP 800-78-4 section 5 and table 6-2: what PUT DATA and GENERATE want. */
export type AdminAlgorithm = (typeof ADMIN_ALGORITHMS)[number];

const CIPHER: Readonly<Record<AdminAlgorithm, { identifier: number; name: string; key: number; block: number }>> = {
  '3des': { identifier: 0x03, name: 'des-ede3-ecb', key: 24, block: 8 },
  'aes-128': { identifier: 0x08, name: 'aes-128-ecb', key: 16, block: 16 },
  'aes-192': { identifier: 0x0a, name: 'aes-192-ecb', key: 24, block: 16 },
  'aes-256': { identifier: 0x0c, name: 'aes-256-ecb', key: 32, block: 16 },
};
const ADMIN_KEY = 0x9b;

/**
 * Proves knowledge of the admin key to the card and, `mutual`, has the card prove it too: SP 800-73-4 part 2 appendix A.1.
 * Rejects with 'not-authorised' for a wrong key, 'object-absent' where the card's key is of another algorithm, and
 * 'malformed-answer' about 'admin response' if the card cannot prove that it knows the key.
 */
export async function authenticateAdmin(
  exchange: ApduExchange,
  algorithm: AdminAlgorithm,
  key: Uint8Array,
  mode: 'mutual' | 'single' = 'mutual',
): Promise<void> {
  if (key.length !== CIPHER[algorithm].key) throw new CardError({ code: 'not-supported', what: 'admin key length' });
  await (mode === 'mutual' ? mutual(exchange, algorithm, key) : single(exchange, algorithm, key));
}

/** The first half of a mutual authentication by somebody else's key: the card's witness, and of which algorithm its key is. */
export async function adminWitness(
  exchange: ApduExchange,
): Promise<{ readonly algorithm: AdminAlgorithm; readonly witness: Uint8Array }> {
  for (const algorithm of ADMIN_ALGORITHMS) {
    try {
      const asked = await authenticate(exchange, algorithm, [wanted(AUTHENTICATION.witness)]);
      return { algorithm, witness: blockOf(asked, AUTHENTICATION.witness, algorithm) };
    } catch (error) {
      // A key of another kind.
      if (!isDenial(error)) throw error;
    }
  }
  throw new CardError({ code: 'object-absent', what: 'admin key' });
}

/** The second half: the witness as its owner decrypted it, and a challenge. Resolves with the card's answer to that. */
export async function adminResponse(
  exchange: ApduExchange,
  algorithm: AdminAlgorithm,
  { witness, challenge }: { readonly witness: Uint8Array; readonly challenge: Uint8Array },
): Promise<Uint8Array> {
  const answer = await prove(exchange, algorithm, [
    { tag: AUTHENTICATION.witness, value: witness },
    { tag: AUTHENTICATION.challenge, value: challenge },
  ]);
  return blockOf(answer, AUTHENTICATION.response, algorithm);
}

async function single(exchange: ApduExchange, algorithm: AdminAlgorithm, key: Uint8Array): Promise<void> {
  const asked = await authenticate(exchange, algorithm, [wanted(AUTHENTICATION.challenge)]);
  const challenge = blockOf(asked, AUTHENTICATION.challenge, algorithm);
  const response = encrypt(algorithm, key, challenge);
  await prove(exchange, algorithm, [{ tag: AUTHENTICATION.response, value: response }]);
}

async function mutual(exchange: ApduExchange, algorithm: AdminAlgorithm, key: Uint8Array): Promise<void> {
  const asked = await authenticate(exchange, algorithm, [wanted(AUTHENTICATION.witness)]);
  const witness = decrypt(algorithm, key, blockOf(asked, AUTHENTICATION.witness, algorithm));
  const challenge = randomBytes(CIPHER[algorithm].block);
  const answer = await prove(exchange, algorithm, [
    { tag: AUTHENTICATION.witness, value: witness },
    { tag: AUTHENTICATION.challenge, value: challenge },
  ]);
  const response = blockOf(answer, AUTHENTICATION.response, algorithm);
  if (!timingSafeEqual(response, encrypt(algorithm, key, challenge))) {
    throw new CardError({ code: 'malformed-answer', what: 'admin response' });
  }
}

async function authenticate(exchange: ApduExchange, algorithm: AdminAlgorithm, input: readonly Tlv[]) {
  return await generalAuthenticate(exchange, { algorithm: CIPHER[algorithm].identifier, reference: ADMIN_KEY }, input);
}

/** The second step, where a wrong key shows: as 6982 on some cards and as 6A80 on others. */
async function prove(exchange: ApduExchange, algorithm: AdminAlgorithm, input: readonly Tlv[]) {
  try {
    return await authenticate(exchange, algorithm, input);
  } catch (error) {
    const wrongKey =
      error instanceof CardError &&
      error.failure.code === 'card-refused' &&
      error.failure.statusWord === STATUS.incorrectData;
    throw wrongKey ? new CardError({ code: 'not-authorised' }) : error;
  }
}

function blockOf(answer: readonly Tlv[], tag: number, algorithm: AdminAlgorithm): Uint8Array {
  const block = answerOf(answer, tag);
  if (block.length === CIPHER[algorithm].block) return block;
  throw new CardError({ code: 'malformed-answer', what: 'admin challenge' });
}

function encrypt(algorithm: AdminAlgorithm, key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER[algorithm].name, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function decrypt(algorithm: AdminAlgorithm, key: Uint8Array, block: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(CIPHER[algorithm].name, key, null).setAutoPadding(false);
  return Buffer.concat([decipher.update(block), decipher.final()]);
}
