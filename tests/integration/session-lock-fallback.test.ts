import { execSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DesktopSession, LockOutcome } from '../../src/core/contract/desktop-session.ts';
import { openDesktopSession } from '../../src/native/session-lock/desktop-session.ts';
import { SCREEN_SAVERS } from '../../src/native/session-lock/linux/screensaver.ts';
import { compileSchema, setRemovalAction } from '../rig/gnome-settings.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { type ScreenSaverStandIn, startScreenSaver } from '../rig/screensaver-stand-in.ts';

const GNOME = 'org.gnome.ScreenSaver';
const LIMIT_MS = 250;
/** For what a program must have been started for: a busy machine takes its time. */
const PROGRAM_LIMIT_MS = 1_200;

let desktop: Desktop;
let folder: string;
let session: DesktopSession;
const savers: ScreenSaverStandIn[] = [];

// A desktop whose logind accepts Lock and on which nobody listens to it.
beforeAll(async () => {
  desktop = await startDesktop({ locker: false });
});
afterAll(() => desktop.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-path-'));
});
afterEach(async () => {
  await session.close();
  for (const saver of savers.splice(0)) saver.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(env: NodeJS.ProcessEnv = {}, confirmationLimitMs = LIMIT_MS): Promise<DesktopSession> {
  session = await openDesktopSession({
    env: { ...desktop.env, PATH: `${folder}:/usr/bin:/bin`, ...env },
    confirmationLimitMs,
  });
  return session;
}

async function screenSaver(...args: [name: string, manner: ScreenSaverStandIn['manner'], path?: string, of?: string]) {
  const saver = await startScreenSaver(desktop.env.DBUS_SESSION_BUS_ADDRESS, ...args);
  savers.push(saver);
  return saver;
}

/** Puts a program named xdg-screensaver first on PATH; the real one needs a desktop that it knows. */
function xdgScreensaver(body: string): void {
  const path = join(folder, 'xdg-screensaver');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

const summary = ({ locked, attempts }: LockOutcome) => ({
  locked,
  attempts: attempts.map(({ method, result }) => `${method} ${result}`),
});

test('nobody listens to logind: the screen saver on the session bus is asked next, and confirms', async () => {
  const saver = await screenSaver(GNOME, 'locks');
  await open();
  expect(summary(await session.lock())).toEqual({
    locked: true,
    attempts: ['logind unconfirmed', `${GNOME} confirmed`],
  });
  expect(saver.locks).toHaveLength(1);
  expect(session.screenState()).toBe('locked');
});

test('a screen that a screen saver has locked is not locked twice', async () => {
  const saver = await screenSaver(GNOME, 'locks');
  await open();
  await session.lock();
  expect(summary(await session.lock())).toEqual({ locked: true, attempts: ['already-locked confirmed'] });
  expect(saver.locks).toHaveLength(1);
});

test('a screen saver that sends no signal is confirmed by GetActive', async () => {
  await screenSaver(GNOME, 'locks-silently');
  await open();
  expect((await session.lock()).attempts.at(-1)).toMatchObject({ method: GNOME, result: 'confirmed' });
});

test.each(SCREEN_SAVERS.map((saver) => [saver.name, saver] as const))(
  '%s is locked by its own interface',
  async (name, saver) => {
    const standIn = await screenSaver(name, 'locks', saver.path, saver.interface);
    await open();
    expect((await session.lock()).attempts.at(-1)).toMatchObject({ method: name, result: 'confirmed' });
    expect(standIn.locks).toEqual([saver.lock.body]);
  },
);

test('one method after the other, in order, each told: refused, mute, accepted without effect, then xdg-screensaver', async () => {
  await screenSaver('org.freedesktop.ScreenSaver', 'refuses');
  await screenSaver(GNOME, 'mute');
  await screenSaver('org.mate.ScreenSaver', 'accepts');
  xdgScreensaver(`echo "$@" > ${folder}/asked`);
  await open({}, PROGRAM_LIMIT_MS);
  const outcome = await session.lock();
  expect(summary(outcome)).toEqual({
    locked: false,
    attempts: [
      'logind unconfirmed',
      'org.freedesktop.ScreenSaver failed',
      `${GNOME} failed`,
      'org.mate.ScreenSaver unconfirmed',
      'xdg-screensaver unconfirmed',
    ],
  });
  expect(outcome.attempts[1]?.detail).toBe('not implemented');
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('lock\n');
  for (const { detail } of outcome.attempts) expect(detail).not.toBeNull();
});

test('xdg-screensaver is confirmed when LockedHint turns true while it is waited for', async () => {
  const call = `busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call org.freedesktop.login1`;
  const path = `/org/freedesktop/login1/session/${desktop.session}`;
  const setHint = (to: boolean) => `${call} ${path} org.freedesktop.login1.Session SetLockedHint b ${to}`;
  xdgScreensaver(setHint(true));
  await open({}, PROGRAM_LIMIT_MS);
  try {
    expect((await session.lock()).attempts.at(-1)).toMatchObject({ method: 'xdg-screensaver', result: 'confirmed' });
  } finally {
    execSync(setHint(false), { env: { ...process.env, ...desktop.env } });
  }
});

test('xdg-screensaver that fails says with what exit code', async () => {
  xdgScreensaver('exit 4');
  await open({}, PROGRAM_LIMIT_MS);
  expect((await session.lock()).attempts.at(-1)).toMatchObject({
    method: 'xdg-screensaver',
    result: 'failed',
    detail: 'ended with exit code 4',
  });
});

test('a locker that xdg-screensaver keeps running in the foreground is not killed: that would unlock the screen', async () => {
  xdgScreensaver(`echo $$ > ${folder}/pid; exec sleep 60`);
  await open({}, PROGRAM_LIMIT_MS);
  const outcome = await session.lock();
  expect(outcome.attempts.at(-1)).toMatchObject({ method: 'xdg-screensaver', result: 'unconfirmed' });
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  expect(process.kill(pid, 0)).toBe(true);
  process.kill(pid, 'SIGKILL');
});

test('a running screen saver without a lock is told apart from a lock, and being active afterwards proves nothing', async () => {
  const saver = await screenSaver(GNOME, 'locks');
  saver.setActive(true);
  await open();
  expect(session.screenState()).toBe('screensaver');
  const outcome = await session.lock();
  expect(outcome.locked).toBe(false);
  expect(outcome.attempts[1]).toMatchObject({ method: GNOME, result: 'unconfirmed' });
});

test('a screen saver that starts, turns active and ends is told as it happens', async () => {
  await open();
  const states: string[] = [];
  const { promise: last, resolve } = Promise.withResolvers<void>();
  session.onScreenState((state) => {
    states.push(state);
    if (states.length === 2) resolve();
  });
  const saver = await screenSaver('org.cinnamon.ScreenSaver', 'locks');
  saver.setActive(true);
  saver.setActive(false);
  await last;
  expect(states).toEqual(['screensaver', 'unlocked']);
});

test('an ActiveChanged from a program that does not own the name is not believed', async () => {
  const saver = await screenSaver(GNOME, 'accepts');
  await open();
  const states: string[] = [];
  session.onScreenState((state) => states.push(state));
  await saver.forgeActive(true);
  const { promise: told, resolve } = Promise.withResolvers<void>();
  session.onScreenState(() => resolve());
  saver.setActive(true);
  await told;
  expect(states).toEqual(['screensaver']);
  saver.setActive(false);
  expect((await session.lock()).locked).toBe(false);
});

test('GNOME’s removal policy counts only while its plugin runs and the login was by card', async () => {
  const settings = compileSchema(folder);
  const card = { PKCS11_LOGIN_TOKEN_NAME: 'Ward card' };
  setRemovalAction(settings, 'lock-screen');

  await open({ ...settings, ...card });
  expect(await session.systemRemovalPolicy()).toBe('none');
  const plugin = await screenSaver('org.gnome.SettingsDaemon.Smartcard', 'accepts');
  expect(await session.systemRemovalPolicy()).toBe('lock');
  setRemovalAction(settings, 'force-logout');
  expect(await session.systemRemovalPolicy()).toBe('log-off');
  await session.close();

  await open(settings);
  expect(await session.systemRemovalPolicy()).toBe('none');
  plugin.stop();
});

test('logging off ends the session: logind stops its scope', async () => {
  const other = await startDesktop({ locker: false });
  session = await openDesktopSession({ env: { PATH: '/nonexistent', ...other.env } });
  expect(other.systemd.units).toContain(`session-${other.session}.scope`);
  expect(await session.logOff()).toEqual({ done: true, detail: null });
  expect(other.systemd.calls).toContain(`StopUnit session-${other.session}.scope`);
  await other.stop();
});
