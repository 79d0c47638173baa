import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import type { CardFailure } from '../../../src/core/card/card-error.ts';
import { keptOf } from '../../../src/core/card-desk/kept-journey.ts';
import {
  beginUnlock,
  JOURNEY_MS,
  nextMoment,
  resumeUnlock,
  type Step,
  step,
} from '../../../src/core/card-desk/unlock-journey.ts';
import { isOver, type Outcome, type UnlockJourney, type Work } from '../../../src/core/card-desk/unlock-state.ts';
import { viewOfUnlock } from '../../../src/core/card-desk/unlock-view.ts';
import {
  DESK_PROBLEMS,
  type DeskProblem,
  type DeskProblemCode,
} from '../../../src/core/contract/card-desk/problems.ts';
import type { Unlock } from '../../../src/core/contract/card-desk/shapes.ts';
import { UnlockViewSchema } from '../../../src/core/contract/unlock.ts';

const CARD = '0'.repeat(32);
const DESK = 'https://desk.example';
const TICKET = { unlock: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001', token: 't'.repeat(43), origin: DESK };
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
    return new Told(beginUnlock({ id: 'first', cardId: CARD, way, ...AT, truth: 'blocked', pukTries: null, now: 0 }));
  }

  private take(next: Step): this {
    this.journey = next.journey;
    this.work = next.work;
    return this;
  }

  give(type: 'address-given' | 'code-given' | 'passcode-given' | 'retry' | 'leave' | 'time'): this {
    return this.take(step(this.journey, { type, now: this.now }));
  }

  card(at: typeof AT | null, truth: 'blocked' | 'unlocked' | 'not-known' = 'not-known'): this {
    return this.take(step(this.journey, { type: 'card', at, truth, now: this.now }));
  }

  came(outcome: Outcome): this {
    return this.cameTo({ journey: this.journey.id, work: this.journey.work?.number ?? -1 }, outcome);
  }

  /** Of whichever journey and work. */
  cameTo(whose: { readonly journey: string; readonly work: number }, outcome: Outcome): this {
    return this.take(step(this.journey, { type: 'came', ...whose, outcome, now: this.now }));
  }

  /** As a new agent finds it. */
  restart(): Told {
    const kept = keptOf(this.journey);
    if (kept === null) throw new Error('nothing was kept');
    return new Told(resumeUnlock(structuredClone(kept), `${this.journey.id}, resumed`, this.now));
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
const done = (
  result: Extract<Outcome, { kind: 'performed' }>['result'],
  failure: CardFailure | null = null,
  triesLeft: number | null = null,
) => ({ kind: 'performed', result, triesLeft, failure }) as const;
/** The desk has taken a report, and releases this next. */
const reported = (mode: 'replace' | 'probe' | 'change' | null = null, attempt = 2) =>
  ({
    kind: 'reported',
    unlock: unlock({ phase: mode === null ? 'card' : 'released' }),
    received: mode === null ? null : { attempt, mode },
  }) as const;
const lostProof = () => atPasscode().give('passcode-given').came({ kind: 'not-reached', sent: true });

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
    // By itself nothing is tried again; only the address is not kept for ever.
    expect(nextMoment(told.journey)).toBe(JOURNEY_MS);
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
    const heard = atPasscode().give('passcode-given').came({ kind: 'not-reached', sent: true }).give('retry');
    heard.came({ kind: 'reported', unlock: unlock({ phase: 'card' }), received: null });
    expect(heard.work).toMatchObject({ kind: 'prove' });
    heard.came({ kind: 'not-reached', sent: true }).give('retry');
    expect(heard.work).toMatchObject({ kind: 'disown', attempt: 2 });
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

describe('what came of other work', () => {
  it('is nothing to a journey: of another one, of earlier work, or of another kind', () => {
    const told = atCard();
    const { journey } = told;
    const work = journey.work?.number ?? 0;
    const stale: Outcome = { kind: 'not-reached', sent: true };
    expect(told.cameTo({ journey: 'another', work }, done('untouched')).journey).toBe(journey);
    expect(told.cameTo({ journey: journey.id, work: work - 1 }, done('untouched')).journey).toBe(journey);
    for (const outcome of [stale, { kind: 'not-understood' } as const, reported(), released()]) {
      expect(told.came(outcome).journey).toBe(journey);
    }
    expect(told.came(done('changed')).work).toMatchObject({ kind: 'report', result: 'changed' });
  });

  it('never has a release performed twice: the second time the card is looked at', () => {
    const { journey } = atCard();
    expect(journey.attempt).toMatchObject({ begun: true });
    const forgotten = new Told({ journey: { ...journey, work: null }, work: null });
    expect(forgotten.give('time').work).toMatchObject({ kind: 'look' });
  });
});

describe('what may not have been written down', () => {
  it('is not done to the card, and the user hears why', () => {
    const told = atCard().came({ kind: 'not-kept' });
    expect(told.work).toMatchObject({ kind: 'report', result: 'untouched' });
    expect(told.came(reported()).view).toMatchObject({ step: 'working', problem: 'Unlock_NotKept', truth: 'blocked' });
    expect([told.work, nextMoment(told.journey)]).toEqual([null, JOURNEY_MS]);
    expect(told.give('retry').work).toMatchObject({ kind: 'prove' });
  });

  it('is not known: a release that was not seen may have been used by the agent before', () => {
    const told = lostProof().restart().card(AT, 'blocked');
    told.came({ kind: 'told', unlock: unlock({ phase: 'released' }) }).give('passcode-given');
    expect(told.work).toMatchObject({ kind: 'disown', attempt: 1, result: 'not-known' });
    // A proof that this agent has sent before it has received any release may stand for the same one.
    told
      .came(problem('Desk_OutOfOrder', { unlock: unlock({ phase: 'card' }) }))
      .came({ kind: 'not-reached', sent: true });
    expect(told.give('retry').work).toMatchObject({ kind: 'disown', attempt: 1, result: 'not-known' });
    told.came(reported()).came(released('probe', 2)).came(done('not-known')).came({ kind: 'looked', truth: 'blocked' });
    told.came(reported()).came({ kind: 'not-reached', sent: true });
    // From then on it knows what it has done.
    expect(told.give('retry').work).toMatchObject({ kind: 'disown', attempt: 3, result: 'untouched' });
  });

  it('is not known of a release that comes again and does not open any more', () => {
    const told = atPasscode()
      .give('passcode-given')
      .came(released('probe'))
      .came(done('wrong', null, 2))
      .restart();
    expect(told.work).toMatchObject({ kind: 'report', result: 'wrong' });
    told.came(reported('replace'));
    const again = new Told({ journey: told.journey, work: told.work });
    expect(told.came({ kind: 'not-opened' }).work).toMatchObject({ kind: 'report', attempt: 2, result: 'not-known' });
    expect(again.came({ kind: 'not-kept' }).work).toMatchObject({ kind: 'report', attempt: 2, result: 'not-known' });
  });
});

describe('a desk that does not know the card', () => {
  const probed = () => atPasscode().give('passcode-given').came(released('probe'));

  it('has one wrong probe, and the other code after it', () => {
    const told = probed()
      .came(done('wrong', { code: 'wrong-puk', triesLeft: 2 }, 2))
      .came(reported('replace'));
    expect(told.work).toMatchObject({ kind: 'perform', mode: 'replace', pukTries: 2 });
    expect(told.view.problem).toBeNull();
    told.came(done('wrong', { code: 'wrong-puk', triesLeft: 1 }, 1));
    expect(told.came(reported()).view).toMatchObject({ step: 'failed', problem: 'Unlock_PukRefused' });
  });

  it('gets no further try, and hears once that what it released was not used', () => {
    const told = atCard()
      .came(done('wrong', { code: 'wrong-puk', triesLeft: 2 }, 2))
      .came(reported('probe'));
    expect(told.view).toMatchObject({ step: 'failed', problem: 'Unlock_PukRefused' });
    expect(told.work).toMatchObject({ kind: 'report', attempt: 2, result: 'untouched' });
    expect(told.came(reported('probe', 3)).work).toBeNull();
    expect(keptOf(told.journey)).toBeNull();
  });

  it('is not believed when it numbers a release again, or releases what does not follow', () => {
    for (const [mode, attempt] of [
      ['change', 1],
      ['replace', 0],
    ] as const) {
      const told = atPasscode().give('passcode-given').came(released(mode, attempt));
      if (told.work !== null) told.came(reported());
      expect(told.view).toMatchObject({ step: 'working', problem: 'Desk_NotUnderstood', truth: 'blocked' });
      expect(told.work).toBeNull();
    }
    for (const mode of ['probe', 'change'] as const) {
      const told = probed()
        .came(done('wrong', null, 2))
        .came(reported(mode));
      expect(told.work).toMatchObject({ kind: 'report', attempt: 2, result: 'untouched' });
      expect(told.came(reported('replace', 3)).view).toMatchObject({ step: 'working', problem: 'Desk_NotUnderstood' });
      expect(told.work).toBeNull();
    }
  });

  it('does not keep whoever has chosen another passcode waiting', () => {
    const told = probed()
      .came(done('untouched', { code: 'pin-format' }))
      .came(reported('probe'));
    expect(told.view).toMatchObject({ step: 'passcode', problem: 'Desk_NotUnderstood' });
    expect(told.give('passcode-given').work).toMatchObject({ kind: 'prove' });
  });

  it('is counted for where the card does not count', () => {
    const told = probed().came(done('wrong')).came(reported('replace'));
    expect(told.work).toMatchObject({ kind: 'perform', pukTries: 2 });
    expect(told.restart().journey).toMatchObject({ pukTries: 2, wrongs: 1 });
  });

  it('does not have a box that does not open sent again and again', () => {
    const told = atCard().came({ kind: 'not-opened' });
    expect(told.work).toMatchObject({ kind: 'report', result: 'untouched' });
    expect(told.came(reported()).view).toMatchObject({ step: 'working', problem: 'Desk_NotUnderstood' });
    expect([told.work, nextMoment(told.journey)]).toEqual([null, JOURNEY_MS]);
  });

  it('may say of more tries for a code than can be shown', () => {
    const told = atCode()
      .give('code-given')
      .came(problem('Desk_CodeWrong', { triesLeft: 10 }));
    expect(v.parse(UnlockViewSchema, told.view)).toMatchObject({ step: 'code', codeTriesLeft: 5 });
  });
});

describe('a change of the code after a probe', () => {
  const changing = () =>
    atPasscode().give('passcode-given').came(released('probe')).came(done('unblocked')).came(reported('change'));

  it('is told as the unlocked card that it was, and shown as what was seen since', () => {
    const told = changing();
    expect(told.work).toMatchObject({ kind: 'perform', mode: 'change' });
    told.came(done('not-known', { code: 'card-removed' })).came({ kind: 'looked', truth: 'blocked' });
    expect(told.work).toMatchObject({ kind: 'report', result: 'unblocked' });
    expect(told.came(reported()).view).toMatchObject({ step: 'failed', problem: 'Passcode_Blocked', truth: 'blocked' });
    expect(changing().came({ kind: 'not-opened' }).view).toMatchObject({ doing: 'telling-desk', truth: 'unlocked' });
  });
});

describe('a passcode whose form the card does not like', () => {
  it('is asked for again, though it is not known what that has cost', () => {
    const told = atCard().came(done('not-known', { code: 'pin-format' }));
    expect(told.came({ kind: 'looked', truth: 'blocked' }).work).toMatchObject({ result: 'not-known' });
    expect(told.came(reported()).view).toMatchObject({ step: 'passcode', problem: 'Unlock_PasscodeRefused' });
  });
});

describe('an unlock that is left', () => {
  it.each([
    ['by the user', (told: Told) => told.give('leave')],
    [
      'by time',
      (told: Told) => {
        told.now = JOURNEY_MS;
        return told.give('time');
      },
    ],
  ])('%s while a proof is out still disowns what that released', (_, end) => {
    const told = end(lostProof());
    expect(isOver(told.journey.phase)).toBe(true);
    expect(keptOf(told.journey)).not.toBeNull();
    expect(told.work).toMatchObject({ kind: 'disown', attempt: 1, result: 'untouched' });
    expect(keptOf(told.came(reported()).journey)).toBeNull();
  });

  it('in the middle of a proof hears of its release, and says that it was not used', () => {
    const told = atPasscode().give('passcode-given').give('leave');
    expect([told.work, told.journey.chosen]).toEqual([null, false]);
    expect(told.came(released()).work).toMatchObject({ kind: 'report', attempt: 1, result: 'untouched' });
    expect(keptOf(told.came(reported()).journey)).toBeNull();
  });

  it('while the card is at work is brought to its end, and takes no further release', () => {
    const told = atPasscode().give('passcode-given').came(released('probe')).give('leave').came(done('unblocked'));
    expect(told.came(reported('change')).work).toMatchObject({ kind: 'report', attempt: 2, result: 'untouched' });
    expect(isOver(told.came(reported()).journey.phase)).toBe(true);
    expect(keptOf(told.journey)).toBeNull();
  });

  it('while its card is away waits for it, and says that nobody knows if the card does not tell', () => {
    const told = atCard().came(done('not-known', { code: 'card-removed' }));
    told
      .came({ kind: 'card-failed', failure: { code: 'card-removed' } })
      .card(null)
      .give('leave');
    expect([told.journey.phase, told.work]).toEqual(['looking', null]);
    expect(told.restart().journey).toMatchObject({ phase: 'looking', left: true });
    told.card({ reader: 'S', insertion: 'two' }).came({ kind: 'looked', truth: 'not-known' });
    expect(told.work).toMatchObject({ kind: 'report', result: 'not-known' });
  });

  it('tries again by itself, whatever the desk says, and gives up a day after its end', () => {
    const told = atCard().came(done('changed')).give('leave').came({ kind: 'not-trusted' });
    for (const outcome of [
      { kind: 'not-understood' },
      problem('Desk_BadRequest'),
      { kind: 'not-reached', sent: true },
    ] as const) {
      told.now = nextMoment(told.journey) ?? Number.NaN;
      expect(told.give('time').work).toMatchObject({ kind: 'report', result: 'changed' });
      told.came(outcome);
    }
    told.now = JOURNEY_MS + 24 * 60 * 60_000;
    expect([told.give('time').work, keptOf(told.journey)]).toEqual([null, null]);
  });
});

describe('an address', () => {
  it('is asked for again after 15 minutes in which the desk could not be told of it', () => {
    const told = Told.begin().give('address-given');
    for (let i = 0; i < 30 && told.journey.phase === 'starting'; i++) {
      told.came({ kind: 'not-reached', sent: true });
      told.now = nextMoment(told.journey) ?? Number.NaN;
      told.give('time');
    }
    expect(told.now).toBe(JOURNEY_MS);
    expect(told.view).toMatchObject({ step: 'address', problem: 'Unlock_Expired', network: 'fine' });
    told.now = 2 * JOURNEY_MS;
    expect(told.give('time').view).toMatchObject({ step: 'failed', problem: 'Unlock_Expired' });
  });

  it('is no part of joining, which ends at that time', () => {
    const told = Told.begin('assisted').came({ kind: 'not-reached', sent: true });
    told.now = JOURNEY_MS;
    expect(told.give('time').view).toMatchObject({ step: 'failed', problem: 'Unlock_Expired' });
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
      received: { attempt: received.attempt, mode: received.mode },
    }),
  ),
  fc
    .constantFrom('untouched', 'wrong', 'blocked', 'unblocked', 'changed', 'not-known')
    .map((result): Outcome => done(result as 'wrong')),
  fc.constantFrom<Outcome>(
    { kind: 'not-opened' },
    { kind: 'not-kept' },
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

type Happening =
  | { kind: 'give'; type: 'address-given' | 'code-given' | 'passcode-given' | 'retry' | 'leave' | 'time' }
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
  { weight: 1, arbitrary: fc.constant({ kind: 'give' as const, type: 'leave' as const }) },
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
);

/** Said by the card, or by the only agent that can have had the release. */
const isUntouched = (outcome: Outcome, { resumed }: UnlockJourney) =>
  outcome.kind === 'performed'
    ? outcome.result === 'untouched'
    : !resumed && (outcome.kind === 'not-opened' || outcome.kind === 'not-kept');

const attemptOf = ({ journey }: Told) => journey.attempt?.number ?? 0;

test('whatever happens in whatever order: it shows what a view can draw, one thing is done at a time, and what is owed is not forgotten', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('self-service' as const, 'assisted' as const),
      fc.array(happenings, { maxLength: 40 }),
      (way, played) => {
        let told = Told.begin(way);
        /** Releases of which the card, or this very agent, has said that nothing was done with them. */
        const untouched = new Set<number>();
        const performed = new Set<number>();
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
              if (told.journey.work?.kind === 'perform' && isUntouched(each.outcome, told.journey))
                untouched.add(attemptOf(told));
              told.came(each.outcome);
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
          // Another journey at the desk, with numbers of its own.
          if (work?.kind === 'join' || work?.kind === 'start') for (const all of [performed, untouched]) all.clear();
          if (work?.kind === 'perform') {
            expect(journey.left).toBe(false);
            // By one passcode a release is performed once, and two wrong codes are the last.
            expect(performed.has(attemptOf(told))).toBe(false);
            expect(journey.wrongs).toBeLessThan(2);
            performed.add(attemptOf(told));
          }
          // "Untouched" makes the desk forget a code: it is said of nothing that was, or may have been, put to the card.
          if (work?.kind === 'report' && work.result === 'untouched' && performed.has(attemptOf(told))) {
            expect(untouched.has(attemptOf(told))).toBe(true);
          }
          if (work?.kind === 'disown' && work.result === 'untouched') expect(journey.resumed).toBe(false);
          // What came of the card is kept until the desk has taken it, or takes nothing more.
          const { attempt } = journey;
          if (attempt !== null && attempt.result !== null && !attempt.settled) expect(keptOf(journey)).not.toBeNull();
          if (journey.unseen) expect(keptOf(journey)).not.toBeNull();
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
