import * as v from 'valibot';
import type { IdleClock } from '../../core/contract/desktop-session.ts';
import { BusConnection } from '../session-lock/linux/bus.ts';

const MUTTER = 'org.gnome.Mutter.IdleMonitor';
const CORE = '/org/gnome/Mutter/IdleMonitor/Core';
const CONNECT_LIMIT_MS = 1_000;

const WatchIdSchema = v.tuple([v.number()]);
const IdleTimeSchema = v.tuple([v.bigint()]);

/**
 * GNOME's idle monitor (org.gnome.Mutter.IdleMonitor): the compositor itself calls back, to the millisecond, on X11 and on
 * Wayland. Cinnamon offers it as well. null where it does not run.
 */
export async function openMutterIdle(address: string | null): Promise<(IdleClock & { close(): void }) | null> {
  if (address === null) return null;
  const opened = await BusConnection.open(address, CONNECT_LIMIT_MS);
  if (!('bus' in opened)) return null;
  const { bus } = opened;
  const owner = await bus.ownerOf(MUTTER);
  if (owner === null) {
    bus.close();
    return null;
  }
  await bus.addMatch(`type='signal',sender='${MUTTER}',path='${CORE}',interface='${MUTTER}',member='WatchFired'`);

  async function ask<T>(
    member: string,
    schema: v.GenericSchema<unknown, T>,
    signature = '',
    body: readonly unknown[] = [],
  ): Promise<T | null> {
    const answer = await bus.call({ destination: MUTTER, path: CORE, interface: MUTTER, member, signature, body });
    const parsed = answer.ok ? v.safeParse(schema, answer.body) : null;
    return parsed?.success === true ? parsed.output : null;
  }

  async function watch(afterMs: number, onIdle: () => void, onActive: () => void): Promise<() => void> {
    let stopped = false;
    let idle = false;
    let activeWatch: number | null = null;
    const becomeActive = () => {
      if (!idle || stopped) return;
      idle = false;
      activeWatch = null;
      onActive();
    };
    const becomeIdle = async () => {
      if (idle || stopped) return;
      idle = true;
      onIdle();
      activeWatch = (await ask('AddUserActiveWatch', WatchIdSchema))?.[0] ?? null;
      // The user may have returned before that watch was there; it fires at the next return only.
      const time = await ask('GetIdletime', IdleTimeSchema);
      if (time !== null && time[0] < afterMs) becomeActive();
    };
    // Mutter may fire before we know the number of the watch, which comes with the answer.
    let idleWatch: number | null = null;
    const early = new Set<unknown>();
    const stop = bus.onSignal((signal) => {
      if (signal.sender !== owner || signal.member !== 'WatchFired') return;
      const [id] = signal.body;
      if (idleWatch === null) early.add(id);
      else if (id === idleWatch) void becomeIdle();
      else if (id === activeWatch) becomeActive();
    });
    idleWatch = (await ask('AddIdleWatch', WatchIdSchema, 't', [BigInt(Math.round(afterMs))]))?.[0] ?? null;
    if (idleWatch !== null && early.has(idleWatch)) void becomeIdle();
    return () => {
      stopped = true;
      stop();
      for (const id of [idleWatch, activeWatch]) if (id !== null) void ask('RemoveWatch', v.unknown(), 'u', [id]);
    };
  }
  return { watch, close: () => bus.close() };
}
