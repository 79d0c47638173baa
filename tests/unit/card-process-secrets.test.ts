import { describe, expect, it } from 'vitest';
import type { CardOperation } from '../../src/core/contract/card-process.ts';
import { takeSecrets } from '../../src/native/card-process/secrets.ts';

const bytes = (length: number) => new Uint8Array(length).fill(7);
const cardId = 'a'.repeat(32);

/** Every operation that carries bytes. */
const OPERATIONS: readonly CardOperation[] = [
  {
    kind: 'verify',
    pin: bytes(6),
    lastTry: 'refuse',
    prove: { slot: '9A', publicKey: bytes(91), message: bytes(60) },
  },
  { kind: 'change', pin: bytes(6), newPin: bytes(6), lastTry: 'refuse' },
  { kind: 'unblock', puk: bytes(8), newPin: bytes(6), lastTry: 'refuse' },
  { kind: 'desk-signature', cardId, message: bytes(90) },
  { kind: 'admin-response', algorithm: 'aes-128', witness: bytes(16), challenge: bytes(16) },
  { kind: 'desk-unblock', mode: 'replace', cardId, puk: bytes(8), nextPuk: bytes(8), newPin: bytes(6), pukTries: null },
];

describe('an operation that was taken out of its message', () => {
  it.each(OPERATIONS)(
    'keeps its bytes when the message is overwritten, though it still waits for its turn: $kind',
    (operation) => {
      const before = structuredClone(operation);
      const message = structuredClone(operation);
      const taken = takeSecrets(message);
      for (const part of bytesIn(message)) part.fill(0);
      expect(taken).toEqual(before);
    },
  );
});

function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(bytesIn) : [];
}
