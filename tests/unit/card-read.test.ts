import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { CardError } from '../../src/core/card/card-error.ts';
import { CardOperator } from '../../src/core/card/operations.ts';
import { encodeCertificateObject } from '../../src/core/card/piv/certificate-object.ts';
import { KnownCards } from '../../src/core/card/piv/known-cards.ts';
import { encodeTlv } from '../../src/core/card/tlv.ts';
import { type CardProgress, CardProgressSchema } from '../../src/core/contract/card-process.ts';
import { CardOfObjects } from './card-of-objects.ts';
import { ascii, bytes, hex, ScriptedCard, SELECT, SELECT_UNVERSIONED } from './card-script.ts';

const CHUID = '5fc102';
const TAGS = { '9A': '5fc105', '9C': '5fc10a', '9D': '5fc10b', '9E': '5fc101' } as const;
const KEY_HISTORY = '5fc10c';
const DISCOVERY = '7e';
const GUID = '00112233445566778899aabbccddeeff';
const FASCN = 'd4e739da739ced39ce739d836858210842108421c84210c3eb';

/** DER by its frame; the first bytes differ from certificate to certificate, as serial numbers do. */
const der = (name: string, length = 1200) => {
  const body = new Uint8Array(length);
  body.set(createHash('sha256').update(name).digest());
  return encodeTlv(0x30, body);
};
const certificateObject = (name: string, length?: number) =>
  encodeTlv(0x53, encodeCertificateObject(der(name, length)));

function chuid({ guid = GUID, signature = 0 } = {}) {
  const fields = bytes(`30 19 ${FASCN} 34 10 ${guid} 35 08 ${hex(ascii('20301231'))}`);
  return encodeTlv(0x53, Uint8Array.from([...fields, ...encodeTlv(0x3e, new Uint8Array(signature).fill(7)), 0xfe, 0]));
}

function personalised(): CardOfObjects {
  const card = new CardOfObjects();
  card.put(CHUID, chuid());
  for (const [slot, tag] of Object.entries(TAGS)) card.put(tag, certificateObject(slot));
  card.put(DISCOVERY, bytes('7E 12 4F 0B A000000308000010000100 5F2F 02 4000'));
  card.put(KEY_HISTORY, encodeTlv(0x53, bytes('C1 01 02 C2 01 00 FE 00')));
  return card;
}

async function read(card: CardOfObjects | ScriptedCard, operator = new CardOperator()) {
  const progress: CardProgress[] = [];
  const answer = await operator.run(card, { kind: 'read' }, (each) => progress.push(v.parse(CardProgressSchema, each)));
  return { answer, progress, operator, told: progress.map(tellingOf) };
}

/** A progress message in a few words. */
function tellingOf(progress: CardProgress): string {
  switch (progress.kind) {
    case 'unblocking':
      return progress.kind;
    case 'recognised':
      return `recognised ${progress.identity.cardId}${progress.known ? ' again' : ''}`;
    case 'pin-status':
      return `PIN ${progress.status.state} ${progress.status.triesLeft}`;
    case 'certificate': {
      const { slot, der: found, unreadable, remembered } = progress;
      const content = unreadable ? 'unreadable' : found === null ? 'absent' : hex(found.subarray(4, 10));
      return `${slot} ${content}${remembered ? ' from memory' : ''}`;
    }
  }
}
const named = (slot: string, name = slot) => `${slot} ${hex(der(name).subarray(4, 10))}`;

describe('a card that was not seen before', () => {
  test('is recognised and tells its sign-in certificate in at most ten APDUs, then everything else', async () => {
    const card = personalised();
    const { answer, told } = await read(card);
    expect(told).toEqual([
      `recognised ${GUID}`,
      named('9A'),
      'PIN unverified 3',
      named('9C'),
      named('9D'),
      named('9E'),
    ]);
    const [first] = card.transactions;
    expect(first?.slice(0, -1)).toEqual(['select', CHUID, TAGS['9A'], ...Array<string>(4).fill('get-response')]);
    expect(first).toHaveLength(8);
    expect(answer).toEqual({
      ok: true,
      value: {
        kind: 'read',
        summary: {
          application: null,
          pinPolicy: { applicationPin: true, globalPin: false, globalIsPrimary: false },
          retiredKeys: 2,
          apdus: card.asked.length,
        },
      },
    });
  });

  test('is not held for longer than one certificate at a time', async () => {
    const card = personalised();
    await read(card);
    expect(card.transactions.length).toBeGreaterThanOrEqual(5);
    for (const asked of card.transactions.slice(1)) expect(asked.length).toBeLessThanOrEqual(6);
  });

  test('gives all of its identity', async () => {
    const { progress } = await read(personalised());
    const identity = { cardId: GUID, guid: GUID, fascn: FASCN, expires: '20301231' };
    expect(progress[0]).toEqual({ kind: 'recognised', identity, known: false });
  });

  test('with a CHUID of several kilobytes costs no more until its sign-in certificate', async () => {
    const card = personalised();
    card.put(CHUID, chuid({ signature: 3000 }));
    const { told } = await read(card);
    expect(told[0]).toBe(`recognised ${GUID}`);
    expect(card.transactions[0]).toHaveLength(8);
  });

  test.each([false, true])(
    'gives DER that takes no more memory along than its own (compressed: %s)',
    async (compress) => {
      const card = personalised();
      for (const [slot, tag] of Object.entries(TAGS)) {
        card.put(tag, encodeTlv(0x53, encodeCertificateObject(der(slot), { compress })));
      }
      const { progress } = await read(card);
      const sizes = progress.flatMap((each) => (each.kind === 'certificate' ? [each.der?.buffer.byteLength] : []));
      expect(sizes).toEqual(Array(4).fill(der('9A').length));
    },
  );

  test('shows the label of its application', async () => {
    const card = personalised();
    card.properties = '61 0A 4F 02 0000 50 04 43617264';
    const { answer } = await read(card);
    expect(answer).toMatchObject({ ok: true, value: { summary: { application: 'Card' } } });
  });

  test('is read all the same if another program selects something else in between', async () => {
    const card = personalised();
    card.inBetween = () => {
      card.selected = false;
    };
    const { told, answer } = await read(card);
    expect(told).toHaveLength(6);
    expect(answer).toMatchObject({ ok: true, value: { summary: { retiredKeys: 2 } } });
  });

  test('whose holder knows the global PIN tells that PIN’s status in the end', async () => {
    const card = personalised();
    card.put(DISCOVERY, bytes('7E 12 4F 0B A000000308000010000100 5F2F 02 6020'));
    const { told } = await read(card);
    expect(told.filter((each) => each.startsWith('PIN'))).toHaveLength(2);
  });

  test('has absent and unreadable certificates beside good ones', async () => {
    const card = personalised();
    card.objects.delete(TAGS['9C']);
    card.put(TAGS['9D'], encodeTlv(0x53, bytes('70 02 0102')));
    card.answers.set(TAGS['9E'], '6982');
    const { told, answer } = await read(card);
    expect(told.slice(3)).toEqual(['9C absent', '9D unreadable', '9E unreadable']);
    expect(answer.ok).toBe(true);
  });

  test('with a sign-in certificate that is not readable just now wants to be read again', async () => {
    const card = personalised();
    card.answers.set(TAGS['9A'], '6F00');
    const { answer } = await read(card);
    expect(answer).toEqual({ ok: false, failure: { code: 'card-refused', statusWord: 0x6f00 } });
  });

  test.each([
    ['100 kB of certificate', TAGS['9A'], () => certificateObject('9A', 100_000)],
    ['a truncated certificate', TAGS['9A'], () => certificateObject('9A').subarray(0, 500)],
  ])('with %s is recognised, and that certificate is unreadable', async (_, tag, object) => {
    const card = personalised();
    card.put(tag, object());
    const { told, answer } = await read(card);
    expect(told.slice(0, 2)).toEqual([`recognised ${GUID}`, '9A unreadable']);
    expect(answer.ok).toBe(true);
    expect(card.transactions[0]?.length).toBeLessThanOrEqual(8);
  });
});

const byCertificate = (name: string) => `recognised cert-${createHash('sha256').update(der(name)).digest('hex')}`;

describe('a card without a CHUID that tells cards apart', () => {
  test.each([
    ['none', (card: CardOfObjects) => card.objects.delete(CHUID)],
    ['one without GUID', (card: CardOfObjects) => card.put(CHUID, encodeTlv(0x53, bytes('FE 00')))],
    ['one with a GUID of zeros', (card: CardOfObjects) => card.put(CHUID, chuid({ guid: '00'.repeat(16) }))],
    ['a malformed one', (card: CardOfObjects) => card.put(CHUID, bytes('53 03 30 02 01'))],
  ])('(%s) is identified by its first certificate, and never recalled', async (_, prepare) => {
    const operator = new CardOperator();
    const card = personalised();
    prepare(card);
    expect((await read(card, operator)).told.slice(0, 2)).toEqual([byCertificate('9A'), named('9A')]);
    expect((await read(card, operator)).told[0]).toBe(byCertificate('9A'));
  });

  test('takes the first that it has, and tells of it before any certificate', async () => {
    const card = personalised();
    card.objects.delete(CHUID);
    card.objects.delete(TAGS['9A']);
    const { told } = await read(card);
    expect(told).toEqual(['PIN unverified 3', byCertificate('9C'), '9A absent', named('9C'), named('9D'), named('9E')]);
  });

  test('and without certificates is nobody’s', async () => {
    const { answer, told } = await read(new CardOfObjects());
    expect(answer).toEqual({ ok: false, failure: { code: 'object-absent', what: 'identity' } });
    expect(told).toEqual(['PIN unverified 3', '9A absent', '9C absent', '9D absent', '9E absent']);
  });
});

const cardOf = (guid: string) => {
  const card = personalised();
  card.put(CHUID, chuid({ guid: guid.repeat(16) }));
  return card;
};

describe('a card that was seen before', () => {
  test('is recognised by two APDUs, with all its certificates, and tells its PIN’s status by the third', async () => {
    const { operator } = await read(personalised());
    const card = personalised();
    const { told, answer } = await read(card, operator);
    expect(told).toEqual([
      `recognised ${GUID} again`,
      `${named('9A')} from memory`,
      `${named('9C')} from memory`,
      `${named('9D')} from memory`,
      `${named('9E')} from memory`,
      'PIN unverified 3',
      named('9A'),
    ]);
    expect(card.transactions[0]).toEqual(['select', CHUID, 'pin-status']);
    // In the background: the sign-in certificate in full, of the others the beginning.
    expect(card.transactions.slice(1).map((asked) => asked.length)).toEqual([5, 3]);
    expect(answer).toMatchObject({ ok: true, value: { summary: { retiredKeys: 2, apdus: card.asked.length } } });
  });

  test.each(Object.entries(TAGS))('tells a new certificate in %s, and remembers it', async (slot, tag) => {
    const { operator } = await read(personalised());
    const card = personalised();
    card.put(tag, certificateObject('renewed'));
    const second = await read(card, operator);
    const renewed = named(slot, 'renewed');
    expect(second.told.slice(6)).toEqual(slot === '9A' ? [renewed] : [named('9A'), renewed]);
    const third = await read(card, operator);
    expect(third.told).toContain(`${renewed} from memory`);
    expect(third.told).toHaveLength(7);
  });

  test('tells that a certificate has gone', async () => {
    const { operator } = await read(personalised());
    const card = personalised();
    card.objects.delete(TAGS['9A']);
    card.objects.delete(TAGS['9D']);
    expect((await read(card, operator)).told.slice(6)).toEqual(['9A absent', '9D absent']);
  });

  test('notices a sign-in certificate that differs only at its end', async () => {
    const { operator } = await read(personalised());
    const card = personalised();
    const other = certificateObject('9A');
    other.set([0xee], other.length - 8);
    card.put(TAGS['9A'], other);
    const { progress } = await read(card, operator);
    const [remembered, shown] = progress.filter((each) => each.kind === 'certificate' && each.slot === '9A');
    expect(shown).not.toEqual({ ...remembered, remembered: false });
  });

  test('with another CHUID is another card', async () => {
    const { operator } = await read(personalised());
    const card = personalised();
    card.put(CHUID, chuid({ guid: 'ff'.repeat(16) }));
    expect((await read(card, operator)).told[0]).toBe(`recognised ${'ff'.repeat(16)}`);
  });

  test('and changed since is not recalled once the change was begun to be read but not finished', async () => {
    const { operator } = await read(personalised());
    const card = personalised();
    card.put(TAGS['9A'], certificateObject('renewed'));
    card.pulledAfter = 9;
    expect((await read(card, operator)).answer).toEqual({ ok: false, failure: { code: 'card-removed' } });
    expect((await read(personalised(), operator)).told[0]).toBe(`recognised ${GUID}`);
  });

  test('is forgotten when enough others have come', async () => {
    const knownCards = new KnownCards(2);
    const operator = new CardOperator({ knownCards });

    for (const guid of ['01', '02', '01', '03']) await read(cardOf(guid), operator);
    expect(knownCards.size).toBe(2);
    expect((await read(cardOf('01'), operator)).told[0]).toContain('again');
    expect((await read(cardOf('02'), operator)).told[0]).not.toContain('again');
  });

  test('is not remembered if it would take too much memory', async () => {
    const card = personalised();
    card.put(TAGS['9D'], certificateObject('9D', 60_000));
    const knownCards = new KnownCards();
    await read(card, new CardOperator({ knownCards }));
    expect(knownCards.size).toBe(0);
  });
});

describe('a card that is not a PIV card', () => {
  test.each(['6A82', '6D00', '6E00', '6A86', '6999'])(
    'says so by %s to both names of the application',
    async (answer) => {
      const card = new ScriptedCard([
        [SELECT, answer],
        [SELECT_UNVERSIONED, answer],
      ]);
      expect((await read(card)).answer).toEqual({ ok: false, failure: { code: 'not-supported', what: 'piv' } });
      card.finish();
    },
  );

  test('is not one that is in trouble', async () => {
    const card = new ScriptedCard([[SELECT, '6F00']]);
    expect((await read(card)).answer).toEqual({ ok: false, failure: { code: 'card-refused', statusWord: 0x6f00 } });
  });

  test('is not one whose application has another version', async () => {
    const card = new ScriptedCard([
      [SELECT, '6A82'],
      [SELECT_UNVERSIONED, '9000'],
      ['00CB3FFF05 5C 03 5FC102 00', new CardError({ code: 'card-removed' })],
    ]);
    expect((await read(card)).answer).toEqual({ ok: false, failure: { code: 'card-removed' } });
    card.finish();
  });
});

test('a card pulled after any APDU ends the reading as removed, and what was told by then stays', async () => {
  const whole = await read(personalised());
  const apdus = personalised();
  await read(apdus);
  for (let pulledAfter = 0; pulledAfter < apdus.asked.length; pulledAfter++) {
    const card = personalised();
    card.pulledAfter = pulledAfter;
    const { answer, told } = await read(card);
    expect(answer).toEqual({ ok: false, failure: { code: 'card-removed' } });
    expect(whole.told.slice(0, told.length)).toEqual(told);
  }
});
