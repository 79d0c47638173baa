import { startBrowser } from './bench-browser.ts';
import { alone, runBench } from './bench-run.ts';
import { measurePageSize } from './page-size.ts';
import { measureChanges } from './window-changes.ts';
import { measureStart } from './window-start.ts';

/**
 * `npm run bench:window`: what a user waits for. From the start of the program to the panel on the screen, from a card in the
 * reader to the pixels that say so, and what the page weighs. In a real headless Chromium that runs already.
 */
const DEFAULTS = { starts: 12, changes: 100 };

await runBench('Window', DEFAULTS, async (run) => {
  const browser = await startBrowser();
  run.undo(() => browser.close());
  await alone(run, (part) => measureStart(part, browser));
  await alone(run, (part) => measureChanges(part, browser));
  await alone(run, (part) => measurePageSize(part, browser));
});
