import type { IdleClock } from '../../core/contract/desktop-session.ts';
import { Logind } from '../session-lock/linux/logind.ts';

export type LogindIdleOptions = {
  readonly address: string;
  readonly env: NodeJS.ProcessEnv;
  readonly session?: string | undefined;
};

/**
 * logind's IdleHint of the session, which a desktop or its locker sets after its own time of idleness: never earlier than
 * that, and therefore late for a shorter `afterMs`. A desktop that never sets it never makes anybody idle. null without a
 * session.
 */
export async function openLogindIdle(options: LogindIdleOptions): Promise<(IdleClock & { close(): void }) | null> {
  const logind = new Logind({
    address: options.address,
    env: options.env,
    session: options.session,
    confirmationLimitMs: 0,
    log: () => {},
  });
  await logind.firstAttempt;
  if (logind.session === null) {
    logind.close();
    return null;
  }
  return {
    watch: async (afterMs, onIdle, onActive) => watch(logind, afterMs, onIdle, onActive),
    close: () => logind.close(),
  };
}

function watch(logind: Logind, afterMs: number, onIdle: () => void, onActive: () => void): () => void {
  let idle = false;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const session = logind.session;
    clearTimeout(timer);
    // A session that is lost from sight says nothing: whoever was idle stays so until activity is seen.
    if (session === null) return;
    if (!session.idleHint) {
      if (!idle) return;
      idle = false;
      onActive();
      return;
    }
    if (idle) return;
    const leftMs = session.idleSince === 0 ? 0 : session.idleSince + afterMs - Date.now();
    if (leftMs > 0) {
      timer = setTimeout(look, Math.min(leftMs, afterMs));
      return;
    }
    idle = true;
    onIdle();
  };
  const stop = logind.onChange(look);
  look();
  return () => {
    stop();
    clearTimeout(timer);
  };
}
