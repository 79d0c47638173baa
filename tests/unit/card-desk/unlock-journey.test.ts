import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import type { CardFailure } from '../../../src/core/card/card-error.ts';
import {
  beginUnlock,
  isOver,
  JOURNEY_MS,
  keptOf,
  nextMoment,
  type Outcome,
  resumeUnlock,
  type Step,
  step,
  type UnlockJourney,
  viewOfUnlock,
  type Work,
} from '../../../src/core/card-desk/unlock-journey.ts';
import {
  DESK_PROBLEMS,
  type DeskProblem,
  type DeskProblemCode,
  type Unlock,
} from '../../../src/core/contract/card-desk.ts';
import { UnlockViewSchema } from '../../../src/core/contract/unlock.ts';

const CARD = '0'.repeat(32);
const TICKET = { unlock: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001', token: 't'.repeat(43) };
const AT = { reader: 'R', insertion: 'one' };

const unlock = (changes: Partial<Unlock> = {}): Unlock => ({
  id: TICKET.unlock,
  kind: 'self-service',
  phase: 'code',
  failure: null,
  codeTriesLeft: 5,
  expiresAt: new Date(JOURNEY_MS).toISOString(),
  ...changes,
});
const problem = (code: DeskProblemCode, more: Partial<DeskProblem> = {}): Outcome => ({
  kind: 'from-desk',
  problem: { code, says: DESK_PROBLEMS[code].says, next: DESK_PROBLEMS[code].next, ...more },
});

/** A journey that is told things, and shows what it wants done. */
class Told {
  journey: UnlockJourney;
  work: Work | null;
  now = 0;

  constructor({ journey, work }: Step) {
    this.journey = journey;
    this.work = work;
  }

  static begin(way: 'self-service' | 'assisted' = 'self-service'): Told {
    return new Told(beginUnlock({ cardId: CARD, way, ...AT, truth: 'blocked', now: 0 }));
  }

  private take(next: Step): this {
    this.journey = next.journey;
    this.work = next.work;
    return this;
  }

  give(type: 'address-given' | 'code-given' | 'passcode-given' | 'retry' | 'time'): this {
    return this.take(step(this.journey, { type, now: this.now }));
  }

  card(at: typeof AT | null, truth: 'blocked' | 'unlocked' | 'not-known' = 'not-known'): this {
    return this.take(step(this.journey, { type: 'card', at, truth, now: this.now }));
  }

  came(outcome: Outcome): this {
    return this.take(
      step(this.journey, { type: 'came', work: this.journey.work?.number ?? -1, outcome, now: this.now }),
    );
  }

  /** As a new agent finds it. */
  restart(): Told {
    const kept = keptOf(this.journey);
    if (kept === null) throw new Error('nothing was kept');
    return new Told(resumeUnlock(structuredClone(kept), this.now));
  }

  get view() {
    return viewOfUnlock(this.journey);
  }
}

const atCode = () => Told.begin().give('address-given').came({ kind: 'begun', ticket: TICKET, unlock: unlock() });
const atPasscode = () =>
  atCode()
    .give('code-given')
    .came({ kind: 'told', unlock: unlock({ phase: 'card' }) });
const released = (mode: 'replace' | 'probe' | 'change' = 'replace', attempt = 1) =>
  ({ kind: 'released', received: { attempt, mode } }) as const;
const atCard = () => atPasscode().give('passcode-given').came(released());
const done = (result: Extract<Outcome, { kind: 'performed' }>['result'], failure: CardFailure | null = null) =>
  ({ kind: 'performed', result, triesLeft: null, failure }) as const;

describe('an unlock by self-service', () => {
  it('asks for address, code and passcode, then works by itself, and ends with the card unlocked', () => {
    const told = Told.begin();
    expect(told.view).toMatchObject({ step: 'address', truth: 'blocked', cardIn: true });
    expect(told.give('address-given').work).toMatchObject({ kind: 'start' });
    expect(told.came({ kind: 'begun', ticket: TICKET, unlock: unlock() }).view).toMatchObject({
      step: 'code',
      codeTriesLeft: 5,
      expiresAt: JOURNEY_MS,
    });
    expect(told.give('code-given').work).toMatchObject({ kind: 'check-code' });
    expect(told.came({ kind: 'told', unlock: unlock({ phase: 'card' }) }).view.step).toBe('passcode');
    expect(told.give('passcode-given').work).toMatchObject({ kind: 'prove' });
    expect(told.came(released()).work).toMatchObject({ kind: 'perform', attempt: 1, mode: 'replace' });
    expect(told.came(done('changed')).work).toMatchObject({ kind: 'report', result: 'changed' });
    expect(told.view).toMatchObject({ step: 'working', doing: 'telling-desk', truth: 'unlocked' });
    expect(told.came({ kind: 'reported', unlock: unlock({ phase: 'unlocked' }), received: null }).view).toMatchObject({
      step: 'done',
      truth: 'unlocked',
      problem: null,
    });
    expect(keptOf(told.journey)).toBeNull();
  });

  it('tells a wrong code, and ends when the tries are used up', () => {
    const told = atCode()
      .give('code-given')
      .came(problem('Desk_CodeWrong', { triesLeft: 4, unlock: unlock({ codeTriesLeft: 4 }) }));
    expect(told.view).toMatchObject({ step: 'code', problem: 'Unlock_CodeWrong', codeTriesLeft: 4 });
    const over = unlock({ phase: 'failed', failure: 'code-tries-used', codeTriesLeft: 0 });
    expect(told.give('code-given').came(problem('Desk_CodeWrong', { triesLeft: 0, unlock: over })).view).toMatchObject({
      step: 'failed',
      problem: 'Unlock_CodeTriesUsed',
      truth: 'blocked',
    });
  });

  it('asks where it stands before it sends a code again whose answer was lost', () => {
    const told = atCode().give('code-given').came({ kind: 'not-reached', sent: true });
    expect(told.view).toMatchObject({ step: 'working', network: 'lost', problem: 'Desk_NotReached', retryAt: 2_000 });
    expect(told.work).toBeNull();
    expect(told.give('retry').work).toMatchObject({ kind: 'ask' });
    expect(told.came({ kind: 'told', unlock: unlock({ phase: 'card', codeTriesLeft: 5 }) }).view.step).toBe('passcode');
  });

  it('tries again by itself when the network was lost, each time later', () => {
    const told = Told.begin().give('address-given').came({ kind: 'not-reached', sent: false });
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const at = nextMoment(told.journey) ?? 0;
      waits.push(at - told.now);
      told.now = at;
      expect(told.give('time').work).toMatchObject({ kind: 'start' });
      told.came({ kind: 'not-reached', sent: false });
    }
    expect(waits).toEqual([2_000, 5_000, 15_000, 30_000, 60_000, 60_000]);
  });

  it('waits for its card, and goes on when that comes back in any reader', () => {
    const told = atPasscode().card(null);
    expect(told.give('passcode-given').work).toBeNull();
    expect(told.view).toMatchObject({ step: 'working', cardIn: false, problem: 'Unlock_CardOut', truth: 'not-known' });
    expect(told.card({ reader: 'S', insertion: 'two' }, 'blocked').work).toMatchObject({ kind: 'prove' });
    expect(told.view).toMatchObject({ reader: 'S', cardIn: true, truth: 'blocked' });
  });

  it('ends after its time, but not while the card is at work or the desk has something to hear', () => {
    const waiting = atPasscode();
    waiting.now = JOURNEY_MS;
    expect(waiting.give('time').view).toMatchObject({ step: 'failed', problem: 'Unlock_Expired' });
    const working = atCard();
    working.now = JOURNEY_MS;
    expect(working.give('time').view.step).toBe('working');
    expect(working.came(done('changed')).work).toMatchObject({ kind: 'report', result: 'changed' });
  });

  it('says that the card is free although the desk cannot be told, and tells it later', () => {
    const told = atCard().came(done('changed')).came({ kind: 'not-reached', sent: true });
    expect(told.view).toMatchObject({ step: 'done', truth: 'unlocked', network: 'lost', problem: null });
    const after = told.restart();
    expect(after.work).toMatchObject({ kind: 'report', result: 'changed' });
    expect(after.came({ kind: 'reported', unlock: unlock({ phase: 'unlocked' }), received: null }).view.step).toBe(
      'done',
    );
  });

  it('says to nobody that it is trusted who could not show that', () => {
    const told = Told.begin().give('address-given').came({ kind: 'not-trusted' });
    expect(told.view).toMatchObject({ step: 'working', problem: 'Desk_NotTrusted' });
    expect(nextMoment(told.journey)).toBeNull();
  });
});

describe('an answer of the card that was lost', () => {
  it('is looked for at the card: one that is free again has its new passcode', () => {
    const told = atCard().came(done('not-known', { code: 'card-removed' }));
    told.came({ kind: 'card-failed', failure: { code: 'card-removed' } }).card(null);
    expect(told.view).toMatchObject({ step: 'working', truth: 'not-known', cardIn: false });
    expect(told.card({ reader: 'R', insertion: 'two' }).work).toMatchObject({ kind: 'look' });
    expect(told.came({ kind: 'looked', truth: 'unlocked' }).work).toMatchObject({
      kind: 'report',
      result: 'unblocked',
    });
  });

  it('says nothing for sure about one that is still blocked', () => {
    const told = atCard().restart().card(AT, 'blocked');
    expect(told.work).toMatchObject({ kind: 'look' });
    expect(told.came({ kind: 'looked', truth: 'blocked' }).work).toMatchObject({ kind: 'report', result: 'not-known' });
    expect(told.came({ kind: 'reported', unlock: unlock({ phase: 'card' }), received: null }).view).toMatchObject({
      step: 'passcode',
      problem: 'Unlock_ChooseAgain',
      truth: 'blocked',
    });
  });

  it('of the desk to a proof is disowned before another proof is shown', () => {
    const told = atPasscode().give('passcode-given').came({ kind: 'not-reached', sent: true });
    expect(told.give('retry').work).toMatchObject({ kind: 'disown', attempt: 1 });
    expect(told.came(problem('Desk_OutOfOrder', { unlock: unlock({ phase: 'card' }) })).work).toMatchObject({
      kind: 'prove',
    });
    const released = atPasscode().give('passcode-given').came({ kind: 'not-reached', sent: true }).give('retry');
    released.came({ kind: 'reported', unlock: unlock({ phase: 'card' }), received: null });
    expect(released.work).toMatchObject({ kind: 'prove' });
    released.came({ kind: 'not-reached', sent: true }).give('retry');
    expect(released.work).toMatchObject({ kind: 'disown', attempt: 2 });
  });
});

describe('an unlock with an RA', () => {
  it('waits for the authorisation without asking by itself, and joins anew before its challenges are used up', () => {
    const told = Told.begin('assisted').came({
      kind: 'begun',
      ticket: TICKET,
      unlock: unlock({ kind: 'assisted', phase: 'card' }),
    });
    expect(told.view.step).toBe('passcode');
    told.give('passcode-given');
    for (let i = 0; i < 4; i++) {
      expect(told.work).toMatchObject({ kind: 'prove' });
      told.came(problem('Desk_NotAuthorised', { unlock: unlock({ phase: 'card' }) }));
      expect(told.view).toMatchObject({ step: 'waiting-for-ra', problem: 'Unlock_NotAuthorised' });
      expect(nextMoment(told.journey)).toBe(JOURNEY_MS);
      told.give('retry');
    }
    expect(told.work).toMatchObject({ kind: 'join' });
    expect(told.came({ kind: 'begun', ticket: TICKET, unlock: unlock({ phase: 'card' }) }).work).toMatchObject({
      kind: 'prove',
    });
  });
});

/* Any order of events. */

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant<Outcome>({ kind: 'begun', ticket: TICKET, unlock: unlock() }),
  fc.constantFrom('code' as const, 'card' as const, 'released' as const, 'unlocked' as const, 'failed' as const).map(
    (phase): Outcome => ({
      kind: 'told',
      unlock: unlock({ phase, failure: phase === 'failed' ? 'superseded' : null }),
    }),
  ),
  fc.record({ attempt: fc.integer({ min: 1, max: 9 }), mode: fc.constantFrom('replace', 'probe', 'change') }).map(
    (received): Outcome => ({
      kind: 'released',
      received: { attempt: received.attempt, mode: received.mode as 'probe' },
    }),
  ),
  fc
    .constantFrom('untouched', 'wrong', 'blocked', 'unblocked', 'changed', 'not-known')
    .map((result): Outcome => done(result as 'wrong')),
  fc.constantFrom<Outcome>(
    { kind: 'not-opened' },
    { kind: 'looked', truth: 'blocked' },
    { kind: 'looked', truth: 'unlocked' },
    { kind: 'looked', truth: 'not-known' },
    { kind: 'card-failed', failure: { code: 'card-removed' } },
    { kind: 'card-failed', failure: { code: 'card-mute' } },
    { kind: 'not-reached', sent: true },
    { kind: 'not-reached', sent: false },
    { kind: 'not-trusted' },
    { kind: 'not-understood' },
    { kind: 'reported', unlock: unlock({ phase: 'card' }), received: null },
    { kind: 'reported', unlock: unlock({ phase: 'unlocked' }), received: null },
    { kind: 'reported', unlock: unlock({ phase: 'released' }), received: { attempt: 3, mode: 'change' } },
  ),
  fc.constantFrom(...(Object.keys(DESK_PROBLEMS) as DeskProblemCode[])).map((code) => problem(code)),
);

const OUTCOMES: Readonly<Record<Work['kind'], readonly Outcome['kind'][]>> = {
  start: ['begun'],
  join: ['begun'],
  'check-code': ['told'],
  ask: ['told'],
  prove: ['released', 'card-failed'],
  perform: ['performed', 'not-opened'],
  look: ['looked', 'card-failed'],
  report: ['reported'],
  disown: ['reported'],
};
const OF_THE_DESK: readonly Outcome['kind'][] = ['from-desk', 'not-reached', 'not-trusted', 'not-understood'];

function isOutcomeOf(work: Work['kind'] | null, { kind }: Outcome): boolean {
  if (work === null) return false;
  return OUTCOMES[work].includes(kind) || (work !== 'perform' && work !== 'look' && OF_THE_DESK.includes(kind));
}

type Happening =
  | { kind: 'give'; type: 'address-given' | 'code-given' | 'passcode-given' | 'retry' | 'time' }
  | { kind: 'card'; at: typeof AT | null; truth: 'blocked' | 'unlocked' | 'not-known' }
  | { kind: 'came'; outcome: Outcome }
  | { kind: 'pass'; ms: number }
  | { kind: 'restart' };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('give' as const),
      type: fc.constantFrom('address-given', 'code-given', 'passcode-given', 'retry', 'time'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('card' as const),
      at: fc.constantFrom(null, AT, { reader: 'S', insertion: 'two' }),
      truth: fc.constantFrom('blocked', 'unlocked', 'not-known'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('came' as const), outcome: outcomes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 600_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
) as fc.Arbitrary<Happening>;

test('whatever happens in whatever order: it shows what a view can draw, one thing is done at a time, and what is owed is not forgotten', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('self-service' as const, 'assisted' as const),
      fc.array(happenings, { maxLength: 40 }),
      (way, played) => {
        let told = Told.begin(way);
        for (const each of played) {
          const before = told.journey;
          told.work = null;
          switch (each.kind) {
            case 'give':
              told.give(each.type);
              break;
            case 'card':
              told.card(each.at, each.truth);
              break;
            case 'came':
              if (isOutcomeOf(told.journey.work?.kind ?? null, each.outcome)) told.came(each.outcome);
              break;
            case 'pass':
              told.now += each.ms;
              told.give('time');
              break;
            case 'restart':
              if (keptOf(told.journey) !== null) told = told.restart();
              break;
          }
          const { journey, work } = told;
          v.parse(UnlockViewSchema, told.view);
          // The card is worked on only for a release that was received, and a passcode that is kept.
          if (work?.kind === 'perform') expect(journey.attempt?.number).toBe(work.attempt);
          if (work?.kind === 'prove') expect(journey.chosen && journey.insertion !== null).toBe(true);
          if (work !== null && each.kind !== 'restart')
            expect(before.work === null || before.work.number !== journey.work?.number).toBe(true);
          // What came of the card is kept until the desk has taken it, or takes nothing more.
          const { attempt } = journey;
          if (attempt !== null && attempt.result !== null && !attempt.settled) expect(keptOf(journey)).not.toBeNull();
          // A journey that waits says for what: the user, the card, the network, or a time.
          const { step: at, cardIn, network, problem: trouble } = told.view;
          if (at === 'working' && journey.work === null) {
            expect(!cardIn || network === 'lost' || trouble !== null || journey.halted, JSON.stringify(journey)).toBe(
              true,
            );
          }
          if (isOver(journey.phase)) expect(journey.chosen).toBe(false);
        }
      },
    ),
    { numRuns: 5_000 },
  );
});
