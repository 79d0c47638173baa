import { chromium, type Page } from '@playwright/test';
import { AgentProcess, makeUserFolders } from '../rig/agent-process.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';
import { violations } from './gallery.ts';
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
const choose = (page: Page, button: string | RegExp) =>
  panel(page).getByRole('button', { name: button }).first().click();

test('the demonstration plays it all: signing in, leaving, the lock, service, connection, idleness, new cards', async ({
  demo: page,
}) => {
  await page.screenshot({ path: '.cache/screens/demo-light.png' });
  expect(await violations(page)).toEqual([]);
  await expect(panel(page)).toContainText(TEST_PIN);

  await choose(page, 'Put Ada’s card into reader 1');
  await enterPasscode(page, TEST_PIN);
  await expect(heading(page, 'You are signed in')).toBeVisible();
  // The authority's list, an hour old: it may have been made yesterday.
  await expect(page.getByText(/^Checked (today at \d\d:\d\d|on \d+ \w+ \d{4})$/)).toHaveCount(1);
  await page.screenshot({ path: '.cache/screens/demo-signed-in.png' });
  await choose(page, 'Take the card out of reader 1');
  await expect(page.getByRole('alertdialog', { name: 'Your card is out' })).toBeVisible();
  await choose(page, 'Put Ada’s card into reader 2');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Take the card out of reader 2');
  await choose(page, 'Put Ben’s card into reader 1');
  await expect(heading(page, 'This computer is locked')).toBeVisible();
  await page.waitForTimeout(1_200); // A password takes a person that long; faster, and the lock counts as fallen.
  await choose(page, 'Unlock the desktop');
  await expect(page.getByText('Smartcard of Ben Okafor')).toBeVisible();

  await choose(page, 'Put Runs out soon into reader 1');
  await expect(page.getByText('Smartcard of Ada Lindqvist')).toBeVisible();
  await enterPasscode(page, TEST_PIN);
  await expect(page.getByRole('alertdialog', { name: 'Your card runs out in 25 days' })).toBeVisible();
  await page.getByRole('button', { name: 'Remind me next time I sign in' }).click();
  await choose(page, 'Leave keyboard and mouse alone');
  await expect(page.getByRole('alertdialog', { name: 'Is anyone there?' })).toBeVisible();
  await page.getByRole('button', { name: 'I am here' }).click();
  await choose(page, 'Stop the service');
  await expect(page.getByRole('alertdialog', { name: 'The smartcard service has stopped' })).toBeVisible();
  await choose(page, 'Start the service');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Drop the remote connection');
  await expect(page.getByRole('alertdialog', { name: 'The connection to your reader is lost' })).toBeVisible();
  await choose(page, 'Connect again');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Make locking fail');
  await page.getByRole('main').getByRole('button', { name: 'Lock now' }).click();
  await expect(heading(page, 'This computer could not be locked')).toBeVisible();
  await choose(page, 'Let locking work again');
  await expect(heading(page, 'This computer is locked')).toBeVisible();
  await page.waitForTimeout(1_200);
  await choose(page, 'Start again with new cards');
  await expect(heading(page, 'Put your smartcard in')).toBeVisible();

  const shown: ReadonlyArray<readonly [card: string, title: string]> = [
    ['Put Blocked into reader 1', 'Your card is blocked'],
    ['Put Has run out into reader 1', 'Your card needs attention'],
    ['Put Of another organisation into reader 1', 'Your card needs attention'],
    ['Put Does not answer into reader 1', 'The card does not answer'],
  ];
  for (const [card, title] of shown) {
    await choose(page, card);
    await expect(heading(page, title)).toBeVisible();
  }
  await choose(page, 'Put Withdrawn into reader 1');
  await expect(heading(page, 'Your card needs attention')).toBeVisible();
  await expect(page.getByRole('main')).toContainText('has been withdrawn');
  await page.screenshot({ path: '.cache/screens/demo-withdrawn.png' });
  await choose(page, 'Put One try left into reader 1');
  await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
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
  expect(await violations(page)).toEqual([]);
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
