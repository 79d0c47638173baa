import type { DesktopNotification, HostEvents } from '../desktop-host.ts';
import type { ElectronApi, HostNotification } from './electron-api.ts';

/** One notification a key. They are held here: Electron's events end with the object that they come from. */
export class Notifications {
  readonly #electron: Pick<ElectronApi, 'Notification'>;
  readonly #onChosen: HostEvents['onNotification'];
  readonly #shown = new Map<string, HostNotification>();

  constructor(electron: Pick<ElectronApi, 'Notification'>, onChosen: HostEvents['onNotification']) {
    this.#electron = electron;
    this.#onChosen = onChosen;
  }

  supported(): boolean {
    return this.#electron.Notification.isSupported();
  }

  show({ key, title, body, urgency, actions }: DesktopNotification): void {
    this.withdraw(key);
    if (!this.supported()) return;
    const notification = new this.#electron.Notification({
      title,
      body,
      urgency: urgency === 'urgent' ? 'critical' : 'normal',
      timeoutType: urgency === 'urgent' ? 'never' : 'default',
      actions: actions.map(({ label }) => ({ type: 'button', text: label })),
    });
    this.#shown.set(key, notification);
    // What comes late from one that was replaced is about something that holds no more.
    const chosen = (action: string | null) => {
      if (this.#shown.get(key) !== notification) return;
      this.#shown.delete(key);
      notification.close();
      this.#onChosen(key, action);
    };
    notification.on('click', () => chosen(null));
    notification.on('action', ({ actionIndex }) => chosen(actions[actionIndex]?.id ?? null));
    notification.on('close', () => {
      if (this.#shown.get(key) === notification) this.#shown.delete(key);
    });
    notification.show();
  }

  withdraw(key: string): void {
    const notification = this.#shown.get(key);
    this.#shown.delete(key);
    notification?.close();
  }

  withdrawAll(): void {
    for (const key of this.#shown.keys()) this.withdraw(key);
  }
}
