import { describe, expect, it } from 'vitest';
import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver';
import { uninterrupted } from '../../../server/engine/scheduler';
import { capped, outline, type OutlineItem } from '../../../server/features/outline';
import { semanticLegend, semanticTokens } from '../../../server/features/semanticTokens';
import { documentSymbols, flatSymbols, inKinds } from '../../../server/features/symbols';
import { editDistance, meant } from '../../../server/features/textFixes';
import { subgraph } from '../inference/build';
import { tensorOf } from '../operators/check';
import { analysed, float, modelOf, node, weight } from './analysed';

/** Names of entries, those inside behind them in brackets. */
const written = (items: readonly OutlineItem[]): string =>
  items.map(({ name, children }) => name + (children.length > 0 ? `(${written(children)})` : '')).join(' ');

const relu = (name: string, from: string, to: string) => node('Relu', [from], [to], { name });
const modules = modelOf({
  inputs: [float('x', 4)],
  outputs: [float('f', 4)],
  nodes: [
    relu('/enc/layer.0/Relu', 'x', 'a'),
    relu('/enc/layer.0/Relu_1', 'a', 'b'),
    relu('/enc/layer.1/Relu', 'b', 'c'),
    relu('/dec/Relu', 'c', 'd'),
    relu('/enc/layer.1/Relu_1', 'd', 'e'),
    relu('', 'e', 'f'),
  ],
});

describe('the outline', () => {
  it('has modules in the order of the text, one that is interrupted twice', async () => {
    const { analysis } = await analysed(modules);
    const { roots, size } = outline(analysis.listing.positions);
    expect(written(roots)).toBe('g(enc(layer.0(Relu Relu) layer.1(Relu)) dec(Relu) enc(layer.1(Relu)) Relu)');
    // The graph, six nodes and six modules.
    expect(size).toBe(13);
    const [enc] = roots[0]!.children;
    expect(enc!.children.map(({ detail }) => detail)).toEqual(['', '']);
    expect(enc!.children[0]!.children[0]!.detail).toBe('/enc/layer.0/Relu');
    expect(roots[0]!.children.at(-1)!.detail).toBe('f');
    // A module reaches from its first to its last line: three statements of one line each.
    expect(enc!.end.line - enc!.start.line).toBe(2);
  });

  it('has the nodes of a subgraph below the node that holds it, and goes on after that', async () => {
    const body = subgraph(
      { i: 'int64[]', go: 'bool[]', s: 'float[4]' },
      [node('Neg', ['s'], ['t']), node('Identity', ['go'], ['on'])],
      'on, t',
    );
    const { analysis } = await analysed(
      modelOf({
        inputs: [float('x', 4)],
        outputs: [float('y', 4)],
        initializers: [tensorOf('n', 'int64', [], [3])],
        nodes: [
          node('Loop', ['n', '', 'x'], ['l'], { attributes: [{ ...body, name: 'body' }] }),
          node('Relu', ['l'], ['y']),
        ],
      }),
    );
    expect(written(outline(analysis.listing.positions).roots)).toBe('g(Loop(Neg Identity) Relu)');
  });

  it('keeps a node of no module that stands between two of one', async () => {
    const { analysis } = await analysed(
      modelOf({
        inputs: [float('x', 4)],
        outputs: [float('f', 4)],
        nodes: [
          relu('/h.0/attn/Relu', 'x', 'a'),
          relu('', 'a', 'b'),
          relu('/h.0/mlp/Relu', 'b', 'c'),
          relu('', 'c', 'd'),
          relu('/h.1/mlp/Relu', 'd', 'e'),
          relu('', 'e', 'f'),
        ],
      }),
    );
    const [graph] = outline(analysis.listing.positions).roots;
    const shown = (item: OutlineItem): unknown =>
      item.kind === 'node' ? item.detail : [item.name, ...item.children.map(shown)];
    // Between attn and mlp of h.0 it is h.0's, between h.0 and h.1 the graph's, and so behind the last.
    expect(shown(graph!)).toEqual([
      'g',
      ['h.0', ['attn', '/h.0/attn/Relu'], 'b', ['mlp', '/h.0/mlp/Relu']],
      'd',
      ['h.1', ['mlp', '/h.1/mlp/Relu']],
      'f',
    ]);
  });

  it('is cut at the deepest level, nodes before modules', async () => {
    const { analysis } = await analysed(modules);
    const whole = outline(analysis.listing.positions);
    const cut = (limit: number): [string, number] => {
      const { items, left } = capped(whole, limit);
      return [written(items), left];
    };
    expect(cut(13)).toEqual([written(whole.roots), 0]);
    expect(cut(5)).toEqual(['g(enc dec enc Relu)', 8]);
    expect(cut(4)).toEqual(['g(enc dec enc)', 9]);
    expect(cut(7)).toEqual(['g(enc(layer.0 layer.1) dec enc Relu)', 6]);
    expect(cut(0)).toEqual(['', 13]);
  });
});

describe('symbols', () => {
  it('say how many are left out in an entry at the end, which counts', async () => {
    const { analysis } = await analysed(modules);
    const { positions, lineCount } = analysis.listing;
    const [, note] = documentSymbols(positions, lineCount, 'en', 6);
    expect(note).toMatchObject({ name: '… 8 more are not listed', kind: SymbolKind.Null });
    expect(note!.range.start).toEqual({ line: lineCount - 1, character: 0 });
    expect(documentSymbols(positions, lineCount, 'en', 14)).toHaveLength(1);
  });

  const range = { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } };
  const symbol = (name: string, kind: SymbolKind, children: DocumentSymbol[] = []): DocumentSymbol => ({
    ...{ name, kind, range, selectionRange: range, children },
  });
  const tree = [
    symbol('g', SymbolKind.Module, [symbol('a', SymbolKind.Array), symbol('n', SymbolKind.Null)]),
  ];

  it('have the kinds of the first protocol for editors that name none', () => {
    const [g] = inKinds(tree);
    expect([g!.kind, ...g!.children!.map(({ kind }) => kind)]).toEqual([
      SymbolKind.Module,
      SymbolKind.Array,
      SymbolKind.String,
    ]);
  });

  it('are a list with what each stands in, for editors without trees', () => {
    expect(flatSymbols(tree, 'u')).toEqual([
      { name: 'g', kind: SymbolKind.Module, location: { uri: 'u', range } },
      { name: 'a', kind: SymbolKind.Array, location: { uri: 'u', range }, containerName: 'g' },
      { name: 'n', kind: SymbolKind.Null, location: { uri: 'u', range }, containerName: 'g' },
    ]);
  });
});

describe('colours', () => {
  const model = modelOf({
    inputs: [float('x', 4, 4)],
    outputs: [float('z', 4, 4)],
    initializers: [weight('w', 4, 4)],
    nodes: [node('MatMul', ['x', 'w'], ['y']), node('Add', ['y', 'w'], ['z'])],
  });

  /** The words that are coloured on some lines, with what they are. */
  async function coloured(from: string, to: string): Promise<string[]> {
    const { analysis, text } = await analysed(model);
    const lines = text.split('\n');
    const lineOf = (part: string): number => lines.findIndex((one) => one.includes(part));
    const { data } = await semanticTokens(
      analysis.listing.positions,
      lineOf(from),
      lineOf(to),
      uninterrupted,
    );
    const found: string[] = [];
    let [line, character] = [0, 0];
    for (let at = 0; at < data.length; at += 5) {
      const [down, right, length, kind, modifiers] = data.slice(at, at + 5) as [
        number,
        number,
        number,
        number,
        number,
      ];
      [line, character] = [line + down, down === 0 ? character + right : right];
      const set = semanticLegend.tokenModifiers.filter((_, bit) => (modifiers & (1 << bit)) !== 0);
      const word = lines[line]!.slice(character, character + length);
      found.push([word, semanticLegend.tokenTypes[kind], ...set].join(' '));
    }
    return found;
  }

  it('tell operators, inputs, weights and values apart by where they stand', async () => {
    expect(await coloured('y = MatMul', 'z = Add')).toEqual([
      'y variable declaration',
      'MatMul function',
      'x parameter',
      'w variable readonly',
      'z variable declaration',
      'Add function',
      'y variable',
      'w variable readonly',
    ]);
  });

  it('are those of the lines that were asked for', async () => {
    expect((await coloured('z = Add', 'z = Add'))[0]).toBe('z variable declaration');
    const head = await coloured('g (', 'g (');
    expect(head.slice(0, 2)).toEqual(['g class declaration', 'x parameter declaration']);
    expect(head).not.toContain('MatMul function');
  });
});

describe('slips', () => {
  it('are letters that are changed, added, left out, or swapped with the next', () => {
    // The usual example: two letters changed, one added.
    expect(editDistance('kitten', 'sitting', 9)).toBe(3);
    expect([editDistance('', 'abc', 9), editDistance('abc', '', 9), editDistance('', '', 9)]).toEqual([
      3, 3, 0,
    ]);
    expect([
      editDistance('ab', 'ba', 9),
      editDistance('xabz', 'xbaz', 9),
      editDistance('abcd', 'badc', 9),
    ]).toEqual([1, 1, 2]);
    // A swap and no letter between: 'ca' to 'abc' is three without editing a part twice.
    expect(editDistance('ca', 'abc', 9)).toBe(3);
    // Lengths that differ by more than the limit need no counting.
    expect([editDistance('a', 'abcd', 2), editDistance('a', 'abc', 2)]).toEqual([3, 2]);
  });

  it('of short words are one letter, of others two', () => {
    expect([
      meant('Abz', ['Abs']),
      meant('Azz', ['Abs']),
      meant('Siin', ['Sinh']),
      meant('Rlux', ['Relu']),
    ]).toEqual(['Abs', undefined, 'Sinh', 'Relu']);
    expect(meant('Conx', ['Conv', 'Convs'])).toBe('Conv');
    // Another case alone is nearer than any letter.
    expect(meant('relu', ['Relu', 'elu'])).toBe('Relu');
  });
});
