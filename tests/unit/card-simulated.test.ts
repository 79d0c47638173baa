import { afterEach, describe, expect, test } from 'vitest';
import { CardOperator } from '../../src/core/card/operations.ts';
import type { CardOperation, CardProgress } from '../../src/core/contract/card-process.ts';
import { PROFILE_NAMES } from '../../src/simulator/card/profiles.ts';
import { type CardOrder, issueCard, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { VirtualReader } from '../../src/simulator/reader/in-process.ts';
import { ascii } from './card-script.ts';

/** The operator with the project's virtual card in the in-process reader: each column of what real cards do. */

const readers: VirtualReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.pull();
});

async function insert(order: CardOrder) {
  const reader = new VirtualReader();
  readers.push(reader);
  const card = await issueCard({ keys: 'p256', ...order });
  reader.insert(card);
  const connection = await reader.connect();
  const operator = new CardOperator();
  const run = (operation: CardOperation, progress: CardProgress[] = []) =>
    operator.run(connection, operation, (each) => progress.push(each));
  const verify = (pin: string, lastTry: 'refuse' | 'allow' = 'refuse') =>
    run({ kind: 'verify', pin: ascii(pin), lastTry });
  return { reader, card, connection, operator, run, verify };
}

const status = (state: string, triesLeft: number | null) => ({
  ok: true,
  value: { kind: 'pin', status: { state, triesLeft } },
});
const failure = (code: string, data: object = {}) => ({ ok: false, failure: { code, ...data } });

const certificates = (progress: CardProgress[]) => progress.filter((each) => each.kind === 'certificate');

describe.each(PROFILE_NAMES)('card %s', (profile) => {
  test('is read, and recognised when put back', async () => {
    const { reader, card, run, operator } = await insert({ profile, chuidSignatureBytes: 2500, keys: 'rsa2048' });
    const first: CardProgress[] = [];
    expect(await run({ kind: 'read' }, first)).toMatchObject({ ok: true });
    reader.pull();
    reader.insert(card);
    const again: CardProgress[] = [];
    const answer = await operator.run(await reader.connect(), { kind: 'read' }, (each) => again.push(each));
    expect(answer).toMatchObject({ ok: true });

    const shown = certificates(again).filter((each) => !each.remembered);
    expect(shown).toEqual(certificates(first).slice(0, 1));
    const remembered = certificates(again).filter((each) => each.remembered);
    expect(remembered).toEqual(certificates(first).map((each) => ({ ...each, remembered: true })));
    expect(again[0]).toEqual({ ...first[0], known: true });
  });

  test('takes wrong PINs until one try is left, which is guarded; then the right one', async () => {
    const { card, verify } = await insert({ profile });
    const { triesLeft } = card.snapshot().pin;
    for (let left = triesLeft - 1; left >= 1; left--) {
      expect(await verify('000000')).toEqual(failure('wrong-pin', { triesLeft: left }));
    }
    expect(await verify(TEST_PIN)).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
    expect(card.snapshot().pin.triesLeft).toBe(1);
    expect(await verify(TEST_PIN, 'allow')).toEqual(status('verified', null));
  });

  test('is blocked by the last wrong try, not tried again, and unblocked by the PUK', async () => {
    const { card, run, verify } = await insert({ profile });
    const { triesLeft } = card.snapshot().pin;
    for (let left = triesLeft; left > 1; left--) await verify('000000');
    const last = await verify('000000', 'allow');
    expect([failure('wrong-pin', { triesLeft: 0 }), failure('pin-blocked')]).toContainEqual(last);
    expect(await run({ kind: 'pin-status' })).toEqual(status('blocked', 0));
    expect(await verify(TEST_PIN, 'allow')).toEqual(failure('pin-blocked'));
    const unblock = { kind: 'unblock', puk: ascii(TEST_PUK), newPin: ascii('135790'), lastTry: 'allow' } as const;
    expect(await run(unblock)).toEqual(status('unverified', triesLeft));
    expect(await verify('135790')).toEqual(status('verified', null));
  });

  test('is never asked for a passcode that was meant for another card', async () => {
    const guid = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const { card, run } = await insert({ profile, guid });
    const { triesLeft } = card.snapshot().pin;
    const verifyOf = (cardId: string) => run({ kind: 'verify', pin: ascii(TEST_PIN), cardId, lastTry: 'refuse' });
    expect(await verifyOf('ff'.repeat(16))).toEqual(failure('card-removed'));
    expect(card.snapshot().pin.triesLeft).toBe(triesLeft);
    expect(await verifyOf('0102030405060708090a0b0c0d0e0f10')).toEqual(status('verified', null));
  });

  test('leaves no PIN verified behind, whether it can forget one or must be reset', async () => {
    for (const deauthenticates of [true, false]) {
      const { reader, verify } = await insert({ profile, traits: { deauthenticates } });
      expect(await verify(TEST_PIN)).toEqual(status('verified', null));
      const other = await reader.connect();
      const asked = await new CardOperator().run(other, { kind: 'pin-status' }, () => undefined);
      expect(asked).toMatchObject({ ok: true, value: { status: { state: 'unverified' } } });
    }
  });

  test('changes its PIN', async () => {
    const { card, run, verify } = await insert({ profile });
    const { triesLeft } = card.snapshot().pin;
    const change = { kind: 'change', pin: ascii(TEST_PIN), newPin: ascii('135790'), lastTry: 'refuse' } as const;
    expect(await run(change)).toEqual(status('unverified', triesLeft));
    expect(await verify('135790')).toEqual(status('verified', null));
    expect(await verify(TEST_PIN)).toEqual(failure('wrong-pin', { triesLeft: triesLeft - 1 }));
  });

  test('says of letters whether they cost a try', async () => {
    const { card, verify } = await insert({ profile });
    const before = card.snapshot().pin.triesLeft;
    const answer = await verify('abcdef');
    const after = card.snapshot().pin.triesLeft;
    expect(answer).toEqual(after === before ? failure('pin-format') : failure('wrong-pin', { triesLeft: after }));
  });

  test('with the global PIN in front is verified by that one', async () => {
    const { run, verify } = await insert({ profile, globalPin: { value: '998877', primary: true } });
    expect(await run({ kind: 'read' })).toMatchObject({ ok: true });
    expect(await verify('998877')).toEqual(status('verified', null));
  });

  test('spares the last try of its PUK', async () => {
    const { card, run } = await insert({ profile });
    const unblock = (puk: string, lastTry: 'refuse' | 'allow') =>
      run({ kind: 'unblock', puk: ascii(puk), newPin: ascii('135790'), lastTry });
    const untold = card.snapshot().puk.triesLeft;
    expect(await unblock('00000000', 'refuse')).toEqual(failure('last-try-guarded', { triesLeft: null }));
    expect(card.snapshot().puk.triesLeft).toBe(untold);
    for (let left = card.snapshot().puk.triesLeft - 1; left >= 1; left--) {
      expect(await unblock('00000000', 'allow')).toEqual(failure('wrong-puk', { triesLeft: left }));
    }
    expect(await unblock('00000000', 'refuse')).toEqual(failure('last-try-guarded', { triesLeft: 1 }));
    expect(card.snapshot().puk.triesLeft).toBe(1);
  });
});

test('a card that is cut off at any APDU of a change either has the new PIN or the old one, and nothing crashes', async () => {
  for (let apdu = 1; apdu <= 7; apdu++) {
    const { card, connection, operator, reader } = await insert({ profile: 'applet-o' });
    reader.arm({ kind: 'cut', at: { apdu }, when: 'after' });
    const change = { kind: 'change', pin: ascii(TEST_PIN), newPin: ascii('135790'), lastTry: 'refuse' } as const;
    const answer = await operator.run(connection, change, () => undefined);
    const changed = card.snapshot().pin.value === Buffer.from('135790').toString('hex').padEnd(16, 'f');
    if (answer.ok) expect(changed).toBe(true);
    else expect(answer).toEqual(failure('card-removed'));
  }
});
