import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, test as base, chromium, expect, type Page } from '@playwright/test';
import type { UnlockView } from '../../src/core/contract/unlock.ts';
import type { CardView, ViewSnapshot } from '../../src/core/contract/view.ts';
import { servePage } from '../../src/main/host/browser/page-server.ts';
import { RecordingView } from '../rig/recording-view.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';
import type { Clothes } from './gallery.ts';
import { PANEL } from './window.ts';

/**
 * The built page at the real page server, on an agent that says exactly what a test has it say: for pages whose states are
 * hard to come by, such as a network that is lost in the middle of an unlock. What comes of the real agent is shown elsewhere.
 */

const WINDOW = join(import.meta.dirname, '..', '..', 'out', 'window');

export const READER = 'Ward Reader 00 00';
export const CARD_ID = '00112233445566778899aabbccddeeff';

export const blockedCard: CardView = {
  atr: '3b00',
  cardId: CARD_ID,
  triesLeft: 0,
  trouble: null,
  activeSince: null,
  certificates: [
    {
      slot: '9A',
      holder: 'Ada Lindqvist',
      issuer: 'Wardkey Test Authentication',
      verdict: 'accepted',
      reasons: [],
      judgedBy: 'dates',
      revocation: { state: 'unknown', asOf: null },
      notAfter: null,
      daysLeft: 400,
    },
  ],
};

const ORGANISATION: ViewSnapshot['organisation'] = {
  name: 'Ward Example',
  pages: [],
  contacts: {
    ra: { name: 'Registration Authority', phone: '01632 960 123', place: 'Level 2, room 14' },
    it: { name: 'IT service desk', phone: '01632 960 199' },
    hr: { name: 'Human resources', phone: '01632 960 150' },
  },
};

/** One card, which is blocked, and unlocking in the window. */
const BLOCKED: Partial<ViewSnapshot> = {
  phase: 'blocked',
  readers: [{ reader: READER, phase: 'blocked', card: blockedCard }],
  organisation: ORGANISATION,
  unlockingBy: 'in-app',
  preferences: {
    language: { value: 'system', managed: false },
    theme: { value: 'light', managed: false },
    onInsertion: { value: 'open', managed: false },
    startAtLogin: { value: false, managed: false },
    pad: { value: true, managed: false },
  },
};

const UNLOCK: UnlockView = {
  reader: READER,
  cardId: CARD_ID,
  way: 'self-service',
  step: 'address',
  doing: null,
  expiresAt: null,
  codeTriesLeft: null,
  problem: null,
  cardIn: true,
  halted: false,
  network: 'fine',
  retryAt: null,
  truth: 'blocked',
};

/** What the agent says, line by line. */
export class Script {
  readonly view = new RecordingView();
  private told: Partial<ViewSnapshot> = BLOCKED;

  constructor() {
    this.tell({});
  }

  tell(overrides: Partial<ViewSnapshot>): void {
    this.told = { ...this.told, ...overrides };
    this.view.change(this.told);
  }

  /** An unlock that stands there. */
  unlock(overrides: Partial<UnlockView>): void {
    this.tell({ unlock: { ...UNLOCK, ...overrides } });
  }

  /** Puts language and theme on. */
  readonly dress = ({ language, theme }: Clothes): void => {
    const { preferences } = this.view.snapshot();
    this.tell({ language, preferences: { ...preferences, theme: { ...preferences.theme, value: theme } } });
  };

  /** What the page has asked, but for whether it is looked at. */
  get asked(): readonly RecordingView['calls'][number][] {
    return this.view.calls.filter(({ command }) => command.command !== 'attended');
  }

  /** The next of them; its secrets as text. */
  async next(): Promise<{ readonly command: unknown; readonly secrets: readonly string[] }> {
    await expect.poll(() => this.asked.length).toBeGreaterThan(this.heard);
    const { command, secrets } = this.asked[this.heard++] ?? { command: null, secrets: [] };
    return { command, secrets };
  }
  private heard = 0;
}

export const test = base.extend<{ script: Script; page: Page }, { scriptBrowser: Browser }>({
  scriptBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  script: async ({}, use) => use(new Script()),
  page: async ({ scriptBrowser, script }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'wardkey-script-'));
    const server = await servePage(script.view, { root: WINDOW, launchFolder: join(folder, 'launch') });
    const context = await scriptBrowser.newContext({ viewport: PANEL, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(pathToFileURL((await server.openLaunch()).file).href);
    await expect(page.locator('.wk-window')).toBeVisible();
    await use(page);
    await context.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  },
});
