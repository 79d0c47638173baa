import { Worker } from 'node:worker_threads';
import type { Examined, Judgement, JudgeOrder, JudgeReply, TrustFiles } from './judge-messages.ts';

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

  /** The list is handed over, not copied: whoever offers it goes on with what comes back. */
  async offerList(offer: QuestionOf<'offer-list'>): Promise<Examined | null> {
    const der = withOwnMemory(offer.der);
    return examinedIn(await this.#ask({ type: 'offer-list', ...offer, der }, [der.buffer]), der);
  }

  async offerAnswer(offer: QuestionOf<'offer-answer'>): Promise<Examined | null> {
    return examinedIn(await this.#ask({ type: 'offer-answer', ...offer }), offer.der);
  }

  async offerCertificate(der: Uint8Array): Promise<Examined | null> {
    return examinedIn(await this.#ask({ type: 'offer-certificate', der }), der);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#settleAll();
    await this.#worker?.terminate();
  }

  #ask(order: WithoutId<JudgeOrder>, transfer: ArrayBuffer[] = []): Promise<JudgeReply | null> {
    if (this.#closed) return Promise.resolve(null);
    const worker = this.#thread();
    if (worker === null) return Promise.resolve(null);
    const id = ++this.#orders;
    const { promise, resolve } = Promise.withResolvers<JudgeReply | null>();
    const limit = setTimeout(() => this.#fail(worker), ANSWER_LIMIT_MS);
    this.#waiting.set(id, { resolve, limit });
    worker.postMessage({ ...order, id }, transfer);
    return promise;
  }

  /** null where none can be started. */
  #thread(): Worker | null {
    if (this.#worker !== null) return this.#worker;
    let worker: Worker;
    try {
      worker = this.#startThread();
    } catch {
      // As one that died at once: told when whoever asked has had the answer.
      setImmediate(() => {
        if (!this.#closed) this.#onReplaced();
      });
      return null;
    }
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

function examinedIn(reply: JudgeReply | null, der: Uint8Array): Examined | null {
  return reply?.type === 'offered' ? { offered: reply.offered, der: reply.der ?? der } : null;
}

/** Memory that nothing else lies in can be handed to another thread. */
function withOwnMemory(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = der;
  return buffer instanceof ArrayBuffer && buffer.byteLength === der.length
    ? new Uint8Array(buffer)
    : new Uint8Array(der);
}
