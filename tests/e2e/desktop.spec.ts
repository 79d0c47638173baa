import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { wardkey } from '../rig/agent-process.ts';
import { familyOf, stillRunning } from '../rig/process-tree.ts';
import { ICON } from '../rig/tray-desktop.ts';
import { browserThatLeavesAMark, expect, test } from './linux-desktop.ts';
import { newCard } from './window.ts';

/**
 * The whole product as a user on Linux meets it: it finds the browser itself and opens its window on a managed screen, beside
 * a panel, notifications and another program. Judged from outside, by what is on the screen and on the buses.
 */

const LAUNCH = join(import.meta.dirname, '..', '..', 'out', 'launch.js');
const NONE = '/nonexistent/folder';

test.describe('the window', () => {
  test('opens by itself, alone, with the keyboard', async ({ start, panel, windows }) => {
    const agent = start();
    const window = await panel.one();
    await expect.poll(() => windows.active()).toBe(window.id);
    await agent.phase('no-card');
    await panel.untilPainted(window);
    panel.keepScreen('no-card');
  });

  test('takes the passcode from the keyboard, and the tray follows the state', async ({
    start,
    panel,
    windows,
    icon,
    reader,
  }) => {
    const agent = start();
    await agent.phase('no-card');
    await expect.poll(icon.menu).toEqual(['Open Wardkey', 'Services and help', 'End Wardkey']);
    await expect.poll(icon.tooltip).toBe('Wardkey: Put your smartcard in');
    const window = await panel.one();
    await reader.insert(await newCard());
    await agent.phase('awaiting-passcode');
    await expect.poll(icon.menu).toContain('Change passcode');
    await panel.untilAsking(window);
    panel.keepScreen('passcode');
    await windows.type(TEST_PIN);
    await windows.press('Return');
    await agent.phase('active');
    await expect
      .poll(icon.menu)
      .toEqual(['Open Wardkey', 'Lock now', 'Change passcode', 'Services and help', 'End Wardkey']);
    await expect.poll(icon.tooltip).toBe('Wardkey: You are signed in');
    expect(await panel.all()).toEqual([window]);
  });

  test('comes once, though a card is in at the start and wants its user', async ({ start, panel, reader }) => {
    await reader.insert(await newCard());
    const agent = start();
    await agent.phase('awaiting-passcode');
    const window = await panel.one();
    await panel.untilAsking(window);
    expect(await panel.all()).toEqual([window]);
    expect(agent.lines.filter(({ event }) => event === 'page')).toHaveLength(1);
  });

  test('that is not looked at gives its place to a new one when a card comes in', async ({
    start,
    panel,
    notes,
    windows,
    reader,
  }) => {
    const agent = start();
    const before = await panel.one();
    await agent.phase('no-card');
    await expect.poll(() => windows.active()).toBe(before.id);
    await panel.untilPainted(before);
    await notes.take();
    await reader.insert(await newCard());
    await agent.phase('awaiting-passcode');
    const after = await panel.one(before);
    expect(after.pid).toBe(before.pid);
    panel.keepScreen('beside-notes');
  });

  test('that was closed comes back by a click on the tray, and by a second start, which ends with 0', async ({
    start,
    panel,
    windows,
    desktop,
    user,
    env,
  }) => {
    const agent = start();
    const first = await panel.one();
    await agent.phase('no-card');
    await panel.untilPainted(first);
    await windows.close(first.id);
    await expect.poll(() => panel.all()).toEqual([]);
    await desktop.click(ICON, 1);
    const second = await panel.one(first);
    await panel.untilPainted(second);
    await windows.close(second.id);
    await expect.poll(() => panel.all()).toEqual([]);
    expect(await wardkey(['window', '--policy', user.policyFile], { user, env })).toMatchObject({ code: 0, out: '' });
    const third = await panel.one(second);
    await expect.poll(() => windows.active()).toBe(third.id);
  });

  test('stays away with --hidden until it is asked for', async ({ start, panel, icon }) => {
    const agent = start({ args: ['--hidden'] });
    await agent.phase('no-card');
    await expect.poll(icon.menu).toContain('Open Wardkey');
    expect(agent.lines.filter(({ event }) => event === 'page')).toEqual([]);
    expect(await panel.all()).toEqual([]);
    await icon.choose('Open Wardkey');
    await panel.one();
  });
});

test.describe('notifications', () => {
  test.describe('of a card that comes in, where the user wants that', () => {
    test.use({ settings: { onInsertion: 'notify' } });

    test('take the place of the window, and open it when they are chosen', async ({
      start,
      panel,
      desktop,
      reader,
    }) => {
      const agent = start({ args: ['--hidden'] });
      await agent.phase('no-card');
      await reader.insert(await newCard());
      await desktop.untilShown(1);
      panel.keepScreen('notification');
      expect(await panel.all()).toEqual([]);
      await desktop.choose();
      await panel.one();
      await desktop.untilShown(0);
      expect((await desktop.history())[0]?.summary).toBe('Enter your passcode');
    });

    test('go when the card goes', async ({ start, desktop, reader }) => {
      const agent = start({ args: ['--hidden'] });
      await agent.phase('no-card');
      await reader.insert(await newCard());
      await desktop.untilShown(1);
      await reader.pull();
      await desktop.untilShown(0);
    });
  });

  test.describe('of a countdown', () => {
    test.use({ policy: { removal: { 'card-pulled': { graceSeconds: 120 } } } });

    test('come when the card is out, and go when it is back', async ({
      start,
      panel,
      windows,
      desktop,
      icon,
      reader,
    }) => {
      const agent = start();
      await agent.phase('no-card');
      const window = await panel.one();
      const card = await newCard();
      await reader.insert(card);
      await panel.untilAsking(window);
      await windows.type(TEST_PIN);
      await windows.press('Return');
      await agent.phase('active');
      await reader.pull();
      await desktop.untilShown(1);
      await expect.poll(icon.menu).toContain('Lock now');
      panel.keepScreen('countdown');
      const mark = agent.mark;
      await reader.insert(card);
      await agent.phase('active', mark);
      await desktop.untilShown(0);
      expect((await desktop.history())[0]?.summary).toBe('Your card is out');
    });
  });
});

test.describe('the end', () => {
  test('by the tray leaves nothing behind: no window, no icon, no process', async ({
    start,
    panel,
    icon,
    user,
    desktop,
  }) => {
    const agent = start();
    await panel.one();
    await agent.phase('no-card');
    const family = familyOf(agent.child.pid ?? 0, user.folder);
    // The card process and the browser's processes.
    expect(family.length).toBeGreaterThan(3);
    await icon.choose('End Wardkey');
    expect(await agent.exited).toBe(0);
    await expect.poll(() => stillRunning(family)).toEqual([]);
    expect(await panel.all()).toEqual([]);
    expect(await icon.menu()).toEqual([]);
    await desktop.untilShown(0);
    expect(agent.errors).toBe('');
  });

  test('is heard while the browser has not shown anything yet', async ({ start, user }) => {
    const agent = start();
    await agent.event('page');
    const family = familyOf(agent.child.pid ?? 0, user.folder);
    expect(await agent.stop()).toBe(0);
    await expect.poll(() => stillRunning([...family, ...familyOf(agent.child.pid ?? 0, user.folder)])).toEqual([]);
  });
});

test.describe('the browser', () => {
  test('may be missing: the agent runs, says so, and can be ended from the tray', async ({
    start,
    user,
    icon,
    desktop,
    reader,
  }) => {
    user.writePolicy({ window: { browser: `${NONE}/browser` } });
    const agent = start({ env: { PATH: NONE } });
    const { code } = await agent.event('notice');
    expect(code).toBe('Window_NoBrowser');
    await desktop.untilShown(1);
    await reader.insert(await newCard());
    await agent.phase('awaiting-passcode');
    await icon.choose('End Wardkey');
    expect(await agent.exited).toBe(0);
  });

  test('is the one that the policy names, from the first window on', async ({ start, user, panel }) => {
    const { program, mark } = browserThatLeavesAMark(user.folder);
    user.writePolicy({ window: { browser: program } });
    start();
    await panel.one();
    expect(existsSync(mark)).toBe(true);
  });
});

test.describe('npm start', () => {
  test('says on one line which desktop it takes and why, and ends as the program does', async ({
    user,
    env,
    panel,
  }) => {
    const child = spawn(process.execPath, [LAUNCH, '--json', '--policy', user.policyFile], {
      env: { PATH: process.env.PATH, ...user.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += String(text);
    });
    const ended = once(child, 'exit');
    await panel.one();
    const family = familyOf(child.pid ?? 0, user.folder);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect.poll(() => stillRunning(family)).toEqual([]);
    // These tests need root for their daemons, as which Electron does not run; on the way there it may not be had either.
    expect(said.trim().split('\n')).toEqual([
      expect.stringMatching(/^Wardkey: window in a browser: (Electron does not run as root|Electron's program )/),
    ]);
  });
});
