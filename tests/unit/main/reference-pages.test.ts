import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFERENCE_PAGES } from '../../../docs/reference-pages.ts';

describe('the reference pages', () => {
  it.each(Object.entries(REFERENCE_PAGES))('%s says what the code says (npm run docs writes it)', (name, page) => {
    expect(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')).toBe(page());
  });
});
