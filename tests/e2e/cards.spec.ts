import { BEN } from '../../src/simulator/pki/person.ts';
import { look } from './gallery.ts';
import {
  enterPasscode,
  expect,
  heading,
  newCard,
  signIn,
  TEST_PIN,
  test,
  typePasscode,
  unlockAsAPerson,
} from './window.ts';

const DAY_MS = 86_400_000;
const endingIn = (days: number) => ({
  notBefore: new Date(Date.now() - 1000 * DAY_MS),
  notAfter: new Date(Date.now() + (days + 0.5) * DAY_MS),
});

const ORGANISATION = {
  organisation: {
    name: 'Ward Example',
    pages: { renew: 'https://ward.example/renew', unlock: 'https://ward.example/unlock' },
    contacts: { ra: { name: 'Registration Authority', phone: '01632 960 123', hours: 'Day and night' } },
  },
};

test.describe('what the panel shows of a card', () => {
  test.use({ policy: ORGANISATION });

  test('signed in: name, time, certificates with their days, in both themes and languages', async ({
    page,
    user,
    policy,
    reader,
  }) => {
    await look({ page, user, policy }, 'no-card');
    await reader.insert(await newCard());
    await expect(heading(page, 'Enter your passcode')).toBeVisible();
    await look({ page, user, policy }, 'passcode');
    await signIn(page);
    await look({ page, user, policy }, 'signed-in');
    await page.getByRole('button', { name: 'Change passcode' }).click();
    await look({ page, user, policy }, 'change-passcode');
  });

  test('blocked: what happened, the way back, and who can help', async ({ page, user, policy, reader }) => {
    const card = await newCard();
    await reader.insert({ ...card, pin: { ...card.pin, triesLeft: 0 } });
    await expect(heading(page, 'Your card is blocked')).toBeVisible();
    await expect(page.getByText('01632 960 123')).toBeVisible();
    await look({ page, user, policy }, 'blocked');
  });

  test('one try left: the stop before it', async ({ page, user, policy, reader }) => {
    const card = await newCard();
    await reader.insert({ ...card, pin: { ...card.pin, triesLeft: 1 } });
    await expect(page.getByRole('heading', { level: 2, name: 'One try left' })).toBeVisible();
    await look({ page, user, policy }, 'last-try');
  });

  test('expired: why it cannot be used, and that only the RA can help', async ({ page, user, policy, reader }) => {
    await reader.insert(await newCard({ validity: endingIn(-3) }));
    await expect(heading(page, 'Your card needs attention')).toBeVisible();
    await expect(page.getByText('The certificate on the card has expired.')).toBeVisible();
    await expect(page.getByText('See your RA in person.')).toBeVisible();
    await look({ page, user, policy }, 'expired');
  });

  test('mute: says what to do with it', async ({ page, user, policy, reader }) => {
    await reader.insert(await newCard(), { faults: [{ kind: 'no-atr' }] });
    await expect(heading(page, 'The card does not answer')).toBeVisible();
    await expect(page.getByText('check that the chip is clean')).toBeVisible();
    await look({ page, user, policy }, 'mute');
  });

  test('two cards in two readers: the one that is signed in first, the other by name and choice', async ({
    page,
    pcscd,
    user,
    policy,
    reader,
    other,
  }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await other.insert(await newCard({ person: BEN }));
    const others = page.getByRole('region', { name: 'Cards in other readers' });
    await expect(others).toContainText('Ben Okafor');
    await expect(others).toContainText('Enter your passcode');
    await look({ page, user, policy }, 'two-cards');
    await others.getByRole('button', { name: `Use the card in ${pcscd.readerNames[1]}` }).click();
    await expect(page.getByText('Smartcard of Ben Okafor')).toBeVisible();
    await expect(page.getByText('Ada Lindqvist', { exact: true })).toBeVisible();
  });

  test('two cards, one being typed for: the other one comes beside it, and takes neither its place nor a digit', async ({
    page,
    reader,
    other,
  }) => {
    await reader.insert(await newCard());
    await expect(heading(page, 'Enter your passcode')).toBeVisible();
    await typePasscode(page, TEST_PIN.slice(0, 3));
    const card = await newCard({ person: BEN });
    await other.insert({ ...card, pin: { ...card.pin, triesLeft: 0 } });
    await expect(page.getByRole('region', { name: 'Cards in other readers' })).toContainText('Your card is blocked');
    const field = page.getByLabel('Passcode', { exact: true });
    await expect(field).toBeFocused();
    await page.keyboard.type(TEST_PIN.slice(3));
    await expect(field).toHaveValue('••••••');
    await page.keyboard.press('Enter');
    await expect(heading(page, 'You are signed in')).toBeVisible();
    await expect(page.getByText('Smartcard of Ada Lindqvist', { exact: true })).toBeVisible();
  });
});

test.describe('a card of another organisation', () => {
  test.use({ policy: { ...ORGANISATION, certificates: { issuers: ['Our own issuer'] } } });

  test('is not called valid by the dates of its certificates', async ({ page, user, policy, reader }) => {
    await reader.insert(await newCard());
    await expect(heading(page, 'Your card needs attention')).toBeVisible();
    await expect(page.getByText('Not accepted.').first()).toBeVisible();
    await expect(page.getByText('Valid until')).toHaveCount(0);
    await look({ page, user, policy }, 'not-accepted');
  });
});

test.describe('a certificate in trouble that the policy lets pass', () => {
  test.use({ policy: { ...ORGANISATION, session: { requireValidCertificate: false } } });

  test('is told, and the passcode is asked for all the same', async ({ page, user, policy, reader }) => {
    await reader.insert(await newCard({ validity: endingIn(-3) }));
    await expect(heading(page, 'Enter your passcode')).toBeVisible();
    await expect(page.getByText('The certificate on the card has expired.')).toBeVisible();
    await expect(page.getByLabel('Passcode', { exact: true })).toBeFocused();
    await look({ page, user, policy }, 'passcode-expired');
    await signIn(page);
  });
});

test.describe('the warning of expiry', () => {
  test.use({ policy: ORGANISATION });

  test('comes once a login, says the date and what happens on it, and leads to the renewal', async ({
    page,
    agent,
    desktop,
    user,
    policy,
    reader,
  }) => {
    const card = await newCard({ keys: { '9a': 'p256' }, validity: endingIn(25) });
    await reader.insert(card);
    await enterPasscode(page, TEST_PIN);
    const alert = page.getByRole('alertdialog', { name: 'Your card runs out in 25 days' });
    await expect(alert).toBeVisible();
    await expect(alert).toContainText('you must see your RA in person');
    await expect(alert.getByRole('button', { name: /Renew now/ })).toBeVisible();
    await look({ page, user, policy }, 'expiry');
    await alert.getByRole('button', { name: 'Remind me next time I sign in' }).click();
    await expect(heading(page, 'You are signed in')).toBeVisible();
    // The same login: changing rooms in the window brings it back no more than a snapshot does.
    const from = agent.mark;
    await page.getByRole('button', { name: 'Services and help' }).click();
    await page.getByRole('button', { name: 'Your card', exact: true }).click();
    await expect(heading(page, 'You are signed in')).toBeVisible();
    expect(agent.lines.slice(from).filter(({ event }) => event === 'warn-of-expiry')).toEqual([]);
    // Another login warns again.
    await reader.pull();
    await agent.phase('locked', from);
    await unlockAsAPerson(page, desktop);
    await reader.insert(card);
    await enterPasscode(page, TEST_PIN);
    await expect(alert).toBeVisible();
  });
});

test.describe('an unattended card', () => {
  test.use({ policy: { unattended: { remindAfterSeconds: 10, actAfterSeconds: 300 } } });

  test('reminds, and whoever is here may say so', async ({ page, agent, user, policy, reader }) => {
    await reader.insert(await newCard());
    await signIn(page);
    // Nobody touches the keyboard of this desktop: Chromium gets its keys from the test, not from the X server.
    const reminder = page.getByRole('alertdialog', { name: 'Is anyone there?' });
    await expect(reminder).toBeVisible({ timeout: 30_000 });
    await look({ page, user, policy }, 'unattended');
    await reminder.getByRole('button', { name: 'I am here' }).click();
    await expect(heading(page, 'You are signed in')).toBeVisible();
    expect(agent.lines.filter(({ event }) => event === 'decided')).toEqual([]);
  });

  test.describe('that nobody comes back to', () => {
    test.use({ policy: { unattended: { remindAfterSeconds: 10, actAfterSeconds: 3 } } });

    test('ends its session and locks the desktop; the card stays in and wants its passcode again', async ({
      page,
      agent,
      desktop,
      reader,
    }) => {
      await reader.insert(await newCard());
      await signIn(page);
      await expect(page.getByRole('alertdialog', { name: 'Is anyone there?' })).toBeVisible({ timeout: 30_000 });
      await desktop.untilReallyLocked(true);
      await expect(heading(page, 'This computer is locked')).toBeVisible();
      expect(agent.lines.filter(({ event }) => event === 'decided')).toMatchObject([
        { decision: { cause: 'unattended', action: 'lock' } },
      ]);
      await unlockAsAPerson(page, desktop);
      await expect(heading(page, 'Enter your passcode')).toBeVisible();
    });
  });
});
