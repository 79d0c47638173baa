import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CardError } from '../../src/core/card/card-error.ts';
import { check, failureOf, PcscError, returnCodeName } from '../../src/native/pcsc/return-code.ts';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a return code becomes a typed failure', () => {
  test.each([
    [0x80100069, { code: 'card-removed' }],
    [0x8010000c, { code: 'card-removed' }],
    [0x80100066, { code: 'card-mute' }],
    [0x80100016, { code: 'card-mute' }],
    [0x8010000b, { code: 'reader-busy', holder: null }],
    [0x80100009, { code: 'reader-gone' }],
    [0x80100017, { code: 'reader-gone' }],
    [0x8010001d, { code: 'service-stopped' }],
    [0x8010001e, { code: 'service-stopped' }],
    [0x80100013, { code: 'service-stopped' }],
    [0x80100003, { code: 'service-stopped' }],
    [0x00000006, { code: 'service-stopped' }],
    [0x0000006d, { code: 'service-stopped' }],
    [0x8010000a, { code: 'timed-out' }],
    [0x8010000f, { code: 'not-supported', what: 'SCARD_E_PROTO_MISMATCH' }],
    [0x80100068, { code: 'pcsc', name: 'SCARD_W_RESET_CARD' }],
    [0x80100072, { code: 'pcsc', name: 'SCARD_W_CACHE_ITEM_TOO_BIG' }],
  ])('%i', (code, failure) => {
    expect(failureOf(code)).toEqual(failure);
  });

  test('whether the platform signs it, widens it, or neither', () => {
    expect(failureOf(0x80100069 | 0)).toEqual({ code: 'card-removed' });
    expect(returnCodeName(-2146434967)).toBe('SCARD_W_REMOVED_CARD');
  });

  test('a number that no header knows keeps its number as its name', () => {
    expect(failureOf(0x80101234)).toEqual({ code: 'pcsc', name: '0x80101234' });
    fc.assert(
      fc.property(fc.integer({ min: -0x80000000, max: 0xffffffff }), (code) => {
        expect(returnCodeName(code)).toMatch(/^([A-Z][A-Z0-9_]+|0x[0-9A-F]{8})$/);
      }),
    );
  });

  test('every code that winscard.h knows has a name of its own', () => {
    const names = [...range(0x80100001, 0x80100034), ...range(0x80100065, 0x80100072)].map(returnCodeName);
    expect(names.filter((name) => !name.startsWith('SCARD_'))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

test('an error tells which call failed and how, and is a CardError to whoever knows no PC/SC', () => {
  const error = new PcscError('SCardConnect', 0x8010000b | 0);
  expect(error).toBeInstanceOf(CardError);
  expect(error.message).toBe('SCardConnect: SCARD_E_SHARING_VIOLATION');
  expect(error.returnCode).toBe(0x8010000b);
  expect(error.retriable).toBe(true);
});

test('success is no error', () => {
  expect(() => check('SCardConnect', 0)).not.toThrow();
});
