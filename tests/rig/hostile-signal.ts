import { Message } from '@jellybrick/dbus-next';
import { openBusClient } from './bus-client.ts';

/**
 * Sends a signal straight to one connection, from another one that owns no name, as any program of the same user can. Resolves
 * when the bus has passed it on.
 */
export async function sendForged(address: string, destination: string, signal: Message): Promise<void> {
  const stranger = await openBusClient(address);
  signal.destination = destination;
  stranger.bus.send(signal);
  // The answer to a later call proves it.
  await stranger.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId');
  stranger.close();
}

/**
 * Sends a signal whose body is a file descriptor that was not sent along: valid to the bus, unreadable to
 * `@jellybrick/dbus-next`. The library does not write such a thing either, so its type is changed on the way out.
 */
export async function sendUnreadable(address: string, destination: string): Promise<void> {
  const stranger = await openBusClient(address);
  const connection: unknown = Reflect.get(stranger.bus, '_connection');
  const { stream } = connection as { stream: { write(data: Buffer): boolean } };
  const write = stream.write.bind(stream);
  const signatureOf = (type: string) => Buffer.from(`\u0008\u0001g\u0000\u0001${type}\u0000`, 'latin1');
  stream.write = (data) => {
    const at = data.indexOf(signatureOf('u'));
    if (at < 0) throw new Error('the signature was not found');
    signatureOf('h').copy(data, at);
    return write(data);
  };
  const signal = Message.newSignal('/any', 'any.thing', 'Unreadable', 'u', [0]);
  signal.destination = destination;
  stranger.bus.send(signal);
  stream.write = write;
  await stranger.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId');
  stranger.close();
}
