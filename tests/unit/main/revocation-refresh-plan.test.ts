import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLate,
  MAX_BACKOFF_MS,
  MAX_PRESSING_BACKOFF_MS,
  MIN_INTERVAL_MS,
  nextFetchAt,
  type Window,
  windowEnd,
} from '../../../src/main/revocation/refresh-plan.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 24);
const rules = { maxAgeMs: 7 * DAY };
const never = { lastAt: null, failures: 0 };

const chance = fc.double({ min: 0, max: 1, noNaN: true });
const window = fc
  .record({ age: fc.integer({ min: 0, max: 400 * DAY }), length: fc.option(fc.integer({ min: 1, max: 400 * DAY })) })
  .map(
    ({ age, length }): Window => ({
      thisUpdate: NOW - age,
      nextUpdate: length === null ? null : NOW - age + length,
    }),
  );
const attempts = fc.record({
  lastAt: fc.option(fc.integer({ min: NOW - 400 * DAY, max: NOW + 400 * DAY })),
  failures: fc.nat({ max: 2_000 }),
  pressing: fc.boolean(),
});

describe('the plan for the next fetch', () => {
  it('lies at 50 to 75 % of the window, and of the age cap where the issuer names no end', () => {
    fc.assert(
      fc.property(window, chance, (each, random) => {
        const length = windowEnd(each, rules.maxAgeMs) - each.thisUpdate;
        const share = (nextFetchAt(each, never, rules, NOW, random) - each.thisUpdate) / length;
        expect(share).toBeGreaterThanOrEqual(0.5 - 1e-9);
        expect(share).toBeLessThanOrEqual(0.75 + 1e-9);
      }),
    );
  });

  it('is at once where nothing is there, or what is there comes from the future', () => {
    expect(nextFetchAt(null, never, rules, NOW, 0.5)).toBe(NOW);
    expect(nextFetchAt({ thisUpdate: NOW + 1, nextUpdate: NOW + DAY }, never, rules, NOW, 0.5)).toBe(NOW);
  });

  it('is never earlier than 60 s after the last attempt, and never not a number', () => {
    fc.assert(
      fc.property(fc.option(window), attempts, chance, (each, tried, random) => {
        const due = nextFetchAt(each, tried, rules, NOW, random);
        expect(Number.isFinite(due)).toBe(true);
        if (tried.lastAt !== null) expect(due).toBeGreaterThanOrEqual(Math.min(tried.lastAt, NOW) + MIN_INTERVAL_MS);
      }),
    );
  });

  it('waits longer after each failure, from a minute to an hour', () => {
    const waits = Array.from(
      { length: 12 },
      (_, n) => nextFetchAt(null, { lastAt: NOW, failures: n + 1 }, rules, NOW, 0) - NOW,
    );
    expect(waits.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32].map((minutes) => minutes * 60_000));
    expect(waits.slice(6)).toEqual(Array(6).fill(MAX_BACKOFF_MS * 0.8));
  });

  it('waits two minutes at the most for what is pressing, and not all in the same minute', () => {
    const over = { thisUpdate: NOW - 8 * DAY, nextUpdate: NOW - DAY };
    const wait = (failures: number, random: number) =>
      nextFetchAt(over, { lastAt: NOW, failures, pressing: true }, rules, NOW, random) - NOW;
    expect([1, 2, 3, 2_000].map((failures) => wait(failures, 0))).toEqual([60_000, 96_000, 96_000, 96_000]);
    expect([1, 2, 3, 2_000].map((failures) => wait(failures, 1))).toEqual([75_000, 120_000, 120_000, 120_000]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), chance, (failures, random) => {
        expect(wait(failures, random)).toBeGreaterThanOrEqual(MIN_INTERVAL_MS);
        expect(wait(failures, random)).toBeLessThanOrEqual(MAX_PRESSING_BACKOFF_MS);
      }),
    );
  });

  it('never waits longer than an hour where nothing holds', () => {
    fc.assert(
      fc.property(attempts, chance, (tried, random) => {
        expect(nextFetchAt(null, tried, rules, NOW, random)).toBeLessThanOrEqual(NOW + MAX_BACKOFF_MS);
      }),
    );
  });

  it('after a failure tries again soon, although much of the window is left', () => {
    const week = { thisUpdate: NOW - 5 * DAY, nextUpdate: NOW + 2 * DAY };
    expect(nextFetchAt(week, { lastAt: NOW, failures: 1 }, rules, NOW, 0)).toBe(NOW + 60_000);
  });

  it('after an answer that is no newer waits for half of what is left or more, and ends before the window does', () => {
    const eightDays = { thisUpdate: NOW - 6 * DAY, nextUpdate: NOW + 2 * DAY };
    expect(nextFetchAt(eightDays, { lastAt: NOW, failures: 0 }, rules, NOW, 0)).toBe(NOW + DAY);
    expect(nextFetchAt(eightDays, { lastAt: NOW, failures: 0 }, rules, NOW, 1)).toBe(NOW + 1.5 * DAY);
  });

  it('asks a few times for a statement that is not renewed, not every minute', () => {
    const week = { thisUpdate: NOW, nextUpdate: NOW + 7 * DAY };
    let lastAt = NOW;
    let fetches = 0;
    while (lastAt < week.nextUpdate) {
      lastAt = nextFetchAt(week, { lastAt, failures: 0 }, rules, lastAt, 0);
      fetches++;
    }
    expect(fetches).toBeGreaterThan(5);
    expect(fetches).toBeLessThan(20);
  });

  it('does not wait for an hour to come again that the clock was turned back over', () => {
    const tried = { lastAt: NOW + 300 * DAY, failures: 0 };
    expect(nextFetchAt(null, tried, rules, NOW, 0)).toBe(NOW + MIN_INTERVAL_MS);
  });
});

describe('What was to be renewed by now', () => {
  const fourDays = { thisUpdate: NOW, nextUpdate: NOW + 4 * DAY };

  it.each([
    [0, false],
    [2.9, false],
    [3, true],
    [4, true],
    // Over is over.
    [4.1, false],
  ])('after %d of four days: %s', (days, late) => expect(isLate(fourDays, 7 * DAY, NOW + days * DAY)).toBe(late));

  it('goes by the age cap where the issuer names no end', () => {
    const endless = { thisUpdate: NOW, nextUpdate: null };
    expect(isLate(endless, 4 * DAY, NOW + 3 * DAY)).toBe(true);
    expect(isLate(endless, 8 * DAY, NOW + 3 * DAY)).toBe(false);
  });

  it('is never so before the latest time that its renewal is planned for', () => {
    fc.assert(
      fc.property(window, chance, (each, random) => {
        const planned = nextFetchAt(each, never, rules, NOW, random);
        if (isLate(each, rules.maxAgeMs, NOW)) expect(planned).toBeLessThanOrEqual(NOW + 1);
      }),
    );
  });
});
