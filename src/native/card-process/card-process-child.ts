import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CardProcessOrder } from '../../core/contract/card-process.ts';

/** A started card process, as its supervisor sees it. Electron's utilityProcess can be put behind this as well. */
export type CardProcessChild = {
  readonly pid: number | undefined;
  /** Serialises at once: what the order held may be overwritten when this returns. */
  send(order: CardProcessOrder): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once; also when it could not be started at all. `how` is for the log. */
  onExit(listener: (how: string) => void): void;
  kill(): void;
};

export type ForkOptions = {
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

export function forkCardProcess(options: ForkOptions): CardProcessChild {
  const child = fork(fileURLToPath(options.entry), [...options.arguments], {
    env: options.env,
    execArgv: options.entry.pathname.endsWith('.ts') ? FROM_SOURCE : FRUGAL,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString('utf8')).slice(-MAX_COMPLAINT);
  });
  // An order to a process that is just dying is answered by its exit.
  child.on('error', () => {});
  return {
    pid: child.pid,
    send: (order) => {
      if (child.connected) child.send(order, () => {});
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      let told = false;
      const once = (how: string) => {
        if (told) return;
        told = true;
        listener(complaint === '' ? how : `${how}: ${complaint}`);
      };
      child.once('exit', (code, signal) => once(signal ?? `exit code ${code}`));
      child.once('error', (error) => {
        if (child.pid === undefined) once(error.message);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
