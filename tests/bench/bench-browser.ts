import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../e2e/chromium.ts';

/** The browser that users have, headless. A run that is interrupted ends it in its turn. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGUMENTS,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

export type ViewOptions = { readonly wide?: boolean; readonly locale?: string };

/** As the window is on a desktop; `wide`: with the demonstration's panel beside it. */
export function openContext(
  browser: Browser,
  { wide = false, locale = 'en-GB' }: ViewOptions = {},
): Promise<BrowserContext> {
  return browser.newContext({ viewport: wide ? { width: 1000, height: 900 } : { width: 420, height: 720 }, locale });
}
