import type { IdleClock } from '../../core/contract/desktop-session.ts';
import { X11Connection, type X11Extension } from './x11-connection.ts';

/** Requests of the SYNC extension (X Synchronization Extension Protocol, version 3.1). */
const INITIALIZE = 0;
const LIST_SYSTEM_COUNTERS = 1;
const QUERY_COUNTER = 5;
const CREATE_ALARM = 8;
const DESTROY_ALARM = 11;
const ALARM_NOTIFY = 1;
/** Counter, value type, value, test type, delta and events are given. */
const ALL_ATTRIBUTES = 0x3f;
const ABSOLUTE = 0;
const NO_DELTA = 0;
const WITH_EVENTS = 1;
const POSITIVE_TRANSITION = 0;
const NEGATIVE_TRANSITION = 1;

/**
 * The X server's own idle counter (SYNC's system counter IDLETIME): alarms call back at the millisecond, on any X11 desktop.
 * null where there is no X server, and on Wayland, where Xwayland counts only what X programs are given.
 */
export async function openX11Idle(env: NodeJS.ProcessEnv): Promise<(IdleClock & { close(): void }) | null> {
  if (env.XDG_SESSION_TYPE === 'wayland' || env.WAYLAND_DISPLAY) return null;
  const x = await X11Connection.open(env);
  if (x === null) return null;
  const sync = await x.extension('SYNC');
  const counter = sync === null ? null : await idleCounter(x, sync);
  if (sync === null || counter === null) {
    x.close();
    return null;
  }
  return {
    watch: (afterMs, onIdle, onActive) => watch(x, sync, counter, Math.max(2, Math.round(afterMs)), onIdle, onActive),
    close: () => x.close(),
  };
}

async function idleCounter(x: X11Connection, sync: X11Extension): Promise<number | null> {
  // The version that we speak, 3.1, in two bytes.
  if ((await x.ask(sync.opcode, INITIALIZE, [3 | (1 << 8)])) === null) return null;
  const reply = await x.ask(sync.opcode, LIST_SYSTEM_COUNTERS, []);
  if (reply === null) return null;
  let at = 32;
  for (let left = reply.readUInt32LE(8); left > 0 && at + 14 <= reply.length; left--) {
    const nameLength = reply.readUInt16LE(at + 12);
    if (reply.toString('latin1', at + 14, at + 14 + nameLength) === 'IDLETIME') return reply.readUInt32LE(at);
    at += (14 + nameLength + 3) & ~3;
  }
  return null;
}

async function watch(
  x: X11Connection,
  sync: X11Extension,
  counter: number,
  afterMs: number,
  onIdle: () => void,
  onActive: () => void,
): Promise<() => void> {
  const goesIdle = x.newResource();
  const turnsActive = x.newResource();
  let idle = false;
  const become = (now: boolean) => {
    if (idle === now) return;
    idle = now;
    if (now) onIdle();
    else onActive();
  };
  const stop = x.onEvent((event) => {
    if ((event.readUInt8(0) & 0x7f) !== sync.firstEvent + ALARM_NOTIFY) return;
    const alarm = event.readUInt32LE(4);
    if (alarm === goesIdle) become(true);
    else if (alarm === turnsActive) become(false);
  });
  const arm = (alarm: number, value: number, test: number) =>
    x.send(sync.opcode, CREATE_ALARM, [
      alarm,
      ALL_ATTRIBUTES,
      counter,
      ABSOLUTE,
      Math.floor(value / 2 ** 32),
      value,
      test,
      NO_DELTA,
      NO_DELTA,
      WITH_EVENTS,
    ]);
  arm(goesIdle, afterMs, POSITIVE_TRANSITION);
  arm(turnsActive, afterMs - 1, NEGATIVE_TRANSITION);
  // Whoever is idle for longer already passes the mark no more.
  const reply = await x.ask(sync.opcode, QUERY_COUNTER, [counter]);
  if (reply !== null && reply.readInt32LE(8) * 2 ** 32 + reply.readUInt32LE(12) >= afterMs) become(true);
  return () => {
    stop();
    for (const alarm of [goesIdle, turnsActive]) x.send(sync.opcode, DESTROY_ALARM, [alarm]);
  };
}
