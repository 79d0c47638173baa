import { pathToFileURL } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { openContext } from './bench-browser.ts';
import type { BenchRun } from './bench-run.ts';
import { clickToPainted, wordToPainted } from './in-page.ts';
import { startWindow } from './page-program.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { spreadOf } from './statistics.ts';

const LIMIT_MS = 100;

/**
 * From a card that goes into its reader, or out, to the frame in which the window says so. The page itself plays the card, over
 * its own connection to the agent of the demonstration, and sees the frame: so all of it is told by one clock, at the price that
 * the way of the wish to the agent is in the figure too. The heading is the first word of the new state: `Reading your card`.
 */
export async function measureChanges(run: BenchRun<{ readonly changes: number }>, browser: Browser): Promise<void> {
  const { settings, report, undo } = run;
  const program = await startWindow({ env: {}, settings: {}, demo: true });
  undo(() => program.stop());
  const context = await openContext(browser, { wide: true });
  undo(() => context.close());
  const page = await context.newPage();
  await page.goto(pathToFileURL(program.file).href);
  await page.getByRole('button', { name: 'Skip the introduction' }).click();

  const inserted: number[] = [];
  const pulled: number[] = [];
  const floor: number[] = [];
  for (let change = 0; change < settings.changes; change += 2) {
    floor.push(await page.evaluate(wordToPainted));
    await headingOf(page, 'Put your smartcard in');
    inserted.push(
      await page.evaluate(clickToPainted, { button: 'Put Ada’s card into reader 1', heading: 'Reading your card' }),
    );
    await headingOf(page, 'Enter your passcode');
    pulled.push(
      await page.evaluate(clickToPainted, {
        button: 'Take the card out of reader 1',
        heading: 'Put your smartcard in',
      }),
    );
  }
  const all = spreadOf([...inserted, ...pulled]);
  const rows = {
    'card in': spreadOf(inserted),
    'card out': spreadOf(pulled),
    'all changes': all,
    'floor: a word of the page’s own': spreadOf(floor),
  };
  report.table(
    'Change to pixels (milliseconds)',
    ['', ...SPREAD_HEADS],
    Object.entries(rows).map(([name, spread]) => [name, ...spreadRow(spread)]),
  );
  report.figure(
    'changes',
    Object.fromEntries(Object.entries(rows).map(([name, spread]) => [name, roundedSpread(spread)])),
  );
  report.limit('change to pixels, p99', all.p99, 'at most', LIMIT_MS, 'ms');
}

async function headingOf(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}
