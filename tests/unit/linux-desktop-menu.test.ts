import { Variant } from '@jellybrick/dbus-next';
import { expect, test } from 'vitest';
import { TrayMenu, type TrayMenuItem } from '../../src/native/linux-desktop/tray-menu.ts';
import { Told } from '../rig/told.ts';

const MENU: readonly TrayMenuItem[] = [
  { action: 'open', label: 'Open' },
  'separator',
  { action: 'lock', label: 'Lock now' },
  'separator',
  { action: 'quit', label: 'Quit' },
];

function menuOf(items: readonly TrayMenuItem[], onChosen: (action: string) => void = () => {}) {
  const menu = new TrayMenu(onChosen);
  menu.set(items);
  const call = (method: string, ...args: unknown[]) => menu.interface.methods[method]?.run(args) ?? null;
  return { menu, call };
}

const data = new Variant('i', 0);
const label = (text: string) => ({ label: new Variant('s', text) });
const separator = { type: new Variant('s', 'separator') };
const node = (id: number, properties: object) => new Variant('(ia{sv}av)', [id, properties, []]);
const root = { 'children-display': new Variant('s', 'submenu') };

test('the whole menu: the root with all lines, in order, each with a number of its own', () => {
  const { call } = menuOf(MENU);
  const lines = [label('Open'), separator, label('Lock now'), separator, label('Quit')];
  const children = lines.map((properties, index) => node(index + 1, properties));
  expect(call('GetLayout', 0, -1, [])).toEqual([2, [0, root, children]]);
  expect(call('GetLayout', 0, 1, [])).toEqual([2, [0, root, children]]);
});

test('the layout goes as deep as asked, begins where asked, and tells the properties asked for', () => {
  const { call } = menuOf(MENU);
  expect(call('GetLayout', 0, 0, [])).toEqual([2, [0, root, []]]);
  expect(call('GetLayout', 1, -1, [])).toEqual([2, [1, label('Open'), []]]);
  expect(call('GetLayout', 1, -1, ['enabled'])).toEqual([2, [1, {}, []]]);
  expect(call('GetLayout', 6, -1, [])).toBeNull();
});

test('properties of several lines: those asked for, each once; of all where none is named', () => {
  const { call } = menuOf(MENU);
  expect(call('GetGroupProperties', [1, 3, 3, 99], ['label'])).toEqual([
    [
      [1, label('Open')],
      [3, label('Lock now')],
    ],
  ]);
  expect(call('GetGroupProperties', [], [])?.[0]).toHaveLength(6);
  expect(call('GetProperty', 3, 'label')).toEqual([new Variant('s', 'Lock now')]);
  expect(call('GetProperty', 3, 'constructor')).toBeNull();
});

test('an underscore in a label is one, not a mark for the letter after it', () => {
  const { call } = menuOf([{ action: 'a', label: 'Card_of\u0000\u202EAda' }]);
  expect(call('GetProperty', 1, 'label')).toEqual([new Variant('s', 'Card__of Ada')]);
});

test('what changes is told: nothing, labels, lines, or both', () => {
  const { menu } = menuOf(MENU);
  expect(menu.set([...MENU])).toEqual([]);
  const renamed = MENU.map((item) =>
    item !== 'separator' && item.action === 'open' ? { ...item, label: 'Agor' } : item,
  );
  expect(menu.set(renamed)).toEqual([{ member: 'ItemsPropertiesUpdated', body: [[[1, label('Agor')]], []] }]);
  expect(menu.set(renamed.slice(0, 3))).toEqual([{ member: 'LayoutUpdated', body: [3, 0] }]);
  expect(menu.set(MENU)).toEqual([
    { member: 'ItemsPropertiesUpdated', body: [[[1, label('Open')]], []] },
    { member: 'LayoutUpdated', body: [4, 0] },
  ]);
});

test('a number belongs to one action for ever: a late click on a line that has gone does nothing', async () => {
  const chosen = new Told<string>();
  const { menu, call } = menuOf(MENU, chosen.tell);
  menu.set([{ action: 'quit', label: 'Quit' }]);
  expect(call('Event', 1, 'clicked', data, 0)).toBeNull();
  expect(call('Event', 5, 'clicked', data, 0)).toEqual([]);
  expect(await chosen.next()).toBe('quit');
  expect(chosen.waiting).toEqual([]);
});

test('only a click chooses, never a separator, and one message no more than once', async () => {
  const chosen = new Told<string>();
  const { call } = menuOf(MENU, chosen.tell);
  for (const event of ['hovered', 'opened', 'closed', '']) expect(call('Event', 1, event, data, 0)).toEqual([]);
  expect(call('Event', 2, 'clicked', data, 0)).toEqual([]);
  const flood = Array.from({ length: 10_000 }, () => [3, 'clicked', data, 0]);
  expect(call('EventGroup', [...flood, [77, 'clicked', data, 0]])).toEqual([[77]]);
  expect(await chosen.next()).toBe('lock');
  expect(chosen.waiting).toEqual([]);
  expect(call('EventGroup', [[77, 'clicked', data, 0]])).toBeNull();
});

test('it is always up to date when it is about to be shown', () => {
  const { call } = menuOf(MENU);
  expect(call('AboutToShow', 0)).toEqual([false]);
  expect(call('AboutToShow', 42)).toBeNull();
  expect(call('AboutToShowGroup', [0, 1, 42])).toEqual([[], [42]]);
});
