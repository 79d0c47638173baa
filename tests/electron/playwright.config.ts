import { defineConfig } from '@playwright/test';
import type { ProgramOptions } from './program.ts';
import { JOURNEYS_PROGRAM, PACKAGED_PROGRAM } from './programs.ts';

/**
 * `npm run e2e:electron`: the window in Electron itself, wherever its program is; the same journeys on a package that can be
 * looked into; and the package that ships; where those were made. What a run could not do, it fails for: see needs.ts.
 */
export default defineConfig<ProgramOptions>({
  testDir: '.',
  outputDir: '../../.cache/e2e-electron',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '../../.cache/e2e-electron-report.json' }]],
  globalSetup: './needs.ts',
  projects: [
    { name: 'program', testMatch: 'journeys.spec.ts' },
    ...(JOURNEYS_PROGRAM === null
      ? []
      : [{ name: 'packaged-journeys', testMatch: 'journeys.spec.ts', use: { packaged: true } }]),
    ...(PACKAGED_PROGRAM === null ? [] : [{ name: 'package', testMatch: 'package.spec.ts' }]),
  ],
});
