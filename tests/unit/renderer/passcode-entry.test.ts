import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PasscodeEntry } from '../../../src/renderer/passcode/passcode-entry.ts';

const LONGEST = 8;

const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
/** All bytes that the entry owns, also those that are not in use. */
const memoryOf = (entry: PasscodeEntry) => new Uint8Array(entry.peek().buffer);

/** What a field of text would do, with the same rules: no more than eight characters, printable ASCII only. */
function replaced(before: string, from: number, to: number, typed: string): { text: string; caret: number } {
  const [head, tail] = [before.slice(0, from), before.slice(to)];
  const room = LONGEST - head.length - tail.length;
  const kept = typed.replaceAll(/[^\x21-\x7e]/gu, '').slice(0, room);
  return { text: head + kept + tail, caret: head.length + kept.length };
}

type Edit =
  | { readonly edit: 'replace'; readonly at: readonly [number, number]; readonly typed: string }
  | { readonly edit: 'append'; readonly typed: string }
  | { readonly edit: 'delete-last' | 'clear' | 'take' };

/** Digits mostly; also what keyboards, pastes and phones bring that no passcode can hold. */
const typed = fc.string({
  unit: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Array.from('0123456789')) },
    { weight: 2, arbitrary: fc.constantFrom('a', 'Z', '!', '~') },
    fc.constantFrom(' ', '\n', '\u007f', 'é', '٣', '𝟜', '👍', '\u0000'),
  ),
  maxLength: 12,
});
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      edit: fc.constant('replace'),
      // Two places of a text of whatever length it has by then, in eighths.
      at: fc.tuple(fc.nat(LONGEST), fc.nat(LONGEST)),
      typed,
    }),
  },
  { weight: 3, arbitrary: fc.record({ edit: fc.constant('append'), typed }) },
  fc.constantFrom<Edit>({ edit: 'delete-last' }, { edit: 'clear' }, { edit: 'take' }),
);

describe('a passcode that is being typed', () => {
  it('is what a field of text would hold, whatever is put in, replaced or deleted anywhere', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const entry = new PasscodeEntry();
        let model = '';
        for (const each of edits) {
          if (each.edit === 'replace') {
            const [from = 0, to = 0] = each.at.map((place) => Math.min(place, model.length)).toSorted((a, b) => a - b);
            const { text, caret } = replaced(model, from, to, each.typed);
            expect(entry.replace(from, to, each.typed)).toBe(caret);
            model = text;
          } else if (each.edit === 'append') {
            entry.append(each.typed);
            model = replaced(model, model.length, model.length, each.typed).text;
          } else if (each.edit === 'delete-last') {
            entry.deleteLast();
            model = model.slice(0, -1);
          } else {
            if (each.edit === 'take') expect(textOf(entry.take())).toBe(model);
            else entry.clear();
            model = '';
          }
          expect(textOf(entry.peek())).toBe(model);
          expect(entry.length).toBe(model.length);
          expect(entry.length).toBeLessThanOrEqual(LONGEST);
          // Behind what is typed nothing of what was typed before is left.
          expect([...memoryOf(entry).subarray(model.length)]).toEqual(Array(LONGEST - model.length).fill(0));
        }
      }),
    );
  });

  it('is overwritten when it is cleared', () => {
    const entry = new PasscodeEntry();
    entry.append('24681357');
    const memory = memoryOf(entry);
    expect(memory.some((byte) => byte !== 0)).toBe(true);
    entry.clear();
    expect([...memory]).toEqual(Array(LONGEST).fill(0));
  });

  it('is handed over once, in bytes of their own, and overwritten where it was', () => {
    const entry = new PasscodeEntry();
    entry.append('246810');
    const memory = memoryOf(entry);
    const taken = entry.take();
    expect(textOf(taken)).toBe('246810');
    expect(taken.buffer.byteLength).toBe(6);
    expect([...memory]).toEqual(Array(LONGEST).fill(0));
    expect(entry.take()).toHaveLength(0);
  });

  it('tells each change to whoever listens, until they stop', () => {
    const entry = new PasscodeEntry();
    const lengths: number[] = [];
    const stop = entry.onChange(() => lengths.push(entry.length));
    entry.append('24');
    entry.deleteLast();
    entry.take();
    stop();
    entry.append('1');
    expect(lengths).toEqual([2, 1, 0]);
  });
});
