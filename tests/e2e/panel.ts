import { expect, type Locator, type Page } from '@playwright/test';

/** What every test does with the window, in whichever host it is. */

export const heading = (page: Page, name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name });

export async function typePasscode(page: Page, passcode: string, label = 'Passcode'): Promise<void> {
  await page.getByLabel(label, { exact: true }).focus();
  await page.keyboard.type(passcode);
}

/** Types a passcode for the card that asks for one, and sends it. */
export async function enterPasscode(page: Page, passcode: string): Promise<void> {
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  await typePasscode(page, passcode);
  await page.keyboard.press('Enter');
}
