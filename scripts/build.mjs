// Bundles every target with esbuild; `--watch` keeps building. Types are checked by `npm run typecheck`.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { build, context } from 'esbuild';
import { bundles, sharing } from './bundles.mjs';
import { writeChipSchemas } from './chipSchemas.mjs';
import { bundledPackages, noticesOf } from './notices.mjs';
import { packedTables, sharedTables } from './packedTables.mjs';

const watch = process.argv.includes('--watch');
const common = {
  minify: !watch,
  sourcemap: watch ? 'inline' : false,
  logLevel: 'warning',
  // Licences are told in ThirdPartyNotices.txt.
  legalComments: 'none',
  metafile: true,
};

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
// Completion and validation of chip files in a workspace.
await writeChipSchemas('dist');
// A model to try the extension on: one of those that the tests know.
await mkdir('dist/sample', { recursive: true });
const sample = 'mobilenetv2.onnx';
await writeFile(`dist/sample/${sample}`, gunzipSync(await readFile(`test/fixtures/models/${sample}.gz`)));
// While one watches, tables are where they are imported.
const sharers = watch ? [] : bundles.filter(({ outfile }) => sharing.has(outfile));
const shared = await sharedTables(sharers, 'dist/tables.json');
const built = [];
for (const bundle of bundles) {
  const options = { ...bundle, ...common, plugins: pluginsOf(bundle) };
  if (watch) await (await context(options)).watch();
  else built.push((await build(options)).metafile);
}
if (!watch) await writeFile('ThirdPartyNotices.txt', await noticesOf(bundledPackages(built)));

function pluginsOf(bundle) {
  const at = sharers.indexOf(bundle);
  if (at !== -1) return [shared[at]];
  return bundle.platform === 'node' && !watch ? [packedTables] : [];
}
