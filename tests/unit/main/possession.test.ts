import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { askForProof, isProof } from '../../../src/main/agent/possession.ts';
import type { KeyAlgorithm } from '../../../src/simulator/card/key-algorithm.ts';
import { testKeys } from '../../../src/simulator/pki/key-pool.ts';
import { ADA } from '../../../src/simulator/pki/person.ts';
import { testAuthority } from '../../../src/simulator/pki/test-authority.ts';

const VALIDITY = { notBefore: new Date(Date.now() - 1_000), notAfter: new Date(Date.now() + 86_400_000) };

async function holder(algorithm: KeyAlgorithm) {
  const key = await testKeys.take(algorithm);
  const certificate = await (await testAuthority()).issue({ person: ADA, slot: '9a', key, validity: VALIDITY });
  return { certificate, key: createPrivateKey({ key: key.pkcs8(), format: 'der', type: 'pkcs8' }) };
}

function asked(certificate: Uint8Array) {
  const proof = askForProof('9A', certificate);
  if (proof === null) throw new Error('nothing is asked');
  return proof;
}

const digests: Partial<Record<KeyAlgorithm, string>> = { rsa2048: 'sha256', p256: 'sha256', p384: 'sha256' };
const signed = (algorithm: KeyAlgorithm, message: Uint8Array, key: KeyObject) =>
  Uint8Array.from(sign(digests[algorithm] ?? null, message, key));

describe('A card proves that it holds the key of its certificate', () => {
  it.each(['rsa2048', 'p256', 'p384', 'ed25519'] as const)('%s', async (algorithm) => {
    const [own, other] = [await holder(algorithm), await holder(algorithm)];
    const proof = asked(own.certificate);
    const signature = signed(algorithm, proof.asked.message, own.key);
    expect(isProof(proof, signature)).toBe(true);
    expect(isProof(proof, signed(algorithm, proof.asked.message, other.key)), 'by another key').toBe(false);
    expect(isProof(asked(own.certificate), signature), 'of another question').toBe(false);
    for (const at of [0, signature.length >> 1, signature.length - 1]) {
      const damaged = signature.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(isProof(proof, damaged)).toBe(false);
    }
    expect(isProof(proof, signature.slice(0, -1))).toBe(false);
    expect(isProof(proof, new Uint8Array())).toBe(false);
    expect(isProof(proof, null), 'would not sign').toBe(false);
  });

  it('by a message that is new each time and says what it is', async () => {
    const { certificate } = await holder('p256');
    const messages = [asked(certificate), asked(certificate)].map(({ asked: { message } }) => Buffer.from(message));
    expect(messages[0]).not.toEqual(messages[1]);
    for (const message of messages) {
      expect(message.subarray(0, 28).toString('latin1')).toBe('Wardkey proof of possession\0');
      expect(message).toHaveLength(60);
    }
  });

  it('unless there is nothing to sign by', async () => {
    expect(askForProof('9A', new Uint8Array())).toBeNull();
    expect(askForProof('9A', createHash('sha512').update('x').digest())).toBeNull();
    const key = await testKeys.take('x25519');
    const certificate = await (await testAuthority()).issue({ person: ADA, slot: '9d', key, validity: VALIDITY });
    expect(askForProof('9D', certificate)).toBeNull();
  });
});
