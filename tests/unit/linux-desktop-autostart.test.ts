import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setStartAtLogin, startsAtLogin } from '../../src/native/linux-desktop/autostart.ts';
import { autostartEntry, entryRuns, execLine, stringValue } from '../../src/native/linux-desktop/desktop-entry.ts';

let folder: string;
let env: NodeJS.ProcessEnv;
let file: string;
const PROGRAM = { name: 'Wardkey', command: ['/opt/Ward key/wardkey', 'window'] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-autostart-'));
  env = { XDG_CONFIG_HOME: join(folder, 'config'), XDG_CONFIG_DIRS: join(folder, 'etc') };
  file = join(folder, 'config', 'autostart', 'wardkey.desktop');
});
afterEach(() => rmSync(folder, { recursive: true }));

function systemEntry(text: string): void {
  mkdirSync(join(folder, 'etc', 'autostart'), { recursive: true });
  writeFileSync(join(folder, 'etc', 'autostart', 'wardkey.desktop'), text);
}

test('words of a command are quoted where they must be, by both rules of the specification', () => {
  expect(execLine(['/usr/bin/wardkey', 'agent'])).toBe('/usr/bin/wardkey agent');
  expect(execLine(['/a b', ''])).toBe('"/a b" ""');
  expect(execLine(['/a', '$HOME `id` "x" \\'])).toBe('/a "\\$HOME \\`id\\` \\"x\\" \\\\"');
  expect(execLine(['/a', '50%', '%f'])).toBe('/a 50%% %%f');
  expect(stringValue('"\\$HOME"')).toBe('"\\\\$HOME"');
  expect(stringValue(' a\nb\tc')).toBe('\\sa\\nb\\tc');
});

test('a command that no entry can say is refused', async () => {
  for (const command of [[], [''], ['/opt/a=b/wardkey'], ['/a', 'x\0y']]) {
    expect(autostartEntry({ name: 'Wardkey', command })).toBeNull();
    expect(await setStartAtLogin(true, { name: 'Wardkey', command }, env)).toBe(false);
  }
  expect(await startsAtLogin(env)).toBe(false);
});

test('on and off again: one file that appears whole and goes', async () => {
  expect(await startsAtLogin(env)).toBe(false);
  expect(await setStartAtLogin(true, PROGRAM, env)).toBe(true);
  expect(await startsAtLogin(env)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('\nExec="/opt/Ward key/wardkey" window\n');
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(folder, 'config', 'autostart'))).toEqual(['wardkey.desktop']);
  expect(await setStartAtLogin(false, PROGRAM, env)).toBe(true);
  expect(readdirSync(join(folder, 'config', 'autostart'))).toEqual([]);
  expect(await startsAtLogin(env)).toBe(false);
});

test('an entry that the user switched off elsewhere is off', () => {
  const runs = (...lines: string[]) => entryRuns(['[Desktop Entry]', 'Exec=/a', ...lines].join('\n'));
  expect(runs()).toBe(true);
  expect(runs('Hidden=true')).toBe(false);
  expect(runs('Hidden=false', 'X-GNOME-Autostart-enabled=true')).toBe(true);
  expect(runs('X-GNOME-Autostart-enabled = false')).toBe(false);
  expect(runs('[Other]', 'Hidden=true')).toBe(true);
  expect(runs('# Hidden=true')).toBe(true);
  expect(entryRuns('Hidden=false')).toBe(false);
});

test('what the system starts is overridden by a hidden entry of the user, and can be wanted again', async () => {
  systemEntry('[Desktop Entry]\nType=Application\nExec=/usr/bin/wardkey\n');
  expect(await startsAtLogin(env)).toBe(true);
  expect(await setStartAtLogin(false, PROGRAM, env)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('Hidden=true');
  expect(await startsAtLogin(env)).toBe(false);
  expect(await setStartAtLogin(true, PROGRAM, env)).toBe(true);
  expect(await startsAtLogin(env)).toBe(true);
});

test('where nothing can be written, that is said and nothing is thrown', async () => {
  writeFileSync(join(folder, 'config'), 'a file in the way');
  expect(await setStartAtLogin(true, PROGRAM, env)).toBe(false);
  expect(await startsAtLogin(env)).toBe(false);
});

test('a device or a huge file in its place is read as nothing', async () => {
  mkdirSync(join(folder, 'config', 'autostart'), { recursive: true });
  symlinkSync('/dev/zero', file);
  expect(await startsAtLogin(env)).toBe(false);
  rmSync(file);
  writeFileSync(file, `[Desktop Entry]\nExec=/a\n${'#'.repeat(100_000)}`);
  expect(await startsAtLogin(env)).toBe(false);
});

test('a relative XDG_CONFIG_HOME is no folder of ours', async () => {
  const home = join(folder, 'home');
  const relative = { ...env, XDG_CONFIG_HOME: 'config', HOME: home };
  expect(await setStartAtLogin(true, PROGRAM, relative)).toBe(true);
  expect(readdirSync(join(home, '.config', 'autostart'))).toEqual(['wardkey.desktop']);
});
