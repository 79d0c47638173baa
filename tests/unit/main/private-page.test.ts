import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KEPT_MS, PrivatePage } from '../../../src/main/host/private-page.ts';

const ADDRESS = 'https://desk.example/ra#vM3xq0sZkQ';
let folder: string;
let files: string[];
let opens: boolean | Error;

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'wardkey-private-'));
  files = [];
  opens = true;
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const pageIn = (path: string) =>
  new PrivatePage(path, async (file) => {
    files.push(file);
    if (opens instanceof Error) throw opens;
    return opens;
  });
const ownFolder = () => join(folder, 'own');

test('an address is opened by a file that nobody else can read, and that does not tell it by its name', async () => {
  const page = pageIn(ownFolder());
  expect(existsSync(ownFolder())).toBe(false);
  expect(await page.open(ADDRESS)).toBe(true);
  const [file = ''] = files;
  expect(readFileSync(file, 'utf8')).toContain(`url=${ADDRESS}"`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(ownFolder()).mode & 0o777).toBe(0o700);
  expect(file).not.toContain('vM3xq0sZkQ');
  page.close();
});

test('the file is gone after a minute, and with its host', async () => {
  const page = pageIn(ownFolder());
  await page.open(ADDRESS);
  vi.advanceTimersByTime(KEPT_MS - 1);
  expect(readdirSync(ownFolder())).toHaveLength(1);
  await page.open(ADDRESS);
  vi.advanceTimersByTime(KEPT_MS - 1);
  expect(readdirSync(ownFolder())).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(readdirSync(ownFolder())).toEqual([]);
  await page.open(ADDRESS);
  page.close();
  expect(readdirSync(ownFolder())).toEqual([]);
  expect(await page.open(ADDRESS)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('what the desktop did not open is gone at once', async () => {
  const page = pageIn(ownFolder());
  for (const answer of [false, new Error('no opener')]) {
    opens = answer;
    expect(await page.open(ADDRESS)).toBe(false);
    expect(readdirSync(ownFolder())).toEqual([]);
  }
  expect(vi.getTimerCount()).toBe(0);
});

test('what cannot be written is not opened', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await pageIn(join(folder, 'file')).open(ADDRESS)).toBe(false);
  expect(files).toEqual([]);
});

test('nothing in an address gets out of its place in the file', async () => {
  const page = pageIn(ownFolder());
  await page.open('https://desk.example/ra?a=1&copy=2#"><script src=x>');
  expect(readFileSync(files[0] ?? '', 'utf8')).toContain(
    'url=https://desk.example/ra?a=1&amp;copy=2#%22%3E%3Cscript%20src=x%3E">',
  );
  page.close();
});
