import { afterEach, describe, expect, test } from 'vitest';
import { type RecordedCards, recordCards, storyOf } from '../rig/card-process.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { insertPeer } from '../rig/vpcd-peer.ts';

let pcscd: Pcscd | null = null;
let cards: RecordedCards | null = null;

async function rig(options: { start: boolean }): Promise<[Pcscd, RecordedCards]> {
  pcscd = await startPcscd(options);
  cards = recordCards(pcscd);
  return [pcscd, cards];
}
afterEach(async () => {
  await cards?.client.stop();
  await pcscd?.stop();
});

describe('the smartcard service', () => {
  test('that does not run yet is a state, not an error; once it runs its cards are told', async () => {
    const [service, told] = await rig({ start: false });
    expect(await told.next('service')).toMatchObject({ state: 'absent', detail: 'SCARD_E_NO_SERVICE' });
    await service.restart();
    expect(await told.next('service')).toMatchObject({ state: 'running' });
    await told.next('surveyed');
    const peer = await insertPeer(service.ports[0]);
    await told.next('inserted');
    await peer.pull();
    expect(told.losses).toEqual([]);
  });

  test.each(['kill', 'terminate'] as const)(
    'that ends (%s) takes every card with it, first the cards, then the service; twice over',
    async (end) => {
      const [service, told] = await rig({ start: true });
      await told.next('surveyed');
      const reader = service.readerNames[0];
      const expected = ['service running'];
      for (let times = 0; times < 3; times++) {
        const peer = await insertPeer(service.ports[0]);
        await told.next('inserted');
        await service[end]();
        await told.next('removed');
        await service.restart();
        await told.next('surveyed');
        await peer.pull();
        expected.push(`inserted ${reader}`, `removed ${reader} service-stopped`, 'service stopped', 'service running');
      }
      expect(storyOf(told.messages)).toEqual(expected);
    },
  );

  test('that dies is noticed within a moment by a watcher that is waiting for cards', async () => {
    const [service, told] = await rig({ start: true });
    await told.next('surveyed');
    await insertPeer(service.ports[0]);
    await told.next('inserted');
    const gone = told.next('removed');
    const killed = performance.now();
    await service.kill();
    await gone;
    expect(performance.now() - killed).toBeLessThan(250);
  });

  test('that comes back is found by the appearance of its socket, not by a slow retry', async () => {
    const [service, told] = await rig({ start: false });
    await told.next('service');
    // By now the pause between two tries has grown to its full length.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await service.restart();
    const back = performance.now();
    await told.next('service');
    expect(performance.now() - back).toBeLessThan(500);
  });

  test('is asked for everything anew after a sleep, and a card that stayed is not told twice', async () => {
    const [service, told] = await rig({ start: true });
    await told.next('surveyed');
    const peer = await insertPeer(service.ports[0]);
    const { insertion } = await told.next('inserted');
    told.client.resumed();
    await told.next('surveyed');
    await peer.pull();
    expect(await told.next('removed')).toMatchObject({ insertion, cause: 'card-pulled' });
    expect(storyOf(told.messages)).toHaveLength(3);
  });
});
