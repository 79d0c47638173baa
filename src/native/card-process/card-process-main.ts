import type { Worker } from 'node:worker_threads';
import type { CardProcessMessage, CardProcessOrder } from '../../core/contract/card-process.ts';
import type { PcscHandle } from '../pcsc/library.ts';
import { CardWorkerPool, type WorkerHandle, type WorkerListener } from './card-worker-pool.ts';
import { CARD_PROCESS_EXITS, limitLife } from './exit.ts';
import { monotonicMs } from './monotonic.ts';
import { overwriteSecrets, takeSecrets } from './secrets.ts';
import { ServiceSigns } from './service-signs.ts';
import type { CardWorkerData, CardWorkerReport, WatcherData, WatcherMessage } from './thread-messages.ts';
import { WatcherSignal } from './watcher-signal.ts';
import { WorkerPhase } from './worker-phase.ts';

export type CardProcessOptions = {
  readonly send: (message: CardProcessMessage) => void;
  readonly startThread: (name: 'reader-watcher' | 'card-worker', workerData: WatcherData | CardWorkerData) => Worker;
  readonly exit: (code: number) => void;
  readonly operationLimitMs: number;
  readonly waitMs: number;
};

/** Until then a clean end is waited for. */
const STOP_LIMIT_MS = 500;
/** Until then any end is. */
const STOP_LIMIT_S = 1;
/** A cancel that comes a moment before the call it is meant for is lost: it is repeated until the watcher has heard. */
const CANCEL_AGAIN_MS = 20;
/** pcsc-lite takes a little to answer a connect when access is free; the limit must not compete with its own. */
const ACCESS_GRACE_MS = 250;

/** How often the service is made to prove that it answers, while somebody is signed in. */
const PROOF_INTERVAL_MS = 5000;

type Operate = Extract<CardProcessOrder, { type: 'operate' }>;

/** The main thread of the card process: passes on what the watcher sees, and orders to workers. It never calls PC/SC. */
export class CardProcess {
  readonly #options: CardProcessOptions;
  readonly #signal = new WatcherSignal();
  readonly #signs = new ServiceSigns(() => this.#signal.knock());
  readonly #pool: CardWorkerPool;
  /** What is in which reader now. */
  readonly #stays = new Map<string, { insertion: string; atr: Uint8Array }>();
  readonly #threads = new Set<Worker>();
  #watchedContext: PcscHandle | null = null;
  #serviceRuns = false;
  #provenAt = Number.NEGATIVE_INFINITY;
  #stopping = false;

  constructor(options: CardProcessOptions) {
    this.#options = options;
    this.#pool = new CardWorkerPool({
      start: (listener) => this.#startWorker(listener),
      operationLimitMs: options.operationLimitMs,
      accessLimitMs: options.waitMs + ACCESS_GRACE_MS,
      onProgress: (id, progress) => options.send({ type: 'progress', id, progress }),
      onAnswer: (id, outcome) => options.send({ type: 'answer', id, outcome }),
      onExhausted: () => options.exit(CARD_PROCESS_EXITS.exhausted),
    });
  }

  start(): void {
    const data: WatcherData = { signal: this.#signal.cells.buffer };
    const watcher = this.#options.startThread('reader-watcher', data);
    this.#threads.add(watcher);
    watcher.on('message', (message: WatcherMessage) => this.#seen(message));
    watcher.on('error', (error) => this.#options.send(logOf(error)));
    watcher.on('exit', () => {
      this.#threads.delete(watcher);
      if (this.#stopping) this.#exitWhenAlone();
      else this.#options.exit(CARD_PROCESS_EXITS.watcherFailed);
    });
  }

  obey(order: CardProcessOrder): void {
    switch (order.type) {
      case 'operate':
        this.#operate(order);
        return;
      case 'ping':
        this.#proveAlive(order.nonce);
        return;
      case 'resumed':
        this.#command('resumed');
        return;
      case 'stop':
        this.stop();
        return;
    }
  }

  /** Wakes and joins the threads, releases their contexts, and exits; what does not end in time is cut off. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#signs.rest();
    setTimeout(() => this.#options.exit(CARD_PROCESS_EXITS.stopped), STOP_LIMIT_MS).unref();
    this.#pool.close();
    this.#command('stop');
    this.#exitWhenAlone();
  }

  #seen(message: WatcherMessage): void {
    if (message.type === 'context') {
      this.#watchedContext = message.handle;
      return;
    }
    // First of all the agent hears: a desktop may be waiting to be locked.
    this.#options.send(message);
    switch (message.type) {
      case 'inserted':
        this.#stays.set(message.reader, { insertion: message.insertion, atr: message.atr });
        return;
      case 'removed':
        this.#stays.delete(message.reader);
        return;
      case 'mute':
        this.#stays.set(message.reader, { insertion: message.insertion, atr: new Uint8Array() });
        return;
      case 'service':
        this.#serviceRuns = message.state === 'running';
        if (this.#serviceRuns) this.#signs.rest();
        else this.#serviceDown();
        return;
      case 'surveyed':
        this.#pool.warm();
        return;
      case 'readers':
      case 'log':
        return;
    }
  }

  #serviceDown(): void {
    if (this.#stopping) return;
    this.#signs.look();
    // It may have come back before we looked.
    this.#signal.knock();
  }

  /**
   * The agent pings only while somebody is signed in, and then a service that hangs without a word is as bad as a process
   * that does: the watcher blocked in it would sleep through the card being pulled. So from time to time the answer waits for a
   * call into the service; if that does not return, the agent takes this process for hung, ends it, and counts its cards as
   * gone. The next one is blocked before it has seen the service run, asks for no proof, and waits.
   */
  #proveAlive(nonce: number): void {
    const alive = () => this.#options.send({ type: 'alive', nonce });
    const due = this.#serviceRuns && monotonicMs() - this.#provenAt >= PROOF_INTERVAL_MS;
    const asked =
      due &&
      this.#pool.probe(() => {
        this.#provenAt = monotonicMs();
        alive();
      });
    if (!asked) alive();
  }

  #operate({ id, reader, insertion, operation }: Operate): void {
    const stay = this.#stays.get(reader);
    if (stay?.insertion !== insertion) {
      overwriteSecrets(operation);
      this.#options.send({ type: 'answer', id, outcome: { ok: false, failure: { code: 'card-removed' } } });
      return;
    }
    this.#pool.submit({ id, reader, insertion, atr: stay.atr, operation: takeSecrets(operation) });
  }

  /** Gives the watcher a command, and wakes it from the call in which it waits for cards. */
  #command(command: 'resumed' | 'stop'): void {
    this.#signal.order(command);
    void this.#wake(command);
  }

  async #wake(command: 'resumed' | 'stop'): Promise<void> {
    // Only now does this thread need the library; until then it does without its memory.
    const { cancelContext } = await import('../pcsc/context.ts');
    // A service that hangs does not answer a cancel either; and when the agent is gone, nobody would end this process.
    if (command === 'stop') await limitLife(STOP_LIMIT_S);
    const again = () => {
      if (this.#signal.pending() !== command || this.#watchedContext === null) return;
      cancelContext(this.#watchedContext);
      setTimeout(again, CANCEL_AGAIN_MS).unref();
    };
    again();
  }

  #startWorker(listener: WorkerListener): WorkerHandle {
    const phase = new WorkerPhase();
    const data: CardWorkerData = { phase: phase.cells.buffer, waitMs: this.#options.waitMs };
    const worker = this.#options.startThread('card-worker', data);
    this.#threads.add(worker);
    worker.on('message', (report: CardWorkerReport) => listener.onReport(report));
    worker.on('error', (error) => this.#options.send(logOf(error)));
    worker.on('exit', () => {
      this.#threads.delete(worker);
      listener.onExit();
      this.#exitWhenAlone();
    });
    return {
      phase,
      post: (order, memory) => worker.postMessage(order, memory),
      probe: () => worker.postMessage('probe', []),
      close: () => worker.postMessage('close', []),
    };
  }

  #exitWhenAlone(): void {
    if (this.#stopping && this.#threads.size === 0) process.exit(CARD_PROCESS_EXITS.stopped);
  }
}

/** The kind of an error and where it arose; its message could quote anything. */
function logOf(error: unknown): CardProcessMessage {
  const message = error instanceof Error ? `${error.name} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : typeof error;
  return { type: 'log', level: 'error', message: `a thread failed: ${message}`.slice(0, 500) };
}
