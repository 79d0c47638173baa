import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOfPasscodeProblem, type FailureCode } from '../../core/agent/failure-codes.ts';
import { checkForChoosing } from '../../core/agent/passcode-policy.ts';
import { type Policy, unlockingBy } from '../../core/agent/policy.ts';
import { keptOf } from '../../core/card-desk/kept-journey.ts';
import { beginUnlock, resumeUnlock, type Step } from '../../core/card-desk/unlock-journey.ts';
import { viewOfUnlock } from '../../core/card-desk/unlock-view.ts';
import type { UnlockView, UnlockWay } from '../../core/contract/unlock.ts';
import type { Language } from '../../core/contract/view.ts';
import type { AuditEntry } from '../store/audit-log.ts';
import type { DeskClient } from './desk-client.ts';
import { type JourneyFile, MOST_KEPT } from './journey-file.ts';
import type { UnlockCards } from './unlock-cards.ts';
import { type RunSurroundings, UnlockRun } from './unlock-run.ts';
import { truthOf } from './unlock-work.ts';

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
  /** How long a proof waits for what earlier unlocks of the same card owe the desk; milliseconds. */
  readonly patienceMs?: number;
};

/** Somebody waits. A report that comes later than the next release costs a try at most. */
const PATIENCE_MS = 5_000;

const SIX_DIGITS = /^\d{6}$/;

/**
 * The unlocks of this desktop: the one that the user sees, and those that were left and still owe the desk a word. Each is a run
 * of its own with its own secrets; together they are kept on disk, from which the next agent goes on.
 */
export class UnlockDesk {
  readonly #options: UnlockDeskOptions;
  readonly #around: RunSurroundings;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #shown: UnlockRun | null = null;
  /** Oldest first. */
  #left: readonly UnlockRun[] = [];
  /** What an earlier agent has left could not be read. */
  #unread = false;
  /** By card: in which stay a wrong unblocking code was tried last, and how many tries that has left. */
  readonly #pukTries = new Map<string, { readonly insertion: string | null; readonly left: number }>();

  constructor(options: UnlockDeskOptions) {
    this.#options = options;
    const { cards, policy, audit, language, client } = options;
    this.#around = {
      cards,
      policy,
      audit,
      language,
      client,
      now: options.now ?? Date.now,
      keep: () => this.#keep(),
      othersTold: (run) => this.#othersTold(run),
      onPerformed: (run) => this.#notePukTries(run),
      onChange: (run) => this.#onChange(run),
    };
    this.#stopListening = cards.onChange(() => {
      for (const run of this.#runs) run.lookForCard();
    });
    this.#resume();
  }

  get #runs(): readonly UnlockRun[] {
    return this.#shown === null ? this.#left : [...this.#left, this.#shown];
  }

  view(): UnlockView | null {
    return this.#shown === null ? null : viewOfUnlock(this.#shown.journey);
  }

  /** Whether a card is being changed at this moment: then nothing else is to be asked of it. */
  get performing(): boolean {
    return this.#runs.some(({ journey }) => journey.phase === 'performing');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Null: taken on. */
  start(reader: string, cardId: string, way: UnlockWay): FailureCode | null {
    if (unlockingBy(this.#options.policy()) !== 'in-app') return 'Unlock_NotOffered';
    if (this.#unread) this.#resume();
    if (this.#runs.some(({ isAtCard }) => isAtCard)) return 'Attempt_InProgress';
    // The window offers it as soon as the card is known to be blocked, and it may still be being read then.
    const found = this.#options.cards.recognise(cardId);
    if (found === null) return 'Card_None';
    if (found.reader !== reader) return 'Card_Changed';
    this.#leave();
    this.#audit({ event: 'unlock-started', cardId, reader, way });
    const { insertion, pin } = found;
    const pukTries = this.#pukTriesOf(cardId, insertion);
    const id = randomUUID();
    const now = this.#around.now();
    const first = beginUnlock({ id, cardId, reader, way, insertion, truth: truthOf(pin), pukTries, now });
    const run = this.#run(first);
    this.#shown = run;
    run.begin(first);
    return null;
  }

  /** The secret is overwritten before this returns, here and in the other two. */
  address(cardId: string, typed: Uint8Array): FailureCode | null {
    // What is an address is the desk's to say; this only keeps out what cannot be one.
    const possible = typed.length >= 3 && typed.length <= 254;
    return this.#give('address', cardId, typed, possible ? null : 'Unlock_AddressNotUsable');
  }

  code(cardId: string, typed: Uint8Array): FailureCode | null {
    const isCode = typed.length === 6 && SIX_DIGITS.test(String.fromCharCode(...typed));
    return this.#give('code', cardId, typed, isCode ? null : 'Unlock_CodeMalformed');
  }

  passcode(cardId: string, typed: Uint8Array): FailureCode | null {
    const problem = checkForChoosing(typed, null, this.#options.policy().passcode);
    return this.#give('passcode', cardId, typed, problem === null ? null : codeOfPasscodeProblem(problem, 'choosing'));
  }

  #give(
    kind: 'address' | 'code' | 'passcode',
    cardId: string,
    typed: Uint8Array,
    problem: FailureCode | null,
  ): FailureCode | null {
    const run = this.#of(cardId);
    const refusal = typeof run === 'string' ? run : run.journey.phase === kind ? problem : 'Unlock_WrongStep';
    if (refusal === null && typeof run !== 'string') run.give(kind, typed);
    else typed.fill(0);
    return refusal;
  }

  retry(cardId: string): FailureCode | null {
    const run = this.#of(cardId);
    if (typeof run === 'string') return run;
    run.retry();
    return null;
  }

  cancel(cardId: string): FailureCode | null {
    const run = this.#of(cardId);
    if (typeof run === 'string') return run;
    this.#leave();
    this.#tellListeners();
    return null;
  }

  /** Ends all with the agent; what is kept on disk is resumed by the next one. */
  stop(): void {
    this.#stopListening();
    for (const run of this.#runs) run.stop();
    this.#listeners.clear();
  }

  /** The unlock of the card that whoever asks has seen. */
  #of(cardId: string): UnlockRun | FailureCode {
    if (this.#shown === null) return 'Unlock_None';
    return this.#shown.journey.cardId === cardId ? this.#shown : 'Card_Changed';
  }

  #run(first: Step): UnlockRun {
    return new UnlockRun(this.#around, first);
  }

  #resume(): void {
    const kept = this.#options.file.read();
    this.#unread = kept === null;
    const resumed = (kept ?? []).map((each) => {
      this.#audit({ event: 'unlock-resumed', cardId: each.cardId, way: each.way });
      const first = resumeUnlock(each, randomUUID(), this.#around.now());
      return { run: this.#run(first), first };
    });
    // All of them before the first begins: it would be written down without the others.
    for (const { run } of resumed) {
      if (run.journey.left || this.#shown !== null) this.#left = [...this.#left, run];
      else this.#shown = run;
    }
    for (const { run, first } of resumed) run.begin(first);
    for (const run of this.#left) if (!run.journey.left) run.leave();
  }

  /** Makes way for another, or for none. What the desk still has to hear is brought to its end out of sight. */
  #leave(): void {
    const run = this.#shown;
    if (run === null) return;
    this.#shown = null;
    this.#left = [...this.#left, run];
    run.leave();
    const [oldest] = this.#left;
    // The desk takes a release that it never hears of for a try: that is what is lost, and no card.
    if (this.#left.length >= MOST_KEPT && oldest !== undefined) this.#drop(oldest);
  }

  #drop(run: UnlockRun): void {
    run.stop();
    this.#left = this.#left.filter((each) => each !== run);
    this.#keep();
  }

  #onChange(run: UnlockRun): void {
    if (run.isFinished && this.#left.includes(run)) this.#drop(run);
    if (this.#shown === run) this.#tellListeners();
  }

  #keep(): boolean {
    const kept = this.#runs.flatMap(({ journey }) => keptOf(journey) ?? []);
    const written = this.#options.file.write(kept);
    // From now on what is there is our own.
    if (written) this.#unread = false;
    return written;
  }

  async #othersTold(run: UnlockRun): Promise<void> {
    const { cardId } = run.journey;
    const others = this.#left.filter(({ journey }) => journey.cardId === cardId);
    if (others.length === 0) return;
    const enough = new AbortController();
    const patience = wait(this.#options.patienceMs ?? PATIENCE_MS, undefined, { signal: enough.signal, ref: false });
    await Promise.race([Promise.all(others.map((each) => each.tellNow())), patience]);
    enough.abort();
    await patience.catch(() => undefined);
  }

  #notePukTries({ journey }: UnlockRun): void {
    const { cardId, insertion, pukTries } = journey;
    if (pukTries === null) this.#pukTries.delete(cardId);
    else this.#pukTries.set(cardId, { insertion, left: pukTries });
  }

  /** Of an earlier unlock in the same stay of the card: in another one its code may have been set anew. */
  #pukTriesOf(cardId: string, insertion: string): number | null {
    const told = this.#pukTries.get(cardId);
    return told?.insertion === insertion ? told.left : null;
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }

  #audit(entry: AuditEntry): void {
    this.#options.audit(entry);
  }
}
