import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { newKeyLine } from '../../services/card-desk/src/secrets/key-ring.ts';
import { BEN } from '../../src/simulator/pki/person.ts';
import { wardkey } from '../rig/agent-process.ts';
import { CardAtDesk } from '../rig/card-at-desk.ts';
import { PERSON, RA } from '../rig/card-desk.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';
import { SmtpServer } from '../rig/smtp-server.ts';
import { violations } from './axe.ts';
import { found, held } from './heap.ts';
import { OpenerStandIn } from './opener.ts';
import { test as base, expect, heading, TEST_PIN, typePasscode } from './window.ts';

/**
 * The card desk's page for RAs, served by a desk as it is run; the RA's card is in a real pcscd, and is asked by the window's
 * agent or by `wardkey`.
 */

type Desk = {
  readonly address: string;
  readonly folder: CardDeskFolder;
  readonly serving: ServingDesk;
  readonly smtp: SmtpServer;
  readonly raCard: CardAtDesk;
  readonly card: CardAtDesk;
};
type Fixtures = {
  readonly desk: Desk;
  /** What opens this user's own browser; the test then goes there, in a real one. */
  readonly opener: OpenerStandIn;
  /** The user's own browser, beside the window. */
  readonly context: BrowserContext;
  /** Runs `wardkey ra sign-in` with what is in the reader, and tells what it said. */
  readonly signIn: (
    passcode?: string,
  ) => Promise<{ readonly code: number | null; readonly said: Record<string, unknown> }>;
};

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
  desk: async ({}, use) => {
    const path = mkdtempSync(join(tmpdir(), 'desk-ra-'));
    const [smtp, port] = await Promise.all([SmtpServer.start(['--no-tls']), freePort()]);
    const address = `http://127.0.0.1:${port}`;
    const secrets = { CARD_DESK_KEYS: newKeyLine('k'), CARD_DESK_SMTP_URL: `smtp://127.0.0.1:${smtp.port}` };
    const folder = new CardDeskFolder(path, secrets, { origin: address, listen: { port } });
    const [raCard, card] = await Promise.all([CardAtDesk.issue({ person: BEN }), CardAtDesk.issue()]);
    const serving = await folder.serve();
    const lines = (...values: object[]) => values.map((value) => JSON.stringify(value)).join('\n');
    await folder.run(['person'], lines(RA, { ...PERSON, email: null, mobile: null }));
    await folder.run(['enrol'], lines(raCard.enrolment(RA.userId), card.enrolment(PERSON.userId)));
    await use({ address, folder, serving, smtp, raCard, card });
    await serving.end();
    await smtp.end();
    rmSync(path, { recursive: true, force: true });
  },
  context: async ({ world }, use) => {
    const context = await world.browser.newContext({ viewport: { width: 900, height: 800 }, reducedMotion: 'reduce' });
    await use(context);
    await context.close();
  },
  policy: async ({ desk }, use) => use({ desk: { address: desk.address, loopback: true } }),
  opener: async ({ user }, use) => use(new OpenerStandIn(user)),
  environment: async ({ opener }, use) => use(opener.environment),
  signIn: async ({ user, pcscd }, use) => {
    await use(async (passcode = TEST_PIN) => {
      const words = ['ra', 'sign-in', '--json', '--no-open', '--policy', user.policyFile];
      const { code, out } = await wardkey(words, { user, env: pcscd.env, input: `${passcode}\n` });
      return { code, said: JSON.parse(out) as Record<string, unknown> };
    });
  },
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** As the browser does that was told to open this file. */
async function openFile(context: BrowserContext, file: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(file);
  await page.waitForURL(/\/ra$/);
  return page;
}

const open = (context: BrowserContext, said: Record<string, unknown>): Promise<Page> =>
  openFile(context, pathToFileURL(String(said.page)).href);

/** What an RA adds to a profile. */
const NEW_ADDRESS = 'ada.new@ward.example';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** From wherever the window is to the page on which an RA signs in. */
async function goToRaPage(window: Page): Promise<void> {
  await button(window, 'Services and help').click();
  await button(window, /Help somebody at the card desk/).click();
  await expect(heading(window, 'Sign in to the card desk as an RA')).toBeFocused();
}

async function signInAtWindow(window: Page, passcode = TEST_PIN): Promise<void> {
  await typePasscode(window, passcode, 'Passcode of your own card');
  await window.keyboard.press('Enter');
}

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'screens');

/** Both languages and themes judged by axe and kept as pictures; nothing cut off at 200 %; forced colours. */
async function look(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const size = page.viewportSize() ?? { width: 900, height: 800 };
  const picture = (variant: string) =>
    page.screenshot({ path: join(FOLDER, `ra-${name}-${variant}.png`), fullPage: true });
  for (const language of ['en', 'cy'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      expect(await violations(page), `${name} in ${language}, ${theme}`).toEqual([]);
      await picture(`${language}-${theme}`);
    }
    await page.setViewportSize({ width: Math.round(size.width / 2), height: Math.round(size.height / 2) });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} in ${language} at 200 %`).toBeLessThanOrEqual(0);
    await picture(`${language}-200`);
    await page.setViewportSize(size);
    await page
      .getByRole('button', { name: language === 'en' ? 'Cymraeg' : 'English', exact: true })
      .first()
      .click();
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await picture('forced-colours');
  await page.emulateMedia({ forcedColors: null });
}

test('an RA signs in with the own card, checks a person, authorises an unlock and adds an address', async ({
  desk,
  context,
  signIn,
  reader,
}) => {
  test.setTimeout(180_000);
  await reader.insert(desk.raCard.card.snapshot());
  const { code, said } = await signIn();
  expect({ code, ok: said.ok }).toEqual({ code: 0, ok: true });

  const complaints: string[] = [];
  const asked = new Set<string>();
  context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  const page = await open(context, said);
  await expect(page.getByText(`Signed in as ${RA.name}`)).toBeVisible();
  await expect(heading(page, 'Find a person')).toBeFocused();
  expect(page.url()).toBe(`${desk.address}/ra`);

  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.getByText('Type at least two characters')).toBeVisible();
  await look(page, 'find-problem');
  await page.getByLabel('Beginning of the name').fill('nobody');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nobody was found.')).toBeVisible();
  await page.getByLabel('Beginning of the name').fill('ada l');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 person found')).toBeVisible();
  await look(page, 'found');

  await page.getByRole('button', { name: `Open ${PERSON.name}` }).click();
  await expect(heading(page, PERSON.name)).toBeFocused();
  await expect(page.getByText('None on the profile')).toBeVisible();
  await page.getByRole('button', { name: 'I have checked who this is' }).click();
  await expect(page.getByText('Choose how you have checked').first()).toBeVisible();
  await look(page, 'check');
  await page.getByLabel('Passport, driving licence or other photo ID').check();
  await page.getByRole('button', { name: 'I have checked who this is' }).click();
  await expect(page.getByText('Identity checked.')).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'Unlock a card' })).toBeFocused();

  await page.getByRole('button', { name: 'Authorise the unlock' }).click();
  await expect(page.getByText('may be unlocked once')).toBeVisible();
  await page.getByRole('button', { name: 'Cymraeg', exact: true }).click();
  await expect(page.getByText('may be unlocked once')).toHaveCount(0);
  await page.getByRole('button', { name: 'English', exact: true }).click();

  await page.getByLabel('New email address or mobile number').fill('ada');
  await page.getByRole('button', { name: 'Send a code' }).click();
  await expect(page.getByRole('alert')).toContainText('No code can be sent to that.');
  await page.getByLabel('New email address or mobile number').fill(NEW_ADDRESS);
  await page.getByRole('button', { name: 'Send a code' }).click();
  const mail = await desk.smtp.mail();
  expect(mail.to).toEqual([NEW_ADDRESS]);
  const right = /Your code is (\d{6})/.exec(mail.raw)?.[1] ?? '';
  await expect(page.getByLabel('Code from the message')).toBeFocused();
  await page.getByLabel('Code from the message').fill(right === '123456' ? '654321' : '123456');
  await page.getByRole('button', { name: 'Add to the profile' }).click();
  await expect(page.getByRole('alert')).toContainText('4 tries left');
  await look(page, 'code');
  await page.getByLabel('Code from the message').fill(right);
  await page.getByRole('button', { name: 'Add to the profile' }).click();
  await expect(page.getByText('It is on the profile now.')).toBeVisible();
  await expect(page.getByText('a…@w….example')).toBeVisible();
  // Gone as soon as it is done, and not only with the session.
  expect(await found(page, NEW_ADDRESS, right)).toEqual([]);
  await look(page, 'done');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page, 'You are signed out')).toBeFocused();
  await look(page, 'signed-out');
  expect(await found(page, NEW_ADDRESS, right)).toEqual([]);
  const holds = JSON.stringify(await held(page));
  for (const typed of [NEW_ADDRESS, right]) expect(holds).not.toContain(typed);
  // The search finds what is there.
  expect(await found(page, 'You are signed out')).not.toEqual([]);

  expect([...asked]).toEqual(expect.arrayContaining([desk.address]));
  expect([...asked].filter((origin) => origin !== desk.address && origin !== 'null')).toEqual([]);
  // What the desk refused is told as such by the browser; nothing else is wrong, the content security policy least of all.
  expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  const audit = (await desk.folder.run(['export-audit'])).lines as Array<{
    event: string;
    in?: string;
    evidence?: string;
  }>;
  expect(audit).toContainEqual(expect.objectContaining({ event: 'ra-signed-in', in: 'browser' }));
  expect(audit).toContainEqual(expect.objectContaining({ event: 'identity-checked', evidence: 'photo-id' }));
  for (const event of ['unlock-authorised', 'address-saved', 'ra-signed-out']) {
    expect(audit.map((entry) => entry.event)).toContain(event);
  }
});

test('an RA goes to the desk from the window of the running agent, and goes on in the browser', async ({
  desk,
  context,
  opener,
  page: window,
  agent,
  user,
  reader,
}) => {
  test.setTimeout(180_000);
  await reader.insert(desk.raCard.card.snapshot());
  await agent.phase('awaiting-passcode');
  await goToRaPage(window);
  await expect(window.getByRole('main')).toContainText(`Smartcard of ${RA.name}`);
  await signInAtWindow(window);
  await expect(heading(window, 'The card desk is opening in your browser')).toBeFocused();

  const [argument = '', ...others] = opener.opened();
  expect(others).toEqual([]);
  const file = readFileSync(fileURLToPath(argument), 'utf8');
  const token = /\/ra#([\w-]{43})"/.exec(file)?.[1] ?? 'no token';
  expect(file).toContain(`url=${desk.address}/ra#${token}"`);
  expect(argument).not.toContain(token);

  const page = await openFile(context, argument);
  await expect(page.getByText(`Signed in as ${RA.name}`)).toBeVisible();
  await page.getByLabel('Beginning of the name').fill('ada l');
  await page.keyboard.press('Enter');
  await button(page, `Open ${PERSON.name}`).click();
  await page.getByLabel('Passport, driving licence or other photo ID').check();
  await button(page, 'I have checked who this is').click();
  await button(page, 'Authorise the unlock').click();
  await expect(page.getByText('may be unlocked once')).toBeVisible();

  // Signing in at the desk is no sign-in here, and no try was spent.
  await button(window, 'Done').click();
  await expect(heading(window, 'Enter your passcode')).toBeVisible();
  expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  await agent.stop();
  const told = `${readFileSync(user.auditFile, 'utf8')}${JSON.stringify(agent.lines)}${agent.errors}`;
  expect(told).toContain('"event":"ra-sign-in"');
  for (const secret of [token, TEST_PIN]) expect(told).not.toContain(secret);
  expect(existsSync(fileURLToPath(argument))).toBe(false);
});

test('the window says what keeps an RA from the desk, and what to do', async ({
  desk,
  opener,
  page: window,
  user,
  reader,
}) => {
  test.setTimeout(120_000);
  const alert = window.getByRole('alert');
  await goToRaPage(window);
  await expect(window.getByRole('main')).toContainText('Put your own smartcard in first.');
  await reader.insert(desk.raCard.card.snapshot());
  await signInAtWindow(window, '135790');
  await expect(alert).toContainText('That passcode is not right.');
  await expect(alert).toContainText('2 tries left');
  // As the card itself says, read again.
  await expect(window.getByLabel('Passcode of your own card')).toHaveAccessibleDescription('2 tries left');
  await reader.pull();
  await reader.insert(desk.card.card.snapshot());
  await expect(window.getByRole('main')).toContainText(`Smartcard of ${PERSON.name}`);
  await expect(alert).toHaveCount(0);
  await signInAtWindow(window);
  await expect(alert).toContainText('The card desk did not sign you in.');
  await desk.serving.end();
  await signInAtWindow(window);
  await expect(alert).toContainText('cannot be reached');
  await expect(alert).toContainText('Check the network of this computer, and try again.');
  expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  expect(opener.opened()).toEqual([]);
  user.writePolicy({});
  await button(window, 'Services and help').click();
  await expect(button(window, /Help somebody at the card desk/)).toHaveCount(0);
});

test('the page opens once: a second time ends the session of the first, and a reload is signed out', async ({
  desk,
  context,
  signIn,
  reader,
}) => {
  test.setTimeout(120_000);
  await reader.insert(desk.raCard.card.snapshot());
  const { said } = await signIn();
  const first = await open(context, said);
  await expect(first.getByText(`Signed in as ${RA.name}`)).toBeVisible();
  const second = await open(context, said);
  await expect(second.getByRole('alert')).toContainText('The card desk did not sign you in.');
  await look(second, 'refused');
  await first.getByLabel('Beginning of the name').fill('ada');
  await first.keyboard.press('Enter');
  await expect(heading(first, 'Your session has ended')).toBeVisible();
  await first.reload();
  await expect(heading(first, 'Sign in with your own card')).toBeVisible();
  await look(first, 'sign-in');
});

test('a wrong passcode, a card of no RA, and no desk are said', async ({ desk, signIn, reader, user }) => {
  test.setTimeout(120_000);
  await reader.insert(desk.raCard.card.snapshot());
  expect(await signIn('999999')).toMatchObject({ code: 6, said: { ok: false, code: 'Passcode_Wrong' } });
  await reader.pull();
  await reader.insert(desk.card.card.snapshot());
  expect(await signIn()).toMatchObject({ code: 1, said: { ok: false, code: 'Desk_SignInRefused' } });
  await desk.serving.end();
  expect(await signIn()).toMatchObject({ code: 1, said: { ok: false, code: 'Desk_NotReached' } });
  expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  user.writePolicy({});
  expect(await signIn()).toMatchObject({ code: 1, said: { ok: false, code: 'Desk_NotSet' } });
});
