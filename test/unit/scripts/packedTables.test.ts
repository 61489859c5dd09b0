import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeBundle } from '../../../scripts/nodeBundle.mjs';
import { packedTables, sharedTables } from '../../../scripts/packedTables.mjs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function bundleOf(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { outputFiles } = await build({
    ...nodeBundle,
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    outfile: 'out.js',
    write: false,
    plugins: [packedTables],
  });
  return outputFiles[0]?.text ?? '';
}

function run(text: string): unknown {
  const module = { exports: {} };
  const globals = { module, exports: module.exports, require: createRequire(import.meta.url), Buffer };
  runInNewContext(text, globals);
  return JSON.parse(JSON.stringify(module.exports));
}

const row = { name: '한글 "quoted" \\u2028', numbers: [0.1, -3, 1e21], none: null };
const table = Array.from({ length: 200 }, (_, index) => ({ ...row, index }));

it('are what the sources say, in fewer bytes, and the same each time', async () => {
  const files = {
    'main.js':
      "import b from './b.json'; import a from './a.json'; import c from './c.json'; export { a, b, c };",
    'a.json': JSON.stringify(table, null, 2),
    'b.json': JSON.stringify({ other: table.slice(3) }),
    // Too short to gain.
    'c.json': '{"version": "marker"}',
    'unused.json': JSON.stringify(table),
  };
  const text = await bundleOf(files);
  expect(run(text)).toEqual({ a: table, b: { other: table.slice(3) }, c: { version: 'marker' } });
  expect(text).toContain('marker');
  expect(text).not.toContain('quoted');
  expect(text.length).toBeLessThan(5000);
  expect(await bundleOf(files)).toBe(text);
});

it('follow their sources', async () => {
  const main = { 'main.js': "import a from './a.json'; export { a };" };
  await bundleOf({ ...main, 'a.json': JSON.stringify(table) });
  const text = await bundleOf({ ...main, 'a.json': JSON.stringify(table.slice(1)) });
  expect(run(text)).toEqual({ a: table.slice(1) });
});

it('stand once beside bundles that share them; one may import a name of what another takes whole', async () => {
  const files = {
    'whole.js': "import a from './a.json'; import named from './named.json'; export { a, named };",
    'part.js': "import a from './a.json'; import { marker } from './named.json'; export { a, marker };",
    'a.json': JSON.stringify(table),
    'named.json': JSON.stringify({ marker: 'marker', table }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const base = {
    ...nodeBundle,
    absWorkingDir: folder,
    outfile: join(folder, 'out.js'),
    write: false,
  } as const;
  const browser = { platform: 'browser', format: 'iife', globalName: 'made', mainFields: undefined } as const;
  const bundles = [
    { ...base, entryPoints: ['whole.js'] },
    { ...base, ...browser, entryPoints: ['part.js'] },
  ];
  const file = join(folder, 'tables.json');
  const plugins = await sharedTables(bundles, file);
  const texts: string[] = [];
  for (const [at, bundle] of bundles.entries()) {
    const { outputFiles } = await build({ ...bundle, plugins: [plugins[at]!] });
    texts.push(outputFiles[0]!.text);
  }
  for (const text of texts) expect(text).not.toContain('quoted');

  const module = { exports: {} };
  const require = createRequire(import.meta.url);
  runInNewContext(texts[0]!, { module, exports: module.exports, require, __dirname: folder });
  expect(JSON.parse(JSON.stringify(module.exports))).toEqual({
    a: table,
    named: { marker: 'marker', table },
  });
  const worker = `self.siliconlensTables = ${await readFile(file, 'utf8')};${texts[1]}; made`;
  const made: unknown = runInNewContext(`var self = {}; ${worker}`);
  expect(JSON.parse(JSON.stringify(made))).toEqual({ a: table, marker: 'marker' });
});
