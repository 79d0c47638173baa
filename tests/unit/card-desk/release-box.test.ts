import { createDecipheriv, createPublicKey } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { makeReleaseKey, openRelease, sealRelease } from '../../../src/core/card-desk/release-box.ts';

const BINDING = { unlock: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001', attempt: 1, mode: 'replace' } as const;
const ascii = (text: string) => Uint8Array.from(Buffer.from(text));
const CODES = { puk: ascii('12345678'), next: ascii('87654321') };

afterEach(() => vi.restoreAllMocks());

/** Every buffer that a decipher hands out from now on. */
function deciphered(): Buffer[] {
  const handedOut: Buffer[] = [];
  const prototype = Object.getPrototypeOf(createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12)));
  const update = prototype.update as (this: unknown, data: Uint8Array) => Buffer;
  vi.spyOn(prototype, 'update').mockImplementation(function (this: unknown, ...given) {
    const part = update.apply(this, given as [Uint8Array]);
    handedOut.push(part);
    return part;
  });
  return handedOut;
}

it('a release opens for whoever it was sealed to, and leaves no other copy of its codes', () => {
  const { privateKey } = makeReleaseKey();
  const box = sealRelease(createPublicKey(privateKey), BINDING, CODES);
  const parts = deciphered();
  expect(openRelease(privateKey, BINDING, box)).toEqual(CODES);
  expect(parts).toHaveLength(1);
  expect(parts.every((part) => part.every((octet) => octet === 0))).toBe(true);
});

it('a release that does not open leaves nothing either', () => {
  const { privateKey } = makeReleaseKey();
  const box = sealRelease(createPublicKey(privateKey), BINDING, CODES);
  const parts = deciphered();
  // The octets are deciphered before the tag says that they are for another attempt.
  expect(() => openRelease(privateKey, { ...BINDING, attempt: 2 }, box)).toThrow();
  expect(parts).toHaveLength(1);
  expect(parts.every((part) => part.length > 0 && part.every((octet) => octet === 0))).toBe(true);
});
