import type { CardFailure } from '../../core/card/card-error.ts';
import type { CardAnswer, CardProgress } from '../../core/contract/card-process.ts';
import { memoryOfSecrets, overwriteSecrets } from './secrets.ts';
import type { CardWorkerOrder, CardWorkerReport } from './thread-messages.ts';
import type { WorkerPhase } from './worker-phase.ts';

/** A card worker as the pool sees it. */
export type WorkerHandle = {
  readonly phase: WorkerPhase;
  /** Moves the secrets' memory along with the order. */
  post(order: CardWorkerOrder, memory: ArrayBuffer[]): void;
  /** Has it make one call into the service, and report when that has returned. */
  probe(): void;
  /** Lets it end in its own time. */
  close(): void;
};

export type WorkerListener = { onReport(report: CardWorkerReport): void; onExit(): void };

export type PoolOptions = {
  readonly start: (listener: WorkerListener) => WorkerHandle;
  /** From order to answer, whatever happens. */
  readonly operationLimitMs: number;
  /** For getting at the card while other programs use it. */
  readonly accessLimitMs: number;
  readonly onProgress: (id: number, progress: CardProgress) => void;
  readonly onAnswer: (id: number, outcome: CardAnswer) => void;
  /** Too many calls never came back: this process is beyond repair. */
  readonly onExhausted: () => void;
};

/** An order for another reader waits for this long for the one worker before it gets a worker to itself. */
const PATIENCE_MS = 200;
const MAX_WORKERS = 4;
const MAX_STUCK = 4;
const MAX_QUEUE = 64;

type Job = { readonly order: CardWorkerOrder; limit: NodeJS.Timeout; access: NodeJS.Timeout | null };
type Member = {
  readonly handle: WorkerHandle;
  job: Job | null;
  stuckOn: string | null;
  /** Has loaded: until then a silence is this machine's slowness, not the service's. */
  ready: boolean;
  /** Who waits for its call into the service to return. */
  readonly probes: Array<() => void>;
};

/**
 * Hands orders to card workers. Normally there is one. A reader whose card stalls must not stop the others: its worker is
 * set aside with the call that does not return, and the others' work goes on in a new one.
 */
export class CardWorkerPool {
  readonly #options: PoolOptions;
  readonly #members = new Set<Member>();
  readonly #queue: Job[] = [];
  #patience: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts the first worker ahead of the first card. */
  warm(): void {
    if (this.#members.size === 0) this.#start();
  }

  /**
   * Has an idle worker make one call into the service, and calls back when that returns: never, if the service hangs. False,
   * and no callback: no worker is idle now. (One in an operation has limits of its own.)
   */
  probe(onReturned: () => void): boolean {
    const member = this.#able().find(({ job, ready }) => ready && job === null);
    if (member === undefined) {
      // All may be stuck in just such a service: the next probe shall find one that is not.
      if (!this.#closed && this.#able().length === 0) this.#start();
      return false;
    }
    member.probes.push(onReturned);
    if (member.probes.length === 1) member.handle.probe();
    return true;
  }

  submit(order: CardWorkerOrder): void {
    if (this.#closed || this.#queue.length >= MAX_QUEUE) {
      overwriteSecrets(order.operation);
      this.#options.onAnswer(order.id, {
        ok: false,
        failure: { code: this.#closed ? 'card-process-lost' : 'timed-out' },
      });
      return;
    }
    const job: Job = {
      order,
      limit: setTimeout(() => this.#overLimit(job), this.#options.operationLimitMs),
      access: null,
    };
    this.#queue.push(job);
    this.#dispatch();
  }

  /** Lets the workers end; what is queued or under way is answered now. Resolves when all that can end have ended. */
  close(): { readonly stuck: number } {
    this.#closed = true;
    this.#waitNoMore();
    for (const job of this.#queue.splice(0)) this.#refuse(job, { code: 'card-process-lost' });
    for (const member of this.#members) {
      if (member.job !== null) this.#setAside(member, { code: 'card-process-lost' });
      else if (member.stuckOn === null) member.handle.close();
    }
    return { stuck: this.#stuck().length };
  }

  #dispatch(): void {
    for (let index = 0; index < this.#queue.length; ) {
      const job = this.#queue[index];
      if (job === undefined) break;
      const member = this.#memberFor(job);
      if (member === null) {
        index += 1;
        continue;
      }
      this.#queue.splice(index, 1);
      this.#give(member, job);
    }
    this.#waitOrNot();
  }

  /** A free worker for the job; null: its reader is taken, or all workers are. */
  #memberFor(job: Job): Member | null {
    const readerTaken = (member: Member) => (member.stuckOn ?? member.job?.order.reader) === job.order.reader;
    if ([...this.#members].some(readerTaken)) return null;
    const able = this.#able();
    return able.find((member) => member.job === null) ?? (able.length === 0 ? this.#start() : null);
  }

  #give(member: Member, job: Job): void {
    member.job = job;
    job.access = setTimeout(() => {
      if (member.handle.phase.get() === 'waiting-for-access')
        this.#setAside(member, { code: 'reader-busy', holder: null });
    }, this.#options.accessLimitMs);
    member.handle.post(job.order, memoryOfSecrets(job.order.operation));
  }

  /** Somebody waits while workers are busy elsewhere: after a moment of patience, one more is worth its memory. */
  #waitOrNot(): void {
    const waits = this.#queue.some((job) => !this.#takenReaders().has(job.order.reader));
    if (!waits) {
      this.#waitNoMore();
      return;
    }
    this.#patience ??= setTimeout(() => {
      this.#patience = null;
      if (this.#able().length < MAX_WORKERS) this.#start();
      this.#dispatch();
    }, PATIENCE_MS);
  }

  #waitNoMore(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #overLimit(job: Job): void {
    const queued = this.#queue.indexOf(job);
    if (queued >= 0) {
      this.#queue.splice(queued, 1);
      this.#refuse(
        job,
        this.#stuck().some((member) => member.stuckOn === job.order.reader)
          ? { code: 'card-mute' }
          : { code: 'timed-out' },
      );
      this.#waitOrNot();
      return;
    }
    for (const member of this.#members) {
      if (member.job === job) this.#setAside(member, failureIn(member));
    }
  }

  /** Answers in the place of a worker that does not, and takes it out of service. */
  #setAside(member: Member, failure: CardFailure): void {
    const job = member.job;
    if (job === null) return;
    member.handle.phase.abandon();
    member.job = null;
    member.stuckOn = job.order.reader;
    this.#finish(job, { ok: false, failure });
    if (this.#closed) return;
    if (this.#stuck().length > MAX_STUCK) this.#options.onExhausted();
    else this.#dispatch();
  }

  #refuse(job: Job, failure: CardFailure): void {
    overwriteSecrets(job.order.operation);
    this.#finish(job, { ok: false, failure });
  }

  #finish(job: Job, outcome: CardAnswer): void {
    clearTimeout(job.limit);
    if (job.access !== null) clearTimeout(job.access);
    this.#options.onAnswer(job.order.id, outcome);
  }

  #start(): Member {
    const listener: WorkerListener = {
      onReport: (report) => this.#reported(member, report),
      onExit: () => this.#exited(member),
    };
    const member: Member = {
      handle: this.#options.start(listener),
      job: null,
      stuckOn: null,
      ready: false,
      probes: [],
    };
    this.#members.add(member);
    return member;
  }

  #reported(member: Member, report: CardWorkerReport): void {
    if (report.type === 'ready') {
      member.ready = true;
      return;
    }
    if (report.type === 'probed') {
      for (const returned of member.probes.splice(0)) returned();
      return;
    }
    const job = member.job;
    // An abandoned worker's late words are not waited for any more.
    if (job === null || job.order.id !== report.id) return;
    switch (report.type) {
      case 'progress':
        this.#options.onProgress(report.id, report.progress);
        return;
      case 'answer':
        member.job = null;
        this.#finish(job, report.outcome);
        this.#dispatch();
        this.#dismissSurplus();
        return;
    }
  }

  #exited(member: Member): void {
    this.#members.delete(member);
    const job = member.job;
    member.job = null;
    // A thread that ended is in no call that hangs.
    for (const returned of member.probes.splice(0)) returned();
    if (job !== null) this.#finish(job, { ok: false, failure: { code: 'card-process-lost' } });
    if (!this.#closed) this.#dispatch();
  }

  /** The worker that has been there longest knows most cards: it stays, others go when they are idle. */
  #dismissSurplus(): void {
    const idle = this.#able().filter((member) => member.job === null);
    if (this.#able().length <= 1) return;
    for (const member of idle.slice(idle.length === this.#able().length ? 1 : 0)) {
      this.#members.delete(member);
      member.handle.close();
    }
  }

  #able(): Member[] {
    return [...this.#members].filter((member) => member.stuckOn === null);
  }

  #stuck(): Member[] {
    return [...this.#members].filter((member) => member.stuckOn !== null);
  }

  #takenReaders(): Set<string> {
    return new Set([...this.#members].flatMap((member) => member.stuckOn ?? member.job?.order.reader ?? []));
  }
}

function failureIn(member: Member): CardFailure {
  switch (member.handle.phase.get()) {
    case 'waiting-for-access':
      return { code: 'reader-busy', holder: null };
    case 'talking':
      return { code: 'card-mute' };
    case 'idle':
      return { code: 'timed-out' };
  }
}
