import { expect, heading, newCard, signIn, TEST_PIN, test } from './window.ts';

/** The window for people who see it in Welsh, who have no mouse, or who listen to it. */

test.describe('in Welsh', () => {
  test.use({ policy: { window: { language: 'cy' } } });

  test('the whole way from card to signed in, with its plurals', async ({ page, reader }) => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'cy');
    await expect(heading(page, 'Rhowch eich cerdyn clyfar i mewn')).toBeVisible();
    await reader.insert(await newCard());
    const field = page.getByLabel('Cod pas', { exact: true });
    await expect(field).toBeFocused();
    // Numbers in Welsh have six forms; this noun is the same in all of them.
    await expect(page.getByText('3 ymgais ar ôl')).toBeVisible();
    await page.keyboard.type('135790');
    await page.keyboard.press('Enter');
    await expect(page.getByText('2 ymgais ar ôl').first()).toBeVisible();
    await page.keyboard.type(TEST_PIN);
    await page.keyboard.press('Enter');
    await expect(page.getByText('Cerdyn clyfar Ada Lindqvist')).toBeVisible();
    await expect(page.getByRole('main')).not.toContainText(/\b(the|your|card)\b/i);
  });
});

test.describe('by keyboard alone', () => {
  test('every control of the panel is reached in order, seen when focused, and works', async ({ page, reader }) => {
    await reader.insert(await newCard());
    await expect(page.getByLabel('Passcode', { exact: true })).toBeFocused();
    await page.keyboard.type(TEST_PIN);
    await page.keyboard.press('Enter');
    await expect(heading(page, 'You are signed in')).toBeFocused();
    const reached: string[] = [];
    for (let i = 0; i < 2; i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.textContent ?? ''));
      // What has the focus is drawn so that one sees it.
      const style = await page.evaluate(() => {
        const { outlineStyle, outlineWidth, boxShadow, backgroundColor } = getComputedStyle(
          document.activeElement ?? document.body,
        );
        return { outlineStyle, outlineWidth, boxShadow, backgroundColor };
      });
      expect(style.outlineStyle !== 'none' || style.boxShadow !== 'none', JSON.stringify(style)).toBe(true);
    }
    expect(reached).toEqual(['Lock now', 'Change passcode']);
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Change your passcode')).toBeFocused();
    for (const passcode of [TEST_PIN, '864209', '864209']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(passcode);
    }
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Your passcode is changed')).toBeFocused();
  });

  test('the skip link leads past the navigation, and help is reached and left again', async ({ page }) => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to main content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await page.getByRole('button', { name: 'Services and help' }).focus();
    await page.keyboard.press('Enter');
    await expect(heading(page, /.+/)).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Back' })).toBeVisible();
    await page.getByRole('button', { name: 'Back' }).focus();
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Back' })).toHaveCount(0);
  });
});

test.describe('for who listens', () => {
  test('each change of state is said, with the name; typing is counted and never spoken', async ({ page, reader }) => {
    const said = page.getByRole('status', { name: 'State of your card' });
    await expect(said).toHaveText('Put your smartcard in');
    await reader.insert(await newCard());
    await expect(said).toHaveText('Enter your passcode');
    await page.getByLabel('Passcode', { exact: true }).focus();
    await page.keyboard.type('24');
    await expect(page.getByText('2 characters entered')).toBeAttached();
    await page.keyboard.type('6810');
    const spoken = await page.locator('body').ariaSnapshot();
    expect(spoken).not.toContain(TEST_PIN);
    await page.keyboard.press('Enter');
    await expect(said).toHaveText('You are signed in. Smartcard of Ada Lindqvist');
  });

  test.describe('a countdown', () => {
    test.use({ policy: { removal: { 'card-pulled': { graceSeconds: 9 } } } });

    test('is spoken at its milestones, not each second', async ({ page, reader }) => {
      await reader.insert(await newCard());
      await signIn(page);
      await page.evaluate(() => {
        const heard: string[] = [];
        Object.assign(window, { heard });
        new MutationObserver(() => {
          const text = document.querySelector('[role=timer]')?.textContent ?? '';
          if (text !== '' && heard.at(-1) !== text) heard.push(text);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      await reader.pull();
      await expect(heading(page, 'This computer is locked')).toBeVisible({ timeout: 20_000 });
      expect(await page.evaluate(() => Reflect.get(window, 'heard') as string[])).toEqual([
        '10 seconds left',
        '5 seconds left',
      ]);
    });
  });
});
