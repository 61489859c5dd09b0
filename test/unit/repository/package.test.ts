import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledPackages, noticesOf } from '../../../scripts/notices.mjs';
import { problemsOf } from '../../../scripts/package.mjs';

describe('what is packed', () => {
  const page = 'A [link](https://example.org/a), a [place](#here) and ![a chart](https://example.org/a.png)';
  const whole = new Map(
    [
      'package.json',
      'readme.md',
      'changelog.md',
      'LICENSE.txt',
      'ThirdPartyNotices.txt',
      'dist/extension.js',
      'dist/server.js',
      'dist/web/extension.js',
      'dist/web/server.js',
      'dist/tables.json',
    ].map((name) => [`extension/${name}`, Buffer.from(page)]),
  );
  const withPage = (text: string) => new Map(whole).set('extension/readme.md', Buffer.from(text));

  it('may ship when nothing is wrong with it', () => {
    expect(problemsOf(whole, 1e6)).toEqual([]);
  });

  it.each([...whole.keys()])('may not ship without %s', (name) => {
    const without = new Map(whole);
    without.delete(name);
    expect(problemsOf(without, 1e6)).toEqual([`${name} is missing or empty.`]);
    expect(problemsOf(new Map(whole).set(name, Buffer.alloc(0)), 1e6)).toEqual([
      `${name} is missing or empty.`,
    ]);
  });

  it('may not hold anything else, nor be large', () => {
    const more = new Map(whole).set('extension/node_modules/a/index.js', Buffer.from('1'));
    expect(problemsOf(more, 3_000_001)).toEqual([
      'The .vsix has 3000001 bytes, more than 3000000.',
      'extension/node_modules/a/index.js must not ship.',
    ]);
  });

  it.each([
    ['extension.js', 550_000],
    ['server.js', 2_000_000],
    ['web/extension.js', 600_000],
    ['web/server.js', 2_000_000],
    ['tables.json', 2_000_000],
    ['webview/report.js', 400_000],
    ['webview/finder.js', 150_000],
    ['webview/overview.js', 150_000],
    ['webview/graph.js', 150_000],
    ['webview/panel.js', 150_000],
  ])('may not hold a larger %s than %d bytes', (entry, limit) => {
    const name = `extension/dist/${entry}`;
    const withSize = (size: number) => new Map(whole).set(name, Buffer.alloc(size));
    expect(problemsOf(withSize(limit), 1e6)).toEqual([]);
    expect(problemsOf(withSize(limit + 1), 1e6)).toEqual([
      `${name} has ${limit + 1} bytes, more than ${limit}.`,
    ]);
  });

  it.each([
    ['[page](docs/speed.md)', 'docs/speed.md is no https address.'],
    ['[page](http://example.org)', 'http://example.org is no https address.'],
    ['![chart](media/a.png)', 'media/a.png is no https address.'],
    ['![chart](https://example.org/a.svg)', 'https://example.org/a.svg is an SVG picture.'],
    [
      '![](https://example.org/a.png)',
      "the picture https://example.org/a.png has no text for those who can't see it.",
    ],
    ['<img src="https://example.org/a.png">', 'HTML is not checked; write Markdown.'],
  ])('may not have a page with %s', (text, problem) => {
    expect(problemsOf(withPage(text), 1e6)).toEqual([`extension/readme.md: ${problem}`]);
  });
});

describe('notices of licences', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'notices-'));
    const add = async (folder: string, files: Record<string, string>) => {
      await mkdir(join(root, folder), { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(join(root, folder, name), text);
    };
    const manifest = (name: string) => JSON.stringify({ name, version: '1.2.3', license: 'MIT' });
    await add('node_modules/good', { 'package.json': manifest('good'), 'License.txt': 'Copyright Good' });
    await add('node_modules/good/node_modules/@a/inner', {
      'package.json': manifest('@a/inner'),
      COPYING: 'Copyright Inner',
      'thirdpartynotices.txt': 'Of others',
    });
    await add('node_modules/bare', { 'package.json': manifest('bare'), 'notice.md': 'No licence' });
  });
  afterAll(() => rm(root, { recursive: true }));

  it('are those of the packages that a bundle was made of, nested ones too', async () => {
    const inputs = {
      'server/main.ts': {},
      'node_modules/good/lib/a.js': {},
      'node_modules/good/lib/b.js': {},
      'node_modules/good/node_modules/@a/inner/index.js': {},
    };
    const folders = bundledPackages([{ inputs }, { inputs }]);
    expect(folders).toEqual(['node_modules/good', 'node_modules/good/node_modules/@a/inner']);
    const text = await noticesOf(folders, root);
    for (const part of [
      'good 1.2.3 (MIT)\n\nCopyright Good',
      '@a/inner 1.2.3 (MIT)\n\nCopyright Inner\n\nOf others',
    ])
      expect(text).toContain(part);
    // Facts about operators come from ONNX and ONNX Runtime.
    expect(text).toContain('ONNX Project Contributors');
    expect(text).toContain('Microsoft Corporation');
  });

  it('are refused where a package has no licence text', async () => {
    await expect(noticesOf(['node_modules/bare'], root)).rejects.toThrow(
      'bare 1.2.3 is bundled but has no licence text',
    );
  });
});
