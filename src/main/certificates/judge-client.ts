import { Worker } from 'node:worker_threads';
import type { Judgement, JudgeOrder, JudgeReply, Offered, TrustFiles } from './judge-messages.ts';

type WithoutId<Order> = Order extends unknown ? Omit<Order, 'id'> : never;

/** Longer than a large list takes on a slow machine; a judgement takes milliseconds. */
const ANSWER_LIMIT_MS = 10_000;
const LIMITS = { maxOldGenerationSizeMb: 512 };

export type StartThread = () => Worker;

/** The thread beside this module: a source file in development, a file of the bundle otherwise. */
export const startJudgeThread: StartThread = () => {
  const kind = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./judge-thread.${kind}`, import.meta.url), { resourceLimits: LIMITS });
};

/**
 * Asks the judge's thread. One that dies or does not answer is ended and replaced; whoever waited for it gets null, and has to
 * tell the new one everything again.
 */
export class JudgeClient {
  readonly #startThread: StartThread;
  readonly #onReplaced: () => void;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (reply: JudgeReply | null) => void; readonly limit: NodeJS.Timeout }
  >();
  #worker: Worker | null = null;
  #orders = 0;
  #closed = false;

  /** @param onReplaced the thread has gone, and with it all that it was told */
  constructor(onReplaced: () => void, startThread: StartThread = startJudgeThread) {
    this.#onReplaced = onReplaced;
    this.#startThread = startThread;
  }

  /** Each resolves with null where there is no answer. */
  async trust(trust: TrustFiles): Promise<JudgeReplyOf<'trusted'> | null> {
    const reply = await this.#ask({ type: 'trust', trust });
    return reply?.type === 'trusted' ? reply : null;
  }

  async judge(question: QuestionOf<'judge'>): Promise<Judgement | null> {
    const reply = await this.#ask({ type: 'judge', ...question });
    return reply?.type === 'judged' ? reply : null;
  }

  async offerList(offer: QuestionOf<'offer-list'>): Promise<Offered | null> {
    return offeredIn(await this.#ask({ type: 'offer-list', ...offer }));
  }

  async offerAnswer(offer: QuestionOf<'offer-answer'>): Promise<Offered | null> {
    return offeredIn(await this.#ask({ type: 'offer-answer', ...offer }));
  }

  async offerCertificate(der: Uint8Array): Promise<Offered | null> {
    return offeredIn(await this.#ask({ type: 'offer-certificate', der }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#settleAll();
    await this.#worker?.terminate();
  }

  #ask(order: WithoutId<JudgeOrder>): Promise<JudgeReply | null> {
    if (this.#closed) return Promise.resolve(null);
    const id = ++this.#orders;
    const { promise, resolve } = Promise.withResolvers<JudgeReply | null>();
    const worker = this.#thread();
    const limit = setTimeout(() => this.#fail(worker), ANSWER_LIMIT_MS);
    this.#waiting.set(id, { resolve, limit });
    worker.postMessage({ ...order, id }, []);
    return promise;
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.#startThread();
    this.#worker = worker;
    worker.on('message', (reply: JudgeReply) => {
      const waiting = this.#waiting.get(reply.id);
      if (waiting === undefined) return;
      this.#waiting.delete(reply.id);
      clearTimeout(waiting.limit);
      waiting.resolve(reply);
    });
    worker.on('error', () => this.#fail(worker));
    worker.on('exit', () => this.#fail(worker));
    // It must not keep the agent from ending.
    worker.unref();
    return worker;
  }

  #fail(worker: Worker | null): void {
    if (worker === null || worker !== this.#worker) return;
    this.#worker = null;
    void worker.terminate();
    this.#settleAll();
    if (!this.#closed) this.#onReplaced();
  }

  #settleAll(): void {
    for (const { resolve, limit } of this.#waiting.values()) {
      clearTimeout(limit);
      resolve(null);
    }
    this.#waiting.clear();
  }
}

type JudgeReplyOf<Type extends JudgeReply['type']> = Extract<JudgeReply, { type: Type }>;
type QuestionOf<Type extends JudgeOrder['type']> = Omit<Extract<JudgeOrder, { type: Type }>, 'type' | 'id'>;

const offeredIn = (reply: JudgeReply | null) => (reply?.type === 'offered' ? reply.offered : null);
