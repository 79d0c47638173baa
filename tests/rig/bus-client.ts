import { type EventEmitter, once } from 'node:events';
import { Message, type MessageBus, MessageType, sessionBus, Variant } from '@jellybrick/dbus-next';

/** A plain D-Bus client for the rig: errors are thrown, nothing is restarted. It shares no code with the product. */
export type BusClient = {
  readonly bus: MessageBus;
  call(
    destination: string,
    path: string,
    of: string,
    member: string,
    signature?: string,
    body?: unknown[],
  ): Promise<unknown[]>;
  property(destination: string, path: string, of: string, name: string): Promise<unknown>;
  /** Hears the signals of one name. */
  onSignal(rule: string, member: string, listener: (message: Message) => void): Promise<() => void>;
  /** Resolves when somebody owns `name`. */
  untilOwned(name: string): Promise<void>;
  close(): void;
};

const BUS = 'org.freedesktop.DBus';

export async function openBusClient(address: string): Promise<BusClient> {
  const bus = sessionBus({ busAddress: address });
  bus.setMaxListeners(100);
  // The library's types leave 'error' out, but it emits it.
  const emitter: EventEmitter = bus;
  await once(emitter, 'connect');
  // From now on a lost bus is a test's own doing.
  emitter.on('error', () => {});

  const call: BusClient['call'] = async (destination, path, of, member, signature = '', body = []) => {
    const reply = await bus.call(new Message({ destination, path, interface: of, member, signature, body }));
    return reply?.body ?? [];
  };
  const onSignal: BusClient['onSignal'] = async (rule, member, listener) => {
    const hear = (message: Message) => {
      if (message.type === MessageType.SIGNAL && message.member === member) listener(message);
    };
    bus.on('message', hear);
    const match = [`type='signal',member='${member}',${rule}`];
    await call(BUS, '/org/freedesktop/DBus', BUS, 'AddMatch', 's', match);
    return () => {
      bus.removeListener('message', hear);
      // A bus that has gone has forgotten the rule by itself.
      call(BUS, '/org/freedesktop/DBus', BUS, 'RemoveMatch', 's', match).catch(() => undefined);
    };
  };
  return {
    bus,
    call,
    async property(destination, path, of, name) {
      const [value] = await call(destination, path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [of, name]);
      if (!(value instanceof Variant)) throw new TypeError(`${of}.${name} is no property`);
      return value.value;
    },
    onSignal,
    async untilOwned(name) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = await onSignal(`arg0='${name}'`, 'NameOwnerChanged', (message) => {
        if (message.body[0] === name && message.body[2] !== '') resolve();
      });
      const [owned] = await call(BUS, '/org/freedesktop/DBus', BUS, 'NameHasOwner', 's', [name]);
      if (owned !== true) await promise;
      stop();
    },
    close: () => bus.disconnect(),
  };
}
