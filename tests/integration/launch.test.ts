import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/**
 * out/launch.js as it is built, in an installation of its own: Electron's package and both programs that it could start are
 * scripts, which say what they were started with.
 */

const OUT = join(import.meta.dirname, '..', '..', 'out');

const SAYS = (name: string) => `#!/usr/bin/env node
const { argv, env } = process;
process.on('SIGTERM', () => process.exit(44));
console.log(JSON.stringify({ program: '${name}', args: argv.slice(2), asNode: env.ELECTRON_RUN_AS_NODE ?? null }));
if (argv.includes('--stay')) setInterval(() => {}, 1000);
else process.exitCode = 7;
`;

let root: string;
let running: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wardkey-launch-'));
  mkdirSync(join(root, 'out'));
  for (const name of readdirSync(OUT)) if (name.endsWith('.js')) copyFileSync(join(OUT, name), join(root, 'out', name));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'out', 'wardkey.js'), SAYS('browser'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  rmSync(root, { recursive: true, force: true });
});

function installElectron(program: 'present' | 'refused'): void {
  const folder = join(root, 'node_modules', 'electron');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"electron","version":"45.0.0"}');
  writeFileSync(join(folder, 'install.js'), "console.error(new TypeError('fetch failed').stack); process.exit(1);");
  if (program === 'refused') return;
  writeFileSync(join(folder, 'path.txt'), 'electron');
  writeFileSync(join(folder, 'dist', 'version'), '45.0.0');
  writeFileSync(join(folder, 'dist', 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'dist', 'electron'), SAYS('electron'), { mode: 0o755 });
}

function start(...args: string[]) {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_SKIP_BINARY_DOWNLOAD: '' };
  const child = spawn(process.execPath, [join(root, 'out', 'launch.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let out = '';
  let said = '';
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = once(child, 'close').then(([code]) => ({
    code,
    lines: said.trim().split('\n'),
    started: out === '' ? null : JSON.parse(out),
  }));
  return { child, ended };
}

const launch = (...args: string[]) => start(...args).ended;

describe('npm start', () => {
  test('runs Electron with the entry for it, and hands arguments and exit code through', async () => {
    installElectron('present');
    const { code, lines, started } = await launch('--host', 'electron', '--hidden', '--policy', 'my policy.json');
    expect(started).toEqual({
      program: 'electron',
      args: [join(root, 'out', 'electron.js'), '--hidden', '--policy', 'my policy.json'],
      asNode: null,
    });
    expect(code).toBe(7);
    expect(lines).toEqual(['Wardkey: window in Electron: asked for with --host']);
  });

  test('runs the window in a browser where Electron is not installed, and says why on one line', async () => {
    const { code, lines, started } = await launch('--json');
    expect(started).toMatchObject({ program: 'browser', args: ['window', '--json'] });
    expect(code).toBe(7);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Wardkey: window in a browser: ./);
  });

  test('takes the browser when it is asked to', async () => {
    installElectron('present');
    expect((await launch('--host=browser')).started).toMatchObject({ program: 'browser', args: ['window'] });
  });

  test('fails when Electron is asked for and cannot be fetched, and remembers that', async () => {
    installElectron('refused');
    const { code, lines, started } = await launch('--host', 'electron');
    expect(started).toBeNull();
    expect(code).toBe(1);
    expect(lines).toEqual([
      'Wardkey: fetching Electron 45.0.0 once (at most 60 s) ...',
      "Wardkey: Electron's program could not be fetched (fetch failed)",
    ]);
    const note: unknown = JSON.parse(readFileSync(join(root, '.cache', 'electron-download.json'), 'utf8'));
    expect(note).toMatchObject({ version: '45.0.0', why: 'fetch failed' });
  });

  test('knows no other host', async () => {
    expect(await launch('--host', 'firefox')).toMatchObject({ code: 2, started: null });
    expect(await launch('--host')).toMatchObject({ code: 2, started: null });
  });

  test('passes a request to end on, and ends as the program does', async () => {
    const { child, ended } = start('--stay');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(44);
  });
});
