import type { CardAnswer, CardOperation, CardProcessMessage, CardProgress } from './card-process.ts';

/**
 * Where the agent's cards come from: the supervised card process (src/native/card-process), or the embedded virtual
 * reader of the demo. The agent cannot tell them apart.
 */
export interface CardHost {
  /** Events and logs, in order; answers and progress go to `request`. Returns how to stop listening. */
  onMessage(listener: (message: CardProcessMessage) => void): () => void;
  /** Nobody watches the cards any more. It is started again by itself and then tells everything anew. */
  onLost(listener: (reason: 'crashed' | 'hung') => void): () => void;
  /** Never rejects. The secrets in `operation` are overwritten as soon as they are handed on. */
  request(
    reader: string,
    insertion: string,
    operation: CardOperation,
    onProgress?: (progress: CardProgress) => void,
  ): Promise<CardAnswer>;
  /** While a session is active, silence is looked for too: a hang must not leave a desktop open. */
  setVigilant(vigilant: boolean): void;
  /** The machine woke from sleep. */
  resumed(): void;
  stop(): Promise<void>;
}
