// Runs a TypeScript script: `node scripts/run.mjs scripts/name.ts [arguments]`. Paths are relative to the repository.
import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { nodeBundle } from './nodeBundle.mjs';

const [, , script, ...rest] = process.argv;
const out = resolve('node_modules/.cache/scripts', `${basename(script, '.ts')}.mjs`);
mkdirSync(resolve('node_modules/.cache/scripts'), { recursive: true });
await build({
  entryPoints: [script],
  outfile: out,
  ...nodeBundle,
  format: 'esm',
  // CommonJS packages inside an ES module need a require of their own.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  // Tools that load their own parts, or find files beside their own code.
  external: [...nodeBundle.external, 'prettier', 'vitest', 'vitest/*', 'typescript'],
  logLevel: 'warning',
});
process.argv = [process.argv[0], script, ...rest];
await import(pathToFileURL(out).href);
