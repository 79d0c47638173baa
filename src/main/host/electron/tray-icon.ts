import { join } from 'node:path';
import type { HostEvents, Tray } from '../desktop-host.ts';
import type { ElectronApi, HostTray } from './electron-api.ts';

/** By system; see build/icons.ts. Electron takes the `@2x` beside it on a dense display. */
const ENDINGS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'Template.png', win32: '-16.png' };
const OTHER_ENDING = '-24.png';

/**
 * The icon in the tray, made when there is something to draw. On macOS a template image, which the menu bar tints itself;
 * Electron knows one by the end of its name.
 */
export class TrayIcon {
  readonly #electron: Pick<ElectronApi, 'Tray' | 'Menu'>;
  readonly #events: Pick<HostEvents, 'onTray' | 'onMenu'>;
  readonly #imageOf: (icon: Tray['icon']) => string;
  #tray: HostTray | null = null;

  constructor(
    electron: Pick<ElectronApi, 'Tray' | 'Menu'>,
    options: { readonly folder: string; readonly platform: NodeJS.Platform },
    events: Pick<HostEvents, 'onTray' | 'onMenu'>,
  ) {
    this.#electron = electron;
    this.#events = events;
    const { folder, platform } = options;
    this.#imageOf = (icon) => join(folder, 'tray', `${icon}${ENDINGS[platform] ?? OTHER_ENDING}`);
  }

  draw({ icon, tooltip, menu }: Tray): void {
    const image = this.#imageOf(icon);
    if (this.#tray === null) {
      this.#tray = new this.#electron.Tray(image);
      this.#tray.on('click', () => this.#events.onTray());
    } else this.#tray.setImage(image);
    this.#tray.setToolTip(tooltip);
    // Linux shows changes of a menu only when it is set anew.
    this.#tray.setContextMenu(
      this.#electron.Menu.buildFromTemplate(
        menu.map((item) =>
          item === 'separator'
            ? { type: 'separator' }
            : { label: withoutMnemonics(item.label), click: () => this.#events.onMenu(item.action) },
        ),
      ),
    );
  }

  remove(): void {
    this.#tray?.destroy();
    this.#tray = null;
  }
}

/** A lone ampersand would underline the letter after it. */
function withoutMnemonics(label: string): string {
  return label.replaceAll('&', '&&');
}
