import { readFileSync } from 'node:fs';
import { type RunningDesk, runningDesk } from './desk.ts';
import { look } from './gallery.ts';
import { expect, heading, newCard, signIn, TEST_PIN, test } from './window.ts';

/** The rooms of the window that are not about a card: diagnostics, settings, about, introduction. */

const IT = { organisation: { contacts: { it: { name: 'IT service desk', phone: '01632 960 199' } } } };

test.describe('checking this computer', () => {
  test.use({ policy: IT });

  test('says in order what is all right, and saves a report without personal data', async ({
    page,
    user,
    policy,
    reader,
  }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Check this computer' }).click();
    await expect(page.getByText('The smartcard service is running.')).toBeVisible();
    await expect(page.getByText('Everything that was checked is all right.')).toBeVisible();
    await look({ page, user, policy }, 'diagnostics');
    await page.getByRole('button', { name: 'Save a report for the help desk' }).click();
    const place = page.getByText(/wardkey-report-.*\.json/);
    await expect(place).toBeVisible();
    const report = readFileSync((await place.innerText()).trim(), 'utf8');
    expect(JSON.parse(report)).toMatchObject({ report: 'wardkey', state: { phase: 'active' } });
    for (const personal of ['Ada', 'Lindqvist', '555000000017', TEST_PIN, '01632 960 199']) {
      expect(report).not.toContain(personal);
    }
    const { guid } = { guid: (await reader.snapshot())?.objects['5fc102'] ?? '' };
    const cardId = /3410([0-9a-f]{32})/.exec(guid)?.[1] ?? 'no guid in the CHUID';
    expect(report).not.toContain(cardId);
  });

  test('finds an injected fault and says how to mend it', async ({ page, pcscd, reader, user, policy }) => {
    await reader.insert(await newCard(), { faults: [{ kind: 'no-atr' }] });
    await expect(heading(page, 'The card does not answer')).toBeVisible();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Check this computer' }).click();
    await expect(page.getByRole('main')).toContainText('check that the chip is clean and facing up');
    await look({ page, user, policy }, 'diagnostics-mute');
    await pcscd.kill();
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(page.getByRole('main')).toContainText('The smartcard service of this computer has stopped.');
    await expect(page.getByRole('main')).toContainText('This needs the smartcard service.');
    await expect(page.getByRole('main')).toContainText('01632 960 199');
    await pcscd.restart();
  });
});

test.describe('checking this computer, where there is a card desk', () => {
  const desks = test.extend<{ desk: RunningDesk }>({
    desk: runningDesk,
    policy: async ({ desk }, use) =>
      use({
        ...IT,
        desk: desk.policy,
        // Reserved so that nobody ever has it (RFC 6761, section 6.4).
        organisation: { ...IT.organisation, pages: { renew: 'https://cards.invalid/renew' } },
      }),
  });

  desks(
    'says whether it answers, and which name of the organisation is missing',
    async ({ page, user, policy, desk }) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Check this computer' }).click();
      const found = (check: string) =>
        page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: check, exact: true }) });
      await expect(found('Card desk of your organisation')).toContainText(`It answers: ${new URL(desk.origin).host}`);
      await expect(found('Network')).toContainText('Not found: cards.invalid');
      await expect(found('Driver of the card reader')).toContainText('A driver runs the reader.');
      await look({ page, user, policy }, 'diagnostics-desk');
      await desk.goAway();
      await page.getByRole('button', { name: 'Check again' }).click();
      await expect(found('Card desk of your organisation')).toContainText('cannot be reached');
      await expect(found('Card desk of your organisation')).toContainText(
        'Signing in with your card works without it.',
      );
      await look({ page, user, policy }, 'diagnostics-desk-away');
    },
  );
});

test.describe('settings', () => {
  test('are kept, and take hold at once: Welsh, dark, no number pad', async ({ page, user, policy }) => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await look({ page, user, policy }, 'settings');
    await page.getByRole('radio', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await page.getByRole('checkbox', { name: 'Show a number pad for the passcode' }).click();
    await page.getByRole('radio', { name: 'Cymraeg' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'cy');
    await expect(page.getByRole('radio', { name: 'Cymraeg' })).toBeChecked();
    await expect
      .poll(() => JSON.parse(readFileSync(`${user.folder}/config/wardkey/settings.json`, 'utf8')))
      .toMatchObject({ language: 'cy', theme: 'dark', pad: false });
  });

  test.describe('that the organisation manages', () => {
    test.use({ policy: { window: { theme: 'dark', mayQuit: false } } });

    test('are shown as such and cannot be changed; what is not allowed is not offered', async ({
      page,
      user,
      policy,
    }) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      await expect(page.getByText('Set by your organisation')).toBeVisible();
      await expect(page.getByRole('radio', { name: 'Light' })).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'End Wardkey' })).toHaveCount(0);
      user.writePolicy({ ...policy, window: {} });
      await expect(page.getByRole('radio', { name: 'Light' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'End Wardkey' })).toBeVisible();
    });
  });

  test('ending Wardkey asks first, says what it means, and ends it', async ({ page, agent }) => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'End Wardkey' }).click();
    await expect(page.getByText('Nothing locks any more when your card is taken out')).toBeVisible();
    await page.getByRole('button', { name: 'Keep Wardkey running' }).click();
    await page.getByRole('button', { name: 'End Wardkey' }).click();
    await page.getByRole('button', { name: 'End Wardkey' }).last().click();
    expect(await agent.exited).toBe(0);
    await expect(heading(page, 'Wardkey is not answering.')).toBeVisible();
  });
});

test('about: what this is, its version, and the licences of all it is made of', async ({ page, user, policy }) => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'About Wardkey' }).click();
  await expect(page.getByRole('main')).toContainText('0.1.0');
  await look({ page, user, policy }, 'about');
  await page.getByRole('button', { name: 'Show the licences' }).click();
  const list = page.getByRole('list', { name: 'Software that Wardkey is made of' });
  await expect(list).toBeFocused();
  await expect(list).toContainText('nhsuk-frontend');
  const react = list.getByRole('listitem').filter({ hasText: /^react 1/ });
  const terms = react.getByText('Permission is hereby granted, free of charge');
  await expect(terms).toBeHidden();
  await react.locator('summary').press('Enter');
  await expect(terms).toBeVisible();
});

test.describe('the first start', () => {
  test.use({ introduced: false });

  test('introduces Wardkey once, in the language that is chosen there', async ({ page, agent, user }) => {
    await expect(heading(page, 'Welcome to Wardkey')).toBeVisible();
    await look({ page, user, policy: {} }, 'introduction');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(heading(page, 'Take your card with you')).toBeVisible();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(heading(page, 'Put your smartcard in')).toBeVisible();
    await expect
      .poll(() => JSON.parse(readFileSync(`${user.folder}/config/wardkey/settings.json`, 'utf8')))
      .toMatchObject({ introduced: true });
    expect(agent.child.exitCode).toBeNull();
  });

  test('never stands in front of somebody with a card', async ({ page, reader }) => {
    await reader.insert(await newCard());
    await signIn(page);
  });
});
