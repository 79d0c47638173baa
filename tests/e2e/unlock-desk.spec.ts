import type { Page } from '@playwright/test';
import { OWNER, type RunningDesk, runningDesk } from './desk.ts';
import { found, held } from './heap.ts';
import { OpenerStandIn } from './opener.ts';
import { test as base, enterPasscode, expect, heading, newCard, typePasscode } from './window.ts';

/**
 * The unlock as a person lives it, from the wrong passcodes to the signed-in panel: the window in a real Chromium, the real
 * agent and card driver on a real pcscd, a real card desk in a process of its own with a real SMTP server.
 */

const WRONG = '135790';
const CHOSEN = '864209';

const test = base.extend<{ desk: RunningDesk }>({
  desk: runningDesk,
  policy: async ({ desk }, use) =>
    use({
      desk: desk.policy,
      organisation: { name: 'Ward Example', contacts: { ra: { phone: '01632 960 123' } } },
    }),
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** Wrong passcodes until it is blocked, the last one on purpose. */
async function block(page: Page): Promise<void> {
  for (const left of [2, 1]) {
    await enterPasscode(page, WRONG);
    await expect(page.getByText(left === 1 ? 'One try left' : '2 tries left').first()).toBeVisible();
  }
  await button(page, 'I know my passcode, use the last try').click();
  await enterPasscode(page, WRONG);
  await expect(heading(page, 'Your card is blocked')).toBeVisible();
}

async function sendCodeTo(page: Page, address: string): Promise<void> {
  await button(page, 'Unlock your card').click();
  await button(page, /With a code that is sent to me/).click();
  await expect(heading(page, 'What is your email address or mobile number?')).toBeFocused();
  await page.getByLabel('Email address or mobile number').fill(address);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Enter the code')).toBeFocused();
  await expect(page.getByRole('main')).toContainText('15 minutes left');
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code', { exact: true }).fill(code);
  await page.keyboard.press('Enter');
}

async function choosePasscode(page: Page): Promise<void> {
  await expect(heading(page, 'Choose a new passcode')).toBeFocused();
  await typePasscode(page, CHOSEN, 'New passcode');
  await typePasscode(page, CHOSEN, 'New passcode again');
  await page.keyboard.press('Enter');
}

async function signInAnew(page: Page): Promise<void> {
  await expect(heading(page, 'Your card is unlocked')).toBeFocused();
  await button(page, 'Sign in with the new passcode').click();
  await enterPasscode(page, CHOSEN);
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

/** Nothing of what was typed is in the page any more, however it was written. */
async function expectForgotten(page: Page, address: string, code: string): Promise<void> {
  const closed = address.replaceAll(' ', '');
  const typed = [address, address.toUpperCase(), closed, closed.replace(/^0/, ''), code, inHalves(code), CHOSEN, WRONG];
  expect(await found(page, ...typed)).toEqual([]);
  const holds = JSON.stringify(await held(page));
  for (const text of typed) expect(holds).not.toContain(text);
}

const inHalves = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`;

test.describe('a card that was blocked by wrong passcodes', () => {
  test('is unlocked by an emailed code, and its owner signs in with the new passcode', async ({
    page,
    reader,
    desk,
  }) => {
    test.setTimeout(120_000);
    await reader.insert(desk.card.card.snapshot());
    await block(page);
    await sendCodeTo(page, ` ${OWNER.email.toUpperCase()} `);
    const code = await desk.emailedCode();
    await enterCode(page, code === '000000' ? '000001' : '000000');
    await expect(page.getByRole('alert').filter({ hasText: 'That code is not right.' })).toContainText('4 tries left');
    await enterCode(page, inHalves(code));
    await choosePasscode(page);
    await signInAnew(page);
    await expectForgotten(page, OWNER.email, code);
    const told = await desk.smtp.mail();
    expect(told.to).toEqual([OWNER.email]);
    const card = await reader.snapshot();
    expect(card?.pin.triesLeft).toBe(3);
    // The unblocking code was used once, and is another one now.
    expect(card?.puk.value).not.toBe(desk.card.card.snapshot().puk.value);
  });

  test('is unlocked by a code in a text message', async ({ page, reader, desk }) => {
    test.setTimeout(120_000);
    await reader.insert(desk.card.card.snapshot());
    await block(page);
    await sendCodeTo(page, OWNER.mobile);
    await expect.poll(() => desk.textedCode()).not.toBeNull();
    const code = desk.textedCode() ?? '';
    await enterCode(page, code);
    await choosePasscode(page);
    await signInAnew(page);
    await expectForgotten(page, OWNER.mobile, code);
  });

  test('is unlocked with an RA who is there, and not before the RA has authorised it', async ({
    page,
    reader,
    desk,
  }) => {
    await reader.insert(desk.card.card.snapshot());
    await block(page);
    await button(page, 'Unlock your card').click();
    await button(page, /With my RA, who is here with me/).click();
    await choosePasscode(page);
    await expect(heading(page, 'Now it is your RA’s turn')).toBeVisible();
    expect((await reader.snapshot())?.pin.triesLeft).toBe(0);
    await desk.authorise();
    await button(page, 'My RA has authorised it').click();
    await signInAnew(page);
  });

  test('says the same of an address that is not on the profile, and sends nothing', async ({ page, reader, desk }) => {
    await reader.insert(desk.card.card.snapshot());
    await block(page);
    await sendCodeTo(page, 'nobody@ward.example');
    await expect(page.getByRole('main')).toContainText('If this is on your profile, a code is on its way.');
    // Only the next one is sent, to the address that is.
    await button(page, 'Send a new code').click();
    await expect(heading(page, 'What is your email address or mobile number?')).toBeFocused();
    await page.getByLabel('Email address or mobile number').fill(OWNER.email);
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Enter the code')).toBeFocused();
    const mail = await desk.smtp.mail();
    expect(mail.to).toEqual([OWNER.email]);
  });

  test('goes on by itself after the card was pulled and the desk was away', async ({ page, reader, desk }) => {
    test.setTimeout(120_000);
    const card = desk.card.card.snapshot();
    await reader.insert({ ...card, pin: { ...card.pin, triesLeft: 0 } });
    await sendCodeTo(page, OWNER.email);
    await enterCode(page, await desk.emailedCode());
    await expect(heading(page, 'Choose a new passcode')).toBeFocused();
    await reader.pull();
    await choosePasscodeUnfocused(page);
    await expect(heading(page, 'Put the same card back in')).toBeFocused();
    await desk.goAway();
    await reader.insert({ ...card, pin: { ...card.pin, triesLeft: 0 } });
    await expect(heading(page, 'The card desk cannot be reached')).toBeFocused();
    await expect(page.getByRole('main')).toContainText('Your card is still blocked');
    await desk.comeBack();
    await button(page, 'Try now').click();
    await signInAnew(page);
  });
});

/** As {@link choosePasscode}, on a page that has stood there for a while. */
async function choosePasscodeUnfocused(page: Page): Promise<void> {
  await typePasscode(page, CHOSEN, 'New passcode');
  await typePasscode(page, CHOSEN, 'New passcode again');
  await page.keyboard.press('Enter');
}

const PAGES = {
  unlock: 'https://ward.example/unlock',
  renew: 'https://ward.example/renew',
  'contact-details': 'https://ward.example/contact-details',
};

const atAddress = base.extend<{ opener: OpenerStandIn }>({
  policy: { desk: { mode: 'address' }, organisation: { name: 'Ward Example', pages: PAGES } },
  opener: async ({ user }, use) => use(new OpenerStandIn(user)),
  environment: async ({ opener }, use) => use(opener.environment),
});

atAddress.describe('where the organisation has an address of its own', () => {
  atAddress('the window leads there, and asks for nothing itself', async ({ page, reader, opener }) => {
    await reader.insert(await newCard());
    await block(page);
    await button(page, 'Unlock your card').click();
    await expect(heading(page, 'Unlock your card')).toBeFocused();
    await expect(page.locator('input')).toHaveCount(0);
    expect(opener.opened()).toEqual([]);
    await button(page, /Unlock your card \(opens in your browser\)/).click();
    await expect.poll(() => opener.opened()).toEqual([PAGES.unlock]);
  });
});
