import { defineConfig } from '@playwright/test';
import { PACKAGED_PROGRAM } from './programs.ts';

/**
 * `npm run e2e:electron`: the window in Electron itself, wherever its program is; and the packaged program, where one was
 * made. What a run could not do, it fails for: see needs.ts.
 */
export default defineConfig({
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
    ...(PACKAGED_PROGRAM === null ? [] : [{ name: 'package', testMatch: 'package.spec.ts' }]),
  ],
});
