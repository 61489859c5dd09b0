import { describe, expect, it } from 'vitest';
import { foldingRanges } from '../../../server/features/folding';
import type { Model } from '../../../server/engine/graph/model';
import { subgraph } from '../inference/build';
import { tensorOf } from '../operators/check';
import { analysed, float, modelOf, node, weight } from './analysed';

/** Folds that are closed on opening, as the first words of their first line and how many lines they hide. */
async function closed(model: Model): Promise<string[]> {
  const { analysis, text } = await analysed(model);
  const lines = text.split('\n');
  return foldingRanges(analysis.listing.positions)
    .filter(({ kind }) => kind === 'imports')
    .map(({ startLine, endLine }) => `${lines[startLine]!.trim().split(' =')[0]} +${endLine - startLine}`);
}

const shape = node('Shape', ['x'], ['s']);
const first = node('Gather', ['s', 'zero'], ['n']);
const relu = (from: string, to: string, name = '') => node('Relu', [from], [to], { name });
const zero = tensorOf('zero', 'int64', [1], [0]);

function model(nodes: Model['graph']['nodes'], more: Partial<Model['graph']> = {}): Model {
  return modelOf({ inputs: [float('x', 2, 4)], outputs: [float('y', 2, 4)], nodes, ...more });
}

describe('folds that are closed on opening', () => {
  it('are stretches of constants, of arithmetic on sizes, and of identities', async () => {
    const nodes = [
      relu('x', 'a'),
      shape,
      node('Constant', [], ['zero'], { attributes: [{ name: 'value_int', kind: 'int', value: 0 }] }),
      first,
      node('Mul', ['n', 'n'], ['m']),
      node('Reshape', ['a', 's'], ['b']),
      node('Identity', ['b'], ['c']),
      node('Identity', ['c'], ['d']),
      node('Identity', ['d'], ['e']),
      relu('e', 'y'),
    ];
    expect(await closed(model(nodes))).toEqual(['s +3', 'c +2']);
  });

  it('have no line that computes on data, makes a tensor out of sizes, or is of an operator that nobody knows', async () => {
    const lists: Model['graph']['nodes'][] = [
      // The second operand is no size.
      [shape, first, node('Mul', ['n', 'x'], ['m']), relu('x', 'y')],
      // A mask as large as its sizes say.
      [shape, node('ConstantOfShape', ['s'], ['m']), node('Expand', ['n', 's'], ['o']), relu('x', 'y')],
      [shape, first, node('Shape', ['n'], ['m'], { domain: 'my.own' }), relu('x', 'y')],
      // A table is data.
      [shape, first, node('Gather', ['table', 'n'], ['m']), relu('x', 'y')],
    ];
    const initializers = [zero, tensorOf('table', 'int64', [2, 2], [1, 2, 3, 4])];
    for (const nodes of lists) expect(await closed(model(nodes, { initializers }))).toEqual(['< +2']);
    // So is a list of more than 1,024 numbers.
    const list = (length: number) =>
      closed(model(lists.at(-1)!, { initializers: [zero, { ...weight('table', length), dtype: 'int64' }] }));
    expect(await list(1025)).toEqual(['< +2']);
    expect(await list(1024)).toEqual(['< +2', 's +2']);
  });

  it('have positions that are counted, and no table that two of those span', async () => {
    const nodes = [
      shape,
      first,
      node('Range', ['zero', 'n', 'zero'], ['r']),
      node('Unsqueeze', ['r', 'zero'], ['row']),
      node('Add', ['r', 'n'], ['column']),
      node('Less', ['row', 'column'], ['mask']),
      node('Not', ['mask'], ['y']),
    ];
    expect(await closed(model(nodes, { initializers: [zero] }))).toEqual(['< +1', 's +4']);
  });

  it('end where a module begins or ends, whose first line stays in sight', async () => {
    const constant = (to: string, name: string) =>
      node('Constant', [], [to], { name, attributes: [{ name: 'value_int', kind: 'int', value: 0 }] });
    const nodes = [
      ...['a', 'b', 'c'].map((to) => constant(to, `/first/${to}`)),
      ...['d', 'e', 'f', 'g'].map((to) => constant(to, `/second/${to}`)),
      relu('x', 'y', '/second/Relu'),
    ];
    // Of the first module two lines are left, which are worth no fold.
    expect(await closed(model(nodes))).toEqual(['["/second/e"] e +2']);
  });

  it('know sizes of the graph around a body, and of no body beside it', async () => {
    const body = (name: string, inside: string) =>
      subgraph(
        { i: 'int64[]', go: 'bool[]', s: 'float[2,4]' },
        [
          node('Gather', [inside, 'zero'], [`${name}1`]),
          node('Neg', [`${name}1`], [`${name}2`]),
          node('Neg', [`${name}2`], [`${name}3`]),
          node('Relu', ['s'], [`${name}t`]),
        ],
        `go, ${name}t`,
      );
    const loop = (name: string, inside: string, from: string, to: string) =>
      node('Loop', ['trips', '', from], [to], { attributes: [{ ...body(name, inside), name: 'body' }] });
    const initializers = [tensorOf('trips', 'int64', [], [3]), zero];
    const nodes = [shape, loop('a', 's', 'x', 'l'), loop('b', 'a1', 'l', 'y')];
    expect(await closed(model(nodes, { initializers }))).toEqual(['< +2', 'a1 +2']);
  });

  it('are long lists of inputs and outputs', async () => {
    const many = Array.from({ length: 9 }, (_, i) => float(`x${i}`, 4));
    const made = many.map(({ name }, i) => relu(name, `y${i}`));
    const all = modelOf({ inputs: many, outputs: made.map((_, i) => float(`y${i}`, 4)), nodes: made });
    expect(await closed(all)).toEqual(['float[4] x0, +8', 'float[4] y0, +8']);
    const less = modelOf({ inputs: many.slice(1), outputs: [float('y1', 4)], nodes: made.slice(1) });
    expect(await closed(less)).toEqual([]);
    // Each of eight has a line of its own, and all stay in sight.
    const long = many.slice(1).map((one) => ({ ...one, name: one.name.repeat(10) }));
    const { analysis, text } = await analysed(
      modelOf({ inputs: long, outputs: [float('y1', 4)], nodes: made.slice(1, 2) }),
    );
    expect(text.split('\n').filter((line) => line.startsWith('  float[4] x'))).toHaveLength(8);
    expect(foldingRanges(analysis.listing.positions).filter(({ kind }) => kind === 'imports')).toEqual([]);
  });

  it('leave no fold of a module out for want of room', async () => {
    const nodes = Array.from({ length: 20 }, (_, i) => [
      shape,
      { ...first, name: `/m.${i}/a` },
      node('Neg', ['n'], [`p${i}`]),
      node('Neg', ['n'], [`q${i}`]),
      node('Neg', ['n'], [`r${i}`]),
      relu('x', `y${i}`, `/m.${i}/b`),
    ]).flat();
    const { analysis } = await analysed(model(nodes, { initializers: [zero] }));
    const folds = foldingRanges(analysis.listing.positions, 30);
    expect(folds).toHaveLength(30);
    expect(folds.filter(({ kind }) => kind).length).toBeLessThanOrEqual(16);
  });
});
