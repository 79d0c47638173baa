import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { Message } from '@jellybrick/dbus-next';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIdleClock } from '../../src/native/idle/idle-clock.ts';
import { openBusClient } from '../rig/bus-client.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await startDesktop({ locker: false });
});
afterAll(() => desktop.stop());

type Call = { readonly what: 'idle' | 'active'; readonly at: number };

/** Collects the calls of a watch and hands them out one after the other. */
function calls() {
  const events = new EventEmitter();
  const told: Call[] = [];
  const tell = (what: Call['what']) => () => {
    told.push({ what, at: performance.now() });
    events.emit('told');
  };
  const next = async (): Promise<Call> => {
    while (true) {
      const call = told.shift();
      if (call !== undefined) return call;
      await once(events, 'told');
    }
  };
  return { onIdle: tell('idle'), onActive: tell('active'), next, told };
}

const pressKey = () => execFileSync('xdotool', ['key', 'shift'], { env: { ...process.env, ...desktop.env } });

test('on X11 the server’s own counter tells idleness and return, to the millisecond and without polling', async () => {
  const clock = await openIdleClock({ env: desktop.env });
  if (clock === null) throw new Error('no idle clock');
  const { onIdle, onActive, next, told } = calls();
  pressKey();
  const pressed = performance.now();
  const stop = await clock.watch(300, onIdle, onActive);
  const idle = await next();
  expect(idle.what).toBe('idle');
  expect(idle.at - pressed).toBeGreaterThan(200);

  pressKey();
  expect((await next()).what).toBe('active');
  expect((await next()).what).toBe('idle');

  stop();
  pressKey();
  // A second watch is told of the same key: by then the stopped one would have been.
  const other = calls();
  await clock.watch(50, other.onIdle, other.onActive);
  expect((await other.next()).what).toBe('idle');
  expect(told).toEqual([]);
  clock.close();
});

test('who has been idle for longer already is told at once', async () => {
  const clock = await openIdleClock({ env: desktop.env });
  const first = calls();
  await clock?.watch(100, first.onIdle, first.onActive);
  expect((await first.next()).what).toBe('idle');
  const second = calls();
  await clock?.watch(50, second.onIdle, second.onActive);
  expect((await second.next()).what).toBe('idle');
  clock?.close();
});

test('without a display logind’s IdleHint is what there is', async () => {
  const { DISPLAY: _, ...env } = desktop.env;
  const clock = await openIdleClock({ env });
  if (clock === null) throw new Error('no idle clock');
  const client = await openBusClient(desktop.env.DBUS_SYSTEM_BUS_ADDRESS);
  const login1 = 'org.freedesktop.login1';
  const path = `/org/freedesktop/login1/session/${desktop.session}`;
  const hint = (idle: boolean) => client.call(login1, path, `${login1}.Session`, 'SetIdleHint', 'b', [idle]);
  const { onIdle, onActive, next } = calls();
  const stop = await clock.watch(200, onIdle, onActive);
  const start = performance.now();
  await hint(true);
  const idle = await next();
  expect(idle.what).toBe('idle');
  // The hint says since when, and the time asked for counts from there.
  expect(idle.at - start).toBeGreaterThan(190);
  await hint(false);
  expect((await next()).what).toBe('active');
  stop();
  clock.close();
  client.close();
});

test('where the desktop does not tell there is no clock', async () => {
  expect(await openIdleClock({ env: { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent' } })).toBeNull();
  const wayland = { ...desktop.env, XDG_SESSION_TYPE: 'wayland', DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent' };
  expect(await openIdleClock({ env: wayland })).toBeNull();
});

/** Stands in for GNOME's compositor, which needs graphics hardware: the calls of org.gnome.Mutter.IdleMonitor. */
async function startMutter() {
  const client = await openBusClient(desktop.env.DBUS_SESSION_BUS_ADDRESS);
  const name = 'org.gnome.Mutter.IdleMonitor';
  const path = '/org/gnome/Mutter/IdleMonitor/Core';
  const idleWatches: number[] = [];
  const activeWatches: number[] = [];
  let watches = 0;
  let idleTime = 0n;
  const { promise: activeWatchAdded, resolve: heardActive } = Promise.withResolvers<void>();
  client.bus.addMethodHandler((message) => {
    if (message.interface !== name) return false;
    const answer = (signature: string, ...body: unknown[]) =>
      client.bus.send(Message.newMethodReturn(message, signature, body));
    switch (message.member) {
      case 'AddIdleWatch':
        idleWatches.push(++watches);
        answer('u', watches);
        return true;
      case 'AddUserActiveWatch':
        activeWatches.push(++watches);
        answer('u', watches);
        return true;
      case 'GetIdletime':
        answer('t', idleTime);
        heardActive();
        return true;
      default:
        answer('');
        return true;
    }
  });
  await client.bus.requestName(name, 0);
  return {
    activeWatchAdded,
    idleWatches,
    activeWatches,
    fire(watch: number | undefined, idleMs: number) {
      idleTime = BigInt(idleMs);
      client.bus.send(Message.newSignal(path, name, 'WatchFired', 'u', [watch]));
    },
    stop: () => client.close(),
  };
}

test('where GNOME’s idle monitor runs, its watches are used', async () => {
  const mutter = await startMutter();
  const clock = await openIdleClock({ env: desktop.env });
  const { onIdle, onActive, next } = calls();
  await clock?.watch(60_000, onIdle, onActive);
  expect(mutter.idleWatches).toHaveLength(1);
  mutter.fire(mutter.idleWatches[0], 60_000);
  expect((await next()).what).toBe('idle');
  await mutter.activeWatchAdded;
  mutter.fire(mutter.activeWatches[0], 0);
  expect((await next()).what).toBe('active');

  // Back already before the watch for the return was there: seen by the idle time.
  mutter.fire(mutter.idleWatches[0], 5);
  expect((await next()).what).toBe('idle');
  expect((await next()).what).toBe('active');
  clock?.close();
  mutter.stop();
});
