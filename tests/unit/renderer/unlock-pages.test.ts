import { describe, expect, it } from 'vitest';
import { UNLOCK_DOINGS, UNLOCK_STEPS, type UnlockView } from '../../../src/core/contract/unlock.ts';
import type { CardView } from '../../../src/core/contract/view.ts';
import type { Occupied } from '../../../src/renderer/card/which-card.ts';
import { minutesLeft, spokenMinutes } from '../../../src/renderer/unlock/minutes-left.ts';
import { couldBeAddress, couldBeCode, digitsOf } from '../../../src/renderer/unlock/what-was-typed.ts';
import { isOfThePast, unlockPage } from '../../../src/renderer/unlock/which-page.ts';

const CARD_ID = 'a'.repeat(32);
const OTHER_ID = 'b'.repeat(32);
const CARD: CardView = {
  atr: '3b00',
  cardId: CARD_ID,
  triesLeft: 0,
  trouble: null,
  activeSince: null,
  certificates: [],
};
const shown = (overrides: Partial<Occupied> = {}): Occupied => ({
  reader: 'R',
  phase: 'blocked',
  card: CARD,
  ...overrides,
});
const unlock = (overrides: Partial<UnlockView> = {}): UnlockView => ({
  reader: 'R',
  cardId: CARD_ID,
  way: 'self-service',
  step: 'code',
  doing: null,
  expiresAt: null,
  codeTriesLeft: null,
  problem: null,
  cardIn: true,
  halted: false,
  network: 'fine',
  retryAt: null,
  truth: 'blocked',
  ...overrides,
});
const pageOf = (...parts: Parameters<typeof unlockPage>) => {
  const { page, busy } = { busy: false, ...unlockPage(...parts) };
  return busy ? `${page}, busy` : page;
};
const working = (overrides: Partial<UnlockView>) => pageOf(unlock({ step: 'working', ...overrides }), shown());

describe('the page of an unlock', () => {
  it('begins with the way, for a blocked card that can be named', () => {
    expect(unlockPage(null, shown())).toEqual({ page: 'way', card: { reader: 'R', cardId: CARD_ID }, busy: false });
    expect(pageOf(null, null)).toBe('nothing');
    expect(pageOf(null, shown({ phase: 'awaiting-passcode' }))).toBe('nothing');
    expect(pageOf(null, shown({ card: { ...CARD, cardId: null } }))).toBe('nothing');
  });

  it('is that of the step', () => {
    expect(UNLOCK_STEPS.map((step) => pageOf(unlock({ step }), null))).toEqual([
      'address',
      'code',
      'passcode',
      'working, busy',
      'ra',
      'done',
      'failed',
    ]);
  });

  it('stays where it is while an answer is awaited, so that nothing flickers', () => {
    expect(UNLOCK_DOINGS.map((doing) => working({ doing }))).toEqual([
      'asking, busy',
      'address, busy',
      'code, busy',
      'working, busy',
      'working, busy',
      'working, busy',
    ]);
  });

  it('says what is waited for: the card first, then the network', () => {
    expect(working({ doing: 'proving-card', cardIn: false })).toBe('card-out, busy');
    expect(working({ doing: 'setting-passcode', cardIn: false, network: 'lost' })).toBe('card-out, busy');
    expect(working({ doing: 'proving-card', network: 'lost' })).toBe('network-lost, busy');
    // The desk alone is asked: where the card is makes no difference.
    expect(working({ doing: 'checking-code', cardIn: false })).toBe('code, busy');
    expect(working({ doing: 'telling-desk', cardIn: false })).toBe('working, busy');
    expect(working({ doing: 'telling-desk', cardIn: false, network: 'lost' })).toBe('network-lost, busy');
  });

  it('asks where it stands, but for the start of an assisted one', () => {
    expect(working({ doing: 'starting', way: 'assisted' })).toBe('way, busy');
    expect(working({ doing: 'starting', way: 'assisted', expiresAt: 1 })).toBe('asking, busy');
  });

  it('says what is in the way, if it waits for a word, and nothing of what goes by itself', () => {
    expect(working({ doing: 'proving-card', halted: true, problem: 'Card_Busy' })).toBe('halted');
    expect(working({ doing: 'sending-code', halted: true, problem: 'Desk_NotTrusted' })).toBe('halted');
    // Whatever is in the way: there is something that can be done on the page.
    for (const problem of ['Card_Removed', 'Unlock_CardOut', 'Unlock_PasscodeRefused', null] as const) {
      expect(working({ doing: 'setting-passcode', halted: true, problem })).toBe('halted');
    }
    expect(working({ doing: 'setting-passcode', halted: true, cardIn: false })).toBe('card-out, busy');
    expect(working({ doing: 'proving-card', problem: 'Unlock_NotAuthorised' })).toBe('working, busy');
    expect(working({ doing: 'starting', problem: 'Unlock_ChooseAgain' })).toBe('asking, busy');
    expect(working({ doing: 'setting-passcode', problem: 'Card_Removed', cardIn: false })).toBe('card-out, busy');
    expect(working({ doing: 'checking-code', problem: 'Desk_TooMany', network: 'lost' })).toBe('network-lost, busy');
  });

  it('begins anew for another blocked card', () => {
    // It is read anew a moment after it was unlocked.
    expect(pageOf(unlock({ step: 'done' }), shown())).toBe('done');
    expect(pageOf(unlock({ step: 'done' }), shown({ phase: 'awaiting-passcode' }))).toBe('done');
    expect(pageOf(unlock({ step: 'failed' }), shown())).toBe('failed');
    expect(pageOf(unlock({ step: 'failed', cardId: OTHER_ID }), shown())).toBe('way');
    // One that is under way is not left for another card.
    expect(pageOf(unlock({ step: 'passcode', cardId: OTHER_ID }), shown())).toBe('passcode');
  });
});

describe('an unlock that worked', () => {
  it('is of the past for whoever comes with the card blocked again', () => {
    expect(isOfThePast(unlock({ step: 'done' }), shown())).toBe(true);
    expect(isOfThePast(unlock({ step: 'done' }), shown({ phase: 'awaiting-passcode' }))).toBe(false);
    expect(isOfThePast(unlock({ step: 'done', cardId: OTHER_ID }), shown())).toBe(false);
    expect(isOfThePast(unlock({ step: 'failed' }), shown())).toBe(false);
    expect(isOfThePast(null, shown())).toBe(false);
  });
});

describe('the time left', () => {
  it('counts minutes begun', () => {
    expect([900_000, 899_000, 60_001, 60_000, 1, 0, -5].map(minutesLeft)).toEqual([15, 15, 2, 1, 1, 0, 0]);
  });

  it('is spoken at 10, 5, 2 and 1, and not in between', () => {
    const spoken = Array.from({ length: 16 }, (_, i) => spokenMinutes(15 - i));
    expect(spoken).toEqual([null, null, null, null, null, 10, 10, 10, 10, 10, 5, 5, 5, 2, 1, 1]);
  });
});

describe('what is typed', () => {
  it.each(['ada@ward.example', '  ada.lindqvist@ward.example ', '07700 900123', '+44 7700 900 123', '(07700) 900-123'])(
    'can be an address: %s',
    (typed) => expect(couldBeAddress(typed)).toBe(true),
  );
  it.each(['', '  ', 'ada', 'ada@ward', 'ada@', '@ward.example', '12345', 'call 07700 900123', 'a b@ward.example'])(
    'cannot be an address: %s',
    (typed) => expect(couldBeAddress(typed)).toBe(false),
  );
  it('is a code of six digits, however they are copied', () => {
    expect(['123456', ' 123 456 ', '123-456'].map(couldBeCode)).toEqual([true, true, true]);
    expect(['', '12345', '1234567', '12345a', 'code 123456'].map(couldBeCode)).toEqual(Array(5).fill(false));
    expect(digitsOf(' 123-456 ')).toBe('123456');
  });
});
