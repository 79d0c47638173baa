import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namesOf } from '../../src/native/pcsc/context.ts';
import { FEATURES, hasPinPad, parseFeatures } from '../../src/native/pcsc/features.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('the list of readers', () => {
  test('is a run of names, each ended by NUL, and an empty one', () => {
    expect(namesOf(text('Reader A 00 00\0Réader B 01 00\0\0'))).toEqual(['Reader A 00 00', 'Réader B 01 00']);
    expect(namesOf(text('\0'))).toEqual([]);
    expect(namesOf(new Uint8Array())).toEqual([]);
  });

  test('leaves out a name that could not be handed back to the service as it came', () => {
    const bytes = Uint8Array.from([...text('A'), 0xff, 0, ...text('B'), 0, 0]);
    expect(namesOf(bytes)).toEqual(['B']);
    expect(namesOf(text(`${'x'.repeat(300)}\0B\0\0`))).toEqual(['B']);
  });

  test('is read without its end', () => {
    expect(namesOf(text('A\0B'))).toEqual(['A']);
  });

  test('never yields a name that the messages to the agent could not carry, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        for (const name of namesOf(bytes)) {
          expect(name.length).toBeGreaterThan(0);
          expect(name.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });
});

describe('the features of a reader (PC/SC part 10)', () => {
  const verifyAndModify = Uint8Array.of(0x06, 4, 0x42, 0x33, 0x00, 0x06, 0x07, 4, 0x42, 0x33, 0x00, 0x07);

  test('are tags with control codes', () => {
    const features = parseFeatures(verifyAndModify);
    expect(features.get(FEATURES.VERIFY_PIN_DIRECT)).toBe(0x42330006);
    expect(features.get(FEATURES.MODIFY_PIN_DIRECT)).toBe(0x42330007);
    expect(hasPinPad(features)).toBe(true);
  });

  test('are none when the answer is empty, cut off, or of another form', () => {
    expect(hasPinPad(parseFeatures(new Uint8Array()))).toBe(false);
    expect(parseFeatures(verifyAndModify.subarray(0, 11)).size).toBe(0);
    expect(parseFeatures(Uint8Array.of(0x06, 3, 0, 0, 0, 0)).size).toBe(0);
    expect(parseFeatures(new Uint8Array(6 * 33).fill(4)).size).toBe(0);
  });

  test('are parsed from any bytes without an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => parseFeatures(bytes).size <= 32));
  });
});
