import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest. Where no run has been timed yet, vitest begins with the largest files, and these would go on alone at the end. */
const begunFirst = ['chaos/chaos.test.ts', 'e2e/no-secrets.test.ts', 'chaos/mutants.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = begunFirst.flatMap((name) => sorted.filter(({ moduleId }) => moduleId.endsWith(name)));
    return [...first, ...sorted.filter((file) => !first.includes(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest keeps one processor for itself, and most of a file's time is spent waiting for brokers, browsers and processes.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    // To end what hangs, no more: a busy machine may take its time.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // What is polled for is brought about by another process, socket or timer; vitest would give it a second.
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './scripts/count-reporter.ts'],
  },
});
