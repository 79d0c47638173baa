import type { Page } from '@playwright/test';

/** Every string in the page's whole heap after a collection, as DevTools would save it. */
async function stringsOf(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const { strings } = JSON.parse(chunks.join('')) as { strings: string[] };
  return strings;
}

/** Which of the heap's strings have one of these in them. */
export async function found(page: Page, ...secrets: readonly string[]): Promise<readonly string[]> {
  return (await stringsOf(page)).filter((text) => secrets.some((secret) => text.includes(secret)));
}

/** What a page holds besides its heap: what it shows, what it stores, where it is. */
export const held = (page: Page) =>
  page.evaluate(() => ({
    html: document.documentElement.outerHTML,
    values: [...document.querySelectorAll('input')].map(({ value }) => value).join(),
    stored: JSON.stringify(Object.entries(localStorage)),
    address: location.href,
  }));
