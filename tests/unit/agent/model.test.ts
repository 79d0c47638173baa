import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEffect } from '../../../src/core/agent/effects.ts';
import type { AgentEvent } from '../../../src/core/agent/events.ts';
import { REMOVAL_CAUSES } from '../../../src/core/agent/policy-names.ts';
import { reduce } from '../../../src/core/agent/reduce.ts';
import { type AgentState, cardIn, initialState, nextDeadline } from '../../../src/core/agent/state.ts';
import { snapshotOf } from '../../../src/core/agent/status.ts';
import { cardIdOf, certificate, NOW, policyWith } from './scene.ts';

/**
 * A small world of readers, people's cards and a desktop is played in random order against the agent. The world keeps its
 * own truth, in its own way; after each step the agent must agree with it.
 */

const READERS = ['A', 'B', 'C'] as const;
const OWNERS = ['ada', 'bob', 'cyd', 'dee'] as const;
const DAYS_LEFT: Record<(typeof OWNERS)[number], number> = { ada: 400, bob: 20, cyd: 0.5, dee: -1 };

type Move =
  | { kind: 'insert'; reader: number; owner: number }
  | { kind: 'insert-mute'; reader: number }
  | { kind: 'pull'; reader: number }
  | { kind: 'swap'; reader: number; owner: number }
  | { kind: 'unplug'; reader: number }
  | { kind: 'plug'; reader: number }
  | { kind: 'answer-read' }
  | { kind: 'fail-read' }
  | { kind: 'submit'; reader: number; owner: number; lastTry: boolean }
  | { kind: 'answer-attempt'; right: boolean }
  | { kind: 'stale-report' }
  | { kind: 'service-dies' }
  | { kind: 'service-back' }
  | { kind: 'card-process-dies' }
  | { kind: 'screen'; screen: 'locked' | 'unlocked' | 'screensaver' }
  | { kind: 'sleep-and-wake' }
  | { kind: 'idle' }
  | { kind: 'active' }
  | { kind: 'ending' }
  | { kind: 'pass'; ms: number };

const reader = fc.nat({ max: READERS.length - 1 });
const owner = fc.nat({ max: OWNERS.length - 1 });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('insert' as const), reader, owner }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('insert-mute' as const), reader }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pull' as const), reader }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swap' as const), reader, owner }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unplug' as const), reader }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('plug' as const), reader }) },
  { weight: 12, arbitrary: fc.constant({ kind: 'answer-read' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail-read' as const }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('submit' as const), reader, owner, lastTry: fc.boolean() }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('answer-attempt' as const), right: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'stale-report' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'service-dies' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'service-back' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'card-process-dies' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('screen' as const),
      screen: fc.constantFrom('locked' as const, 'unlocked' as const, 'screensaver' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sleep-and-wake' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'idle' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'active' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'ending' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 15_000 }) }) },
);

class World {
  state: AgentState;
  private monotonic = 0;
  private serial = 0;
  private attemptSerial = 0;
  private service = true;
  private plugged = new Set<string>(READERS);
  private inside = new Map<string, { insertion: string; owner: (typeof OWNERS)[number] | null; eventCount: number }>();
  private reads: Array<{ reader: string; insertion: string }> = [];
  private attempts: Array<{ attempt: number; reader: string; insertion: string }> = [];
  private open = new Set<number>();
  private sessions = new Map<string, string>();
  private decisions = new Map<number, { settled: number; plan: string; deadline: number }>();
  private alerted = new Set<string>();

  constructor(graceSeconds: number, begins: 'passcode' | 'insertion') {
    const rules = Object.fromEntries(
      REMOVAL_CAUSES.map((cause) => [
        cause,
        { action: 'lock', graceSeconds: cause === 'unattended' ? 0 : graceSeconds },
      ]),
    );
    const policy = policyWith({
      removal: rules,
      session: { begins },
      unattended: { remindAfterSeconds: 60, actAfterSeconds: 10 },
    });
    this.state = initialState(policy, this.now(), { bootId: 'b', remote: false, removalPolicy: 'none' });
    this.serviceBack();
  }

  private now() {
    return { monotonic: this.monotonic, wall: NOW + this.monotonic };
  }

  private send(event: object): AgentEffect[] {
    const before = this.state;
    const { state, effects } = reduce(before, { ...event, at: this.now() } as AgentEvent);
    this.state = state;
    for (const effect of effects) this.observe(effect);
    const acted = effects.some((effect) => effect.type === 'settled' && effect.by === 'acted');
    expect(
      effects.some((effect) => effect.type === 'act'),
      'what is told as done was asked for',
    ).toBe(acted);
    return [...effects];
  }

  /** What holds of every single effect. */
  private observe(effect: AgentEffect) {
    switch (effect.type) {
      case 'read':
        this.reads.push(effect);
        break;
      case 'operate':
        this.attempts.push(effect);
        break;
      case 'answer':
        expect(this.open.delete(effect.attempt), 'an attempt is answered once').toBe(true);
        break;
      case 'warn-of-expiry': {
        const key = JSON.stringify([effect.login, effect.fingerprint]);
        expect(this.alerted.has(key), 'one warning a login and certificate').toBe(false);
        this.alerted.add(key);
        break;
      }
      case 'decided': {
        const { number, plan } = effect.decision;
        expect(this.decisions.has(number), 'a decision has its own number').toBe(false);
        const deadline = this.state.graces.find((grace) => grace.decision === number)?.deadline ?? this.monotonic;
        this.decisions.set(number, { settled: 0, plan, deadline });
        break;
      }
      case 'settled': {
        const decision = this.decisions.get(effect.decision);
        expect(decision, 'only what was decided is settled').toBeDefined();
        if (decision !== undefined) {
          decision.settled++;
          expect(decision.settled, 'a decision is settled once').toBe(1);
          expect(this.monotonic).toBeLessThanOrEqual(decision.deadline);
        }
        break;
      }
      case 'act':
        expect(this.decisions.has(effect.decision), 'nothing is locked that was not decided').toBe(true);
        break;
      case 'session-began':
        this.sessions.set(effect.reader, effect.cardId);
        break;
      case 'session-ended':
        expect(this.sessions.delete(effect.reader)).toBe(true);
        break;
      default:
        break;
    }
  }

  /** Losing what is in these readers must bring exactly one decision for each card that was active there. */
  private lose(readers: readonly string[], event: () => AgentEffect[]) {
    const active = readers.filter((name) => this.sessions.has(name)).length;
    for (const name of readers) this.inside.delete(name);
    const effects = event();
    const decided = effects.filter((effect) => effect.type === 'decided');
    expect(decided, 'every loss of an active card is one decision').toHaveLength(active);
    for (const name of readers) expect(this.sessions.has(name)).toBe(false);
  }

  private serviceBack() {
    this.service = true;
    this.send({ type: 'service', state: 'running' });
    this.send({ type: 'readers', names: [...this.plugged] });
    for (const [name, card] of this.inside) this.tellInserted(name, card);
  }

  private tellInserted(name: string, card: { owner: (typeof OWNERS)[number] | null; eventCount: number }) {
    const insertion = `i${++this.serial}`;
    this.inside.set(name, { ...card, insertion });
    if (card.owner === null) this.send({ type: 'mute', reader: name, insertion });
    else this.send({ type: 'inserted', reader: name, insertion, eventCount: card.eventCount, atr: '3b' });
  }

  private report(read: { reader: string; insertion: string }, failed: boolean) {
    const card = this.inside.get(read.reader);
    if (failed) {
      this.send({ ...read, type: 'read-finished', failure: { code: 'card-removed' } });
      return;
    }
    // A late report of a card that is gone speaks of whoever was in then; the agent must not mind.
    const who = card?.insertion === read.insertion ? card.owner : 'ada';
    if (who === null) return;
    const cardId = cardIdOf(who);
    this.send({ ...read, type: 'recognised', identity: { cardId, guid: cardId, fascn: null, expires: null } });
    this.agree();
    this.send({ ...read, type: 'certificate', slot: '9A', certificate: certificate(who, DAYS_LEFT[who]), shown: true });
    this.send({ ...read, type: 'pin-status', status: { state: 'unverified', triesLeft: 3 } });
    this.send({ ...read, type: 'read-finished', failure: null });
  }

  play(step: Move) {
    const name = 'reader' in step ? (READERS[step.reader] ?? 'A') : 'A';
    switch (step.kind) {
      case 'insert':
      case 'insert-mute':
        if (!this.service || !this.plugged.has(name) || this.inside.has(name)) return;
        this.tellInserted(name, {
          owner: step.kind === 'insert' ? (OWNERS[step.owner] ?? 'ada') : null,
          eventCount: ++this.serial,
        });
        return;
      case 'pull': {
        const card = this.inside.get(name);
        if (!this.service || card === undefined) return;
        this.lose([name], () =>
          this.send({ type: 'removed', reader: name, insertion: card.insertion, cause: 'card-pulled' }),
        );
        return;
      }
      case 'swap': {
        if (!this.service || !this.inside.has(name)) return;
        const insertion = `i${++this.serial}`;
        const eventCount = this.serial;
        this.lose([name], () => this.send({ type: 'inserted', reader: name, insertion, eventCount, atr: '3b' }));
        this.inside.set(name, { insertion, owner: OWNERS[step.owner] ?? 'ada', eventCount });
        return;
      }
      case 'unplug':
        if (!this.plugged.delete(name)) return;
        if (!this.service) {
          this.inside.delete(name);
          return;
        }
        this.lose([name], () => this.send({ type: 'readers', names: [...this.plugged] }));
        return;
      case 'plug':
        this.plugged.add(name);
        if (this.service) this.send({ type: 'readers', names: [...this.plugged] });
        return;
      case 'answer-read':
      case 'fail-read': {
        const read = this.reads.shift();
        if (read !== undefined)
          this.report({ reader: read.reader, insertion: read.insertion }, step.kind === 'fail-read');
        return;
      }
      case 'submit': {
        const attempt = ++this.attemptSerial;
        this.open.add(attempt);
        // What was on the screen need not be what is in the reader.
        const cardId = cardIdOf(OWNERS[step.owner] ?? 'ada');
        const { lastTry } = step;
        const asked = { type: 'attempt', attempt, kind: 'verify', reader: name, cardId, problem: null, lastTry };
        const sent = this.send(asked).find((effect) => effect.type === 'operate');
        if (sent !== undefined) {
          expect(sent.cardId, 'a passcode goes to the card that it was typed for').toBe(cardId);
          expect(cardId).toBe(cardIdOf(this.inside.get(name)?.owner ?? '?'));
        }
        return;
      }
      case 'answer-attempt': {
        const asked = this.attempts.shift();
        if (asked === undefined) return;
        const outcome = step.right
          ? { ok: true, status: { state: 'verified', triesLeft: 3 } }
          : { ok: false, failure: { code: 'wrong-pin', triesLeft: 2 } };
        const { attempt, reader: at, insertion } = asked;
        this.send({ type: 'attempt-finished', attempt, reader: at, insertion, outcome, possession: 'not-asked' });
        return;
      }
      case 'stale-report':
        this.report({ reader: name, insertion: 'i0' }, false);
        return;
      case 'service-dies':
        if (!this.service) return;
        this.service = false;
        this.keepInside(() => this.lose([...READERS], () => this.send({ type: 'service', state: 'stopped' })));
        return;
      case 'service-back':
        if (!this.service) this.serviceBack();
        return;
      case 'card-process-dies':
        this.keepInside(() => this.lose([...READERS], () => this.send({ type: 'card-process-lost' })));
        if (this.service) this.serviceBack();
        return;
      case 'screen':
        this.send({ type: 'screen', screen: step.screen });
        return;
      case 'sleep-and-wake':
        this.send({ type: 'resumed' });
        return;
      case 'idle':
        this.send({ type: 'user-idle' });
        return;
      case 'active':
        this.send({ type: 'user-active' });
        return;
      case 'ending':
        this.send({ type: 'ending' });
        expect(this.state.graces, 'nothing is left for later').toEqual([]);
        return;
      case 'pass':
        this.pass(step.ms);
        return;
    }
  }

  /** Cards stay in their readers when only the messenger dies. */
  private keepInside(body: () => void) {
    const cards = new Map(this.inside);
    body();
    this.inside = cards;
  }

  /** As the runtime does it: a call at each moment the state asked for, never late. */
  private pass(ms: number) {
    const end = this.monotonic + ms;
    for (let next = nextDeadline(this.state); next !== null && next <= end; next = nextDeadline(this.state)) {
      this.monotonic = Math.max(this.monotonic, next);
      this.send({ type: 'time-passed' });
      const after = nextDeadline(this.state);
      expect(after === null || after > this.monotonic, 'what was due is done').toBe(true);
    }
    this.monotonic = end;
  }

  /** What holds between any two steps. */
  agree() {
    for (const name of READERS) {
      const known = cardIn(this.state, name);
      const real = this.inside.get(name);
      if (known === null) continue;
      expect(this.service && this.plugged.has(name), 'no card is shown where none can be').toBe(true);
      expect(known.insertion).toBe(real?.insertion);
      if (known.identity !== null) {
        expect(known.identity.cardId, "nobody sees another person's card").toBe(cardIdOf(real?.owner ?? '?'));
      }
      expect(known.session?.cardId ?? null).toBe(this.sessions.get(name) ?? null);
      if (known.session !== null) expect(known.session.cardId).toBe(known.identity?.cardId);
    }
    for (const grace of this.state.graces) expect(grace.deadline).toBeGreaterThanOrEqual(this.monotonic);
    expect(() => structuredClone(snapshotOf(this.state))).not.toThrow();
  }

  end() {
    this.pass(400_000);
    expect(this.state.graces).toEqual([]);
    for (const [number, decision] of this.decisions) {
      expect(decision.settled, `decision ${number} (${decision.plan}) is settled in the end`).toBe(1);
    }
    for (const name of READERS) this.play({ kind: 'pull', reader: READERS.indexOf(name) });
    if (this.service) expect([...this.open], 'every attempt is answered in the end').toEqual([]);
  }
}

describe('the agent, played in any order', () => {
  it.each([
    [0, 'passcode'],
    [5, 'passcode'],
    [10, 'insertion'],
  ] as const)(
    'with %d s of grace and sessions that begin by %s, agrees with the world after each step',
    (seconds, begins) => {
      fc.assert(
        fc.property(fc.array(move, { maxLength: 150, size: 'max' }), (moves) => {
          const world = new World(seconds, begins);
          for (const step of moves) {
            world.play(step);
            world.agree();
          }
          world.end();
        }),
        { numRuns: 400 },
      );
    },
  );
});
