import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { runProgram } from '../../src/main/host/electron/program.ts';
import { COUNTDOWN_ADDRESS, PAGE_ADDRESS } from '../../src/main/host/electron/protocol.ts';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { ElectronStandIn, PreventableEvent, type WindowStandIn } from '../contract/electron-stand-in.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.ts';

/**
 * The product's program without Electron: the built page in a real Chromium, under the answers of the `app:` scheme and with
 * the built preload script; below it the program that runs in Electron, on the stand-in of the contract tests and the demo's
 * cards. What is left untried is Electron itself: see tests/electron.
 */

const OUT = join(import.meta.dirname, '..', '..', 'out');
/** Chromium knows no `app:` without Electron. */
const ORIGIN = 'https://wardkey.example';
const PRELOAD = readFileSync(join(OUT, 'preload.cjs'), 'utf8');

let electron: ElectronStandIn;
let ended: Promise<void>;
let browser: Browser;

test.beforeEach(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  electron = new ElectronStandIn();
  ended = runProgram(electron, { folder: OUT, argv: ['--demo'], platform: process.platform, env: {} });
  electron.app.ready.resolve();
  await expect.poll(() => windowsOf(PAGE_ADDRESS).length).toBe(1);
});

test.afterEach(async () => {
  electron.app.emit('before-quit', new PreventableEvent());
  await ended;
  await browser.close();
  expect(electron.app.exitCode).toBe(0);
});

const windowsOf = (address: string) => electron.windowsOf(address).filter((window) => window.isVisible());

/** The page of a window, really: what the stand-in's own page would say and hear goes to Chromium. */
async function pageOf(window: WindowStandIn): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 420, height: 720 }, reducedMotion: 'reduce' });
  const serve = electron.session.fromPartition('wardkey').handlers.get('app');
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const response = await serve?.(new Request(`app://wardkey${pathname}`));
    if (response === undefined || response.type === 'error') return route.abort();
    const body = Buffer.from(await response.arrayBuffer());
    return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  });
  await page.exposeFunction('invokeMain', (channel: string, command: unknown, secrets: readonly number[][]) =>
    window.page?.invoke(channel, [command, secrets.map((bytes) => Uint8Array.from(bytes))], {}),
  );
  await page.addInitScript(`{
    const heard = [];
    window.fromMain = (channel, message) => heard.forEach((each) => each.channel === channel && each.listener({}, message));
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
      ipcRenderer: {
        invoke: (channel, command, secrets) => window.invokeMain(channel, command, secrets.map((bytes) => [...bytes])),
        on: (channel, listener) => heard.push({ channel, listener }),
      },
    };
    (function (require) { ${PRELOAD} })(() => electron);
  }`);
  const push = (channel: string, message: unknown) =>
    page.evaluate(([to, what]) => Reflect.get(globalThis, 'fromMain')(to, what), [channel, message]);
  await page.goto(`${ORIGIN}/index.html${new URL(window.address).hash}`);
  for (const { channel, message } of window.webContents.sent.slice(-1)) await push(channel, message);
  window.webContents.onSent('wardkey:snapshot', (message) => void push('wardkey:snapshot', message).catch(() => {}));
  return page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const demo = (page: Page, deed: object) =>
  page.evaluate((asked) => Reflect.get(globalThis, 'wardkey').request({ command: 'demo', deed: asked }), deed);

function only(windows: readonly WindowStandIn[]): WindowStandIn {
  const [window] = windows;
  if (window === undefined) throw new Error('no such window');
  return window;
}

async function signIn(page: Page): Promise<void> {
  await page.evaluate(() => Reflect.get(globalThis, 'wardkey').request({ command: 'introduced' }));
  await demo(page, { deed: 'insert', card: 'ada', reader: 0 });
  await expect(heading(page, 'Enter your passcode')).toBeVisible();
  await page.getByLabel('Passcode', { exact: true }).focus();
  await page.keyboard.type(TEST_PIN);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'You are signed in')).toBeVisible();
}

test('a passcode goes from the page through the preload to the card, and signs in', async () => {
  const page = await pageOf(only(windowsOf(PAGE_ADDRESS)));
  await signIn(page);
  await expect.poll(() => electron.trays.at(-1)?.image).toContain('signed-in');
});

test('a card pulled covers every display; the same card takes the covers away, the button on one locks', async () => {
  electron.screen.plug({ id: 2, bounds: { x: 1920, y: 0, width: 1280, height: 1024 } });
  const page = await pageOf(only(windowsOf(PAGE_ADDRESS)));
  await signIn(page);
  await demo(page, { deed: 'grace', seconds: 30 });
  await demo(page, { deed: 'pull', reader: 0 });
  await expect.poll(() => windowsOf(COUNTDOWN_ADDRESS).length).toBe(2);
  await demo(page, { deed: 'insert', card: 'ada', reader: 0 });
  await expect.poll(() => electron.windowsOf(COUNTDOWN_ADDRESS).length).toBe(0);
  await demo(page, { deed: 'pull', reader: 0 });
  await expect.poll(() => windowsOf(COUNTDOWN_ADDRESS).length).toBe(2);
  const cover = await pageOf(only(windowsOf(COUNTDOWN_ADDRESS)));
  await cover.getByRole('button', { name: 'Lock now' }).click();
  await expect.poll(() => electron.windowsOf(COUNTDOWN_ADDRESS).length).toBe(0);
  await expect.poll(() => electron.trays.at(-1)?.image).toContain('locked');
});

test('the page can do nothing else', async () => {
  const page = await pageOf(only(windowsOf(PAGE_ADDRESS)));
  const reach = await page.evaluate(async () => {
    // What is asked through the debugger may evaluate strings; a task of the page's own may not.
    await new Promise((resolve) => setTimeout(resolve));
    const outcome = async (attempt: () => unknown) => {
      try {
        return typeof (await attempt());
      } catch (error) {
        return error instanceof Error ? error.name : 'refused';
      }
    };
    return {
      evaluated: await outcome(() => Reflect.apply(Reflect.get(globalThis, 'eval'), undefined, ['1 + 1'])),
      fetched: await outcome(() => fetch('/index.html')),
      written: await outcome(() => {
        document.createElement('div').innerHTML = '<b>x</b>';
      }),
    };
  });
  expect(reach).toEqual({ evaluated: 'EvalError', fetched: 'TypeError', written: 'TypeError' });
});
