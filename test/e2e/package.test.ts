import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, inject, it } from 'vitest';
import { filesOf, problemsOf } from '../../scripts/package.mjs';

let file: string;
let files: Map<string, Buffer>;
const text = (name: string): string => String(files.get(`extension/${name}`));

beforeAll(async () => {
  file = inject('vscode').vsix[0]!;
  files = await filesOf(file);
});

it('may ship', async () => {
  expect(problemsOf(files, (await readFile(file)).length)).toEqual([]);
});

it('has a page whose pictures and links lead into the repository', async () => {
  const manifest = JSON.parse(text('package.json')) as { repository: { url: string } };
  const repository = manifest.repository.url.replace(/\.git$/, '');
  const source = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const local = [...source.matchAll(/\]\((?!https:|#)([^)]+)\)/g)].map(([, path]) => path!);
  expect(local.length).toBeGreaterThan(5);
  for (const path of local) {
    const kind = path.endsWith('.png') ? 'raw' : 'blob';
    expect(text('readme.md')).toContain(`](${repository}/${kind}/HEAD/${path})`);
  }
});

it('tells the licences of all that its bundles were made of', () => {
  const notices = text('ThirdPartyNotices.txt');
  // Each is recognised by words of its own that stand in a bundle.
  const bundles = text('dist/server.js') + text('dist/extension.js') + text('dist/webview/report.js');
  for (const [words, name] of [
    ['textDocument/hover', 'vscode-languageserver-protocol'],
    ['Client is not running', 'vscode-languageclient'],
    ['Chart', 'chart.js'],
    ['ModelProto', 'onnx-proto'],
    ['invalid wire type', 'protobufjs'],
    ['Pending response rejected', 'vscode-jsonrpc'],
  ] as const) {
    expect([name, bundles.includes(words)]).toEqual([name, true]);
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  }
});
