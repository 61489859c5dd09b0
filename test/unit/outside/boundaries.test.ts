import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { message } from '../../../l10n/cli';
import { csvRow } from '../../../outside/csv';
import { cut, hasHidden, visible } from '../../../outside/hidden';
import { htmlText } from '../../../outside/html';
import { plainJson } from '../../../outside/json';
import { labelText, messageText } from '../../../outside/label';
import { markdownCode, markdownText } from '../../../outside/markdown';
import { terminalText } from '../../../outside/terminal';
import { run } from '../../../server/cli/run';
import type { Report } from '../../../server/engine/report/types';
import { reportFormats } from '../../../server/printReport';

/** What terminals obey, by ECMA-48 and xterm: colours, titles, links, the clipboard, eight-bit forms, bells. */
const obeyed = [
  ...[
    '\u001b[31mred',
    '\u001b]0;title\u0007',
    '\u001b]8;;http://e.x\u001b\\link\u001b]8;;\u001b\\',
    '\u001b]52;c;ZXZpbA==\u0007',
  ],
  ...['\u009b31m', '\u009d8;;x\u009c', '\u0090q', '\u0007', '\b\b\b', '\r', '\u007f', '\u0000', '\u0085'],
];
/** What turns, joins or hides the text around it, by Unicode. */
const turned = [
  ...[
    '\u202eevil',
    '\u2066a\u2069',
    '\u200f',
    '\u061c',
    '\u200b',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u2028',
    '\u2029',
  ],
  ...['\u{e0041}', '\u3164', '\ufe0f', '\u180e', '\ud800', '\udc00a', '\ufff9'],
];
/** What is markup somewhere. */
const marked = [
  ...[
    '[a](http://e.x)',
    '![a](http://e.x/p.png)',
    '[a][b]',
    '<http://e.x>',
    'http://e.x',
    'https://e.x',
    'www.e.x',
    'ftp://e.x',
  ],
  ...[
    '<b>b</b>',
    '<img src=x onerror=alert(1)>',
    '<script>x</script>',
    '&lt;b&gt;',
    '&#60;',
    '<!-- x -->',
    "' onload='x",
    '" x="',
  ],
  ...[
    'a|b',
    '||',
    '`a`',
    '``',
    '```js',
    '~~~',
    '**a**',
    '_a_',
    '~~a~~',
    '# a',
    '> a',
    '- a',
    '+ a',
    '* a',
    '1. a',
    '12) a',
  ],
  ...[
    '---',
    '===',
    '***',
    '    a',
    '\ta',
    'a  ',
    'a\\',
    '\\',
    '\\|',
    '\\`',
    ':---',
    '[ ] a',
    '[^1]',
    '[a]: http://e.x',
    '$x$',
    '@a',
    '$(zap)',
  ],
];
const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\n=1',
  '＝1',
  "=cmd|' /C calc'!A0",
  '"=1"',
];
const hostile = [
  ...obeyed,
  ...turned,
  ...marked,
  ...formulas,
  'a\nb',
  'a\r\n| b',
  '한글',
  '😀',
  '',
  'plain_name.0',
];

/** Every letter by its category in Unicode, as the engine of regular expressions has it; not the code under test. */
const isPlain = (text: string): boolean =>
  [...text].every((letter) => /[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u.test(letter));

describe('hidden letters', () => {
  it.each([...obeyed, ...turned])('are found and spelled out: %j', (text) => {
    expect(hasHidden(text)).toBe(true);
    expect(hasHidden(visible(text))).toBe(false);
    expect(isPlain(visible(text))).toBe(true);
  });

  it('are no letters that people see', () => {
    for (const text of ['한글', 'é', 'é', '😀', 'عربي', 'देवनागरी', '∑→µ×', 'a b\u00a0c']) {
      expect(hasHidden(text)).toBe(false);
      expect(visible(text)).toBe(text);
    }
    expect(visible('a\r\n\tb\u202e')).toBe('a b\\u{202e}');
    expect(cut('ab😀', 4)).toBe('ab😀');
    expect(cut('ab😀c', 4)).toBe('ab…');
  });
});

it('begins no address by www in Markdown', () => {
  for (const text of ['www.e.x', 'a www.e.x', '(WWW.e.x', '_www.e.x'])
    expect(markdownText(text).replace(/\\\\./g, '')).not.toMatch(/www\./i);
});

describe.each(hostile)('the name %j', (name) => {
  it('is one line of plain letters on a terminal', () => {
    expect(isPlain(terminalText(name))).toBe(true);
  });

  it('is one cell of CSV that no spreadsheet runs', () => {
    const [row, rest] = [csvRow([name, 1, null, name]), csvRow(['a', name])];
    expect(isPlain(row)).toBe(true);
    const cells = cellsOf(row);
    expect(cells).toHaveLength(4);
    expect(cellsOf(rest)).toHaveLength(2);
    for (const cell of [cells[0]!, cells[3]!]) {
      expect(cell.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/);
      expect([visible(name), `'${visible(name)}`]).toContain(cell);
    }
  });

  it('is nothing but text in Markdown', () => {
    const shown = visible(name).trim();
    for (const text of [`${markdownText(name)}`, `# ${markdownText(name)}`, `- ${markdownText(name)}`])
      expect(textOf(text)).toEqual(shown);
    expect(textOf(`| a |\n| :-- |\n| ${markdownText(name)} |`)).toEqual(`a${shown}`);
    expect(isPlain(markdownText(name))).toBe(true);
  });

  it('is nothing but code in a code span', () => {
    const code = markdownCode(name);
    if (code === '') return expect(name.trim()).toBe('');
    const tokens = inline(code);
    expect(tokens.map(({ type }) => type)).toEqual(['code_inline']);
    expect(inline(`| a |\n| :-- |\n| ${code} |`).map(({ type }) => type)).toEqual(['text', 'code_inline']);
  });

  it('is nothing but text in HTML, also in attributes', () => {
    const html = htmlText(name);
    expect(html).not.toMatch(/[<>"'`]/);
    expect(isPlain(html)).toBe(true);
    const back = html.replace(/&(?:lt|gt|amp|quot|#39|#96);/g, (entity) => unescaped[entity]!);
    expect(back).toBe(visible(name));
  });

  it('is the same to programs and has nothing hidden in JSON', () => {
    for (const space of [0, 2]) {
      const json = plainJson(JSON.stringify({ [name]: [name] }, null, space));
      expect(JSON.parse(json)).toEqual({ [name]: [name] });
      for (const line of json.split('\n')) expect(isPlain(line)).toBe(true);
    }
  });

  it('is no icon in a label and no link in a message box', () => {
    // iconLabels.ts of VS Code: an icon is $(name) or $(name~modifier) without a backslash before it.
    expect(labelText(name)).not.toMatch(/(?<!\\)\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/);
    // linkedText.ts of VS Code.
    expect(messageText(`${name} [a](command:x) ${name}`)).not.toMatch(
      /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/,
    );
    expect(isPlain(labelText(name)) && isPlain(messageText(name))).toBe(true);
  });

  it('is one line in every message', () => {
    for (const language of ['en', 'ko'] as const)
      expect(isPlain(message(language, 'cli.verify.noNode', { node: name, path: name }))).toBe(true);
  });
});

describe('the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siliconlens-boundaries-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prints nothing that a terminal obeys, in any format, on either stream, whatever a model says', async () => {
    const names = [...obeyed, ...turned].filter(
      (name) => !/[\ud800-\udfff]/.test(name) || (name.length > 1 && !/[\ud800\udc00]/.test(name)),
    );
    const text = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`;
    const nodes = names.map(
      (name, at) =>
        `  [${text(name)}] y${at} = Relu <${'x'}: string = ${text(name)}> (${text(`x${name}`)})\n`,
    );
    const inputs = names.map((name) => `float[${text(name)},4] ${text(`x${name}`)}`);
    const path = join(folder, 'hostile.onnxtxt');
    const header = `<ir_version: 10, opset_import: ["" : 20], producer_name: ${text(obeyed[3]!)}, doc_string: ${text(obeyed[2]!)}>`;
    writeFileSync(
      path,
      `${header}\n${text(obeyed[0]!)} (${inputs.join(', ')}) => (float[1,4] y0) {\n${nodes.join('')}}\n`,
    );
    const commands = [
      ...reportFormats.map((format) => ['analyze', path, '--format', format]),
      ...['table', 'markdown', 'csv', 'json'].map((format) => ['sparsity', path, '--format', format]),
      ...[
        ['listing', path],
        ['verify', path],
        ['verify', path, '--node', obeyed[3]!],
        ['verify', path, '--node', 'nothing'],
      ],
      ...[
        ['analyze', `${path}${obeyed[0]}`],
        ['analyze', path, '--chip', obeyed[3]!],
        [obeyed[0]!],
        ['chips', obeyed[3]!],
      ],
      ...[
        ['analyze', path, `--${obeyed[0]}`],
        ['analyze', path, '--bind', `${obeyed[0]}=x`],
        ['analyze', path, '--phase', obeyed[2]!],
      ],
    ];
    for (const words of commands) {
      for (const language of ['en', 'ko']) {
        let all = '';
        const console = {
          out: (part: string) => (all += part),
          error: (part: string) => (all += part),
          locale: language,
        };
        await run(words, console);
        expect(all).not.toBe('');
        const bad = all.split(/\r?\n/).filter((line) => !isPlain(line));
        expect([words, bad]).toEqual([words, []]);
      }
    }
    let json = '';
    await run(['analyze', path, '-f', 'json'], {
      out: (part) => (json += part),
      error: () => {},
      locale: 'en',
    });
    expect((JSON.parse(json) as Report).nodes.map(({ name }) => name)).toEqual(names);
  });
});

const unescaped: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
};

/** The cells of a row by RFC 4180. */
function cellsOf(row: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of `${row},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g))
    cells.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
  return cells;
}

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

/** A Markdown reader that is not ours, of the packaging tool: CommonMark with tables, HTML and links that are not marked. */
const fromPackager = createRequire(createRequire(import.meta.url).resolve('@vscode/vsce/package.json'));
const MarkdownIt = fromPackager('markdown-it') as new (options: object) => {
  parse(text: string, env: object): Token[];
  readonly linkify: { set(options: object): void };
};
const reader = new MarkdownIt({ html: true, linkify: true });
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

function inline(markdown: string): Token[] {
  return reader.parse(markdown, {}).flatMap(({ children }) => children ?? []);
}

/** The text that a reader sees; null where there is anything but text in paragraphs, one heading, item or table. */
function textOf(markdown: string): string | null {
  const blocks = reader.parse(markdown, {}).map(({ type }) => type);
  const expected =
    /^(?:paragraph|heading|bullet_list|list_item|table|thead|tbody|tr|th|td)_(?:open|close)$|^inline$/;
  if (!blocks.every((type) => expected.test(type))) return null;
  const isHeading = markdown.startsWith('# ');
  if (blocks.filter((type) => type === 'heading_open').length !== (isHeading ? 1 : 0)) return null;
  if (blocks.filter((type) => type === 'list_item_open').length > 1) return null;
  const parts = inline(markdown);
  return parts.every(({ type }) => type === 'text') ? parts.map(({ content }) => content).join('') : null;
}
