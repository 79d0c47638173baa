import { fileURLToPath } from 'node:url';
import type { ForkOptions } from 'electron';
import type { CardProcessChild, SpawnOptions } from '../../../native/card-process/card-process-child.ts';

/** As much of a utility process as a card process needs. */
export type UtilityChild = {
  readonly pid: number | undefined;
  readonly stderr: { on(event: 'data', listener: (text: Uint8Array) => void): unknown } | null;
  postMessage(message: unknown): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  on(event: 'error', listener: (type: 'FatalError', location: string) => void): unknown;
};

export type UtilityProcessApi = {
  fork(modulePath: string, args?: string[], options?: ForkOptions): UtilityChild;
};

const MAX_COMPLAINT = 400;

/**
 * How the card process is started inside the product: `startCardProcess({ spawn: ... })`.
 *
 * The way over a pipe (card-process-child.ts) runs this very program as Node, which the packaged one refuses: the fuse
 * runAsNode is off, so that nobody can run their script under Wardkey's signature. What comes up is parsed by the same schema,
 * which bounds it; but Electron has taken the message in by then, whatever its size, and the copy of a PIN that it carries down
 * is its own to forget. The V8 settings of the other way are left out: Electron's V8 must be the one that its snapshot was made
 * with.
 *
 * @param end ends a process at once, by its id
 */
export function spawnInUtility(
  utilityProcess: UtilityProcessApi,
  end: (pid: number) => void = endAtOnce,
): (options: SpawnOptions) => CardProcessChild {
  return (options) => {
    const child = utilityProcess.fork(outsideArchive(fileURLToPath(options.entry)), [...options.arguments], {
      env: definedOnly(options.env),
      stdio: ['ignore', 'ignore', 'pipe'],
      serviceName: 'Wardkey card process',
    });
    const post = child.postMessage.bind(child);
    let complaint = '';
    let alive = true;
    child.stderr?.on('data', (text) => {
      complaint = (complaint + new TextDecoder().decode(text)).slice(-MAX_COMPLAINT);
    });
    child.on('error', (type, location) => {
      complaint = `${type} ${location}`.slice(0, MAX_COMPLAINT);
    });
    return {
      get pid() {
        return child.pid;
      },
      send: (order) => {
        if (alive) post(order);
      },
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) =>
        child.on('exit', (code) => {
          alive = false;
          listener(complaint === '' ? `exit code ${code}` : `exit code ${code}: ${complaint}`);
        }),
      kill: () => {
        if (!alive) return;
        // Electron's own way asks politely, which a process that hangs does not hear.
        if (child.pid === undefined) child.kill();
        else end(child.pid);
      },
    };
  };
}

/**
 * The card process and its threads lie beside the archive, where plain Node finds them (asarUnpack in electron-builder.yml):
 * its native library has to, and what a worker thread can read of an archive is Electron's to change.
 */
function outsideArchive(path: string): string {
  return path.replace(/([/\\])app\.asar([/\\])/, '$1app.asar.unpacked$2');
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
