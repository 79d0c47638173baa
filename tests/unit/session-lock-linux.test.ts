import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Variant } from '@jellybrick/dbus-next';
import { expect, test } from 'vitest';
import { openDesktopSession } from '../../src/native/session-lock/desktop-session.ts';
import type { BusAnswer, BusCall } from '../../src/native/session-lock/linux/bus.ts';
import { sessionBusAddress, systemBusAddress } from '../../src/native/session-lock/linux/bus-address.ts';
import { closeApps } from '../../src/native/session-lock/linux/close-apps.ts';
import { type Caller, findSession, withChanges } from '../../src/native/session-lock/linux/logind-session.ts';

test('without any bus everything can be opened, and lock() says loudly that nothing locks', async () => {
  const env = { PATH: '/nonexistent', DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const session = await openDesktopSession({ env, confirmationLimitMs: 50 });
  expect(session.screenState()).toBe('unknown');
  const outcome = await session.lock();
  expect(outcome.locked).toBe(false);
  expect(outcome.attempts.map(({ method, result }) => `${method} ${result}`)).toEqual([
    'logind failed',
    'xdg-screensaver failed',
    'logind failed',
  ]);
  for (const { available, detail } of await session.methods()) {
    expect(available).toBe(false);
    expect(detail).not.toBeNull();
  }
  expect(await session.logOff()).toMatchObject({ done: false });
  expect(await session.disconnect()).toMatchObject({ done: false });
  expect(await session.systemRemovalPolicy()).toBe('none');
  await session.close();
});

test('xdg-screensaver counts only where there is a screen: browsers bring it to machines without a desktop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-xdg-'));
  writeFileSync(join(folder, 'xdg-screensaver'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const usable = async (screen: object) => {
    const env = { PATH: folder, DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/bus', ...screen };
    const session = await openDesktopSession({ env, confirmationLimitMs: 50 });
    const methods = await session.methods();
    await session.close();
    return methods.flatMap(({ method, available }) => (available ? [method] : []));
  };
  try {
    expect(await usable({})).toEqual([]);
    expect(await usable({ DISPLAY: ':7' })).toEqual(['xdg-screensaver']);
    expect(await usable({ WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-screensaver']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a configured log-off command takes the place of logind’s', async () => {
  const env = { PATH: '/nonexistent', DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const session = await openDesktopSession({ env, logOffCommand: ['/bin/sh', '-c', 'exit 5'] });
  expect(await session.logOff()).toEqual({ done: false, detail: 'ended with exit code 5' });
  await session.close();
});

test('the buses are found by the well-known variables', () => {
  expect(systemBusAddress({})).toBe('unix:path=/run/dbus/system_bus_socket');
  expect(systemBusAddress({ DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/x' })).toBe('unix:path=/x');
  expect(sessionBusAddress({})).toBeNull();
  expect(sessionBusAddress({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/y' })).toBe('unix:path=/y');
  expect(sessionBusAddress({ XDG_RUNTIME_DIR: '/nonexistent' })).toBeNull();
});

const ok = (...body: unknown[]): BusAnswer => ({ ok: true, body });

type FakeSession = { type: string; class?: string; uid?: number; active?: boolean };

/** A logind that answers from a table: real ones with several sessions of several kinds would need as many logins. */
function logind(
  sessions: Readonly<Record<string, FakeSession>>,
  of: { byPid?: string; display?: string } = {},
): Caller {
  const uid = process.getuid?.() ?? 0;
  const none: BusAnswer = { ok: false, error: 'org.freedesktop.login1.NoSuchSession', text: 'no such session' };
  const path = (id: string | undefined) => (id !== undefined && id in sessions ? ok(`/session/${id}`) : none);
  const answer = ({ member, body = [], path: at }: BusCall): BusAnswer => {
    switch (member) {
      case 'GetSession':
        return path(String(body[0]));
      case 'GetSessionByPID':
        return path(of.byPid);
      case 'GetUser':
        return ok('/user');
      case 'ListSessions':
        return ok(Object.entries(sessions).map(([id, { uid: owner = uid }]) => [id, owner, 'u', '', `/session/${id}`]));
      case 'GetAll': {
        if (at === '/user') {
          const id = of.display ?? '';
          return ok({ Display: new Variant('(so)', [id, id === '' ? '/' : `/session/${id}`]) });
        }
        const id = at.replace('/session/', '');
        const session = sessions[id];
        if (session === undefined) return none;
        return ok({
          Id: new Variant('s', id),
          Type: new Variant('s', session.type),
          Class: new Variant('s', session.class ?? 'user'),
          Remote: new Variant('b', false),
          Active: new Variant('b', session.active ?? false),
          User: new Variant('(uo)', [session.uid ?? uid, '/user']),
          LockedHint: new Variant('b', false),
        });
      }
      default:
        return none;
    }
  };
  return { call: (call) => Promise.resolve(answer(call)) };
}

const found = async (bus: Caller, env: NodeJS.ProcessEnv = {}, override?: string) =>
  (await findSession(bus, env, override)).path;

test('our own session with a screen is the one to lock', async () => {
  const bus = logind({ 1: { type: 'wayland' }, 2: { type: 'x11', active: true } }, { display: '2' });
  expect(await found(bus, { XDG_SESSION_ID: '1' })).toBe('/session/1');
});

test('a process outside of any session (a user service) finds the user’s display session', async () => {
  const bus = logind({ 1: { type: 'tty' }, 3: { type: 'wayland' } }, { display: '3' });
  expect(await found(bus)).toBe('/session/3');
});

test('a text login does not hide the desktop of the same user', async () => {
  const bus = logind({ 1: { type: 'tty' }, 3: { type: 'x11' } }, { byPid: '1', display: '3' });
  expect(await found(bus, { XDG_SESSION_ID: '1' })).toBe('/session/3');
});

test('of several desktops the active one counts', async () => {
  const bus = logind({ 1: { type: 'x11' }, 2: { type: 'x11', active: true } });
  expect(await found(bus)).toBe('/session/2');
});

test('a desktop started from a text console runs in a session of type tty', async () => {
  expect(await found(logind({ 1: { type: 'tty' } }, { byPid: '1' }))).toBe('/session/1');
});

test('other people’s sessions and login screens are never taken', async () => {
  const bus = logind({ 1: { type: 'x11', uid: 4711, active: true }, 2: { type: 'x11', class: 'greeter' } });
  expect(await findSession(bus, { XDG_SESSION_ID: '1' }, undefined)).toMatchObject({ path: null, again: false });
});

test('a session given by name is taken as it is, or missed by its name', async () => {
  const bus = logind({ 7: { type: 'tty' } });
  expect(await found(bus, {}, '7')).toBe('/session/7');
  expect(await findSession(bus, {}, '8')).toMatchObject({ path: null, reason: 'session 8: no such session' });
});

test('changed properties of the wrong type change nothing', () => {
  const facts = {
    id: '1',
    path: '/session/1',
    type: 'x11',
    remote: false,
    active: true,
    lockedHint: false,
    idleHint: false,
    idleSince: 0,
  };
  expect(withChanges(facts, { LockedHint: true, Other: 5 })).toEqual({ ...facts, lockedHint: true });
  expect(withChanges(facts, { LockedHint: 'yes' })).toEqual(facts);
  expect(withChanges(facts, { IdleHint: true, IdleSinceHint: 1_700_000_000_000_000n })).toEqual({
    ...facts,
    idleHint: true,
    idleSince: 1_700_000_000_000,
  });
});

test('programs are asked to close by their names, the first of each family, and nothing else is touched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-apps-'));
  const start = async (name: string): Promise<ChildProcess> => {
    copyFileSync('/bin/sleep', join(folder, name));
    const child = spawn(join(folder, name), ['60']);
    await once(child, 'spawn');
    return child;
  };
  const wanted = await start('ward-notes.bin');
  const other = await start('ward-notes');
  try {
    const gone = once(wanted, 'exit');
    expect(closeApps(['ward-notes.bin', 'no-such-program'])).toEqual({ done: true, detail: null });
    expect(await gone).toEqual([null, 'SIGTERM']);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    expect(closeApps(['no-such-program'])).toEqual({ done: true, detail: 'no such program runs' });
  } finally {
    other.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
