import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest keeps one processor for itself, and most of a file's time is spent waiting for brokers, browsers and processes.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', './scripts/count-reporter.ts'],
  },
});
