import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { CardKey } from '../card/card-key.ts';
import { isRsa, type KeyAlgorithm, RSA_BITS } from '../card/key-algorithm.ts';

const generate = promisify(generateKeyPair);

/** Enough for two cards of four keys each without a repetition. */
const RSA_KEYS_OF_A_KIND = 8;

/**
 * Test keys of one process. RSA keys are slow to make, so eight of each size go round; all others are new every time.
 * Nothing is kept on disk.
 */
export class KeyPool {
  readonly #rsa = new Map<KeyAlgorithm, Promise<CardKey>[]>();
  readonly #taken = new Map<KeyAlgorithm, number>();

  async take(algorithm: KeyAlgorithm): Promise<CardKey> {
    if (!isRsa(algorithm)) return makeKey(algorithm);
    const keys = this.#rsa.get(algorithm) ?? [];
    this.#rsa.set(algorithm, keys);
    const turn = this.#taken.get(algorithm) ?? 0;
    this.#taken.set(algorithm, (turn + 1) % RSA_KEYS_OF_A_KIND);
    const key = keys[turn] ?? makeKey(algorithm);
    keys[turn] = key;
    return key;
  }
}

async function makeKey(algorithm: KeyAlgorithm): Promise<CardKey> {
  return new CardKey(algorithm, (await makePair(algorithm)).privateKey);
}

async function makePair(algorithm: KeyAlgorithm) {
  if (isRsa(algorithm)) return generate('rsa', { modulusLength: RSA_BITS[algorithm] });
  switch (algorithm) {
    case 'p256':
      return generate('ec', { namedCurve: 'prime256v1' });
    case 'p384':
      return generate('ec', { namedCurve: 'secp384r1' });
    case 'ed25519':
      return generate('ed25519', {});
    case 'x25519':
      return generate('x25519', {});
    default:
      throw new Error(`not a key algorithm: ${String(algorithm satisfies never)}`);
  }
}

/** The pool that cards are issued from unless told otherwise. */
export const testKeys = new KeyPool();
