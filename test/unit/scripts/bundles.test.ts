import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundles } from '../../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The areas of texts that each bundle says something of; any other would be dead weight in each window. */
const areasOf: Readonly<Record<string, readonly string[]>> = {
  'dist/extension.js': ['extension', 'write'],
  'dist/server.js': ['operators', 'problems', 'report', 'server', 'totals', 'words'],
  'dist/web/extension.js': ['extension', 'write'],
  'dist/web/server.js': ['operators', 'problems', 'report', 'server', 'totals', 'words'],
  'dist/cli.js': ['cli', 'problems', 'report', 'totals', 'words', 'write'],
  'dist/mcp.js': ['cli', 'problems', 'report', 'totals', 'words', 'write'],
  'dist/webview/report.js': ['glossary', 'totals', 'webview'],
  'dist/webview/panel.js': ['glossary', 'totals', 'webview'],
  'dist/webview/finder.js': ['glossary', 'totals', 'webview'],
  'dist/webview/overview.js': ['glossary', 'totals', 'webview'],
  'dist/webview/graph.js': ['totals', 'webview'],
  'dist/webview/style.css': [],
};

describe('bundles', () => {
  it.each(bundles)('$outfile holds the texts of its own areas, in both languages', async (bundle) => {
    const { metafile } = await build({
      ...bundle,
      absWorkingDir: root,
      write: false,
      metafile: true,
      logLevel: 'error',
    });
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    const texts = inputs.filter(
      ([path, { bytesInOutput }]) => /^l10n\/.*\.json$/.test(path) && bytesInOutput > 0,
    );
    expect(texts.map(([path]) => path).sort()).toEqual(
      ['en', 'ko'].flatMap((language) =>
        (areasOf[bundle.outfile] ?? []).map((area) => join('l10n', language, `${area}.json`)),
      ),
    );
  });
});
