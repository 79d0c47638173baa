import type { AgentEffect, AttemptResult } from '../../core/agent/effects.ts';
import type { AgentEvent, AttemptKind } from '../../core/agent/events.ts';
import { codeOfPasscodeProblem, type FailureCode } from '../../core/agent/failure-codes.ts';
import { checkForChoosing, checkForVerifying } from '../../core/agent/passcode-policy.ts';
import type { Policy } from '../../core/agent/policy.ts';
import type { RemovalAction } from '../../core/agent/policy-names.ts';
import { reduce } from '../../core/agent/reduce.ts';
import {
  type AgentState,
  type AlertMemory,
  type Clock,
  hasActiveCard,
  initialState,
  nextDeadline,
} from '../../core/agent/state.ts';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { CardOperation, CardProcessMessage, CardProgress } from '../../core/contract/card-process.ts';
import type { DesktopSession, IdleClock, LockOutcome } from '../../core/contract/desktop-session.ts';
import { monotonicMs } from '../../native/card-process/monotonic.ts';
import { type CertificateJudge, DatesJudge } from '../certificates/certificate-judge.ts';
import { AttemptVault } from './attempt-vault.ts';
import { CardCertificates } from './card-certificates.ts';
import { askForProof, isProof, type Proof } from './possession.ts';

export type AgentRuntimeOptions = {
  readonly cards: CardHost;
  readonly desktop: DesktopSession;
  /** Absent where this desktop does not tell, or nobody wants to know. */
  readonly idle?: IdleClock | null;
  readonly policy: Policy;
  readonly bootId: string;
  readonly alerts?: AlertMemory;
  /** Left out: dates and names alone are looked at. */
  readonly certificates?: CertificateJudge;
};

/** Everything the agent did, as it does it: the audit, notifications and `--json` hang on this. */
export type AgentNews =
  | { readonly type: 'state'; readonly state: AgentState }
  | { readonly type: 'effect'; readonly effect: AgentEffect; readonly at: Clock }
  | { readonly type: 'lock-requested'; readonly decision: number; readonly at: Clock }
  | {
      readonly type: 'acted';
      readonly decision: number;
      readonly action: RemovalAction;
      readonly done: boolean;
      readonly outcome: LockOutcome | { readonly detail: string | null };
      readonly at: Clock;
    }
  | { readonly type: 'card-log'; readonly level: 'info' | 'warning' | 'error'; readonly message: string };

export type AttemptRequest = {
  readonly kind: AttemptKind;
  readonly reader: string;
  /** The card that it is for; null: whichever is in that reader. */
  readonly cardId: string | null;
  /** verify: [passcode]; change: [old, new]; unblock: [PUK, new]. Overwritten by the runtime, whatever comes of it. */
  readonly secrets: readonly Uint8Array[];
  readonly lastTry: boolean;
};

/** Dates are looked at again at least this often, for clocks that are turned and timers that cannot count far. */
const LONGEST_WAIT_MS = 3_600_000;

/** What is under way at the end may take this long: whoever ends us waits for it. */
const LAST_ACTIONS_MS = 5_000;

/** Runs the pure agent: brings it events from cards and desktop, and does what it wants done. */
export class AgentRuntime {
  private current: AgentState;
  private readonly options: AgentRuntimeOptions;
  private readonly vault = new AttemptVault();
  private readonly answers = new Map<number, (result: AttemptResult) => void>();
  private readonly listeners = new Set<(news: AgentNews) => void>();
  private readonly certificates: CardCertificates;
  private readonly judge: CertificateJudge;
  private readonly endings: Array<() => void> = [];
  private readonly queue: AgentEvent[] = [];
  private dispatching = false;
  private attempts = 0;
  private timer: NodeJS.Timeout | null = null;
  private stopIdle: (() => void) | null = null;
  /** Actions that the desktop has been asked for and has not finished. */
  private readonly underWay = new Set<Promise<void>>();
  private end: Promise<void> | null = null;
  private stopped = false;

  constructor(options: AgentRuntimeOptions) {
    this.options = options;
    const system = { bootId: options.bootId, remote: options.desktop.remote, removalPolicy: 'unknown' } as const;
    this.judge = options.certificates ?? new DatesJudge(options.policy);
    this.certificates = new CardCertificates(this.judge, (place, certificate, shown) =>
      this.dispatch({ type: 'certificate', ...place, certificate, shown }),
    );
    this.current = initialState(options.policy, now(), system, options.alerts);
  }

  get state(): AgentState {
    return this.current;
  }

  listen(listener: (news: AgentNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    const { cards, desktop } = this.options;
    this.endings.push(
      cards.onMessage((message) => this.hear(message)),
      cards.onLost(() => this.dispatch({ type: 'card-process-lost' })),
      desktop.onScreenState((screen) => this.dispatch({ type: 'screen', screen })),
      desktop.onResume(() => this.resumed()),
      this.judge.onNews(() => this.certificates.judgeAgain(this.current.readers)),
      this.judge.onRunningOut((sources) => this.dispatch({ type: 'revocation-running-out', sources })),
    );
    this.dispatch({ type: 'screen', screen: desktop.screenState() });
    void desktop
      .systemRemovalPolicy()
      .then((removalPolicy) => this.dispatch({ type: 'removal-policy-of-system', removalPolicy }));
    void this.watchIdle();
  }

  /** Ends it, once: what has been decided about the desktop is done first. */
  stop(): Promise<void> {
    this.end ??= this.endInOrder();
    return this.end;
  }

  private async endInOrder(): Promise<void> {
    this.dispatch({ type: 'ending' });
    if (this.underWay.size > 0) await this.lastActions();
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.stopIdle?.();
    this.options.idle?.close();
    for (const end of this.endings) end();
    this.vault.shredAll();
    for (const answer of this.answers.values()) answer({ ok: false, code: 'Agent_NotRunning' });
    this.answers.clear();
    await this.options.cards.stop();
    await this.judge.stop();
    await this.options.desktop.close();
  }

  /** Until no action is under way any more: one that fails may lead to another. */
  private async lastActions(): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, LAST_ACTIONS_MS);
    const done = async () => {
      while (this.underWay.size > 0) await Promise.all(this.underWay);
    };
    await Promise.race([done(), limit.promise]);
    clearTimeout(timer);
  }

  /** Tries a passcode, changes it, or unblocks the card. Never rejects; the secrets are overwritten in every case. */
  attempt(request: AttemptRequest): Promise<AttemptResult> {
    if (this.end !== null) {
      for (const secret of request.secrets) secret.fill(0);
      return Promise.resolve({ ok: false, code: 'Agent_NotRunning' });
    }
    const attempt = ++this.attempts;
    const { kind, reader, cardId, secrets, lastTry } = request;
    this.vault.put(attempt, secrets);
    const { promise, resolve } = Promise.withResolvers<AttemptResult>();
    this.answers.set(attempt, resolve);
    this.dispatch({ type: 'attempt', attempt, kind, reader, cardId, problem: this.problemOf(kind, secrets), lastTry });
    return promise;
  }

  /** A PUK has the form of a passcode (SP 800-73-4 part 2, 2.4.3). */
  private problemOf(kind: AttemptKind, [first, second]: readonly Uint8Array[]): FailureCode | null {
    const empty = new Uint8Array();
    const present = checkForVerifying(first ?? empty);
    if (present !== null) return codeOfPasscodeProblem(present, 'verifying');
    if (kind === 'verify') return null;
    const old = kind === 'change' ? (first ?? empty) : null;
    const chosen = checkForChoosing(second ?? empty, old, this.current.policy.passcode);
    return chosen === null ? null : codeOfPasscodeProblem(chosen, 'choosing');
  }

  lockNow(): void {
    this.dispatch({ type: 'lock-now' });
  }

  /** For a process that is about to die of an error: nobody will lock later. */
  async lockIfActive(): Promise<void> {
    const { graces, failedAction } = this.current;
    const wanted = hasActiveCard(this.current) || graces.length > 0 || failedAction !== null;
    if (wanted) await this.options.desktop.lock();
  }

  /** The user answers the reminder of an unattended card. */
  userIsHere(): void {
    this.dispatch({ type: 'user-active' });
  }

  readAgain(reader: string): void {
    this.dispatch({ type: 'read-again', reader });
  }

  /** The host noticed a wake-up. */
  resumed(): void {
    this.dispatch({ type: 'resumed' });
    this.options.cards.resumed();
    this.judge.resumed();
  }

  changePolicy(policy: Policy): void {
    this.dispatch({ type: 'policy-changed', policy });
    this.judge.changePolicy(policy);
    void this.watchIdle();
  }

  private hear(message: CardProcessMessage): void {
    switch (message.type) {
      case 'service':
        this.dispatch({ type: 'service', state: message.state });
        return;
      case 'readers':
        this.dispatch({ type: 'readers', names: message.readers });
        return;
      case 'inserted':
        this.dispatch({
          type: 'inserted',
          reader: message.reader,
          insertion: message.insertion,
          eventCount: message.eventCount,
          atr: Buffer.from(message.atr).toString('hex'),
        });
        return;
      case 'mute':
        this.dispatch({ type: 'mute', reader: message.reader, insertion: message.insertion });
        return;
      case 'removed': {
        const { reader, insertion, cause } = message;
        this.dispatch({ type: 'removed', reader, insertion, cause });
        return;
      }
      case 'log':
        this.tell({ type: 'card-log', level: message.level, message: message.message });
        return;
      case 'surveyed':
      case 'progress':
      case 'answer':
      case 'alive':
        return;
    }
  }

  /** One event after the other: an effect that brings an event at once waits for its turn. */
  private dispatch(event: WithoutTime<AgentEvent>): void {
    if (this.stopped) return;
    this.queue.push({ ...event, at: now() });
    if (this.dispatching) return;
    this.dispatching = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.step(next);
    } finally {
      this.dispatching = false;
    }
  }

  private step(event: AgentEvent): void {
    const { state, effects } = reduce(this.current, event);
    this.current = state;
    // The desktop first: nothing that takes time may come between a removal and its lock.
    for (const effect of effects) if (effect.type === 'act') this.act(effect);
    for (const effect of effects) {
      this.tell({ type: 'effect', effect, at: event.at });
      this.carryOut(effect);
    }
    this.options.cards.setVigilant(hasActiveCard(state));
    this.certificates.keepOnlyOf(state.readers);
    this.armTimer();
    this.tell({ type: 'state', state });
  }

  private carryOut(effect: AgentEffect): void {
    switch (effect.type) {
      case 'read':
        void this.read(effect.reader, effect.insertion);
        return;
      case 'operate':
        void this.operate(effect);
        return;
      case 'answer':
        this.vault.shred(effect.attempt);
        this.answers.get(effect.attempt)?.(effect.result);
        this.answers.delete(effect.attempt);
        return;
      case 'judge':
        this.certificates.judge({ reader: effect.reader, insertion: effect.insertion, slot: effect.slot }, false);
        return;
      case 'act':
      case 'decided':
      case 'settled':
      case 'warn-of-expiry':
      case 'issuer-ending':
      case 'revocation-running-out':
      case 'session-began':
      case 'session-ended':
      case 'tell':
        return;
    }
  }

  private act({ action, decision }: Extract<AgentEffect, { type: 'act' }>): void {
    const { desktop } = this.options;
    const { removal } = this.current.policy;
    const finish = (done: boolean, outcome: LockOutcome | { detail: string | null }) => {
      this.tell({ type: 'acted', decision, action, done, outcome, at: now() });
      this.dispatch({ type: 'action-finished', decision, action, done });
    };
    const follow = <Outcome>(work: Promise<Outcome>, then: (outcome: Outcome) => void) => {
      const finished: Promise<void> = work.then(then).finally(() => this.underWay.delete(finished));
      this.underWay.add(finished);
    };
    const run = (work: Promise<{ done: boolean; detail: string | null }>) =>
      follow(work, (outcome) => finish(outcome.done, outcome));
    switch (action) {
      case 'lock': {
        const locking = desktop.lock();
        this.tell({ type: 'lock-requested', decision, at: now() });
        follow(locking, (outcome) => finish(outcome.locked, outcome));
        return;
      }
      case 'log-off':
        run(desktop.logOff());
        return;
      case 'disconnect':
        run(desktop.disconnect());
        return;
      case 'close-apps':
        run(desktop.closeApps(removal.closeApps));
        return;
      case 'command':
        run(desktop.run(removal.command ?? []));
        return;
      case 'nothing':
        return;
    }
  }

  private async read(reader: string, insertion: string): Promise<void> {
    const answer = await this.options.cards.request(reader, insertion, { kind: 'read' }, (progress) =>
      this.progress(reader, insertion, progress),
    );
    // What the card has told comes first: a card without a word on its certificate would look ready.
    await this.certificates.told(insertion);
    this.dispatch({ type: 'read-finished', reader, insertion, failure: answer.ok ? null : answer.failure });
  }

  private progress(reader: string, insertion: string, progress: CardProgress): void {
    switch (progress.kind) {
      case 'unblocking':
        return;
      case 'recognised':
        this.dispatch({ type: 'recognised', reader, insertion, identity: progress.identity });
        return;
      case 'pin-status':
        this.dispatch({ type: 'pin-status', reader, insertion, status: progress.status });
        return;
      case 'certificate': {
        // An unreadable object is judged like one that is no certificate.
        const der = progress.unreadable ? new Uint8Array() : progress.der;
        const place = { reader, insertion, slot: progress.slot };
        if (der !== null) this.certificates.keep(place, der);
        this.certificates.judge(place, !progress.remembered);
        return;
      }
    }
  }

  private async operate(effect: Extract<AgentEffect, { type: 'operate' }>): Promise<void> {
    const { attempt, reader, insertion } = effect;
    const secrets = this.vault.take(attempt);
    const proof = effect.kind === 'verify' ? this.proofOf(reader, insertion) : null;
    const operation = operationFor(effect, secrets, proof);
    const answer = await this.options.cards.request(reader, insertion, operation);
    for (const secret of secrets) secret.fill(0);
    const outcome = !answer.ok
      ? answer
      : answer.value.kind === 'pin'
        ? ({ ok: true, status: answer.value.status } as const)
        : ({ ok: false, failure: { code: 'malformed-answer', what: 'card process' } } as const);
    const signature = answer.ok && answer.value.kind === 'pin' ? (answer.value.signature ?? null) : null;
    const possession = proof === null ? 'not-asked' : isProof(proof, signature) ? 'proven' : 'not-proven';
    this.dispatch({ type: 'attempt-finished', reader, insertion, attempt, outcome, possession });
  }

  /** What the card is asked to sign; null where policy does not want it, or there is no key that it could show. */
  private proofOf(reader: string, insertion: string): Proof | null {
    const { provePossession, signInSlot: slot } = this.current.policy.certificates;
    const der = this.certificates.derOf({ reader, insertion, slot });
    return provePossession && der !== null ? askForProof(slot, der) : null;
  }

  private armTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const deadline = nextDeadline(this.current);
    if (deadline === null || this.stopped) return;
    const wait = Math.min(Math.max(deadline - now().monotonic, 0), LONGEST_WAIT_MS);
    this.timer = setTimeout(() => this.dispatch({ type: 'time-passed' }), wait);
  }

  private async watchIdle(): Promise<void> {
    this.stopIdle?.();
    this.stopIdle = null;
    const { idle, policy } = { idle: this.options.idle, policy: this.current.policy };
    const seconds = policy.unattended.remindAfterSeconds;
    if (idle === null || idle === undefined || seconds === null) return;
    const stop = await idle.watch(
      seconds * 1000,
      () => this.dispatch({ type: 'user-idle' }),
      () => this.dispatch({ type: 'user-active' }),
    );
    if (this.stopped || this.current.policy !== policy) stop();
    else this.stopIdle = stop;
  }

  private tell(news: AgentNews): void {
    for (const listener of this.listeners) {
      try {
        listener(news);
      } catch (error) {
        // A listener's fault is told where faults are told, but never stands between a card and its lock.
        process.nextTick(() => process.emit('warning', error instanceof Error ? error : new Error('listener')));
      }
    }
  }
}

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

function now(): Clock {
  return { monotonic: monotonicMs(), wall: Date.now() };
}

function operationFor(
  { kind, cardId, lastTry }: Extract<AgentEffect, { type: 'operate' }>,
  [first = new Uint8Array(), second = new Uint8Array()]: readonly Uint8Array[],
  proof: Proof | null,
): CardOperation {
  switch (kind) {
    case 'verify':
      return { kind, pin: first, cardId, lastTry, ...(proof === null ? {} : { prove: proof.asked }) };
    case 'change':
      return { kind, pin: first, newPin: second, cardId, lastTry };
    case 'unblock':
      return { kind, puk: first, newPin: second, cardId, lastTry };
  }
}
