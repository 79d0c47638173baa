import { describe, expect, it } from 'vitest';
import { CardError, type CardFailureCode } from '../../src/core/card/card-error.ts';
import type { Fault } from '../../src/simulator/card/faults.ts';
import { issueCard } from '../../src/simulator/pki/issue-card.ts';
import { type ReaderChange, VirtualReader } from '../../src/simulator/reader/in-process.ts';

const STATUS = Buffer.from('00200080', 'hex');
const VERIFY = Buffer.from('0020008008323436383130ffff', 'hex');

async function withCard(options: { faults?: Fault[]; paceMs?: number } = {}) {
  const reader = new VirtualReader('Reader', { paceMs: options.paceMs ?? 0 });
  const card = await issueCard({ keys: 'p256' });
  reader.insert(card, { faults: options.faults ?? [] });
  return { reader, card };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** How a call fails, by its code. */
async function failureOf(call: Promise<unknown>): Promise<CardFailureCode | 'none'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof CardError) return error.failure.code;
    throw error;
  }
}

describe('the reader inside the process', () => {
  it('carries commands to its card and answers back', async () => {
    const { reader, card } = await withCard();
    const connection = await reader.connect();
    expect(connection.reader).toBe('Reader');
    expect(connection.atr).toEqual(card.atr);
    expect(hex(await connection.transmit(STATUS))).toBe('63c3');
    expect(reader.log.records).toMatchObject([{ ins: 0x20, p2: 0x80, statusWord: 0x63c3 }]);
  });

  it('never logs what a command carries', async () => {
    const { reader } = await withCard();
    await (await reader.connect()).transmit(VERIFY);
    expect(JSON.stringify(reader.log.records)).not.toMatch(/246810|323436383130|"data"/);
  });

  it('tells of insertion and removal, and counts them', async () => {
    const reader = new VirtualReader();
    const heard: ReaderChange[] = [];
    const stopListening = reader.onChange((change) => heard.push(change));
    const card = await issueCard({ keys: 'p256' });
    expect(reader.atr).toBeNull();
    reader.insert(card);
    expect(reader.atr).toEqual(card.atr);
    const pulledAt = reader.pull();
    expect(heard).toMatchObject([
      { type: 'inserted', eventCount: 1 },
      { type: 'removed', eventCount: 2, at: pulledAt },
    ]);
    stopListening();
    reader.insert(card);
    expect(heard).toHaveLength(2);
    expect(reader.eventCount).toBe(3);
  });

  it('tells both changes of a swap when the second card is in already', async () => {
    const { reader } = await withCard();
    const other = await issueCard({ keys: 'p256', profile: 'applet-p' });
    const heard: (string | null)[] = [];
    reader.onChange(({ type }) => heard.push(type, reader.atr && hex(reader.atr)));
    reader.swap(other);
    expect(heard).toEqual(['removed', hex(other.atr), 'inserted', hex(other.atr)]);
  });

  it('holds one card', async () => {
    const { reader, card } = await withCard();
    expect(() => reader.insert(card)).toThrow('there is a card');
  });

  it('refuses to connect without a card, and to a mute one', async () => {
    expect(await failureOf(new VirtualReader().connect())).toBe('card-removed');
    const { reader } = await withCard({ faults: [{ kind: 'no-atr' }] });
    expect(reader.atr).toEqual(new Uint8Array());
    expect(await failureOf(reader.connect())).toBe('card-mute');
  });

  it('loses the card with every connection to it when it is pulled, also when it is put back', async () => {
    const { reader, card } = await withCard();
    const connection = await reader.connect();
    reader.pull();
    expect(await failureOf(connection.transmit(STATUS))).toBe('card-removed');
    reader.insert(card);
    expect(await failureOf(connection.transmit(STATUS))).toBe('card-removed');
    expect(hex(await (await reader.connect()).transmit(STATUS))).toBe('63c3');
  });

  it('answers at its pace: never early, and the work is part of it', async () => {
    const { reader } = await withCard({ paceMs: 15 });
    const connection = await reader.connect();
    for (let count = 0; count < 5; count++) await connection.transmit(STATUS);
    for (const { durationMs } of reader.log.records) expect(durationMs).toBeGreaterThanOrEqual(15);
  });

  it('breaks off a wait when the card is pulled', async () => {
    const { reader } = await withCard({ paceMs: 60_000 });
    const answer = failureOf((await reader.connect()).transmit(STATUS));
    reader.pull();
    expect(await answer).toBe('card-removed');
  });

  it('pulls the card itself where a cut says so', async () => {
    const { reader, card } = await withCard({ faults: [{ kind: 'cut', when: 'after', at: { apdu: 1 } }] });
    const heard: string[] = [];
    reader.onChange(({ type }) => heard.push(type));
    const wrong = Buffer.from('00200080083939393939393939', 'hex');
    expect(await failureOf((await reader.connect()).transmit(wrong))).toBe('card-removed');
    expect(heard).toEqual(['removed']);
    expect(card.snapshot().pin.triesLeft).toBe(2);
  });

  it('holds a stalled answer until it is released', async () => {
    const { reader } = await withCard({ faults: [{ kind: 'stall', at: { apdu: 1 } }] });
    let settled = false;
    const answer = (await reader.connect()).transmit(STATUS).finally(() => (settled = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    reader.release();
    expect(hex(await answer)).toBe('63c3');
  });

  it('says card-mute when the card stops answering', async () => {
    const { reader } = await withCard({ faults: [{ kind: 'mute', at: { apdu: 2 } }] });
    const connection = await reader.connect();
    expect(hex(await connection.transmit(STATUS))).toBe('63c3');
    expect(await failureOf(connection.transmit(STATUS))).toBe('card-mute');
  });
});

describe('a transaction', () => {
  it('keeps others out until it ends, and lets them in then', async () => {
    const { reader } = await withCard();
    const [mine, other] = [await reader.connect(), await reader.connect()];
    const order: string[] = [];
    const inside = Promise.withResolvers<void>();
    const first = mine.transaction(async () => {
      await inside.promise;
      order.push(hex(await mine.transmit(STATUS)));
    });
    const second = other.transaction(async () => order.push('second'), { waitMs: 10_000 });
    expect(await failureOf(other.transmit(STATUS))).toBe('reader-busy');
    expect(await failureOf(other.transaction(async () => {}, { waitMs: 5 }))).toBe('reader-busy');
    inside.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['63c3', 'second']);
  });

  it('leaves the card as it is, or reset', async () => {
    const { reader } = await withCard();
    const connection = await reader.connect();
    await connection.transaction(() => connection.transmit(VERIFY));
    expect(hex(await connection.transmit(STATUS))).toBe('9000');
    await connection.transaction(() => connection.transmit(STATUS), { disposition: 'reset' });
    expect(hex(await connection.transmit(STATUS))).toBe('63c3');
  });

  it('ends when its body fails, as it was told to end', async () => {
    const { reader } = await withCard();
    const [mine, other] = [await reader.connect(), await reader.connect()];
    const failing = mine.transaction(
      async () => {
        await mine.transmit(VERIFY);
        throw new Error('on purpose');
      },
      { disposition: 'reset' },
    );
    await expect(failing).rejects.toThrow('on purpose');
    expect(hex(await other.transmit(STATUS))).toBe('63c3');
  });

  it('is broken off, and not waited for, when the card is pulled', async () => {
    const { reader } = await withCard();
    const [mine, other] = [await reader.connect(), await reader.connect()];
    const never = new Promise<never>(() => {});
    void mine.transaction(() => never);
    const waiting = failureOf(other.transaction(async () => {}, { waitMs: 10_000 }));
    reader.pull();
    expect(await waiting).toBe('card-removed');
  });
});
