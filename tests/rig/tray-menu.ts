import { Variant } from '@jellybrick/dbus-next';
import type { BusClient } from './bus-client.ts';
import { WATCHER } from './tray-desktop.ts';

/** The one tray icon of a desktop, as its panel meets it on the bus. */
export type TrayIconOnBus = {
  /** By which the desktop tells programs apart. */
  readonly id: () => Promise<string>;
  readonly tooltip: () => Promise<string>;
  /** The labels of its menu, without separators; none where there is no icon. */
  readonly menu: () => Promise<readonly string[]>;
  /** Chooses a line of the menu as a click on it does. */
  readonly choose: (label: string) => Promise<void>;
  /** Chooses the icon itself. */
  readonly activate: () => Promise<void>;
};

type Layout = [id: number, properties: Record<string, Variant>, children: Variant[]];

const ITEM = 'org.kde.StatusNotifierItem';
const ITEM_PATH = '/StatusNotifierItem';

/** @param client of the bus now: another one after the bus was killed */
export function trayIconOn(client: () => BusClient): TrayIconOnBus {
  async function name(): Promise<string> {
    const items = await client().property(WATCHER, '/StatusNotifierWatcher', WATCHER, 'RegisteredStatusNotifierItems');
    // One that has just gone may be listed a moment longer: the newest is last.
    const newest = (items as string[]).at(-1);
    if (newest === undefined) throw new Error('there is no icon');
    return newest.replace(/\/.*$/, '');
  }
  const onMenu = async (member: string, signature: string, body: unknown[]) =>
    client().call(await name(), `${ITEM_PATH}/Menu`, 'com.canonical.dbusmenu', member, signature, body);

  async function lines(): Promise<ReadonlyArray<readonly [id: number, label: string]>> {
    const [, root] = (await onMenu('GetLayout', 'iias', [0, -1, []])) as [number, Layout];
    return root[2].flatMap(({ value }) => {
      const [id, { label }] = value as Layout;
      return label === undefined ? [] : [[id, String(label.value)] as const];
    });
  }
  return {
    id: async () => String(await client().property(await name(), ITEM_PATH, ITEM, 'Id')),
    async tooltip() {
      const tooltip = await client().property(await name(), ITEM_PATH, ITEM, 'ToolTip');
      return String((tooltip as unknown[])[2]);
    },
    menu: async () => (await lines().catch(() => [])).map(([, label]) => label),
    async choose(label) {
      const line = (await lines()).find((each) => each[1] === label);
      if (line === undefined) throw new Error(`the menu has no ${label}`);
      await onMenu('Event', 'isvu', [line[0], 'clicked', new Variant('i', 0), 0]);
    },
    async activate() {
      await client().call(await name(), ITEM_PATH, ITEM, 'Activate', 'ii', [0, 0]);
    },
  };
}
