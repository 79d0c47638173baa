import { describe, expect, it } from 'vitest';
import { REMOVAL_ACTIONS } from '../../../src/core/agent/policy-names.ts';
import { actionWhenPulled } from '../../../src/core/agent/removal.ts';
import { certificate, ofType, policyWith, Scene } from './scene.ts';

const R = 'Reader A';
const grace = (seconds: number) =>
  policyWith({ removal: { 'card-pulled': { action: 'lock', graceSeconds: seconds } } });

describe('taking an active card out', () => {
  it('locks in the same step when there is no grace', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    expect(scene.phase).toBe('active');
    expect(ofType(scene.pull(R, insertion), 'act')).toEqual([
      { type: 'act', decision: 1, action: 'lock', cause: 'card-pulled' },
    ]);
    expect(scene.phase).toBe('no-card');
  });

  it('does nothing when the card was never active', () => {
    const scene = new Scene();
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada');
    expect(scene.phase).toBe('awaiting-passcode');
    expect(scene.pull(R, insertion)).toEqual([]);
  });

  it('counts down and locks at the deadline, not before', () => {
    const scene = new Scene({ policy: grace(10) });
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    expect(ofType(scene.pull(R, insertion), 'act')).toEqual([]);
    expect(scene.phase).toBe('grace');
    expect(ofType(scene.pass(9_999), 'act')).toEqual([]);
    expect(ofType(scene.pass(1), 'act')).toHaveLength(1);
    expect(ofType(scene.pass(60_000), 'act')).toEqual([]);
  });

  it('goes on as the same login when the same card is back in time, in any reader', () => {
    const scene = new Scene({ policy: grace(10) });
    scene.start(R, 'Reader B');
    const { insertion } = scene.signIn(R, 'ada', 20);
    scene.pull(R, insertion);
    scene.pass(5_000);
    const back = scene.insert('Reader B');
    const effects = scene.identify('Reader B', back, 'ada', 20);
    expect(ofType(effects, 'settled')).toMatchObject([{ by: 'card-returned' }]);
    expect(ofType(effects, 'warn-of-expiry')).toEqual([]);
    expect(scene.phase).toBe('active');
    expect(ofType(scene.pass(60_000), 'act')).toEqual([]);
  });

  it('locks at once when another card comes in during the countdown', () => {
    const scene = new Scene({ policy: grace(10) });
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    const other = scene.insert(R);
    expect(ofType(scene.identify(R, other, 'bob'), 'act')).toMatchObject([{ action: 'lock' }]);
    expect(scene.phase).toBe('awaiting-passcode');
  });

  it('does not take a bystander that the restarted service tells of anew for another card', () => {
    const scene = new Scene();
    scene.start(R, 'Reader B');
    scene.signIn(R, 'ada');
    const idle = scene.insert('Reader B');
    scene.identify('Reader B', idle, 'bob');
    scene.happen({ type: 'service', state: 'stopped' });
    scene.start(R, 'Reader B');
    const bobAgain = scene.insert('Reader B');
    expect(ofType(scene.identify('Reader B', bobAgain, 'bob'), 'act')).toEqual([]);
    const adaAgain = scene.insert(R);
    expect(ofType(scene.identify(R, adaAgain, 'ada'), 'settled')).toMatchObject([{ by: 'card-returned' }]);
    expect(scene.phase).toBe('active');
  });

  describe('and a card that only says to be the same', () => {
    function clone() {
      const scene = new Scene({ policy: grace(10) });
      scene.start(R);
      const { insertion } = scene.signIn(R, 'ada');
      scene.pull(R, insertion);
      const copied = scene.insert(R);
      const to = { reader: R, insertion: copied };
      const cardId = scene.state.graces[0]?.session.cardId ?? '';
      scene.happen({ ...to, type: 'recognised', identity: { cardId, guid: null, fascn: null, expires: null } });
      return { scene, to };
    }
    const shown = (owner: string, by: boolean) =>
      ({ type: 'certificate', slot: '9A', certificate: certificate(owner, 400), shown: by }) as const;

    it('does not end the countdown by its identity, nor by what is remembered of the real card', () => {
      const { scene, to } = clone();
      expect(scene.phase).toBe('grace');
      scene.happen({ ...to, ...shown('ada', false) });
      expect(scene.phase).toBe('grace');
      scene.happen({ ...to, type: 'read-finished', failure: { code: 'card-mute' } });
      expect(ofType(scene.pass(10_000), 'act')).toHaveLength(1);
      expect(scene.phase).not.toBe('active');
    });

    it('locks at once when it shows another certificate', () => {
      const { scene, to } = clone();
      expect(ofType(scene.happen({ ...to, ...shown('mallory', true) }), 'act')).toHaveLength(1);
      expect(ofType(scene.pass(10_000), 'act')).toEqual([]);
    });

    it('stays signed in once it has shown the certificate that signed in', () => {
      const { scene, to } = clone();
      expect(ofType(scene.happen({ ...to, ...shown('ada', true) }), 'settled')).toMatchObject([
        { by: 'card-returned' },
      ]);
      expect(scene.phase).toBe('active');
    });
  });

  it('locks when an active card suddenly shows another certificate, and never ends the session in a screensaver', () => {
    const policy = policyWith({ removal: { 'card-pulled': { action: 'log-off', graceSeconds: 30 } } });
    const scene = new Scene({ policy });
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.happen({ type: 'screen', screen: 'screensaver' });
    const other = { type: 'certificate', slot: '9A', certificate: certificate('mallory', 400), shown: true } as const;
    const effects = scene.happen({ reader: R, insertion, ...other });
    expect(ofType(effects, 'act')).toMatchObject([{ action: 'lock' }]);
    expect(ofType(effects, 'settled')).toHaveLength(1);
    expect(scene.phase).not.toBe('active');
  });

  it('leaves a locked desktop alone', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.happen({ type: 'screen', screen: 'locked' });
    const effects = scene.pull(R, insertion);
    expect(ofType(effects, 'decided')).toMatchObject([{ decision: { plan: 'already-locked' } }]);
    expect(ofType(effects, 'act')).toEqual([]);
  });

  it('never ends the session during a screensaver, but locks it', () => {
    const scene = new Scene({
      policy: policyWith({ removal: { 'card-pulled': { action: 'log-off', graceSeconds: 0 } } }),
    });
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.happen({ type: 'screen', screen: 'screensaver' });
    expect(ofType(scene.pull(R, insertion), 'act')).toMatchObject([{ action: 'lock' }]);
  });

  it('stands back where the system locks by itself, and acts after all when it does not', () => {
    const scene = new Scene();
    scene.start(R);
    scene.happen({ type: 'removal-policy-of-system', removalPolicy: 'lock' });
    const first = scene.signIn(R, 'ada');
    expect(ofType(scene.pull(R, first.insertion), 'act')).toEqual([]);
    scene.happen({ type: 'screen', screen: 'locked' });
    expect(scene.state.graces).toEqual([]);
    scene.happen({ type: 'screen', screen: 'unlocked' });
    const second = scene.signIn(R, 'ada');
    scene.pull(R, second.insertion);
    expect(ofType(scene.pass(3_000), 'act')).toHaveLength(1);
  });

  it('tells loudly when the desktop could not be locked, until a lock works', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    const effects = scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: false });
    expect(effects).toEqual([{ type: 'tell', code: 'Lock_Failed' }]);
    expect(scene.state.failedAction).toMatchObject({ decision: 1, action: 'lock' });
    scene.happen({ type: 'screen', screen: 'locked' });
    expect(scene.state.failedAction).toBeNull();
  });

  it('tries a lock that failed again and again, until the desktop is locked or somebody signs in', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    const failed = () => scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: false });
    failed();
    for (const wait of [1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]) {
      expect(ofType(scene.pass(wait - 1), 'act')).toEqual([]);
      expect(ofType(scene.pass(1), 'act')).toMatchObject([{ action: 'lock', cause: 'lock-failed', decision: 1 }]);
      expect(failed()).toEqual([]);
    }
    scene.signIn(R, 'bob');
    expect(ofType(scene.pass(60_000), 'act')).toEqual([]);
  });

  it('sees a lock fall that came only after ours had failed', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: false });
    scene.happen({ type: 'screen', screen: 'locked' });
    expect(ofType(scene.happen({ type: 'screen', screen: 'unlocked' }), 'act')).toMatchObject([{ cause: 'lock-fell' }]);
  });

  it('sees a lock fall even when the fall is heard before its confirmation', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    scene.happen({ type: 'screen', screen: 'locked' });
    scene.happen({ type: 'screen', screen: 'unlocked' });
    const effects = scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: true });
    expect(ofType(effects, 'act')).toMatchObject([{ cause: 'lock-fell' }]);
  });
});

describe('an action that this desktop cannot do', () => {
  it('is told, and the desktop is locked instead', () => {
    const scene = new Scene({
      policy: policyWith({ removal: { 'card-pulled': { action: 'disconnect', graceSeconds: 0 } } }),
    });
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    const effects = scene.happen({ type: 'action-finished', decision: 1, action: 'disconnect', done: false });
    expect(effects).toMatchObject([
      { type: 'act', action: 'lock', cause: 'action-failed' },
      { type: 'tell', code: 'Action_Failed' },
    ]);
  });
});

describe('a lock', () => {
  it('that opens again at once is repeated, but not for ever, and never against a user', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.pull(R, insertion);
    const locked = () => {
      scene.happen({ type: 'screen', screen: 'locked' });
      scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: true });
    };
    const unlocked = () => ofType(scene.happen({ type: 'screen', screen: 'unlocked' }), 'act');
    locked();
    expect(unlocked()).toMatchObject([{ action: 'lock', cause: 'lock-fell' }]);
    locked();
    expect(unlocked()).toHaveLength(1);
    locked();
    expect(unlocked()).toEqual([]);
    locked();
    scene.pass(1_001);
    expect(unlocked()).toEqual([]);
  });
});

describe('the cause of a loss', () => {
  it.each([
    ['the service stopped', (s: Scene) => s.happen({ type: 'service', state: 'stopped' }), 'service-stopped'],
    ['the card process was lost', (s: Scene) => s.happen({ type: 'card-process-lost' }), 'card-process-lost'],
    ['the reader is no longer listed', (s: Scene) => s.happen({ type: 'readers', names: [] }), 'reader-unplugged'],
    [
      'another card is in without a removal',
      (s: Scene) => {
        s.insert(R);
        return s.effects;
      },
      'card-pulled',
    ],
  ])('%s', (_, loss, cause) => {
    const scene = new Scene();
    scene.start(R);
    scene.signIn(R, 'ada');
    expect(ofType(loss(scene), 'decided')).toMatchObject([{ decision: { cause } }]);
  });

  it('is the sleep, right after a wake-up', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    scene.happen({ type: 'resumed' });
    expect(ofType(scene.pull(R, insertion), 'decided')).toMatchObject([{ decision: { cause: 'resume' } }]);
  });

  it('is the dropped connection, for a reader of a remote session', () => {
    const scene = new Scene();
    scene.state = { ...scene.state, system: { ...scene.state.system, remote: true } };
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    const effects = scene.pull(R, insertion, 'reader-unplugged');
    expect(ofType(effects, 'decided')).toMatchObject([{ decision: { cause: 'remote-reader-dropped' } }]);
  });
});

describe('several cards', () => {
  it('are lost one by one, each with a decision of its own and one lock for those due together', () => {
    const both = { action: 'lock', graceSeconds: 5 } as const;
    const scene = new Scene({ policy: policyWith({ removal: { 'service-stopped': both } }) });
    scene.start(R, 'Reader B');
    scene.signIn(R, 'ada');
    scene.signIn('Reader B', 'bob');
    expect(ofType(scene.happen({ type: 'service', state: 'stopped' }), 'decided')).toHaveLength(2);
    const effects = scene.pass(5_000);
    expect(ofType(effects, 'act')).toHaveLength(1);
    expect(ofType(effects, 'settled')).toHaveLength(2);
  });
});

describe('an unattended card', () => {
  const policy = policyWith({ unattended: { remindAfterSeconds: 60, actAfterSeconds: 30 } });

  it('is reminded of, then locked, and wants its passcode again', () => {
    const scene = new Scene({ policy });
    scene.start(R);
    scene.signIn(R, 'ada');
    expect(scene.happen({ type: 'user-idle' })).toEqual([{ type: 'tell', code: 'Card_Unattended' }]);
    expect(ofType(scene.pass(29_999), 'act')).toEqual([]);
    expect(ofType(scene.pass(1), 'act')).toMatchObject([{ action: 'lock', cause: 'unattended' }]);
    expect(scene.phase).toBe('awaiting-passcode');
  });

  it('is forgotten about when the user comes back in time', () => {
    const scene = new Scene({ policy });
    scene.start(R);
    scene.signIn(R, 'ada');
    scene.happen({ type: 'user-idle' });
    scene.happen({ type: 'user-active' });
    expect(ofType(scene.pass(60_000), 'act')).toEqual([]);
    expect(scene.phase).toBe('active');
  });

  it('is noticed also when it was put in on a desktop that nobody touches: the time counts from then', () => {
    const scene = new Scene({ policy });
    scene.start(R);
    // Idle long before the card: this desktop's clock will not tell again.
    expect(scene.happen({ type: 'user-idle' })).toEqual([]);
    scene.signIn(R, 'ada');
    expect(ofType(scene.pass(59_999), 'tell')).toEqual([]);
    expect(ofType(scene.pass(1), 'tell')).toEqual([{ type: 'tell', code: 'Card_Unattended' }]);
    expect(ofType(scene.pass(30_000), 'act')).toMatchObject([{ action: 'lock', cause: 'unattended' }]);
  });

  it('is not, when somebody touched the desktop after it was put in', () => {
    const scene = new Scene({ policy });
    scene.start(R);
    scene.happen({ type: 'user-idle' });
    scene.signIn(R, 'ada');
    scene.happen({ type: 'user-active' });
    expect(ofType(scene.pass(600_000), 'tell')).toEqual([]);
    expect(scene.phase).toBe('active');
  });
});

describe('the end of the agent', () => {
  it('locks at once for every countdown, whatever was to happen at its end', () => {
    const logOff = policyWith({ removal: { 'card-pulled': { action: 'log-off', graceSeconds: 30 } } });
    const scene = new Scene({ policy: logOff });
    scene.start(R, 'Reader B');
    const ada = scene.signIn(R, 'ada');
    const ben = scene.signIn('Reader B', 'ben');
    scene.pull(R, ada.insertion);
    scene.pull('Reader B', ben.insertion);
    const effects = scene.happen({ type: 'ending' });
    expect(ofType(effects, 'act')).toMatchObject([{ action: 'lock' }]);
    expect(ofType(effects, 'settled')).toMatchObject([
      { decision: 1, by: 'acted', trigger: 'agent-ending' },
      { decision: 2, by: 'acted', trigger: 'agent-ending' },
    ]);
    expect(scene.state.graces).toEqual([]);
  });

  it('tries a lock that failed once more', () => {
    const scene = new Scene();
    scene.start(R);
    scene.pull(R, scene.signIn(R, 'ada').insertion);
    scene.happen({ type: 'action-finished', decision: 1, action: 'lock', done: false });
    expect(ofType(scene.happen({ type: 'ending' }), 'act')).toMatchObject([{ action: 'lock', cause: 'lock-failed' }]);
  });

  it('does nothing to a desktop that nobody has left', () => {
    const scene = new Scene();
    scene.start(R);
    scene.signIn(R, 'ada');
    expect(scene.happen({ type: 'ending' })).toEqual([]);
  });
});

describe('what a user is told of taking the card out', () => {
  it.each(REMOVAL_ACTIONS)('is what the policy does: %s', (action) => {
    const scene = new Scene({ policy: policyWith({ removal: { 'card-pulled': { action, graceSeconds: 0 } } }) });
    expect(actionWhenPulled(scene.state)).toBe(action);
  });

  it.each([
    ['log-off', 'log-off'],
    ['disconnect', 'disconnect'],
    ['screensaver', 'lock'],
    ['none', 'close-apps'],
    ['unknown', 'close-apps'],
  ] as const)('is what the system does where it comes first: %s', (removalPolicy, told) => {
    const removal = { deferToSystem: true, 'card-pulled': { action: 'close-apps', graceSeconds: 0 } } as const;
    const scene = new Scene({ policy: policyWith({ removal }) });
    scene.happen({ type: 'removal-policy-of-system', removalPolicy });
    expect(actionWhenPulled(scene.state)).toBe(told);
  });

  it('is never that the desktop locks where the policy leaves it open', () => {
    const removal = { deferToSystem: true, 'card-pulled': { action: 'nothing', graceSeconds: 0 } } as const;
    const scene = new Scene({ policy: policyWith({ removal }) });
    scene.happen({ type: 'removal-policy-of-system', removalPolicy: 'lock' });
    expect(actionWhenPulled(scene.state)).toBe('nothing');
  });
});
