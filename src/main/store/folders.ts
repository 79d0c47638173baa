import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Where Wardkey keeps what, by the customs of each system (XDG base directories, Apple's and Microsoft's guidelines). */

const env = (name: string) => {
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
};

/** All of them, as a running agent uses them. */
export type WardkeyFolders = {
  readonly settings: string;
  readonly state: string;
  readonly controlAddress: string;
  readonly policyFile: string;
  /** For the page that opens the window in a browser: a folder that nobody but this user can enter. */
  readonly launch: string;
  /** For the page that opens an address with a secret in the user's own browser: the same. */
  readonly privatePage: string;
  /** For the profile of the browser that shows the window. */
  readonly browserProfile: string;
};

/** Where this system customarily keeps them. @param policy a policy file to take instead of the organisation's */
export function customaryFolders(policy: string | null = null): WardkeyFolders {
  const address = controlAddress();
  const state = stateFolder();
  const run = process.platform === 'win32' ? state : dirname(address);
  return {
    settings: settingsFolder(),
    state,
    controlAddress: address,
    policyFile: policy ?? policyFile(),
    launch: join(run, 'window'),
    privatePage: join(run, 'desk'),
    browserProfile: join(state, 'browser'),
  };
}

/** Settings of this user. */
export function settingsFolder(): string {
  switch (process.platform) {
    case 'win32':
      return join(env('APPDATA') ?? join(homedir(), 'AppData', 'Roaming'), 'Wardkey');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Wardkey');
    default:
      return join(env('XDG_CONFIG_HOME') ?? join(homedir(), '.config'), 'wardkey');
  }
}

/** What the agent remembers and records: alert memory, audit. Belongs to this machine and does not roam. */
export function stateFolder(): string {
  switch (process.platform) {
    case 'win32':
      return join(env('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'Wardkey');
    case 'darwin':
      return join(homedir(), 'Library', 'Logs', 'Wardkey');
    default:
      return join(env('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state'), 'wardkey');
  }
}

/** The policy file that the organisation manages; only an administrator can write there. */
export function policyFile(): string {
  switch (process.platform) {
    case 'win32':
      return join(env('PROGRAMDATA') ?? 'C:\\ProgramData', 'Wardkey', 'policy.json');
    case 'darwin':
      return '/Library/Application Support/Wardkey/policy.json';
    default:
      return '/etc/wardkey/policy.json';
  }
}

/**
 * The address on which the running agent listens: a socket in a folder that only this user can enter, or on Windows a
 * named pipe. Throws when that folder belongs to someone else.
 */
export function controlAddress(): string {
  const { uid, username } = userInfo();
  if (process.platform === 'win32') {
    const user = createHash('sha256')
      .update(`${env('USERDOMAIN') ?? ''}\\${username}`)
      .digest('hex')
      .slice(0, 32);
    return `\\\\.\\pipe\\wardkey-${user}`;
  }
  const runtime = env('XDG_RUNTIME_DIR');
  // Without a runtime folder of the session: never a name in /tmp, which anyone could take first.
  const folder = runtime === null ? join(stateFolder(), 'run') : join(runtime, 'wardkey');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${folder} belongs to someone else`);
  chmodSync(folder, 0o700);
  return join(folder, 'agent.sock');
}
