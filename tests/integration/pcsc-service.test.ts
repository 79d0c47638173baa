import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PcscConnection } from '../../src/native/pcsc/connection.ts';
import {
  INFINITE,
  PNP_NOTIFICATION,
  SCARD_ATTR_VENDOR_NAME,
  SCARD_STATE_PRESENT,
} from '../../src/native/pcsc/constants.ts';
import { PcscContext, type ReaderState } from '../../src/native/pcsc/context.ts';
import { PcscCard } from '../../src/native/pcsc/pcsc-card.ts';
import { PcscError } from '../../src/native/pcsc/return-code.ts';
import { type EchoCard, insertEchoCard } from '../rig/echo-card.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import { PEER_ATR } from '../rig/vpcd-peer.ts';

/* The binding on a real pcscd. libpcsclite reads its socket's name once, so this file has one rig; the card is a thread. */

let pcscd: Pcscd;
let reader: string;
let context: PcscContext;
let card: EchoCard;

const state = (name: string, current = 0): ReaderState => ({ reader: name, current, event: 0, atr: new Uint8Array() });

/** Waits in the service until the card is in (or out). */
function untilPresent(present: boolean): ReaderState {
  const seen = state(reader);
  while (((seen.event & SCARD_STATE_PRESENT) !== 0) !== present || seen.event === 0) {
    seen.current = seen.event & ~2;
    expect(context.statusChange([seen], 5000)).toBe('changed');
  }
  return seen;
}

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof PcscError) return error.returnCodeName;
    throw error;
  }
  return 'no error';
};

beforeAll(async () => {
  pcscd = await startPcscd({ pairs: 8 });
  process.env.PCSCLITE_CSOCK_NAME = pcscd.socket;
  [reader] = pcscd.readerNames;
  context = PcscContext.establish();
  card = await insertEchoCard(pcscd.ports[0]);
  untilPresent(true);
});
afterAll(async () => {
  await card.pull();
  context.release();
  await pcscd.stop();
});

describe('a context', () => {
  test('is valid until it is released, and not after', () => {
    const own = PcscContext.establish();
    expect(own.isValid()).toBe(true);
    own.release();
    expect(own.isValid()).toBe(false);
    expect(codeOf(() => own.readers())).toBe('SCARD_E_INVALID_HANDLE');
  });

  test('lists all sixteen readers that pcscd can have', () => {
    expect(context.readers()).toEqual(pcscd.readers.map(({ name }) => name));
  });

  test('tells state and ATR of all sixteen in one question', () => {
    const states = pcscd.readers.map(({ name }) => state(name));
    expect(context.statusChange(states, 0)).toBe('changed');
    expect(states.map(({ event }) => (event & SCARD_STATE_PRESENT) !== 0)).toEqual([
      true,
      ...Array.from({ length: 15 }, () => false),
    ]);
    expect(states[0]?.atr).toEqual(PEER_ATR);
  });

  test('waits in vain for as long as it was told', () => {
    const started = performance.now();
    expect(context.statusChange([state(PNP_NOTIFICATION)], 120)).toBe('timed-out');
    expect(performance.now() - started).toBeGreaterThan(100);
  });

  test('names what is wrong with a question', () => {
    expect(codeOf(() => context.statusChange([state('No such reader')], 0))).toBe('SCARD_E_UNKNOWN_READER');
  });
});

describe('a connection', () => {
  let connection: PcscConnection;
  beforeAll(() => {
    connection = PcscConnection.open(context, reader);
  });
  afterAll(() => connection.disconnect('leave'));

  test('carries a short APDU', () => {
    expect(connection.transmit(Uint8Array.of(0, 0xee, 0, 0, 0))).toEqual(Uint8Array.of(0, 5, 0x90, 0));
  });

  test('carries an extended APDU with 60 000 bytes each way', () => {
    const command = new Uint8Array(7 + 60_000 + 2);
    command.set([0, 0xee, 0, 0, 0, 60_000 >>> 8, 60_000 & 0xff]);
    expect(connection.transmit(command)).toEqual(Uint8Array.of(command.length >>> 8, command.length & 0xff, 0x90, 0));

    const response = connection.transmit(Uint8Array.of(0, 0xc0, 60_000 >>> 8, 60_000 & 0xff, 0, 0, 0));
    expect(response.length).toBe(60_002);
    expect(response.subarray(0, 60_000).every((byte) => byte === 0xa5)).toBe(true);
  });

  test('hands out responses that do not change with the next one', () => {
    const first = connection.transmit(Uint8Array.of(0, 0xc0, 0, 4, 0));
    connection.transmit(Uint8Array.of(0, 0xee, 0, 0, 0));
    expect(first).toEqual(Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5, 0x90, 0));
  });

  test('knows protocol and ATR of the card', () => {
    const status = connection.status();
    expect(status.atr).toEqual(PEER_ATR);
    expect(status.protocol).toBe(2);
  });

  test('asks the reader for attributes and features, and can live without either', () => {
    const vendor = connection.attribute(SCARD_ATTR_VENDOR_NAME);
    expect(vendor === null || vendor.length > 0).toBe(true);
    expect(connection.features().size).toBe(0);
    expect(codeOf(() => connection.control(0x42000001, Uint8Array.of(1)))).not.toBe('no error');
  });

  test('cannot be had in a reader without a card, or that does not exist', () => {
    expect(codeOf(() => PcscConnection.open(context, pcscd.readerNames[1]))).toBe('SCARD_E_NO_SMARTCARD');
    expect(codeOf(() => PcscConnection.open(context, 'No such reader'))).toBe('SCARD_E_UNKNOWN_READER');
  });
});

describe('a transaction', () => {
  const ours: PcscCard[] = [];
  const opened = async () => {
    const own = new PcscCard(reader, PEER_ATR);
    await own.open(context);
    ours.push(own);
    return own;
  };
  afterEach(async () => {
    for (const own of ours.splice(0)) await own.close('leave');
  });

  test('begins anew on a card that another program has reset', async () => {
    const mine = await opened();
    const other = PcscConnection.open(context, reader);
    other.disconnect('reset');
    const answer = await mine.transaction(() => mine.transmit(Uint8Array.of(0, 0xee, 0, 0, 0)));
    expect(answer).toEqual(Uint8Array.of(0, 5, 0x90, 0));
  });

  test('ends whatever happens inside, and what happened is passed on', async () => {
    const mine = await opened();
    const other = await opened();
    await expect(mine.transaction(() => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
    await expect(other.transaction(() => Promise.resolve('free'), { waitMs: 0 })).resolves.toBe('free');
  });

  test('of another program is waited out, and reported when it takes too long', async () => {
    const mine = await opened();
    const otherContext = PcscContext.establish();
    const other = PcscConnection.open(otherContext, reader);
    other.beginTransaction();
    const started = performance.now();
    await expect(mine.transaction(() => Promise.resolve(), { waitMs: 200 })).rejects.toMatchObject({
      failure: { code: 'reader-busy', holder: null },
    });
    expect(performance.now() - started).toBeGreaterThan(190);
    expect(performance.now() - started).toBeLessThan(1000);

    setTimeout(() => other.endTransaction('leave'), 100);
    await expect(mine.transaction(() => Promise.resolve('in the end'))).resolves.toBe('in the end');
    other.disconnect('leave');
    otherContext.release();
  });

  test('on a card that was pulled is an error that says so', async () => {
    const mine = await opened();
    await card.pull();
    untilPresent(false);
    await expect(mine.transaction(() => Promise.resolve())).rejects.toMatchObject({
      failure: { code: 'card-removed' },
    });
    card = await insertEchoCard(pcscd.ports[0]);
    untilPresent(true);
  });
});

test('when pcscd is killed every call says so, and a new context serves once it is back', async () => {
  await pcscd.kill();
  expect(codeOf(() => context.statusChange([state(reader)], INFINITE))).toMatch(
    /NO_SERVICE|COMM_ERROR|SERVICE_STOPPED/,
  );
  expect(codeOf(() => PcscContext.establish())).toBe('SCARD_E_NO_SERVICE');
  context.release();
  await pcscd.restart();
  context = PcscContext.establish();
  expect(context.readers()).toHaveLength(16);
});
