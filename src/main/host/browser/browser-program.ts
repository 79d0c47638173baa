import { posix, win32 } from 'node:path';

export type BrowserSearch = {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Whether there is a program at this absolute path that may be run. */
  readonly exists: (path: string) => boolean;
  /** The organisation's choice: an absolute path, taken before all others where there is something at it. */
  readonly policyPath?: string | null;
};

/** Names on PATH, in the order in which they are taken. */
const LINUX = [
  'chromium',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
  'brave',
  'vivaldi',
  'vivaldi-stable',
];

/** Below the folders of programs, in order; Edge comes with every Windows that we support. */
const WINDOWS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'],
  ['Vivaldi', 'Application', 'vivaldi.exe'],
];

const MAC = ['Chromium', 'Google Chrome', 'Microsoft Edge', 'Brave Browser', 'Vivaldi'];

/** The absolute path of a browser that can show a page as a window of its own (Chromium's app mode), or null. */
export function findBrowser(search: BrowserSearch): string | null {
  const { policyPath = null, exists } = search;
  const path = search.platform === 'win32' ? win32 : posix;
  const chosen = policyPath !== null && path.isAbsolute(policyPath) ? [policyPath] : [];
  return [...chosen, ...places(search)].find((place) => exists(place)) ?? null;
}

function places(search: BrowserSearch): readonly string[] {
  switch (search.platform) {
    case 'win32':
      return windowsPlaces(search.env);
    case 'darwin':
      return macPlaces(search.env);
    default:
      return linuxPlaces(search.env);
  }
}

function linuxPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  // A relative entry would depend on where we were started. A snap may not read the hidden folder in which our page lies.
  const folders = (env.PATH ?? '').split(':').filter((folder) => posix.isAbsolute(folder) && !isSnap(folder));
  return LINUX.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
}

const isSnap = (folder: string): boolean => posix.normalize(`${folder}/`) === '/snap/bin/';

/** Program files, those of 32 bits, and what this user alone has installed. */
function windowsPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const named = [env.ProgramFiles ?? env.PROGRAMFILES, env['ProgramFiles(x86)'] ?? env['PROGRAMFILES(X86)']];
  const folders = [...named, env.LOCALAPPDATA].filter((folder) => folder !== undefined && win32.isAbsolute(folder));
  const absolute = folders.filter((folder) => folder !== undefined);
  return WINDOWS.flatMap((parts) => absolute.map((folder) => win32.join(folder, ...parts)));
}

function macPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const folders = ['/Applications', ...(env.HOME ? [posix.join(env.HOME, 'Applications')] : [])];
  return MAC.flatMap((name) => folders.map((folder) => posix.join(folder, `${name}.app`, 'Contents', 'MacOS', name)));
}
