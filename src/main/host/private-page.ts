import { LaunchPage } from './launch-page.ts';

/** A token that opens a page once is good for a minute: what is left of its file after that leads nowhere. */
export const KEPT_MS = 60_000;

/**
 * Opens addresses that hold a secret in the user's own browser: by a file that only this user can read, since the arguments
 * of a browser are everybody's to read. One at a time; the file is gone after a minute, and with its host.
 */
export class PrivatePage {
  readonly #folder: string;
  readonly #openFile: (path: string) => Promise<boolean>;
  #page: LaunchPage | null = null;
  #expiry: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param folder for this file alone; made when it is first wanted
   * @param openFile has the desktop open a file in the user's own browser
   */
  constructor(folder: string, openFile: (path: string) => Promise<boolean>) {
    this.#folder = folder;
    this.#openFile = openFile;
  }

  /** False when it could not be written or opened, or is no address that may be opened. Never rejects. */
  async open(address: string): Promise<boolean> {
    const href = pageAddress(address);
    if (href === null || this.#closed) return false;
    try {
      this.#page ??= new LaunchPage(this.#folder);
      const file = this.#page.write(href);
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.#remove(), KEPT_MS).unref();
      if (await this.#openFile(file)) return true;
    } catch {
      // No folder, a full disk, no opener: it is not open.
    }
    this.#remove();
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#remove();
  }

  #remove(): void {
    clearTimeout(this.#expiry);
    try {
      this.#page?.remove();
    } catch {
      // A folder that was taken away has no file in it either.
    }
  }
}

/** By which the desktop of this very machine is meant; whoever asks has judged whether that may be. */
const THIS_MACHINE: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** As the URL standard writes it, without quotes and blanks. null: no page of https, nor one of this machine. */
function pageAddress(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '') return null;
  const local = url.protocol === 'http:' && THIS_MACHINE.has(url.hostname);
  return url.protocol === 'https:' || local ? url.href : null;
}
