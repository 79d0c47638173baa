import { describe, expect, it } from 'vitest';
import { AGENT_PHASES } from '../../../src/core/agent/phases.ts';
import type { UnlockView } from '../../../src/core/contract/unlock.ts';
import type { CardView, ViewPlace, ViewSnapshot } from '../../../src/core/contract/view.ts';
import { type Cover, coverOf, firstPlace, HOME, type Place, placeOfCall } from '../../../src/renderer/app/places.ts';
import { sampleSnapshot } from '../../rig/view-snapshot.ts';

const COUNTDOWN: ViewSnapshot['countdowns'][number] = {
  cause: 'card-pulled',
  action: 'lock',
  remainingMs: 9_000,
  totalMs: 10_000,
};
const UNATTENDED: ViewSnapshot['unattended'] = { action: 'lock', remainingMs: 9_000, totalMs: 30_000 };
const ALERT: ViewSnapshot['alerts'][number] = { id: '9A fp', slot: '9A', rung: 30, daysLeft: 25, notAfter: 0 };

/** All that could cover the page, at once. */
const EVERYTHING: Partial<ViewSnapshot> = {
  phase: 'active',
  countdowns: [COUNTDOWN],
  unattended: UNATTENDED,
  alerts: [ALERT],
  introduced: false,
};
const coverWhen = (overrides: Partial<ViewSnapshot>): Cover => coverOf(sampleSnapshot(overrides));

describe('what covers the page', () => {
  it('is nothing on an ordinary day', () => {
    for (const phase of AGENT_PHASES) expect(coverWhen({ phase })).toBeNull();
  });

  it('is the most urgent thing: the countdown, the reminder, the expiry, and last the introduction', () => {
    expect(coverWhen(EVERYTHING)).toBe('countdown');
    expect(coverWhen({ ...EVERYTHING, countdowns: [] })).toBe('unattended');
    expect(coverWhen({ ...EVERYTHING, countdowns: [], unattended: null })).toBe('expiry');
    expect(coverWhen({ ...EVERYTHING, countdowns: [], unattended: null, alerts: [], phase: 'no-card' })).toBe(
      'introduction',
    );
  });

  it('is an expiry only while its owner is signed in', () => {
    for (const phase of AGENT_PHASES) {
      expect(coverWhen({ phase, alerts: [ALERT] })).toBe(phase === 'active' ? 'expiry' : null);
    }
  });

  it('is the introduction only while nobody stands there with a card', () => {
    const covered = AGENT_PHASES.filter((phase) => coverWhen({ phase, introduced: false }) === 'introduction');
    expect(covered).toEqual(['no-service', 'no-reader', 'no-card']);
  });
});

const UNLOCK: UnlockView = {
  reader: 'Ward Reader 00 00',
  cardId: 'a'.repeat(32),
  way: 'self-service',
  step: 'code',
  doing: null,
  expiresAt: null,
  codeTriesLeft: 5,
  problem: null,
  cardIn: true,
  halted: false,
  network: 'fine',
  retryAt: null,
  truth: 'blocked',
};
const HERE: Partial<ViewSnapshot> = { unlockingBy: 'in-app' };
const BLOCKED: Partial<ViewSnapshot> = { readers: [{ reader: 'R', phase: 'blocked', card: null }] };
const called = (call: ViewPlace, overrides: Partial<ViewSnapshot> = {}, at: Place = HOME) =>
  placeOfCall(call, sampleSnapshot(overrides), at);

describe('a call from the tray or a notification', () => {
  it.each<[ViewPlace, Place]>([
    ['home', { page: 'home' }],
    ['change-passcode', { page: 'change-passcode' }],
    ['services', { page: 'services' }],
    ['help', { page: 'services' }],
    ['unlock', { page: 'journey', journey: 'unlock' }],
    ['renew', { page: 'journey', journey: 'renew' }],
  ])('leads to %s', (call, place) => {
    expect(called(call)).toEqual(place);
    expect(called(call, {}, { page: 'settings' })).toEqual(place);
  });

  it('leaves an RA at the page that asks for their card, which calls for its user as every card does', () => {
    expect(called('home', {}, { page: 'ra' })).toEqual({ page: 'ra' });
    expect(called('services', {}, { page: 'ra' })).toEqual({ page: 'services' });
  });

  it('leads to the unlock itself where a blocked card can be unlocked in the window', () => {
    expect(called('unlock', { ...HERE, ...BLOCKED })).toEqual({ page: 'unlock' });
    expect(called('unlock', { ...HERE, unlock: UNLOCK })).toEqual({ page: 'unlock' });
    expect(called('unlock', { ...BLOCKED, unlockingBy: 'address' })).toEqual({ page: 'journey', journey: 'unlock' });
    expect(called('unlock', HERE)).toEqual({ page: 'journey', journey: 'unlock' });
  });

  it('does not take anybody from an unlock when its card comes back', () => {
    const at: Place = { page: 'unlock' };
    expect(called('home', { ...HERE, unlock: UNLOCK }, at)).toEqual(at);
    expect(called('home', { ...HERE, unlock: { ...UNLOCK, cardIn: false } }, at)).toEqual(at);
    const done: UnlockView = { ...UNLOCK, step: 'done', cardIn: false };
    const card: CardView = {
      atr: '3b00',
      cardId: UNLOCK.cardId,
      triesLeft: 3,
      trouble: null,
      activeSince: null,
      certificates: [],
    };
    // The unlock itself may not have heard yet that its card is in.
    const readers: ViewSnapshot['readers'] = [{ reader: 'R', phase: 'awaiting-passcode', card }];
    expect(called('home', { ...HERE, unlock: done, readers }, at)).toEqual(at);
    // That card is gone: whoever comes now is somebody else.
    expect(called('home', { ...HERE, unlock: done }, at)).toEqual(HOME);
    expect(called('home', HERE, at)).toEqual(HOME);
    expect(called('services', { ...HERE, unlock: UNLOCK }, at)).toEqual({ page: 'services' });
  });
});

describe('a window that opens', () => {
  it('begins at an unlock that is under way, and else at the card', () => {
    expect(firstPlace(sampleSnapshot(HERE))).toEqual(HOME);
    expect(firstPlace(sampleSnapshot({ ...HERE, unlock: UNLOCK }))).toEqual({ page: 'unlock' });
    expect(firstPlace(sampleSnapshot({ ...HERE, unlock: { ...UNLOCK, step: 'failed' } }))).toEqual(HOME);
  });
});
