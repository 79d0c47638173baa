import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PcscConnection } from '../../src/native/pcsc/connection.ts';
import { PcscContext } from '../../src/native/pcsc/context.ts';
import { loadPcscLibrary } from '../../src/native/pcsc/library.ts';
import { type RecordedCards, recordCards, threadsOf } from '../rig/card-process.ts';
import { type EchoCard, insertEchoCard } from '../rig/echo-card.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { insertPeer } from '../rig/vpcd-peer.ts';

/* The dialog with a PIV card has tests of its own; here cards stall, vanish, and are held by others. */

const OPERATION_LIMIT_MS = 1500;
const WAIT_MS = 300;
const NO_PIV = Uint8Array.of(0x6a, 0x82);

let pcscd: Pcscd;
let cards: RecordedCards;
/** Readers of different pairs share no driver: what stalls in one must not be pcscd's doing in the other. */
let readerA: { name: string; port: number };
let readerB: { name: string; port: number };

beforeAll(async () => {
  pcscd = await startPcscd({ pairs: 2 });
  process.env.PCSCLITE_CSOCK_NAME = pcscd.socket;
  const [a, , b] = pcscd.readers;
  if (a === undefined || b === undefined) throw new Error('the rig has too few readers');
  readerA = a;
  readerB = b;
});
afterAll(() => pcscd.stop());
beforeEach(async () => {
  cards = recordCards(pcscd, { operationLimitMs: OPERATION_LIMIT_MS, waitMs: WAIT_MS });
  await cards.next('surveyed');
});
afterEach(() => cards.client.stop());

async function read(stay: { reader: string; insertion: string }) {
  const started = performance.now();
  const answer = await cards.client.request(stay.reader, stay.insertion, { kind: 'read' });
  return { answer, tookMs: performance.now() - started };
}

describe('an operation', () => {
  test('is answered by the card that is in', async () => {
    const peer = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    const { answer } = await read(await cards.next('inserted'));
    expect(answer).toEqual({ ok: false, failure: { code: 'not-supported', what: 'piv' } });
    expect(peer.apdus()).toBeGreaterThan(0);
    await peer.pull();
    await cards.next('removed');
  });

  test('meant for a card that has left since is not given to the one that is in now', async () => {
    const first = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    const before = await cards.next('inserted');
    await first.pull();
    await cards.next('removed');
    const second = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    await cards.next('inserted');
    const pin = Uint8Array.of(49, 50, 51, 52, 53, 54);
    const answer = await cards.client.request(before.reader, before.insertion, {
      kind: 'verify',
      pin,
      lastTry: 'refuse',
    });
    expect(answer).toEqual({ ok: false, failure: { code: 'card-removed' } });
    expect(second.apdus()).toBe(0);
    expect(pin).toEqual(new Uint8Array(6));
    await second.pull();
    await cards.next('removed');
  });

  test('under way when its card is pulled ends with that', async () => {
    const peer = await insertPeer(readerA.port, {
      onApdu: async () => {
        await peer.pull();
        return null;
      },
    });
    const { answer } = await read(await cards.next('inserted'));
    expect(answer).toMatchObject({ ok: false });
    expect(answer.ok ? null : answer.failure.code).toMatch(/^card-(removed|mute)$/);
    await cards.next('removed');
  });

  test('works again after pcscd was restarted beneath it', async () => {
    const before = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    await read(await cards.next('inserted'));
    await pcscd.kill();
    await cards.next('removed');
    await before.pull();
    await pcscd.restart();
    const peer = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    const { answer } = await read(await cards.next('inserted'));
    expect(answer).toEqual({ ok: false, failure: { code: 'not-supported', what: 'piv' } });
    await peer.pull();
    await cards.next('removed');
  });
});

describe('a card that stalls', () => {
  test('is reported as mute at the limit, delays no other reader, and is forgotten when it is pulled', async () => {
    const stalled = await insertPeer(readerA.port, { onApdu: () => null });
    const stayA = await cards.next('inserted');
    const healthy = await insertPeer(readerB.port, { onApdu: () => NO_PIV });
    const stayB = await cards.next('inserted');

    const slow = read(stayA);
    const { answer, tookMs } = await read(stayB);
    expect(answer).toEqual({ ok: false, failure: { code: 'not-supported', what: 'piv' } });
    expect(tookMs).toBeLessThan(OPERATION_LIMIT_MS / 2);
    const late = await slow;
    expect(late.answer).toEqual({ ok: false, failure: { code: 'card-mute' } });
    expect(late.tookMs).toBeLessThan(OPERATION_LIMIT_MS + 500);
    // Set aside: the other reader is served as before.
    expect((await read(stayB)).tookMs).toBeLessThan(OPERATION_LIMIT_MS / 2);

    await stalled.pull();
    await cards.next('removed');
    const good = await insertPeer(readerA.port, { onApdu: () => NO_PIV });
    expect((await read(await cards.next('inserted'))).answer).toMatchObject({ failure: { code: 'not-supported' } });
    const pid = cards.client.pid() ?? 0;
    const threads = threadsOf(pid).length;
    await good.pull();
    await healthy.pull();
    await cards.next('removed');
    await cards.next('removed');
    expect(threadsOf(pid).length).toBeLessThanOrEqual(threads);
    expect(cards.losses).toEqual([]);
  });

  test('does not keep the card process from ending', async () => {
    const stalled = await insertPeer(readerA.port, { onApdu: () => null });
    const pending = read(await cards.next('inserted'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = performance.now();
    await cards.client.stop();
    expect(performance.now() - asked).toBeLessThan(1000);
    expect((await pending).answer).toEqual({ ok: false, failure: { code: 'card-process-lost' } });
    await stalled.pull();
  });
});

describe('a card that another program holds', () => {
  let card: EchoCard;
  let context: PcscContext;
  let stay: { reader: string; insertion: string };
  beforeEach(async () => {
    card = await insertEchoCard(readerA.port);
    stay = await cards.next('inserted');
    context = PcscContext.establish();
  });
  afterEach(async () => {
    context.release();
    await card.pull();
  });

  test('in a transaction is busy after the time one waits for it, and free when it is free', async () => {
    const other = PcscConnection.open(context, readerA.name);
    other.beginTransaction();
    const { answer, tookMs } = await read(stay);
    expect(answer).toEqual({ ok: false, failure: { code: 'reader-busy', holder: null } });
    expect(tookMs).toBeGreaterThan(WAIT_MS - 10);
    expect(tookMs).toBeLessThan(OPERATION_LIMIT_MS);
    other.endTransaction('leave');
    other.disconnect('leave');
    expect((await read(stay)).answer).not.toMatchObject({ failure: { code: 'reader-busy' } });
  });

  test('for itself alone is busy too', async () => {
    const exclusive = 1;
    const handle: [number | bigint] = [0];
    expect(loadPcscLibrary().SCardConnect(context.handle, readerA.name, exclusive, 3, handle, [0])).toBe(0);
    const { answer, tookMs } = await read(stay);
    expect(answer).toEqual({ ok: false, failure: { code: 'reader-busy', holder: null } });
    expect(tookMs).toBeGreaterThan(WAIT_MS - 10);
    loadPcscLibrary().SCardDisconnect(handle[0], 0);
  });

  test('is not kept from it between operations: the card process keeps no connection', async () => {
    await read(stay);
    const handle: [number | bigint] = [0];
    expect(loadPcscLibrary().SCardConnect(context.handle, readerA.name, 1, 3, handle, [0])).toBe(0);
    loadPcscLibrary().SCardDisconnect(handle[0], 0);
  });
});
