import type { BusConnection } from '../session-lock/linux/bus.ts';

/** What lives on the session bus, on whichever connection there is. */
export interface BusGuest {
  /** A new connection; resolves when it is fully in use. */
  attach(bus: BusConnection): Promise<void>;
  /** The connection is gone. */
  detach(): void;
  /** Takes away what the user sees of it. */
  close(): Promise<void>;
}
