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
