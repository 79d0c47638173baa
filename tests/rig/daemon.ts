import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

const START_LIMIT_MS = 10_000;

export type Daemon = {
  readonly pid: number;
  /** What it wrote to its log file. */
  log(): string;
  running(): boolean;
  /** Sends the signal and resolves when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
};

export type DaemonOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Shell commands that run first, in a mount namespace of the daemon's own. */
  readonly mounts?: readonly string[];
  /** Extra descriptor 3 on which it tells that it is ready, by one line; else standard output does so. */
  readonly readyOn?: 1 | 3;
};

/** A running daemon and the first line that it told; see {@link startDaemon}. */
export type Started = { readonly daemon: Daemon; readonly line: string };

/**
 * Starts a program that ends with this process, even when this process is killed outright. `waitForLine`: resolves when it
 * has told its first line, as daemons do with an address or a display number once they are ready.
 */
export async function startDaemon(
  command: readonly string[],
  options: DaemonOptions & { readonly waitForLine: boolean },
): Promise<Started> {
  const log = openSync(options.logFile, 'a');
  const readyOn = options.readyOn ?? 1;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...inNamespace(command, options.mounts)], {
    env: options.env ?? process.env,
    stdio: ['pipe', readyOn === 1 && options.waitForLine ? 'pipe' : log, log, readyOn === 3 ? 'pipe' : 'ignore'],
  });
  const { pid } = child;
  const daemon: Daemon = {
    pid: pid ?? -1,
    log: () => readFileSync(options.logFile, 'utf8'),
    running: () => child.exitCode === null && child.signalCode === null,
    end: (signal = 'SIGTERM') => end(child, signal),
  };
  if (!options.waitForLine) {
    await once(child, 'spawn');
    return { daemon, line: '' };
  }
  const source = child.stdio[readyOn];
  if (source === null || source === undefined || !('setEncoding' in source)) throw new Error('no pipe to read from');
  try {
    return { daemon, line: await firstLine(child, source) };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`${command[0]} did not start:\n${daemon.log()}`, { cause: error });
  }
}

function inNamespace(command: readonly string[], mounts: readonly string[] | undefined): readonly string[] {
  if (mounts === undefined) return command;
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const asUser = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const script = [...mounts, `exec ${quoted}`].join(' && ');
  return ['unshare', ...asUser, '--mount', '--propagation', 'private', 'sh', '-c', script];
}

function firstLine(child: ChildProcess, source: Readable): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const limit = setTimeout(() => reject(new Error('nothing was told in time')), START_LIMIT_MS);
  let text = '';
  source.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const length = text.indexOf('\n');
    if (length >= 0) resolve(text.slice(0, length));
  });
  child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code}`)));
  child.once('error', reject);
  return promise.finally(() => clearTimeout(limit));
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  // Whoever does not end on a polite request within this time is ended.
  const limit = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(limit);
}
