import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { CardProcessOrder } from '../../core/contract/card-process.ts';
import { FramedChannel } from './framed-channel.ts';
import { CHANNEL_ARGUMENT } from './parent-port.ts';

/** A started card process, as its supervisor sees it. Electron's utilityProcess can be put behind this as well. */
export type CardProcessChild = {
  readonly pid: number | undefined;
  /** Serialises at once: what the order held may be overwritten when this returns. */
  send(order: CardProcessOrder): void;
  onMessage(listener: (message: unknown) => void): void;
  /**
   * Once; also when it could not be started at all, and when it can no longer be talked to: it is killed then. `how` is for
   * the log.
   */
  onExit(listener: (how: string) => void): void;
  kill(): void;
};

export type SpawnOptions = {
  readonly entry: URL;
  readonly arguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
};

/**
 * V8 settings: the card process waits for nearly all of its life, so small heaps and no compiler tiers are worth more than
 * speed; each of its threads has an isolate of its own, and so pays for these again. The memory reducer would collect
 * garbage on a timer after each bit of work: 2 MB less, for some 50 ms of CPU time in a process that should rest.
 */
const FRUGAL = ['--lite-mode', '--no-memory-reducer'];
/** From source, Node's type stripping needs WebAssembly, which the above leaves out. */
const FROM_SOURCE = ['--no-warnings'];
const MAX_COMPLAINT = 400;
/** A pipe closes a moment before the system tells how the process ended, which is worth this much patience. */
const BURIAL_MS = 50;
const CHANNEL_FD = 3;

/**
 * Starts it on a pipe of our own instead of Node's channel for forks. That one would throw in this process, where nobody can
 * catch it, at a message that is none; would take in a message of 4 GB; and keeps copies of the PINs it carried.
 */
export function spawnCardProcess(options: SpawnOptions): CardProcessChild {
  const program = fileURLToPath(options.entry);
  const settings = options.entry.pathname.endsWith('.ts') ? FROM_SOURCE : FRUGAL;
  const child = spawn(
    process.execPath,
    [...settings, program, `${CHANNEL_ARGUMENT}${CHANNEL_FD}`, ...options.arguments],
    {
      env: 'electron' in process.versions ? { ...options.env, ELECTRON_RUN_AS_NODE: '1' } : options.env,
      // 'overlapped' is a pipe; on Windows, one whose two directions do not wait for each other.
      stdio: ['ignore', 'ignore', 'pipe', 'overlapped'],
      windowsHide: true,
    },
  );
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString('utf8')).slice(-MAX_COMPLAINT);
  });
  // Not there when this process has no descriptors left; `error` follows.
  const stdio: typeof child.stdio | undefined = child.stdio;
  const pipe = stdio?.[CHANNEL_FD];
  const channel = pipe instanceof Socket ? FramedChannel.over(pipe, { overwriteReceived: false }) : null;
  const kill = () => {
    child.kill('SIGKILL');
  };
  return {
    pid: child.pid,
    send: (order) => channel?.send(order),
    onMessage: (listener) => channel?.onMessage(listener),
    onExit: (listener) => {
      let told = false;
      const once = (how: string) => {
        if (told) return;
        told = true;
        channel?.close();
        listener(complaint === '' ? how : `${how}: ${complaint}`);
      };
      child.once('exit', (code, signal) => once(signal ?? `exit code ${code}`));
      child.on('error', (error) => {
        if (child.pid === undefined) once(error.message);
      });
      channel?.onClosed((why) => {
        kill();
        setTimeout(() => once(why), BURIAL_MS);
      });
    },
    kill,
  };
}
