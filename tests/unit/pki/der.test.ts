import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { DerReader, enterWhole } from '../../../src/core/pki/der/der-reader.ts';
import {
  boolean,
  integerOctets,
  largeInteger,
  namedBits,
  objectIdentifier,
  smallInteger,
  time,
  wholeOctets,
} from '../../../src/core/pki/der/der-values.ts';
import { element, objectIdentifierElement } from '../../../src/core/pki/der/der-writer.ts';
import { GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, UTC_TIME } from '../../../src/core/pki/der/tags.ts';
import { sequence } from '../../pki-corpus/der.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (value: string) => Buffer.from(value, 'latin1');

describe('The reader of DER', () => {
  it.each([
    ['nothing', ''],
    ['a tag without a length', '30'],
    ['a length that is longer than what follows', '30 02 00'],
    ['a length without an end', '30 80 00 00'],
    ['a length of one octet written as two', '30 81 7f'],
    ['a length with a leading zero', `30 82 00 80${'00'.repeat(128)}`],
    ['a length of five octets', '30 85 00 00 00 00 01 00'],
    ['a length that is cut off', '30 82 01'],
    ['a tag of several octets', '3f 81 01 00'],
    ['another tag than was expected', '31 00'],
    ['more behind the element', '30 00 00'],
  ])('refuses %s', (_what, hex) => {
    expect(() => enterWhole(bytes(hex), SEQUENCE, 'it')).toThrow(DerError);
  });

  it('keeps within the element that it has entered', () => {
    const outer = new DerReader(bytes('30 02 04 01 aa'));
    expect(() => outer.enter(SEQUENCE, 'it').read(OCTET_STRING, 'it')).toThrow('it: cut off');
  });

  it('reads elements one after the other, as views of the bytes it was given', () => {
    const given = bytes('30 06 02 01 07 04 01 aa');
    const reader = enterWhole(given, SEQUENCE, 'it');
    expect(reader.peek()).toBe(INTEGER);
    expect(reader.readIf(OCTET_STRING, 'it')).toBeNull();
    expect(reader.read(INTEGER, 'it')).toEqual(bytes('07'));
    const rest = reader.element('it');
    expect(rest).toEqual(bytes('04 01 aa'));
    expect(rest.buffer).toBe(given.buffer);
    expect(reader.atEnd).toBe(true);
    reader.end('it');
    expect(() => reader.element('it')).toThrow('it: missing');
  });

  it('enters 32 elements within each other, and no 33rd', () => {
    const descend = (depth: number) => {
      let der: Uint8Array = new Uint8Array();
      for (let level = 0; level < depth; level++) der = sequence(der);
      let reader = new DerReader(der);
      while (!reader.atEnd) reader = reader.enter(SEQUENCE, 'it');
    };
    expect(() => descend(32)).not.toThrow();
    expect(() => descend(33)).toThrow('nested too deeply');
  });
});

describe('Values of DER', () => {
  it.each([
    ['2a 86 48 86 f7 0d', '1.2.840.113549'],
    ['00', '0.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['88 37', '2.999'],
    // 2^64: more than a double can tell exactly.
    ['60 82 80 80 80 80 80 80 80 80 00', '2.16.18446744073709551616'],
  ])('an object identifier %s is %s', (hex, dotted) => {
    expect(objectIdentifier(bytes(hex), 'it')).toBe(dotted);
  });

  it.each(['', '80 01', '2a 80 01', '2a 86', 'ff'.repeat(65)])('no object identifier is %s', (hex) => {
    expect(() => objectIdentifier(bytes(hex), 'it')).toThrow(DerError);
  });

  it('what is written is what is read', () => {
    const dotted = '1.3.6.1.4.1.311.20.2.2';
    expect(objectIdentifier(objectIdentifierElement(dotted).subarray(2), 'it')).toBe(dotted);
    expect(element(OCTET_STRING, new Uint8Array(300)).subarray(0, 4)).toEqual(bytes('04 82 01 2c'));
    expect(() => objectIdentifierElement('1.2.536870912')).toThrow(DerError);
  });

  it('a boolean is 00 or ff, and nothing else is', () => {
    expect(boolean(bytes('ff'), 'it')).toBe(true);
    expect(boolean(bytes('00'), 'it')).toBe(false);
    for (const hex of ['', '01', 'fe', 'ff ff']) expect(() => boolean(bytes(hex), 'it')).toThrow(DerError);
  });

  it('an integer is written as shortly as it can be', () => {
    for (const hex of ['00', '7f', '00 80', '80', 'ff 7f']) expect(integerOctets(bytes(hex), 'it')).toEqual(bytes(hex));
    for (const hex of ['', '00 00', '00 7f', 'ff ff', 'ff 80']) {
      expect(() => integerOctets(bytes(hex), 'it')).toThrow(DerError);
    }
  });

  it('a number that counts is neither negative nor beyond 40 bits', () => {
    expect(smallInteger(bytes('01 00 00 00 00'), 'it')).toBe(2 ** 32);
    expect(largeInteger(bytes('01 00 00 00 00 00 00 00 00'), 'it')).toBe(2n ** 64n);
    for (const hex of ['ff', '01 00 00 00 00 00']) expect(() => smallInteger(bytes(hex), 'it')).toThrow(DerError);
    for (const hex of ['80', `01${'00'.repeat(64)}`]) expect(() => largeInteger(bytes(hex), 'it')).toThrow(DerError);
  });

  it('bits are counted from the first, and those that are unused are not set', () => {
    expect(namedBits(bytes('05 a0'), 'it')).toBe(0b101);
    expect(namedBits(bytes('07 00 80'), 'it')).toBe(1 << 8);
    expect(namedBits(bytes('00'), 'it')).toBe(0);
    for (const hex of ['', '01', '08 00', '05 b0']) expect(() => namedBits(bytes(hex), 'it')).toThrow(DerError);
    expect(wholeOctets(bytes('00 01'), 'it')).toEqual(bytes('01'));
    for (const hex of ['', '01 02']) expect(() => wholeOctets(bytes(hex), 'it')).toThrow(DerError);
  });

  it.each([
    [UTC_TIME, '491231235959Z', Date.UTC(2049, 11, 31, 23, 59, 59)],
    [UTC_TIME, '500101000000Z', Date.UTC(1950, 0, 1)],
    [UTC_TIME, '240229000000Z', Date.UTC(2024, 1, 29)],
    [GENERALIZED_TIME, '99991231235959Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('a time of tag %i, %s', (tag, written, at) => {
    expect(time(tag, text(written), 'it')).toBe(at);
  });

  it.each([
    [UTC_TIME, '2401010000Z'],
    [UTC_TIME, '240101000000+0000'],
    [UTC_TIME, '230229000000Z'],
    [UTC_TIME, '241301000000Z'],
    [UTC_TIME, '240100000000Z'],
    [UTC_TIME, '240101240000Z'],
    [UTC_TIME, '240101006000Z'],
    [UTC_TIME, '24010100000:Z'],
    [UTC_TIME, '20240101000000Z'],
    [GENERALIZED_TIME, '20240101000000.5Z'],
    [GENERALIZED_TIME, '240101000000Z'],
    [INTEGER, '240101000000Z'],
  ])('no time is one of tag %i, %s', (tag, written) => {
    expect(() => time(tag, text(written), 'it')).toThrow(DerError);
  });
});
