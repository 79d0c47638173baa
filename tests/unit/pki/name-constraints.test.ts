import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/core/pki/path/budget.ts';
import { keepsTo } from '../../../src/core/pki/path/name-constraints.ts';
import { type NameConstraints, nameConstraints as readConstraints } from '../../../src/core/pki/x509/extensions.ts';
import { element, explicit, objectIdentifier, utf8String } from '../../pki-corpus/der.ts';
import { nameConstraints, subjectAltName } from '../../pki-corpus/extensions.ts';
import {
  addressName,
  attribute,
  directoryName,
  dnsName,
  emailName,
  type Name,
  principalName,
  registeredId,
  uriName,
} from '../../pki-corpus/names.ts';
import { issue, newKey, party } from './issued.ts';

const key = newKey('ed25519');
const issuer = party('Issuer', key);

const constraintsOf = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): NameConstraints =>
  readConstraints(nameConstraints(permitted, excluded).value);

function keeps(names: readonly Uint8Array[], constraints: readonly NameConstraints[], subject: Name = []): boolean {
  const extensions = names.length === 0 ? [] : [subjectAltName(names)];
  return keepsTo(constraints, issue({ name: subject, key }, issuer, { extensions }), new Budget());
}

const country = (code: string) => [attribute('country', code)];
const ward = (unit: string): Name => [attribute('country', 'GB'), attribute('unit', unit)];
const otherName = (type: string, value: Uint8Array) => element(0xa0, objectIdentifier(type), explicit(0, value));
const v6 = (...groups: readonly number[]) => groups.flatMap((group) => [group >> 8, group & 0xff]);

/** `in`: within, so permitted lets it pass and excluded does not. `out`: the other way round. `unclear`: neither lets it pass. */
type Row = readonly [base: Uint8Array, name: Uint8Array, where: 'in' | 'out' | 'unclear'];

const both = (
  kind: string,
  make: (text: string) => Uint8Array,
  rows: ReadonlyArray<readonly [string, string, Row[2]]>,
) => rows.map(([base, name, where]) => [`${kind} "${base}"`, `"${name}"`, where, make(base), make(name)] as const);

describe('A name and a base of its kind', () => {
  it.each([
    ...both('host', dnsName, [
      ['ward.example', 'ward.example', 'in'],
      ['ward.example', 'a.b.WARD.example', 'in'],
      ['ward.example', 'forward.example', 'out'],
      ['ward.example', 'example', 'out'],
      ['.ward.example', 'a.ward.example', 'in'],
      ['.ward.example', 'ward.example', 'out'],
      ['', 'anything.example', 'in'],
      ['ward.example', '*.ward.example', 'in'],
      ['a.ward.example', '*.ward.example', 'unclear'],
      ['.a.ward.example', '*.ward.example', 'unclear'],
      ['ward.example', '*.example', 'unclear'],
      ['ward.example', '*.other.example', 'out'],
      ['ward.example', 'w*.ward.example', 'unclear'],
      ['ward.example', 'ward.example.', 'unclear'],
      ['ward.example', 'a..ward.example', 'unclear'],
      ['ward.example', '', 'unclear'],
      ['ward.example.', 'ward.example', 'unclear'],
    ]),
    ...both('mailbox', emailName, [
      ['ward.example', 'ada@ward.example', 'in'],
      ['ward.example', 'ada@WARD.example', 'in'],
      ['ward.example', 'ada@a.ward.example', 'out'],
      ['.ward.example', 'ada@a.ward.example', 'in'],
      ['.ward.example', 'ada@ward.example', 'out'],
      ['@ward.example', 'ada@ward.example', 'in'],
      ['', 'ada@ward.example', 'in'],
      ['ada@ward.example', 'ada@WARD.example', 'in'],
      ['ada@ward.example', 'bob@ward.example', 'out'],
      ['ada@ward.example', 'ada@other.example', 'out'],
      ['ada@ward.example', 'Ada@ward.example', 'unclear'],
      ['ada@ward.example', '"ada"@ward.example', 'unclear'],
      ['ward.example', 'ward.example', 'unclear'],
      ['ward.example', '@ward.example', 'unclear'],
      ['ward.example', 'ada@', 'unclear'],
      ['ward.example', 'ada@other.example@ward.example', 'in'],
      ['ward.example', 'ada@ward.example.', 'unclear'],
    ]),
    ...both('address', uriName, [
      ['ward.example', 'https://ward.example/x', 'in'],
      ['ward.example', 'HTTPS://user:secret@WARD.example:8443?x', 'in'],
      ['ward.example', 'https://a.ward.example', 'out'],
      ['.ward.example', 'https://a.ward.example#x', 'in'],
      ['.ward.example', 'https://ward.example', 'out'],
      ['ward.example', 'https://other.example/@ward.example', 'out'],
      ['ward.example', 'https://ward.example@other.example/', 'out'],
      ['ward.example', 'https://w%61rd.example/', 'unclear'],
      ['ward.example', 'https://ward.example\\@other.example/', 'unclear'],
      ['ward.example', 'https://[::1]/', 'unclear'],
      ['ward.example', 'https://10.0.0.1/', 'unclear'],
      ['ward.example', 'urn:ward.example', 'unclear'],
      ['ward.example', 'ward.example', 'unclear'],
      ['ward.example', 'file:///etc', 'unclear'],
    ]),
    ...both('principal', principalName, [
      ['ward.example', 'ada@ward.example', 'in'],
      ['ward.example', 'ADA@Ward.Example', 'in'],
      ['@ward.example', 'ada@ward.example', 'in'],
      ['.ward.example', 'ada@a.ward.example', 'in'],
      ['ada@ward.example', 'Ada@ward.example', 'in'],
      ['ada@ward.example', 'bob@ward.example', 'out'],
      ['ward.example', 'ada@other.example', 'out'],
      ['ward.example', 'ada', 'unclear'],
      ['ward.example', 'ada@w\u0430rd.example', 'unclear'],
    ]),
  ] as const)('%s and %s: %s', (_base, _name, where, base, name) => {
    expect(keeps([name], [constraintsOf([base])]), 'where only the base is permitted').toBe(where === 'in');
    expect(keeps([name], [constraintsOf([], [base])]), 'where the base is excluded').toBe(where === 'out');
  });

  it.each<[string, ...Row]>([
    ['an IPv4 address in its network', addressName(10, 1, 0, 0, 255, 255, 0, 0), addressName(10, 1, 2, 3), 'in'],
    ['one beside it', addressName(10, 1, 0, 0, 255, 255, 0, 0), addressName(10, 2, 2, 3), 'out'],
    ['all of them', addressName(0, 0, 0, 0, 0, 0, 0, 0), addressName(8, 8, 8, 8), 'in'],
    ['a network with bits of a host', addressName(10, 1, 9, 9, 255, 255, 0, 0), addressName(10, 1, 2, 3), 'in'],
    [
      'an IPv6 address in its network',
      addressName(...v6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), ...v6(0xffff, 0xffff, 0, 0, 0, 0, 0, 0)),
      addressName(...v6(0x2001, 0xdb8, 1, 2, 3, 4, 5, 6)),
      'in',
    ],
    [
      'IPv6 and a network of IPv4',
      addressName(10, 0, 0, 0, 255, 0, 0, 0),
      addressName(...v6(1, 2, 3, 4, 5, 6, 7, 8)),
      'out',
    ],
    [
      'IPv4 in the clothes of IPv6',
      addressName(10, 0, 0, 0, 255, 0, 0, 0),
      addressName(...v6(0, 0, 0, 0, 0, 0xffff, 0x0a00, 1)),
      'unclear',
    ],
    ['an address of three octets', addressName(10, 0, 0, 0, 255, 0, 0, 0), addressName(10, 0, 0), 'unclear'],
    ['a network without a mask', addressName(10, 0, 0, 0), addressName(10, 0, 0, 1), 'unclear'],
    ['a name of the directory below its base', directoryName(country('GB')), directoryName(ward('A')), 'in'],
    ['itself', directoryName(ward('A')), directoryName(ward('a')), 'in'],
    ['the empty base, which is above all', directoryName([]), directoryName(ward('A')), 'in'],
    ['a sibling', directoryName(ward('B')), directoryName(ward('A')), 'out'],
    ['a name above its base', directoryName(ward('A')), directoryName(country('GB')), 'out'],
    ['a registered identifier', registeredId('1.2.3'), registeredId('1.2.3'), 'unclear'],
    [
      'an other name that nobody knows',
      otherName('1.2.3', utf8String('a')),
      otherName('1.2.3', utf8String('a')),
      'unclear',
    ],
    ['other names of two types', otherName('1.2.3', utf8String('a')), otherName('1.2.4', utf8String('a')), 'out'],
  ])('%s', (_what, base, name, where) => {
    const sameForm = where !== 'out' || !_what.startsWith('other names');
    expect(keeps([name], [constraintsOf([base])]), 'where only the base is permitted').toBe(
      sameForm ? where === 'in' : true,
    );
    expect(keeps([name], [constraintsOf([], [base])]), 'where the base is excluded').toBe(where === 'out');
  });
});

describe('Name constraints', () => {
  it('of one kind say nothing of names of another', () => {
    expect(keeps([emailName('ada@other.example')], [constraintsOf([dnsName('ward.example')])])).toBe(true);
    expect(keeps([], [constraintsOf([directoryName(country('GB'))])])).toBe(true);
  });

  it('bind every name of the certificate', () => {
    const constraints = constraintsOf([dnsName('ward.example'), dnsName('clinic.example')]);
    expect(keeps([dnsName('a.ward.example'), dnsName('clinic.example')], [constraints])).toBe(true);
    expect(keeps([dnsName('a.ward.example'), dnsName('other.example')], [constraints])).toBe(false);
  });

  it('of each issuer above are kept, so that none can widen what another has narrowed', () => {
    const [wide, narrow] = [constraintsOf([dnsName('example')]), constraintsOf([dnsName('ward.example')])];
    const name = [dnsName('clinic.example')];
    expect([keeps(name, [wide]), keeps(name, [wide, narrow]), keeps(name, [narrow, wide])]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('exclude what they permit, where they say both', () => {
    const constraints = constraintsOf([dnsName('ward.example')], [dnsName('a.ward.example')]);
    expect(keeps([dnsName('b.ward.example')], [constraints])).toBe(true);
    expect(keeps([dnsName('x.a.ward.example')], [constraints])).toBe(false);
  });

  it('bind the subject as a name of the directory, and the mail addresses in it', () => {
    const subject: Name = [...country('GB'), attribute('email', 'ada@ward.example')];
    expect(keeps([], [constraintsOf([directoryName(country('GB'))])], subject)).toBe(true);
    expect(keeps([], [constraintsOf([directoryName(country('FR'))])], subject)).toBe(false);
    expect(keeps([], [constraintsOf([emailName('ward.example')])], subject)).toBe(true);
    expect(keeps([], [constraintsOf([], [emailName('ward.example')])], subject)).toBe(false);
    expect(keeps([emailName('ada@good.example')], [constraintsOf([emailName('good.example')])], subject)).toBe(false);
  });
});
