import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LICENCES_FILE, licences, licencesText } from '../../build/licences.ts';

const root = join(import.meta.dirname, '..', '..');
const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('the window shows the terms of the packages as they are installed (if not: node build/licences.ts)', () => {
  expect(readFileSync(join(root, LICENCES_FILE), 'utf8')).toBe(licencesText(root));
});

test('every dependency is among them, with the terms it comes under', () => {
  const all = licences(root);
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
  for (const { name, version, licence, text } of all) {
    expect(version, name).not.toBe('');
    expect(licence, name).not.toBe('');
    expect(text, name).not.toBe('');
  }
});

test('what only builds and tests Wardkey is not', () => {
  const names = licences(root).map(({ name }) => name);
  for (const tool of ['vite', 'vitest', 'typescript', 'electron-builder']) expect(names).not.toContain(tool);
});
