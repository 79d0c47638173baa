import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  downloadBinary,
  findBinary,
  findElectronPackage,
  rememberAttempt,
  rememberedFailure,
} from '../../src/main/host/electron/binary.ts';

// A package laid out as Electron's is, whose install.js does what the test says.

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wardkey-binary-'));
  folder = join(root, 'node_modules', 'electron');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"electron","version":"45.0.0"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const electron = () => ({ folder, version: '45.0.0' });

function install(pathText = 'electron', version = 'v45.0.0\n'): void {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'electron'), '');
  writeFileSync(join(folder, 'dist', 'version'), version);
  writeFileSync(join(folder, 'path.txt'), pathText);
}

const installer = (program: string) => writeFileSync(join(folder, 'install.js'), program);

async function download(over: Partial<Parameters<typeof downloadBinary>[0]> = {}) {
  const said: string[] = [];
  const failure = await downloadBinary({
    electron: electron(),
    env: process.env,
    say: (line) => said.push(line),
    ...over,
  });
  return { failure, said };
}

describe("Electron's package", () => {
  test('is found from where the program is, with its version', () => {
    expect(findElectronPackage(join(root, 'out'))).toMatchObject({ version: '45.0.0' });
  });

  test('is none when it is not there, or says nonsense', () => {
    writeFileSync(join(folder, 'package.json'), '{"name":"electron","version":45}');
    expect(findElectronPackage(join(root, 'out'))).toBeNull();
    rmSync(folder, { recursive: true });
    expect(findElectronPackage(join(root, 'out'))).toBeNull();
  });
});

describe("Electron's program", () => {
  test('is found where the package says', () => {
    install();
    expect(findBinary(electron())).toBe(join(folder, 'dist', 'electron'));
  });

  test('is not there before it was fetched', () => {
    expect(findBinary(electron())).toBeNull();
  });

  test.each([
    ['of another version', () => install('electron', '44.0.0')],
    ['that the package names and that is not there', () => install('electron.exe')],
    ['outside its folder', () => install('../package.json')],
    ['somewhere else altogether', () => install('/bin/sh')],
    [
      'whose fetching was cut short',
      () => {
        install();
        rmSync(join(folder, 'path.txt'));
      },
    ],
  ])('is not one %s', (_what, lay) => {
    lay();
    expect(findBinary(electron())).toBeNull();
  });
});

describe('fetching it', () => {
  const LAY = `
    const { mkdirSync, writeFileSync } = require('node:fs');
    mkdirSync(__dirname + '/dist');
    writeFileSync(__dirname + '/dist/electron', '');
    writeFileSync(__dirname + '/dist/version', '45.0.0');
    writeFileSync(__dirname + '/path.txt', 'electron');
  `;

  test('is one run of its own installer', async () => {
    installer(LAY);
    expect(await download()).toEqual({ failure: null, said: ['fetching Electron 45.0.0 once (at most 60 s) ...'] });
    expect(findBinary(electron())).not.toBeNull();
  });

  test('that the network refuses fails at once, with the reason on one line', async () => {
    installer("console.error(new TypeError('fetch failed').stack); process.exit(1);");
    expect((await download()).failure).toBe('fetch failed');
  });

  test.each([
    ["process.stderr.write('\\u001b[31mE: no\\u0007pe\\n'); process.exit(1)", '[31mE: no pe'],
    ['process.exit(1)', 'no reason given'],
    ["process.stderr.write('x'.repeat(100000)); process.exitCode = 1", 'x'.repeat(160)],
  ])('fails in words that can be shown: %s', async (program, why) => {
    installer(program);
    expect((await download()).failure).toBe(why);
  });

  test('that leaves half of it has failed', async () => {
    installer("require('node:fs').mkdirSync(__dirname + '/dist');");
    expect((await download()).failure).toBe('what came is not whole');
  });

  test('is given up after its time, with a sign of life meanwhile', async () => {
    installer('setInterval(() => {}, 1000);');
    const { failure, said } = await download({ limitMs: 700, progressMs: 200 });
    expect(failure).toBe('it took longer than 1 s');
    expect(said.slice(1)[0]).toMatch(/^still fetching Electron \(\d+ s\) \.\.\.$/);
  });

  test('fails when the installer is not there', async () => {
    expect((await download()).failure).not.toBeNull();
  });
});

describe('a failed attempt', () => {
  const note = () => join(root, '.cache', 'electron-download.json');

  test('is remembered for its version until one succeeds', () => {
    rememberAttempt(note(), electron(), 'fetch failed', 1000);
    expect(rememberedFailure(note(), electron())).toEqual({ at: 1000, why: 'fetch failed' });
    expect(rememberedFailure(note(), { ...electron(), version: '46.0.0' })).toBeNull();
    rememberAttempt(note(), electron(), null, 2000);
    expect(existsSync(note())).toBe(false);
    expect(rememberedFailure(note(), electron())).toBeNull();
  });

  test.each(['', 'null', '{"version":"45.0.0","at":"yesterday","why":"x"}', '{"version":"45.0.0"}'])(
    'is none when the note is none: %s',
    (text) => {
      mkdirSync(join(root, '.cache'));
      writeFileSync(note(), text);
      expect(rememberedFailure(note(), electron())).toBeNull();
    },
  );

  test('that cannot be noted is no fault', () => {
    writeFileSync(join(root, '.cache'), 'a file where the folder should be');
    rememberAttempt(note(), electron(), 'fetch failed', 1000);
    expect(rememberedFailure(note(), electron())).toBeNull();
  });
});
