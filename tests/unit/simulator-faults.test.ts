import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Exchange, Fault } from '../../src/simulator/card/faults.ts';
import { FaultyCard } from '../../src/simulator/card/faults.ts';
import { ANSWER_GARBAGE, HOSTILE_OBJECTS, hostileObject, SeededNumbers } from '../../src/simulator/card/garbage.ts';
import { issueCard, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { element } from './simulator-terminal.ts';

const STATUS = '00200080';
const WRONG = '00200080083939393939393939';
const GET_9A = '00cb3fff055c035fc10500';

async function faulty(...faults: Fault[]): Promise<FaultyCard> {
  const card = await issueCard({ keys: 'p256' });
  card.powerOn();
  return new FaultyCard(card, faults);
}

/** The answer in hex, or how else the exchange ended. */
function outcome(exchange: Exchange): string {
  return exchange.kind === 'answer' ? Buffer.from(exchange.response).toString('hex') : exchange.kind;
}

const send = (card: FaultyCard, ...apdus: string[]) =>
  apdus.map((apdu) => outcome(card.exchange(Buffer.from(apdu, 'hex'))));

describe('a cut', () => {
  it('before a command leaves the command undone', async () => {
    const card = await faulty({ kind: 'cut', when: 'before', at: { apdu: 2 } });
    expect(send(card, STATUS, WRONG)).toEqual(['63c3', 'cut']);
    expect(card.card.snapshot().pin.triesLeft).toBe(3);
  });

  it('after a command leaves it done and unanswered', async () => {
    const card = await faulty({ kind: 'cut', when: 'after', at: { apdu: 2 } });
    expect(send(card, STATUS, WRONG)).toEqual(['63c3', 'cut']);
    expect(card.card.snapshot().pin.triesLeft).toBe(2);
  });

  it('after a PUK change leaves the new PUK live', async () => {
    const card = await faulty({ kind: 'cut', when: 'after', at: { ins: 0x24 } });
    const newPuk = '3131323233333434';
    expect(send(card, `0024008110${Buffer.from(TEST_PUK).toString('hex')}${newPuk}`)).toEqual(['cut']);
    expect(card.card.snapshot().puk).toEqual({ value: newPuk, triesLeft: 3 });
  });
});

describe('a wrong status', () => {
  it('comes instead of the n-th command, and only of that', async () => {
    const card = await faulty({ kind: 'status', statusWord: 0x6f00, at: { apdu: 2 } });
    expect(send(card, WRONG, WRONG, WRONG)).toEqual(['63c2', '6f00', '63c1']);
  });

  it('comes at the n-th command of a kind, counting from when it was armed', async () => {
    const card = await faulty();
    send(card, STATUS, STATUS);
    card.arm({ kind: 'status', statusWord: 0x6581, at: { ins: 0x20, nth: 2 } });
    expect(send(card, STATUS, '00cb3fff00', STATUS, STATUS)).toEqual(['63c3', '6a80', '6581', '63c3']);
  });

  it('comes as often as it is told, until the card is sound again', async () => {
    const card = await faulty(
      { kind: 'status', statusWord: 0x6985, at: { ins: 0x20 }, times: 2 },
      { kind: 'status', statusWord: 0x6f00, at: { ins: 0xcb }, times: 'always' },
    );
    expect(send(card, STATUS, STATUS, STATUS)).toEqual(['6985', '6985', '63c3']);
    expect(send(card, GET_9A, GET_9A, GET_9A)).toEqual(['6f00', '6f00', '6f00']);
    card.disarm();
    expect(send(card, GET_9A)[0]).toMatch(/^53/);
  });
});

describe('a silence', () => {
  it('is a held answer while the card stalls, its work done', async () => {
    const card = await faulty({ kind: 'stall', at: { apdu: 1 } });
    const exchange = card.exchange(Buffer.from(WRONG, 'hex'));
    expect(exchange).toMatchObject({ kind: 'held' });
    expect(card.card.snapshot().pin.triesLeft).toBe(2);
  });

  it('lasts from its command on when the card goes mute', async () => {
    const card = await faulty({ kind: 'mute', at: { apdu: 2 } });
    expect(send(card, STATUS, STATUS, STATUS)).toEqual(['63c3', 'silence', 'silence']);
  });

  it('is all that a card without power has to say', async () => {
    const card = await faulty();
    card.card.powerOff();
    expect(send(card, STATUS)).toEqual(['silence']);
  });

  it('includes the answer to reset where that is the fault', async () => {
    expect((await faulty()).answersReset).toBe(true);
    expect((await faulty({ kind: 'no-atr' })).answersReset).toBe(false);
  });
});

describe('garbage', () => {
  it.each(ANSWER_GARBAGE)(
    'of the kind %s differs from the truth, and is the same for the same seed',
    async (garbage) => {
      const fault = (seed: number): Fault => ({ kind: 'garbage', garbage, at: { apdu: 1 }, times: 'always', seed });
      const card = await faulty();
      const truth = send(card, GET_9A)[0];
      const spoilt = [7, 7, 8].map((seed) => {
        card.disarm();
        card.arm(fault(seed));
        return send(card, GET_9A, GET_9A).join();
      });
      expect(spoilt[0]).not.toBe(`${truth},${truth}`);
      expect(spoilt[1]).toBe(spoilt[0]);
      if (garbage !== 'endless' && garbage !== 'half-status') expect(spoilt[2]).not.toBe(spoilt[0]);
    },
  );

  it('can go on for ever', async () => {
    const card = await faulty({ kind: 'garbage', garbage: 'endless', at: { apdu: 1 }, times: 'always' });
    const answers = send(card, GET_9A, ...Array.from({ length: 100 }, () => '00c00000ff'));
    expect(new Set(answers.map((answer) => answer.slice(-4)))).toEqual(new Set(['61ff']));
  });
});

describe('hostile objects', () => {
  it.each(HOSTILE_OBJECTS)('of the kind %s are the same for the same numbers', (kind) => {
    expect(hostileObject(kind, new SeededNumbers(3))).toEqual(hostileObject(kind, new SeededNumbers(3)));
  });

  it('hold a bomb of 64 MB in under 100 kB', () => {
    const bomb = hostileObject('gzip-bomb');
    expect(bomb.length).toBeLessThan(100_000);
    expect(gunzipSync(element(bomb, 0x70))).toHaveLength(64 * 1024 * 1024);
  });
});
