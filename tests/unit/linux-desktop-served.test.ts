import { Variant } from '@jellybrick/dbus-next';
import { expect, test } from 'vitest';
import { busLine, busParagraphs } from '../../src/native/linux-desktop/bus-text.ts';
import { answerCall, completeTypes, type ServedObjects } from '../../src/native/linux-desktop/served-object.ts';
import { pixmaps } from '../../src/native/linux-desktop/status-notifier-item.ts';

const OBJECTS: ServedObjects = {
  '/one/two': {
    name: 'a.b',
    properties: { Title: { signature: 's', read: () => 'Wardkey' } },
    methods: { Add: { takes: 'ia{sv}', gives: 'u', run: ([first]) => (first === 1 ? [2] : null) } },
    signals: { New: 'ui' },
  },
};

const call = (of: string | undefined, member: string, signature = '', body: unknown[] = [], path = '/one/two') =>
  answerCall(OBJECTS, { sender: ':1.1', path, interface: of, member, signature, body });
const error = (name: string) => expect.objectContaining({ ok: false, error: `org.freedesktop.DBus.Error.${name}` });

test('a method is called by path, interface, name and types; the interface may be left open', () => {
  expect(call('a.b', 'Add', 'ia{sv}', [1, {}])).toEqual({ ok: true, signature: 'u', body: [2] });
  expect(call(undefined, 'Add', 'ia{sv}', [1, {}])).toMatchObject({ ok: true });
  expect(call('a.b', 'Add', 'i', [1])).toEqual(error('InvalidArgs'));
  expect(call('a.b', 'Add', 'ia{sv}', [7, {}])).toEqual(error('InvalidArgs'));
  expect(call('a.c', 'Add', 'ia{sv}', [1, {}])).toEqual(error('UnknownMethod'));
  expect(call('a.b', 'toString')).toEqual(error('UnknownMethod'));
  expect(call('a.b', 'Add', 'ia{sv}', [1, {}], '/one')).toEqual(error('UnknownObject'));
  expect(call('a.b', 'Add', '', [], '__proto__')).toEqual(error('UnknownObject'));
});

test('properties are read one by one or all at once, and never written', () => {
  const of = 'org.freedesktop.DBus.Properties';
  const title = new Variant('s', 'Wardkey');
  expect(call(of, 'Get', 'ss', ['a.b', 'Title'])).toEqual({ ok: true, signature: 'v', body: [title] });
  expect(call(of, 'GetAll', 's', ['a.b'])).toEqual({ ok: true, signature: 'a{sv}', body: [{ Title: title }] });
  expect(call(of, 'Get', 'ss', ['a.b', 'valueOf'])).toEqual(error('UnknownProperty'));
  expect(call(of, 'Get', 'u', [1])).toEqual(error('UnknownMethod'));
  expect(call(of, 'GetAll', 's', ['a.c'])).toEqual(error('UnknownInterface'));
  expect(call(of, 'Set', 'ssv', ['a.b', 'Title', title])).toEqual(error('PropertyReadOnly'));
});

test('introspection tells the way down, and what lies there', () => {
  const of = 'org.freedesktop.DBus.Introspectable';
  const xml = (path: string) => {
    const answer = call(of, 'Introspect', '', [], path);
    return answer.ok ? answer.body[0] : null;
  };
  expect(xml('/')).toBe('<node><node name="one"/></node>');
  expect(xml('/one')).toBe('<node><node name="two"/></node>');
  expect(xml('/one/two')).toBe(
    '<node><interface name="a.b"><property name="Title" type="s" access="read"/><method name="Add">' +
      '<arg type="i" direction="in"/><arg type="a{sv}" direction="in"/><arg type="u" direction="out"/></method>' +
      '<signal name="New"><arg type="u"/><arg type="i"/></signal></interface></node>',
  );
  expect(call('org.freedesktop.DBus.Peer', 'Ping')).toMatchObject({ ok: true, body: [] });
});

test('a signature falls into its single complete types', () => {
  expect(completeTypes('u(ia{sv}av)')).toEqual(['u', '(ia{sv}av)']);
  expect(completeTypes('a(ia{sv})a(ias)')).toEqual(['a(ia{sv})', 'a(ias)']);
  expect(completeTypes('aaiss')).toEqual(['aai', 's', 's']);
});

test('text from a card cannot close the connection, turn the writing round, or grow', () => {
  expect(busLine(' Ada\u0000\u001B[31m\u202E\u2028Byron\uD800 ', 80)).toBe('Ada [31m Byron');
  expect(busLine('abcdef', 5)).toBe('abcd…');
  expect(busLine('abc😀def', 5)).toBe('abc…');
  expect(busParagraphs('one\u0007\ntwo\r\nthree', 80)).toBe('one\ntwo\nthree');
});

test('an icon whose pixels do not fit its size is left out', () => {
  const argb = new Uint8Array(16).fill(9);
  expect(pixmaps([{ width: 2, height: 2, argb }])).toEqual([[2, 2, Buffer.alloc(16, 9)]]);
  for (const [width, height] of [
    [2, 3],
    [0, 0],
    [-2, -2],
    [1.5, 2],
  ] as const)
    expect(pixmaps([{ width, height, argb }])).toEqual([]);
});
