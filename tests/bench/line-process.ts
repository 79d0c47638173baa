import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Awaited } from './awaited.ts';

/** Polite requests are waited for this long. */
const END_LIMIT_MS = 5_000;
const KEPT_ERROR_TEXT = 20_000;

export type LineProcess = {
  readonly pid: number;
  readonly running: boolean;
  /** The end of what it wrote to standard error. */
  readonly errorText: string;
  /** The first group of what matches in standard error, written already or from now on. */
  nextError(pattern: RegExp, what: string): Promise<string>;
  /** Sends the signal; after a while SIGKILL. Resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
};

/** A program that tells things line by line on standard output. It ends with this process, even when that is killed. */
export function startLineProcess(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): LineProcess {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errorText = '';
  const errors = new Awaited<string>();
  createInterface({ input: child.stdout }).on('line', onLine);
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errorText = (errorText + part).slice(-KEPT_ERROR_TEXT);
    errors.emit(errorText);
  });
  child.on('error', (error) => {
    errorText += `${String(error)}\n`;
  });
  const running = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  return {
    pid: child.pid ?? -1,
    get running() {
      return running();
    },
    get errorText() {
      return errorText;
    },
    nextError: async (pattern, what) => {
      const said = pattern.test(errorText) ? errorText : await errors.next((text) => pattern.test(text), what);
      return pattern.exec(said)?.[1] ?? '';
    },
    end: async (signal = 'SIGTERM') => {
      if (running()) await endChild(child, signal);
    },
  };
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  const limit = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await gone;
  clearTimeout(limit);
}
