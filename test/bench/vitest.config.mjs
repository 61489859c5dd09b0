import { defineConfig } from 'vitest/config';

/** Figures of the editor, taken in the same VS Code as the end-to-end tests; not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/bench/editor.ts', 'test/bench/pictures.ts'],
    globalSetup: ['test/e2e/globalSetup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
