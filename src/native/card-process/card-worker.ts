import { parentPort, workerData } from 'node:worker_threads';
import { CardError } from '../../core/card/card-error.ts';
import { CardOperator } from '../../core/card/operations.ts';
import type { CardAnswer, CardProgress } from '../../core/contract/card-process.ts';
import { PcscContext } from '../pcsc/context.ts';
import { PcscLibraryMissing } from '../pcsc/library.ts';
import { PcscCard } from '../pcsc/pcsc-card.ts';
import { PcscError } from '../pcsc/return-code.ts';
import { overwriteSecrets } from './secrets.ts';
import type { CardWorkerCommand, CardWorkerData, CardWorkerOrder, CardWorkerReport } from './thread-messages.ts';
import { WorkerPhase } from './worker-phase.ts';

/**
 * The thread that talks to cards, one operation at a time. Its calls may block for as long as a card or reader likes: the
 * main thread looks after the time, and marks this worker as abandoned when it is over.
 */
class CardWorker {
  readonly #phase: WorkerPhase;
  readonly #waitMs: number;
  readonly #send: (report: CardWorkerReport) => void;
  readonly #operator: CardOperator;
  /** The card last met in each reader. What was learned about it stays with its connection object. */
  readonly #cards = new Map<string, { insertion: string; card: PcscCard }>();
  #context: PcscContext | null = null;
  /** The card has heard something of the operation under way. */
  #talked = false;

  constructor(data: CardWorkerData, send: (report: CardWorkerReport) => void) {
    this.#phase = new WorkerPhase(data.phase);
    this.#waitMs = data.waitMs;
    this.#operator = new CardOperator({ waitMs: data.waitMs });
    this.#send = send;
  }

  async run(order: CardWorkerOrder): Promise<void> {
    const outcome = await this.#outcome(order);
    overwriteSecrets(order.operation);
    this.#phase.set('idle');
    this.#send({ type: 'answer', id: order.id, outcome });
  }

  /**
   * Asks the service for its readers, which it answers from memory, whatever its cards do. Any answer will do: that it is
   * there to refuse. (SCardIsValidContext would not: pcsc-lite answers that without the service.)
   */
  probe(): void {
    try {
      this.#context ??= PcscContext.establish();
      this.#context.readers();
    } catch (error) {
      if (!(error instanceof PcscError || error instanceof PcscLibraryMissing)) throw error;
      this.close();
    }
    this.#send({ type: 'probed' });
  }

  abandoned(): boolean {
    return this.#phase.abandoned();
  }

  close(): void {
    this.#context?.release();
    this.#context = null;
  }

  async #outcome(order: CardWorkerOrder): Promise<CardAnswer> {
    const card = this.#cardOf(order);
    this.#talked = false;
    try {
      await this.#open(card);
      return await this.#operator.run(card, order.operation, (progress) => {
        this.#send({ type: 'progress', id: order.id, progress: compact(progress) });
      });
    } catch (error) {
      if (error instanceof CardError) return { ok: false, failure: error.failure };
      if (error instanceof PcscLibraryMissing) return { ok: false, failure: { code: 'service-stopped' } };
      throw error;
    } finally {
      // A card whose operation was cut short may still hold a verified PIN, and nobody waits for it any more.
      await card.close(this.abandoned() && this.#talked ? 'reset' : 'leave');
    }
  }

  #cardOf({ reader, insertion, atr }: CardWorkerOrder): PcscCard {
    const known = this.#cards.get(reader);
    if (known?.insertion === insertion) return known.card;
    const card = new PcscCard(reader, atr, {
      onPhase: (phase) => {
        this.#phase.set(phase);
        this.#talked ||= phase === 'talking';
        if (this.abandoned()) throw new CardError({ code: 'timed-out' });
      },
    });
    this.#cards.set(reader, { insertion, card });
    return card;
  }

  /** The context of a service that was restarted since is dead; that shows when it is used, and a new one will do. */
  async #open(card: PcscCard): Promise<void> {
    if (this.#context !== null) {
      try {
        return await card.open(this.#context, this.#waitMs);
      } catch (error) {
        if (!(error instanceof CardError) || error.failure.code !== 'service-stopped') throw error;
        this.close();
      }
    }
    this.#context = PcscContext.establish();
    await card.open(this.#context, this.#waitMs);
  }
}

/** A message carries the whole memory behind an array: a certificate must not bring the card's other answers with it. */
function compact(progress: CardProgress): CardProgress {
  if (progress.kind !== 'certificate' || progress.der === null) return progress;
  return { ...progress, der: progress.der.slice() };
}

const port = parentPort;
if (port !== null) {
  const data: CardWorkerData = workerData;
  const worker = new CardWorker(data, (report) => port.postMessage(report));
  const obey = async (order: CardWorkerCommand) => {
    if (order === 'probe') worker.probe();
    else if (order !== 'close') await worker.run(order);
    if (order === 'close' || worker.abandoned()) {
      worker.close();
      port.close();
    }
  };
  port.on('message', (order: CardWorkerCommand) => void obey(order));
  port.postMessage({ type: 'ready' } satisfies CardWorkerReport);
}
