import { describe, expect, test } from 'vitest';
import type { CardView } from '../../src/core/contract/view.ts';
import { AUTHENTICATORS, JOURNEYS } from '../../src/core/language/journey-names.ts';
import { journeysForNow } from '../../src/core/services/for-you-now.ts';
import { JOURNEY_GROUPS, JOURNEY_OF } from '../../src/core/services/journeys.ts';
import { renewalOf } from '../../src/core/services/renewal.ts';

const DAY_MS = 86_400_000;
const TODAY = Date.UTC(2027, 2, 3, 9);

const card = (...days: number[]): Pick<CardView, 'certificates'> => ({
  certificates: days.map((daysLeft) => ({
    slot: '9A',
    holder: null,
    issuer: null,
    verdict: 'accepted',
    reasons: [],
    judgedBy: 'dates',
    revocation: { state: 'unknown', asOf: null },
    notAfter: TODAY + daysLeft * DAY_MS,
    daysLeft,
  })),
});

describe('every journey', () => {
  test('is listed once: with the services, or on the page of its parent', () => {
    const listed = [...Object.values(JOURNEY_GROUPS).flat(), ...AUTHENTICATORS];
    expect(listed.toSorted()).toEqual([...JOURNEYS].toSorted());
  });

  test('of an authenticator goes back to the list of them', () => {
    for (const journey of JOURNEYS) {
      const isAuthenticator = AUTHENTICATORS.some((each) => each === journey);
      expect(JOURNEY_OF[journey].parent, journey).toBe(isAuthenticator ? 'other-authenticators' : null);
    }
  });
});

describe('renewing a card', () => {
  test('is possible from the first day of the window to the last', () => {
    expect(renewalOf(card(90), false, 90)).toMatchObject({ state: 'now', daysLeft: 90 });
    expect(renewalOf(card(0), false, 90)).toMatchObject({ state: 'now', daysLeft: 0 });
  });

  test('is not possible before, and it says from when', () => {
    expect(renewalOf(card(91), false, 90)).toEqual({
      state: 'not-yet',
      notAfter: TODAY + 91 * DAY_MS,
      from: TODAY + DAY_MS,
    });
  });

  test('is not possible after the end: then only an RA can help, blocked or not', () => {
    expect(renewalOf(card(-1), false, 90)).toMatchObject({ state: 'expired' });
    expect(renewalOf(card(-1), true, 90)).toMatchObject({ state: 'expired' });
  });

  test('needs an unblocked card', () => {
    expect(renewalOf(card(20), true, 90)).toEqual({ state: 'blocked' });
  });

  test('goes by the certificate that ends first', () => {
    expect(renewalOf(card(400, 12, 300), false, 90)).toMatchObject({ state: 'now', daysLeft: 12 });
  });

  test('is unknown while the card has told no dates, and no question without a card', () => {
    expect(renewalOf(card(), false, 90)).toEqual({ state: 'unknown' });
    expect(renewalOf(null, false, 90)).toEqual({ state: 'no-card' });
  });
});

describe('what makes sense now', () => {
  const far = renewalOf(card(400), false, 90);
  const near = renewalOf(card(20), false, 90);
  const over = renewalOf(card(-2), false, 90);

  test('for a blocked card is unlocking it', () => {
    expect(journeysForNow('blocked', renewalOf(card(400), true, 90))).toEqual(['unlock']);
  });

  test('for a card that runs out is renewing it, first of all', () => {
    expect(journeysForNow('active', near)[0]).toBe('renew');
    expect(journeysForNow('awaiting-passcode', near)[0]).toBe('renew');
    expect(journeysForNow('active', far)).not.toContain('renew');
  });

  test('for a card that has run out is reading who renews it', () => {
    expect(journeysForNow('certificate-trouble', over)).toEqual(['renew']);
  });

  test('without a card is having lost it, or signing in another way', () => {
    expect(journeysForNow(null, { state: 'no-card' })).toEqual(['lost-card', 'other-authenticators']);
  });
});
