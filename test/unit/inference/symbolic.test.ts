import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, printDim, symbolsOf, type Bindings, type Dim } from '../../../server/engine/graph/dim';
import type { Model, ValueType } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import { inferSymbolic, type SymbolicFacts } from '../../../server/engine/inference/symbolic';
import { uninterrupted } from '../../../server/engine/scheduler';
import { printType, tensorOf } from '../operators/check';
import { infos, modelOf, node, subgraph } from './build';
import { fixtureNames, readFixture } from './fixtures';

/** Sizes that make sense for a symbol: images of the detector's strides, texts of BERT's positions. */
function sizeOf(name: string): fc.Arbitrary<number> {
  if (name === 'height' || name === 'width') return fc.integer({ min: 4, max: 90 }).map((n) => n * 8);
  return name === 'batch' ? fc.integer({ min: 1, max: 9 }) : fc.integer({ min: 1, max: 500 });
}

const dimsOf = (type: ValueType | undefined): readonly Dim[] =>
  (type?.kind === 'tensor' ? type.shape : undefined) ?? [];

/** The names that the model's inputs give to dimensions. */
function inputNames(model: Model): string[] {
  return [...new Set(model.graph.inputs.flatMap(({ type }) => dimsOf(type).flatMap(symbolsOf)))];
}

/** Values whose shape in names does not give, under the bindings, what inference gives with them from the start. */
async function differences(model: Model, symbolic: SymbolicFacts, bindings: Bindings): Promise<string[]> {
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { values } = await infer(model, workload);
  return values.flatMap(({ id, name, type }) => {
    const named = symbolic[id];
    if (!named) return dimsOf(type).every((dim) => typeof dim === 'number') ? [] : [`${name}: nothing`];
    const bound = dimsOf(named.type).map((dim) => printDim(evaluate(dim, bindings)));
    const found = dimsOf(type).map(printDim);
    return bound.join() === found.join()
      ? []
      : [`${name}: ${printType(named.type)} is ${bound.join()}, not ${found.join()}`];
  });
}

describe.each(fixtureNames)('%s', (name) => {
  it('has only shapes in the names of its inputs, and of what data decide', async () => {
    const model = await readFixture(name);
    const facts = await inferSymbolic(model, {}, uninterrupted);
    const used = new Set(facts.flatMap((fact) => dimsOf(fact?.type).flatMap(symbolsOf)));
    const decidedByData =
      name === 'detector' ? ['NonMaxSuppression_output_0.selected', 'NonZero_output_0.count'] : [];
    expect([...used].sort()).toEqual([...inputNames(model), ...decidedByData].sort());
  });

  it('needs no declarations for them', async () => {
    const model = await readFixture(name);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const { values } = await infer(model, workload, { keepSymbols: true, ignoreDeclared: true });
    const declared = await inferSymbolic(model, {}, uninterrupted);
    const differing = values.filter(
      ({ id, type }) => declared[id] && printType(declared[id].type) !== printType(type),
    );
    expect(differing.map((value) => value.name)).toEqual([]);
  });

  it('has in names what it has in numbers, under any bindings', async () => {
    const model = await readFixture(name);
    const symbolic = await inferSymbolic(model, {}, uninterrupted);
    const bindings = fc.record(Object.fromEntries(inputNames(model).map((one) => [one, sizeOf(one)])));
    await fc.assert(
      fc.asyncProperty(bindings, async (sizes) => {
        expect(await differences(model, symbolic, sizes)).toEqual([]);
      }),
      { numRuns: 5, seed: 7 },
    );
  });
});

/** Shapes in names by value. */
async function named(model: Model, bindings: Bindings = {}): Promise<Record<string, string>> {
  const { values } = await infer(model, {
    bindings,
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  });
  const facts = await inferSymbolic(model, bindings, uninterrupted);
  return Object.fromEntries(
    values.flatMap(({ id, name }) => (facts[id] ? [[name, printType(facts[id].type)] as const] : [])),
  );
}

describe('shapes in names', () => {
  it('survive arithmetic on shapes, in a form that can be read', async () => {
    const model = modelOf({
      inputs: infos({ x: 'float[batch, sequence, 768]', past: 'float[batch, 12, past, 64]', n: 'int64[]' }),
      initializers: [
        tensorOf('minus', 'int64', [1], [-1]),
        tensorOf('heads', 'int64', [2], [12, 64]),
        tensorOf('zero', 'int64', [], [0]),
        tensorOf('one', 'int64', [], [1]),
        tensorOf('two', 'int64', [1], [2]),
        tensorOf('start', 'int64', [1], [1]),
        tensorOf('end', 'int64', [1], [2 ** 31 - 1]),
        tensorOf('axis1', 'int64', [1], [1]),
      ],
      nodes: [
        node('Shape', 'x', 'two_dims', { start: 0, end: 2 }),
        node('Concat', 'two_dims, heads', 'split_shape', { axis: 0 }),
        node('Reshape', 'x, split_shape', 'split'),
        node('Transpose', 'split', 'by_head', { perm: [0, 2, 1, 3] }),
        node('Concat', 'past, by_head', 'present', { axis: 2 }),
        node('Concat', 'minus, heads', 'flat_shape', { axis: 0 }),
        node('Reshape', 'x, flat_shape', 'flat'),
        node('Shape', 'present', 'total_at', { start: 2, end: 3 }),
        node('Squeeze', 'total_at', 'total'),
        node('Range', 'zero, total, one', 'positions'),
        node('Concat', 'total_at, total_at', 'square', { axis: 0 }),
        node('Expand', 'positions, square', 'grid'),
        node('ConstantOfShape', 'square', 'mask'),
        node('Slice', 'x, start, end, axis1', 'rest'),
        node('Slice', 'x, start, end, axis1, two', 'every_second'),
        node('Split', 'x', 'half, other', { axis: 1, num_outputs: 2 }),
        node('NonZero', 'x', 'hits'),
        node('Transpose', 'hits', 'hit_rows'),
      ],
    });
    expect(await named(model)).toMatchObject({
      split: 'float[batch, sequence, 12, 64]',
      present: 'float[batch, 12, past + sequence, 64]',
      flat: 'float[batch*sequence, 12, 64]',
      positions: 'int64[past + sequence]',
      grid: 'int64[past + sequence, past + sequence]',
      mask: 'float[past + sequence, past + sequence]',
      rest: 'float[batch, sequence - 1, 768]',
      half: 'float[batch, floor((sequence + 1)/2), 768]',
      hits: 'int64[3, hits.count]',
      hit_rows: 'int64[hits.count, 3]',
    });
  });

  it('keep names where branches agree, and follow bound trips of loops', async () => {
    const branches = {
      then_branch: subgraph({}, [node('Relu', 'x', 't')], 't'),
      else_branch: subgraph({}, [node('Neg', 'x', 'e')], 'e'),
    };
    const body = subgraph(
      { i: 'int64[]', go: 'bool[]', state: '' },
      [
        node('Identity', 'go', 'go2'),
        node('Concat', 'state, x', 'longer', { axis: 0 }),
        node('Neg', 'x', 'seen'),
      ],
      'go2, longer, seen',
    );
    const model = modelOf({
      inputs: infos({ c: 'bool[]', x: 'float[rows, 8]', trips: 'int64[]' }),
      nodes: [node('If', 'c', 'y', branches), node('Loop', 'trips, , x', 'last, all', { body }, 'again')],
    });
    expect(await named(model, { 'loop:again': 3 })).toMatchObject({
      y: 'float[rows, 8]',
      last: 'float[rows*4, 8]',
      all: 'float[3, rows, 8]',
    });
  });

  it('of what a loop carries tell growth by a steady amount from growth by its own size', async () => {
    const grown = (inputs: string) =>
      subgraph(
        { i: 'int64[]', go: 'bool[]', state: '' },
        [node('Identity', 'go', 'go2'), node('Concat', inputs, 'longer', { axis: 0 })],
        'go2, longer',
      );
    const loop = (inputs: string, length: string) =>
      modelOf({
        inputs: infos({ x: 'float[rows, 8]', counted: `float[${length}]` }),
        nodes: [
          node('Shape', 'counted', 'shape'),
          node('Squeeze', 'shape', 'limit'),
          node('Loop', 'limit, , x', 'last', { body: grown(inputs) }),
        ],
      });
    const steady = loop('state, x', 'steps');
    expect((await named(steady))['last']).toBe('float[rows + rows*steps, 8]');
    const bound = { rows: 4, steps: 6 };
    expect(await differences(steady, await inferSymbolic(steady, {}, uninterrupted), bound)).toEqual([]);
    // 4 rows, then 8, then 16: not 4 + 2 × 4.
    expect((await named(loop('state, state', '2')))['last']).toBe('float[rows*4, 8]');
    expect((await named(loop('state, state', 'steps')))['last']).toBe('float[last.state0.0, 8]');
  });

  it('are the same whatever numbers the user gave', async () => {
    const model = modelOf({ inputs: infos({ x: 'float[batch, 4]' }), nodes: [node('Relu', 'x', 'y')] });
    expect(await named(model, { batch: 7 })).toEqual({ x: 'float[batch, 4]', y: 'float[batch, 4]' });
  });

  it('have no entry where there is no name', async () => {
    const model = modelOf({ inputs: infos({ x: 'float[2, 4]' }), nodes: [node('Relu', 'x', 'y')] });
    expect(await named(model)).toEqual({});
  });

  it('know the content of shapes', async () => {
    const model = modelOf({ inputs: infos({ x: 'float[batch, 4]' }), nodes: [node('Shape', 'x', 's')] });
    const facts = await inferSymbolic(model, {}, uninterrupted);
    expect(facts[1]?.elements?.map((one) => (typeof one === 'object' ? one.key : one))).toEqual(['batch', 4]);
  });
});
