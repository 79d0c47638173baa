import { describe, expect, it } from 'vitest';
import { spokenSeconds } from '../../../src/renderer/removal/spoken-seconds.ts';

/** What is spoken of a countdown from so many seconds, in the order of its speaking. */
function spokenOf(from: number): (number | null)[] {
  const spoken: (number | null)[] = [];
  for (let left = from; left >= 0; left--) {
    const now = spokenSeconds(left);
    if (now !== spoken.at(-1)) spoken.push(now);
  }
  return spoken;
}

describe('a countdown that is spoken', () => {
  it('says nothing before its first moment', () => {
    expect(spokenSeconds(61)).toBeNull();
    expect(spokenSeconds(300)).toBeNull();
  });

  it('speaks at 60, 30, 20, 10 and 5 seconds, and not in between', () => {
    expect(spokenOf(90)).toEqual([null, 60, 30, 20, 10, 5]);
    expect(spokenOf(10)).toEqual([10, 5]);
  });

  it('says nothing new in the last seconds', () => {
    expect(spokenOf(4)).toEqual([5]);
  });

  it('rounds a moment that is not whole up to the one before', () => {
    expect(spokenSeconds(30.2)).toBe(60);
    expect(spokenSeconds(29.9)).toBe(30);
  });
});
