import { codeOfPasscodeProblem, type FailureCode } from '../../core/agent/failure-codes.ts';
import { checkForChoosing } from '../../core/agent/passcode-policy.ts';
import { type Policy, unlockingBy } from '../../core/agent/policy.ts';
import {
  beginUnlock,
  isOver,
  type JourneyEvent,
  keptOf,
  nextMoment,
  type Outcome,
  owes,
  resumeUnlock,
  type Step,
  step,
  type UnlockJourney,
  viewOfUnlock,
  type Work,
} from '../../core/card-desk/unlock-journey.ts';
import type { PinStatus } from '../../core/contract/card-process.ts';
import type { UnlockTruth, UnlockView, UnlockWay } from '../../core/contract/unlock.ts';
import type { Language } from '../../core/contract/view.ts';
import type { AuditEntry } from '../store/audit-log.ts';
import { DeskClient } from './desk-client.ts';
import type { JourneyFile } from './journey-file.ts';
import type { UnlockCards } from './unlock-cards.ts';
import { UnlockSecrets } from './unlock-secrets.ts';
import { doWork, truthOf } from './unlock-work.ts';

export type UnlockDeskOptions = {
  readonly cards: UnlockCards;
  readonly policy: () => Policy;
  readonly file: Pick<JourneyFile, 'read' | 'write'>;
  readonly audit: (entry: AuditEntry) => void;
  readonly language: () => Language;
  /** One for each piece of work: the policy may have changed. */
  readonly client?: (policy: Policy) => DeskClient;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

const SIX_DIGITS = /^\d{6}$/;
/** Timers count no further than this at a time. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Runs the unlock of one card: brings the journey (src/core/card-desk) what the user, the card, the desk and the clock say, does
 * the work it asks for, and keeps on disk what has to outlive the agent. Holds what was typed, and tells nobody.
 */
export class UnlockDesk {
  readonly #options: UnlockDeskOptions;
  readonly #now: () => number;
  readonly #secrets = new UnlockSecrets();
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  readonly #stop = new AbortController();
  #journey: UnlockJourney | null = null;
  /** The user has put it away; what the desk still has to hear of is brought to its end. */
  #hidden = false;
  /** What was read of the PIN before the card was last worked on. */
  #stale: PinStatus | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: UnlockDeskOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#stopListening = options.cards.onChange(() => this.#lookForCard());
    const kept = options.file.read();
    if (kept === null) return;
    this.#audit({ event: 'unlock-resumed', cardId: kept.cardId, way: kept.way });
    this.#take(resumeUnlock(kept, this.#now()));
    this.#lookForCard();
  }

  view(): UnlockView | null {
    return this.#journey === null || this.#hidden ? null : viewOfUnlock(this.#journey);
  }

  /** Whether the card is being changed at this moment: then nothing else is to be asked of it. */
  get performing(): boolean {
    return this.#journey?.phase === 'performing';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Null: taken on. */
  start(reader: string, cardId: string, way: UnlockWay): FailureCode | null {
    if (unlockingBy(this.#options.policy()) !== 'in-app') return 'Unlock_NotOffered';
    if (this.#journey?.phase === 'performing') return 'Attempt_InProgress';
    const found = this.#options.cards.find(cardId);
    if (found === null) return 'Card_None';
    if (found.reader !== reader) return 'Card_Changed';
    this.#drop();
    this.#audit({ event: 'unlock-started', cardId, reader, way });
    const { insertion, pin } = found;
    this.#take(beginUnlock({ cardId, reader, way, insertion, truth: truthOf(pin), now: this.#now() }));
    return null;
  }

  /** The secret is overwritten before this returns, here and in the other two. */
  address(typed: Uint8Array): FailureCode | null {
    // What is an address is the desk's to say; this only keeps out what cannot be one.
    const possible = typed.length >= 3 && typed.length <= 254;
    return this.#give('address', typed, possible ? null : 'Unlock_AddressNotUsable', 'address-given');
  }

  code(typed: Uint8Array): FailureCode | null {
    const isCode = typed.length === 6 && SIX_DIGITS.test(String.fromCharCode(...typed));
    return this.#give('code', typed, isCode ? null : 'Unlock_CodeMalformed', 'code-given');
  }

  passcode(typed: Uint8Array): FailureCode | null {
    const problem = checkForChoosing(typed, null, this.#options.policy().passcode);
    const code = problem === null ? null : codeOfPasscodeProblem(problem, 'choosing');
    return this.#give('passcode', typed, code, 'passcode-given');
  }

  #give(
    kind: 'address' | 'code' | 'passcode',
    typed: Uint8Array,
    problem: FailureCode | null,
    type: 'address-given' | 'code-given' | 'passcode-given',
  ): FailureCode | null {
    const refusal =
      this.#journey === null || this.#hidden
        ? 'Unlock_None'
        : this.#journey.phase === kind
          ? problem
          : 'Unlock_WrongStep';
    if (refusal !== null) {
      typed.fill(0);
      return refusal;
    }
    this.#secrets.put(kind, typed);
    this.#happen({ type });
    return null;
  }

  retry(): FailureCode | null {
    if (this.#journey === null || this.#hidden) return 'Unlock_None';
    this.#happen({ type: 'retry' });
    return null;
  }

  cancel(): FailureCode | null {
    if (this.#journey === null || this.#hidden) return 'Unlock_None';
    if (mustGoOn(this.#journey)) this.#hidden = true;
    else this.#drop();
    this.#changed();
    return null;
  }

  /** Ends it with the agent; what is kept on disk is resumed by the next one. */
  stop(): void {
    this.#stop.abort();
    this.#stopListening();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#secrets.shredAll();
    this.#listeners.clear();
  }

  #lookForCard(): void {
    const journey = this.#journey;
    if (journey === null || this.#stop.signal.aborted) return;
    const found = this.#options.cards.find(journey.cardId);
    const truth = found === null || found.pin === this.#stale ? 'not-known' : truthOf(found.pin);
    const known = truth === 'not-known' || truth === journey.truth;
    if ((found?.insertion ?? null) === journey.insertion && known) return;
    this.#happen({
      type: 'card',
      at: found === null ? null : { reader: found.reader, insertion: found.insertion },
      truth,
    });
  }

  #happen(event: Moment): void {
    if (this.#journey !== null) this.#take(step(this.#journey, { ...event, now: this.#now() }));
  }

  /** On disk first, and only then done. */
  #take({ journey, work }: Step): void {
    const before = this.#journey;
    this.#journey = journey;
    this.#record(before, journey);
    this.#forgetWhatIsDone(journey);
    this.#options.file.write(keptOf(journey));
    if (work !== null) void this.#work(work, journey.work?.number ?? 0);
    if (this.#hidden && !mustGoOn(journey)) this.#drop();
    this.#arm();
    this.#changed();
  }

  async #work(work: Work, number: number): Promise<void> {
    const { cards, policy, language } = this.#options;
    if (work.kind === 'perform') this.#stale = cards.find(work.cardId)?.pin ?? null;
    const client = this.#options.client?.(policy()) ?? new DeskClient({ policy: policy().desk });
    const tools = { client, cards, secrets: this.#secrets, language: language(), signal: this.#stop.signal };
    const outcome = await doWork(work, tools);
    if (this.#stop.signal.aborted) return;
    this.#auditOutcome(work, outcome);
    this.#happen({ type: 'came', work: number, outcome });
    this.#lookForCard();
  }

  #forgetWhatIsDone({ phase, chosen }: UnlockJourney): void {
    if (phase !== 'address' && phase !== 'starting') this.#secrets.shred('address');
    if (phase !== 'code' && phase !== 'checking-code' && phase !== 'asking') this.#secrets.shred('code');
    if (phase !== 'starting') this.#secrets.forgetStartKey();
    if (!chosen) this.#secrets.shred('passcode');
    if (isOver(phase)) this.#secrets.shredAll();
  }

  #drop(): void {
    this.#journey = null;
    this.#hidden = false;
    this.#stale = null;
    this.#secrets.shredAll();
    this.#options.file.write(null);
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const moment = this.#journey === null ? null : nextMoment(this.#journey);
    if (moment === null || this.#stop.signal.aborted) return;
    const wait = Math.min(Math.max(moment - this.#now(), 0) + 1, LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#happen({ type: 'time' }), wait);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #audit(entry: AuditEntry): void {
    this.#options.audit(entry);
  }

  #record(before: UnlockJourney | null, { phase, problem, cardId, truth }: UnlockJourney): void {
    if (before === null || before.phase === phase || !isOver(phase)) return;
    this.#audit({
      event: 'unlock-ended',
      cardId,
      done: phase === 'done',
      code: problem,
      card: truth satisfies UnlockTruth,
    });
  }

  #auditOutcome(work: Work, outcome: Outcome): void {
    if (outcome.kind === 'performed' && work.kind === 'perform') {
      const { cardId, attempt, mode } = work;
      const { result, triesLeft } = outcome;
      this.#audit({ event: 'unlock-performed', cardId, attempt, mode, result, triesLeft });
    }
  }
}

/** What of {@link JourneyEvent} the engine adds the time to. */
type Moment = JourneyEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'now'> : never) : never;

function mustGoOn(journey: UnlockJourney): boolean {
  return ['performing', 'looking', 'reporting'].includes(journey.phase) || owes(journey);
}
