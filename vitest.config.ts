import { defineConfig } from 'vitest/config';

/** Folders whose tests stand beside their code. */
const SOURCES =
  '{domain,workflows,activities,worker,api,prisma,config,cli,simulator,bench,web,docker,test/setup,test/lint,test/replay,test/docs}';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${SOURCES}/**/*.test.{ts,tsx}`],
          globalSetup: ['test/setup/services.ts'],
          sequence: { groupOrder: 0 },
          // Temporal's workers load the payload converter by path, from its TypeScript source here
          execArgv: ['--import', 'tsx'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // whole systems: one at a time, each is as heavy as the product itself
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 600_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
