import { defineConfig } from '@playwright/test';

/** `npm run e2e`: the window in a real Chromium, on the real agent, a real pcscd and a real logind. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../../.cache/e2e',
  // Real daemons and two cores: one after the other, so that a time limit means something.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../../.cache/e2e-report.json' }]],
  globalSetup: './build.ts',
});
