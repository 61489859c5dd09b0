import { nodeBundle } from './nodeBundle.mjs';

const node = nodeBundle;
const browser = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
};

/** Korean as it is written takes half of what escapes take; the pages say that they are in UTF-8. */
const page = { ...browser, charset: 'utf8' };

/** The client matches patterns for file operations alone, which the server does not ask for. */
const unused = { minimatch: './scripts/unused.mjs' };

/** What the product consists of, as esbuild makes it: each bundle is loaded by itself. */
export const bundles = [
  {
    ...node,
    entryPoints: ['extension/node/main.ts'],
    outfile: 'dist/extension.js',
    external: [...node.external, 'vscode'],
    alias: unused,
  },
  {
    ...browser,
    format: 'cjs',
    entryPoints: ['extension/browser/main.ts'],
    outfile: 'dist/web/extension.js',
    external: ['vscode'],
    alias: unused,
  },
  { ...browser, entryPoints: ['server/browser/main.ts'], outfile: 'dist/web/server.js' },
  { ...node, entryPoints: ['server/main.ts'], outfile: 'dist/server.js' },
  { ...node, entryPoints: ['server/cli.ts'], outfile: 'dist/cli.js', banner: { js: '#!/usr/bin/env node' } },
  { ...node, entryPoints: ['server/mcp.ts'], outfile: 'dist/mcp.js' },
  { ...page, entryPoints: ['webview/report.ts'], outfile: 'dist/webview/report.js' },
  { ...page, entryPoints: ['webview/finder.ts'], outfile: 'dist/webview/finder.js' },
  { ...page, entryPoints: ['webview/overview.ts'], outfile: 'dist/webview/overview.js' },
  { ...page, entryPoints: ['webview/graph.ts'], outfile: 'dist/webview/graph.js' },
  { ...page, entryPoints: ['webview/panel.ts'], outfile: 'dist/webview/panel.js' },
  { ...page, entryPoints: ['webview/dashboard.ts'], outfile: 'dist/webview/dashboard.js' },
  { ...page, entryPoints: ['webview/dashboard.css'], outfile: 'dist/webview/dashboard.css' },
  { ...page, entryPoints: ['webview/style.css'], outfile: 'dist/webview/style.css' },
];

/** Bundles of the extension that hold the engine, or know it: they share its tables. The command line is a file by itself. */
export const sharing = new Set(['dist/server.js', 'dist/web/server.js', 'dist/mcp.js']);
