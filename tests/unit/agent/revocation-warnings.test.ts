import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunningOut, revocationWarningsOver } from '../../../src/core/agent/revocation-warnings.ts';
import type { Revocation } from '../../../src/core/pki/verdict.ts';
import { certificateByPath, DAY, NOW, ofType, policyWith, Scene } from './scene.ts';

const R = 'Reader A';
const HOUR = 3_600_000;

const known = (revocation: Revocation) => certificateByPath('ada', { revocation });
const good = (until: number) => known({ state: 'good', asOf: NOW - DAY, until });
const stale = (until: number) => known({ state: 'stale', asOf: until - DAY, until, ageSeconds: 90_000 });

/** A list of a week that ends in so many hours. */
const list = (hoursLeft: number): RunningOut => ({
  kind: 'crl',
  host: 'crl.example',
  from: NOW + hoursLeft * HOUR - 7 * DAY,
  until: NOW + hoursLeft * HOUR,
  fault: 'unreachable',
});

function scene(revocation: object = {}) {
  const made = new Scene({ policy: policyWith({ revocation }) });
  made.start(R);
  return made;
}
const runsOut = (at: Scene, ...sources: RunningOut[]) => at.happen({ type: 'revocation-running-out', sources });
const judgedAgain = (at: Scene, insertion: string, certificate: ReturnType<typeof good>) =>
  at.happen({ type: 'certificate', reader: R, insertion, slot: '9A', certificate, shown: false });

describe('Revocation data that runs out', () => {
  it('is told to IT once for each source and window, though it comes and goes', () => {
    const agent = scene();
    expect(runsOut(agent, list(40))).toEqual([{ type: 'revocation-running-out', ...list(40) }]);
    expect(runsOut(agent, { ...list(40), fault: 'timed-out' })).toEqual([]);
    expect(runsOut(agent)).toEqual([]);
    expect(runsOut(agent, list(40))).toEqual([]);
    const another = { ...list(40), host: 'other.example' };
    expect(runsOut(agent, list(40), another)).toEqual([{ type: 'revocation-running-out', ...another }]);
    expect(runsOut(agent, list(50))).toMatchObject([{ until: NOW + 50 * HOUR }]);
  });

  it('is not remembered for longer than its window', () => {
    const agent = scene();
    runsOut(agent, list(1));
    agent.pass(2 * HOUR);
    runsOut(agent);
    expect(agent.state.revocation).toEqual({ runningOut: [], told: [] });
  });

  it.each([
    [40, []],
    [17, []],
    // A tenth of a week is 16.8 hours.
    [16, [{ type: 'tell', code: 'Revocation_RunningOut', until: NOW + 16 * HOUR }]],
    [1, [{ type: 'tell', code: 'Revocation_RunningOut', until: NOW + HOUR }]],
  ])('and has %d hours left is told to whoever signs in by it: %j', (hours, told) => {
    const agent = scene();
    runsOut(agent, list(hours));
    expect(ofType(agent.signIn(R, 'ada', good(NOW + hours * HOUR)).effects, 'tell')).toEqual(told);
  });

  it('of a short window is told from two hours on', () => {
    const agent = scene();
    runsOut(agent, { ...list(1.9), from: NOW - 6 * HOUR });
    expect(ofType(agent.signIn(R, 'ada', good(NOW + 1.9 * HOUR)).effects, 'tell')).toHaveLength(1);
  });

  it('is told to whoever has signed in before it was known, once a login', () => {
    const agent = scene();
    const { insertion, effects } = agent.signIn(R, 'ada', good(NOW + HOUR));
    expect(ofType(effects, 'tell')).toEqual([]);
    expect(ofType(runsOut(agent, list(1)), 'tell')).toMatchObject([{ code: 'Revocation_RunningOut' }]);
    expect(runsOut(agent, { ...list(1), fault: 'timed-out' })).toEqual([]);
    expect(judgedAgain(agent, insertion, good(NOW + HOUR))).toEqual([]);
    agent.pull(R, insertion);
    expect(ofType(agent.signIn(R, 'ada', good(NOW + HOUR)).effects, 'tell')).toHaveLength(1);
  });

  it('is told to nobody who does not sign in by it: the word rests on something else, or fetching works again', () => {
    const agent = scene();
    runsOut(agent, list(1));
    const first = agent.signIn(R, 'ada', good(NOW + 5 * HOUR));
    expect(ofType(first.effects, 'tell')).toEqual([]);
    agent.pull(R, first.insertion);
    runsOut(agent);
    expect(ofType(agent.signIn(R, 'ada', good(NOW + HOUR)).effects, 'tell')).toEqual([]);
  });

  it.each([[{ mode: 'when-known' }], [{ graceHours: 24 }]])(
    'is told to no user who will not be refused: %j',
    (policy) => {
      const agent = scene(policy);
      expect(runsOut(agent, list(1))).toHaveLength(1);
      expect(ofType(agent.signIn(R, 'ada', good(NOW + HOUR)).effects, 'tell')).toEqual([]);
    },
  );
});

describe('A card that passes by grace', () => {
  const inGrace = { graceHours: 24 };
  const until = NOW - 2 * HOUR + 24 * HOUR;

  it('has its user told until when, once a login', () => {
    const agent = scene(inGrace);
    const { insertion, effects } = agent.signIn(R, 'ada', stale(NOW - 2 * HOUR));
    expect(ofType(effects, 'tell')).toEqual([{ type: 'tell', code: 'Revocation_InGrace', until }]);
    expect(judgedAgain(agent, insertion, stale(NOW - 2 * HOUR))).toEqual([]);
    agent.pull(R, insertion);
    expect(ofType(agent.signIn(R, 'ada', stale(NOW - 2 * HOUR)).effects, 'tell')).toHaveLength(1);
  });

  it('within a login that began before has its user told too', () => {
    const agent = scene(inGrace);
    const { insertion } = agent.signIn(R, 'ada', good(NOW + HOUR));
    expect(judgedAgain(agent, insertion, stale(NOW - 2 * HOUR))).toMatchObject([{ code: 'Revocation_InGrace', until }]);
  });

  it('is not told of before anybody has signed in, nor when the card is refused or revocation need not be known', () => {
    const agent = scene(inGrace);
    const insertion = agent.insert(R);
    expect(ofType(agent.identify(R, insertion, 'ada', stale(NOW - 2 * HOUR)), 'tell')).toEqual([]);
    const { facts, verdict } = stale(NOW - 30 * HOUR);
    const over = { facts, verdict: { ...verdict, verdict: 'refused', reasons: ['revocation-stale'] } as const };
    expect(ofType(agent.identify(R, insertion, 'ada', over), 'tell')).toEqual([]);
    const relaxed = scene({ mode: 'when-known' });
    expect(ofType(relaxed.signIn(R, 'ada', stale(NOW - 2 * HOUR)).effects, 'tell')).toEqual([]);
  });

  it('is spoken of until it could be checked after all, or has gone', () => {
    const BOTH = ['Revocation_InGrace', 'Revocation_RunningOut'];
    const agent = scene(inGrace);
    expect(revocationWarningsOver(agent.state)).toEqual(BOTH);
    const { insertion } = agent.signIn(R, 'ada', stale(NOW - 2 * HOUR));
    expect(revocationWarningsOver(agent.state)).toEqual(['Revocation_RunningOut']);
    judgedAgain(agent, insertion, good(NOW + 9 * DAY));
    expect(revocationWarningsOver(agent.state)).toEqual(BOTH);
    judgedAgain(agent, insertion, stale(NOW - 2 * HOUR));
    agent.pull(R, insertion);
    expect(revocationWarningsOver(agent.state)).toEqual(BOTH);
  });

  it('is spoken of while its card is waited for: it comes back to the same login', () => {
    const policy = policyWith({
      revocation: inGrace,
      removal: { 'card-pulled': { action: 'lock', graceSeconds: 30 } },
    });
    const agent = new Scene({ policy });
    agent.start(R);
    const { insertion } = agent.signIn(R, 'ada', stale(NOW - 2 * HOUR));
    agent.pull(R, insertion);
    expect(revocationWarningsOver(agent.state)).toEqual([]);
    const back = agent.identify(R, agent.insert(R), 'ada', stale(NOW - 2 * HOUR));
    expect(ofType(back, 'session-began')).toHaveLength(1);
    expect(ofType(back, 'tell')).toEqual([]);
  });
});

describe('In whatever order things happen', () => {
  const hours = fc.integer({ min: -30, max: 60 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('sign-in' as const), hours }),
    fc.record({ kind: fc.constant('judged' as const), hours }),
    fc.record({ kind: fc.constant('sources' as const), all: fc.array(hours, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('pull' as const) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 20 * HOUR }) }),
  );

  it.each([0, 24])('with %d hours of grace a user is told once a login, and IT once for each window', (graceHours) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const agent = scene({ graceHours });
        let insertion: string | null = null;
        const told = new Set<string>();
        const heard = new Set<number>();
        const word = (at: number) => (at * HOUR + NOW > agent.clock.wall ? good : stale)(NOW + at * HOUR);
        for (const each of steps) {
          const before = agent.effects.length;
          if (each.kind === 'sign-in' && insertion === null) {
            told.clear();
            insertion = agent.signIn(R, 'ada', word(each.hours)).insertion;
          } else if (each.kind === 'judged' && insertion !== null) judgedAgain(agent, insertion, word(each.hours));
          else if (each.kind === 'sources') runsOut(agent, ...all(each.all, agent.clock.wall));
          else if (each.kind === 'pass') agent.pass(each.ms);
          else if (each.kind === 'pull' && insertion !== null) {
            agent.pull(R, insertion);
            insertion = null;
          }
          const effects = agent.effects.slice(before);
          for (const { code, until } of ofType(effects, 'tell')) {
            expect(insertion, 'somebody has signed in').not.toBeNull();
            expect(told.has(code)).toBe(false);
            told.add(code);
            if (code === 'Revocation_RunningOut') expect(until).toBeGreaterThan(agent.clock.wall);
          }
          for (const { until } of ofType(effects, 'revocation-running-out')) {
            expect(heard.has(until)).toBe(false);
            heard.add(until);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  /** As the keeper tells them: each once, and none that is over. */
  const all = (ends: readonly number[], now: number) =>
    [...new Set(ends)].map(list).filter(({ until }) => until >= now);
});
