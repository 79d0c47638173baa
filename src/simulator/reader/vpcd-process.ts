import * as v from 'valibot';
import { VirtualPivCard } from '../card/piv-card.ts';
import { VpcdReader } from './vpcd.ts';
import { type Answer, NumberedOrderSchema, type Order, type Report } from './vpcd-orders.ts';

/**
 * Entry of a process that plays cards in virtual readers and does nothing else, so that their timing does not depend on
 * a busy test. Started by {@link startCardPlayer}; ends with its parent.
 */
const readers = new Map<number, VpcdReader>();

function readerAt(port: number): VpcdReader {
  const known = readers.get(port);
  if (known !== undefined) return known;
  const reader = new VpcdReader(port, {
    onPower: (kind, at) => report({ type: 'power', port, kind, at }),
    onCut: (pulledAt) => report({ type: 'cut', port, pulledAt }),
  });
  readers.set(port, reader);
  return reader;
}

async function obey(order: Order): Promise<Answer> {
  const reader = readerAt(order.port);
  switch (order.type) {
    case 'insert':
      await reader.insert(new VirtualPivCard(order.state), order);
      return { kind: 'done' };
    case 'swap':
      return { kind: 'pulled', pulledAt: await reader.swap(new VirtualPivCard(order.state), order) };
    case 'pull':
      return { kind: 'pulled', pulledAt: reader.pull() };
    case 'pace':
      reader.setPace(order.paceMs);
      return { kind: 'done' };
    case 'arm':
      reader.arm(order.fault);
      return { kind: 'done' };
    case 'disarm':
      reader.disarm();
      return { kind: 'done' };
    case 'release':
      reader.release();
      return { kind: 'done' };
    case 'snapshot':
      return { kind: 'snapshot', state: reader.card?.snapshot() ?? null };
    case 'log':
      return { kind: 'log', records: [...reader.log.records] };
    case 'count':
      return { kind: 'count', count: reader.log.count };
    case 'clear-log':
      reader.log.clear();
      return { kind: 'done' };
    default:
      throw new Error(`not an order: ${String(order satisfies never)}`);
  }
}

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

process.on('message', (message) => {
  const { id, order } = v.parse(NumberedOrderSchema, message);
  void obey(order)
    .catch((error: unknown): Answer => ({ kind: 'failed', message: String(error) }))
    .then((answer) => report({ type: 'answer', id, answer }));
});
process.once('disconnect', () => process.exit());
report({ type: 'ready' });
