import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { UserFolders } from '../rig/agent-process.ts';
import { violations } from './axe.ts';

/** Where the pictures of all screens go; git does not see it. */
const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'screens');

const LANGUAGES = ['en', 'cy'] as const;
const THEMES = ['light', 'dark'] as const;

export type Clothes = { readonly language: (typeof LANGUAGES)[number]; readonly theme: (typeof THEMES)[number] };

export type Look = {
  readonly page: Page;
  /** What the look is about, where it came by a click: it must be there in every language and theme. */
  readonly still?: Locator;
} & (
  | {
      readonly user: UserFolders;
      /** The policy of this test: language and theme are set through it, as an organisation does. */
      readonly policy: object;
    }
  | {
      /** Has an agent that follows a script say language and theme. */
      readonly dress: (clothes: Clothes) => void | Promise<void>;
    }
);

/**
 * Looks at the screen that is open: in both languages and both themes it is judged by axe against WCAG 2.2 AA and kept as a
 * picture; at 200 % nothing may be cut off sideways; in forced colours it is kept as a picture.
 */
export async function look(at: Look, name: string): Promise<void> {
  const { page } = at;
  mkdirSync(FOLDER, { recursive: true });
  const picture = (variant: string) =>
    page.screenshot({ path: join(FOLDER, `${name}-${variant}.png`), fullPage: true });
  const size = page.viewportSize();
  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      await wear(at, { language, theme });
      expect(await violations(page), `${name} in ${language}, ${theme}`).toEqual([]);
      await picture(`${language}-${theme}`);
    }
    if (size === null) continue;
    await page.setViewportSize({ width: Math.round(size.width / 2), height: Math.round(size.height / 2) });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} in ${language} at 200 %`).toBeLessThanOrEqual(0);
    await picture(`${language}-200`);
    await page.setViewportSize(size);
  }
  await page.emulateMedia({ forcedColors: 'active' });
  await picture('forced-colours');
  await page.emulateMedia({ forcedColors: null });
  if ('user' in at) at.user.writePolicy(at.policy);
  else await at.dress({ language: 'en', theme: 'light' });
  await worn(page, { language: 'en', theme: 'light' });
}

async function wear(at: Look, clothes: Clothes): Promise<void> {
  if ('user' in at) await dress(at.page, at.user, at.policy, clothes);
  else {
    await at.dress(clothes);
    await worn(at.page, clothes);
  }
  if (at.still !== undefined) await expect(at.still).toBeVisible();
}

async function worn(page: Page, { language, theme }: Clothes): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
  // Pages that are loaded on the way there, with their texts.
  await expect(page.locator('h1')).toBeVisible();
}

/** Language and theme by policy, until the page wears them. */
export async function dress(page: Page, user: UserFolders, policy: object, clothes: Clothes): Promise<void> {
  const window = 'window' in policy && typeof policy.window === 'object' ? policy.window : {};
  user.writePolicy({ ...policy, window: { ...window, ...clothes } });
  await worn(page, clothes);
}
