import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { enterPasscode, heading } from '../e2e/panel.ts';
import { PLAYED_JOURNEYS } from '../e2e/played-journeys.ts';
import { ask, expect, perform, test } from './program.ts';

test('the panel shows, and knows which host it is in', async ({ program: { page } }) => {
  expect(page.url()).toBe('app://wardkey/index.html');
  await expect(heading(page, 'Put your smartcard in')).toBeVisible();
});

test.describe('in Electron as in the browser host', () => {
  test.describe.configure({ timeout: 120_000 });
  for (const { name, play } of PLAYED_JOURNEYS) test(name, async ({ program: { page } }) => play(page));
});

test('a card pulled counts down on every display, and the same card ends it', async ({ program: { app, page } }) => {
  await perform(page, { deed: 'grace', seconds: 30 });
  await signIn(page);
  const displays = await app.evaluate(({ screen }) => screen.getAllDisplays().length);
  await perform(page, { deed: 'pull', reader: 0 });
  await expect.poll(() => app.windows().filter((each) => each.url().endsWith('#countdown')).length).toBe(displays);
  const covers = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((each) => each.webContents.getURL().endsWith('#countdown'))
      .map((each) => ({ top: each.isAlwaysOnTop(), visible: each.isVisible(), closable: each.isClosable() })),
  );
  expect(covers).toEqual(covers.map(() => ({ top: true, visible: true, closable: false })));
  const [cover] = app.windows().filter((each) => each.url().endsWith('#countdown'));
  await expect(cover?.getByRole('button', { name: 'Lock now' }) ?? page.locator('none')).toBeVisible();
  await perform(page, { deed: 'insert', card: 'ada', reader: 0 });
  await expect.poll(() => app.windows().length).toBe(1);
});

test('locking from the countdown ends it', async ({ program: { app, page } }) => {
  await perform(page, { deed: 'grace', seconds: 30 });
  await signIn(page);
  const opened = app.waitForEvent('window');
  await perform(page, { deed: 'pull', reader: 0 });
  const cover = await opened;
  await cover.getByRole('button', { name: 'Lock now' }).click();
  await expect.poll(() => app.windows().length).toBe(1);
});

test('the page is confined to itself', async ({ program: { app, page } }) => {
  const reach = await page.evaluate(async () => {
    // What is asked through the debugger may evaluate strings; a task of the page's own may not.
    await new Promise((resolve) => setTimeout(resolve));
    const outcome = async (attempt: () => unknown) => {
      try {
        return String(await attempt());
      } catch (error) {
        return error instanceof Error ? error.name : 'refused';
      }
    };
    return {
      require: typeof Reflect.get(window, 'require'),
      process: typeof Reflect.get(window, 'process'),
      evaluated: await outcome(() => Reflect.apply(Reflect.get(window, 'eval'), window, ['1 + 1'])),
      fetched: await outcome(() => fetch('https://example.org/')),
      opened: window.open('https://example.org/') !== null,
      permission: await outcome(async () => (await navigator.permissions.query({ name: 'geolocation' })).state),
      html: await outcome(() => {
        document.createElement('div').innerHTML = '<b>x</b>';
        return 'parsed';
      }),
    };
  });
  expect(reach).toEqual({
    require: 'undefined',
    process: 'undefined',
    evaluated: 'EvalError',
    fetched: 'TypeError',
    opened: false,
    permission: 'denied',
    html: 'TypeError',
  });
  await page.evaluate(() => location.assign('https://example.org/'));
  await ask(page, { command: 'read-again', reader: 'none' });
  expect(page.url()).toBe('app://wardkey/index.html');
  expect(app.windows()).toHaveLength(1);
});

test('closing the panel hides it, and a second start brings it back', async ({ program: { app, env, start } }) => {
  const visible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(visible).toBe(false);
  const second = spawn(start.program, start.args, { env, stdio: 'ignore' });
  const [code] = await once(second, 'exit');
  expect(code).toBe(0);
  await expect.poll(visible).toBe(true);
});

test('quitting ends the agent first, and all of it', async ({ program: { app } }) => {
  const exited = once(app.process(), 'exit');
  await app.evaluate(({ app: electron }) => electron.quit());
  const [code] = await exited;
  expect(code).toBe(0);
});

async function signIn(page: Parameters<typeof ask>[0]): Promise<void> {
  await perform(page, { deed: 'insert', card: 'ada', reader: 0 });
  await enterPasscode(page, TEST_PIN);
  await expect(heading(page, 'You are signed in')).toBeVisible();
}
