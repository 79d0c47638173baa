import { pathToFileURL } from 'node:url';
import { type Browser, test as base, chromium, expect, type Page } from '@playwright/test';
import { issueCardState, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, makeUserFolders, type UserFolders } from '../rig/agent-process.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';
import { enterPasscode, heading, typePasscode } from './panel.ts';

/** Daemons that all tests of a worker share. */
type World = {
  readonly pcscd: Pcscd;
  readonly desktop: Desktop;
  readonly player: CardPlayer;
  readonly browser: Browser;
};

export type WindowOptions = {
  /** The organisation's policy. */
  policy: object;
  /** Whether the introduction has been read already. */
  introduced: boolean;
  /** What this user's desktop adds to the environment of the agent. */
  environment: Readonly<Record<string, string>>;
};

/** The panel's size on a desktop. */
export const PANEL = { width: 420, height: 760 } as const;

export type Fixtures = WindowOptions & {
  readonly user: UserFolders;
  readonly agent: AgentProcess;
  /** The window, open and in touch with the agent. */
  readonly page: Page;
  readonly reader: PlayedReader;
  readonly other: PlayedReader;
  readonly pcscd: Pcscd;
  readonly desktop: Desktop;
};

export const test = base.extend<Fixtures, { world: World }>({
  policy: [{}, { option: true }],
  introduced: [true, { option: true }],
  environment: [{}, { option: true }],
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
    async ({}, use) => {
      const [pcscd, desktop, player, browser] = await Promise.all([
        startPcscd(),
        startDesktop(),
        CardPlayer.start(),
        chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS }),
      ]);
      await use({ pcscd, desktop, player, browser });
      await browser.close();
      await player.stop();
      await desktop.stop();
      await pcscd.stop();
    },
    { scope: 'worker' },
  ],
  pcscd: async ({ world }, use) => use(world.pcscd),
  desktop: async ({ world }, use) => use(world.desktop),
  reader: async ({ world }, use) => {
    const reader = world.player.reader(world.pcscd.ports[0]);
    await use(reader);
    await reader.pull();
  },
  other: async ({ world }, use) => {
    const reader = world.player.reader(world.pcscd.ports[1]);
    await use(reader);
    await reader.pull();
  },
  user: async ({ policy, introduced }, use) => {
    const user = makeUserFolders(policy);
    user.writeSettings({ introduced });
    await use(user);
    user.remove();
  },
  agent: async ({ world, user, reader, other, environment }, use) => {
    // Both readers are empty before the agent looks.
    await Promise.all([reader.pull(), other.pull()]);
    await world.desktop.unlock();
    const env = { ...world.pcscd.env, ...world.desktop.env, LANG: 'en_GB.UTF-8', ...environment };
    const agent = new AgentProcess(user, env, ['window', '--no-open']);
    try {
      await agent.phase('no-card');
      await use(agent);
    } finally {
      // Also where it never came that far: nothing else would end it.
      await agent.stop();
    }
  },
  page: async ({ world, agent }, use) => {
    const context = await world.browser.newContext({ viewport: PANEL, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await openWindow(page, agent);
    await use(page);
    await context.close();
  },
});

/** Opens the page that the agent has made ready, as the browser host's own start of a browser does. */
export async function openWindow(page: Page, agent: AgentProcess): Promise<void> {
  const { file } = await agent.event('page');
  await page.goto(pathToFileURL(String(file)).href);
  await expect(page.locator('.wk-window')).toBeVisible();
}

/** A new card of Ada's. */
export const newCard = (order: Parameters<typeof issueCardState>[0] = {}) => issueCardState({ keys: 'p256', ...order });

/** Signs in with the passcode of every new card; resolves when the window says so. */
export async function signIn(page: Page): Promise<void> {
  await enterPasscode(page, TEST_PIN);
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

/**
 * Unlocks the desktop as its user does, by a password. That takes a person longer than a second, and the agent takes anything
 * faster for a locker that has fallen: here there is no event to wait for but time itself.
 */
export async function unlockAsAPerson(page: Page, desktop: Desktop): Promise<void> {
  await page.waitForTimeout(1_200);
  await desktop.unlock();
}

export { enterPasscode, expect, heading, TEST_PIN, typePasscode };
