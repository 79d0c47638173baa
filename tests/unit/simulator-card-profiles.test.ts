import { describe, expect, it } from 'vitest';
import type { ProfileName } from '../../src/simulator/card/profiles.ts';
import { type CardOrder, issueCard, TEST_ADMIN_KEY, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { Terminal } from './simulator-terminal.ts';

/**
 * What three real implementations were seen to do, row by row. This table is written down a second time on purpose:
 * the profiles may be wrong, the observations are not.
 */
const OBSERVED = [
  {
    profile: 'applet-p',
    unverified: '63C5',
    wrongPins: ['63C4', '63C3', '63C2', '63C1', '63C0', '6983'],
    statusBlocked: '6983',
    unpadded: '6A80',
    letters: '63C4',
    fourDigits: '6A80',
    wrongPuks: ['63C2', '63C1', '63C0', '6983'],
    secondSignature: '6982',
    emptySlot: '6982',
    wrongAdminResponse: '6A80',
    unknownApplication: '6D00',
    verifiedAfterSelect: '9000',
    afterReset: ['6986', '63C5'],
    signatureAfterStatus: '6982',
  },
  {
    profile: 'applet-o',
    unverified: '63C6',
    wrongPins: ['63C5', '63C4', '63C3', '63C2', '63C1', '6983', '6983'],
    statusBlocked: '6983',
    unpadded: '6A80',
    letters: '6A80',
    fourDigits: '6A80',
    wrongPuks: ['63C9', '63C8', '63C7', '63C6', '63C5', '63C4', '63C3', '63C2', '63C1', '6983', '6983'],
    secondSignature: '6982',
    emptySlot: '6A86',
    wrongAdminResponse: '6982',
    unknownApplication: '6A82',
    verifiedAfterSelect: '63C6',
    afterReset: ['6986', '63C6'],
    signatureAfterStatus: '9000',
  },
  {
    profile: 'embedded-c',
    unverified: '63C3',
    wrongPins: ['63C2', '63C1', '6983', '6983'],
    statusBlocked: '63C0',
    unpadded: '6700',
    letters: '63C2',
    fourDigits: '9000',
    wrongPuks: ['63C2', '63C1', '6983', '6983'],
    secondSignature: '9000',
    emptySlot: '6985',
    wrongAdminResponse: '6982',
    unknownApplication: '6A82',
    verifiedAfterSelect: '63C3',
    afterReset: ['63C3', '63C3'],
    signatureAfterStatus: '9000',
  },
] as const satisfies readonly { profile: ProfileName; [row: string]: unknown }[];

const WRONG_PIN = '135799';
const DIGEST = Buffer.alloc(32, 7);
const P256 = 0x11;

describe.each(OBSERVED)('$profile', (seen) => {
  async function selected(order: CardOrder = {}): Promise<Terminal> {
    const terminal = new Terminal(await issueCard({ profile: seen.profile, keys: 'p256', ...order }));
    expect(terminal.select().sw).toBe('9000');
    return terminal;
  }

  async function blocked(): Promise<Terminal> {
    const terminal = await selected();
    for (const _ of seen.wrongPins) terminal.verify(WRONG_PIN);
    return terminal;
  }

  it(`tells the tries left by an empty VERIFY (${seen.unverified}), then that the PIN is verified`, async () => {
    const terminal = await selected();
    expect(terminal.pinStatus()).toBe(seen.unverified);
    expect(terminal.verify()).toBe('9000');
    expect(terminal.pinStatus()).toBe('9000');
  });

  it(`answers wrong PINs in a row with ${seen.wrongPins.join(' ')}, and an empty VERIFY then with ${seen.statusBlocked}`, async () => {
    const terminal = await selected();
    expect(seen.wrongPins.map(() => terminal.verify(WRONG_PIN))).toEqual(seen.wrongPins);
    expect(terminal.pinStatus()).toBe(seen.statusBlocked);
  });

  it('refuses the right PIN too while it is blocked', async () => {
    expect((await blocked()).verify(TEST_PIN)).toBe('6983');
  });

  it('gives all tries back after the right PIN', async () => {
    const terminal = await selected();
    terminal.verify(WRONG_PIN);
    expect(terminal.verify()).toBe('9000');
    terminal.card.reset();
    terminal.select();
    expect(terminal.pinStatus()).toBe(seen.unverified);
  });

  it(`answers a PIN of 6 bytes with ${seen.unpadded} and takes no try for it`, async () => {
    const terminal = await selected();
    expect(terminal.sw('0020008006 323436383130')).toBe(seen.unpadded);
    expect(terminal.pinStatus()).toBe(seen.unverified);
  });

  it(`answers letters with ${seen.letters}, and that is what they cost`, async () => {
    const terminal = await selected();
    expect(terminal.verify('ABCDEF')).toBe(seen.letters);
    expect(terminal.pinStatus()).toBe(seen.letters.startsWith('63') ? seen.letters : seen.unverified);
  });

  it('counts a wrong old PIN in CHANGE REFERENCE DATA like a wrong PIN, and refuses it when blocked', async () => {
    const terminal = await selected();
    expect(terminal.change(WRONG_PIN, '112233')).toBe(seen.wrongPins[0]);
    expect(terminal.pinStatus()).toBe(seen.wrongPins[0]);
    expect((await blocked()).change(TEST_PIN, '112233')).toBe('6983');
  });

  it('changes the PIN when the old one is right', async () => {
    const terminal = await selected();
    expect(terminal.change(TEST_PIN, '112233')).toBe('9000');
    terminal.card.reset();
    terminal.select();
    expect(terminal.verify('112233')).toBe('9000');
  });

  it(`answers a change to four digits with ${seen.fourDigits}`, async () => {
    const terminal = await selected();
    expect(terminal.change(TEST_PIN, '1234')).toBe(seen.fourDigits);
    expect(terminal.verify(seen.fourDigits === '9000' ? '1234' : TEST_PIN)).toBe('9000');
  });

  it(`answers wrong PUKs in a row with ${seen.wrongPuks.join(' ')}`, async () => {
    const terminal = await selected();
    expect(seen.wrongPuks.map(() => terminal.unblock('11111111', '112233'))).toEqual(seen.wrongPuks);
    expect(terminal.unblock(TEST_PUK, '112233')).toBe('6983');
  });

  it('is unblocked by the right PUK: new PIN, all tries, not verified by that', async () => {
    const terminal = await blocked();
    expect(terminal.unblock(TEST_PUK, '112233')).toBe('9000');
    expect(terminal.pinStatus()).toBe(seen.unverified);
    expect(terminal.verify('112233')).toBe('9000');
  });

  it('says 6A82 of an absent object, 6982 of one behind the PIN until that is verified', async () => {
    const terminal = await selected();
    expect(terminal.getData('5fc106').sw).toBe('6A82');
    expect(terminal.getData('5fc109').sw).toBe('6982');
    terminal.verify();
    expect(terminal.getData('5fc109').sw).toBe('9000');
  });

  it('uses 9A 9C 9D only after the PIN and never when blocked, but 9E always', async () => {
    for (const terminal of [await selected(), await blocked()]) {
      expect(['9a', '9c', '9d'].map((slot) => terminal.use(slot, P256, DIGEST).sw)).toEqual(['6982', '6982', '6982']);
      expect(terminal.use('9e', P256, DIGEST).sw).toBe('9000');
    }
  });

  it(`answers the second 9C signature after one VERIFY with ${seen.secondSignature}`, async () => {
    const terminal = await selected();
    terminal.verify();
    expect(terminal.use('9c', P256, DIGEST).sw).toBe('9000');
    expect(terminal.use('9c', P256, DIGEST).sw).toBe(seen.secondSignature);
    expect(terminal.use('9a', P256, DIGEST).sw).toBe('9000');
    terminal.verify();
    expect(terminal.use('9c', P256, DIGEST).sw).toBe('9000');
  });

  it(`answers a 9C signature after an empty VERIFY in between with ${seen.signatureAfterStatus}`, async () => {
    const terminal = await selected();
    terminal.verify();
    expect(terminal.pinStatus()).toBe('9000');
    expect(terminal.use('9c', P256, DIGEST).sw).toBe(seen.signatureAfterStatus);
  });

  it(`answers GENERAL AUTHENTICATE with an empty slot with ${seen.emptySlot}`, async () => {
    const terminal = await selected({ keys: { '9a': 'p256' } });
    terminal.verify();
    expect(terminal.use('9d', P256, DIGEST).sw).toBe(seen.emptySlot);
  });

  it('refuses PUT DATA and GENERATE with 6982 before the admin key is proven', async () => {
    const terminal = await selected();
    terminal.verify();
    expect(terminal.putData('5fc105', Buffer.alloc(20)).sw).toBe('6982');
    expect(terminal.send('0047009a', Buffer.from('ac03800111', 'hex')).sw).toBe('6982');
  });

  it(`answers a wrong 9B response with ${seen.wrongAdminResponse}, a wrong algorithm with 6A86`, async () => {
    const terminal = await selected();
    expect(terminal.authenticateAdmin(TEST_ADMIN_KEY, Buffer.alloc(8))).toBe(seen.wrongAdminResponse);
    expect(terminal.sw('0087089b 04 7c028100 00')).toBe('6A86');
    expect(terminal.authenticateAdmin()).toBe('9000');
  });

  it(`answers SELECT of an unknown application with ${seen.unknownApplication} and stays selected`, async () => {
    const terminal = await selected();
    expect(terminal.sw('00a4040006a00000039900')).toBe(seen.unknownApplication);
    expect(terminal.pinStatus()).toBe(seen.unverified);
  });

  it(`answers an empty VERIFY after VERIFY and another SELECT with ${seen.verifiedAfterSelect}`, async () => {
    const terminal = await selected();
    terminal.verify();
    terminal.select();
    expect(terminal.pinStatus()).toBe(seen.verifiedAfterSelect);
  });

  it(`answers an empty VERIFY after a reset with ${seen.afterReset.join(' before SELECT, after it ')}`, async () => {
    const terminal = await selected();
    terminal.verify();
    terminal.card.reset();
    expect(terminal.pinStatus()).toBe(seen.afterReset[0]);
    terminal.select();
    expect(terminal.pinStatus()).toBe(seen.afterReset[1]);
  });

  it('withdraws the PIN by VERIFY with P1=FF', async () => {
    const terminal = await selected();
    terminal.verify();
    expect(terminal.sw('0020ff80')).toBe('9000');
    expect(terminal.pinStatus()).toBe(seen.unverified);
    expect(terminal.use('9a', P256, DIGEST).sw).toBe('6982');
  });
});

it('withdraws the PIN by a reset only, where a card knows no P1=FF', async () => {
  const terminal = new Terminal(await issueCard({ keys: 'p256', traits: { deauthenticates: false } }));
  terminal.verify();
  expect(terminal.sw('0020ff80')).toBe('6A86');
  expect(terminal.pinStatus()).toBe('9000');
  terminal.card.reset();
  expect(terminal.pinStatus()).toBe('63C3');
});

it('opens by the global PIN too, where the card has one and says so', async () => {
  const globalPin = { value: '11112222', primary: true };
  const terminal = new Terminal(await issueCard({ keys: 'p256', globalPin }));
  expect(terminal.getData('7e').data.subarray(-2).toString('hex')).toBe('6020');
  expect(terminal.sw('00200000')).toBe('63C3');
  expect(terminal.sw('0020000008 3131313132323232')).toBe('9000');
  expect(terminal.use('9a', P256, DIGEST).sw).toBe('9000');
  expect(terminal.pinStatus()).toBe('63C3');
  expect(new Terminal(await issueCard({ keys: 'p256' })).sw('00200000')).toBe('6A88');
});
