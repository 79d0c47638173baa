import * as v from 'valibot';
import type { CardHost } from '../../core/contract/card-host.ts';
import {
  type CardAnswer,
  type CardOperation,
  type CardProcessMessage,
  CardProcessMessageSchema,
  type CardProcessOrder,
  type CardProgress,
} from '../../core/contract/card-process.ts';
import { type CardProcessChild, type SpawnOptions, spawnCardProcess } from './card-process-child.ts';
import { Heartbeat } from './heartbeat.ts';
import { monotonicMs } from './monotonic.ts';
import { overwriteSecrets, takeSecrets } from './secrets.ts';

export type CardProcessClientOptions = {
  /** The process's program; the one beside this module unless told. */
  readonly entry?: URL;
  readonly env?: NodeJS.ProcessEnv;
  /** How the process is started; child_process.spawn unless told. */
  readonly spawn?: (options: SpawnOptions) => CardProcessChild;
  /** The card process answers each operation within this. */
  readonly operationLimitMs?: number;
  /** How long another program's hold on a card is waited out. */
  readonly waitMs?: number;
  readonly pingIntervalMs?: number;
  readonly pingLimitMs?: number;
};

export type CardProcessClient = CardHost & {
  /** Of the process that runs now. */
  pid(): number | null;
};

const OPERATION_LIMIT_MS = 15_000;
const WAIT_MS = 3000;
/** What a request may take beyond the operation's own limit before the process counts as hung. */
const REQUEST_GRACE_MS = 2000;
/** Half of an idle agent's processor time goes into this; a hang is noticed within the interval and the limit. */
const PING_INTERVAL_MS = 2000;
const PING_LIMIT_MS = 2000;

const FIRST_RESTART_MS = 100;
const MAX_RESTART_MS = 10_000;
const HEALTHY_MS = 30_000;
const STOP_LIMIT_MS = 1500;
/** A process that talks nonsense more often than this in its life is not believed any more. */
const MAX_MALFORMED = 2;

type Lost = 'crashed' | 'hung';
type Pending = {
  readonly resolve: (answer: CardAnswer) => void;
  readonly onProgress: (progress: CardProgress) => void;
  readonly limit: NodeJS.Timeout;
};
type Running = { readonly child: CardProcessChild; readonly since: number; malformed: number; lost: Lost };

/** Starts the card process and keeps it running until `stop`. */
export function startCardProcess(options: CardProcessClientOptions = {}): CardProcessClient {
  const supervisor = new Supervisor(options);
  supervisor.start();
  return supervisor;
}

class Supervisor implements CardProcessClient {
  readonly #options: CardProcessClientOptions;
  readonly #messageListeners = new Set<(message: CardProcessMessage) => void>();
  readonly #lostListeners = new Set<(reason: Lost) => void>();
  readonly #pending = new Map<number, Pending>();
  readonly #heartbeat: Heartbeat;
  #running: Running | null = null;
  #lastId = 0;
  #restartMs = FIRST_RESTART_MS;
  #restart: NodeJS.Timeout | null = null;
  #stopped: Promise<void> | null = null;
  #onStopped: (() => void) | null = null;

  constructor(options: CardProcessClientOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat({
      intervalMs: options.pingIntervalMs ?? PING_INTERVAL_MS,
      limitMs: options.pingLimitMs ?? PING_LIMIT_MS,
      ping: (nonce) => this.#running?.child.send({ type: 'ping', nonce }),
      onSilence: () => this.#end('hung'),
    });
  }

  start(): void {
    this.#restart = null;
    const spawn = this.#options.spawn ?? spawnCardProcess;
    const child = spawn({
      entry: this.#options.entry ?? new URL(`./card-process.${moduleKind()}`, import.meta.url),
      arguments: [
        `--operation-limit-ms=${this.#options.operationLimitMs ?? OPERATION_LIMIT_MS}`,
        `--wait-ms=${this.#options.waitMs ?? WAIT_MS}`,
      ],
      env: this.#options.env ?? process.env,
    });
    const running: Running = { child, since: monotonicMs(), malformed: 0, lost: 'crashed' };
    this.#running = running;
    child.onMessage((message) => this.#received(running, message));
    child.onExit((how) => this.#exited(running, how));
    this.#heartbeat.restart();
  }

  pid(): number | null {
    return this.#running?.child.pid ?? null;
  }

  onMessage(listener: (message: CardProcessMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  onLost(listener: (reason: Lost) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  request(
    reader: string,
    insertion: string,
    operation: CardOperation,
    onProgress: (progress: CardProgress) => void = () => {},
  ): Promise<CardAnswer> {
    return new Promise((resolve) => {
      if (this.#running === null || this.#stopped !== null) {
        overwriteSecrets(operation);
        resolve({ ok: false, failure: { code: 'card-process-lost' } });
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      const limitMs = (this.#options.operationLimitMs ?? OPERATION_LIMIT_MS) + REQUEST_GRACE_MS;
      this.#pending.set(id, { resolve, onProgress, limit: setTimeout(() => this.#end('hung'), limitMs) });
      // The caller's arrays may lie where serialising would copy them to.
      const taken = takeSecrets(operation);
      this.#order({ type: 'operate', id, reader, insertion, operation: taken });
      overwriteSecrets(taken);
    });
  }

  setVigilant(vigilant: boolean): void {
    if (vigilant && this.#stopped === null) this.#heartbeat.start();
    else this.#heartbeat.stop();
  }

  resumed(): void {
    this.#order({ type: 'resumed' });
    this.#heartbeat.restart();
  }

  stop(): Promise<void> {
    this.#stopped ??= new Promise((resolve) => {
      this.#heartbeat.stop();
      if (this.#restart !== null) clearTimeout(this.#restart);
      if (this.#running === null) {
        resolve();
        return;
      }
      const { child } = this.#running;
      const limit = setTimeout(() => child.kill(), STOP_LIMIT_MS);
      this.#onStopped = () => {
        clearTimeout(limit);
        resolve();
      };
      child.send({ type: 'stop' });
    });
    return this.#stopped;
  }

  #order(order: CardProcessOrder): void {
    this.#running?.child.send(order);
  }

  #received(running: Running, message: unknown): void {
    // A process that was given up may still have had something on its lips.
    if (running !== this.#running) return;
    const parsed = v.safeParse(CardProcessMessageSchema, message);
    if (!parsed.success) {
      running.malformed += 1;
      this.#log('error', `the card process sent something that is no message (${running.malformed})`);
      if (running.malformed > MAX_MALFORMED) this.#end('crashed');
      return;
    }
    const told = parsed.output;
    switch (told.type) {
      case 'answer':
        this.#answer(told.id, told.outcome);
        return;
      case 'progress':
        isolated(this.#pending.get(told.id)?.onProgress, told.progress);
        return;
      case 'alive':
        this.#heartbeat.heard(told.nonce);
        return;
      case 'service':
      case 'readers':
      case 'inserted':
      case 'mute':
      case 'removed':
      case 'surveyed':
      case 'log':
        this.#tell(told);
        return;
    }
  }

  #answer(id: number, outcome: CardAnswer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.limit);
    pending.resolve(outcome);
  }

  /** Gives the process up: it counts as lost from this moment, not from when the system has buried it. */
  #end(reason: Lost): void {
    const running = this.#running;
    if (running === null) return;
    running.lost = reason;
    running.child.kill();
    this.#exited(running, reason === 'hung' ? 'it did not answer' : 'it was not to be trusted');
  }

  #exited(running: Running, how: string): void {
    if (running !== this.#running) return;
    this.#running = null;
    this.#heartbeat.pause();
    if (this.#stopped === null) {
      for (const listener of this.#lostListeners) isolated(listener, running.lost);
      this.#log('error', `the card process ${running.lost}: ${how}`);
      this.#startAgain(running);
    }
    for (const id of this.#pending.keys()) this.#answer(id, { ok: false, failure: { code: 'card-process-lost' } });
    this.#onStopped?.();
  }

  #startAgain({ since }: Running): void {
    if (monotonicMs() - since > HEALTHY_MS) this.#restartMs = FIRST_RESTART_MS;
    this.#restart = setTimeout(() => this.start(), this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, MAX_RESTART_MS);
  }

  #tell(message: CardProcessMessage): void {
    for (const listener of this.#messageListeners) isolated(listener, message);
  }

  #log(level: 'info' | 'warning' | 'error', message: string): void {
    this.#tell({ type: 'log', level, message: message.slice(0, 500) });
  }
}

/** A listener's error is its owner's to hear of, not ours to die of half-way: it is thrown when we are done. */
function isolated<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function moduleKind(): 'ts' | 'js' {
  return import.meta.url.endsWith('.ts') ? 'ts' : 'js';
}
