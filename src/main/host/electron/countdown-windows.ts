import type { Rectangle } from 'electron';
import type { ElectronApi, HostWindow } from './electron-api.ts';
import { COUNTDOWN_ADDRESS } from './protocol.ts';

/**
 * The countdown on every display, also on one that is plugged in while it runs. None takes the keyboard: who types on must not
 * answer it by accident.
 */
export class CountdownWindows {
  readonly #screen: ElectronApi['screen'];
  readonly #make: (bounds: Rectangle) => HostWindow;
  /** By the display's id. */
  readonly #windows = new Map<number, HostWindow>();
  #shown = false;
  /** A display that cannot be covered is left as it is. */
  readonly #follow = () => void Promise.allSettled(this.#cover());

  /** @param make a window with these bounds: hidden, and not yet loaded */
  constructor(screen: ElectronApi['screen'], make: (bounds: Rectangle) => HostWindow) {
    this.#screen = screen;
    this.#make = make;
  }

  /** Resolves with false when it can be seen on no display. */
  async show(): Promise<boolean> {
    if (this.#shown) return true;
    this.#shown = true;
    this.#screen.on('display-added', this.#follow);
    this.#screen.on('display-removed', this.#follow);
    this.#screen.on('display-metrics-changed', this.#follow);
    const covered = await Promise.all(this.#cover());
    return covered.includes(true);
  }

  hide(): void {
    if (!this.#shown) return;
    this.#shown = false;
    this.#screen.removeListener('display-added', this.#follow);
    this.#screen.removeListener('display-removed', this.#follow);
    this.#screen.removeListener('display-metrics-changed', this.#follow);
    for (const window of this.#windows.values()) window.destroy();
    this.#windows.clear();
  }

  /** One window for each display there is now, as large as it is now. */
  #cover(): Promise<boolean>[] {
    const displays = this.#screen.getAllDisplays();
    const present = new Set(displays.map(({ id }) => id));
    for (const [id, window] of this.#windows) {
      if (present.has(id)) continue;
      this.#windows.delete(id);
      window.destroy();
    }
    return displays.map(async ({ id, bounds }) => {
      const window = this.#windows.get(id);
      if (window === undefined) return this.#open(id, bounds);
      window.setBounds(bounds);
      return true;
    });
  }

  async #open(id: number, bounds: Rectangle): Promise<boolean> {
    const window = this.#make(bounds);
    this.#windows.set(id, window);
    window.on('closed', () => {
      if (this.#windows.get(id) === window) this.#windows.delete(id);
    });
    // A page that has died counts nothing down either, and its cover would stay.
    window.webContents.on('render-process-gone', () => {
      if (!window.isDestroyed()) window.destroy();
    });
    window.setMenu(null);
    window.setAlwaysOnTop(true, 'screen-saver');
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    try {
      await window.loadURL(COUNTDOWN_ADDRESS);
    } catch {
      // A page that cannot be read counts nothing down: better none than a blank cover.
      if (!window.isDestroyed()) window.destroy();
      return false;
    }
    if (window.isDestroyed()) return false;
    window.showInactive();
    // Some window managers place a window on the first display whatever was asked, until it is shown.
    window.setBounds(bounds);
    return true;
  }
}
