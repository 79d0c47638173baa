import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CardError } from '../../src/core/card/card-error.ts';
import { encodeTlv, readOnly, readTlvs, readTlvsOfPart, valueWith } from '../../src/core/card/tlv.ts';
import { bytes, hex } from './card-script.ts';

const WHAT = 'test object';
/** Every tag of one to three bytes but 00, which is padding. */
const tag = fc.oneof(
  fc.integer({ min: 1, max: 0xff }).filter((value) => (value & 0x1f) !== 0x1f),
  fc.integer({ min: 0, max: 0x7f }).map((low) => 0x5f00 | low),
  fc.integer({ min: 0, max: 0x3fff }).map((low) => 0x5f8000 | ((low & 0x3f80) << 1) | (low & 0x7f)),
);
const elements = fc.array(fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 12 });

function malformed(act: () => unknown) {
  expect(act).toThrow(CardError);
  expect(act).toThrow(`malformed-answer (${WHAT})`);
}

describe('BER-TLV', () => {
  test('is read back as it was written, in views of the input', () => {
    fc.assert(
      fc.property(elements, (list) => {
        const encoded = Uint8Array.from(Buffer.concat(list.map((each) => encodeTlv(each.tag, each.value))));
        const read = readTlvs(encoded, WHAT);
        expect(read.map((each) => [each.tag, hex(each.value)])).toEqual(
          list.map((each) => [each.tag, hex(each.value)]),
        );
        expect(read.every(({ value }) => value.buffer === encoded.buffer)).toBe(true);
      }),
    );
  });

  test('cut off anywhere is malformed, and as a beginning gives the elements that are whole', () => {
    fc.assert(
      fc.property(elements, fc.nat(), (list, at) => {
        const parts = list.map((each) => encodeTlv(each.tag, each.value));
        const encoded = Uint8Array.from(Buffer.concat(parts));
        const cut = at % (encoded.length + 1);
        const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, part) => sum + part.length, 0));
        const whole = ends.filter((end) => end <= cut).length;
        const atBoundary = cut === 0 || ends.includes(cut);
        expect(readTlvsOfPart(encoded.subarray(0, cut), WHAT)).toHaveLength(whole);
        if (!atBoundary) malformed(() => readTlvs(encoded.subarray(0, cut), WHAT));
      }),
    );
  });

  test('lengths may be longer than they need to be, for so some cards write them', () => {
    expect(hex(readOnly(bytes('53 82 0002 AABB'), 0x53, WHAT))).toBe('aabb');
  });

  test.each([
    ['an indefinite length', '53 80 0000'],
    ['a length of four bytes', '53 84 00000001 AA'],
    ['a tag of four bytes', '5F 8180 8001 01 AA'],
    ['a tag without end', '5F FF FF'],
    ['a tag without length', '53'],
    ['a value that is too short', '53 05 AABB'],
    ['a length cut off', '53 82 01'],
  ])('%s is malformed', (_, input) => {
    malformed(() => readTlvs(bytes(input), WHAT));
  });

  test('zero bytes between elements are padding', () => {
    expect(readTlvs(bytes('00 30 01 AA 0000 31 00 00'), WHAT).map((each) => each.tag)).toEqual([0x30, 0x31]);
  });

  test('an object full of empty elements is malformed instead of slow', () => {
    malformed(() =>
      readTlvs(
        new Uint8Array(100_000).map((_, index) => (index % 2 === 0 ? 0x30 : 0)),
        WHAT,
      ),
    );
  });

  test('the same element twice leaves no choice', () => {
    malformed(() => valueWith(readTlvs(bytes('34 01 01 34 01 02'), WHAT), 0x34, WHAT));
  });

  test('something else behind the one element is malformed', () => {
    malformed(() => readOnly(bytes('53 01 AA 54 00'), 0x53, WHAT));
    malformed(() => readOnly(bytes('54 01 AA'), 0x53, WHAT));
    malformed(() => readOnly(bytes(''), 0x53, WHAT));
  });
});
