import { describe, expect, it } from 'vitest';
import { certificateByPath, DAY, NOW, ofType, Scene } from './scene.ts';

const R = 'Reader A';

/** Ada's card, below an intermediate and an anchor with so many days left. */
const below = (intermediate: number, anchor: number) =>
  certificateByPath('ada', {
    issuers: [
      { fingerprint: 'fp-issuing', name: 'Issuing', notAfter: NOW + intermediate * DAY },
      { fingerprint: 'fp-root', name: 'Root', notAfter: NOW + anchor * DAY },
    ],
  });

function signedIn(intermediate: number, anchor: number) {
  const scene = new Scene();
  scene.start(R);
  return { scene, ...scene.signIn(R, 'ada', below(intermediate, anchor)) };
}

describe('A certificate above the one that signs in', () => {
  it('is watched by the same ladder, be it an intermediate or the anchor', () => {
    expect(ofType(signedIn(40, 5).effects, 'issuer-ending')).toEqual([
      { type: 'issuer-ending', fingerprint: 'fp-issuing', name: 'Issuing', rung: 90, daysLeft: 40 },
      { type: 'issuer-ending', fingerprint: 'fp-root', name: 'Root', rung: 7, daysLeft: 5 },
    ]);
  });

  it.each([
    [91, 400, [], []],
    [31, 400, ['Issuing'], []],
    [30, 400, ['Issuing'], ['Trust_Ending']],
    [400, 90, ['Root'], []],
    [400, 1, ['Root'], ['Trust_Ending']],
    // Over is trouble, which the verdict tells.
    [-1, 400, [], []],
  ])('with %d and %d days left is told to IT: %j, and to the user: %j', (intermediate, anchor, forIt, forUser) => {
    const { effects } = signedIn(intermediate, anchor);
    expect(ofType(effects, 'issuer-ending').map(({ name }) => name)).toEqual(forIt);
    expect(ofType(effects, 'tell').map(({ code }) => code)).toEqual(forUser);
  });

  it('is not told of where its own card has longer to go, as if that one ended', () => {
    expect(ofType(signedIn(20, 20).effects, 'warn-of-expiry')).toEqual([]);
  });

  it('is told of once a login, however often the card is judged, and again in the next', () => {
    const { scene, insertion } = signedIn(20, 400);
    const judged = { type: 'certificate', reader: R, insertion, slot: '9A', shown: false } as const;
    expect(scene.happen({ ...judged, certificate: below(20, 400) })).toEqual([]);
    scene.pull(R, insertion);
    const next = scene.signIn(R, 'ada', below(20, 400)).effects;
    expect(ofType(next, 'issuer-ending')).toMatchObject([{ name: 'Issuing' }]);
    expect(ofType(next, 'tell')).toEqual([{ type: 'tell', code: 'Trust_Ending' }]);
  });

  it('is not told of before anybody has signed in', () => {
    const scene = new Scene();
    scene.start(R);
    const effects = scene.identify(R, scene.insert(R), 'ada', below(20, 20));
    expect(ofType(effects, 'issuer-ending')).toEqual([]);
    expect(ofType(effects, 'tell')).toEqual([]);
  });
});
