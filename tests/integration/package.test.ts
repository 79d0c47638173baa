import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * What electron-builder puts into a package of ours. It is the real electron-builder, from the real description and the real
 * build; only Electron is a dummy of a few bytes, with a row of fuses to be set. So this shows what is in the package and how
 * its fuses are set, and nothing of how it runs (tests/electron).
 */

const ROOT = join(import.meta.dirname, '..', '..');
const VERSION = v.parse(
  v.object({ version: v.string() }),
  readJson(join(ROOT, 'node_modules/electron/package.json')),
).version;

let folder: string;
const unpacked = (...names: string[]) => join(folder, 'release', 'linux-unpacked', ...names);
const archive = () => unpacked('resources', 'app.asar');
const beside = (...names: string[]) => unpacked('resources', 'app.asar.unpacked', ...names);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-package-'));
  const electron = join(folder, 'electron');
  mkdirSync(join(electron, 'resources'), { recursive: true });
  mkdirSync(join(electron, 'locales'));
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-GB.pak', 'locales/fr.pak'])
    writeFileSync(join(electron, name), '');
  writeFileSync(join(electron, 'version'), VERSION);
  // The mark by which @electron/fuses finds the row, its version and length, and eight fuses as they come.
  const fuses = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', '\u0001\u0008', '10010011'].join('');
  writeFileSync(join(electron, 'electron'), `no program\n${fuses}\n`, { mode: 0o755 });
  makePackage('release');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makePackage(output: string, ...options: readonly string[]): void {
  const electron = `-c.electronDist=${join(folder, 'electron')}`;
  const into = `-c.directories.output=${join(folder, output)}`;
  const args = ['--linux', '--dir', '--publish', 'never', electron, into, ...options];
  execFileSync(join(ROOT, 'node_modules/.bin/electron-builder'), args, { cwd: ROOT, stdio: 'pipe' });
}

describe('a package', () => {
  test('holds the program, its page and its pictures', () => {
    const files = listPackage(archive(), { isPack: false });
    for (const name of ['electron.js', 'preload.cjs', 'card-process.js', 'window/index.html', 'icons/app.png'])
      expect(files).toContain(`/out/${name}`);
    expect(files).toContain('/package.json');
  });

  test('holds nothing else: no source, no test, no dependency that is in the bundle', () => {
    const files = listPackage(archive(), { isPack: false }).filter((name) => /\.[^/]+$/.test(name));
    const strange = files.filter(
      (name) =>
        !/^\/(?:package\.json$|out\/|node_modules\/(?:koffi|@koromix\/koffi-linux-[a-z0-9]+)\/)/.test(name) ||
        /\.(?:ts|tsx|map|argb|hh|md)$/.test(name) ||
        /^\/out\/(?:demo|launch|wardkey)\.js$/.test(name),
    );
    expect(strange).toEqual([]);
  });

  test('starts with the entry for Electron, and tells nothing of how it was made', () => {
    const manifest: unknown = JSON.parse(extractFile(archive(), 'package.json').toString('utf8'));
    expect(manifest).toMatchObject({ name: 'wardkey', type: 'module', main: 'out/electron.js' });
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
  });

  test('has the card process beside the archive, with everything that it loads', () => {
    for (const name of ['card-process.js', 'card-worker.js', 'reader-watcher.js']) {
      const missing = importsOf(beside('out', name)).filter((file) => !existsSync(beside('out', file)));
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
    expect(existsSync(beside('package.json'))).toBe(true);
    expect(globSync(beside('node_modules/@koromix/*/*/koffi.node'))).not.toEqual([]);
  });

  test('has a card process that plain Node can start from there, native library and all', () => {
    // Without an agent to talk to it ends at once, with the number that says so.
    expect(exitCodeOf([beside('out', 'card-process.js')])).toBe(64);
    const loads = "import('koffi').then(({ default: koffi }) => process.exit(koffi.load(null) ? 23 : 1))";
    writeFileSync(beside('out', 'loads-koffi.js'), loads);
    expect(exitCodeOf([beside('out', 'loads-koffi.js')])).toBe(23);
  });

  test('keeps the program itself in the archive, where its integrity is looked after', () => {
    expect(existsSync(beside('out', 'electron.js'))).toBe(false);
    expect(existsSync(beside('out', 'preload.cjs'))).toBe(false);
    expect(existsSync(beside('out', 'window'))).toBe(false);
  });

  test('has each fuse set as it was said', async () => {
    const wire = await getCurrentFuseWire(unpacked('wardkey'));
    const [off, on] = ['0', '1'].map((state) => state.charCodeAt(0));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  test('that the journeys are played on differs by one fuse, and holds the demonstration that they need', async () => {
    // As .github/workflows/ci.yml makes it.
    makePackage('release-journeys', '-c.electronFuses.enableNodeCliInspectArguments=true');
    const program = join(folder, 'release-journeys', 'linux-unpacked', 'wardkey');
    const [shipped, played] = await Promise.all([unpacked('wardkey'), program].map((each) => getCurrentFuseWire(each)));
    const on = '1'.charCodeAt(0);
    expect(played).toEqual({ ...shipped, [FuseV1Options.EnableNodeCliInspectArguments]: on });
    expect(played).not.toEqual(shipped);
    const files = listPackage(archive(), { isPack: false });
    const electron = extractFile(archive(), 'out/electron.js').toString('utf8');
    const demo = [...electron.matchAll(/import\(["']\.\/([^"']+\.js)["']\)/g)].map(([, name]) => `/out/${name}`);
    expect(demo).not.toEqual([]);
    expect(files).toEqual(expect.arrayContaining(demo));
  }, 120_000);
});

/** The chunks that a module of the bundle imports, at once or later, and theirs. */
function importsOf(file: string, seen = new Set<string>()): string[] {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
    /(?:from|import)\s*\(?\s*["']\.\/([^"']+\.js)["']/g,
  )) {
    if (seen.has(name)) continue;
    seen.add(name);
    const next = beside('out', name);
    if (existsSync(next)) importsOf(next, seen);
  }
  return [...seen];
}

function exitCodeOf(args: readonly string[]): number | null {
  try {
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    return 0;
  } catch (error) {
    return v.parse(v.object({ status: v.nullable(v.number()) }), error).status;
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
