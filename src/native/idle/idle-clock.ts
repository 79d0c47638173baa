import type { IdleClock } from '../../core/contract/desktop-session.ts';
import { sessionBusAddress, systemBusAddress } from '../session-lock/linux/bus-address.ts';
import { openLogindIdle } from './logind-idle.ts';
import { openMutterIdle } from './mutter-idle.ts';
import { openX11Idle } from './x11-idle.ts';

export type IdleClockOptions = {
  /** Addresses of the buses, the display, the login: `process.env` unless told. */
  readonly env?: NodeJS.ProcessEnv;
  /** logind's name of the session, instead of the one that this process belongs to. */
  readonly session?: string;
};

/**
 * Opens the clock of this desktop's idleness; null where the desktop does not tell. On Linux the compositor's word comes
 * first (GNOME, Cinnamon), then the X server's, then logind's IdleHint, which is coarse.
 */
export async function openIdleClock(options: IdleClockOptions = {}): Promise<IdleClock | null> {
  const env = options.env ?? process.env;
  switch (process.platform) {
    case 'win32':
    case 'darwin': {
      const { openMacosIdle, openWindowsIdle } = await import('./native-idle.ts');
      return process.platform === 'win32' ? openWindowsIdle() : openMacosIdle();
    }
    default:
      return (
        (await openMutterIdle(sessionBusAddress(env))) ??
        (await openX11Idle(env)) ??
        (await openLogindIdle({ address: systemBusAddress(env), env, session: options.session }))
      );
  }
}
