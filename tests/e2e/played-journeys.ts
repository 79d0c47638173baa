import { expect, type Page } from '@playwright/test';
import { translatorFor } from '../../src/core/language/translators.ts';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { violations } from './axe.ts';
import { enterPasscode, heading, typePasscode } from './panel.ts';

/**
 * What people live through with their card, played on the virtual readers of the demonstration by its own panel. Each journey
 * needs nothing but the page of a demonstration that has just begun, with its introduction read: so the same ones run in the
 * browser host (demo.spec.ts) and in Electron (tests/electron/journeys.spec.ts).
 */
export type PlayedJourney = { readonly name: string; readonly play: (page: Page) => Promise<void> };

const WRONG = '135790';
const CHOSEN = '864209';

const panel = (page: Page) => page.getByRole('complementary').filter({ has: page.locator('#demo') });
const main = (page: Page) => page.getByRole('main');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const finding = (page: Page, check: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: check, exact: true }) });

/** A deed of the demonstration's panel, which is folded away beside a narrow window. */
export async function choose(page: Page, deed: string | RegExp): Promise<void> {
  const fold = panel(page).locator('details');
  if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
  await panel(page).getByRole('button', { name: deed }).first().click();
}

/** By axe, against WCAG 2.2 AA. */
export async function judge(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
}

async function signIn(page: Page, card = 'Ada’s card', passcode = TEST_PIN): Promise<void> {
  await choose(page, `Put ${card} into reader 1`);
  await enterPasscode(page, passcode);
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

async function unlockDesktop(page: Page): Promise<void> {
  await expect(heading(page, 'This computer is locked')).toBeVisible();
  // A password takes a person that long; faster, and the lock counts as fallen.
  await page.waitForTimeout(1_200);
  await choose(page, 'Unlock the desktop');
  await expect(heading(page, 'This computer is locked')).toHaveCount(0);
}

/** Ends the session of the card in reader 1, and leaves the window at its first page. */
async function takeOutAndLock(page: Page): Promise<void> {
  await choose(page, 'Take the card out of reader 1');
  await page.getByRole('alertdialog', { name: 'Your card is out' }).getByRole('button', { name: 'Lock now' }).click();
  await page.getByRole('button', { name: 'Your card', exact: true }).click();
  await unlockDesktop(page);
}

async function signedInByThePad(page: Page): Promise<void> {
  await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  await judge(page);
  await choose(page, 'Put Ada’s card into reader 1');
  await expect(page.getByText('Smartcard of Ada Lindqvist')).toBeVisible();
  await judge(page);
  for (const digit of TEST_PIN) await button(page, `Digit ${digit}`).click();
  await button(page, 'Sign in').click();
  await expect(heading(page, 'You are signed in')).toBeVisible();
  // The authority's list, an hour old: it may have been made yesterday.
  await expect(page.getByText(/^Checked (today at \d\d:\d\d|on \d+ \w+ \d{4})$/)).toHaveCount(1);
  await judge(page);
}

async function wrongLastAndBlocked(page: Page): Promise<void> {
  await choose(page, 'Put Ada’s card into reader 1');
  await expect(page.getByText('3 tries left')).toBeVisible();
  await enterPasscode(page, WRONG);
  await expect(page.getByRole('alert').filter({ hasText: 'That passcode is not right.' })).toContainText(
    '2 tries left',
  );
  await enterPasscode(page, WRONG);
  await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
  await judge(page);
  await button(page, 'I know my passcode, use the last try').click();
  await enterPasscode(page, WRONG);
  await expect(heading(page, 'Your card is blocked')).toBeVisible();
  await expect(page.getByLabel('Passcode', { exact: true })).toHaveCount(0);
  await judge(page);
  await button(page, 'Unlock your card').click();
  await expect(heading(page, /Unlock/)).toBeVisible();
  await judge(page);
}

async function changedPasscode(page: Page): Promise<void> {
  await signIn(page);
  await button(page, 'Change passcode').click();
  await expect(heading(page, 'Change your passcode')).toBeVisible();
  await judge(page);
  await typePasscode(page, TEST_PIN, 'Your passcode now');
  await typePasscode(page, '111111', 'New passcode');
  await typePasscode(page, '111111', 'New passcode again');
  await page.keyboard.press('Enter');
  await expect(page.getByText('That passcode is too easy to guess.')).toBeVisible();
  for (const label of ['New passcode', 'New passcode again']) {
    await page.getByLabel(label, { exact: true }).focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Backspace');
    await page.keyboard.type(CHOSEN);
  }
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Your passcode is changed')).toBeVisible();
  await takeOutAndLock(page);
  await signIn(page, 'Ada’s card', CHOSEN);
}

async function warnedOfExpiry(page: Page): Promise<void> {
  await choose(page, 'Put Runs out soon into reader 1');
  await enterPasscode(page, TEST_PIN);
  const alert = page.getByRole('alertdialog', { name: 'Your card runs out in 25 days' });
  await expect(alert).toContainText('After this date you cannot');
  await expect(alert).toContainText('you must see your RA in person');
  await expect(alert.getByRole('button', { name: 'Renew now' })).toBeVisible();
  await judge(page);
  await button(page, 'Remind me next time I sign in').click();
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

async function pulledAndSwapped(page: Page): Promise<void> {
  await signIn(page);
  await choose(page, 'Take the card out of reader 1');
  await expect(page.getByRole('alertdialog', { name: 'Your card is out' })).toBeVisible();
  await choose(page, 'Put Ada’s card into reader 2');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Take the card out of reader 2');
  await expect(page.getByRole('alertdialog', { name: 'Your card is out' })).toBeVisible();
  await choose(page, 'Put Ben’s card into reader 1');
  await unlockDesktop(page);
  await expect(page.getByText('Smartcard of Ben Okafor')).toBeVisible();
}

async function serviceAndConnectionLost(page: Page): Promise<void> {
  await choose(page, 'Stop the service');
  await expect(heading(page, 'The smartcard service is not running')).toBeVisible();
  await judge(page);
  await choose(page, 'Start the service');
  await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  await signIn(page);
  await choose(page, 'Stop the service');
  await expect(page.getByRole('alertdialog', { name: 'The smartcard service has stopped' })).toBeVisible();
  await choose(page, 'Start the service');
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Drop the remote connection');
  await expect(page.getByRole('alertdialog', { name: 'The connection to your reader is lost' })).toBeVisible();
  await choose(page, 'Connect again');
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

async function twoReaders(page: Page): Promise<void> {
  await signIn(page);
  await choose(page, 'Put Ben’s card into reader 2');
  const others = page.getByRole('region', { name: 'Cards in other readers' });
  await expect(others).toContainText('Ben Okafor');
  await expect(others).toContainText('Enter your passcode');
  await expect(page.getByText('Smartcard of Ada Lindqvist', { exact: true })).toBeVisible();
  await judge(page);
  await others.getByRole('button', { name: /^Use the card in / }).click();
  await expect(page.getByText('Smartcard of Ben Okafor')).toBeVisible();
  await expect(others).toContainText('Ada Lindqvist');
}

async function cardsInTrouble(page: Page): Promise<void> {
  const shown: ReadonlyArray<readonly [card: string, title: string, says: string]> = [
    ['Blocked', 'Your card is blocked', 'Unlock your card'],
    ['Has run out', 'Your card needs attention', 'See your RA in person.'],
    ['Of another organisation', 'Your card needs attention', 'Put in the smartcard of this organisation'],
    ['Does not answer', 'The card does not answer', 'check that the chip is clean'],
    ['Withdrawn', 'Your card needs attention', 'has been withdrawn'],
  ];
  for (const [card, title, says] of shown) {
    await choose(page, `Put ${card} into reader 1`);
    await expect(heading(page, title)).toBeVisible();
    await expect(main(page)).toContainText(says);
    await judge(page);
  }
  await choose(page, 'Put One try left into reader 1');
  await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
}

async function leftUnattended(page: Page): Promise<void> {
  await signIn(page);
  const reminder = page.getByRole('alertdialog', { name: 'Is anyone there?' });
  await choose(page, 'Leave keyboard and mouse alone');
  await expect(reminder).toBeVisible();
  await judge(page);
  await button(page, 'I am here').click();
  await expect(heading(page, 'You are signed in')).toBeVisible();
  await choose(page, 'Leave keyboard and mouse alone');
  await expect(reminder).toBeVisible();
  // The policy of the demonstration gives half a minute to answer.
  await expect(heading(page, 'This computer is locked')).toBeVisible({ timeout: 45_000 });
  await unlockDesktop(page);
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
}

async function lockingFails(page: Page): Promise<void> {
  await signIn(page);
  await choose(page, 'Make locking fail');
  await main(page).getByRole('button', { name: 'Lock now' }).click();
  await expect(heading(page, 'This computer could not be locked')).toBeVisible();
  await judge(page);
  await choose(page, 'Let locking work again');
  await expect(heading(page, 'This computer is locked')).toBeVisible();
}

async function helpPages(page: Page): Promise<void> {
  const services = async () => {
    await button(page, 'Services and help').click();
    await expect(heading(page, 'Services and help')).toBeVisible();
  };
  await services();
  await judge(page);
  const rows = main(page).locator('.wk-row');
  const count = await rows.count();
  // Those of the guidance; a demonstration with a card desk has one more, for RAs.
  expect(count).toBeGreaterThanOrEqual(11);
  for (let row = 0; row < count; row++) {
    await rows.nth(row).click();
    await expect(button(page, 'Back')).toBeVisible();
    await expect(heading(page, /.+/)).toBeFocused();
    await judge(page);
    await services();
  }
}

async function diagnostics(page: Page): Promise<void> {
  const check = async () => {
    await button(page, 'Settings').click();
    await button(page, 'Check this computer').click();
  };
  await signIn(page);
  await check();
  await expect(finding(page, 'Smartcard service')).toContainText('The smartcard service is running.');
  await expect(finding(page, 'Driver of the card reader')).toContainText('All right');
  await expect(finding(page, 'Passcode')).toContainText('All right');
  await expect(finding(page, 'Wardkey')).toContainText('It is running for you.');
  await judge(page);
  await button(page, 'Save a report for the help desk').click();
  await expect(page.getByText(/wardkey-report-.*\.json/)).toBeVisible();
  await choose(page, 'Put Does not answer into reader 2');
  await button(page, 'Check again').click();
  await expect(finding(page, 'Card').filter({ hasText: 'Problem' })).toContainText('check that the chip is clean');
  await takeOutAndLock(page);
  await choose(page, 'Stop the service');
  await check();
  await expect(finding(page, 'Smartcard service')).toContainText('has stopped');
  await expect(finding(page, 'Card reader')).toContainText('This needs the smartcard service.');
  await expect(main(page)).toContainText('01632 960 199');
}

async function settingsDarkAndWelsh(page: Page): Promise<void> {
  const { text } = translatorFor('cy');
  await button(page, 'Settings').click();
  await judge(page);
  await button(page, 'About Wardkey').click();
  await expect(heading(page, 'About Wardkey')).toBeVisible();
  await judge(page);
  await button(page, 'Back').click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await judge(page);
  await page.getByRole('checkbox', { name: 'Show a number pad for the passcode' }).click();
  await page.getByRole('radio', { name: 'Cymraeg' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'cy');
  await judge(page);
  await choose(page, text('demo.insertInto', { card: text('demo.card.ada'), number: 1 }));
  await button(page, text('common.home')).click();
  const field = page.getByLabel('Cod pas', { exact: true });
  await expect(page.getByText('3 ymgais ar ôl')).toBeVisible();
  await expect(button(page, /^(Digit|Digid) 1$/)).toHaveCount(0);
  await judge(page);
  await field.focus();
  await page.keyboard.type(TEST_PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Cerdyn clyfar Ada Lindqvist')).toBeVisible();
  await expect(heading(page, text('panel.state.active'))).toBeVisible();
  await expect(main(page)).not.toContainText(/\b(the|your|card)\b/i);
  await judge(page);
}

async function keyboardAlone(page: Page): Promise<void> {
  await choose(page, 'Put Ada’s card into reader 1');
  await expect(page.getByLabel('Passcode', { exact: true })).toBeFocused();
  await page.keyboard.type(TEST_PIN);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'You are signed in')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(main(page).getByRole('button', { name: 'Lock now' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(button(page, 'Change passcode')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Change your passcode')).toBeFocused();
  for (const passcode of [TEST_PIN, CHOSEN, CHOSEN]) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(passcode);
  }
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Your passcode is changed')).toBeFocused();
}

export const PLAYED_JOURNEYS: readonly PlayedJourney[] = [
  { name: 'a card signs in by the number pad, and shows what it is', play: signedInByThePad },
  { name: 'wrong passcodes, the stop before the last one, and the blocked card', play: wrongLastAndBlocked },
  { name: 'a passcode is changed, and the new one signs in', play: changedPasscode },
  { name: 'a card that runs out soon says so at sign-in', play: warnedOfExpiry },
  { name: 'a card comes back into another reader; another card locks at once', play: pulledAndSwapped },
  { name: 'the service stops and the remote connection drops, and both come back', play: serviceAndConnectionLost },
  { name: 'two cards in two readers', play: twoReaders },
  { name: 'blocked, expired, foreign, mute, withdrawn: each says what to do', play: cardsInTrouble },
  { name: 'an unattended card is reminded of, and locks', play: leftUnattended },
  { name: 'a lock that fails is told, and made good', play: lockingFails },
  { name: 'every page of help', play: helpPages },
  { name: 'the checks of this computer, with a mute card and a stopped service', play: diagnostics },
  { name: 'settings, dark, and the whole way in Welsh', play: settingsDarkAndWelsh },
  { name: 'by keyboard alone', play: keyboardAlone },
];
