import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';

// V8's own limit holds the young generation as well: 148 MiB are told for a heap of 100.
it.each([100, 300])('the old generation is as large as --max-old-space-size=%i says', (megabytes) => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('../../../server/node/heap.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    footer: { js: 'console.log(module.exports.oldGenerationBytes());' },
  });
  const told = execFileSync(process.execPath, [`--max-old-space-size=${megabytes}`, '-'], {
    input: outputFiles[0]!.text,
    encoding: 'utf8',
  });
  expect(Number(told)).toBe(megabytes * 2 ** 20);
});
