import { Message, MessageType } from '@jellybrick/dbus-next';
import { openBusClient } from './bus-client.ts';

export type ScreenSaverManner =
  /** Locks: becomes active and says so. */
  | 'locks'
  /** Answers Lock and does nothing. */
  | 'accepts'
  /** Becomes active without a signal: only GetActive tells. */
  | 'locks-silently'
  /** Refuses Lock with an error. */
  | 'refuses'
  /** Never answers Lock. */
  | 'mute';

export type ScreenSaverStandIn = {
  manner: ScreenSaverManner;
  /** Arguments of each Lock. */
  readonly locks: ReadonlyArray<readonly unknown[]>;
  setActive(active: boolean): void;
  /** Sends an ActiveChanged from a connection that does not own the name, as a hostile program would. */
  forgeActive(active: boolean): Promise<void>;
  stop(): void;
};

/**
 * Stands in for a desktop's screen saver on a private session bus: the desktops themselves are whole products with a
 * compositor. `name` is bus name and interface, unless `of` names another interface.
 */
export async function startScreenSaver(
  address: string,
  name: string,
  manner: ScreenSaverManner,
  path = `/${name.replaceAll('.', '/')}`,
  of = name,
): Promise<ScreenSaverStandIn> {
  const client = await openBusClient(address);
  const { bus } = client;
  const locks: unknown[][] = [];
  let active = false;
  const changed = (to: boolean) => Message.newSignal(path, of, 'ActiveChanged', 'b', [to]);
  const standIn: ScreenSaverStandIn = {
    manner,
    locks,
    setActive(to) {
      active = to;
      bus.send(changed(to));
    },
    async forgeActive(to) {
      const stranger = await openBusClient(address);
      stranger.bus.send(changed(to));
      // The answer to a later call proves that the bus has passed the signal on.
      await stranger.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId');
      stranger.close();
    },
    stop: () => client.close(),
  };
  bus.addMethodHandler((message) => {
    if (message.type !== MessageType.METHOD_CALL || message.path !== path || message.interface !== of) return false;
    if (message.member === 'GetActive') {
      bus.send(Message.newMethodReturn(message, 'b', [active]));
      return true;
    }
    if (message.member !== 'Lock') return false;
    locks.push(message.body);
    switch (standIn.manner) {
      case 'locks':
        bus.send(Message.newMethodReturn(message));
        standIn.setActive(true);
        return true;
      case 'locks-silently':
        active = true;
        bus.send(Message.newMethodReturn(message));
        return true;
      case 'accepts':
        bus.send(Message.newMethodReturn(message));
        return true;
      case 'refuses':
        bus.send(Message.newError(message, 'org.freedesktop.DBus.Error.NotSupported', 'not implemented'));
        return true;
      case 'mute':
        return true;
    }
  });
  await bus.requestName(name, 0);
  return standIn;
}
