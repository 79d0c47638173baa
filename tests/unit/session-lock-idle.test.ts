import { expect, test, vi } from 'vitest';
import { watchByTimer } from '../../src/native/idle/one-shot-watch.ts';
import { findCookie, localDisplay } from '../../src/native/idle/x11-connection.ts';

test('a one-shot timer is set for the earliest moment at which the user can have been idle for long enough', () => {
  vi.useFakeTimers();
  try {
    let last = 0;
    let looks = 0;
    const start = Date.now();
    const told: string[] = [];
    const stop = watchByTimer(
      () => {
        looks++;
        return Date.now() - start - last;
      },
      60_000,
      () => told.push(`idle at ${Date.now() - start}`),
      () => told.push('active'),
    );
    vi.advanceTimersByTime(40_000);
    last = 40_000;
    vi.advanceTimersByTime(59_999);
    expect(told).toEqual([]);
    // Once at the start, once when the first minute was over: no polling.
    expect(looks).toBe(2);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['idle at 100000']);

    last = 130_000;
    vi.advanceTimersByTime(31_000);
    expect(told).toEqual(['idle at 100000', 'active']);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(3);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

const field = (text: string | Buffer): Buffer => {
  const data = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length);
  return Buffer.concat([length, data]);
};
const entry = (family: number, display: string, cookie: string, name = 'MIT-MAGIC-COOKIE-1'): Buffer =>
  Buffer.concat([Buffer.from([family >> 8, family & 0xff]), ...['host', display, name, cookie].map(field)]);

test('the cookie of a local display is found in an Xauthority file', () => {
  const file = Buffer.concat([
    entry(0, '1', 'by internet address'),
    entry(256, '0', 'of display 0'),
    entry(256, '1', 'of another kind', 'XDM-AUTHORIZATION-1'),
    entry(256, '1', 'of display 1'),
    entry(65_535, '', 'of any'),
  ]);
  expect(findCookie(file, 1)?.toString()).toBe('of display 1');
  expect(findCookie(file, 9)?.toString()).toBe('of any');
});

test('a broken Xauthority file holds no cookie, wherever it is cut', () => {
  const file = entry(256, '1', 'cookie');
  for (let length = 0; length < file.length; length++) expect(findCookie(file.subarray(0, length), 1)).toBeNull();
  expect(findCookie(Buffer.alloc(100, 0xff), 1)).toBeNull();
});

test.each([
  [':0', 0],
  [':12.1', 12],
  ['unix:3', 3],
  ['host:0', null],
  ['localhost:10.0', null],
  ['', null],
  [undefined, null],
  [':', null],
])('display %s is number %s of this machine', (display, number) => {
  expect(localDisplay(display)).toBe(number);
});
