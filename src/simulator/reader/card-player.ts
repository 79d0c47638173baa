import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { CardState } from '../card/card-state.ts';
import type { Fault } from '../card/faults.ts';
import type { ApduRecord } from './apdu-log.ts';
import type { InsertOptions } from './vpcd.ts';
import { type Answer, type Order, type Report, ReportSchema } from './vpcd-orders.ts';

export type PowerReport = Extract<Report, { type: 'power' }>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A process of its own that plays cards in the virtual readers of a pcscd. */
export class CardPlayer {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #listeners = new Set<(report: Report) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => this.#hear(v.parse(ReportSchema, message)));
    child.once('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the process that plays the cards has ended'));
      this.#pending.clear();
    });
  }

  /** Starts the process; it ends with this one at the latest. */
  static async start(): Promise<CardPlayer> {
    const entry = fileURLToPath(new URL('./vpcd-process.ts', import.meta.url));
    // Flags of this process (a test runner's loaders) are none of the child's business.
    const child = fork(entry, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const player = new CardPlayer(child);
    await player.#next((report) => report.type === 'ready');
    return player;
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** @param port TCP port of the virtual reader */
  reader(port: number): PlayedReader {
    return new PlayedReader(
      port,
      (order) => this.#send({ ...order, port }),
      (wanted) => this.#next((report) => 'port' in report && report.port === port && wanted(report)),
    );
  }

  onReport(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the process; all cards are out by that. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  #send(order: Order): Promise<Answer> {
    const pending = Promise.withResolvers<Answer>();
    this.#lastId += 1;
    this.#pending.set(this.#lastId, pending);
    this.#child.send({ id: this.#lastId, order });
    return pending.promise;
  }

  #hear(report: Report): void {
    for (const listener of this.#listeners) listener(report);
    if (report.type !== 'answer') return;
    const pending = this.#pending.get(report.id);
    this.#pending.delete(report.id);
    if (report.answer.kind === 'failed') pending?.reject(new Error(report.answer.message));
    else pending?.resolve(report.answer);
  }

  #next(wanted: (report: Report) => boolean): Promise<Report> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the process that plays the cards has ended'));
      const forget = this.onReport((report) => {
        if (!wanted(report)) return;
        forget();
        this.#child.removeListener('exit', onExit);
        resolve(report);
      });
      this.#child.once('exit', onExit);
    });
  }
}

type Send = (order: DistributiveOmit<Order, 'port'>) => Promise<Answer>;

/** One virtual reader, its card played by another process. */
export class PlayedReader {
  readonly port: number;
  readonly #send: (order: DistributiveOmit<Order, 'port'>) => Promise<Answer>;
  readonly #next: (wanted: (report: Report) => boolean) => Promise<Report>;

  constructor(port: number, send: Send, next: (wanted: (report: Report) => boolean) => Promise<Report>) {
    this.port = port;
    this.#send = send;
    this.#next = next;
  }

  /** Puts a card in; resolves when vpcd has the connection, before pcscd has looked. */
  async insert(state: CardState, options: InsertOptions = {}): Promise<void> {
    await this.#send({ type: 'insert', state, ...played(options) });
  }

  /** The same, and resolves when pcscd has powered the card up. @returns when (monotonicMs) */
  async insertAndAwaitPower(state: CardState, options: InsertOptions = {}): Promise<number> {
    const powered = this.#next((report) => report.type === 'power' && report.kind !== 'off');
    await this.insert(state, options);
    const report = await powered;
    return report.type === 'power' ? report.at : Number.NaN;
  }

  /** @returns when the connection was closed (monotonicMs), or null when no card was in */
  async pull(): Promise<number | null> {
    return pulledAt(await this.#send({ type: 'pull' }));
  }

  /** One card out, the other in, before pcscd looks again. @returns when the first was out */
  async swap(state: CardState, options: InsertOptions = {}): Promise<number | null> {
    return pulledAt(await this.#send({ type: 'swap', state, ...played(options) }));
  }

  /** Resolves when a fault has pulled the card. @returns when (monotonicMs) */
  async cut(): Promise<number> {
    const report = await this.#next(({ type }) => type === 'cut');
    return report.type === 'cut' ? report.pulledAt : Number.NaN;
  }

  async setPace(paceMs: number): Promise<void> {
    await this.#send({ type: 'pace', paceMs });
  }

  async arm(fault: Fault): Promise<void> {
    await this.#send({ type: 'arm', fault });
  }

  async disarm(): Promise<void> {
    await this.#send({ type: 'disarm' });
  }

  /** Lets a stalled answer go. */
  async release(): Promise<void> {
    await this.#send({ type: 'release' });
  }

  /** The card as it is now, or null without one. */
  async snapshot(): Promise<CardState | null> {
    const answer = await this.#send({ type: 'snapshot' });
    return answer.kind === 'snapshot' ? answer.state : null;
  }

  async log(): Promise<readonly ApduRecord[]> {
    const answer = await this.#send({ type: 'log' });
    return answer.kind === 'log' ? answer.records : [];
  }

  /** Commands since the log was cleared. */
  async apduCount(): Promise<number> {
    const answer = await this.#send({ type: 'count' });
    return answer.kind === 'count' ? answer.count : Number.NaN;
  }

  async clearLog(): Promise<void> {
    await this.#send({ type: 'clear-log' });
  }
}

function pulledAt(answer: Answer): number | null {
  return answer.kind === 'pulled' ? answer.pulledAt : null;
}

function played({ paceMs, faults }: InsertOptions) {
  return { paceMs, faults: faults === undefined ? undefined : [...faults] };
}
