import { createCipheriv } from 'node:crypto';
import { tlv } from './ber-tlv.ts';
import type { RandomSource } from './card-key.ts';
import type { AdminKey } from './card-state.ts';
import { type Outcome, refuse, SW, succeed } from './status-word.ts';

/** Cipher and algorithm identifier (SP 800-78-5 table 6-2) of each kind of 9B key; 00 is an old name of 03. */
const CIPHERS = {
  '3des': { cipher: 'des-ede3', block: 8, identifiers: [0x03, 0x00] },
  aes128: { cipher: 'aes-128-ecb', block: 16, identifiers: [0x08] },
  aes192: { cipher: 'aes-192-ecb', block: 16, identifiers: [0x0a] },
  aes256: { cipher: 'aes-256-ecb', block: 16, identifiers: [0x0c] },
} as const;

/** What GENERAL AUTHENTICATE carries inside its 7C, by tag: empty means "send me this". */
export type DynamicTemplate = ReadonlyMap<number, Uint8Array>;

const WITNESS = 0x80;
const CHALLENGE = 0x81;
const RESPONSE = 0x82;

/**
 * The card management key 9B (SP 800-73-4 part 2, A.1 and A.2): the terminal answers a challenge, or both sides prove
 * themselves with a witness. Either way it holds until the next reset.
 */
export class AdminAuthentication {
  readonly #key: AdminKey;
  readonly #wrongResponse: number;
  readonly #random: RandomSource;
  #expected: { readonly tag: number; readonly value: Buffer } | null = null;
  #authenticated = false;

  constructor(key: AdminKey, wrongResponse: number, random: RandomSource) {
    this.#key = key;
    this.#wrongResponse = wrongResponse;
    this.#random = random;
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }

  forgetProofs(): void {
    this.#expected = null;
    this.#authenticated = false;
  }

  /** One GENERAL AUTHENTICATE with key 9B; `identifier` is P1. */
  authenticate(identifier: number, template: DynamicTemplate): Outcome {
    const known: readonly number[] = CIPHERS[this.#key.algorithm].identifiers;
    if (!known.includes(identifier)) return refuse(SW.wrongParameters);
    const witness = template.get(WITNESS);
    const challenge = template.get(CHALLENGE);
    const response = template.get(RESPONSE);
    if (witness?.length === 0) return this.#sendWitness();
    if (witness !== undefined) return this.#proveBoth(witness, challenge);
    if (challenge?.length === 0) return this.#sendChallenge();
    if (response !== undefined && challenge === undefined) return this.#checkResponse(response);
    return refuse(SW.wrongData);
  }

  #sendWitness(): Outcome {
    const value = Buffer.from(this.#random(this.#block));
    this.#expected = { tag: WITNESS, value };
    return succeed(tlv(0x7c, tlv(WITNESS, this.#encrypt(value))));
  }

  #sendChallenge(): Outcome {
    const value = Buffer.from(this.#random(this.#block));
    this.#expected = { tag: RESPONSE, value: this.#encrypt(value) };
    return succeed(tlv(0x7c, tlv(CHALLENGE, value)));
  }

  #proveBoth(witness: Uint8Array, challenge: Uint8Array | undefined): Outcome {
    if (challenge === undefined || challenge.length !== this.#block) return refuse(SW.wrongData);
    const refused = this.#check(WITNESS, witness);
    return refused ?? succeed(tlv(0x7c, tlv(RESPONSE, this.#encrypt(challenge))));
  }

  #checkResponse(response: Uint8Array): Outcome {
    return this.#check(RESPONSE, response) ?? succeed();
  }

  /** A challenge is good for one answer, right or wrong. */
  #check(tag: number, answer: Uint8Array): Outcome | null {
    const expected = this.#expected;
    this.forgetProofs();
    if (expected === null || expected.tag !== tag) return refuse(SW.conditionsNotSatisfied);
    if (!expected.value.equals(answer)) return refuse(this.#wrongResponse);
    this.#authenticated = true;
    return null;
  }

  get #block(): number {
    return CIPHERS[this.#key.algorithm].block;
  }

  #encrypt(block: Uint8Array): Buffer {
    const cipher = createCipheriv(CIPHERS[this.#key.algorithm].cipher, Buffer.from(this.#key.value, 'hex'), null);
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
  }
}
