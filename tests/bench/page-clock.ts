import type { Page } from '@playwright/test';
import { monotonicMs } from './clock.ts';

const ASKED = 25;

/**
 * What to add to the page's performance.now() to get this process's monotonic clock. The page is asked for its time again and
 * again; the quickest answer lies closest to the middle of its round trip, and is wrong by half of it at most. (The page's
 * performance.timeOrigin would not do: it is a date, and dates are corrected while a bench runs.)
 */
export async function pageClock(page: Page): Promise<{ readonly offsetMs: number; readonly errorMs: number }> {
  let best = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let asked = 0; asked < ASKED; asked++) {
    const before = monotonicMs();
    const there = await page.evaluate(() => performance.now());
    const errorMs = (monotonicMs() - before) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: before + errorMs - there, errorMs };
  }
  return best;
}
