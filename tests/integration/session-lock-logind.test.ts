import { execFileSync } from 'node:child_process';
import { Message, Variant } from '@jellybrick/dbus-next';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DesktopSession, ScreenState } from '../../src/core/contract/desktop-session.ts';
import { openDesktopSession } from '../../src/native/session-lock/desktop-session.ts';
import { openBusClient } from '../rig/bus-client.ts';
import { type Desktop, LOCKED_COLOUR, startDesktop } from '../rig/logind.ts';
import { cornerPixel } from '../rig/x-screen.ts';

let desktop: Desktop;
let session: DesktopSession;

beforeAll(async () => {
  desktop = await startDesktop();
});
afterAll(() => desktop.stop());

beforeEach(async () => {
  session = await open();
});
afterEach(async () => {
  await session.close();
  await desktop.unlock();
  await desktop.untilReallyLocked(false);
});

const open = (options: { confirmationLimitMs?: number; session?: string } = {}) =>
  openDesktopSession({ env: { PATH: '/nonexistent', ...desktop.env }, ...options });

/** Resolves when the session tells this state, or at once when it is in it. */
function told(of: DesktopSession, wanted: ScreenState): Promise<void> {
  if (of.screenState() === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = of.onScreenState((state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}

test('lock() ends in a screen that is really locked: LockedHint, the pixels, the keyboard', async () => {
  expect(await desktop.pixel()).not.toBe(LOCKED_COLOUR);
  expect(await desktop.keyboardGrabRefused()).toBe(false);

  const outcome = await session.lock();

  expect(outcome).toMatchObject({ locked: true, attempts: [{ method: 'logind', result: 'confirmed' }] });
  expect(await desktop.lockedHint()).toBe(true);
  await desktop.untilReallyLocked(true);
  expect(await desktop.pixel()).toBe(LOCKED_COLOUR);
  expect(await desktop.keyboardGrabRefused()).toBe(true);
  expect(session.screenState()).toBe('locked');

  await desktop.unlock();
  await desktop.untilReallyLocked(false);
  expect(await desktop.keyboardGrabRefused()).toBe(false);
});

test('a desktop that is already locked is not asked to lock again', async () => {
  await session.lock();
  const before = await desktop.lockRequests();
  const outcome = await session.lock();
  expect(outcome).toMatchObject({ locked: true, attempts: [{ method: 'already-locked', result: 'confirmed' }] });
  expect(await desktop.lockRequests()).toBe(before);
});

test('two calls at once share one run', async () => {
  const before = await desktop.lockRequests();
  const [first, second] = await Promise.all([session.lock(), session.lock()]);
  expect(second).toBe(first);
  expect(await desktop.lockRequests()).toBe(before + 1);
});

test('an unlock that this process has not read yet does not swallow the next lock', async () => {
  await session.lock();
  await desktop.untilReallyLocked(true);
  // Synchronous from here on, so that the news of the unlock lies unread in the socket.
  const busctl = (...args: string[]) => execFileSync('busctl', args, { env: { ...process.env, ...desktop.env } });
  const login1 = 'org.freedesktop.login1';
  busctl('call', login1, '/org/freedesktop/login1', `${login1}.Manager`, 'UnlockSession', 's', desktop.session);
  const session1 = [login1, `/org/freedesktop/login1/session/${desktop.session}`, `${login1}.Session`];
  while (
    busctl('get-property', ...session1, 'LockedHint')
      .toString()
      .trim() !== 'b false'
  );
  expect(session.screenState()).toBe('locked');

  const outcome = await session.lock();
  expect(outcome).toMatchObject({ locked: true, attempts: [{ method: 'logind', result: 'confirmed' }] });
  await desktop.untilReallyLocked(true);
});

test('locks and unlocks from outside are told as they happen', async () => {
  const states: ScreenState[] = [];
  session.onScreenState((state) => states.push(state));
  await Promise.all([told(session, 'locked'), desktop.lock()]);
  await desktop.untilReallyLocked(true);
  await Promise.all([told(session, 'unlocked'), desktop.unlock()]);
  expect(states).toEqual(['locked', 'unlocked']);
});

test('a LockedHint that some other program claims is not believed', async () => {
  const forger = await openBusClient(desktop.env.DBUS_SYSTEM_BUS_ADDRESS);
  const states: ScreenState[] = [];
  session.onScreenState((state) => states.push(state));
  // Sent to everybody, and straight to each connection there is: no match rule is needed for the latter.
  const [names] = await forger.call(
    'org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus',
    'ListNames',
  );
  const targets = (Array.isArray(names) ? names : []).filter((name) => String(name).startsWith(':'));
  expect(targets.length).toBeGreaterThan(2);
  for (const destination of [undefined, ...targets]) {
    const signal = Message.newSignal(
      `/org/freedesktop/login1/session/${desktop.session}`,
      'org.freedesktop.DBus.Properties',
      'PropertiesChanged',
      'sa{sv}as',
      ['org.freedesktop.login1.Session', { LockedHint: new Variant('b', true) }, []],
    );
    if (destination !== undefined) signal.destination = destination;
    forger.bus.send(signal);
  }
  await forger.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId');
  // A true change afterwards arrives behind the forged one.
  await Promise.all([told(session, 'locked'), desktop.lock()]);
  expect(states).toEqual(['locked']);
  expect(await desktop.lockRequests()).toBeGreaterThan(0);
  forger.close();
});

test('Lock is accepted without any locker, and the outcome says that nothing locked', async () => {
  await desktop.stopLocker();
  const brisk = await open({ confirmationLimitMs: 300 });
  try {
    const outcome = await brisk.lock();
    expect(outcome.locked).toBe(false);
    expect(outcome.attempts.map(({ method, result }) => [method, result])).toEqual([
      ['logind', 'unconfirmed'],
      ['xdg-screensaver', 'failed'],
    ]);
    expect(outcome.attempts[0]?.tookMs).toBeGreaterThanOrEqual(299);
    expect(outcome.attempts[0]?.detail).toMatch(/no screen locker listens/);
  } finally {
    await brisk.close();
    await desktop.startLocker();
  }
});

test('the screen locks even if this process does nothing more after lock() has returned', async () => {
  const running = session.lock();
  const limit = performance.now() + 5_000;
  // Not one turn of the event loop: the request was written before lock() returned, or it will not be now.
  while (cornerPixel(desktop.env.DISPLAY) !== LOCKED_COLOUR && performance.now() < limit);
  expect(cornerPixel(desktop.env.DISPLAY)).toBe(LOCKED_COLOUR);
  expect(await running).toMatchObject({ locked: true });
});

test('after a restart of the bus the session is found again by itself, and locks', async () => {
  await desktop.killBus();
  await told(session, 'unknown');
  expect((await session.methods())[0]).toMatchObject({ method: 'logind', available: false });

  await Promise.all([told(session, 'unlocked'), desktop.restartBus()]);
  expect(await session.lock()).toMatchObject({ locked: true, attempts: [{ method: 'logind', result: 'confirmed' }] });
  await desktop.untilReallyLocked(true);
});

test('a lock while the bus is down goes on at once, and comes back to logind when it has returned', async () => {
  await desktop.killBus();
  await told(session, 'unknown');
  const patient = session.lock();
  await desktop.restartBus();
  const outcome = await patient;
  expect(outcome.attempts[0]).toMatchObject({ method: 'logind', result: 'failed' });
  expect(outcome.attempts[0]?.tookMs).toBeLessThan(500);
  expect(outcome.attempts[1]).toMatchObject({ method: 'xdg-screensaver', result: 'failed' });
  expect(outcome.attempts[2]).toMatchObject({ method: 'logind' });
});

test('logind alone may be killed and restarted: the session is lost and found, then locks', async () => {
  await desktop.killLogind();
  await told(session, 'unknown');
  await Promise.all([told(session, 'unlocked'), desktop.restartLogind()]);
  expect(await session.lock()).toMatchObject({ locked: true, attempts: [{ method: 'logind', result: 'confirmed' }] });
});

test('without XDG_SESSION_ID the user’s session with a screen is found all the same', async () => {
  const { XDG_SESSION_ID: _, ...env } = desktop.env;
  const found = await openDesktopSession({ env: { PATH: '/nonexistent', ...env } });
  expect((await found.methods())[0]).toMatchObject({ method: 'logind', available: true });
  expect(await found.lock()).toMatchObject({ locked: true });
  await found.close();
});

test('a session that logind does not know is said to be missing, by its name', async () => {
  const lost = await open({ session: 'c99', confirmationLimitMs: 100 });
  expect((await lost.methods())[0]?.detail).toMatch(/c99/);
  expect(await lost.lock()).toMatchObject({
    locked: false,
    attempts: [{ method: 'logind', result: 'failed' }, {}, {}],
  });
  await lost.close();
});

test('a local session cannot be disconnected, and says so', async () => {
  expect(session.remote).toBe(false);
  expect(await session.disconnect()).toEqual({ done: false, detail: 'this session is not a remote one' });
});

test('thirty locks: the time from the request to the confirmed lock', async () => {
  const took: number[] = [];
  for (let round = 0; round < 30; round++) {
    const start = performance.now();
    const outcome = await session.lock();
    took.push(performance.now() - start);
    expect(outcome.attempts).toMatchObject([{ method: 'logind', result: 'confirmed' }]);
    await desktop.untilReallyLocked(true);
    await desktop.unlock();
    await desktop.untilReallyLocked(false);
    await told(session, 'unlocked');
  }
  took.sort((a, b) => a - b);
  const median = took[15] ?? Number.NaN;
  console.log(`request to confirmed: median ${median.toFixed(1)} ms, longest ${took.at(-1)?.toFixed(1)} ms`);
  expect(median).toBeLessThan(100);
});
