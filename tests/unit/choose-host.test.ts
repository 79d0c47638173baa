import { describe, expect, test } from 'vitest';
import { decideAfterDownload, decideHost, type HostFacts } from '../../src/main/host/choose-host.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const HOUR = 3_600_000;

const facts = (over: Partial<HostFacts> = {}): HostFacts => ({
  wanted: null,
  packaged: true,
  binary: false,
  obstacle: null,
  mayDownload: true,
  lastFailure: null,
  now: NOW,
  ...over,
});

const hostOf = (over: Partial<HostFacts>) => {
  const decision = decideHost(facts(over));
  return decision.kind === 'use' ? decision.host : decision.kind;
};

describe('the host of npm start', () => {
  test('is Electron where its program is', () => {
    expect(hostOf({ binary: true })).toBe('electron');
  });

  test('is found out by fetching the program once where it is not', () => {
    expect(hostOf({})).toBe('download');
  });

  test.each<[string, Partial<HostFacts>]>([
    ['the package is not installed', { packaged: false }],
    ['nothing is to be fetched', { mayDownload: false }],
    ['it could not be fetched an hour ago', { lastFailure: { at: NOW - HOUR, why: 'fetch failed' } }],
    ['Electron could not run', { obstacle: 'there is no display for Electron' }],
    ['Electron could not run, though it is here', { binary: true, obstacle: 'there is no display for Electron' }],
  ])('is a browser when %s', (_when, over) => {
    expect(hostOf(over)).toBe('browser');
  });

  test.each<[string, number]>([
    ['a day ago', NOW - 24 * HOUR],
    ['by a clock that was ahead', NOW + HOUR],
  ])('is found out anew when fetching failed %s', (_when, at) => {
    expect(hostOf({ lastFailure: { at, why: 'fetch failed' } })).toBe('download');
  });

  test('is what was asked for by hand, whatever speaks against it', () => {
    const against = { obstacle: 'root', mayDownload: false, lastFailure: { at: NOW, why: 'fetch failed' } };
    expect(hostOf({ ...against, wanted: 'browser', binary: true })).toBe('browser');
    expect(hostOf({ ...against, wanted: 'electron', binary: true })).toBe('electron');
    expect(hostOf({ ...against, wanted: 'electron' })).toBe('download');
    expect(hostOf({ ...against, wanted: 'electron', packaged: false })).toBe('impossible');
  });

  test('after fetching is Electron, or a browser with the reason', () => {
    expect(decideAfterDownload(facts(), null)).toMatchObject({ host: 'electron' });
    expect(decideAfterDownload(facts(), 'fetch failed')).toEqual({
      kind: 'use',
      host: 'browser',
      why: "Electron's program could not be fetched (fetch failed)",
    });
  });

  test('is none when Electron was asked for and cannot be had', () => {
    expect(decideAfterDownload({ wanted: 'electron' }, 'fetch failed').kind).toBe('impossible');
  });

  test('always says why, on one line', () => {
    for (const over of [
      { binary: true },
      { packaged: false },
      { mayDownload: false },
      { wanted: 'browser' as const },
    ]) {
      const decision = decideHost(facts(over));
      expect('why' in decision && decision.why).toMatch(/^[^\n]{10,}$/);
    }
  });
});
