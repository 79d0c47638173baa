import { sessionBusAddress } from '../session-lock/linux/bus-address.ts';
import { BusKeeper } from '../session-lock/linux/bus-keeper.ts';
import type { SessionLog } from '../session-lock/options.ts';
import type { BusGuest } from './bus-guest.ts';
import { Notifications, type NotificationsOptions } from './notifications.ts';
import { Tray, type TrayOptions } from './tray.ts';
import { within } from './within.ts';

export type LinuxDesktopOptions = {
  /** Where the session bus is: `process.env` unless told. */
  readonly env?: NodeJS.ProcessEnv;
  readonly tray: TrayOptions;
  readonly notifications: NotificationsOptions;
  readonly log?: SessionLog;
};

export type LinuxDesktop = {
  readonly tray: Tray;
  readonly notifications: Notifications;
  /** Takes icon and notifications away and leaves the bus. */
  close(): Promise<void>;
};

/** How long opening may wait for what is there; what comes later is told when it comes. */
const OPEN_LIMIT_MS = 1_000;

/**
 * Tray and notifications of a Linux desktop, over one connection to the session bus that is made anew when it is lost.
 * Never rejects and takes a second at most; without a bus nothing is available, until there is one at the same address.
 * `onAvailable` of both is called for changes from then on until it is closed.
 */
export async function openLinuxDesktop(options: LinuxDesktopOptions): Promise<LinuxDesktop> {
  const { env = process.env, log = () => {} } = options;
  let opened = false;
  // Whoever opens it looks at what is there when it is open; until then there is nothing to look at.
  const onceOpen = (tell: () => void) => () => {
    if (opened) tell();
  };
  const tray = new Tray({ ...options.tray, onAvailable: onceOpen(options.tray.onAvailable) }, log);
  const notifications = new Notifications(
    { ...options.notifications, onAvailable: onceOpen(options.notifications.onAvailable) },
    log,
  );
  const guests: readonly BusGuest[] = [tray, notifications];
  const address = sessionBusAddress(env);
  const keeper =
    address === null
      ? null
      : new BusKeeper({
          address,
          name: 'session bus of the desktop',
          log,
          onConnected: async (bus) => {
            await Promise.all(guests.map((guest) => guest.attach(bus)));
          },
          onLost: () => {
            for (const guest of guests) guest.detach();
          },
        });
  if (keeper !== null) await within(OPEN_LIMIT_MS, keeper.firstAttempt);
  opened = true;
  return {
    tray,
    notifications,
    async close() {
      opened = false;
      await Promise.all(guests.map((guest) => guest.close()));
      keeper?.close();
    },
  };
}
