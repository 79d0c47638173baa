import { look } from './gallery.ts';
import { expect, heading, newCard, signIn, test } from './window.ts';

const DAY_MS = 86_400_000;

const PAGES = ['unlock', 'renew', 'contact-details', 'security-key'];
const POLICY = {
  organisation: {
    name: 'Ward Example',
    pages: Object.fromEntries(PAGES.map((page) => [page, `https://ward.example/${page}`])),
    contacts: {
      ra: { name: 'Registration Authority', phone: '01632 960 123', place: 'Level 2, room 14' },
      it: { name: 'IT service desk', phone: '01632 960 199' },
      hr: { name: 'Human resources', email: 'hr@ward.example' },
    },
  },
};

/** Each journey of the guidance, by the name of its row, with what its page must say. */
const JOURNEYS: ReadonlyArray<readonly [row: string, ...says: ReadonlyArray<string | RegExp>]> = [
  ['Unlock your card', /15 minutes/, /email/i, /mobile/i],
  ['Change your passcode', /passcode/i],
  ['Renew your card', /90 days/, /RA/],
  ['Lost or stolen card', /at once|straight away/i, 'Human resources'],
  ['Change your email or mobile number', /email/i],
  ['Change your name', 'Registration Authority'],
  ['Change your access rights', 'Registration Authority'],
  ['Other ways to sign in', /security key/i, /passkey/i],
  ['Get your first card', /identity/i],
  ['Leave or change your employer', /line manager/i],
  ['Use your card safely', /never/i],
];

test.describe('services and help', () => {
  test.use({ policy: POLICY });

  test('every journey says who does it, what to have and what to do, in both languages and themes', async ({
    page,
    user,
    policy,
  }) => {
    test.setTimeout(240_000);
    await page.getByRole('button', { name: 'Services and help' }).click();
    await look({ page, user, policy }, 'services');
    for (const [row, ...says] of JOURNEYS) {
      await page.getByRole('button', { name: 'Services and help' }).click();
      await page.locator('.wk-row', { hasText: row }).last().click();
      const main = page.getByRole('main');
      await expect(heading(page, /.+/)).toBeFocused();
      for (const text of says) await expect(main, row).toContainText(text);
      await look({ page, user, policy }, `journey-${row.toLowerCase().replaceAll(' ', '-')}`);
    }
  });

  test('each of the other authenticators has a page of its own', async ({ page, user, policy }) => {
    test.setTimeout(180_000);
    await page.getByRole('button', { name: 'Services and help' }).click();
    await page.locator('.wk-row', { hasText: 'Other ways to sign in' }).last().click();
    // The page is fetched when it is first gone to.
    await expect(heading(page, 'Other ways to sign in')).toBeVisible();
    const names = await page.getByRole('main').locator('.wk-row').allInnerTexts();
    expect(names).toHaveLength(6);
    for (const [i, name] of names.entries()) {
      await page.getByRole('main').locator('.wk-row').nth(i).click();
      await expect(heading(page, name.split('\n')[0] ?? name)).toBeVisible();
      await look({ page, user, policy }, `authenticator-${i}`);
      await page.getByRole('button', { name: 'Back' }).click();
    }
  });

  test('what is true of this card now decides what the renewal says', async ({ page, user, policy, reader }) => {
    user.writePolicy({ ...policy, removal: { 'card-pulled': { action: 'nothing' } } });
    const renewal = async () => {
      await page.getByRole('button', { name: 'Services and help' }).click();
      await page.locator('.wk-row', { hasText: 'Renew your card' }).last().click();
    };
    await reader.insert(await newCard());
    await signIn(page);
    await renewal();
    await expect(page.getByRole('main')).toContainText(/This card is valid until .* You can renew it from/);
    await reader.pull();
    await reader.insert(
      await newCard({
        validity: { notBefore: new Date(Date.now() - 900 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) },
      }),
    );
    await expect(heading(page, 'Your card needs attention')).toBeVisible();
    await renewal();
    await expect(page.getByRole('main')).toContainText(/This card ran out on/);
    await expect(page.getByRole('main')).toContainText(/in person/i);
  });

  test('a page that the organisation has not named says so and who can help', async ({ page, user, policy }) => {
    user.writePolicy({ ...policy, organisation: { contacts: POLICY.organisation.contacts } });
    await page.getByRole('button', { name: 'Services and help' }).click();
    await page.locator('.wk-row', { hasText: 'Unlock your card' }).last().click();
    await expect(page.getByRole('main')).toContainText('01632 960 123');
    await expect(page.getByRole('button', { name: /opens in your browser/ })).toHaveCount(0);
  });
});
