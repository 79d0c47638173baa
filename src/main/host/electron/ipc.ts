import * as v from 'valibot';
import { MAX_SECRET } from '../../../core/contract/control.ts';
import { ViewCommandSchema, type ViewOutcome } from '../../../core/contract/view.ts';
import { overwriteAllBytes } from '../../../native/card-process/secrets.ts';
import type { ViewService } from '../desktop-host.ts';
import { REQUEST_CHANNEL, SNAPSHOT_CHANNEL } from './channels.ts';
import type { ElectronApi, HostContents, HostWindow, SenderEvent } from './electron-api.ts';
import { isOwnPage } from './protocol.ts';

/** A countdown lies over everything, for anyone to touch: it may do no more than end itself by locking. */
export type PageRole = 'panel' | 'countdown';

const secret = v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(MAX_SECRET));
const RequestSchema = v.strictTuple([ViewCommandSchema, v.pipe(v.array(secret), v.maxLength(2))]);

/** Who asked is not one of our pages. The page that asked sees that it was refused, and no more. */
export class SenderRefused extends Error {
  override readonly name = 'SenderRefused';
}

/** Snapshots up to the pages, commands down from them. */
export class PageIpc {
  readonly #ipcMain: ElectronApi['ipcMain'];
  readonly #view: ViewService;
  readonly #pages = new Map<number, { readonly role: PageRole; readonly contents: HostContents }>();
  readonly #stopListening: () => void;
  #pushing = false;

  constructor(ipcMain: ElectronApi['ipcMain'], view: ViewService) {
    this.#ipcMain = ipcMain;
    this.#view = view;
    ipcMain.handle(REQUEST_CHANNEL, (event, ...request: unknown[]) => this.#requested(event, request));
    this.#stopListening = view.onChange(() => this.#changed());
  }

  /** From now on this window's page gets snapshots and may ask, as far as its role goes. */
  admit(window: HostWindow, role: PageRole): void {
    const { webContents } = window;
    const { id } = webContents;
    this.#pages.set(id, { role, contents: webContents });
    // The preload script listens before the page is read, and keeps the last one for whoever asks later.
    webContents.on('dom-ready', () => webContents.send(SNAPSHOT_CHANNEL, this.#view.snapshot()));
    window.on('closed', () => this.#pages.delete(id));
  }

  close(): void {
    this.#stopListening();
    this.#ipcMain.removeHandler(REQUEST_CHANNEL);
    this.#pages.clear();
  }

  async #requested(event: SenderEvent, request: readonly unknown[]): Promise<ViewOutcome> {
    try {
      const role = this.#roleOf(event);
      if (role === null) throw new SenderRefused('refused: not a page of Wardkey');
      const parsed = v.safeParse(RequestSchema, request);
      if (!parsed.success) return { ok: false, code: 'Window_OutOfDate' };
      const [command, secrets] = parsed.output;
      if (role === 'countdown' && command.command !== 'lock-now') throw new SenderRefused('refused: only to lock');
      return await this.#view.perform(command, secrets);
    } finally {
      overwriteAllBytes(request);
    }
  }

  /** Only the top frame of our own page in a window of our own speaks for the user. */
  #roleOf({ sender, senderFrame }: SenderEvent): PageRole | null {
    if (senderFrame === null || senderFrame.parent !== null || !isOwnPage(senderFrame.url)) return null;
    return this.#pages.get(sender.id)?.role ?? null;
  }

  /** Several changes in one go are one snapshot. */
  #changed(): void {
    if (this.#pushing) return;
    this.#pushing = true;
    queueMicrotask(() => {
      this.#pushing = false;
      if (this.#pages.size === 0) return;
      const snapshot = this.#view.snapshot();
      for (const { contents } of this.#pages.values())
        if (!contents.isDestroyed()) contents.send(SNAPSHOT_CHANNEL, snapshot);
    });
  }
}
