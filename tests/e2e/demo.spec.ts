import { chromium, type Page } from '@playwright/test';
import { AgentProcess, makeUserFolders } from '../rig/agent-process.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';
import { choose, judge, PLAYED_JOURNEYS } from './played-journeys.ts';
import { test as base, enterPasscode, expect, heading, openWindow, TEST_PIN, typePasscode } from './window.ts';

/** `npm run demo`: the demonstration's panel beside the window, on the embedded virtual readers; nothing else is installed or run. */

const test = base.extend<{ demo: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
  demo: async ({}, use) => {
    const user = makeUserFolders();
    const agent = new AgentProcess(user, { LANG: 'en_GB.UTF-8' }, ['window', '--no-open', '--demo']);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await openWindow(page, agent);
    await page.getByRole('button', { name: 'Skip the introduction' }).click();
    await use(page);
    await browser.close();
    await agent.stop();
    user.remove();
  },
});

const panel = (page: Page) => page.getByRole('complementary', { name: 'Demonstration' });

test('the panel of the demonstration stands beside the window and tells the passcode', async ({ demo: page }) => {
  await expect(panel(page)).toContainText(TEST_PIN);
  await page.screenshot({ path: '.cache/screens/demo-light.png' });
  await judge(page);
  await choose(page, 'Put Ada’s card into reader 1');
  await enterPasscode(page, TEST_PIN);
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await page.screenshot({ path: '.cache/screens/demo-signed-in.png' });
});

test.describe('the demonstration plays', () => {
  // Axe on each page, and half a minute for a card that nobody attends to.
  test.describe.configure({ timeout: 120_000 });
  for (const { name, play } of PLAYED_JOURNEYS) test(name, async ({ demo: page }) => play(page));
});

test('a blocked card is unlocked in two minutes: the desk’s messages are read in the panel, and the RA is at hand', async ({
  demo: page,
}) => {
  test.setTimeout(120_000);
  // The desk takes a while to start.
  await expect(panel(page)).toContainText('On Ada’s profile: ada.lindqvist@ward.example', { timeout: 60_000 });
  await choose(page, 'Put Blocked into reader 1');
  await page.getByRole('button', { name: 'Unlock your card' }).click();
  await page.getByRole('button', { name: /With a code that is sent to me/ }).click();
  await page.getByLabel('Email address or mobile number').fill('ada.lindqvist@ward.example');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Enter the code')).toBeVisible();
  const message = panel(page).getByRole('log').filter({ hasText: 'Your code is' });
  await expect(message).toBeVisible();
  await expect(message).toBeInViewport();
  await page.screenshot({ path: '.cache/screens/demo-mail-light.png', fullPage: true });
  await judge(page);
  const code = /Your code is (\d{6})/.exec(await message.innerText())?.[1] ?? '';
  const unlock = async () => {
    await expect(heading(page, 'Choose a new passcode')).toBeVisible();
    await typePasscode(page, '864209', 'New passcode');
    await typePasscode(page, '864209', 'New passcode again');
    await page.keyboard.press('Enter');
  };
  await page.getByLabel('Code', { exact: true }).fill(code);
  await page.keyboard.press('Enter');
  await unlock();
  await expect(heading(page, 'Your card is unlocked')).toBeVisible();
  await expect(panel(page)).toContainText('Your smartcard is being unlocked');
  await page.getByRole('button', { name: 'Sign in with the new passcode' }).click();
  await enterPasscode(page, '864209');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Lock now' }).click();
  await expect(heading(page, 'This computer is locked')).toBeVisible();
  await page.waitForTimeout(1_200); // As above.

  await choose(page, 'Start again with new cards');
  await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  await expect(panel(page)).toContainText('None yet.', { timeout: 60_000 });
  await choose(page, 'Put Blocked into reader 2');
  await page.getByRole('button', { name: 'Unlock your card' }).click();
  await page.getByRole('button', { name: /With my RA, who is here with me/ }).click();
  await unlock();
  await expect(heading(page, 'Now it is your RA’s turn')).toBeVisible();
  await choose(page, 'Ben, who is the RA, authorises the card');
  // It takes the RA a moment, and nobody tells the window.
  await expect(async () => {
    await page.getByRole('button', { name: 'My RA has authorised it' }).click({ timeout: 1_000 });
    await expect(heading(page, 'Your card is unlocked')).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
});
