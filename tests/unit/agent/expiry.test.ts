import { describe, expect, it } from 'vitest';
import { daysLeft, rungFor } from '../../../src/core/agent/expiry.ts';
import { certificate as certificateOf, DAY, NOW, ofType, Scene } from './scene.ts';

const R = 'Reader A';
const LADDER = [90, 30, 14, 7, 1];

describe('the ladder', () => {
  it.each([
    [91, null],
    [90, 90],
    [31, 90],
    [30, 30],
    [14, 14],
    [8, 14],
    [7, 7],
    [1, 1],
    [0.5, 1],
    [-0.1, null],
  ])('%d days before expiry: rung %s', (days, rung) => expect(rungFor(NOW + days * DAY, NOW, LADDER)).toBe(rung));

  it('counts whole days', () => {
    expect(daysLeft(NOW + 2 * DAY - 1, NOW)).toBe(1);
    expect(daysLeft(NOW + 2 * DAY, NOW)).toBe(2);
  });
});

describe('the warning', () => {
  it('comes once a login, and again at the next one', () => {
    const scene = new Scene();
    scene.start(R);
    const first = scene.signIn(R, 'ada', 40);
    expect(ofType(first.effects, 'warn-of-expiry')).toMatchObject([{ slot: '9A', rung: 90, daysLeft: 40 }]);
    scene.pull(R, first.insertion);
    expect(ofType(scene.signIn(R, 'ada', 40).effects, 'warn-of-expiry')).toHaveLength(1);
  });

  it('does not come for a certificate with longer to go', () => {
    const scene = new Scene();
    scene.start(R);
    expect(ofType(scene.signIn(R, 'ada', 100).effects, 'warn-of-expiry')).toEqual([]);
  });

  it('is not repeated when the agent restarts within the login', () => {
    const before = new Scene();
    before.start(R);
    const insertion = before.insert(R, 7);
    before.identify(R, insertion, 'ada', 5);
    before.submit(R);
    expect(ofType(before.accept(R, insertion), 'warn-of-expiry')).toHaveLength(1);

    const restart = (bootId: string) => {
      const scene = new Scene({ alerts: before.state.alerts, bootId });
      scene.start(R);
      const again = scene.insert(R, 7);
      scene.identify(R, again, 'ada', 5);
      scene.submit(R);
      return ofType(scene.accept(R, again), 'warn-of-expiry');
    };
    expect(restart('boot-1')).toEqual([]);
    expect(restart('boot-2')).toHaveLength(1);
  });

  it('is neither lost nor repeated when the clock is turned', () => {
    const scene = new Scene();
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada', 20);
    scene.submit(R);
    expect(ofType(scene.accept(R, insertion), 'warn-of-expiry')).toHaveLength(1);
    scene.setClock(NOW - 300 * DAY);
    expect(ofType(scene.identify(R, insertion, 'ada', 20), 'warn-of-expiry')).toEqual([]);
    scene.setClock(NOW + 300 * DAY);
    expect(ofType(scene.pass(1), 'warn-of-expiry')).toEqual([]);
  });

  it('also comes for a certificate that is read after the passcode was accepted', () => {
    const scene = new Scene();
    scene.start(R);
    const { insertion } = scene.signIn(R, 'ada');
    const signing = { type: 'certificate', slot: '9C', reader: R, insertion, shown: true } as const;
    const late = scene.happen({ ...signing, certificate: certificateOf('ada-signing', 3) });
    expect(ofType(late, 'warn-of-expiry')).toMatchObject([{ slot: '9C', rung: 7 }]);
    expect(
      ofType(scene.happen({ ...signing, certificate: certificateOf('ada-signing', 3) }), 'warn-of-expiry'),
    ).toEqual([]);
  });

  it('gives way to trouble once the certificate has expired: it is judged anew at that moment', () => {
    const scene = new Scene();
    scene.start(R);
    const insertion = scene.insert(R);
    scene.identify(R, insertion, 'ada', 1);
    expect(ofType(scene.pass(DAY), 'judge')).toEqual([]);
    expect(ofType(scene.pass(1), 'judge')).toEqual([{ type: 'judge', reader: R, insertion, slot: '9A' }]);
    expect(ofType(scene.pass(1), 'judge')).toEqual([]);
  });
});
