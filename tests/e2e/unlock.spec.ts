import type { Page } from '@playwright/test';
import type { UnlockView } from '../../src/core/contract/unlock.ts';
import { look } from './gallery.ts';
import { found, held } from './heap.ts';
import { blockedCard, CARD_ID, READER, type Script, test } from './scripted-agent.ts';
import { expect, heading, typePasscode } from './window.ts';

/** Every page of the unlock in the window, on an agent that follows a script. */

const MINUTE_MS = 60_000;
const ADDRESS = 'ada.lindqvist@ward.example';
const CODE = '384215';
const CHOSEN = '864209';

const START = { command: 'unlock-start', reader: READER, cardId: CARD_ID };
const inMinutes = (minutes: number) => Date.now() + minutes * MINUTE_MS;

const main = (page: Page) => page.getByRole('main');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const see = (page: Page, script: Script, name: string) => look({ page, dress: script.dress }, `unlock-${name}`);

/** Shows one state of the unlock on its page. */
async function show(page: Page, script: Script, title: string, unlock: Partial<UnlockView>): Promise<void> {
  script.unlock({ expiresAt: inMinutes(12), ...unlock });
  if (!(await page.locator('.wk-unlock').isVisible())) await button(page, /Unlock your card|Go on unlocking/).click();
  await expect(heading(page, title)).toBeFocused();
}

test.describe('unlocking in the window', () => {
  test('by a code, from the blocked card to the new passcode, with the keyboard alone', async ({ page, script }) => {
    const press = async (name: string | RegExp) => {
      await button(page, name).focus();
      await page.keyboard.press('Enter');
    };
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    await press('Unlock your card');
    await expect(heading(page, 'How do you want to unlock your card?')).toBeFocused();
    await expect(main(page)).toContainText('Smartcard of Ada Lindqvist');
    await expect(main(page)).toContainText('01632 960 123');
    await press(/With a code that is sent to me/);
    expect(await script.next()).toEqual({ command: { ...START, way: 'self-service' }, secrets: [] });

    script.unlock({ step: 'address' });
    await expect(heading(page, 'What is your email address or mobile number?')).toBeFocused();
    const address = page.getByLabel('Email address or mobile number');
    await page.keyboard.press('Tab');
    await expect(address).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('Enter your email address or your mobile number');
    await page.keyboard.type('ada');
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('neither an email address nor a mobile number');
    // What is wrong by its form has been sent to nobody, and stays to be mended.
    await expect(address).toHaveValue('ada');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(` ${ADDRESS} `);
    await page.keyboard.press('Enter');
    expect(await script.next()).toEqual({
      command: { command: 'unlock-address', cardId: CARD_ID },
      secrets: [ADDRESS],
    });
    await expect(address).toHaveValue('');

    script.unlock({ step: 'working', doing: 'sending-code' });
    await expect(page.getByRole('status').filter({ hasText: 'Sending the code' })).toBeVisible();
    script.unlock({ step: 'code', expiresAt: inMinutes(15), codeTriesLeft: 5 });
    await expect(heading(page, 'Enter the code')).toBeFocused();
    await expect(main(page)).toContainText('If this is on your profile, a code is on its way.');
    await expect(main(page)).toContainText('15 minutes left');
    await expect(main(page)).toContainText('You can enter a code 5 more times.');
    await page.keyboard.press('Tab');
    await page.keyboard.type('12345');
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('The code has six digits.');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(` ${CODE.slice(0, 3)} ${CODE.slice(3)} `);
    await page.keyboard.press('Enter');
    expect(await script.next()).toEqual({ command: { command: 'unlock-code', cardId: CARD_ID }, secrets: [CODE] });

    script.unlock({ step: 'passcode', expiresAt: inMinutes(13) });
    await expect(heading(page, 'Choose a new passcode')).toBeFocused();
    await expect(main(page)).toContainText('have 6 to 8 digits, and nothing else');
    await typePasscode(page, '123456', 'New passcode');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('too easy to guess');
    await typePasscode(page, CHOSEN, 'New passcode');
    await page.keyboard.press('Enter');
    await page.keyboard.type('864208');
    await page.keyboard.press('Enter');
    await expect(main(page)).toContainText('not the same');
    await page.keyboard.type(CHOSEN);
    await page.keyboard.press('Enter');
    expect(await script.next()).toEqual({
      command: { command: 'unlock-passcode', cardId: CARD_ID },
      secrets: [CHOSEN],
    });

    script.unlock({ step: 'working', doing: 'proving-card' });
    await expect(heading(page, 'Unlocking your card')).toBeFocused();
    await expect(main(page)).toContainText('Leave the card in the reader.');
    script.unlock({ step: 'working', doing: 'telling-desk', truth: 'unlocked' });
    await expect(page.getByRole('status').filter({ hasText: 'You can take the card out.' })).toBeAttached();
    script.unlock({ step: 'done', truth: 'unlocked' });
    await expect(heading(page, 'Your card is unlocked')).toBeFocused();
    script.tell({
      phase: 'awaiting-passcode',
      readers: [{ reader: READER, phase: 'awaiting-passcode', card: { ...blockedCard, triesLeft: 3 } }],
    });
    await expect(heading(page, 'Your card is unlocked')).toBeVisible();
    await press('Sign in with the new passcode');
    expect(await script.next()).toEqual({ command: { command: 'unlock-cancel', cardId: CARD_ID }, secrets: [] });
    await expect(page.getByLabel('Passcode', { exact: true })).toBeFocused();
  });

  test('with an RA who is there, from a code that does not come', async ({ page, script }) => {
    await show(page, script, 'Enter the code', { step: 'code', codeTriesLeft: 5 });
    await button(page, 'Unlock with my RA instead').click();
    expect(await script.next()).toEqual({ command: { ...START, way: 'assisted' }, secrets: [] });
    await show(page, script, 'Choose a new passcode', { step: 'passcode', way: 'assisted' });
    await expect(main(page)).toContainText('not your RA either');
    await show(page, script, 'Now it is your RA’s turn', { step: 'waiting-for-ra', way: 'assisted' });
    await button(page, 'My RA has authorised it').click();
    expect(await script.next()).toEqual({ command: { command: 'unlock-retry', cardId: CARD_ID }, secrets: [] });
    script.unlock({ step: 'waiting-for-ra', way: 'assisted', problem: 'Unlock_NotAuthorised' });
    await expect(page.getByRole('alert')).toContainText('Nobody has authorised this card');
    await expect(page.getByRole('alert')).toBeFocused();
  });

  test('a wrong code says so each time, and how often one may still try', async ({ page, script }) => {
    await show(page, script, 'Enter the code', { step: 'code', codeTriesLeft: 5 });
    for (const left of [4, 3]) {
      await page.getByLabel('Code', { exact: true }).fill('000000');
      await button(page, 'Check the code').click();
      await script.next();
      script.unlock({ step: 'working', doing: 'checking-code', codeTriesLeft: left + 1 });
      await expect(page.getByRole('status').filter({ hasText: 'Checking the code' })).toBeVisible();
      script.unlock({ step: 'code', codeTriesLeft: left, problem: 'Unlock_CodeWrong' });
      const alert = page.getByRole('alert').filter({ hasText: 'That code is not right.' });
      await expect(alert).toContainText(`${left} tries left`);
      await expect(alert).toBeFocused();
    }
    // Whatever else is told meanwhile, whoever types again is left alone.
    const code = page.getByLabel('Code', { exact: true });
    await code.pressSequentially('123');
    script.tell({ phase: 'blocked' });
    await code.pressSequentially('456');
    await expect(code).toHaveValue('123456');
  });

  test('going back loses nothing, starting again says what it means, and the end can be chosen', async ({
    page,
    script,
  }) => {
    await show(page, script, 'What is your email address or mobile number?', { step: 'address' });
    await button(page, 'Back').click();
    expect(await script.next()).toEqual({ command: { command: 'unlock-cancel', cardId: CARD_ID }, secrets: [] });
    await show(page, script, 'Enter the code', { step: 'code', codeTriesLeft: 4 });
    await button(page, 'Back to your card').click();
    await expect(heading(page, 'Your card is blocked')).toBeFocused();
    await expect(main(page)).toContainText('You have begun to unlock this card.');
    await button(page, 'Go on unlocking').click();
    await expect(heading(page, 'Enter the code')).toBeFocused();
    await expect(main(page)).toContainText('Codes from before no longer work.');
    await button(page, 'Send a new code').click();
    expect(await script.next()).toEqual({ command: { ...START, way: 'self-service' }, secrets: [] });
    await button(page, 'Stop unlocking').click();
    expect(await script.next()).toEqual({ command: { command: 'unlock-cancel', cardId: CARD_ID }, secrets: [] });
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    // A card that is being changed is not left alone.
    await show(page, script, 'Put the same card back in', {
      step: 'working',
      doing: 'setting-passcode',
      cardIn: false,
      truth: 'not-known',
    });
    await expect(button(page, 'Stop unlocking')).toHaveCount(0);
  });

  test('a call for the card that was put back, and a window opened anew, stay with the unlock', async ({
    page,
    script,
  }) => {
    await show(page, script, 'Choose a new passcode', { step: 'passcode' });
    script.tell({ call: { number: 1, place: 'home' } });
    await page.waitForFunction(() => document.readyState === 'complete');
    await expect(heading(page, 'Choose a new passcode')).toBeVisible();
    await page.reload();
    await expect(heading(page, 'Choose a new passcode')).toBeVisible();
  });

  test('what is refused, and a desk that asks for patience, is said', async ({ page, script }) => {
    await button(page, 'Unlock your card').click();
    script.view.answer = () => ({ ok: false, code: 'Desk_TooMany' });
    await button(page, /With a code that is sent to me/).click();
    await expect(page.getByRole('alert')).toContainText('That was tried too often.');
    await expect(page.getByRole('alert')).toBeFocused();
  });

  test('the time left is spoken at its moments and not in between', async ({ page, script }) => {
    await page.clock.install();
    const until = await page.evaluate(() => Date.now() + 12 * 60_000);
    await show(page, script, 'Enter the code', { step: 'code', expiresAt: until });
    const time = page.locator('.wk-time');
    const spoken = time.getByRole('status');
    await expect(time).toContainText('12 minutes left');
    await expect(spoken).toHaveText('');
    await page.clock.runFor(60_000);
    await expect(time).toContainText('11 minutes left');
    await expect(spoken).toHaveText('');
    await page.clock.runFor(60_000);
    await expect(spoken).toHaveText('10 minutes left');
    await page.clock.runFor(8 * 60_000);
    await expect(spoken).toHaveText('2 minutes left');
    await page.clock.runFor(60_000);
    await expect(spoken).toHaveText('Less than a minute left');
    await page.clock.runFor(60_000);
    await expect(time).toContainText('The time is over');
  });

  test('where the organisation unlocks on a page of its own, or by people, the window does not', async ({
    page,
    script,
  }) => {
    const organisation = script.view.snapshot().organisation;
    script.tell({ unlockingBy: 'address', organisation: { ...organisation, pages: ['unlock'] } });
    await button(page, 'Unlock your card').click();
    await expect(heading(page, 'Unlock your card')).toBeFocused();
    await button(page, /Unlock your card/).click();
    expect(await script.next()).toEqual({ command: { command: 'open-page', page: 'unlock' }, secrets: [] });
    script.tell({ unlockingBy: 'people', organisation });
    await expect(button(page, /Unlock your card/)).toHaveCount(0);
    await expect(main(page)).toContainText('01632 960 123');
    script.tell({ unlockingBy: 'in-app' });
    await button(page, 'Unlock your card').click();
    await expect(heading(page, 'How do you want to unlock your card?')).toBeFocused();
  });
});

test('what is typed is in the page no longer than it is typed: not in its heap, its fields, its undo or its storage', async ({
  page,
  script,
}) => {
  test.setTimeout(120_000);
  await show(page, script, 'What is your email address or mobile number?', { step: 'address' });
  const address = page.getByLabel('Email address or mobile number');
  await address.focus();
  await page.keyboard.type(ADDRESS);
  await page.keyboard.press('Enter');
  expect((await script.next()).secrets).toEqual([ADDRESS]);
  // Refused by the desk: the field is there again, and what was in it does not come back.
  script.unlock({ step: 'working', doing: 'sending-code' });
  script.unlock({ step: 'address', problem: 'Unlock_AddressNotUsable' });
  await expect(page.getByRole('alert')).toBeFocused();
  await address.focus();
  await page.keyboard.press('Control+Z');
  await expect(address).toHaveValue('');
  script.unlock({ step: 'code', codeTriesLeft: 5 });
  await expect(heading(page, 'Enter the code')).toBeVisible();
  expect(await found(page, ADDRESS, ADDRESS.slice(0, 12))).toEqual([]);
  await page.getByLabel('Code', { exact: true }).focus();
  await page.keyboard.insertText(CODE);
  await page.keyboard.press('Enter');
  expect((await script.next()).secrets).toEqual([CODE]);
  expect(await found(page, CODE)).toEqual([]);
  await page.keyboard.press('Control+Z');
  script.unlock({ step: 'passcode' });
  await typePasscode(page, CHOSEN, 'New passcode');
  expect(await found(page, ADDRESS, CODE, CHOSEN)).toEqual([]);
  const holds = await held(page);
  for (const secret of [ADDRESS, CODE, CHOSEN]) expect(JSON.stringify(holds)).not.toContain(secret);
  expect(holds.stored).toBe('[]');
  // The search finds what is there.
  expect(await found(page, 'Smartcard of {{name}}')).not.toEqual([]);
});

test.describe('every page of the unlock, in both languages and themes', () => {
  const WORKING = { step: 'working' } as const;
  const STATES: ReadonlyArray<readonly [name: string, title: string, unlock: Partial<UnlockView>]> = [
    ['address', 'What is your email address or mobile number?', { step: 'address', expiresAt: null }],
    ['address-sending', 'What is your email address or mobile number?', { ...WORKING, doing: 'sending-code' }],
    ['code', 'Enter the code', { step: 'code', codeTriesLeft: 5 }],
    ['code-wrong', 'Enter the code', { step: 'code', codeTriesLeft: 1, problem: 'Unlock_CodeWrong' }],
    ['passcode', 'Choose a new passcode', { step: 'passcode', expiresAt: inMinutes(1.5) }],
    [
      'passcode-assisted',
      'Choose a new passcode',
      { step: 'passcode', way: 'assisted', problem: 'Unlock_ChooseAgain' },
    ],
    ['working', 'Unlocking your card', { ...WORKING, doing: 'setting-passcode', truth: 'not-known' }],
    ['working-telling', 'Unlocking your card', { ...WORKING, doing: 'telling-desk', truth: 'unlocked' }],
    ['out', 'Put the same card back in', { ...WORKING, doing: 'proving-card', cardIn: false }],
    ['out-not-known', 'Put the same card back in', { ...WORKING, cardIn: false, truth: 'not-known' }],
    ['network', 'The card desk cannot be reached', { ...WORKING, doing: 'checking-code', network: 'lost' }],
    [
      'network-unlocked',
      'The card desk cannot be reached',
      { ...WORKING, doing: 'telling-desk', network: 'lost', truth: 'unlocked', retryAt: inMinutes(3) },
    ],
    [
      'network-not-known',
      'The card desk cannot be reached',
      { ...WORKING, doing: 'setting-passcode', network: 'lost', truth: 'not-known' },
    ],
    [
      'network-wait',
      'The card desk asks you to wait a while',
      { ...WORKING, doing: 'sending-code', network: 'lost', problem: 'Desk_TooMany', retryAt: inMinutes(10) },
    ],
    ['halted', 'The unlock is waiting', { ...WORKING, doing: 'proving-card', halted: true, problem: 'Card_Busy' }],
    [
      'not-trusted',
      'The unlock is waiting',
      { ...WORKING, doing: 'sending-code', halted: true, problem: 'Desk_NotTrusted' },
    ],
    ['asking', 'One moment', { ...WORKING, doing: 'starting', truth: 'not-known' }],
    ['ra', 'Now it is your RA’s turn', { step: 'waiting-for-ra', way: 'assisted', retryAt: inMinutes(0.2) }],
    ['done', 'Your card is unlocked', { step: 'done', truth: 'unlocked', expiresAt: null }],
    ['done-out', 'Your card is unlocked', { step: 'done', way: 'assisted', truth: 'unlocked', cardIn: false }],
    ['failed', 'Your card is still blocked', { step: 'failed', problem: 'Unlock_CodeTriesUsed' }],
    ['failed-for-good', 'Your card is still blocked', { step: 'failed', problem: 'Unlock_PukRefused' }],
    [
      'failed-not-known',
      'The unlock has ended before it was finished',
      { step: 'failed', truth: 'not-known', cardIn: false, problem: 'Unlock_Expired' },
    ],
  ];

  test('how', async ({ page, script }) => {
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    await see(page, script, 'blocked');
    await button(page, 'Unlock your card').click();
    await expect(heading(page, 'How do you want to unlock your card?')).toBeFocused();
    await see(page, script, 'how');
  });

  for (const [name, title, unlock] of STATES) {
    test(name, async ({ page, script }) => {
      script.unlock({ expiresAt: inMinutes(12), ...unlock });
      if (unlock.step === 'done' || unlock.step === 'failed') {
        // It came to its end on this page.
        script.unlock({ step: 'working', doing: 'proving-card' });
        await page.reload();
        await expect(heading(page, 'Unlocking your card')).toBeVisible();
        script.unlock({ expiresAt: null, ...unlock });
        if (unlock.step === 'done') awaitPasscode(script);
      } else {
        await page.reload();
      }
      await expect(heading(page, title)).toBeVisible();
      await see(page, script, name);
    });
  }
});

/** The card is as the unlock has left it. */
function awaitPasscode(script: Script): void {
  const card = { ...blockedCard, triesLeft: 3 };
  script.tell({ phase: 'awaiting-passcode', readers: [{ reader: READER, phase: 'awaiting-passcode', card }] });
}
