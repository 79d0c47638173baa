import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  atTime,
  beginJourney,
  expectsProof,
  giveChallenge,
  JOURNEY_MS,
  type Journey,
  takeProof,
  takeReport,
  tryCode,
} from '../../../services/card-desk/src/journey/journey.ts';
import type { CodeChange, PukState } from '../../../services/card-desk/src/journey/unblocking.ts';
import type { AttemptResult } from '../../../src/core/contract/card-desk/shapes.ts';

const SETTLED: PukState = { condition: 'settled', triesLeft: null };

describe('a journey', () => {
  test('lives 15 minutes from its start, whatever happens in it', () => {
    const begun = beginJourney('self-service', 1000);
    const { journey } = tryCode(begun, true, 1000 + JOURNEY_MS - 1);
    expect(journey.phase).toBe('card');
    expect(atTime(journey, 1000 + JOURNEY_MS)).toMatchObject({ phase: 'failed', failure: 'expired' });
    expect(giveChallenge(journey, 1000 + JOURNEY_MS)).toMatchObject({ refusal: 'over' });
  });

  test('a challenge does not outlive it', () => {
    const { journey } = tryCode(beginJourney('self-service', 0), true, 0);
    const late = giveChallenge(journey, JOURNEY_MS - 1000);
    expect(late.journey.challenge).toEqual({ until: JOURNEY_MS });
    expect(expectsProof(late.journey, JOURNEY_MS)).toMatchObject({ refusal: 'over' });
  });

  test('gives eight challenges and no more', () => {
    let journey = beginJourney('assisted', 0);
    for (let i = 0; i < 8; i++) journey = giveChallenge(journey, 0).journey;
    expect(giveChallenge(journey, 0)).toMatchObject({ refusal: 'over', journey: { failure: 'card-not-proven' } });
  });
});

/**
 * The desk and a card, played against each other in any order, with agents that die anywhere. The card knows one PUK; the
 * desk has the current and the next one and does to them what the pure part says.
 */
type World = {
  journey: Journey;
  puk: PukState;
  current: number;
  next: number | null;
  drawn: number;
  card: { puk: number; tries: number; full: number; pinSet: boolean };
  now: number;
  wrong: number;
};

type Deed =
  | {
      kind: 'attempt';
      dies: 'no' | 'before' | 'after-reset' | 'after-change' | 'answer-lost' | 'before-told' | 'after-reset-told';
      untouched: boolean;
    }
  | { kind: 'new-journey' }
  | { kind: 'wait'; minutes: number };

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('attempt' as const),
      dies: fc.constantFrom(
        'no',
        'before',
        'after-reset',
        'after-change',
        'answer-lost',
        'before-told',
        'after-reset-told',
      ),
      untouched: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'new-journey' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 20 }) }) },
);

function change(world: World, codes: CodeChange): void {
  const draw = () => {
    world.drawn += 1;
    world.next = world.drawn;
  };
  const promote = () => {
    if (world.next === null) throw new Error('promoted nothing');
    world.current = world.next;
    world.next = null;
  };
  if (codes === 'draw') draw();
  if (codes === 'forget-next' || codes === 'drop-next') world.next = null;
  if (codes === 'swap') {
    if (world.next === null) throw new Error('swapped with nothing');
    [world.current, world.next] = [world.next, world.current];
  }
  if (codes === 'promote' || codes === 'promote-and-draw') promote();
  if (codes === 'promote-and-draw') draw();
}

function fresh(world: World): void {
  world.journey = tryCode(beginJourney('self-service', world.now), true, world.now).journey;
}

/** The agent does what it was released, and tells it unless it dies. */
function attempt(world: World, deed: Extract<Deed, { kind: 'attempt' }>): void {
  const { journey: asked, refusal } = giveChallenge(world.journey, world.now);
  world.journey = asked;
  if (refusal !== null) return;
  const proven = takeProof(asked, true, world.puk, world.now);
  world.journey = proven.journey;
  world.puk = proven.puk;
  change(world, proven.codes);
  let { release } = proven;
  while (release !== null) {
    const { mode, number } = release;
    if (deed.dies === 'before') return;
    const unknown = () => {
      const said = takeReport(world.journey, { number, result: 'not-known', triesLeft: null }, world.puk, world.now);
      world.journey = said.journey;
      world.puk = said.puk;
      change(world, said.codes);
    };
    // Where the code is only changed the passcode is set already, and that is what is told.
    if (deed.dies === 'before-told' && mode !== 'change') {
      unknown();
      return;
    }
    const puk = mode === 'probe' ? world.next : world.current;
    const next = mode === 'probe' ? null : world.next;
    let result: AttemptResult | null = null;
    if (deed.untouched && mode !== 'change') result = 'untouched';
    if (result === null && mode !== 'change') {
      expect(world.card.tries, 'the last try is never made').toBeGreaterThan(1);
      if (puk !== world.card.puk) {
        world.card.tries -= 1;
        world.wrong += 1;
        result = 'wrong';
      } else {
        world.card.tries = world.card.full;
        world.card.pinSet = true;
      }
      if (deed.dies === 'after-reset') return;
      // Set, and blocked again before anybody looked; or wrong.
      if (deed.dies === 'after-reset-told') {
        unknown();
        return;
      }
    }
    if (result === null && next !== null) {
      expect(puk, 'a change is asked for with the true code').toBe(world.card.puk);
      world.card.puk = next;
      if (deed.dies === 'after-change') return;
      result = 'changed';
    }
    result ??= 'unblocked';
    const told = { number, result, triesLeft: result === 'wrong' ? world.card.tries : null };
    const reported = takeReport(world.journey, told, world.puk, world.now);
    if (reported.refusal !== null) return;
    world.journey = reported.journey;
    world.puk = reported.puk;
    change(world, reported.codes);
    if (deed.dies === 'answer-lost') {
      const again = takeReport(world.journey, told, world.puk, world.now);
      expect(again.refusal).toBeNull();
      expect(again.codes).toBe('keep');
      expect(again.release).toEqual(reported.release);
    }
    if (told.result === 'untouched') return;
    release = reported.release;
  }
}

test('whatever dies when: the desk always has the true PUK, never makes the last try, and finds its way', () => {
  fc.assert(
    fc.property(fc.array(deeds, { maxLength: 25 }), fc.integer({ min: 3, max: 10 }), (played, full) => {
      const world: World = {
        journey: beginJourney('self-service', 0),
        puk: SETTLED,
        current: 0,
        next: null,
        drawn: 0,
        card: { puk: 0, tries: full, full, pinSet: false },
        now: 0,
        wrong: 0,
      };
      fresh(world);
      for (const deed of played) {
        const before = world.wrong;
        if (deed.kind === 'new-journey') fresh(world);
        if (deed.kind === 'wait') world.now += deed.minutes * 60_000;
        if (deed.kind === 'attempt') attempt(world, deed);
        expect(world.wrong - before, 'one wrong try a release at most').toBeLessThanOrEqual(1);
        expect([world.current, world.next]).toContain(world.card.puk);
        expect(world.puk.condition).not.toBe('lost');
        if (world.puk.condition === 'settled') expect(world.card.puk).toBe(world.current);
        expect(world.card.tries).toBeGreaterThanOrEqual(1);
      }
      // Whoever then goes through with it unlocks the card, unless it is at its last try.
      if (world.card.tries > 1 && !(world.puk.triesLeft !== null && world.puk.triesLeft <= 1)) {
        world.now += JOURNEY_MS;
        fresh(world);
        attempt(world, { kind: 'attempt', dies: 'no', untouched: false });
        const stopped = world.journey.failure === 'puk-one-try-left';
        if (!stopped) {
          expect(world.journey.phase).toBe('unlocked');
          expect(world.puk).toEqual(SETTLED);
          expect(world.card.puk).toBe(world.current);
        }
      }
    }),
    { numRuns: 10_000 },
  );
});

test('probes whose reports never come count as tries: the third is not released', () => {
  let puk: PukState = { condition: 'unproven', triesLeft: null };
  for (const triesLeft of [2, 1]) {
    const asked = giveChallenge(beginJourney('assisted', 0), 0).journey;
    const proven = takeProof(asked, true, puk, 0);
    expect(proven).toMatchObject({ release: { mode: 'probe' }, puk: { triesLeft } });
    puk = proven.puk;
  }
  const asked = giveChallenge(beginJourney('assisted', 0), 0).journey;
  expect(takeProof(asked, true, puk, 0)).toMatchObject({ release: null, journey: { failure: 'puk-one-try-left' } });
});
