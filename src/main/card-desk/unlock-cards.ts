import { cardIn } from '../../core/agent/state.ts';
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
  request: CardHost['request'];
  /** Something has been done to the card there. */
  readAgain(reader: string): void;
  onChange(listener: () => void): () => void;
};

export function cardsOfAgent(runtime: AgentRuntime, host: CardHost): UnlockCards {
  return {
    find: (cardId) => {
      for (const { name } of runtime.state.readers) {
        const card = cardIn(runtime.state, name);
        // While it is being read, what is asked of it would only wait, and the admin key wants no other command in between.
        const isRead = card?.reading === 'done' || card?.reading === 'failed';
        if (isRead && card.identity?.cardId === cardId)
          return { reader: name, insertion: card.insertion, pin: card.pin };
      }
      return null;
    },
    request: (...order) => host.request(...order),
    readAgain: (reader) => runtime.readAgain(reader),
    onChange: (listener) => runtime.listen((news) => (news.type === 'state' ? listener() : undefined)),
  };
}
