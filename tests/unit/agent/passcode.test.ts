import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkForChoosing, checkForVerifying } from '../../../src/core/agent/passcode-policy.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { snapshotOf } from '../../../src/core/agent/status.ts';
import { ofType, policyWith, Scene } from './scene.ts';

const R = 'Reader A';
const bytes = (text: string) => new TextEncoder().encode(text);
const choosing = (text: string, old: string | null = null) =>
  checkForChoosing(bytes(text), old === null ? null : bytes(old), DEFAULT_POLICY.passcode);

describe('a passcode that is tried', () => {
  it.each([
    ['1234', null],
    ['Ab3456', null],
    ['12345678', null],
    ['123', 'too-short'],
    ['123456789', 'too-long'],
    ['12 456', 'bad-characters'],
    ['', 'too-short'],
  ])('%j: %s', (text, problem) => expect(checkForVerifying(bytes(text))).toBe(problem));
});

describe('a passcode that is chosen', () => {
  it.each([
    ['294617', null],
    ['29461', 'too-short'],
    ['294617350', 'too-long'],
    ['29461a', 'digits-only'],
    ['111111', 'too-simple'],
    ['121212', 'too-simple'],
    ['123123', 'too-simple'],
    ['123456', 'too-simple'],
    ['890123', 'too-simple'],
    ['654321', 'too-simple'],
    ['198443', 'has-year'],
    ['552003', 'has-year'],
  ])('%j: %s', (text, problem) => expect(choosing(text)).toBe(problem));

  it('is not the old one', () => expect(choosing('294617', '294617')).toBe('same-as-old'));

  it('is accepted only within the length the policy allows, whatever the digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{0,12}$/), (text) => {
        const right = text.length >= 6 && text.length <= 8;
        const problem = choosing(text);
        expect(problem === 'too-short' || problem === 'too-long').toBe(!right);
      }),
    );
  });
});

describe('before the card sees a try', () => {
  function ready(policy = DEFAULT_POLICY) {
    const scene = new Scene({ policy });
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada');
    return { scene, insertion };
  }

  it('an impossible passcode is refused and costs nothing', () => {
    const { scene } = ready();
    const effects = scene.happen({
      type: 'attempt',
      attempt: 1,
      kind: 'verify',
      reader: R,
      cardId: null,
      problem: 'Passcode_NotAccepted',
      lastTry: false,
    });
    expect(effects).toEqual([{ type: 'answer', attempt: 1, result: { ok: false, code: 'Passcode_NotAccepted' } }]);
  });

  it('a blocked card is not asked', () => {
    const { scene, insertion } = ready();
    scene.happen({ reader: R, insertion, type: 'pin-status', status: { state: 'blocked', triesLeft: 0 } });
    expect(scene.phase).toBe('blocked');
    expect(ofType(scene.submit(R), 'answer')).toMatchObject([{ result: { code: 'Passcode_Blocked' } }]);
  });

  it('a second request waits for the first', () => {
    const { scene } = ready();
    scene.submit(R);
    expect(scene.phase).toBe('checking');
    expect(ofType(scene.submit(R), 'answer')).toMatchObject([{ result: { code: 'Attempt_InProgress' } }]);
  });

  it('the last try is allowed only when the user said so and the policy asks', () => {
    expect(ofType(ready().scene.submit(R), 'operate')).toMatchObject([{ lastTry: 'refuse' }]);
    expect(ofType(ready().scene.submit(R, { lastTry: true }), 'operate')).toMatchObject([{ lastTry: 'allow' }]);
    const strict = ready(policyWith({ passcode: { lastTry: 'refuse' } }));
    expect(ofType(strict.scene.submit(R, { lastTry: true }), 'operate')).toMatchObject([{ lastTry: 'refuse' }]);
  });

  it('an expired certificate is told, and no session begins', () => {
    const scene = new Scene();
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada', -1);
    expect(scene.phase).toBe('certificate-trouble');
    expect(ofType(scene.submit(R), 'answer')).toMatchObject([{ result: { code: 'Certificate_Expired' } }]);
  });

  it('an attempt whose card is pulled is answered once, and its late outcome speaks for nobody', () => {
    const { scene, insertion } = ready();
    scene.submit(R);
    expect(ofType(scene.pull(R, insertion), 'answer')).toMatchObject([
      { result: { ok: false, failure: { code: 'card-removed' } } },
    ]);
    expect(scene.accept(R, insertion)).toEqual([]);
    const next = scene.insert(R);
    scene.identify(R, next, 'bob');
    expect(scene.accept(R, insertion)).toEqual([]);
    expect(scene.phase).toBe('awaiting-passcode');
  });
});

describe('a wrong passcode', () => {
  it('is told with the tries that are left, and the last one blocks', () => {
    const scene = new Scene();
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada');
    scene.submit(R);
    const wrong = (triesLeft: number, attempt: number) =>
      scene.happen({
        reader: R,
        insertion,
        type: 'attempt-finished',
        attempt,
        possession: 'not-asked',
        outcome: { ok: false, failure: { code: 'wrong-pin', triesLeft } },
      });
    wrong(2, 1);
    expect(scene.phase).toBe('awaiting-passcode');
    scene.submit(R);
    wrong(0, 2);
    expect(scene.phase).toBe('blocked');
  });
});

describe('a card that begins its session by insertion', () => {
  it('is active as soon as its certificate is accepted, with no passcode asked', () => {
    const scene = new Scene({ policy: policyWith({ session: { begins: 'insertion' } }) });
    scene.start(R);
    const insertion = scene.insert(R);
    expect(ofType(scene.identify(R, insertion, 'ada'), 'session-began')).toHaveLength(1);
    expect(scene.phase).toBe('active');
  });
});

describe('a certificate in trouble', () => {
  const expired = (requireValidCertificate: boolean) => {
    const scene = new Scene({ policy: policyWith({ session: { requireValidCertificate } }) });
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada', -1);
    return { scene, insertion, trouble: snapshotOf(scene.state).readers[0]?.card?.trouble };
  };

  it('stands in the way of the passcode', () => {
    const { scene, trouble } = expired(true);
    expect([scene.phase, trouble]).toEqual(['certificate-trouble', 'Certificate_Expired']);
    expect(ofType(scene.submit(R), 'answer')).toMatchObject([{ result: { code: 'Certificate_Expired' } }]);
  });

  it('does not where the policy lets it pass: the passcode is asked for, and the trouble told', () => {
    const { scene, insertion, trouble } = expired(false);
    expect([scene.phase, trouble]).toEqual(['awaiting-passcode', 'Certificate_Expired']);
    expect(ofType(scene.submit(R), 'operate')).toHaveLength(1);
    scene.accept(R, insertion);
    expect(scene.phase).toBe('active');
  });
});
