import { type ChildProcess, spawn } from 'node:child_process';
import { win32 } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram, minimalEnvironment } from '../../../native/session-lock/command.ts';

export type OpenAddressOptions = {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  /** How long the opener may run before that counts as success, in milliseconds: some stay while the browser does. */
  readonly momentMs?: number;
};

const MOMENT_MS = 2_000;
const LENGTH_LIMIT = 2_048;

/** By these `xdg-open` finds out on which desktop it is, and which browser the user chose. */
const DESKTOP_VARIABLES = [
  'BROWSER',
  'DESKTOP_SESSION',
  'GNOME_DESKTOP_SESSION_ID',
  'KDE_FULL_SESSION',
  'KDE_SESSION_VERSION',
];

/**
 * Opens an https address in the user's own browser, without a shell. True when the opener was started and did not fail
 * within a moment; that a page is shown, nobody tells. False for what is no https address, or carries a password. Never
 * rejects.
 */
export async function openAddress(address: string, options: OpenAddressOptions = {}): Promise<boolean> {
  const { platform = process.platform, env = process.env, momentMs = MOMENT_MS } = options;
  const href = httpsAddress(address);
  const command = href === null ? null : openerCommand(platform, env, href);
  return command === null ? false : startsWell(command, env, momentMs);
}

/** Opens a file of ours in the user's own browser, by the same means. Never rejects. */
export async function openFile(path: string, options: OpenAddressOptions = {}): Promise<boolean> {
  const { platform = process.platform, env = process.env, momentMs = MOMENT_MS } = options;
  const command = openerCommand(platform, env, pathToFileURL(path).href);
  return command === null ? false : startsWell(command, env, momentMs);
}

/**
 * The address as the URL standard writes it: it begins with `https://`, so that no program takes it for an option, and
 * has neither blanks, quotes nor control characters. null: it is none.
 */
export function httpsAddress(address: string): string | null {
  if (address.length > LENGTH_LIMIT || !URL.canParse(address)) return null;
  const url = new URL(address);
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '';
  return plain && url.href.length <= LENGTH_LIMIT ? url.href : null;
}

/** Program by its absolute path, and arguments; null where this system has no opener. */
export function openerCommand(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  href: string,
): readonly string[] | null {
  switch (platform) {
    case 'win32': {
      // `start` belongs to cmd.exe, which would read `&` and `%` in the address.
      const system = win32.join(env.SystemRoot ?? env.SYSTEMROOT ?? 'C:\\Windows', 'System32');
      return [win32.join(system, 'rundll32.exe'), 'url.dll,FileProtocolHandler', href];
    }
    case 'darwin':
      return ['/usr/bin/open', href];
    default: {
      const opener = findProgram('xdg-open', env);
      return opener === null ? null : [opener, href];
    }
  }
}

function startsWell(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  momentMs: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const desktop = DESKTOP_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      // A browser lives longer than we do: it must not hold our terminal or pipes, nor end with us.
      stdio: 'ignore',
      detached: true,
      shell: false,
      windowsHide: true,
      env: { ...minimalEnvironment(env), ...Object.fromEntries(desktop) },
    });
  } catch {
    return Promise.resolve(false);
  }
  const moment = setTimeout(resolve, momentMs, true);
  child.once('error', () => resolve(false));
  child.once('exit', (code) => resolve(code === 0));
  child.unref();
  return promise.finally(() => clearTimeout(moment));
}
