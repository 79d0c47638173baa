import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/contract/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/rig/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Real daemons and two cores: files run one after the other, so that a time limit means something.
          fileParallelism: false,
        },
      },
    ],
  },
});
