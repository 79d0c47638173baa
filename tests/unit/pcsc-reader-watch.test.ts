import { describe, expect, test } from 'vitest';
import { Presence } from '../../src/native/card-process/presence.ts';
import { ReaderWatch } from '../../src/native/card-process/reader-watch.ts';
import type { WatcherMessage } from '../../src/native/card-process/thread-messages.ts';
import { WatcherSignal } from '../../src/native/card-process/watcher-signal.ts';
import { INFINITE, PNP_NOTIFICATION } from '../../src/native/pcsc/constants.ts';
import type { ReaderState } from '../../src/native/pcsc/context.ts';
import { PcscError } from '../../src/native/pcsc/return-code.ts';

/*
 * Readers that come and go: pcscd's virtual readers cannot be unplugged while it runs, so here the service is a script.
 * Everything else about the watcher is tested on a real pcscd (tests/integration/card-process-*.test.ts).
 */

const EMPTY = 0x10012;
const PRESENT = 0x10022;
const UNKNOWN = 0x0006;
const CHANGED = 0x0002;
const ATR = Uint8Array.of(0x3b, 0x00);

type Question = { readonly readers: string[]; readonly timeoutMs: number };
/** What one question is answered: new states by reader, 'timed-out', or a PC/SC return code. */
type Answer = Record<string, number> | 'timed-out' | number;

function watch(script: {
  lists: string[][];
  answers: Answer[];
  maxStates?: number;
  presence?: Presence;
  pnp?: 'unknown' | number;
}) {
  const signal = new WatcherSignal();
  const told: WatcherMessage[] = [];
  const questions: Question[] = [];
  let insertions = 0;
  const presence =
    script.presence ??
    new Presence(() => {
      insertions += 1;
      return `stay-${insertions}`;
    });
  const lists = [...script.lists];
  const answers = [...script.answers];
  let askedForPnp = false;

  function statusChange(states: readonly ReaderState[], timeoutMs: number) {
    if (!askedForPnp) {
      askedForPnp = true;
      if (typeof script.pnp === 'number') throw new PcscError('SCardGetStatusChange', script.pnp);
      const [state] = states;
      if (script.pnp !== 'unknown' || state === undefined) return 'timed-out';
      state.event = UNKNOWN;
      return 'changed';
    }
    questions.push({ readers: states.map(({ reader }) => reader), timeoutMs });
    const answer = answers.shift();
    if (answer === undefined) {
      signal.order('stop');
      return 'cancelled';
    }
    if (answer === 'timed-out') return 'timed-out';
    if (typeof answer === 'number') throw new PcscError('SCardGetStatusChange', answer);
    for (const state of states) {
      state.event = answer[state.reader] ?? state.current;
      state.atr = ATR;
    }
    return 'changed';
  }

  const source = {
    maxStates: script.maxStates ?? 16,
    readers: () => (lists.length > 1 ? lists.shift() : lists[0]) ?? [],
    statusChange,
  };
  const run = () =>
    new ReaderWatch(
      source,
      presence,
      signal,
      (message) => told.push(message),
      () => {},
    ).run();
  return { run, told, questions, presence };
}

const story = (told: readonly WatcherMessage[]) =>
  told.map((message) => {
    if (message.type === 'readers') return `readers ${message.readers.join(',')}`;
    if (message.type === 'removed') return `removed ${message.reader} ${message.cause}`;
    return message.type === 'inserted' ? `inserted ${message.reader}` : message.type;
  });

describe('a reader', () => {
  test('that is plugged in is told, together with the card in it', () => {
    const { run, told } = watch({
      lists: [['A'], ['A', 'B']],
      answers: [{ A: EMPTY }, { [PNP_NOTIFICATION]: CHANGED }, { B: PRESENT }],
    });
    run();
    expect(story(told)).toEqual(['readers A', 'surveyed', 'readers A,B', 'inserted B']);
  });

  test('that is unplugged takes its card with it, before the new list is told', () => {
    const { run, told } = watch({
      lists: [['A', 'B'], ['A']],
      answers: [{ A: EMPTY, B: PRESENT }, { B: UNKNOWN }],
    });
    run();
    expect(story(told)).toEqual(['readers A,B', 'inserted B', 'surveyed', 'removed B reader-unplugged', 'readers A']);
  });

  test('that vanished between list and question is not an error of the service', () => {
    const { run, told } = watch({
      lists: [['A', 'B'], ['A']],
      answers: [{ A: EMPTY, B: PRESENT }, 0x80100009, { A: PRESENT }],
    });
    run();
    expect(story(told).slice(3)).toEqual(['removed B reader-unplugged', 'readers A', 'inserted A']);
  });

  test('that went while the machine slept is noticed though this watch never saw it', () => {
    const presence = new Presence(() => 'before');
    presence.update('B', PRESENT, ATR, 0);
    const { run, told } = watch({ lists: [['A']], answers: [{ A: EMPTY }], presence });
    run();
    expect(story(told)).toEqual(['removed B reader-unplugged', 'readers A', 'surveyed']);
  });

  test('list that never agrees with the states counts as a broken service in the end', () => {
    const { run } = watch({ lists: [['A']], answers: [{ A: EMPTY }, ...Array.from({ length: 99 }, () => 0x80100009)] });
    expect(run).toThrow('SCARD_E_UNKNOWN_READER');
  });
});

describe('waiting', () => {
  test('asks once more soon after a new list, then for ever', () => {
    const { run, questions } = watch({ lists: [['A']], answers: [{ A: EMPTY }, 'timed-out', { A: PRESENT }] });
    run();
    expect(questions.map(({ timeoutMs }) => timeoutMs)).toEqual([0, 1000, INFINITE, INFINITE]);
    expect(questions[0]?.readers).toEqual(['A', PNP_NOTIFICATION]);
  });

  test.each([['unknown' as const], [0x80100009], [0x80100004]])(
    'lists the readers now and then where the service knows no plug-and-play notification (%s)',
    (pnp) => {
      const { run, told, questions } = watch({
        lists: [['A'], ['A', 'B']],
        answers: [{ A: EMPTY }, 'timed-out', { B: PRESENT }],
        pnp,
      });
      run();
      expect(story(told)).toEqual(['readers A', 'surveyed', 'readers A,B', 'inserted B']);
      expect(questions.every(({ readers }) => !readers.includes(PNP_NOTIFICATION))).toBe(true);
      expect(questions[1]?.timeoutMs).toBe(2000);
    },
  );

  test('does without the notification where as many readers as can be are plugged in, and needs no list', () => {
    const full = Array.from({ length: 16 }, (_, index) => `Reader ${index}`);
    const { run, questions } = watch({ lists: [full], answers: ['timed-out', 'timed-out', 'timed-out'] });
    run();
    expect(questions.every(({ readers }) => readers.length === 16)).toBe(true);
    expect(questions.at(-1)?.timeoutMs).toBe(INFINITE);
  });

  test('a service that fails is the business of whoever started the watch', () => {
    const { run } = watch({ lists: [['A']], answers: [{ A: EMPTY }, 0x8010001e] });
    expect(run).toThrow('SCARD_E_SERVICE_STOPPED');
  });
});
