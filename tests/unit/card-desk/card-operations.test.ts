import { createDecipheriv, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CardOperator } from '../../../src/core/card/operations.ts';
import { isSignatureBy, publicKeyOf } from '../../../src/core/card/piv/signature.ts';
import type { CardConnection } from '../../../src/core/card/transceiver.ts';
import { handOverProofText } from '../../../src/core/card-desk/proofs.ts';
import { type CardOperation, CardOperationSchema, type CardProgress } from '../../../src/core/contract/card-process.ts';
import { CERTIFICATE_OBJECT } from '../../../src/simulator/card/data-objects.ts';
import type { Fault } from '../../../src/simulator/card/faults.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../src/simulator/card/profiles.ts';
import {
  type CardOrder,
  issueCard,
  TEST_ADMIN_KEY,
  TEST_PIN,
  TEST_PUK,
} from '../../../src/simulator/pki/issue-card.ts';
import { VirtualReader } from '../../../src/simulator/reader/in-process.ts';
import { ascii } from '../card-script.ts';
import { element } from '../simulator-terminal.ts';

const NEXT_PUK = '13572468';
const NEW_PIN = '864209';
const RESET = 0x2c;
const CHANGE = 0x24;

async function table(profile: ProfileName, order: CardOrder = {}) {
  const guid = randomBytes(16);
  const cardId = guid.toString('hex');
  const reader = new VirtualReader();
  const card = await issueCard({ keys: 'p256', profile, guid, ...order });
  const operator = new CardOperator();
  const progress: CardProgress[] = [];
  reader.insert(card);
  return {
    card,
    cardId,
    progress,
    run: async (operation: CardOperation, fault?: Fault, pukStatus: readonly number[] = []) => {
      if (reader.atr === null) reader.insert(card);
      reader.disarm();
      if (fault !== undefined) reader.arm(fault);
      const connection = tellingPukTries(await reader.connect(), pukStatus);
      return await operator.run(connection, operation, (each) => progress.push(each));
    },
    secrets: () => ({
      puk: Buffer.from(card.snapshot().puk.value, 'hex').toString('latin1'),
      pukTries: card.snapshot().puk.triesLeft,
      pin: Buffer.from(card.snapshot().pin.value, 'hex').subarray(0, 6).toString('latin1'),
      pinTries: card.snapshot().pin.triesLeft,
    }),
  };
}

/** As some cards do and none of the simulator's: an empty VERIFY of the unblocking code is answered by these, one after the other. */
function tellingPukTries(connection: CardConnection, statusWords: readonly number[]): CardConnection {
  const waiting = [...statusWords];
  return {
    reader: connection.reader,
    atr: connection.atr,
    transaction: (body, options) => connection.transaction(body, options),
    close: (disposition) => connection.close(disposition),
    transmit: async (command) => {
      const [, ins, , p2] = command;
      const told = ins === 0x20 && p2 === 0x81 ? waiting.shift() : undefined;
      return told === undefined ? await connection.transmit(command) : Uint8Array.of(told >> 8, told & 0xff);
    },
  };
}

const order = (cardId: string, mode: 'replace' | 'probe' | 'change' = 'replace', puk = TEST_PUK) =>
  ({
    kind: 'desk-unblock',
    mode,
    cardId,
    puk: ascii(puk),
    nextPuk: mode === 'probe' ? null : ascii(NEXT_PUK),
    newPin: ascii(NEW_PIN),
    pukTries: null,
  }) as const;

const blocked = async ({ run, cardId }: Awaited<ReturnType<typeof table>>) => {
  for (let i = 0; i < 6; i++) await run({ kind: 'verify', pin: ascii('999999'), lastTry: 'allow', cardId });
};

describe.each(PROFILE_NAMES)('an unblocking by the card desk on %s', (profile) => {
  it('sets the new passcode and the next unblocking code, and overwrites what it was given', async () => {
    const at = await table(profile);
    await blocked(at);
    const asked = order(at.cardId);
    const answer = await at.run(asked);
    expect(answer).toMatchObject({
      ok: true,
      value: { result: 'changed', failure: null, status: { state: 'unverified' } },
    });
    expect(at.secrets()).toMatchObject({ puk: NEXT_PUK, pin: NEW_PIN });
    expect([...asked.puk, ...asked.newPin, ...(asked.nextPuk ?? [])].every((octet) => octet === 0)).toBe(true);
    expect(at.progress).toContainEqual({ kind: 'unblocking' });
  });

  it('only sets the passcode to probe a code, and only changes the code to change it', async () => {
    const at = await table(profile);
    expect(await at.run(order(at.cardId, 'probe'))).toMatchObject({ value: { result: 'unblocked' } });
    expect(at.secrets()).toMatchObject({ puk: TEST_PUK, pin: NEW_PIN });
    expect(await at.run(order(at.cardId, 'change'))).toMatchObject({ value: { result: 'changed' } });
    expect(at.secrets()).toMatchObject({ puk: NEXT_PUK, pin: NEW_PIN });
  });

  it('tells how a wrong code ends, down to where it is blocked', async () => {
    const at = await table(profile);
    const tries = at.secrets().pukTries;
    expect(await at.run(order(at.cardId, 'replace', '00000000'))).toMatchObject({
      value: { result: 'wrong', triesLeft: tries - 1 },
    });
    for (let left = tries - 2; left >= 1; left--) await at.run(order(at.cardId, 'probe', '00000000'));
    expect(await at.run(order(at.cardId, 'probe', '00000000'))).toMatchObject({ value: { result: 'blocked' } });
  });

  it('touches no other card', async () => {
    const at = await table(profile);
    expect(await at.run(order('0'.repeat(32)))).toMatchObject({
      value: { result: 'untouched', failure: { code: 'card-removed' } },
    });
    expect(at.progress).toEqual([]);
    expect(at.secrets()).toMatchObject({ puk: TEST_PUK, pin: TEST_PIN });
  });

  it.each([
    [{ kind: 'cut', when: 'before', at: { ins: 0xa4 } }, 'untouched'],
    [{ kind: 'cut', when: 'after', at: { ins: 0xcb } }, 'untouched'],
    [{ kind: 'cut', when: 'before', at: { ins: RESET } }, 'not-known'],
    [{ kind: 'cut', when: 'after', at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6f00, at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6581, at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6982, at: { ins: RESET } }, 'untouched'],
    [{ kind: 'cut', when: 'before', at: { ins: CHANGE } }, 'unblocked'],
    [{ kind: 'cut', when: 'after', at: { ins: CHANGE } }, 'unblocked'],
    [{ kind: 'status', statusWord: 0x6982, at: { ins: CHANGE } }, 'unblocked'],
    // "Done, and there is more to tell" is no "not done".
    [{ kind: 'status', statusWord: 0x6102, at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6102, at: { ins: CHANGE } }, 'unblocked'],
    // A card that does not tell its tries may have counted one.
    [{ kind: 'status', statusWord: 0x6a80, at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6700, at: { ins: RESET } }, 'not-known'],
    [{ kind: 'status', statusWord: 0x6700, at: { ins: CHANGE } }, 'unblocked'],
    [{ kind: 'cut', when: 'before', at: { ins: 0x20 } }, 'untouched'],
  ] as const)('says no more than is known after %j', async (fault, result) => {
    const at = await table(profile);
    expect(await at.run(order(at.cardId), fault)).toMatchObject({ ok: true, value: { result } });
  });
});

describe('an unblocking by the card desk', () => {
  it.each([0x6102, 0x6700, 0x6a80, 0x6982, 0x6f00])(
    'never says "untouched" once the code was to be changed: %i',
    async (statusWord) => {
      const at = await table('applet-p');
      const fault = { kind: 'status', statusWord, at: { ins: CHANGE } } as const;
      expect(await at.run(order(at.cardId, 'change'), fault)).toMatchObject({ value: { result: 'unblocked' } });
    },
  );

  it.each([
    [[0x63c3, 0x63c3], 'untouched'],
    [[0x63c3, 0x63c2], 'not-known'],
    [[0x63c3, 0x6a88], 'not-known'],
    [[0x6a88, 0x6a88], 'not-known'],
  ] as const)('takes an objection to the form for nothing done only if no try is missing: %j', async (told, result) => {
    const at = await table('applet-p');
    const fault = { kind: 'status', statusWord: 0x6a80, at: { ins: RESET } } as const;
    expect(await at.run(order(at.cardId), fault, told)).toMatchObject({
      ok: true,
      value: { result, failure: { code: 'pin-format' } },
    });
  });

  it('makes no last try, by the tries that an earlier stay has left', async () => {
    const at = await table('applet-p');
    expect(await at.run({ ...order(at.cardId), pukTries: 1 })).toMatchObject({
      value: { result: 'untouched', failure: { code: 'last-try-guarded', triesLeft: 1 } },
    });
    expect(at.progress).toEqual([]);
    expect(await at.run({ ...order(at.cardId), pukTries: 2 })).toMatchObject({ value: { result: 'changed' } });
  });
});

describe.each(PROFILE_NAMES)('the proof of the card to the desk on %s', (profile) => {
  it('is a signature by 9E that wants no passcode', async () => {
    const at = await table(profile);
    const message = new TextEncoder().encode('what the desk asked');
    const answer = await at.run({ kind: 'desk-signature', cardId: at.cardId, message });
    const object = Buffer.from(at.card.snapshot().objects[CERTIFICATE_OBJECT['9e']] ?? '', 'hex');
    const signature = answer.ok && answer.value.kind === 'desk-signature' ? answer.value.signature : new Uint8Array();
    expect(isSignatureBy(publicKeyOf(element(object, 0x70)), message, signature)).toBe(true);
  });

  it('is by the admin key where there is no 9E, and leaves no right to write behind', async () => {
    const at = await table(profile, { keys: { '9a': 'p256' } });
    expect(await at.run({ kind: 'desk-signature', cardId: at.cardId, message: new Uint8Array(8) })).toMatchObject({
      ok: false,
      failure: { code: 'object-absent' },
    });
    const asked = await at.run({ kind: 'admin-witness', cardId: at.cardId });
    if (!asked.ok || asked.value.kind !== 'admin-witness') throw new Error('no witness');
    const { algorithm, witness } = asked.value;
    expect(algorithm).toBe('3des');
    const decipher = createDecipheriv('des-ede3-ecb', Buffer.from(TEST_ADMIN_KEY.value, 'hex'), null).setAutoPadding(
      false,
    );
    const decrypted = Buffer.concat([decipher.update(witness), decipher.final()]);
    const answer = await at.run({
      kind: 'admin-response',
      algorithm,
      witness: Uint8Array.from(decrypted),
      challenge: new Uint8Array(8),
    });
    expect(answer).toMatchObject({ ok: true, value: { kind: 'admin-response' } });
  });
});

describe('the sign-in of an RA’s browser', () => {
  const ORIGIN = 'https://desk.example';
  const CHALLENGE = 'ab'.repeat(32);
  const signIn = (cardId: string, pin = TEST_PIN) =>
    ({
      kind: 'desk-sign-in',
      pin: ascii(pin),
      cardId,
      lastTry: 'refuse',
      origin: ORIGIN,
      challenge: CHALLENGE,
    }) as const;

  it.each(PROFILE_NAMES)('is signed by 9A after the passcode, on a card of %s', async (profile) => {
    const { run, cardId, card, secrets } = await table(profile);
    const tries = secrets().pinTries;
    const wanted = signIn(cardId);
    const answer = await run(wanted);
    expect(answer).toMatchObject({ ok: true, value: { kind: 'desk-sign-in' } });
    if (!answer.ok || answer.value.kind !== 'desk-sign-in') throw new Error('another answer');
    const { certificate, signature } = answer.value;
    const object = Buffer.from(card.snapshot().objects[CERTIFICATE_OBJECT['9a']] ?? '', 'hex');
    expect(Buffer.from(certificate)).toEqual(Buffer.from(element(object, 0x70)));
    const text = handOverProofText({ origin: ORIGIN, challenge: CHALLENGE, certificate });
    expect(isSignatureBy(publicKeyOf(certificate), text, signature)).toBe(true);
    expect([...wanted.pin]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(secrets().pinTries).toBe(tries);
  });

  it('costs a try for a wrong passcode, none for another card, and never the last', async () => {
    const { run, cardId, secrets } = await table('applet-p');
    const tries = secrets().pinTries;
    expect(await run(signIn('00'.repeat(16)))).toMatchObject({ ok: false, failure: { code: 'card-removed' } });
    expect(secrets().pinTries).toBe(tries);
    for (let i = 1; i < tries; i++) {
      expect(await run(signIn(cardId, '999999'))).toMatchObject({ ok: false, failure: { code: 'wrong-pin' } });
    }
    expect(await run(signIn(cardId))).toMatchObject({ ok: false, failure: { code: 'last-try-guarded' } });
    expect(secrets().pinTries).toBe(1);
  });

  it('takes nothing that is no desk’s address or challenge, and is for one card', () => {
    const asked = signIn('00'.repeat(16));
    expect(v.safeParse(CardOperationSchema, asked).success).toBe(true);
    const others = [{ origin: 'https://desk.example/path' }, { origin: 'https://a\0b' }, { challenge: 'ab' }];
    for (const other of [...others, { cardId: undefined }]) {
      expect(v.safeParse(CardOperationSchema, { ...asked, ...other }).success).toBe(false);
    }
  });
});
