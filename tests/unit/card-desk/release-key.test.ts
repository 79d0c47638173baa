import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeReleaseKey, releaseKeyOf } from '../../../src/core/card-desk/release-box.ts';

const X25519 = Buffer.from('302a300506032b656e032100', 'hex');
const PRIME = 2n ** 255n - 19n;

const spkiOf = (u: bigint) => {
  const big = Buffer.from(u.toString(16).padStart(64, '0'), 'hex');
  return Buffer.concat([X25519, big.toReversed()]);
};

test('a key that an agent has made is one', () => {
  expect(releaseKeyOf(makeReleaseKey().publicKey)?.asymmetricKeyType).toBe('x25519');
});

// RFC 7748 section 7: the points with which every key agrees on nothing.
test.each([
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  PRIME - 1n,
  PRIME,
  PRIME + 1n,
])('a point of low order is none: %i', (u) => {
  expect(releaseKeyOf(spkiOf(u))).toBeNull();
});

test('neither is a key of another kind, nor what is no key', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(releaseKeyOf(publicKey.export({ type: 'spki', format: 'der' }))).toBeNull();
  expect(releaseKeyOf(new Uint8Array(0))).toBeNull();
});
