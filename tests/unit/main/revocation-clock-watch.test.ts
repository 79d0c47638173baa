import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLOCK_TOLERANCE_MS, ClockWatch } from '../../../src/main/revocation/clock-watch.ts';
import type { StoreProblem } from '../../../src/main/store/repaired-store.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const HOUR = 3_600_000;

let folder = '';
let uptime = 0;
let problems: StoreProblem[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-clock-'));
  uptime = 0;
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () =>
  new ClockWatch(
    folder,
    (problem) => problems.push(problem),
    () => uptime,
  );
const file = () => join(folder, 'clock-mark.json');
const onDisk = () => (JSON.parse(readFileSync(file(), 'utf8')) as { latest: number }).latest;

describe('a clock', () => {
  it('is believed where nothing is known yet', () => {
    expect(open().turnedBack(0)).toBeNull();
  });

  it('that goes on, or is put right by a few minutes, was not turned back', () => {
    const watch = open();
    watch.seen(NOW);
    expect(watch.turnedBack(NOW + HOUR)).toBeNull();
    expect(watch.turnedBack(NOW - CLOCK_TOLERANCE_MS)).toBeNull();
  });

  it('that was turned back is noticed, also after a restart', () => {
    const watch = open();
    watch.seen(NOW);
    expect(watch.turnedBack(NOW - HOUR)).toEqual({ by: HOUR });
    expect(open().turnedBack(NOW - HOUR)).toEqual({ by: HOUR });
  });

  it('that was turned back does not keep time from going on', () => {
    const watch = open();
    watch.seen(NOW);
    uptime += 3 * HOUR;
    expect(watch.turnedBack(NOW - HOUR)).toEqual({ by: 4 * HOUR });
    expect(watch.reached(NOW - HOUR)).toBe(NOW + 3 * HOUR);
    expect(watch.reached(NOW + 4 * HOUR), 'a clock that is ahead counts').toBe(NOW + 4 * HOUR);
  });

  it('that is behind by minutes is put right by what was signed meanwhile', () => {
    const watch = open();
    watch.seen(NOW);
    expect(watch.reached(NOW - 60_000)).toBe(NOW);
    expect(watch.turnedBack(NOW - 60_000)).toBeNull();
  });

  it('is judged by the latest time of all that were seen, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: NOW }), { minLength: 1, maxLength: 30 }), (times) => {
        const watch = open();
        watch.proved(0);
        for (const time of times) watch.seen(time);
        const latest = Math.max(...times);
        expect(watch.turnedBack(latest - CLOCK_TOLERANCE_MS - 1)).toEqual({ by: CLOCK_TOLERANCE_MS + 1 });
        expect(watch.turnedBack(latest)).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it('is not judged by what is no time', () => {
    const watch = open();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300]) {
      watch.seen(time);
      watch.proved(time);
    }
    expect(watch.turnedBack(0)).toBeNull();
  });
});

describe('the mark on disk', () => {
  it('is written once for many times that differ by little', () => {
    const watch = open();
    watch.seen(NOW);
    uptime += HOUR;
    for (let second = 0; second < 300; second++) watch.seen(NOW + second * 1000);
    expect(onDisk()).toBe(NOW);
    watch.settle();
    expect(onDisk()).toBe(NOW + 299_000);
  });

  it('is written at most once a minute, however far the times lie apart', () => {
    const watch = open();
    for (let hour = 0; hour < 100; hour++) watch.seen(NOW + hour * HOUR);
    expect(onDisk()).toBe(NOW);
    expect(watch.turnedBack(NOW)).toEqual({ by: 99 * HOUR });
    uptime += 60_000;
    watch.seen(NOW + 100 * HOUR);
    expect(onDisk()).toBe(NOW + 100 * HOUR);
  });

  it('that a wrong clock put too far ahead is put right by a proof, and by nothing weaker', () => {
    const watch = open();
    watch.seen(NOW + 1_000 * HOUR);
    watch.seen(NOW);
    expect(watch.turnedBack(NOW)).toEqual({ by: 1_000 * HOUR });
    watch.proved(NOW);
    expect(watch.turnedBack(NOW)).toBeNull();
    expect(open().turnedBack(NOW - HOUR)).toEqual({ by: HOUR });
  });

  it.each(['', '{', '{"latest": "soon"}', '{"latest": -5}', '{"latest": 1e300}', '[]', '\0\0\0'])(
    'that reads %j is set aside and told',
    (text) => {
      writeFileSync(file(), text);
      expect(open().turnedBack(NOW)).toBeNull();
      expect(problems).toMatchObject([{ kind: 'repaired' }]);
    },
  );

  it('that cannot be written holds in memory', () => {
    writeFileSync(join(folder, 'blocked'), '');
    const watch = new ClockWatch(join(folder, 'blocked', 'below'), (problem) => problems.push(problem));
    watch.seen(NOW);
    expect(watch.turnedBack(NOW - HOUR)).toEqual({ by: HOUR });
    expect(problems.at(-1)).toMatchObject({ kind: 'not-saved' });
  });
});
