import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import type { DesktopSessionOptions } from './options.ts';

export type { DesktopSessionOptions, SessionLog } from './options.ts';

/**
 * Opens the workstation session of this process on whatever system it runs. Always succeeds: what cannot be used here is
 * said by `methods()`, and a lock without any usable method by its outcome.
 */
export async function openDesktopSession(options: DesktopSessionOptions = {}): Promise<DesktopSession> {
  switch (process.platform) {
    case 'win32':
      return (await import('./windows/windows-session.ts')).WindowsSession.open(options);
    case 'darwin':
      return (await import('./macos/macos-session.ts')).MacosSession.open(options);
    default:
      return (await import('./linux/linux-session.ts')).LinuxSession.open(options);
  }
}
