import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { cardFindings } from '../../../src/main/doctor/diagnosis.ts';
import { cardIdOf, certificate, policyWith, Scene } from '../agent/scene.ts';

const R = 'Reader A';

/** A card in its reader that has said who it is, and nothing more. */
function recognised(policy = DEFAULT_POLICY) {
  const scene = new Scene({ policy });
  scene.start(R);
  const to = { reader: R, insertion: scene.insert(R) };
  const cardId = cardIdOf('ada');
  scene.happen({ ...to, type: 'recognised', identity: { cardId, guid: cardId, fascn: null, expires: null } });
  return {
    scene,
    shows: (slot: '9A' | '9C', daysLeft: number) =>
      scene.happen({ ...to, type: 'certificate', slot, certificate: certificate('ada', daysLeft), shown: true }),
    ends: (failure: { code: 'malformed-answer'; what: string } | null) =>
      scene.happen({ ...to, type: 'read-finished', failure }),
    found: () => cardFindings(scene.state).find(({ check }) => check === 'certificate'),
  };
}

describe('what is found of the certificate', () => {
  it('is the days of the one that signs in, whatever the others have', () => {
    const card = recognised(policyWith({ certificates: { signInSlot: '9C' } }));
    card.shows('9A', 400);
    card.shows('9C', 20);
    card.ends(null);
    expect(card.found()).toMatchObject({ state: 'ok', detail: '20' });
  });

  it('is its own trouble, also while the card is signed in or has another one', () => {
    const { scene, found } = recognised();
    const { insertion } = scene.signIn(R, 'ada', 0.001);
    scene.pass(3_600_000);
    const expired = certificate('ada', -1);
    scene.happen({ type: 'certificate', reader: R, insertion, slot: '9A', certificate: expired, shown: true });
    scene.happen({ type: 'pin-status', reader: R, insertion, status: { state: 'blocked', triesLeft: 0 } });
    expect(found()).toMatchObject({ state: 'failed', code: 'Certificate_Expired' });
  });

  it('is never that it is accepted when only another one was read', () => {
    const card = recognised(policyWith({ certificates: { signInSlot: '9C' } }));
    card.shows('9A', 400);
    expect(card.found()).toMatchObject({ state: 'not-checked' });
  });

  it('is nothing while the card is being read', () => {
    expect(recognised().found()).toMatchObject({ state: 'not-checked', code: null });
  });

  it('is why it could not be read', () => {
    const card = recognised();
    for (let tries = 0; tries < 3; tries++) card.ends({ code: 'malformed-answer', what: 'certificate' });
    expect(card.found()).toMatchObject({ state: 'failed', code: 'Card_Malformed' });
  });
});
