import type { Page } from '@playwright/test';
import { found, held } from './heap.ts';
import { expect, heading, newCard, signIn, TEST_PIN, test, typePasscode } from './window.ts';

/** What of a passcode is left in the page. */

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

test('nor has it one that was pasted, which the page has as a whole', async ({ page, reader }) => {
  test.setTimeout(120_000);
  await reader.insert(await newCard());
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  await copyElsewhere(page, TEST_PIN);
  const field = page.getByLabel('Passcode', { exact: true });
  await field.press('Control+V');
  await expect(field).toHaveValue('••••••');
  expect(await found(page, TEST_PIN)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  expect(await found(page, TEST_PIN)).toEqual([]);
});

test('the page itself, its storage and its address never hold a passcode or a token', async ({ page, reader }) => {
  await reader.insert(await newCard());
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  await typePasscode(page, TEST_PIN);
  const holds = await held(page);
  expect(JSON.stringify(holds)).not.toContain(TEST_PIN);
  expect(holds.values).toBe('••••••');
  expect(holds.stored).toBe('[]');
  expect(holds.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

/** Puts a text on the clipboard of this browser by another page, which then closes: what it held is not in ours. */
async function copyElsewhere(page: Page, text: string): Promise<void> {
  const elsewhere = await page.context().browser()?.newPage();
  if (elsewhere === undefined) throw new Error('a page without a browser');
  await elsewhere.setContent('<input aria-label="Notes">');
  await elsewhere.getByLabel('Notes').fill(text);
  await elsewhere.keyboard.press('Control+A');
  await elsewhere.keyboard.press('Control+C');
  await elsewhere.context().close();
  await page.bringToFront();
}
