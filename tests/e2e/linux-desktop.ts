import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, test as base, chromium, expect } from '@playwright/test';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, makeUserFolders, type UserFolders } from '../rig/agent-process.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { startTrayDesktop, type TrayDesktop } from '../rig/tray-desktop.ts';
import { type TrayIconOnBus, trayIconOn } from '../rig/tray-menu.ts';
import { startWindowManager } from '../rig/window-manager.ts';
import { XPicture } from '../rig/x-picture.ts';
import { type XWindow, XWindows } from '../rig/x-windows.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';

/**
 * A desktop as a user on Linux has one: panel with tray, notifications, window manager, smartcard service, a login session
 * that can be locked, and another program that is being typed in. Nothing here knows the product but by what it shows.
 */

const SCREENS = join(import.meta.dirname, '..', '..', '.cache', 'screens');

/** The ring around what has the keyboard: nothing else in the window has this colour. */
const FOCUS_RING = 'ffeb3b';
const HEAD = '005eb8';

type World = {
  readonly pcscd: Pcscd;
  readonly session: Desktop;
  readonly player: CardPlayer;
  readonly desktop: TrayDesktop;
  readonly windows: XWindows;
};

export type Fixtures = {
  policy: object;
  /** What the user has chosen in the settings. */
  settings: object;
  readonly user: UserFolders;
  readonly reader: PlayedReader;
  readonly session: Desktop;
  readonly desktop: TrayDesktop;
  readonly windows: XWindows;
  readonly icon: TrayIconOnBus;
  /** Variables of the product's environment on this desktop. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts the product as it ships; ended with the test, if it has not ended before. */
  readonly start: (options?: StartOptions) => AgentProcess;
  readonly panel: Panel;
  readonly notes: Notes;
};

export type StartOptions = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export const test = base.extend<Fixtures, { world: World }>({
  policy: [{}, { option: true }],
  settings: [{}, { option: true }],
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
    async ({}, use) => {
      const [pcscd, session, player, desktop] = await Promise.all([
        startPcscd(),
        startDesktop(),
        CardPlayer.start(),
        startTrayDesktop({ screen: '1280x900' }),
      ]);
      await Promise.all([desktop.startPanel(), desktop.startDunst()]);
      const manager = await startWindowManager(desktop);
      await use({ pcscd, session, player, desktop, windows: new XWindows(desktop.env) });
      await manager.end();
      await desktop.stop();
      await player.stop();
      await session.stop();
      await pcscd.stop();
    },
    { scope: 'worker' },
  ],
  session: async ({ world }, use) => use(world.session),
  desktop: async ({ world }, use) => use(world.desktop),
  windows: async ({ world }, use) => use(world.windows),
  icon: async ({ world }, use) => use(trayIconOn(() => world.desktop.client)),
  user: async ({ policy, settings }, use) => {
    const user = makeUserFolders(policy);
    user.writeSettings({ introduced: true, ...settings });
    await use(user);
    user.remove();
  },
  reader: async ({ world }, use) => {
    const reader = world.player.reader(world.pcscd.ports[0]);
    await reader.pull();
    await use(reader);
    await reader.pull();
  },
  env: async ({ world }, use) =>
    use({
      ...world.pcscd.env,
      ...world.session.env,
      // Its screen is locked on the session's own X server; what the user sees and types is here.
      DISPLAY: world.desktop.display,
      DBUS_SESSION_BUS_ADDRESS: world.desktop.address,
      LANG: 'en_GB.UTF-8',
    }),
  start: async ({ user, env, session, reader }, use) => {
    // The reader is empty before the agent looks, and the screen is open.
    expect(reader).toBeDefined();
    await session.unlock();
    const started: AgentProcess[] = [];
    await use((options = {}) => {
      const agent = new AgentProcess(user, { ...env, ...options.env }, ['window', ...(options.args ?? [])]);
      started.push(agent);
      return agent;
    });
    await Promise.all(started.map((agent) => agent.stop()));
  },
  panel: async ({ windows, desktop }, use) => use(new Panel(windows, desktop)),
  notes: async ({ windows, desktop }, use) => {
    const notes = await Notes.open(windows, desktop);
    await use(notes);
    await notes.close();
  },
});

/** Wardkey's window, as a user sees it on the screen. */
export class Panel {
  readonly #windows: XWindows;
  readonly #desktop: TrayDesktop;

  constructor(windows: XWindows, desktop: TrayDesktop) {
    this.#windows = windows;
    this.#desktop = desktop;
  }

  all(): Promise<readonly XWindow[]> {
    return this.#windows.shown(/^Wardkey$/, 'chromium');
  }

  /** The one that is there, when there is just one and it is not `before`. */
  async one(before: XWindow | null = null): Promise<XWindow> {
    let found: XWindow | null = null;
    await expect
      .poll(
        async () => {
          const all = await this.all();
          found = all[0] ?? null;
          // Another process of a browser counts its windows from the start.
          return all.map(({ id, pid }) => (id === before?.id && pid === before.pid ? 'the one before' : 'one'));
        },
        { timeout: 20_000, intervals: [50] },
      )
      .toEqual(['one']);
    if (found === null) throw new Error('it has gone');
    return found;
  }

  async picture({ id }: XWindow): Promise<XPicture> {
    return XPicture.take(this.#desktop.display, await this.#windows.area(id));
  }

  /** Until the page is there, in the colour of its head. */
  async untilPainted(window: XWindow): Promise<void> {
    await expect.poll(async () => (await this.picture(window)).count(HEAD), { intervals: [50] }).toBeGreaterThan(100);
  }

  /** Until something in it has the keyboard: then what is typed goes there. */
  async untilAsking(window: XWindow): Promise<void> {
    await expect
      .poll(async () => (await this.picture(window)).count(FOCUS_RING), { intervals: [50] })
      .toBeGreaterThan(500);
  }

  /** A picture of the whole screen, for whoever wants to look. */
  keepScreen(name: string): void {
    mkdirSync(SCREENS, { recursive: true });
    const screen = XPicture.take(this.#desktop.display, { x: 0, y: 0, width: 1280, height: 900 });
    writeFileSync(join(SCREENS, `desktop-${name}.png`), screen.png());
  }
}

/** Another program in which the user is typing. */
export class Notes {
  readonly #browser: Browser;
  readonly #windows: XWindows;
  readonly id: string;

  private constructor(browser: Browser, windows: XWindows, id: string) {
    this.#browser = browser;
    this.#windows = windows;
    this.id = id;
  }

  static async open(windows: XWindows, desktop: TrayDesktop): Promise<Notes> {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      headless: false,
      args: [...CHROMIUM_ARGUMENTS, '--window-position=560,60', '--window-size=600,500'],
      env: { ...desktop.env },
    });
    const page = await browser.newPage({ viewport: null });
    await page.setContent('<title>Notes</title><textarea autofocus rows="10" cols="40"></textarea>');
    await page.locator('textarea').focus();
    let id = '';
    await expect
      .poll(async () => {
        id = (await windows.shown(/^Notes/, 'chromium'))[0]?.id ?? '';
        return id;
      })
      .not.toBe('');
    const notes = new Notes(browser, windows, id);
    await notes.take();
    return notes;
  }

  /** The user turns to it. */
  async take(): Promise<void> {
    await this.#windows.activate(this.id);
  }

  async text(): Promise<string> {
    const page = this.#browser.contexts()[0]?.pages()[0];
    return (await page?.locator('textarea').inputValue()) ?? '';
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** A program that leaves a mark beside itself and then is Chromium. */
export function browserThatLeavesAMark(folder: string): { readonly program: string; readonly mark: string } {
  const program = join(folder, 'the-organisations-browser');
  const mark = `${program}.mark`;
  writeFileSync(program, `#!/bin/sh\necho started >>'${mark}'\nexec '${CHROMIUM}' "$@"\n`);
  chmodSync(program, 0o755);
  return { program, mark };
}

export { expect };
