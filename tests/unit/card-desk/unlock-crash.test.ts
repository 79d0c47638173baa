import { expect, test } from 'vitest';
import { crashMatrix, type Run } from '../../crash/unlock-matrix.ts';

// The short run of `npm run crash:unlock`: every seventh break, each card in the way that differs most from the others'.

test.each([
  ['applet-p', 'self-service'],
  ['applet-o', 'admin-key'],
  ['embedded-c', 'assisted'],
] as const)(
  'an unlock of %s (%s) that is broken off ends with a chosen passcode and a code that the desk knows',
  async (profile, way) => {
    const report = await crashMatrix({ profiles: [profile], ways: [way], pairs: 4, every: 7, seed: 5 });
    expect(report.failed).toEqual([] satisfies Run[]);
    expect(report.runs).toBeGreaterThan(20);
    expect(report.pukTriesSpentMost).toBeLessThanOrEqual(1);
  },
  120_000,
);
