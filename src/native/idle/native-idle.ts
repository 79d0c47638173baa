import type { IdleClock } from '../../core/contract/desktop-session.ts';
import { MacosApi } from '../session-lock/macos/macos-api.ts';
import { WindowsApi } from '../session-lock/windows/windows-api.ts';
import { watchByTimer } from './one-shot-watch.ts';

function clockOf(idleMs: () => number | null): IdleClock {
  const watches = new Set<() => void>();
  return {
    watch: async (afterMs, onIdle, onActive) => {
      const stop = watchByTimer(idleMs, afterMs, onIdle, onActive);
      watches.add(stop);
      return () => {
        watches.delete(stop);
        stop();
      };
    },
    close: () => {
      for (const stop of watches) stop();
      watches.clear();
    },
  };
}

/** GetLastInputInfo; null where it does not answer. Untested on Windows here. */
export function openWindowsIdle(): IdleClock | null {
  const api = new WindowsApi();
  return api.idleMs() === null ? null : clockOf(() => api.idleMs());
}

/** The HID system's time since the last input event; null where it does not answer. Untested on macOS here. */
export function openMacosIdle(): IdleClock | null {
  const api = new MacosApi();
  return api.idleMs() === null ? null : clockOf(() => api.idleMs());
}
