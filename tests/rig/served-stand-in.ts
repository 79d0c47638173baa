import { type Message, MessageType } from '@jellybrick/dbus-next';
import { type BusClient, openBusClient } from './bus-client.ts';

/**
 * Stands in for a service on a private session bus that the real ones cannot be brought to play: one that answers badly, late,
 * or all at once. `answer` gets each call on `name` and sends whatever it likes.
 */
export async function startServiceStandIn(
  address: string,
  name: string,
  answer: (call: Message, send: (message: Message) => void) => void,
): Promise<BusClient> {
  const client = await openBusClient(address);
  client.bus.addMethodHandler((message) => {
    if (message.type !== MessageType.METHOD_CALL || message.destination !== name) return false;
    answer(message, (each) => client.bus.send(each));
    return true;
  });
  await client.bus.requestName(name, 0);
  return client;
}
