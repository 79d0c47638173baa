import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ActionOutcome } from '../../core/contract/desktop-session.ts';

/**
 * What a program needs to find its user, desktop and language. Everything else stays here: a variable such as NODE_OPTIONS
 * or LD_PRELOAD would run foreign code inside the command, and secrets of the agent's environment are not its business.
 */
const KEPT = new Set(
  [
    ['HOME', 'USER', 'LOGNAME', 'SHELL', 'PATH', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
    ['GSETTINGS_BACKEND', 'GSETTINGS_SCHEMA_DIR'],
    ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'DBUS_SYSTEM_BUS_ADDRESS'],
    ['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'USERDOMAIN'],
    ['APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'SESSIONNAME', 'COMPUTERNAME'],
  ].flat(),
);
const KEPT_PREFIXES = ['LC_', 'XDG_'];

export function minimalEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => KEPT.has(name.toUpperCase()) || KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)),
    ),
  );
}

const KILL_LIMIT_MS = 1_000;

export type CommandOptions = {
  readonly limitMs: number;
  /** `leave`: at the limit it is no longer waited for but runs on; a screen locker that is killed unlocks the screen. */
  readonly atLimit?: 'kill' | 'leave';
  readonly env: NodeJS.ProcessEnv;
  /** At most this many bytes of standard output are handed back; 0 unless told. */
  readonly outputLimit?: number;
};

export type CommandResult = ActionOutcome & { readonly output: string };

/**
 * Runs a program by absolute path, without a shell, in a process group of its own that is killed as a whole (unless
 * told otherwise) when the limit is over. `done` means that it ended by itself with exit code 0. Never rejects.
 */
export function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program, ...args] = command;
  if (program === undefined || !isAbsolute(program))
    return Promise.resolve({ done: false, detail: 'a command is given by its absolute path', output: '' });
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const outputLimit = options.outputLimit ?? 0;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      stdio: ['ignore', outputLimit > 0 ? 'pipe' : 'ignore', 'ignore'],
      shell: false,
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: minimalEnvironment(options.env),
    });
  } catch (error) {
    // An argument with a NUL byte, for one, is refused by throwing.
    return Promise.resolve({ done: false, detail: reason(error), output: '' });
  }
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(0, outputLimit);
  });
  let overdue: string | null = null;
  const limit = setTimeout(() => {
    if (options.atLimit === 'leave') {
      child.unref();
      return finish(false, `still running after ${options.limitMs} ms`);
    }
    // Told when it is gone; a process that the system cannot end at once (waiting for a dead disk) is not waited for.
    overdue = `ended after ${options.limitMs} ms`;
    killGroup(child, options.env);
    setTimeout(finish, KILL_LIMIT_MS, false, overdue).unref();
  }, options.limitMs);
  function finish(done: boolean, detail: string | null): void {
    clearTimeout(limit);
    child.stdout?.destroy();
    resolve({ done, detail, output });
  }
  child.once('error', (error) => finish(false, reason(error)));
  // A background child may hold standard output open: when output is wanted, it is all there at 'close', else do not wait.
  child.once(outputLimit > 0 ? 'close' : 'exit', (code, signal) =>
    finish(overdue === null && code === 0, overdue ?? howEnded(code, signal)),
  );
  return promise;
}

const howEnded = (code: number | null, signal: NodeJS.Signals | null): string | null =>
  code === 0 ? null : `ended with ${signal === null ? `exit code ${code}` : signal}`;

function killGroup(child: ChildProcess, env: NodeJS.ProcessEnv): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    const taskkill = join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(taskkill, ['/PID', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () =>
      child.kill('SIGKILL'),
    );
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group has ended between the limit and now.
  }
}

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'could not be started';

/** Finds a program on PATH; only absolute entries count, since a relative one would depend on where we were started. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: look in the next folder.
    }
  }
  return null;
}
