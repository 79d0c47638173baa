import { type CardSlot, cardIn } from '../../core/agent/state.ts';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { PinStatus } from '../../core/contract/card-process.ts';
import type { AgentRuntime } from '../agent/agent-runtime.ts';

export type FoundCard = {
  readonly reader: string;
  readonly insertion: string;
  /** As it was last read: a new object each time. */
  readonly pin: PinStatus | null;
};

/** The cards in the readers, as far as an unlock has to do with them. */
export type UnlockCards = {
  /** The card of this id once it has been read, whichever reader it is in. */
  find(cardId: string): FoundCard | null;
  /** The card of this id as soon as it is known by it, also while the rest of it is being read. */
  recognise(cardId: string): FoundCard | null;
  request: CardHost['request'];
  /** Something has been done to the card there. */
  readAgain(reader: string): void;
  onChange(listener: () => void): () => void;
};

export function cardsOfAgent(
  runtime: Pick<AgentRuntime, 'state' | 'readAgain' | 'listen'>,
  host: Pick<CardHost, 'request'>,
): UnlockCards {
  function cardWith(cardId: string) {
    for (const { name: reader } of runtime.state.readers) {
      const card = cardIn(runtime.state, reader);
      if (card?.identity?.cardId === cardId) return { reader, card };
    }
    return null;
  }
  return {
    find: (cardId) => {
      const found = cardWith(cardId);
      // While it is being read, what is asked of it would only wait, and the admin key wants no other command in between.
      const isRead = found?.card.reading === 'done' || found?.card.reading === 'failed';
      return found !== null && isRead ? foundCard(found) : null;
    },
    recognise: (cardId) => {
      const found = cardWith(cardId);
      return found === null ? null : foundCard(found);
    },
    request: (...order) => host.request(...order),
    readAgain: (reader) => runtime.readAgain(reader),
    onChange: (listener) => runtime.listen((news) => (news.type === 'state' ? listener() : undefined)),
  };
}

const foundCard = ({ reader, card }: { readonly reader: string; readonly card: CardSlot }): FoundCard => ({
  reader,
  insertion: card.insertion,
  pin: card.pin,
});

/** The card once it is not being read any more; null: it is not in, or nobody waits any longer. */
export async function onceRead(
  cards: Pick<UnlockCards, 'find' | 'recognise' | 'onChange'>,
  cardId: string,
  signal: AbortSignal,
): Promise<FoundCard | null> {
  const isReading = () => cards.find(cardId) === null && cards.recognise(cardId) !== null;
  if (!isReading()) return cards.find(cardId);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = cards.onChange(() => {
    if (!isReading()) resolve();
  });
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) resolve();
  await promise;
  stop();
  signal.removeEventListener('abort', onAbort);
  return cards.find(cardId);
}
