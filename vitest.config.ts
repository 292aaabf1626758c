import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // An addon with threads of its own is tested in processes, not in worker threads.
    pool: 'forks',
    // One processor is left free by default: the half of a small machine.
    maxWorkers: availableParallelism(),
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
});
