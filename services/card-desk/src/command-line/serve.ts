import { jsonLog, type Log, traceOf } from '../http/log.ts';
import { type KeyRing, KeyRingError } from '../secrets/key-ring.ts';
import { carriersOf, type Service, startService } from '../service.ts';
import { type Settings, SettingsError } from '../settings.ts';
import type { Database } from '../store/database.ts';
import type { FolderLock } from '../store/folder-lock.ts';
import { EXIT, type Exit } from './commands.ts';
import { serveCaller } from './relay.ts';

/** A desk that cannot go on at all: whoever supervises it starts it again. */
const EXIT_STOPPED = 75;
const CLOSE_WITHIN_MS = 20_000;

export type ServeNeeds = {
  readonly settings: Settings;
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  readonly readRing: () => KeyRing;
  readonly lock: FolderLock | null;
  readonly open: (onStopped: () => void) => Promise<Database>;
};

/**
 * `card-desk serve`: runs until SIGTERM or SIGINT; SIGHUP reads keys and TLS files anew. Resolves with what the process is to
 * exit with.
 */
export async function serve(needs: ServeNeeds): Promise<Exit> {
  const log = jsonLog(
    (text) => process.stdout.write(text),
    () => new Date(),
  );
  const { settings, environment, version, readRing, lock } = needs;
  const ring = readRing();
  const carriers = carriersOf(settings, environment);
  const database = await needs.open(() => {
    log({ level: 'error', event: 'database-stopped' });
    // Nothing that was not acknowledged is on its way any more, and nothing that was is only in memory.
    process.exit(EXIT_STOPPED);
  });
  const service = await startService({
    settings,
    database,
    ring,
    carriers,
    log,
    version,
  });
  lock?.serve((socket) => {
    void serveCaller(service.desk, socket);
  });
  process.on('SIGHUP', () => reload(service, readRing, log));
  await ended();
  log({ level: 'info', event: 'stopping' });
  const late = setTimeout(() => process.exit(EXIT.failed), CLOSE_WITHIN_MS);
  await service.close();
  clearTimeout(late);
  log({ level: 'info', event: 'stopped' });
  return EXIT.done;
}

function reload(service: Service, readRing: () => KeyRing, log: Log): void {
  const reloading = (async () => service.reload(readRing()))();
  reloading.catch((error: unknown) => {
    // These two say which key or file, and quote nothing of it.
    const told = error instanceof KeyRingError || error instanceof SettingsError;
    log({ level: 'error', event: 'not-reloaded', ...(told ? { code: error.message } : traceOf(error)) });
  });
}

function ended(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // Whoever asks twice does not want to wait.
      process.once(signal, () => process.exit(EXIT.failed));
      resolve();
    });
  }
  return promise;
}
