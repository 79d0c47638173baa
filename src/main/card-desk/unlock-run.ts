import type { Policy } from '../../core/agent/policy.ts';
import { type JourneyEvent, nextMoment, type Step, step } from '../../core/card-desk/unlock-journey.ts';
import { owes } from '../../core/card-desk/unlock-owed.ts';
import { isOver, type Outcome, type UnlockJourney, type Work } from '../../core/card-desk/unlock-state.ts';
import type { PinStatus } from '../../core/contract/card-process.ts';
import type { UnlockTruth } from '../../core/contract/unlock.ts';
import type { Language } from '../../core/contract/view.ts';
import type { AuditEntry } from '../store/audit-log.ts';
import { DeskClient } from './desk-client.ts';
import type { UnlockCards } from './unlock-cards.ts';
import { UnlockSecrets } from './unlock-secrets.ts';
import { doWork, truthOf } from './unlock-work.ts';

/** What a run has around it. */
export type RunSurroundings = {
  readonly cards: UnlockCards;
  readonly policy: () => Policy;
  readonly audit: (entry: AuditEntry) => void;
  readonly language: () => Language;
  /** One for each piece of work: the policy may have changed. */
  readonly client?: ((policy: Policy) => DeskClient) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Puts all runs on disk as they are now; whether that has succeeded. */
  readonly keep: () => boolean;
  /** What other runs of this card owe the desk comes before a new proof: the desk goes by the latest release. */
  readonly othersTold: (run: UnlockRun) => Promise<void>;
  /** Something was done on the card. */
  readonly onPerformed: (run: UnlockRun) => void;
  readonly onChange: (run: UnlockRun) => void;
};

/** Timers count no further than this at a time. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * One unlock of one card: brings the journey (src/core/card-desk) what the user, the card, the desk and the clock say, does the
 * work it asks for, and holds what was typed and released for it, which is nobody else's.
 */
export class UnlockRun {
  readonly #around: RunSurroundings;
  readonly #secrets = new UnlockSecrets();
  /** Of the work under way, where the user's leaving ends it. */
  #leaving = new AbortController();
  readonly #stop = new AbortController();
  #journey: UnlockJourney;
  #working: Promise<void> = Promise.resolve();
  /** What was read of the PIN before the card was last worked on. */
  #stale: PinStatus | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** Nothing is done before {@link begin}. */
  constructor(around: RunSurroundings, { journey }: Step) {
    this.#around = around;
    this.#journey = journey;
  }

  get journey(): UnlockJourney {
    return this.#journey;
  }

  /** Whether it wants its card to itself. */
  get isAtCard(): boolean {
    const { phase, insertion, halted } = this.#journey;
    return phase === 'performing' || (phase === 'looking' && insertion !== null && !halted);
  }

  get isFinished(): boolean {
    return isOver(this.#journey.phase) && !owes(this.#journey);
  }

  begin(first: Step): void {
    this.#take(first);
    this.lookForCard();
  }

  /** The secret is overwritten before this returns. */
  give(kind: 'address' | 'code' | 'passcode', typed: Uint8Array): void {
    this.#secrets.put(kind, typed);
    this.#happen({ type: `${kind}-given` });
  }

  retry(): void {
    this.#happen({ type: 'retry' });
  }

  /** The user goes: what only they wanted is broken off. */
  leave(): void {
    const { work } = this.#journey;
    const goesOn = work === null || GOES_ON.has(work.kind);
    this.#happen({ type: 'leave' });
    if (!goesOn) this.#leaving.abort();
  }

  /** Tries at once to tell the desk what it is owed; resolves when that was done or has failed. */
  async tellNow(): Promise<void> {
    this.retry();
    // A report may be answered by a release, which has to be disowned in turn.
    for (let i = 0; i < 3 && this.#journey.work !== null; i++) await this.#working;
  }

  /** Ends it with the agent; what is kept on disk is resumed by the next one. */
  stop(): void {
    this.#stop.abort();
    this.#leaving.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#secrets.shredAll();
  }

  lookForCard(): void {
    if (this.#stop.signal.aborted) return;
    const { cardId, truth: before, insertion } = this.#journey;
    const { cards } = this.#around;
    const found = cards.find(cardId);
    // While it is being read there is no news of it.
    if (found === null && insertion !== null && cards.recognise(cardId)?.insertion === insertion) return;
    const truth = found === null || found.pin === this.#stale ? 'not-known' : truthOf(found.pin);
    const known = truth === 'not-known' || truth === before;
    if ((found?.insertion ?? null) === insertion && known) return;
    this.#happen({
      type: 'card',
      at: found === null ? null : { reader: found.reader, insertion: found.insertion },
      truth,
    });
  }

  #happen(event: Moment): void {
    if (!this.#stop.signal.aborted) this.#take(step(this.#journey, { ...event, now: this.#around.now() }));
  }

  /** On disk first, and only then done. */
  #take({ journey, work }: Step): void {
    const before = this.#journey;
    this.#journey = journey;
    this.#recordEnd(before, journey);
    this.#forgetWhatIsDone(journey);
    const kept = this.#around.keep();
    if (work !== null) this.#begin(work, journey.work?.number ?? 0, kept);
    this.#arm();
    this.#around.onChange(this);
  }

  #begin(work: Work, number: number, kept: boolean): void {
    // After a crash nobody would know that the card may have been changed.
    if (work.kind === 'perform' && !kept) this.#came(number, { kind: 'not-kept' });
    else this.#working = this.#work(work, number);
  }

  async #work(work: Work, number: number): Promise<void> {
    const { cards, policy, language } = this.#around;
    const isAtCard = work.kind === 'perform';
    if (isAtCard) this.#noteStale();
    if (this.#leaving.signal.aborted) this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    if (work.kind === 'prove') await this.#around.othersTold(this);
    const client = this.#around.client?.(policy()) ?? new DeskClient({ policy: policy().desk });
    const outcome = await doWork(work, { client, cards, secrets: this.#secrets, language: language(), signal });
    if (this.#stop.signal.aborted) return;
    // What was read while the card was worked on is as old as what was read before.
    if (isAtCard) this.#noteStale();
    this.#auditOutcome(work, outcome);
    this.#came(number, outcome);
    if (isAtCard) this.#around.onPerformed(this);
    this.lookForCard();
  }

  #noteStale(): void {
    this.#stale = this.#around.cards.find(this.#journey.cardId)?.pin ?? null;
  }

  #came(work: number, outcome: Outcome): void {
    this.#happen({ type: 'came', journey: this.#journey.id, work, outcome });
  }

  #forgetWhatIsDone({ phase, chosen }: UnlockJourney): void {
    if (phase !== 'starting') {
      this.#secrets.shred('address');
      this.#secrets.forgetStartKey();
    }
    if (phase !== 'code' && phase !== 'checking-code' && phase !== 'asking') this.#secrets.shred('code');
    if (!chosen) this.#secrets.shred('passcode');
    if (isOver(phase)) this.#secrets.shredAll();
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const moment = nextMoment(this.#journey);
    if (moment === null || this.#stop.signal.aborted) return;
    const wait = Math.min(Math.max(moment - this.#around.now(), 0) + 1, LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#happen({ type: 'time' }), wait);
  }

  #recordEnd(before: UnlockJourney, { phase, problem, cardId, truth }: UnlockJourney): void {
    if (before.phase === phase || !isOver(phase) || isOver(before.phase)) return;
    const card = truth satisfies UnlockTruth;
    this.#around.audit({ event: 'unlock-ended', cardId, done: phase === 'done', code: problem, card });
  }

  #auditOutcome(work: Work, outcome: Outcome): void {
    if (outcome.kind === 'performed' && work.kind === 'perform') {
      const { cardId, attempt, mode } = work;
      const { result, triesLeft } = outcome;
      this.#around.audit({ event: 'unlock-performed', cardId, attempt, mode, result, triesLeft });
    }
  }
}

/** What is not broken off when the user goes: what is done on the card, and what the desk has to hear. */
const GOES_ON: ReadonlySet<Work['kind']> = new Set(['perform', 'look', 'report', 'disown']);

/** What of {@link JourneyEvent} the run adds the time to. */
type Moment = JourneyEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'now'> : never) : never;
