import { Variant } from '@jellybrick/dbus-next';
import * as v from 'valibot';
import { busLine } from './bus-text.ts';
import type { ServedInterface, ServedProperty } from './served-object.ts';

/** One line of the menu of a tray icon. `action` is told back when it is chosen. */
export type TrayMenuItem = { readonly action: string; readonly label: string } | 'separator';

export const MENU_INTERFACE = 'com.canonical.dbusmenu';

/** A signal of the menu: member and arguments; its signature stands in `TrayMenu.interface.signals`. */
export type MenuSignal = { readonly member: string; readonly body: readonly unknown[] };

const LABEL_LIMIT = 200;
/** The menu itself; all items are its children. */
const ROOT = 0;

type Properties = Readonly<Record<string, Variant>>;
type Item = { readonly id: number; readonly action: string | null; readonly properties: Properties };

const int = v.number();
const LayoutArgs = v.tuple([int, int, v.array(v.string())]);
const GroupArgs = v.tuple([v.array(int), v.array(v.string())]);
const PropertyArgs = v.tuple([int, v.string()]);
const EventArgs = v.tuple([int, v.string(), v.unknown(), int]);
const EventGroupArgs = v.tuple([v.array(EventArgs)]);
const IdArgs = v.tuple([int]);
const IdsArgs = v.tuple([v.array(int)]);

/**
 * A flat menu offered as com.canonical.dbusmenu, version 3 (libdbusmenu, `dbus-menu.xml`): what a host of status notifier
 * items draws. An action keeps its id for as long as this lives and no other gets it, so that a click that crosses a change
 * of the menu never does something else.
 */
export class TrayMenu {
  readonly interface: ServedInterface;
  readonly #onChosen: (action: string) => void;
  readonly #ids = new Map<string, number>();
  #items: readonly Item[] = [];
  #revision = 1;
  #chosen = new Set<string>();

  constructor(onChosen: (action: string) => void) {
    this.#onChosen = onChosen;
    this.interface = this.#describe();
  }

  /** Takes a new menu and says what must be told to those who show the old one. */
  set(menu: readonly TrayMenuItem[]): readonly MenuSignal[] {
    const before = new Map(this.#items.map((item) => [item.id, item]));
    const layoutBefore = [...before.keys()].join();
    let separators = 0;
    this.#items = menu.map((entry) =>
      entry === 'separator'
        ? { id: this.#idOf(`separator ${separators++}`), action: null, properties: { type: text('separator') } }
        : { id: this.#idOf(`action ${entry.action}`), action: entry.action, properties: { label: label(entry.label) } },
    );
    const signals: MenuSignal[] = [];
    const renamed = this.#items.filter(({ id, properties }) => {
      const old = before.get(id)?.properties.label;
      return old !== undefined && old.value !== properties.label?.value;
    });
    if (renamed.length > 0) {
      const changes = renamed.map(({ id, properties }) => [id, properties]);
      signals.push({ member: 'ItemsPropertiesUpdated', body: [changes, []] });
    }
    if (this.#items.map(({ id }) => id).join() !== layoutBefore) {
      this.#revision++;
      signals.push({ member: 'LayoutUpdated', body: [this.#revision, ROOT] });
    }
    return signals;
  }

  #idOf(what: string): number {
    const known = this.#ids.get(what);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(what, id);
    return id;
  }

  #describe(): ServedInterface {
    return {
      name: MENU_INTERFACE,
      properties: {
        Version: constant('u', 3),
        TextDirection: constant('s', 'ltr'),
        Status: constant('s', 'normal'),
        IconThemePath: constant('as', []),
      },
      methods: {
        GetLayout: {
          takes: 'iias',
          gives: 'u(ia{sv}av)',
          run: (args) => (v.is(LayoutArgs, args) ? this.#layout(...args) : null),
        },
        GetGroupProperties: {
          takes: 'aias',
          gives: 'a(ia{sv})',
          run: (args) => (v.is(GroupArgs, args) ? [this.#group(...args)] : null),
        },
        GetProperty: {
          takes: 'is',
          gives: 'v',
          run: (args) => (v.is(PropertyArgs, args) ? this.#property(...args) : null),
        },
        Event: {
          takes: 'isvu',
          gives: '',
          run: (args) => (v.is(EventArgs, args) && this.#event(args[0], args[1]) ? [] : null),
        },
        EventGroup: {
          takes: 'a(isvu)',
          gives: 'ai',
          run: (args) => (v.is(EventGroupArgs, args) ? this.#events(args[0]) : null),
        },
        // The menu is always up to date: nothing is drawn anew because it is about to be seen.
        AboutToShow: {
          takes: 'i',
          gives: 'b',
          run: (args) => (v.is(IdArgs, args) && this.#knows(args[0]) ? [false] : null),
        },
        AboutToShowGroup: {
          takes: 'ai',
          gives: 'aiai',
          run: (args) => (v.is(IdsArgs, args) ? [[], args[0].filter((id) => !this.#knows(id))] : null),
        },
      },
      signals: { ItemsPropertiesUpdated: 'a(ia{sv})a(ias)', LayoutUpdated: 'ui', ItemActivationRequested: 'iu' },
    };
  }

  #knows(id: number): boolean {
    return id === ROOT || this.#items.some((item) => item.id === id);
  }

  /** `depth` 0: without children; -1: with all below. There is one level below the root, and none below an item. */
  #layout(parent: number, depth: number, names: readonly string[]): readonly unknown[] | null {
    const properties = this.#propertiesOf(parent);
    if (properties === null) return null;
    const children = parent === ROOT && depth !== 0 ? this.#items : [];
    const nodes = children.map((item) => new Variant('(ia{sv}av)', [item.id, only(names, item.properties), []]));
    return [this.#revision, [parent, only(names, properties), nodes]];
  }

  #group(ids: readonly number[], names: readonly string[]): readonly unknown[] {
    const asked = new Set(ids);
    const known = [ROOT, ...this.#items.map(({ id }) => id)];
    // No ids means all of them. What is asked twice is answered once.
    return known
      .filter((id) => ids.length === 0 || asked.has(id))
      .map((id) => [id, only(names, this.#propertiesOf(id) ?? {})]);
  }

  #property(id: number, name: string): readonly unknown[] | null {
    const properties = this.#propertiesOf(id);
    const value = properties !== null && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return value === undefined ? null : [value];
  }

  #propertiesOf(id: number): Properties | null {
    if (id === ROOT) return { 'children-display': text('submenu') };
    return this.#items.find((item) => item.id === id)?.properties ?? null;
  }

  #events(events: ReadonlyArray<readonly [number, string, unknown, number]>): readonly unknown[] | null {
    const unknown = events.filter(([id, event]) => !this.#event(id, event)).map(([id]) => id);
    // An error only where nothing at all was known (dbus-menu.xml, EventGroup).
    return unknown.length > 0 && unknown.length === events.length ? null : [unknown];
  }

  /** False: no such item. Whoever is on the user's own bus may choose: it could as well press the keys. */
  #event(id: number, event: string): boolean {
    const action = this.#items.find((item) => item.id === id)?.action ?? null;
    if (event === 'clicked' && action !== null) this.#choose(action);
    return this.#knows(id);
  }

  /** After the answer is on its way, as the action may end this program; and once, however often one message says it. */
  #choose(action: string): void {
    if (this.#chosen.size === 0) {
      setImmediate(() => {
        const chosen = this.#chosen;
        this.#chosen = new Set();
        for (const each of chosen) this.#onChosen(each);
      });
    }
    this.#chosen.add(action);
  }
}

const text = (value: string) => new Variant('s', value);
const constant = (signature: string, value: unknown): ServedProperty => ({ signature, read: () => value });

/** A single underscore would mark the next letter as the one that chooses the item. */
const label = (words: string) => text(busLine(words, LABEL_LIMIT).replaceAll('_', '__'));

/** No names means all properties. */
const only = (names: readonly string[], properties: Properties): Properties =>
  names.length === 0
    ? properties
    : Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
