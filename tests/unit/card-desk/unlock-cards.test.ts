import { expect, test } from 'vitest';
import { cardsOfAgent, onceRead } from '../../../src/main/card-desk/unlock-cards.ts';
import { cardIdOf, Scene } from '../agent/scene.ts';

const READER = 'R';

function cardsOf(scene: Scene) {
  const listeners = new Set<() => void>();
  const cards = cardsOfAgent(
    {
      get state() {
        return scene.state;
      },
      readAgain: () => undefined,
      listen: (listener) => {
        const told = () => listener({ type: 'state', state: scene.state });
        listeners.add(told);
        return () => listeners.delete(told);
      },
    },
    { request: () => Promise.reject(new Error('nothing is asked of it here')) },
  );
  const tell = () => {
    for (const told of listeners) told();
  };
  return { cards, tell, listeners };
}

test('a card is recognised as soon as it is known, and found for work once it is read', () => {
  const scene = new Scene();
  const { cards } = cardsOf(scene);
  const cardId = cardIdOf('ada');
  const seen = () => [cards.recognise(cardId)?.insertion ?? null, cards.find(cardId)?.insertion ?? null];
  scene.start(READER);
  const insertion = scene.insert(READER);
  expect(seen()).toEqual([null, null]);
  const identity = { cardId, guid: cardId, fascn: null, expires: null };
  scene.happen({ type: 'recognised', reader: READER, insertion, identity });
  expect(seen()).toEqual([insertion, null]);
  scene.happen({ type: 'pin-status', reader: READER, insertion, status: { state: 'blocked', triesLeft: 0 } });
  expect(cards.recognise(cardId)).toMatchObject({ reader: READER, pin: { state: 'blocked' } });
  scene.happen({ type: 'read-finished', reader: READER, insertion, failure: null });
  expect(seen()).toEqual([insertion, insertion]);
  scene.pull(READER, insertion);
  expect(seen()).toEqual([null, null]);
});

test('work waits for a card that is being read: until it is, until it is pulled, or until nobody wants it', async () => {
  const scene = new Scene();
  const { cards, tell, listeners } = cardsOf(scene);
  const cardId = cardIdOf('ada');
  const never = new AbortController().signal;
  scene.start(READER);
  expect(await onceRead(cards, cardId, never)).toBeNull();
  const identity = { cardId, guid: cardId, fascn: null, expires: null };
  const beingRead = () => {
    const insertion = scene.insert(READER);
    scene.happen({ type: 'recognised', reader: READER, insertion, identity });
    return insertion;
  };
  const first = beingRead();
  const read = onceRead(cards, cardId, never);
  tell();
  scene.happen({ type: 'read-finished', reader: READER, insertion: first, failure: null });
  tell();
  expect(await read).toMatchObject({ insertion: first });
  scene.pull(READER, first);

  const second = beingRead();
  const pulled = onceRead(cards, cardId, never);
  scene.pull(READER, second);
  tell();
  expect(await pulled).toBeNull();

  beingRead();
  const leaving = new AbortController();
  const left = onceRead(cards, cardId, leaving.signal);
  leaving.abort();
  expect(await left).toBeNull();
  expect(listeners.size).toBe(0);
});
