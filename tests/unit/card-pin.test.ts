import { describe, expect, test } from 'vitest';
import { CardError } from '../../src/core/card/card-error.ts';
import { CardOperator } from '../../src/core/card/operations.ts';
import { triesLeftOf } from '../../src/core/card/status-word.ts';
import type { CardOperation, CardProgress } from '../../src/core/contract/card-process.ts';
import {
  ascii,
  bytes,
  DISCOVERY_COMMAND,
  type Exchange,
  FORGET_COMMAND,
  hex,
  NO_DISCOVERY,
  ScriptedCard,
  SELECT,
  SELECTED,
  STATUS_COMMAND,
} from './card-script.ts';

const padded = (pin: string) => hex(ascii(pin)).padEnd(16, 'f');
const verifyCommand = (pin: string) => `0020008008 ${padded(pin)}`;
const changeCommand = (pin: string, next: string) => `0024008010 ${padded(pin)} ${padded(next)}`;
const unblockCommand = (puk: string, next: string) => `002C008010 ${padded(puk)} ${padded(next)}`;
const PUK_STATUS_COMMAND = '00200081';
const FORGOTTEN: Exchange = [FORGET_COMMAND, '9000'];

const verify = (pin = '123456', lastTry: 'refuse' | 'allow' = 'refuse') =>
  ({ kind: 'verify', pin: ascii(pin), lastTry }) as const;
const change = (pin: string, newPin: string, lastTry: 'refuse' | 'allow' = 'refuse') =>
  ({ kind: 'change', pin: ascii(pin), newPin: ascii(newPin), lastTry }) as const;
const unblock = (puk: string, newPin: string, lastTry: 'refuse' | 'allow' = 'allow') =>
  ({ kind: 'unblock', puk: ascii(puk), newPin: ascii(newPin), lastTry }) as const;

/** The columns of what real cards were seen to do: what an empty VERIFY says before any try, and to a blocked PIN. */
const CARDS = [
  { name: 'P', unverified: '63C5', tries: 5, blocked: '6983' },
  { name: 'O', unverified: '63C6', tries: 6, blocked: '6983' },
  { name: 'C', unverified: '63C3', tries: 3, blocked: '63C0' },
] as const;

/** An operator that has met this model of card: it knows how to make it forget a PIN, and which PIN it has. */
async function acquainted(options: ConstructorParameters<typeof CardOperator>[0] = {}, forgets = true) {
  const operator = new CardOperator(options);
  const card = new ScriptedCard([SELECTED, NO_DISCOVERY]);
  if (options.keepVerified === true) {
    card.expect([STATUS_COMMAND, '63C3']);
    await operator.run(card, { kind: 'pin-status' }, () => undefined);
  } else if (forgets) {
    card.expect(FORGOTTEN, [STATUS_COMMAND, '63C1']);
    await operator.run(card, verify(), () => undefined);
  } else {
    card.expect([FORGET_COMMAND, '6A86'], [STATUS_COMMAND, '63C1'], SELECTED, [STATUS_COMMAND, '63C1']);
    await operator.run(card, verify(), () => undefined);
  }
  card.finish();
  card.dispositions.length = 0;
  card.received.length = 0;
  return { operator, card };
}

async function run(operator: CardOperator, card: ScriptedCard, operation: CardOperation) {
  const progress: CardProgress[] = [];
  const answer = await operator.run(card, operation, (each) => progress.push(each));
  card.finish();
  return { answer, progress };
}

const failure = (code: string, data: object = {}) => ({ ok: false, failure: { code, ...data } });
const status = (state: string, triesLeft: number | null) => ({
  ok: true,
  value: { kind: 'pin', status: { state, triesLeft } },
});

test.each([
  [0x63c5, 5],
  [0x63c0, 0],
  [0x63cf, 15],
  [0x6983, 0],
  [0x6984, 0],
  [0x6300, null],
  [0x9000, null],
  [0x6a80, null],
  [0x6982, null],
])('status word %i leaves %s tries', (statusWord, triesLeft) => {
  expect(triesLeftOf(statusWord)).toBe(triesLeft);
});

describe.each(CARDS)('the PIN of card $name', ({ unverified, tries, blocked }) => {
  test.each([
    ['unverified', unverified, status('unverified', tries)],
    ['verified', '9000', status('verified', null)],
    ['blocked', blocked, status('blocked', 0)],
  ])('is seen to be %s without a try', async (_, statusWord, expected) => {
    const card = new ScriptedCard([SELECTED, NO_DISCOVERY, [STATUS_COMMAND, statusWord]]);
    expect((await run(new CardOperator(), card, { kind: 'pin-status' })).answer).toEqual(expected);
  });

  test('when right, is verified and then forgotten, in four APDUs', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, unverified], [verifyCommand('123456'), '9000'], FORGOTTEN);
    expect((await run(operator, card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave']);
  });

  test('when wrong, costs a try and says how many are left', async () => {
    const { operator, card } = await acquainted();
    const left = tries - 1;
    card.expect(SELECTED, [STATUS_COMMAND, unverified], [verifyCommand('654321'), `63C${left}`]);
    const { answer, progress } = await run(operator, card, verify('654321'));
    expect(answer).toEqual(failure('wrong-pin', { triesLeft: left }));
    expect(progress).toEqual([{ kind: 'pin-status', status: { state: 'unverified', triesLeft: left } }]);
  });

  test('when blocked, is not tried', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, blocked]);
    expect((await run(operator, card, verify('123456', 'allow'))).answer).toEqual(failure('pin-blocked'));
  });

  test('is not tried for the last time unless that is allowed', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C1']);
    expect((await run(operator, card, verify())).answer).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
    card.expect(SELECTED, [STATUS_COMMAND, '63C1'], [verifyCommand('123456'), '9000'], FORGOTTEN);
    expect((await run(operator, card, verify('123456', 'allow'))).answer).toEqual(status('verified', null));
  });

  test('when wrong as the one to be changed, costs a try', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, unverified], [changeCommand('654321', '112233'), `63C${tries - 1}`]);
    const { answer } = await run(operator, card, change('654321', '112233'));
    expect(answer).toEqual(failure('wrong-pin', { triesLeft: tries - 1 }));
  });

  test('when blocked, is not changed', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, blocked]);
    expect((await run(operator, card, change('123456', '112233'))).answer).toEqual(failure('pin-blocked'));
  });

  test('when changed, is forgotten and its counter read back', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C2'], [changeCommand('123456', '112233'), '9000'], FORGOTTEN);
    card.expect([STATUS_COMMAND, unverified]);
    expect((await run(operator, card, change('123456', '112233'))).answer).toEqual(status('unverified', tries));
  });

  test('is unblocked by the PUK and its counter read back', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88'], [unblockCommand('12345678', '112233'), '9000']);
    card.expect([STATUS_COMMAND, unverified]);
    expect((await run(operator, card, unblock('12345678', '112233'))).answer).toEqual(status('unverified', tries));
  });
});

describe('the wrong try that blocks', () => {
  const BLOCKED = [{ kind: 'pin-status', status: { state: 'blocked', triesLeft: 0 } }];

  test('is 63C0 on card P: a wrong PIN that left no try', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C1'], [verifyCommand('654321'), '63C0']);
    const { answer, progress } = await run(operator, card, verify('654321', 'allow'));
    expect(answer).toEqual(failure('wrong-pin', { triesLeft: 0 }));
    expect(progress).toEqual(BLOCKED);
  });

  test('is 6983 on cards O and C: the PIN is blocked', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C1'], [verifyCommand('654321'), '6983']);
    const { answer, progress } = await run(operator, card, verify('654321', 'allow'));
    expect(answer).toEqual(failure('pin-blocked'));
    expect(progress).toEqual(BLOCKED);
  });

  test('may come before it is expected: another program has used up tries in between', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '6983']);
    expect((await run(operator, card, verify())).answer).toEqual(failure('pin-blocked'));
  });
});

describe('a PIN whose form the card dislikes', () => {
  test.each([
    ['letters, free on card O', '6A80', '63C6', '63C6', failure('pin-format')],
    ['letters, where a card counts them', '6A80', '63C6', '63C5', failure('wrong-pin', { triesLeft: 5 })],
    ['length, on card C', '6700', '63C3', '63C3', failure('pin-format')],
    ['letters, the last try', '6A80', '63C2', '6983', failure('pin-blocked')],
  ])('(%s) cost what the counter says', async (_, refusal, before, after, expected) => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, before], [verifyCommand('abcdef'), refusal], [STATUS_COMMAND, after]);
    expect((await run(operator, card, verify('abcdef'))).answer).toEqual(expected);
  });

  test('as the new one leaves nothing verified behind', async () => {
    const { operator, card } = await acquainted();
    card.expect(
      SELECTED,
      [STATUS_COMMAND, '63C5'],
      [changeCommand('123456', '1234'), '6A80'],
      [STATUS_COMMAND, '9000'],
    );
    expect((await run(operator, card, change('123456', '1234'))).answer).toEqual(failure('pin-format'));
    expect(card.dispositions).toEqual(['leave', 'reset']);
  });

  test.each(['123', '123456789', '12345\n', '12345é'])(
    'is not sent at all where no card can have it (%j)',
    async (pin) => {
      const { operator, card } = await acquainted();
      expect((await run(operator, card, verify(pin))).answer).toEqual(failure('pin-format'));
      expect((await run(operator, card, change('123456', pin))).answer).toEqual(failure('pin-format'));
      expect((await run(operator, card, unblock('12345678', pin))).answer).toEqual(failure('pin-format'));
      expect(card.received).toEqual([]);
      expect(card.dispositions).toEqual([]);
    },
  );
});

describe('the counter', () => {
  test('when the card does not tell it, allows a try only if the last one is allowed', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '6A81']);
    expect((await run(operator, card, verify())).answer).toEqual(failure('last-try-guarded', { triesLeft: null }));
    card.expect(SELECTED, [STATUS_COMMAND, '6A81'], [verifyCommand('123456'), '9000'], FORGOTTEN);
    expect((await run(operator, card, verify('123456', 'allow'))).answer).toEqual(status('verified', null));
  });

  test('is read again after a wrong PIN that was answered without a number', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '6300'], [STATUS_COMMAND, '63C2']);
    expect((await run(operator, card, verify())).answer).toEqual(failure('wrong-pin', { triesLeft: 2 }));
  });

  test('is asked for again after SELECT where a card that was reset wants that first (P and O: 6986)', async () => {
    const card = new ScriptedCard([
      SELECTED,
      NO_DISCOVERY,
      [STATUS_COMMAND, '6986'],
      SELECTED,
      [STATUS_COMMAND, '63C5'],
    ]);
    const { answer } = await run(new CardOperator(), card, { kind: 'pin-status' });
    expect(answer).toEqual(status('unverified', 5));
  });

  test('shows only once a verification by another program has been ended (P keeps it over SELECT)', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '9000'], FORGOTTEN, [STATUS_COMMAND, '63C1']);
    expect((await run(operator, card, verify())).answer).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
  });

  test('shows after a reset on a card that cannot end a verification otherwise', async () => {
    const { operator, card } = await acquainted({ keepVerified: true });
    card.expect(SELECTED, [STATUS_COMMAND, '9000'], [FORGET_COMMAND, '6A86'], [STATUS_COMMAND, '9000']);
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000']);
    expect((await run(operator, card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave', 'reset', 'leave']);
  });

  test('that never shows is taken for the last try', async () => {
    const { operator, card } = await acquainted({}, false);
    for (let round = 1; round <= 3; round++) {
      card.expect(SELECTED, [STATUS_COMMAND, '9000'], [FORGET_COMMAND, '6A86'], [STATUS_COMMAND, '9000']);
    }
    expect((await run(operator, card, verify())).answer).toEqual(failure('last-try-guarded', { triesLeft: null }));
    expect(card.dispositions).toEqual(['reset', 'reset', 'reset']);
  });
});

describe('no other program inherits a verified PIN:', () => {
  test('a card of a new model is first tried for whether it can forget', async () => {
    const card = new ScriptedCard([SELECTED, NO_DISCOVERY, FORGOTTEN, [STATUS_COMMAND, '63C3']]);
    card.expect([verifyCommand('123456'), '9000'], FORGOTTEN);
    expect((await run(new CardOperator(), card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave']);
  });

  test('one that cannot is verified in a transaction that ends with a reset', async () => {
    const card = new ScriptedCard([SELECTED, NO_DISCOVERY, [FORGET_COMMAND, '6A86'], [STATUS_COMMAND, '63C3']]);
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000']);
    expect((await run(new CardOperator(), card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave', 'reset']);
  });

  test('one that says yes but goes on holding it for verified counts as one that cannot', async () => {
    const card = new ScriptedCard([SELECTED, NO_DISCOVERY, [FORGET_COMMAND, '9000'], [STATUS_COMMAND, '9000']]);
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000']);
    expect((await run(new CardOperator(), card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave', 'reset', 'reset']);
  });

  test('one that suddenly cannot is reset at once', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000'], [FORGET_COMMAND, '6F00']);
    expect((await run(operator, card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave', 'reset']);
  });

  test('one whose answer was lost is reset, and the loss is what is told', async () => {
    const { operator, card } = await acquainted();
    const lost = new CardError({ code: 'timed-out' });
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), lost]);
    expect((await run(operator, card, verify())).answer).toEqual(failure('timed-out'));
    expect(card.dispositions).toEqual(['leave', 'reset']);
  });

  test('one that is gone is not', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), new CardError({ code: 'card-removed' })]);
    expect((await run(operator, card, verify())).answer).toEqual(failure('card-removed'));
    expect(card.dispositions).toEqual(['leave']);
  });

  test('unless the operator is told to keep it', async () => {
    const { operator, card } = await acquainted({ keepVerified: true });
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000']);
    expect((await run(operator, card, verify())).answer).toEqual(status('verified', null));
    expect(card.dispositions).toEqual(['leave']);
  });
});

describe('a change', () => {
  test('whose new PIN the card refuses without a try (P and O: 6A80 to four digits) is a matter of form', async () => {
    const { operator, card } = await acquainted();
    card.expect(
      SELECTED,
      [STATUS_COMMAND, '63C5'],
      [changeCommand('123456', '1234'), '6A80'],
      [STATUS_COMMAND, '63C5'],
    );
    expect((await run(operator, card, change('123456', '1234'))).answer).toEqual(failure('pin-format'));
  });

  test('that the card accepts though policy would not (C: 9000 to four digits) has happened', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [changeCommand('123456', '1234'), '9000'], FORGOTTEN);
    card.expect([STATUS_COMMAND, '63C3']);
    expect((await run(operator, card, change('123456', '1234'))).answer).toEqual(status('unverified', 3));
  });

  test('has happened even if the card is pulled right after it', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [changeCommand('123456', '112233'), '9000']);
    card.expect([FORGET_COMMAND, new CardError({ code: 'card-removed' })]);
    expect((await run(operator, card, change('123456', '112233'))).answer).toEqual(status('unknown', null));
  });

  test('whose answer was lost is told as lost: the card may have the new PIN already', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [STATUS_COMMAND, '63C3']);
    card.expect([changeCommand('123456', '112233'), new CardError({ code: 'card-removed' })]);
    expect((await run(operator, card, change('123456', '112233'))).answer).toEqual(failure('card-removed'));
  });
});

describe('unblocking', () => {
  test.each([
    ['P, wrong', '63C2', failure('wrong-puk', { triesLeft: 2 })],
    ['P, wrong for the last time', '63C0', failure('wrong-puk', { triesLeft: 0 })],
    ['O, wrong', '63C9', failure('wrong-puk', { triesLeft: 9 })],
    ['every card, blocked', '6983', failure('puk-blocked')],
    ['new PIN of a form that the card refuses', '6A80', failure('pin-format')],
    ['not for this program', '6982', failure('not-authorised')],
    ['a card without a PUK', '6D00', failure('not-supported', { what: 'PUK' })],
  ])('(%s) tells what the PUK came to', async (_, answer, expected) => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88'], [unblockCommand('12345678', '112233'), answer]);
    expect((await run(operator, card, unblock('12345678', '112233'))).answer).toEqual(expected);
  });

  test('spares the PUK while the card does not tell how many tries it has left', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88']);
    const { answer } = await run(operator, card, unblock('12345678', '112233', 'refuse'));
    expect(answer).toEqual(failure('last-try-guarded', { triesLeft: null }));
  });

  test('spares the last try of the PUK once a refusal has told that it is the last', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88'], [unblockCommand('87654321', '112233'), '63C1']);
    await run(operator, card, unblock('87654321', '112233'));
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88']);
    const { answer } = await run(operator, card, unblock('87654321', '112233', 'refuse'));
    expect(answer).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88'], [unblockCommand('12345678', '112233'), '9000']);
    card.expect([STATUS_COMMAND, '63C3']);
    expect((await run(operator, card, unblock('12345678', '112233', 'allow'))).answer).toEqual(status('unverified', 3));
  });

  test('spares it from the first on a card that tells the PUK’s counter', async () => {
    const { operator, card } = await acquainted();
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '63C1']);
    const { answer } = await run(operator, card, unblock('12345678', '112233', 'refuse'));
    expect(answer).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
  });

  test('takes a PUK of any eight bytes', async () => {
    const { operator, card } = await acquainted();
    const puk = bytes('00 01 02 FF FE FD 80 7F');
    card.expect(SELECTED, [PUK_STATUS_COMMAND, '6A88'], [`002C008010 ${hex(puk)} ${padded('112233')}`, '9000']);
    card.expect([STATUS_COMMAND, '63C3']);
    const operation = { kind: 'unblock', puk, newPin: ascii('112233'), lastTry: 'allow' } as const;
    expect((await run(operator, card, operation)).answer).toEqual(status('unverified', 3));
  });
});

describe('a card whose holder knows the global PIN', () => {
  const DISCOVERY: Exchange = [DISCOVERY_COMMAND, '7E 12 4F 0B A000000308000010000100 5F2F 02 6020 9000'];

  test('is asked for that one, and only once which it is', async () => {
    const operator = new CardOperator();
    const card = new ScriptedCard([SELECTED, DISCOVERY, ['00200000', '63C3']]);
    expect((await run(operator, card, { kind: 'pin-status' })).answer).toEqual(status('unverified', 3));
    card.expect(SELECTED, ['0020FF00', '9000'], ['00200000', '63C3']);
    card.expect([`0020000008 ${padded('123456')}`, '9000'], ['0020FF00', '9000']);
    expect((await run(operator, card, verify())).answer).toEqual(status('verified', null));
  });

  test('cannot have it unblocked', async () => {
    const card = new ScriptedCard([SELECTED, DISCOVERY]);
    const { answer } = await run(new CardOperator(), card, unblock('12345678', '112233'));
    expect(answer).toMatchObject(failure('not-supported'));
  });
});

function isWiped(apdu: Uint8Array): boolean {
  return apdu.every((octet) => octet === 0);
}

describe('secrets', () => {
  const removed = new CardError({ code: 'card-removed' });
  const cases: [string, () => CardOperation, Exchange[]][] = [
    ['verified', () => verify(), [SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '9000'], FORGOTTEN]],
    ['wrong', () => verify(), [SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '63C2']]],
    ['guarded', () => verify(), [SELECTED, [STATUS_COMMAND, '63C1']]],
    ['lost', () => verify(), [SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), removed]]],
    ['of no form', () => change('1', '112233'), []],
    ['too late', () => unblock('12345678', '112233'), [[SELECT, removed]]],
    [
      'changed',
      () => change('123456', '112233'),
      [
        SELECTED,
        [STATUS_COMMAND, '63C3'],
        [changeCommand('123456', '112233'), '9000'],
        FORGOTTEN,
        [STATUS_COMMAND, '63C3'],
      ],
    ],
    [
      'used to unblock in vain',
      () => unblock('12345678', '112233'),
      [SELECTED, [PUK_STATUS_COMMAND, '6A88'], [unblockCommand('12345678', '112233'), '6983']],
    ],
  ];

  test.each(cases)('are overwritten when %s, and so is each APDU that carried them', async (_, make, script) => {
    const { operator, card } = await acquainted();
    card.expect(...script);
    const operation = make();
    await run(operator, card, operation);
    const buffers = Object.values(operation).filter((value) => value instanceof Uint8Array);
    expect(buffers.length).toBeGreaterThan(0);
    for (const buffer of buffers) expect(hex(buffer)).toMatch(/^(00)+$/);
    const carriers = card.received.filter((apdu) => apdu.length > 5 && isWiped(apdu));
    const sent = script.filter(([command]) => /^00(20008008|24|2C)/.test(command)).length;
    expect(carriers).toHaveLength(sent);
  });
});

test('a program error in a listener does not reject: it becomes a failure that names no content', async () => {
  const { operator, card } = await acquainted();
  card.expect(SELECTED, [STATUS_COMMAND, '63C3'], [verifyCommand('123456'), '63C2']);
  const answer = await operator.run(card, verify(), () => {
    throw new TypeError('123456');
  });
  expect(answer).toEqual(failure('malformed-answer', { what: 'unforeseen TypeError' }));
});
