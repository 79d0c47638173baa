import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Presence } from '../../src/native/card-process/presence.ts';
import { SCARD_STATE_CHANGED, SCARD_STATE_MUTE, SCARD_STATE_PRESENT } from '../../src/native/pcsc/constants.ts';

const EMPTY = 0x10;
const IN_USE = 0x100;
const ATR = Uint8Array.of(0x3b, 0x00);

function presence() {
  let insertions = 0;
  return new Presence(() => {
    insertions += 1;
    return `stay-${insertions}`;
  });
}
const state = (eventCount: number, bits: number) => (eventCount * 0x10000 + (bits | SCARD_STATE_CHANGED)) >>> 0;
const story = (events: ReadonlyArray<{ type: string; insertion: string; cause?: string }>) =>
  events.map(({ type, insertion, cause }) => [type, insertion, ...(cause === undefined ? [] : [cause])].join(' '));

describe('a card', () => {
  test('is inserted when the reader says present, and pulled when it says empty', () => {
    const readers = presence();
    expect(story(readers.update('A', state(0, EMPTY), ATR, 1))).toEqual([]);
    expect(readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 2)).toEqual([
      { type: 'inserted', reader: 'A', insertion: 'stay-1', eventCount: 1, atr: ATR, at: 2 },
    ]);
    expect(story(readers.update('A', state(1, SCARD_STATE_PRESENT | IN_USE), ATR, 3))).toEqual([]);
    expect(story(readers.update('A', state(2, EMPTY), ATR, 4))).toEqual(['removed stay-1 card-pulled']);
  });

  test('swapped faster than anyone looked is two events, though the reader says present both times', () => {
    const readers = presence();
    readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 1);
    expect(story(readers.update('A', state(3, SCARD_STATE_PRESENT), ATR, 2))).toEqual([
      'removed stay-1 card-swapped',
      'inserted stay-2',
    ]);
  });

  test('swapped is seen across the end of the counter', () => {
    const readers = presence();
    readers.update('A', state(0xffff, SCARD_STATE_PRESENT), ATR, 1);
    expect(story(readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 2))).toHaveLength(2);
  });

  test('is not taken for swapped when the counter was read a moment before or after the state', () => {
    const readers = presence();
    readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 1);
    expect(story(readers.update('A', state(2, SCARD_STATE_PRESENT), ATR, 2))).toEqual([]);
    // The step that was seen half counts once the other half is there.
    expect(story(readers.update('A', state(3, SCARD_STATE_PRESENT), ATR, 3))).toHaveLength(2);
  });

  test('that does not answer is mute, is removed like any other, and is inserted if it comes to itself', () => {
    const readers = presence();
    const mute = SCARD_STATE_PRESENT | SCARD_STATE_MUTE;
    expect(story(readers.update('A', state(1, mute), new Uint8Array(), 1))).toEqual(['mute stay-1']);
    expect(story(readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 2))).toEqual(['inserted stay-1']);
    expect(story(readers.update('A', state(2, EMPTY), ATR, 3))).toEqual(['removed stay-1 card-pulled']);
  });

  test('goes with its reader, and with the service', () => {
    const readers = presence();
    readers.update('A', state(1, SCARD_STATE_PRESENT), ATR, 1);
    readers.update('B', state(1, SCARD_STATE_PRESENT), ATR, 1);
    expect(story(readers.unplugged('A', 2))).toEqual(['removed stay-1 reader-unplugged']);
    expect(story(readers.serviceStopped(3))).toEqual(['removed stay-2 service-stopped']);
    expect(story(readers.serviceStopped(4))).toEqual([]);
  });
});

test('whatever the readers say, insertions and removals alternate, and no stay has two of either', () => {
  const step = fc.record({
    reader: fc.constantFrom('A', 'B'),
    eventCount: fc.nat(0xffff),
    bits: fc.constantFrom(EMPTY, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT | SCARD_STATE_MUTE),
    end: fc.constantFrom('update', 'update', 'update', 'unplugged', 'service'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const readers = presence();
      const inside = new Map<string, string>();
      const gone = new Set<string>();
      for (const { reader, eventCount, bits, end } of steps) {
        const events =
          end === 'update'
            ? readers.update(reader, state(eventCount, bits), ATR, 0)
            : end === 'unplugged'
              ? readers.unplugged(reader, 0)
              : readers.serviceStopped(0);
        for (const event of events) {
          expect(gone.has(event.insertion)).toBe(false);
          if (event.type === 'removed') {
            expect(inside.get(event.reader)).toBe(event.insertion);
            inside.delete(event.reader);
            gone.add(event.insertion);
          } else {
            expect([undefined, event.insertion]).toContain(inside.get(event.reader));
            inside.set(event.reader, event.insertion);
          }
        }
        expect(readers.occupied().toSorted()).toEqual([...inside.keys()].toSorted());
      }
    }),
  );
});
