// Bundles every target with esbuild; `--watch` keeps building. Types are checked by `npm run typecheck`.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { build, context } from 'esbuild';
import { writeChipSchemas } from './chipSchemas.mjs';
import { nodeBundle } from './nodeBundle.mjs';
import { bundledPackages, noticesOf } from './notices.mjs';

const watch = process.argv.includes('--watch');
const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'inline' : false,
  logLevel: 'warning',
  // Licences are told in ThirdPartyNotices.txt.
  legalComments: 'none',
  metafile: true,
};
const node = { ...common, ...nodeBundle };
const browser = { ...common, platform: 'browser', target: 'es2022', format: 'iife' };

const targets = [
  { ...node, entryPoints: ['extension/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
  { ...node, entryPoints: ['server/main.ts'], outfile: 'dist/server.js' },
  { ...node, entryPoints: ['server/cli.ts'], outfile: 'dist/cli.js', banner: { js: '#!/usr/bin/env node' } },
  { ...browser, entryPoints: ['webview/report.ts'], outfile: 'dist/webview/report.js' },
  { ...browser, entryPoints: ['webview/panel.ts'], outfile: 'dist/webview/panel.js' },
  { ...browser, entryPoints: ['webview/style.css'], outfile: 'dist/webview/style.css' },
].filter((target) => existsSync(target.entryPoints[0]));

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
// Completion and validation of chip files in a workspace.
await writeChipSchemas('dist');
const built = [];
for (const target of targets) {
  if (watch) await (await context(target)).watch();
  else built.push((await build(target)).metafile);
}
if (!watch) await writeFile('ThirdPartyNotices.txt', await noticesOf(bundledPackages(built)));
