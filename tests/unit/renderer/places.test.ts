import { describe, expect, it } from 'vitest';
import { AGENT_PHASES } from '../../../src/core/agent/phases.ts';
import type { ViewPlace, ViewSnapshot } from '../../../src/core/contract/view.ts';
import { type Cover, coverOf, type Place, placeOfCall } from '../../../src/renderer/app/places.ts';
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

describe('a call from the tray or a notification', () => {
  it.each<[ViewPlace, Place]>([
    ['home', { page: 'home' }],
    ['change-passcode', { page: 'change-passcode' }],
    ['services', { page: 'services' }],
    ['help', { page: 'services' }],
    ['unlock', { page: 'journey', journey: 'unlock' }],
    ['renew', { page: 'journey', journey: 'renew' }],
  ])('leads to %s', (call, place) => {
    expect(placeOfCall(call)).toEqual(place);
  });
});
