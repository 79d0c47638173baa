import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Daemon, startDaemon } from './daemon.ts';

const run = promisify(execFile);
const START_LIMIT_MS = 10_000;

export type WindowManagerOptions = {
  /** The desktop that it manages: the environment of its programs. */
  readonly env: Readonly<Record<string, string>>;
  /** For its log. */
  readonly folder: string;
};

/**
 * The window manager of XFCE, as it comes: a window that is new gets the keyboard. Resolves when it manages the desktop.
 * Needs the Debian package xfwm4.
 */
export async function startWindowManager({ env, folder }: WindowManagerOptions): Promise<Daemon> {
  // The compositor draws through textures that a virtual screen would have to emulate.
  const { daemon } = await startDaemon(['xfwm4', '--compositor=off'], {
    env: { ...env },
    logFile: join(folder, 'xfwm4.log'),
    waitForLine: false,
  });
  const end = performance.now() + START_LIMIT_MS;
  // It says on the root window which desktop is shown; nothing tells when.
  while (!(await answers(env))) {
    if (performance.now() > end) throw new Error(`xfwm4 did not start:\n${daemon.log()}`);
    await pause(20);
  }
  return daemon;
}

const answers = (env: Readonly<Record<string, string>>) =>
  run('xdotool', ['get_desktop'], { env }).then(
    () => true,
    () => false,
  );
