import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpsAddress, openAddress, openerCommand } from '../../../src/main/host/browser/open-address.ts';

const ADDRESS = 'https://help.example/unlock?a=1&b=%27';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-opener-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program named xdg-open on an otherwise empty PATH: the real one needs a desktop that it knows. */
function opener(body: string): NodeJS.ProcessEnv {
  const path = join(folder, 'xdg-open');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { PATH: folder, SECRET: 'x', BROWSER: 'mine', XDG_CURRENT_DESKTOP: 'KDE' };
}

test('nothing but an https address is opened', async () => {
  const env = opener('exit 0');
  for (const address of [
    '',
    'help.example',
    'http://help.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '--version',
    'https://ada:secret@help.example/',
    'https://',
    `https://help.example/${'x'.repeat(3_000)}`,
  ])
    expect(await openAddress(address, { platform: 'linux', env }), address).toBe(false);
});

test('an address is handed on as the URL standard writes it', () => {
  expect(httpsAddress(' HTTPS://Help.Example/a b?"c" ')).toBe('https://help.example/a%20b?%22c%22');
  expect(httpsAddress('https:\\\\help.example\\x\n')).toBe('https://help.example/x');
});

test('each system’s own opener gets the address as one argument, and no shell sees it', () => {
  expect(openerCommand('win32', { SystemRoot: 'C:\\Windows' }, ADDRESS)).toEqual([
    'C:\\Windows\\System32\\rundll32.exe',
    'url.dll,FileProtocolHandler',
    ADDRESS,
  ]);
  expect(openerCommand('darwin', {}, ADDRESS)).toEqual(['/usr/bin/open', ADDRESS]);
  expect(openerCommand('linux', { PATH: folder }, ADDRESS)).toBeNull();
});

test('an opener that ends well has opened it; it knows the desktop and nothing else of ours', async () => {
  const env = opener(`{ echo "$1"; echo "$BROWSER $XDG_CURRENT_DESKTOP $SECRET."; } > ${join(folder, 'told')}`);
  expect(await openAddress(ADDRESS, { platform: 'linux', env })).toBe(true);
  expect(readFileSync(join(folder, 'told'), 'utf8')).toBe(`${ADDRESS}\nmine KDE .\n`);
});

test('an opener that fails, or cannot be started, has not', async () => {
  expect(await openAddress(ADDRESS, { platform: 'linux', env: opener('exit 3') })).toBe(false);
  expect(await openAddress(ADDRESS, { platform: 'linux', env: opener('kill -9 $$') })).toBe(false);
  expect(await openAddress(ADDRESS, { platform: 'linux', env: { PATH: '/nonexistent' } })).toBe(false);
  writeFileSync(join(folder, 'xdg-open'), 'no program');
  expect(await openAddress(ADDRESS, { platform: 'linux', env: { PATH: folder } })).toBe(false);
});

test('an opener that stays, as a browser in its place does, has opened it', async () => {
  const env = opener(`echo $$ > ${join(folder, 'pid')}; exec /bin/sleep 30`);
  expect(await openAddress(ADDRESS, { platform: 'linux', env, momentMs: 500 })).toBe(true);
  process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
});
