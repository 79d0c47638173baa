import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

const SOCKET = '/run/pcscd/pcscd.comm';

/**
 * Calls back when something moves where the service's socket would appear: the hour for another try. Where there is no
 * such place (Windows, macOS, a folder that does not exist yet) nothing is told, and the watcher's own retries must do.
 */
export class ServiceSigns {
  readonly #onSign: () => void;
  #watcher: FSWatcher | null = null;

  constructor(onSign: () => void) {
    this.#onSign = onSign;
  }

  /** Begins to look, while the service is down. */
  look(): void {
    if (this.#watcher !== null || process.platform !== 'linux') return;
    try {
      const folder = dirname(process.env.PCSCLITE_CSOCK_NAME ?? SOCKET);
      this.#watcher = watch(folder, this.#onSign).on('error', () => this.rest());
    } catch {
      this.#watcher = null;
    }
  }

  rest(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }
}
