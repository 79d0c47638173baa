import type { Page } from '@playwright/test';
import { expect, heading, newCard, signIn, TEST_PIN, test, typePasscode } from './window.ts';

/** What of a passcode is left in the page. */

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
async function found(page: Page, ...secrets: readonly string[]): Promise<readonly string[]> {
  return (await stringsOf(page)).filter((text) => secrets.some((secret) => text.includes(secret)));
}

test('a heap snapshot of the page has no passcode in it, after signing in and after a change', async ({
  page,
  reader,
}) => {
  test.setTimeout(120_000);
  const chosen = '864209';
  await reader.insert(await newCard());
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  // The search finds what is there: a string that the page does keep.
  expect(await found(page, 'Smartcard of {{name}}')).not.toEqual([]);
  await signIn(page);
  expect(await found(page, TEST_PIN)).toEqual([]);
  await page.getByRole('button', { name: 'Change passcode' }).click();
  await typePasscode(page, TEST_PIN, 'Your passcode now');
  await typePasscode(page, chosen, 'New passcode');
  await typePasscode(page, chosen, 'New passcode again');
  // Not even while it stands there, typed and not yet sent.
  expect(await found(page, TEST_PIN, chosen)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Your passcode is changed')).toBeVisible();
  expect(await found(page, TEST_PIN, chosen)).toEqual([]);
});

test('the page itself, its storage and its address never hold a passcode or a token', async ({ page, reader }) => {
  await reader.insert(await newCard());
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  await typePasscode(page, TEST_PIN);
  const held = await page.evaluate(() => ({
    html: document.documentElement.outerHTML,
    values: [...document.querySelectorAll('input')].map(({ value }) => value).join(),
    stored: JSON.stringify(Object.entries(localStorage)),
    address: location.href,
  }));
  expect(JSON.stringify(held)).not.toContain(TEST_PIN);
  expect(held.values).toBe('••••••');
  expect(held.stored).toBe('[]');
  expect(held.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});
