import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';
import { LANGUAGES, type Language } from '../../src/core/contract/view.ts';
import { startPcscd } from '../rig/pcscd.ts';
import { openContext } from './bench-browser.ts';
import type { BenchRun } from './bench-run.ts';
import { loadedScripts } from './in-page.ts';
import { startWindow } from './page-program.ts';

const WINDOW = fileURLToPath(new URL('../../out/window', import.meta.url));
/** Of scripts that the first panel loads, minified and not compressed; kB: 1,000 bytes. */
export const LIMIT_KB = 400;

/** The scripts of the page, minified as they ship, and which of them the browser of a user of each language has fetched for the panel. */
export async function measurePageSize(
  { report, undo }: BenchRun<Readonly<Record<string, number>>>,
  browser: Browser,
): Promise<void> {
  const kilobytes = sizesOfScripts();
  const pcscd = await startPcscd();
  undo(() => pcscd.stop());
  const loaded: Record<Language, readonly string[]> = { en: [], cy: [] };
  for (const language of LANGUAGES) loaded[language] = await scriptsOf(language, browser, pcscd.env);

  report.table(
    'Scripts of the page (kB)',
    ['', 'size', ...LANGUAGES],
    [...kilobytes].map(([name, size]) => [
      name,
      size,
      ...LANGUAGES.map((language) => (loaded[language].includes(name) ? 'loaded' : '')),
    ]),
  );
  report.figure('scripts', Object.fromEntries(kilobytes));
  report.figure('loaded', loaded);
  for (const language of LANGUAGES) {
    report.limit(
      `scripts that a user loads, ${language}`,
      sumOf(loaded[language], kilobytes),
      'at most',
      LIMIT_KB,
      'kB',
    );
  }
}

/** kB, by name: all scripts of the window as it was built. */
export function sizesOfScripts(): ReadonlyMap<string, number> {
  const scripts = readdirSync(WINDOW).filter((name) => name.endsWith('.js'));
  return new Map(scripts.map((name) => [name, statSync(join(WINDOW, name)).size / 1_000]));
}

/** kB; not a number where one is none of the scripts that were built. */
export function sumOf(names: readonly string[], kilobytes: ReadonlyMap<string, number>): number {
  return names.reduce((sum, name) => sum + (kilobytes.get(name) ?? Number.NaN), 0);
}

/** The scripts that the browser of a user of this language has fetched once the panel is there. */
export async function scriptsOf(
  language: Language,
  browser: Browser,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const program = await startWindow({ env, settings: { introduced: true, language } });
  const context = await openContext(browser, { locale: language === 'en' ? 'en-GB' : language });
  try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(program.file).href);
    await page.locator(`html[lang="${language}"] h1`).waitFor();
    return await page.evaluate(loadedScripts);
  } finally {
    await context.close();
    await program.stop();
  }
}
