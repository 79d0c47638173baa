import * as v from 'valibot';
import { busLine } from './bus-text.ts';
import type { ServedInterface } from './served-object.ts';

export const ITEM_INTERFACE = 'org.kde.StatusNotifierItem';

/** An icon in one size. `argb`: four octets a pixel, alpha first, not multiplied by it, rows from the top. */
export type TrayPixmap = { readonly width: number; readonly height: number; readonly argb: Uint8Array };

/** What the item looks like at this moment. */
export type ItemFace = {
  readonly title: string;
  readonly tooltip: string;
  /** Several sizes; the host takes the nearest. Each octet is written one by one: leave out what no panel draws. */
  readonly icon: readonly TrayPixmap[];
};

export type ItemOptions = {
  /** Stays the same over all starts: hosts remember by it whether the user hid the icon. */
  readonly id: string;
  readonly menuPath: string;
  readonly face: () => ItemFace;
  readonly onActivate: () => void;
};

const TEXT_LIMIT = 300;
const SIDE_LIMIT = 256;

const Position = v.tuple([v.number(), v.number()]);
const ScrollArgs = v.tuple([v.number(), v.string()]);

/**
 * The tray icon as hosts ask for it (freedesktop.org, "Status Notifier Item", under the name that KDE gave it and everybody
 * uses). Icons travel as pixels, so that none has to be installed in a theme.
 */
export function statusNotifierItem({ id, menuPath, face, onActivate }: ItemOptions): ServedInterface {
  // Told after the answer is on its way: what follows may end this program.
  const activate = (args: readonly unknown[]) => {
    if (!v.is(Position, args)) return null;
    setImmediate(onActivate);
    return [];
  };
  return {
    name: ITEM_INTERFACE,
    properties: {
      Category: constant('s', 'Hardware'),
      Id: constant('s', id),
      Title: line(() => face().title),
      Status: constant('s', 'Active'),
      WindowId: constant('i', 0),
      IconThemePath: constant('s', ''),
      IconName: constant('s', ''),
      IconPixmap: { signature: 'a(iiay)', read: () => pixmaps(face().icon) },
      OverlayIconName: constant('s', ''),
      OverlayIconPixmap: constant('a(iiay)', []),
      AttentionIconName: constant('s', ''),
      AttentionIconPixmap: constant('a(iiay)', []),
      AttentionMovieName: constant('s', ''),
      // In the title, which is plain text; the description beside it is markup to some hosts.
      ToolTip: { signature: '(sa(iiay)ss)', read: () => ['', [], busLine(face().tooltip, TEXT_LIMIT), ''] },
      ItemIsMenu: constant('b', false),
      Menu: constant('o', menuPath),
    },
    methods: {
      Activate: { takes: 'ii', gives: '', run: activate },
      // The middle button, and the right one where the host draws no menus itself: we have no menu of our own to show.
      SecondaryActivate: { takes: 'ii', gives: '', run: activate },
      ContextMenu: { takes: 'ii', gives: '', run: activate },
      Scroll: { takes: 'is', gives: '', run: (args) => (v.is(ScrollArgs, args) ? [] : null) },
    },
    signals: {
      NewTitle: '',
      NewIcon: '',
      NewAttentionIcon: '',
      NewOverlayIcon: '',
      NewToolTip: '',
      NewStatus: 's',
    },
  };
}

const constant = (signature: string, value: unknown) => ({ signature, read: () => value });
const line = (read: () => string) => ({ signature: 's', read: () => busLine(read(), TEXT_LIMIT) });

/** As `a(iiay)`; an icon whose pixels do not fit its size is left out, since hosts differ in what they then draw. */
export function pixmaps(icon: readonly TrayPixmap[]): ReadonlyArray<readonly unknown[]> {
  const fits = ({ width, height, argb }: TrayPixmap) =>
    [width, height].every((side) => Number.isInteger(side) && side > 0 && side <= SIDE_LIMIT) &&
    argb.byteLength === width * height * 4;
  return icon
    .filter(fits)
    .map(({ width, height, argb }) => [width, height, Buffer.from(argb.buffer, argb.byteOffset, argb.byteLength)]);
}
