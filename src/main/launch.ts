import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import {
  decideAfterDownload,
  decideHost,
  type HostDecision,
  type HostFacts,
  type HostName,
} from './host/choose-host.ts';
import {
  downloadBinary,
  type ElectronPackage,
  findBinary,
  findElectronPackage,
  rememberAttempt,
  rememberedFailure,
} from './host/electron/binary.ts';

/**
 * Entry out/launch.js (`npm start`): Wardkey with a window on the desktop that this machine can offer. Says on one line which
 * and why, then is no more than a pipe to it: its standard streams, its signals, its exit code.
 */

const EXIT_USAGE = 2;
const EXIT_IMPOSSIBLE = 1;

const OUT = import.meta.dirname;
/** Beside the build, where the other things that can be made again are. */
const NOTE = join(OUT, '..', '.cache', 'electron-download.json');

const say = (line: string) => void process.stderr.write(`Wardkey: ${line}\n`);

async function launch(): Promise<number> {
  const parsed = parse(process.argv.slice(2));
  if (parsed === null) {
    say('--host takes electron or browser');
    return EXIT_USAGE;
  }
  const electron = findElectronPackage(OUT);
  const decision = await decide(parsed.host, electron);
  if (decision.kind !== 'use') {
    say(decision.kind === 'impossible' ? decision.why : 'no host');
    return EXIT_IMPOSSIBLE;
  }
  const { host, why } = decision;
  say(`${host === 'electron' ? 'window in Electron' : 'window in a browser'}: ${why}`);
  const binary = electron === null ? null : findBinary(electron);
  if (host === 'electron' && binary !== null) return run(binary, [join(OUT, 'electron.js'), ...parsed.rest]);
  return run(process.execPath, [join(OUT, 'wardkey.js'), 'window', ...parsed.rest]);
}

async function decide(wanted: HostName | null, electron: ElectronPackage | null): Promise<HostDecision> {
  const facts: HostFacts = {
    wanted,
    packaged: electron !== null,
    binary: electron !== null && findBinary(electron) !== null,
    obstacle: obstacle(),
    mayDownload: (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD ?? '') === '',
    lastFailure: electron === null ? null : rememberedFailure(NOTE, electron),
    now: Date.now(),
  };
  const decision = decideHost(facts);
  if (decision.kind !== 'download' || electron === null) return decision;
  const failure = await downloadBinary({ electron, env: process.env, say });
  rememberAttempt(NOTE, electron, failure, Date.now());
  return decideAfterDownload(facts, failure);
}

/** What Electron itself would only say by not starting. */
function obstacle(): string | null {
  if (process.platform !== 'linux') return null;
  if (process.getuid?.() === 0) return 'Electron does not run as root with its sandbox on';
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return (DISPLAY ?? '') === '' && (WAYLAND_DISPLAY ?? '') === '' ? 'there is no display for Electron' : null;
}

/** Takes `--host NAME` out of the arguments; all others are for the program. null: no such host. */
function parse(args: readonly string[]): { host: HostName | null; rest: readonly string[] } | null {
  const rest: string[] = [];
  let host: HostName | null = null;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument !== '--host' && !argument.startsWith('--host=')) {
      rest.push(argument);
      continue;
    }
    const name = argument === '--host' ? args[++at] : argument.slice('--host='.length);
    if (name !== 'electron' && name !== 'browser') return null;
    host = name;
  }
  return { host, rest };
}

function run(program: string, args: readonly string[]): Promise<number> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env; // Editors set it in their terminals: Electron would be plain Node.
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', env, windowsHide: false });
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    process.on('SIGINT', () => {
      // A terminal tells the whole group; a second one would mean "at once".
      if (!process.stdin.isTTY) child.kill('SIGINT');
    });
    child.once('error', (error) => {
      say(`could not start: ${error.message}`);
      resolve(EXIT_IMPOSSIBLE);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

process.exitCode = await launch();
