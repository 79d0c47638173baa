import { Message, MessageFlag } from '@jellybrick/dbus-next';
import { type BusClient, openBusClient } from './bus-client.ts';

const SYSTEMD1 = 'org.freedesktop.systemd1';
const SYSTEMD1_PATH = '/org/freedesktop/systemd1';
const MANAGER = 'org.freedesktop.systemd1.Manager';

export type SystemdStandIn = {
  /** Every call that logind has made, as `Member unit`. */
  readonly calls: readonly string[];
  /** Units that were started and not stopped. */
  readonly units: ReadonlySet<string>;
  stop(): void;
};

/**
 * Stands in for systemd, which cannot run here since it must be process 1: the few calls of org.freedesktop.systemd1(5)
 * that the real systemd-logind makes to keep a session's scope unit. Every job succeeds at once.
 */
export async function startSystemdStandIn(address: string): Promise<SystemdStandIn> {
  const client: BusClient = await openBusClient(address);
  const { bus } = client;
  const calls: string[] = [];
  const units = new Set<string>();
  let jobs = 0;

  /** The bus refuses an answer that was not asked for. */
  const reply = (message: Message, signature?: string, body?: unknown[]) => {
    if ((message.flags & MessageFlag.NO_REPLY_EXPECTED) === 0)
      bus.send(Message.newMethodReturn(message, signature, body));
  };

  /** The answer first, then the job's end, as systemd does: logind waits for both in this order. */
  const job = (message: Message, unit: string) => {
    const id = ++jobs;
    const path = `${SYSTEMD1_PATH}/job/${id}`;
    reply(message, 'o', [path]);
    bus.send(Message.newSignal(SYSTEMD1_PATH, MANAGER, 'JobRemoved', 'uoss', [id, path, unit, 'done']));
  };

  bus.addMethodHandler((message) => {
    const unit = typeof message.body[0] === 'string' ? message.body[0] : '';
    calls.push(`${message.member} ${unit}`.trim());
    switch (message.member) {
      case 'StartTransientUnit':
      case 'StartUnit':
        units.add(unit);
        job(message, unit);
        return true;
      case 'StopUnit':
        units.delete(unit);
        job(message, unit);
        return true;
      case 'Subscribe':
      case 'Unsubscribe':
      case 'AbandonScope':
      case 'Abandon':
      case 'KillUnit':
      case 'ResetFailedUnit':
        reply(message);
        return true;
      default:
        return false;
    }
  });
  await bus.requestName(SYSTEMD1, 0);
  return { calls, units, stop: () => client.close() };
}
