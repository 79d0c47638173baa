import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SCARD_STATE_PRESENT } from '../../src/native/pcsc/constants.ts';
import { PcscContext } from '../../src/native/pcsc/context.ts';
import { type RecordedCards, recordCards, storyOf } from '../rig/card-process.ts';
import { insertEchoCard } from '../rig/echo-card.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { insertPeer, PEER_ATR } from '../rig/vpcd-peer.ts';

let pcscd: Pcscd;
let cards: RecordedCards;

beforeAll(async () => {
  pcscd = await startPcscd({ pairs: 8 });
  process.env.PCSCLITE_CSOCK_NAME = pcscd.socket;
});
afterAll(() => pcscd.stop());
beforeEach(async () => {
  cards = recordCards(pcscd);
  await cards.next('surveyed');
});
afterEach(() => cards.client.stop());

describe('a card', () => {
  test('put in is told with its ATR, and pulled out is told with its cause', async () => {
    const peer = await insertPeer(pcscd.ports[0]);
    const inserted = await cards.next('inserted');
    expect(inserted).toMatchObject({ reader: pcscd.readerNames[0], atr: PEER_ATR });
    await peer.pull();
    expect(await cards.next('removed')).toMatchObject({
      reader: pcscd.readerNames[0],
      insertion: inserted.insertion,
      cause: 'card-pulled',
    });
  });

  test('that was in before anyone looked is told before the survey ends', async () => {
    const peer = await insertPeer(pcscd.ports[0]);
    await cards.next('inserted');
    const latecomer = recordCards(pcscd);
    await latecomer.next('surveyed');
    expect(storyOf(latecomer.messages)).toEqual(['service running', `inserted ${pcscd.readerNames[0]}`]);
    await latecomer.client.stop();
    await peer.pull();
    await cards.next('removed');
  });

  test('put back is another stay', async () => {
    const stays: string[] = [];
    for (let times = 0; times < 5; times++) {
      const peer = await insertPeer(pcscd.ports[0]);
      stays.push((await cards.next('inserted')).insertion);
      await peer.pull();
      await cards.next('removed');
    }
    expect(new Set(stays).size).toBe(5);
  });

  test('swapped while the watcher could not look is a removal and an insertion, not a card that stayed', async () => {
    const first = await insertEchoCard(pcscd.ports[0]);
    const before = await cards.next('inserted');
    const pid = cards.client.pid();
    if (pid === null) throw new Error('the card process is not running');
    process.kill(pid, 'SIGSTOP');
    // What follows happens in pcscd, as another client of it witnesses, while nobody wakes the watcher.
    const witness = new Witness(pcscd.readerNames[0]);
    await first.pull();
    witness.waitFor(false);
    const second = await insertEchoCard(pcscd.ports[0]);
    witness.waitFor(true);
    witness.close();
    process.kill(pid, 'SIGCONT');

    expect(await cards.next('removed')).toMatchObject({ insertion: before.insertion, cause: 'card-swapped' });
    const after = await cards.next('inserted');
    expect(after.insertion).not.toBe(before.insertion);
    await second.pull();
    expect(await cards.next('removed')).toMatchObject({ insertion: after.insertion, cause: 'card-pulled' });
  });

  test('that gives no answer to reset is mute, and is removed like any other', async () => {
    const peer = await insertPeer(pcscd.ports[0], { mute: true });
    const mute = await cards.next('mute');
    await peer.pull();
    expect(await cards.next('removed')).toMatchObject({ insertion: mute.insertion });
  });
});

test('sixteen readers are listed and watched, each for itself', async () => {
  expect((await cards.next('readers')).readers).toEqual(pcscd.readers.map(({ name }) => name));
  const peers = [];
  for (const { name, port } of pcscd.readers) {
    peers.push(await insertPeer(port));
    expect(await cards.next('inserted')).toMatchObject({ reader: name });
  }
  for (const [index, peer] of peers.entries()) {
    await peer.pull();
    expect(await cards.next('removed')).toMatchObject({ reader: pcscd.readers[index]?.name, cause: 'card-pulled' });
  }
});

/** Another client of the same pcscd. It blocks this thread, so the card must live in another. */
class Witness {
  readonly #context = PcscContext.establish();
  readonly #state;

  constructor(reader: string) {
    this.#state = { reader, current: 0, event: 0, atr: new Uint8Array() };
    this.#context.statusChange([this.#state], 0);
  }

  waitFor(present: boolean): void {
    while (((this.#state.event & SCARD_STATE_PRESENT) !== 0) !== present) {
      this.#state.current = this.#state.event & ~2;
      if (this.#context.statusChange([this.#state], 5000) === 'timed-out') throw new Error('pcscd saw nothing');
    }
  }

  close(): void {
    this.#context.release();
  }
}
