import type { Locator, Page } from '@playwright/test';
import type { CardPhase } from '../../src/core/agent/phases.ts';
import type { ViewOutcome } from '../../src/core/contract/view.ts';
import { look } from './gallery.ts';
import { found, held } from './heap.ts';
import { blockedCard, CARD_ID, READER, type Script, test } from './scripted-agent.ts';
import { expect, heading, typePasscode } from './window.ts';

/** The window's page for RAs in every state, on an agent that follows a script; tests/e2e/ra.spec.ts has it in earnest. */

/** Longer than the numbers that a heap snapshot gives to what it finds. */
const PASSCODE = '90482915';
const LABEL = 'Passcode of your own card';
const SIGN_IN = { command: 'ra-sign-in', reader: READER, cardId: CARD_ID, lastTry: false };

const main = (page: Page) => page.getByRole('main');
const alert = (page: Page) => page.getByRole('alert');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const see = (page: Page, script: Script, name: string, still?: Locator) =>
  look({ page, dress: script.dress, ...(still === undefined ? {} : { still }) }, `ra-window-${name}`);

/** A card in the reader that is in this phase, and has so many tries left. */
function card(script: Script, phase: CardPhase, triesLeft = 3): void {
  const there = phase !== 'empty';
  script.tell({
    raDesk: true,
    phase: there && phase !== 'mute' ? phase : 'no-card',
    readers: [{ reader: READER, phase, card: there ? { ...blockedCard, triesLeft } : null }],
  });
}

async function openRaPage(page: Page): Promise<void> {
  await button(page, 'Services and help').click();
  await button(page, /Help somebody at the card desk/).click();
  await expect(heading(page, 'Sign in to the card desk as an RA')).toBeFocused();
}

async function send(page: Page): Promise<void> {
  await typePasscode(page, PASSCODE, LABEL);
  await page.keyboard.press('Enter');
}

/** What the agent answers from now on, at once. */
function answer(script: Script, outcome: ViewOutcome): void {
  script.view.answer = (command) => (command.command === 'ra-sign-in' ? outcome : { ok: true, value: null });
}

test.describe('the page for RAs', () => {
  test('is offered where there is a card desk, and only there', async ({ page, script }) => {
    card(script, 'awaiting-passcode');
    await button(page, 'Services and help').click();
    await expect(button(page, /Help somebody at the card desk/)).toBeVisible();
    await see(page, script, 'row');
    script.tell({ raDesk: false });
    await expect(button(page, /Help somebody at the card desk/)).toHaveCount(0);
  });

  test('leads to the page in the browser with the keyboard alone, and keeps no passcode', async ({ page, script }) => {
    card(script, 'awaiting-passcode');
    await openRaPage(page);
    await see(page, script, 'asks');
    await page.keyboard.press('Tab');
    await expect(page.getByLabel(LABEL)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('Enter your passcode');
    await page.keyboard.type('482');
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('A passcode has at least 4 characters');
    await see(page, script, 'too-short', page.locator('[aria-invalid=true]'));
    expect(script.asked).toEqual([]);

    const answered = Promise.withResolvers<ViewOutcome>();
    script.view.answer = ({ command }) => (command === 'ra-sign-in' ? answered.promise : { ok: true, value: null });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await send(page);
    expect(await script.next()).toEqual({ command: SIGN_IN, secrets: [PASSCODE] });
    await expect(page.getByRole('status').filter({ hasText: 'Signing you in at the card desk.' })).toBeVisible();
    await expect(page.getByLabel(LABEL)).toHaveValue('');
    await see(page, script, 'working');
    // It does one thing at a time.
    await send(page);
    expect(script.asked).toHaveLength(1);
    answered.resolve({ ok: true, value: null });
    await expect(heading(page, 'The card desk is opening in your browser')).toBeFocused();
    await expect(main(page)).toContainText('once, within a minute');
    await see(page, script, 'opened');
    expect(await found(page, PASSCODE)).toEqual([]);
    expect(JSON.stringify(await held(page))).not.toContain(PASSCODE);
    await button(page, 'Sign in again').click();
    await expect(heading(page, 'Sign in to the card desk as an RA')).toBeFocused();
    await expect(page.getByLabel(LABEL)).toHaveValue('');
  });

  test('says what went wrong and what to do, and how many tries are left', async ({ page, script }) => {
    test.setTimeout(120_000);
    card(script, 'active');
    await openRaPage(page);
    answer(script, { ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    await send(page);
    await expect(alert(page)).toBeFocused();
    await expect(alert(page)).toContainText('2 tries left');
    await see(page, script, 'wrong', alert(page));
    for (const [code, says, next] of [
      ['Desk_NotReached', 'cannot be reached', 'Check the network of this computer, and try again.'],
      ['Desk_NotTrusted', 'could not show', 'Do not go on here.'],
      ['Desk_SignInRefused', 'did not sign you in', 'Use the card that you were given as an RA.'],
      ['Desk_TooMany', 'tried too often', 'Wait a while'],
      ['Desk_Unavailable', 'not available', 'Try again in a few minutes.'],
      ['Attempt_InProgress', 'still busy', 'Wait for it'],
      ['Desk_PageNotOpened', 'no browser opened', 'If no browser opens then either, tell IT.'],
    ] as const) {
      answer(script, { ok: false, code });
      await send(page);
      await expect(alert(page)).toContainText(says);
      await expect(alert(page)).toContainText(next);
      await expect(alert(page)).toContainText(code);
    }
    await see(page, script, 'not-opened', alert(page));
    answer(script, { ok: false, code: 'Card_Removed' });
    await send(page);
    card(script, 'empty');
    await expect(alert(page)).toContainText('The card was taken out too soon.');
    await expect(main(page)).toContainText('Put your own smartcard in first.');
    await see(page, script, 'card-out');
  });

  test('stops before the last try, which is made on purpose or not at all', async ({ page, script }) => {
    card(script, 'awaiting-passcode', 2);
    await openRaPage(page);
    answer(script, { ok: false, code: 'Passcode_Wrong', triesLeft: 1 });
    await send(page);
    card(script, 'awaiting-passcode', 1);
    await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
    await expect(page.getByLabel(LABEL)).toHaveCount(0);
    await see(page, script, 'last-try');
    await button(page, 'I know my passcode, use the last try').click();
    await expect(page.getByLabel(LABEL)).toBeFocused();
    answer(script, { ok: false, code: 'Passcode_Blocked' });
    await send(page);
    await script.next();
    expect(await script.next()).toEqual({ command: { ...SIGN_IN, lastTry: true }, secrets: [PASSCODE] });
    card(script, 'blocked', 0);
    await expect(main(page)).toContainText('Nothing on the card is lost.');
    await see(page, script, 'blocked');
    await button(page, 'Unlock your card').click();
    await expect(heading(page, 'Unlock your card')).toBeVisible();
  });

  test('asks before a try that could be the last on a card that does not tell', async ({ page, script }) => {
    card(script, 'awaiting-passcode');
    await openRaPage(page);
    answer(script, { ok: false, code: 'Card_TriesUnknown', triesLeft: null });
    await send(page);
    await expect(page.getByRole('heading', { level: 2, name: 'This could be the last try' })).toBeFocused();
    script.tell({ passcode: { ...script.view.snapshot().passcode, lastTry: 'refuse' } });
    await expect(button(page, 'I know my passcode, use the last try')).toHaveCount(0);
  });
});
