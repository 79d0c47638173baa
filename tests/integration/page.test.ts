import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildView } from '../../build/view.ts';
import { LANGUAGES } from '../../src/core/contract/view.ts';
import { startBrowser } from '../bench/bench-browser.ts';
import { LIMIT_KB, scriptsOf, sizesOfScripts, sumOf } from '../bench/page-size.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

// The pages as the builder made them for these tests, which are those that ship.

/** What React says to its developers, its entry for them, and the folder that the sources lie in. */
const DEVELOPMENT = [
  'Each child in a list should have a unique',
  'Download the React DevTools',
  'Invalid hook call.',
  'jsxDEV',
  join(import.meta.dirname, '..', '..'),
];

const OUT = join(import.meta.dirname, '..', '..', 'out');

describe.each(['window', 'ra'])('the page in out/%s', (folder) => {
  const scripts = readdirSync(join(OUT, folder)).filter((name) => name.endsWith('.js'));
  const whole = scripts.map((name) => readFileSync(join(OUT, folder, name), 'utf8')).join('\n');

  test('is made of what React ships, not of what it is developed with', () => {
    // What was found is told, not the half megabyte that it was found in.
    expect(DEVELOPMENT.filter((text) => whole.includes(text))).toEqual([]);
    expect(whole.includes('Minified React error #')).toBe(true);
  });
});

describe('the first panel', () => {
  let pcscd: Pcscd;
  let browser: Browser;
  beforeAll(async () => {
    pcscd = await startPcscd();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await pcscd?.stop();
  });

  test.each(LANGUAGES)(`loads no more than ${LIMIT_KB} kB of scripts (%s)`, async (language) => {
    const scripts = await scriptsOf(language, browser, pcscd.env);
    expect(scripts).toContain('view.js');
    const size = sumOf(scripts, sizesOfScripts());
    expect(size).toBeGreaterThan(100);
    expect(size).toBeLessThanOrEqual(LIMIT_KB);
  });
});

describe('the builder of pages', () => {
  test('builds for production whatever it is called in, several at once, and leaves that as it was', async () => {
    const root = mkdtempSync(join(tmpdir(), 'wardkey-page-'));
    try {
      writeFileSync(join(root, 'index.html'), '<script type="module" src="./main.js"></script>');
      writeFileSync(join(root, 'main.js'), 'document.title = process.env.NODE_ENV;');
      expect(process.env.NODE_ENV).toBe('test');
      const pages = await Promise.all([buildView(root, 'first'), buildView(root, 'second')]);
      expect(process.env.NODE_ENV).toBe('test');
      const titles = pages.flat().flatMap(({ name, content }) => (name.endsWith('view.js') ? [String(content)] : []));
      expect(titles).toHaveLength(2);
      for (const title of titles) expect(title).toMatch(/document\.title=[`'"]production[`'"]/);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
