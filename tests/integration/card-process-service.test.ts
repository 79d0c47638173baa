import { afterEach, describe, expect, test } from 'vitest';
import { cpuMs, type RecordedCards, recordCards, storyOf } from '../rig/card-process.ts';
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

  test('that answers is left in peace; that hangs is noticed while somebody is signed in, and then waited for, without a storm', async () => {
    const [service, told] = await rig({ start: true });
    await told.next('surveyed');
    const peer = await insertPeer(service.ports[0]);
    const before = await told.next('inserted');
    told.client.setVigilant(true);
    // Long enough for a second proof that it answers.
    await new Promise((resolve) => setTimeout(resolve, 6500));
    expect(told.losses).toEqual([]);
    const daemon = service.pid();
    if (daemon === null) throw new Error('pcscd is not running');
    process.kill(daemon, 'SIGSTOP');
    await peer.pull();
    const hung = performance.now();
    expect(await told.nextLoss()).toBe('hung');
    expect(performance.now() - hung).toBeLessThan(9000);
    const tellings = told.messages.length;

    // Long enough for another proof to be asked for and to fail, if it were asked for.
    await new Promise((resolve) => setTimeout(resolve, 9000));
    expect(told.losses).toEqual(['hung']);
    expect(storyOf(told.messages.slice(tellings))).toEqual([]);

    process.kill(daemon, 'SIGCONT');
    await told.next('surveyed');
    expect(storyOf(told.messages)).toEqual(['service running', `inserted ${before.reader}`, 'service running']);
  });

  test('that hangs while nobody is signed in is asked for nothing', async () => {
    const [service, told] = await rig({ start: true });
    await told.next('surveyed');
    const pid = told.client.pid();
    const daemon = service.pid();
    if (daemon === null || pid === null) throw new Error('a process is missing');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = cpuMs(pid);
    process.kill(daemon, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 6000));
    process.kill(daemon, 'SIGCONT');
    expect(told.losses).toEqual([]);
    expect(cpuMs(pid) - before).toBeLessThanOrEqual(10);
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
