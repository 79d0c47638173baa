import type { HostWindow } from './electron-api.ts';
import { PAGE_ADDRESS } from './protocol.ts';

/** A page that dies again and again is left alone: the tray and the agent live on without it. */
const MAX_REVIVALS = 3;

/**
 * The one window: made when it is first wanted, hidden instead of closed, so that the next card finds it drawn.
 */
export class PanelWindow {
  readonly #make: () => HostWindow;
  #window: HostWindow | null = null;
  #loaded: Promise<boolean> = Promise.resolve(false);
  #revivals = 0;
  #ended = false;

  /** @param make a window for the page: hidden, and not yet loaded */
  constructor(make: () => HostWindow) {
    this.#make = make;
  }

  /** @param focus whether it takes the keyboard. Resolves with false when the page cannot be shown. */
  async show(focus: boolean): Promise<boolean> {
    if (this.#ended) return false;
    const window = this.#window ?? this.#open();
    const loaded = await this.#loaded;
    if (!loaded || window.isDestroyed() || this.#ended) return false;
    if (window.isMinimized()) window.restore();
    if (focus) {
      window.show();
      window.focus();
    } else if (!window.isFocused()) {
      window.showInactive();
      window.moveTop();
      window.flashFrame(true);
    }
    return true;
  }

  close(): void {
    this.#ended = true;
    this.#window?.destroy();
    this.#window = null;
  }

  #open(): HostWindow {
    const window = this.#make();
    this.#window = window;
    window.setMenu(null);
    window.on('close', (event) => {
      if (this.#ended) return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => this.#forget(window));
    window.on('focus', () => window.flashFrame(false));
    window.webContents.on('render-process-gone', () => this.#revive(window));
    this.#loaded = window.loadURL(PAGE_ADDRESS).then(
      () => true,
      () => {
        // The next call tries anew.
        this.#forget(window);
        if (!window.isDestroyed()) window.destroy();
        return false;
      },
    );
    return window;
  }

  /** What the user was looking at comes back; what was hidden waits until it is wanted. */
  #revive(window: HostWindow): void {
    if (this.#window !== window) return;
    const wasVisible = window.isVisible();
    this.#forget(window);
    window.destroy();
    if (!wasVisible || this.#revivals >= MAX_REVIVALS) return;
    this.#revivals += 1;
    void this.show(false);
  }

  #forget(window: HostWindow): void {
    if (this.#window === window) this.#window = null;
  }
}
