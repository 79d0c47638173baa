import { expect, test } from 'vitest';
import { browserArguments } from '../../../src/main/host/browser/browser-arguments.ts';
import { findBrowser } from '../../../src/main/host/browser/browser-program.ts';

const at = (...paths: string[]) => {
  const present = new Set(paths);
  return (path: string) => present.has(path);
};

test('Linux: names in order, each along PATH; relative folders and snaps are passed over', () => {
  const env = { PATH: '/snap/bin:relative:/usr/local/bin:/usr/bin:/snap/bin/' };
  const find = (...paths: string[]) => findBrowser({ platform: 'linux', env, exists: at(...paths) });
  expect(find('/usr/bin/vivaldi', '/usr/bin/google-chrome')).toBe('/usr/bin/google-chrome');
  expect(find('/usr/bin/chromium', '/usr/local/bin/chromium')).toBe('/usr/local/bin/chromium');
  expect(find('/snap/bin/chromium', 'relative/chromium')).toBeNull();
  expect(findBrowser({ platform: 'linux', env: {}, exists: () => true })).toBeNull();
});

test('Windows: program files of either kind, then the user’s own', () => {
  const env = {
    ProgramFiles: 'C:\\Program Files',
    'ProgramFiles(x86)': 'C:\\Program Files (x86)',
    LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local',
  };
  const find = (...paths: string[]) => findBrowser({ platform: 'win32', env, exists: at(...paths) });
  const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
  const own = 'C:\\Users\\ada\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe';
  expect(find(edge)).toBe(edge);
  expect(find(edge, own)).toBe(own);
  expect(find()).toBeNull();
});

test('macOS: applications of all, then of the user', () => {
  const own = '/Users/ada/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  const edge = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
  const find = (...paths: string[]) =>
    findBrowser({ platform: 'darwin', env: { HOME: '/Users/ada' }, exists: at(...paths) });
  expect(find(edge, own)).toBe(own);
  expect(find(edge)).toBe(edge);
});

test('the organisation’s browser comes first, if it is there and is said by an absolute path', () => {
  const find = (policyPath: string) =>
    findBrowser({
      platform: 'linux',
      env: { PATH: '/usr/bin' },
      policyPath,
      exists: at('/usr/bin/chromium', '/opt/b', 'b'),
    });
  expect(find('/opt/b')).toBe('/opt/b');
  expect(find('b')).toBe('/usr/bin/chromium');
  expect(find('/opt/missing')).toBe('/usr/bin/chromium');
});

const WINDOW = {
  page: '/run/user/1000/wardkey/launch page#1.html',
  profileFolder: '/home/ada/.local/state/wardkey/p',
  size: { width: 420, height: 720 },
};

test('the page is handed over as a file, whatever its name', () => {
  const args = browserArguments({ ...WINDOW, uid: 1000 });
  expect(args[0]).toBe('--app=file:///run/user/1000/wardkey/launch%20page%231.html');
  expect(args).toContain(`--user-data-dir=${WINDOW.profileFolder}`);
  expect(args).toContain('--window-size=420,720');
  expect(args.every((argument) => argument.startsWith('--'))).toBe(true);
});

test('the sandbox is left out for root alone', () => {
  expect(browserArguments({ ...WINDOW, uid: 0 })).toContain('--no-sandbox');
  for (const uid of [1000, null]) expect(browserArguments({ ...WINDOW, uid })).not.toContain('--no-sandbox');
});
