import { enterPasscode, expect, heading, newCard, signIn, TEST_PIN, test, typePasscode } from './window.ts';

const WRONG = '135790';

test.describe('signing in', () => {
  test('a card that comes in is greeted by name, asks once for its passcode, and signs in', async ({
    page,
    agent,
    reader,
  }) => {
    await expect(heading(page, 'Put your smartcard in')).toBeVisible();
    await reader.insert(await newCard());
    await expect(heading(page, 'Enter your passcode')).toBeVisible();
    await expect(page.getByText('Smartcard of Ada Lindqvist')).toBeVisible();
    await expect(page.getByLabel('Passcode', { exact: true })).toBeFocused();
    await signIn(page);
    await agent.event('session-began');
    await expect(page.getByText('Valid until').first()).toBeVisible();
  });

  test('the number pad types as the keyboard does, and the page never holds what was typed', async ({
    page,
    reader,
  }) => {
    await reader.insert(await newCard());
    const field = page.getByLabel('Passcode', { exact: true });
    for (const digit of TEST_PIN) await page.getByRole('button', { name: `Digit ${digit}` }).click();
    await expect(field).toHaveValue('••••••');
    await page.getByRole('button', { name: 'Delete the last digit' }).click();
    await expect(field).toHaveValue('•••••');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect(field).toHaveValue('');
    await field.focus();
    await page.keyboard.type(`9${TEST_PIN}`);
    await page.keyboard.press('Home');
    await page.keyboard.press('Delete');
    await expect(field).toHaveValue('••••••');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(heading(page, 'You are signed in')).toBeVisible();
  });

  test('a wrong passcode costs one try and says how many are left; too short a one costs none', async ({
    page,
    reader,
  }) => {
    await reader.insert(await newCard());
    await expect(page.getByText('3 tries left')).toBeVisible();
    await enterPasscode(page, '123');
    await expect(page.getByText('A passcode has at least 4 characters')).toBeVisible();
    await expect(page.getByText('3 tries left')).toBeVisible();
    await page.getByRole('button', { name: 'Clear' }).click();
    await enterPasscode(page, WRONG);
    await expect(page.getByRole('alert').filter({ hasText: 'That passcode is not right.' })).toContainText(
      '2 tries left',
    );
    expect((await reader.snapshot())?.pin.triesLeft).toBe(2);
    await signIn(page);
  });

  test('stops before the last try, offers to unlock first, and blocks only when it is wanted', async ({
    page,
    reader,
  }) => {
    await reader.insert(await newCard());
    await enterPasscode(page, WRONG);
    await expect(page.getByText('2 tries left').first()).toBeVisible();
    await enterPasscode(page, WRONG);
    await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
    expect((await reader.snapshot())?.pin.triesLeft).toBe(1);
    await page.getByRole('button', { name: 'Unlock instead' }).click();
    await expect(heading(page, /Unlock/)).toBeVisible();
    expect((await reader.snapshot())?.pin.triesLeft).toBe(1);
    await page.getByRole('button', { name: 'Your card', exact: true }).click();
    await page.getByRole('button', { name: 'I know my passcode, use the last try' }).click();
    await enterPasscode(page, WRONG);
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    expect((await reader.snapshot())?.pin.triesLeft).toBe(0);
    await page.getByRole('button', { name: 'Unlock your card' }).click();
    await expect(heading(page, /Unlock/)).toBeVisible();
  });

  test('a card that was blocked before it came in is taken to its unlocking at once', async ({ page, reader }) => {
    const card = await newCard();
    await reader.insert({ ...card, pin: { ...card.pin, triesLeft: 0 } });
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    await expect(page.getByLabel('Passcode', { exact: true })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Unlock your card' })).toBeVisible();
  });

  test('a pasted passcode is taken, and pictures of the page show dots', async ({ page, reader }) => {
    await reader.insert(await newCard());
    const field = page.getByLabel('Passcode', { exact: true });
    await field.focus();
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.activeElement?.dispatchEvent(
        new InputEvent('beforeinput', {
          inputType: 'insertFromPaste',
          dataTransfer: data,
          cancelable: true,
          bubbles: true,
        }),
      );
    }, TEST_PIN);
    await expect(field).toHaveValue('••••••');
    await page.keyboard.press('Enter');
    await expect(heading(page, 'You are signed in')).toBeVisible();
  });
});

test.describe('changing the passcode', () => {
  test('explains the rules first, refuses what breaks them without asking the card, and changes', async ({
    page,
    reader,
  }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await page.getByRole('button', { name: 'Change passcode' }).click();
    await expect(heading(page, 'Change your passcode')).toBeVisible();
    await expect(page.getByText('have 6 to 8 digits, and nothing else')).toBeVisible();
    await reader.clearLog();
    const submit = page.getByRole('button', { name: 'Change passcode' });
    await typePasscode(page, TEST_PIN, 'Your passcode now');
    await typePasscode(page, '111111', 'New passcode');
    await typePasscode(page, '111111', 'New passcode again');
    await submit.click();
    await expect(page.getByText('That passcode is too easy to guess.')).toBeVisible();
    await expect(page.getByLabel('New passcode', { exact: true })).toBeFocused();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Backspace');
    await page.keyboard.type('864209');
    await typePasscode(page, '864208', 'New passcode again');
    await submit.click();
    await expect(page.getByText('The two new passcodes are not the same.')).toBeVisible();
    expect(await reader.apduCount()).toBe(0);
    await typePasscode(page, '864209', 'New passcode again');
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Your passcode is changed')).toBeVisible();
    expect((await reader.snapshot())?.pin.value).toBe(`${Buffer.from('864209').toString('hex')}ffff`);
  });

  test('a wrong old passcode is told with its tries, and changes nothing', async ({ page, reader }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await page.getByRole('button', { name: 'Change passcode' }).click();
    await typePasscode(page, WRONG, 'Your passcode now');
    await typePasscode(page, '864209', 'New passcode');
    await typePasscode(page, '864209', 'New passcode again');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert').filter({ hasText: 'That passcode is not right.' })).toContainText(
      '2 tries left',
    );
    const pin = (await reader.snapshot())?.pin;
    expect(pin).toMatchObject({ triesLeft: 2, value: `${Buffer.from(TEST_PIN).toString('hex')}ffff` });
  });
});
