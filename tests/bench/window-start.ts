import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext } from '@playwright/test';
import { startPcscd } from '../rig/pcscd.ts';
import { Awaited } from './awaited.ts';
import { openContext } from './bench-browser.ts';
import type { BenchRun } from './bench-run.ts';
import { firstContentfulPaint, tellFirstHeading } from './in-page.ts';
import { pageClock } from './page-clock.ts';
import { type PageProgram, startEmptyPage, startWindow } from './page-program.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { spreadOf } from './statistics.ts';

const LIMIT_MS = 1_000;
/** Half of the quickest round trip between this process and the page. */
const CLOCK_LIMIT_MS = 5;

/** One start: milliseconds from the start of the program. */
type Start = { readonly told: number; readonly painted: number; readonly heading: number };

/**
 * From the start of the program to its page on the screen: the program tells where its launch page is, the browser goes there,
 * and is led on. In turn with a program that serves a page of one word. Nothing is cached, by the window's own wish (no-store):
 * what is warm is the browser, and the disk.
 */
export async function measureStart(run: BenchRun<{ readonly starts: number }>, browser: Browser): Promise<void> {
  const { settings, report, undo } = run;
  const pcscd = await startPcscd();
  undo(() => pcscd.stop());
  const context = await openContext(browser);
  undo(() => context.close());
  const painted = new Awaited<number>();
  await context.exposeBinding('wardkeyPainted', (_source, at: number) => painted.emit(at));
  await context.addInitScript(tellFirstHeading);

  const window: Start[] = [];
  const floor: Start[] = [];
  // The first round warms up.
  for (let round = 0; round <= settings.starts; round++) {
    const one = await startOf(() => startWindow({ env: pcscd.env, settings: { introduced: true } }), context, painted);
    const other = await startOf(startEmptyPage, context, painted);
    if (round === 0) continue;
    window.push(one);
    floor.push(other);
  }
  const rows = {
    'window: page is served': spreadOf(window.map(({ told }) => told)),
    'window: first contentful paint': spreadOf(window.map((each) => each.painted)),
    'window: panel is painted': spreadOf(window.map(({ heading }) => heading)),
    'floor: page is served': spreadOf(floor.map(({ told }) => told)),
    'floor: first contentful paint': spreadOf(floor.map((each) => each.painted)),
    'floor: its word is painted': spreadOf(floor.map(({ heading }) => heading)),
  };
  report.table(
    'Start of the program to the screen, beside a page of one word (milliseconds)',
    ['', ...SPREAD_HEADS],
    Object.entries(rows).map(([name, spread]) => [name, ...spreadRow(spread)]),
  );
  report.figure(
    'start',
    Object.fromEntries(Object.entries(rows).map(([name, spread]) => [name, roundedSpread(spread)])),
  );
  report.limit('start to the panel, median', rows['window: panel is painted'].median, 'at most', LIMIT_MS, 'ms');
}

async function startOf(
  program: () => Promise<PageProgram>,
  context: BrowserContext,
  painted: Awaited<number>,
): Promise<Start> {
  const page = await context.newPage();
  const { file, startedAt, toldAt, stop } = await program();
  try {
    const heading = painted.next(() => true, 'the page to be painted');
    await page.goto(pathToFileURL(file).href, { waitUntil: 'commit' });
    const headingAt = await heading;
    const { offsetMs, errorMs } = await pageClock(page);
    if (errorMs > CLOCK_LIMIT_MS) throw new Error(`the page's clock is known to ${errorMs} ms only`);
    const paintAt = await page.evaluate(firstContentfulPaint);
    if (paintAt === null) throw new Error('the browser tells of no first contentful paint');
    return {
      told: toldAt - startedAt,
      painted: paintAt + offsetMs - startedAt,
      heading: headingAt + offsetMs - startedAt,
    };
  } finally {
    await page.close();
    await stop();
  }
}
