import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { commonNameOf, isWithin, nameText, parseName } from '../../../src/core/pki/x509/name.ts';
import { element, objectIdentifier, printableString, sequence, set, utf8String } from '../../pki-corpus/der.ts';

const CN = '2.5.4.3';
const OU = '2.5.4.11';
const attribute = (type: string, value: Uint8Array) => sequence(objectIdentifier(type), value);
const name = (...values: readonly Uint8Array[]) =>
  parseName(sequence(...values.map((value) => set(attribute(CN, value)))), 'name');
const bmp = (text: string) => element(0x1e, Buffer.from(text, 'utf16le').swap16());
const universal = (text: string) =>
  element(0x1c, ...Array.from(text, (point) => Uint8Array.of(0, 0, 0, point.codePointAt(0) ?? 0)));

describe('Two names are one name', () => {
  it.each([
    ['whatever their case', printableString('Ward CA'), printableString('WARD ca')],
    ['whatever type of string they are', printableString('Ward'), utf8String('Ward')],
    ['as wide strings too', bmp('Ward'), universal('Ward')],
    ['as Latin-1 too', element(0x14, Uint8Array.of(0xe4)), utf8String('ä')],
    ['however their letters are composed', utf8String('a\u0308'), utf8String('\u00e4')],
    ['with the white space of a hasty typist', utf8String('  Ward \u00a0 CA '), utf8String('Ward CA')],
    ['with a ligature', utf8String('o\ufb03ce'), utf8String('office')],
  ])('%s', (_how, a, b) => {
    expect(name(a).key).toBe(name(b).key);
  });

  it('whatever the order of attributes within a part', () => {
    const [a, b] = [attribute(CN, printableString('a')), attribute(OU, printableString('b'))];
    expect(parseName(sequence(set(a, b)), 'name').key).toBe(parseName(sequence(set(b, a)), 'name').key);
  });
});

describe('Two names are not one name', () => {
  it.each([
    ['that differ in a letter', [printableString('a')], [printableString('b')]],
    ['of which one has a part more', [printableString('a')], [printableString('a'), printableString('a')]],
    ['whose parts stand in another order', [utf8String('a'), utf8String('b')], [utf8String('b'), utf8String('a')]],
    ['of which one writes two parts into one', [utf8String(`a/${CN}=b`)], [utf8String('a'), utf8String('b')]],
    ['of which one writes an escaped sign', [utf8String('a\\/b')], [utf8String('a/b')]],
    [
      'of which one is a text that looks like the bytes of the other',
      [utf8String('#020107')],
      [element(2, Uint8Array.of(7))],
    ],
    ['of which one is no text of its type', [element(0x0c, Uint8Array.of(0xff))], [element(0x0c, Uint8Array.of(0xfe))]],
    ['of which one is empty', [], [utf8String('a')]],
  ])('%s', (_how, a, b) => {
    expect(name(...a).key).not.toBe(name(...b).key);
  });

  it('where one joins in a part what the other parts', () => {
    const joined = parseName(sequence(set(attribute(CN, utf8String('a')), attribute(OU, utf8String('b')))), 'name');
    const parted = parseName(
      sequence(set(attribute(CN, utf8String('a'))), set(attribute(OU, utf8String('b')))),
      'name',
    );
    const posing = parseName(sequence(set(attribute(CN, utf8String(`a+${OU}=b`)))), 'name');
    expect(new Set([joined.key, parted.key, posing.key]).size).toBe(3);
  });
});

it.each([
  ['whose attribute has no value', sequence(set(sequence(objectIdentifier(CN))))],
  ['with an empty part', sequence(set())],
  ['that is a set', set()],
  ['longer than 64 kB', sequence(set(attribute(CN, utf8String('a'.repeat(70_000)))))],
])('No name is one %s', (_what, der) => {
  expect(() => parseName(der, 'name')).toThrow(DerError);
});

it('A name lies within each that it begins with, itself and the empty one included', () => {
  const [a, ab, b] = [name(utf8String('a')), name(utf8String('A'), utf8String('b')), name(utf8String('b'))];
  expect([isWithin(ab, a), isWithin(ab, ab), isWithin(ab, name()), isWithin(name(), name())]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([isWithin(a, ab), isWithin(ab, b), isWithin(name(), a)]).toEqual([false, false, false]);
});

it('A name is shown bounded and without what is not seen', () => {
  const sly = name(utf8String('Ada\u202e\u0000\n\u200b'), utf8String('x'.repeat(3_000)));
  expect(nameText(sly)).toHaveLength(256);
  expect(nameText(sly)).toMatch(/^CN=Ada\uFFFD\uFFFD\uFFFD\uFFFD, CN=xxx/);
  expect(commonNameOf(name(utf8String('first'), utf8String('last')))).toBe('last');
  expect(commonNameOf(name(element(2, Uint8Array.of(7))))).toBeNull();
  expect(nameText(name(element(2, Uint8Array.of(7))))).toBe('CN=?');
});
