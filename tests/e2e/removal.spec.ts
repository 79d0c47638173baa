import { look } from './gallery.ts';
import { expect, heading, newCard, signIn, test, unlockAsAPerson } from './window.ts';

const GRACE = { removal: { 'card-pulled': { graceSeconds: 120 } } };

test.describe('taking the card out', () => {
  test('locks the desktop at once where the policy grants no grace, and says so', async ({ page, desktop, reader }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await reader.pull();
    await desktop.untilReallyLocked(true);
    await expect(heading(page, 'This computer is locked')).toBeVisible();
    await unlockAsAPerson(page, desktop);
    await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  });

  test.describe('with a grace', () => {
    test.use({ policy: GRACE });

    test('counts down over everything; the same card back keeps the session', async ({
      page,
      desktop,
      user,
      policy,
      reader,
    }) => {
      const card = await newCard();
      await reader.insert(card);
      await signIn(page);
      await reader.pull();
      const countdown = page.getByRole('alertdialog', { name: 'Your card is out' });
      await expect(countdown).toBeVisible();
      await expect(countdown).toContainText('Put the same card back to stay signed in.');
      await expect(countdown).toContainText('This computer locks in');
      await look({ page, user, policy }, 'countdown');
      await reader.insert(card);
      await expect(heading(page, 'You are signed in')).toBeVisible();
      expect(await desktop.lockedHint()).toBe(false);
    });

    test('another card in locks at once', async ({ page, desktop, reader }) => {
      await reader.insert(await newCard());
      await signIn(page);
      await reader.pull();
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await reader.insert(await newCard());
      await desktop.untilReallyLocked(true);
      await expect(heading(page, 'This computer is locked')).toBeVisible();
    });

    test('the user may lock instead of waiting', async ({ page, desktop, reader }) => {
      await reader.insert(await newCard());
      await signIn(page);
      await reader.pull();
      await page.getByRole('button', { name: 'Lock now' }).click();
      await desktop.untilReallyLocked(true);
    });
  });

  test.describe('where the policy leaves the desktop open', () => {
    test.use({ policy: { removal: { 'card-pulled': { action: 'nothing' } } } });

    test('the user is told so while signed in, and never that it locks', async ({
      page,
      desktop,
      user,
      policy,
      reader,
    }) => {
      await reader.insert(await newCard());
      await signIn(page);
      await expect(page.getByText('it stays open when the card is taken out')).toBeVisible();
      await expect(page.getByText('This computer locks when the card is taken out')).toHaveCount(0);
      await look({ page, user, policy }, 'signed-in-stays-open');
      await reader.pull();
      await expect(heading(page, 'Put your smartcard in')).toBeVisible();
      expect(await desktop.lockedHint()).toBe(false);
    });
  });

  test('says loudly when the desktop does not lock', async ({ page, desktop, user, policy, reader }) => {
    await desktop.stopLocker();
    await reader.insert(await newCard());
    await signIn(page);
    await reader.pull();
    await expect(heading(page, 'This computer could not be locked')).toBeVisible();
    await look({ page, user, policy }, 'lock-failed');
    await desktop.startLocker();
    await desktop.untilReallyLocked(true);
  });

  test('locks by the button of the panel, and the session goes on behind the lock', async ({
    page,
    desktop,
    reader,
  }) => {
    await reader.insert(await newCard());
    await signIn(page);
    await page.getByRole('button', { name: 'Lock now' }).click();
    await desktop.untilReallyLocked(true);
    await expect(heading(page, 'This computer is locked')).toBeVisible();
    await unlockAsAPerson(page, desktop);
    await expect(heading(page, 'You are signed in')).toBeVisible();
  });
});

test.describe('the smartcard service', () => {
  test('dies and comes back: the same card keeps the session', async ({ page, pcscd, reader }) => {
    const card = await newCard();
    await reader.insert(card);
    await signIn(page);
    await pcscd.kill();
    await expect(page.getByRole('alertdialog', { name: 'The smartcard service has stopped' })).toBeVisible();
    await pcscd.restart();
    await reader.pull();
    await reader.insert(card);
    await expect(heading(page, 'You are signed in')).toBeVisible();
  });

  test('is missing: says so, says what to do, and finds it again by itself', async ({ page, pcscd, user, policy }) => {
    await pcscd.kill();
    await expect(heading(page, 'The smartcard service is not running')).toBeVisible();
    await look({ page, user, policy }, 'no-service');
    await page.getByRole('button', { name: 'Check this computer' }).click();
    await expect(heading(page, 'Check this computer')).toBeVisible();
    await page.getByRole('button', { name: 'Your card', exact: true }).click();
    await pcscd.restart();
    await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  });
});
