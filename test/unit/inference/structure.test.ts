import { describe, expect, it } from 'vitest';
import type { Attribute, Node } from '../../../server/engine/graph/model';
import { planKernels } from '../../../server/engine/kernels/plan';
import { runtimeProfiles } from '../../../server/engine/kernels/profile';
import { memoryTimeline, storedWeightBytes } from '../../../server/engine/memory/timeline';
import { CancelledError, runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { infer } from '../../../server/engine/inference/infer';
import { inferSymbolic } from '../../../server/engine/inference/symbolic';
import { printType, tensorOf } from '../operators/check';
import { functionOf, infos, modelOf, node, subgraph, tryModel } from './build';
import { argOf } from '../../../server/engine/problem';

const reference = (value: string): Attribute => ({ name: '', kind: 'reference', value });
const one = tensorOf('one', 'int64', [1], [1]);

describe('the main graph', () => {
  it('keeps file order as index and links producers and consumers', async () => {
    const { inference, types } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]' }),
        nodes: [node('Relu', 'x', 'a'), node('Add', 'a, x', 'b'), node('Transpose', 'b', 'c')],
        outputs: infos({ c: '' }),
      }),
    );
    expect(types).toEqual({ x: 'float[2, 3]', a: 'float[2, 3]', b: 'float[2, 3]', c: 'float[3, 2]' });
    const byName = new Map(inference.values.map((value) => [value.name, value]));
    expect(byName.get('x')!.consumers).toEqual([0, 1]);
    expect(byName.get('b')!.producer).toBe(1);
    expect(inference.scopes[0]!.outputs).toEqual([byName.get('c')!.id]);
    // 6 elements of 4 bytes; Add reads two tensors and writes one.
    expect(inference.nodes[1]!.work).toEqual({
      operations: { matrix: 0, vector: 6, special: 0 },
      bytes: { weights: 0, inputs: 48, outputs: 24 },
      touched: { inputs: [24, 24], outputs: [24] },
    });
  });

  it('counts a tensor that is read twice once', async () => {
    const { nodeOf } = await tryModel(
      modelOf({ inputs: infos({ x: 'float[10]' }), nodes: [node('Mul', 'x, x', 'y')] }),
    );
    expect(nodeOf('y').work!.bytes).toEqual({ weights: 0, inputs: 40, outputs: 40 });
  });

  it('follows symbolic shape arithmetic', async () => {
    const graph = {
      inputs: infos({ x: 'float[batch, sequence, 768]' }),
      initializers: [
        tensorOf('zero', 'int64', [1], [0]),
        tensorOf('first', 'int64', [], [0]),
        tensorOf('axes', 'int64', [1], [0]),
        tensorOf('heads', 'int64', [2], [12, 64]),
        tensorOf('rest', 'int64', [1], [-1]),
      ],
      nodes: [
        node('Shape', 'x', 's'),
        node('Gather', 's, first', 'b'),
        node('Unsqueeze', 'b, axes', 'b1'),
        node('Concat', 'b1, rest, heads', 'shape', { axis: 0 }),
        node('Reshape', 'x, shape', 'split'),
        node('Flatten', 'split', 'flat', { axis: 2 }),
      ],
    };
    const { types } = await tryModel(modelOf(graph), { keepSymbols: true });
    expect(types['split']).toBe('float[batch, sequence, 12, 64]');
    expect(types['flat']).toBe('float[batch*sequence, 768]');
    const bound = await tryModel(modelOf(graph), { bindings: { batch: 2 }, phase: 'decode' });
    expect(bound.types['flat']).toBe('float[2, 768]');
    expect(bound.inference.symbols).toEqual([
      { name: 'batch', value: 2, origin: 'binding' },
      { name: 'sequence', value: 1, origin: 'default' },
    ]);
  });

  it('states its defaults by name and phase', async () => {
    const names = [
      'batch_size',
      'sequence_length',
      'past_sequence_length',
      'total_sequence_length',
      'height',
    ];
    const graph = { inputs: infos({ x: `float[${names.join(', ')}]` }), nodes: [node('Relu', 'x', 'y')] };
    const inference = await tryModel(modelOf(graph));
    expect(inference.types['y']).toBe('float[1, 128, 0, 128, 224]');
    expect(inference.problems).toEqual([]);
    expect(inference.inference.symbols.map(({ origin }) => origin)).toEqual(names.map(() => 'default'));
    expect((await tryModel(modelOf(graph), { phase: 'decode' })).types['y']).toBe(
      'float[1, 1, 128, 129, 224]',
    );
  });

  it('takes no size from the name of a value, but from where it stands', async () => {
    const graph = { inputs: infos({ past_key: 'float[past_key_dim_0, 8, past_sequence, 64]' }) };
    const { types, problems } = await tryModel(modelOf(graph));
    expect(types['past_key']).toBe('float[1, 8, 0, 64]');
    expect(problems).toEqual([]);
  });

  it('asks only for free symbols of expressions', async () => {
    const graph = { inputs: infos({ ids: 'int64[batch, sequence]', mask: 'int64[batch, past + sequence]' }) };
    const { inference, types } = await tryModel(modelOf(graph));
    expect(inference.symbols.map(({ name }) => name)).toEqual(['batch', 'sequence', 'past']);
    expect(types['mask']).toBe('int64[1, 128]');
  });

  it('uses declarations for what has no rule and goes on', async () => {
    const graph = {
      inputs: infos({ x: 'float[2]' }),
      nodes: [
        node('custom::Thing', 'x', 'a'),
        node('Relu', 'a', 'b'),
        node('custom::Other', 'b', 'c'),
        node('Relu', 'x', 'd'),
      ],
      valueInfo: infos({ a: 'float[2, 5]' }),
    };
    const { inference, types } = await tryModel(modelOf(graph));
    expect(types).toMatchObject({ a: 'float[2, 5]', b: 'float[2, 5]', c: '?', d: 'float[2]' });
    expect(inference.nodes.map(({ rule }) => rule)).toEqual(['default', 'exact', 'unknown', 'exact']);
    // What an operator does of which nothing is known is not known either, whatever its shapes.
    expect(inference.nodes.map(({ work }) => work === null)).toEqual([true, false, true, false]);
    const blind = await tryModel(modelOf(graph), { ignoreDeclared: true });
    expect(blind.types['a']).toBe('?');
    expect(blind.types['d']).toBe('float[2]');
  });

  it('asks for dimensions that only a declaration names', async () => {
    const graph = {
      inputs: infos({ x: 'float[2]' }),
      nodes: [node('custom::Thing', 'x', 'a'), node('Relu', 'a', 'b')],
      valueInfo: infos({ a: 'float[found, ?]' }),
    };
    const open = await tryModel(modelOf(graph));
    expect(open.inference.symbols.map(({ name }) => name)).toEqual(['found', 'a.dim1']);
    const bound = await tryModel(modelOf(graph), { bindings: { found: 3, 'a.dim1': 4 } });
    expect(bound.types['b']).toBe('float[3, 4]');
    expect(bound.problems).toEqual(['operator.unmodelled']);
  });

  it('reports what is declared against what is inferred', async () => {
    const { problems, types } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]' }),
        nodes: [node('Relu', 'x', 'y')],
        outputs: infos({ y: 'float[2, 4]' }),
      }),
    );
    expect(problems).toEqual(['inference.shape-contradiction']);
    expect(types['y']).toBe('float[2, 3]');
  });

  it('learns the exporter’s own names from what it infers', async () => {
    const { types } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]' }),
        nodes: [node('Relu', 'x', 'y'), node('custom::Thing', 'y', 'z')],
        valueInfo: infos({ y: 'float[s7, 3]', z: 'float[s7*2]' }),
      }),
    );
    expect(types['z']).toBe('float[4]');
  });
});

describe('constants', () => {
  it('folds what depends on constants only, and fixed shapes', async () => {
    const { nodeOf, inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]', y: 'float[batch, 3]' }),
        initializers: [
          tensorOf(
            'w',
            'float',
            [3, 4],
            Array.from({ length: 12 }, () => 1),
          ),
        ],
        nodes: [
          node('Transpose', 'w', 'wt'),
          node('Transpose', 'wt', 'wtt'),
          node('MatMul', 'x, wtt', 'a'),
          node('Shape', 'x', 'fixed'),
          node('Shape', 'y', 'free'),
          node('RandomNormal', '', 'r', { shape: [2] }),
        ],
      }),
    );
    const folded = ['wt', 'wtt', 'a', 'fixed', 'free', 'r'].map((output) => nodeOf(output).folded);
    expect(folded).toEqual([true, true, false, true, false, false]);
    // Work of a folded node is what it takes at load time: 12 floats read and written.
    expect(nodeOf('wt').work!.bytes).toEqual({ weights: 48, inputs: 0, outputs: 48 });
    expect(nodeOf('a').work!.bytes).toEqual({ weights: 48, inputs: 24, outputs: 32 });
    expect(inference.values.find(({ name }) => name === 'wtt')!.isConstant).toBe(true);
  });

  it('keeps dequantised weights unfolded but counts them as weights', async () => {
    const { nodeOf } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[1, 4]' }),
        initializers: [
          tensorOf(
            'q',
            'int8',
            [4, 4],
            Array.from({ length: 16 }, () => 1),
          ),
          tensorOf('scale', 'float', [], [0.5]),
        ],
        nodes: [node('DequantizeLinear', 'q, scale', 'w'), node('MatMul', 'x, w', 'y')],
      }),
    );
    expect(nodeOf('w').folded).toBe(false);
    expect(nodeOf('y').work!.bytes.weights).toBe(64);
    expect(nodeOf('y').work!.matrixShape).toMatchObject({ kind: 'gemm', weights: 'b' });
  });
});

describe('functions', () => {
  const scaled = functionOf(
    'Scaled',
    'a, b',
    'c',
    [node('Gemm', 'a, b', 'c', { transB: reference('flip') })],
    {
      attributeDefaults: [{ name: 'flip', kind: 'int', value: 0 }],
    },
  );

  it('infers a body for each call, with its attributes', async () => {
    const { types, inference } = await tryModel(
      modelOf(
        {
          inputs: infos({ x: 'float[2, 3]', w: 'float[3, 4]', v: 'float[5, 3]' }),
          nodes: [node('local::Scaled', 'x, w', 'y'), node('local::Scaled', 'x, v', 'z', { flip: 1 })],
        },
        [scaled],
      ),
    );
    expect(types).toMatchObject({ y: 'float[2, 4]', z: 'float[2, 5]' });
    expect(inference.nodes.map(({ rule, parent, scope }) => [rule, parent, scope])).toEqual([
      ['function', null, 0],
      ['function', null, 0],
      ['exact', 0, 1],
      ['exact', 1, 2],
    ]);
    expect(inference.nodes[0]!.work!.operations.matrix).toBe(0);
    expect(inference.nodes[2]!.work!.operations.matrix).toBe(2 * 2 * 3 * 4);
    expect(inference.scopes.map(({ name, holder }) => [name, holder])).toEqual([
      ['graph', null],
      ['Scaled', 0],
      ['Scaled', 1],
    ]);
  });

  it('tells overloads apart and passes omitted inputs on', async () => {
    const clip = functionOf('Limit', 'x, low', 'y', [node('Clip', 'x, low', 'y')]);
    const flat = { ...functionOf('Limit', 'x', 'y', [node('Flatten', 'x', 'y')]), overload: 'flat' };
    const calls: Node[] = [
      node('local::Limit', 'x, ', 'a'),
      { ...node('local::Limit', 'x', 'b'), overload: 'flat' },
    ];
    const { types, inference } = await tryModel(
      modelOf({ inputs: infos({ x: 'float[2, 3, 4]' }), nodes: calls }, [clip, flat]),
    );
    expect(types).toMatchObject({ a: 'float[2, 3, 4]', b: 'float[2, 12]' });
    expect(inference.nodes[2]!.inputs).toEqual([expect.any(Number), null]);
  });

  it('does not see the names of the caller', async () => {
    const leaky = functionOf('Leaky', 'x', 'y', [node('Add', 'x, outside', 'y')]);
    const { problems } = await tryModel(
      modelOf(
        { inputs: infos({ x: 'float[1]', outside: 'float[1]' }), nodes: [node('local::Leaky', 'x', 'z')] },
        [leaky],
      ),
    );
    expect(problems).toEqual(['inference.value-undefined']);
  });

  it('stops at functions that call themselves', async () => {
    const loop = functionOf('Loop', 'x', 'y', [node('local::Back', 'x', 'y')]);
    const back = functionOf('Back', 'x', 'y', [node('local::Loop', 'x', 'y')]);
    const { problems, inference } = await tryModel(
      modelOf({ inputs: infos({ x: 'float[1]' }), nodes: [node('local::Loop', 'x', 'z')] }, [loop, back]),
    );
    expect(problems).toEqual(['inference.function-recursive']);
    // The call and the body of Loop, whose call of Back would lead to Loop again.
    expect(inference.nodes.length).toBe(2);
  });
});

describe('If', () => {
  const branches = {
    then_branch: subgraph({}, [node('MatMul', 'x, w', 't')], 't'),
    else_branch: subgraph({}, [node('Relu', 'x', 'e')], 'e'),
  };
  const graph = {
    inputs: infos({ c: 'bool[]', x: 'float[4, 8]', w: 'float[8, 8]' }),
    nodes: [node('If', 'c', 'y', branches, 'choice')],
  };

  it('infers both branches and counts the dearer one', async () => {
    const { types, inference, problems } = await tryModel(modelOf(graph));
    expect(types['y']).toBe('float[4, 8]');
    expect(inference.nodes.map(({ node: { operator }, repeat }) => [operator, repeat])).toEqual([
      ['If', 1],
      ['MatMul', 1],
      ['Relu', 0],
    ]);
    expect(problems).toEqual(['inference.costlier-branch-counts']);
    expect(inference.problems[0]!.args).toEqual({ node: 'choice', taken: 'then_branch', name: 'choice' });
  });

  it('takes the branch that can run with the sizes that there are', async () => {
    // The 32 elements of x make no [3, 4]: ONNX Runtime refuses the Reshape when it runs.
    const impossible = {
      ...branches,
      then_branch: subgraph({}, [node('Reshape', 'x, s', 't')], 't'),
    };
    const initializers = [tensorOf('s', 'int64', [2], [3, 4])];
    const model = modelOf({ ...graph, initializers, nodes: [node('If', 'c', 'y', impossible, 'choice')] });
    const { inference, types, problems } = await tryModel(model);
    expect([types['y'], problems]).toEqual([types['x'], []]);
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 0, 1]);
    // Where neither can run, what is wrong is told.
    const neither = { ...impossible, else_branch: subgraph({}, [node('Reshape', 'x, s', 'e')], 'e') };
    const broken = modelOf({ ...graph, initializers, nodes: [node('If', 'c', 'y', neither, 'choice')] });
    expect((await tryModel(broken)).problems.slice(0, 2)).toEqual([
      'inference.reshape-mismatch',
      'inference.reshape-mismatch',
    ]);
  });

  it('takes the branch that a constant decides', async () => {
    const decided = {
      ...graph,
      inputs: graph.inputs.slice(1),
      initializers: [tensorOf('c', 'bool', [], [0])],
    };
    const { inference, problems } = await tryModel(modelOf(decided));
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 0, 1]);
    expect(problems).toEqual([]);
  });

  it('gives sizes that differ those of the dearer branch, and a name where nothing is counted', async () => {
    const uneven = {
      ...branches,
      else_branch: subgraph({}, [node('Concat', 'x, x', 'e', { axis: 0 })], 'e'),
    };
    const model = modelOf({ ...graph, nodes: [node('If', 'c', 'y', uneven)] });
    // 2 x 4 x 8 x 8 operations against none.
    const { inference, types } = await tryModel(model);
    expect([types['y'], inference.symbols]).toEqual(['float[4, 8]', []]);
    const symbolic = await inferSymbolic(model, {}, uninterrupted);
    const y = inference.values.find(({ name }) => name === 'y')!;
    expect(printType(symbolic[y.id]!.type)).toBe('float[y.branch0.0, 8]');
  });
});

describe('Loop and Scan', () => {
  const body = subgraph(
    { i: 'int64[]', go: 'bool[]', state: 'float[n]' },
    [node('Identity', 'go', 'go2'), node('Mul', 'state, state', 'next'), node('Neg', 'next', 'seen')],
    'go2, next, seen',
  );
  const loop = (limit: number | null) =>
    modelOf({
      inputs: infos({ s: 'float[4]', ...(limit === null && { limit: 'int64[]' }) }),
      initializers: limit === null ? [] : [tensorOf('limit', 'int64', [], [limit])],
      nodes: [node('Loop', 'limit, , s', 'last, all', { body }, 'again')],
    });

  it('multiplies by a constant trip count', async () => {
    const { types, inference, problems } = await tryModel(loop(7));
    expect(types).toMatchObject({ last: 'float[4]', all: 'float[7, 4]' });
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 7, 7, 7]);
    expect(problems).toEqual([]);
  });

  it('takes trips from a binding, else assumes 1 and says so', async () => {
    const bound = await tryModel(loop(null), { bindings: { 'loop:again': 3 } });
    expect(bound.types['all']).toBe('float[3, 4]');
    expect(bound.inference.nodes[1]!.repeat).toBe(3);
    const assumed = await tryModel(loop(null));
    expect(assumed.inference.nodes[1]!.repeat).toBe(1);
    expect(assumed.problems).toContain('inference.loop-trips-assumed');
  });

  it('follows a state that grows by a constant amount', async () => {
    const growing = subgraph(
      { i: 'int64[]', go: 'bool[]', list: '' },
      [node('Identity', 'go', 'go2'), node('Concat', 'list, s', 'longer', { axis: 0 })],
      'go2, longer',
    );
    const { types, nodeOf } = await tryModel(
      modelOf({
        inputs: infos({ s: 'float[4]' }),
        initializers: [tensorOf('limit', 'int64', [], [5])],
        nodes: [node('Loop', 'limit, , s', 'last', { body: growing })],
      }),
    );
    expect(types['last']).toBe('float[24]');
    // In the middle of five runs the list has 4 + 2 × 4 elements before and 16 after the run.
    expect(nodeOf('longer').work!.bytes).toEqual({ weights: 0, inputs: 48 + 16, outputs: 64 });
  });

  it('learns what a list holds that starts empty', async () => {
    const append = subgraph(
      { i: 'int64[]', go: 'bool[]', list: '' },
      [node('Identity', 'go', 'go2'), node('SequenceInsert', 'list, s', 'longer')],
      'go2, longer',
    );
    const { types } = await tryModel(
      modelOf({
        inputs: infos({ s: 'float[4]' }),
        initializers: [tensorOf('limit', 'int64', [], [5])],
        nodes: [
          node('SequenceEmpty', '', 'empty'),
          node('Loop', 'limit, , empty', 'all', { body: append }),
          node('ConcatFromSequence', 'all', 'stacked', { axis: 0, new_axis: 1 }),
        ],
      }),
    );
    expect(types).toMatchObject({ empty: 'seq(float)', all: 'seq(float[4])', stacked: 'float[5, 4]' });
  });

  it('multiplies nested loops', async () => {
    const inner = node('Loop', 'limit, , state', 'next, rows', { body }, 'inner');
    const outer = subgraph(
      { i: 'int64[]', go0: 'bool[]', state: 'float[4]' },
      [node('Identity', 'go0', 'go1'), inner],
      'go1, next',
    );
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ s: 'float[4]' }),
        initializers: [tensorOf('limit', 'int64', [], [3])],
        nodes: [node('Loop', 'limit, , s', 'last', { body: outer }, 'outer')],
      }),
    );
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 3, 3, 9, 9, 9]);
  });

  it('scans along axes', async () => {
    const step = subgraph(
      { total: 'float[2]', row: 'float[2]' },
      [node('Add', 'total, row', 'sum'), node('Identity', 'sum', 'copy')],
      'sum, copy',
    );
    const attributes = { body: step, num_scan_inputs: 1, scan_input_axes: [1], scan_output_axes: [1] };
    const { types, inference } = await tryModel(
      modelOf({
        inputs: infos({ start: 'float[2]', rows: 'float[2, 9]' }),
        nodes: [node('Scan', 'start, rows', 'end, sums', attributes)],
      }),
    );
    expect(types).toMatchObject({ end: 'float[2]', sums: 'float[2, 9]' });
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 9, 9]);
  });
});

describe('broken graphs', () => {
  it('sorts nodes that are out of order', async () => {
    const { types, problems } = await tryModel(
      modelOf({ inputs: infos({ x: 'float[3]' }), nodes: [node('Relu', 'a', 'b'), node('Neg', 'x', 'a')] }),
    );
    expect(types['b']).toBe('float[3]');
    expect(problems).toEqual(['inference.nodes-out-of-order']);
  });

  it('sorts across subgraphs that capture later values', async () => {
    const branch = (): Attribute => subgraph({}, [node('Neg', 'late', 'n')], 'n');
    const { types, problems } = await tryModel(
      modelOf({
        inputs: infos({ c: 'bool[]', x: 'float[3]' }),
        nodes: [
          node('If', 'c', 'y', { then_branch: branch(), else_branch: branch() }),
          node('Relu', 'x', 'late'),
        ],
      }),
    );
    expect(types['y']).toBe('float[3]');
    expect(problems).toContain('inference.nodes-out-of-order');
  });

  it('ends on cycles', async () => {
    const { problems, types } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[3]' }),
        nodes: [node('Add', 'x, b', 'a'), node('Relu', 'a', 'b'), node('Relu', 'x', 'c')],
      }),
    );
    expect(problems).toEqual(['inference.graph-cycle']);
    expect(types['c']).toBe('float[3]');
  });

  it.each([
    ['a chain', [node('Add', 'x, b', 'a'), node('Relu', 'a', 'b')]],
    ['views', [node('Identity', 'b', 'a'), node('Identity', 'a', 'b')]],
    ['a node of its own', [node('Relu', 'a', 'a')]],
    ['a product', [node('MatMul', 'x, b', 'a'), node('Add', 'a, x', 'b'), node('Cast', 'b', 'c', { to: 1 })]],
    [
      'a branch that reads what it decides',
      [
        node('If', 'c', 'a', {
          then_branch: subgraph({}, [node('Neg', 'a', 't')], 't'),
          else_branch: subgraph({}, [node('Abs', 'x', 'e')], 'e'),
        }),
      ],
    ],
    [
      'a body that nobody runs',
      [
        node('custom::Run', 'x', 'a', {
          body: subgraph({}, [node('Relu', 'p', 'q'), node('Neg', 'q', 'p')], 'q'),
        }),
      ],
    ],
  ])('leaves no way to go round in %s, up to the costs of every runtime', async (_, nodes) => {
    const graph = { inputs: infos({ x: 'float[3, 3]', c: 'bool[]' }), nodes, outputs: infos({ a: '' }) };
    const { inference, problems } = await tryModel(modelOf(graph));
    expect(problems).toContain('inference.graph-cycle');
    const seen = new Set<number>();
    const follow = (id: number | null, above: readonly number[]): void => {
      if (id === null) return;
      expect(above).not.toContain(id);
      if (seen.has(id)) return;
      seen.add(id);
      const producer = inference.values[id]!.producer;
      if (producer !== null)
        for (const input of inference.nodes[producer]!.inputs) follow(input, [...above, id]);
    };
    for (const { id } of inference.values) follow(id, []);
    for (const { id, consumers } of inference.values) {
      for (const consumer of consumers) expect(inference.nodes[consumer]!.inputs).toContain(id);
    }
    for (const profile of runtimeProfiles) {
      const plan = await planKernels(inference, profile, uninterrupted);
      const timeline = runThrough(memoryTimeline(inference, plan, (id) => inference.values[id]!.bytes));
      expect(timeline.points).toHaveLength(plan.kernels.length);
    }
  });

  it('names values that nobody makes and values made twice', async () => {
    const { problems } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[3]' }),
        nodes: [node('Add', 'x, ghost', 'a'), node('Relu', 'x', 'a')],
        outputs: infos({ missing: '' }),
      }),
    );
    expect([...problems].sort()).toEqual([
      'inference.output-undefined',
      'inference.value-redefined',
      'inference.value-undefined',
    ]);
  });

  it('stays partial where the remark that tells so is one too many', async () => {
    const again = Array.from({ length: 1000 }, () => node('Relu', 'x', 'a'));
    const { inference, problems } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[3]' }),
        nodes: [node('Relu', 'x', 'a'), ...again, node('Relu', 'ghost', 'b')],
      }),
    );
    expect(problems).toEqual([...again.map(() => 'inference.value-redefined'), 'inference.more-problems']);
    expect(inference.isPartial).toBe(true);
  });

  it('bounds nesting', async () => {
    let graph = subgraph({}, [node('Relu', 'x', 'y')], 'y');
    for (let i = 0; i < 100; i++) {
      graph = subgraph({}, [node('If', 'c', 'y', { then_branch: graph, else_branch: graph })], 'y');
      if (graph.kind === 'graph')
        graph = {
          ...graph,
          value: { ...graph.value, nodes: [node('If', 'c', 'y', { then_branch: graph })] },
        };
    }
    const { problems } = await tryModel(
      modelOf({
        inputs: infos({ c: 'bool[]', x: 'float[1]' }),
        nodes: [node('If', 'c', 'z', { then_branch: graph })],
      }),
    );
    expect(
      problems.some(
        (code) => code === 'inference.nesting-too-deep' || code === 'inference.expansion-too-large',
      ),
    ).toBe(true);
  });

  it('survives nonsense in attributes and shapes', async () => {
    const { types } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]' }),
        initializers: [one],
        nodes: [
          node('Transpose', 'x', 'a', { perm: [5, 1] }),
          node('Concat', 'x, one', 'b', { axis: 9 }),
          node('Gather', 'x, one', 'c', { axis: -7 }),
          node('Reshape', 'x', 'd'),
          node('Split', 'x', 'e', { axis: 4 }),
          node('Relu', 'x', 'f'),
        ],
      }),
    );
    expect(types['f']).toBe('float[2, 3]');
    expect(types['a']).toBe('float');
  });

  it('stops when it is cancelled', async () => {
    const nodes = Array.from({ length: 100 }, (_, i) => node('Relu', i === 0 ? 'x' : `v${i - 1}`, `v${i}`));
    const model = modelOf({ inputs: infos({ x: 'float[1]' }), nodes });
    let ticks = 0;
    const scheduler = {
      tick: () => {
        if (++ticks > 150) throw new CancelledError();
        return undefined;
      },
    };
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    await expect(infer(model, workload, {}, scheduler)).rejects.toThrow(CancelledError);
    expect(ticks).toBe(151);
  });
});

describe('strings', () => {
  it('take the bytes that the file says they do; what is computed is not known', async () => {
    const words = { ...tensorOf('words', 'string', [2], []), elements: ['a', '한글'] };
    const stored = { ...tensorOf('stored', 'string', [900], []), elements: undefined };
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'string[2]' }),
        initializers: [words, { ...stored, data: { place: 'embedded', offset: 10, length: 5000 } }],
        nodes: [node('StringConcat', 'x, words', 'y')],
      }),
    );
    const bytes = Object.fromEntries(inference.values.map((value) => [value.name, value.bytes]));
    expect(bytes).toEqual({ x: null, words: 7, stored: 5000, y: null });
    expect(runThrough(storedWeightBytes(inference))).toEqual({ known: 5007, isWhole: true });
  });
});

describe('lists and optionals', () => {
  it('have the bytes of what they hold, as far as that is known', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[6, 4]', some: 'optional(float[6, 4])', list: 'seq(float[6, 4])' }),
        nodes: [
          node('SplitToSequence', 'x', 'parts', { axis: 0 }),
          node('SequenceEmpty', '', 'none'),
          node('Optional', '', 'nothing'),
          node('SequenceConstruct', 'x, x', 'two'),
        ],
      }),
    );
    const bytes = Object.fromEntries(inference.values.map((value) => [value.name, value.bytes]));
    // 6 × 4 elements of 4 bytes; how many items an input list has is not known.
    expect(bytes).toMatchObject({ x: 96, some: 96, list: null, parts: 96, none: 0, two: 192 });
    expect(runThrough(storedWeightBytes(inference))).toEqual({ known: 0, isWhole: true });
  });
});

describe('contradictions', () => {
  /** Values that contradict what is declared of them, with both. */
  async function contradictions(model: Parameters<typeof tryModel>[0], bindings = {}): Promise<unknown[]> {
    const { inference } = await tryModel(model, { bindings });
    return inference.problems
      .filter(({ code }) => code === 'inference.shape-contradiction')
      .map((one) => [argOf(one, 'value'), argOf(one, 'declared'), argOf(one, 'inferred'), one.node]);
  }
  const relu = node('Relu', 'x', 'y');

  it('are told for every place where a file declares types', async () => {
    const inputs = infos({ x: 'float[2, 3]' });
    const outputs = infos({ y: 'float[2, 4]' });
    expect(await contradictions(modelOf({ inputs, nodes: [relu], outputs }))).toEqual([['y', '4', '3', 0]]);
    const valueInfo = infos({ y: 'float[2, 3, 1]' });
    expect(await contradictions(modelOf({ inputs, nodes: [relu], valueInfo }))).toEqual([
      ['y', 'rank 3', 'rank 2', 0],
    ]);
    // Twice declared: the output is right, the value_info is not.
    const right = infos({ y: 'float[2, 3]' });
    const wrong = infos({ y: 'float[9, 3]' });
    expect(
      await contradictions(modelOf({ inputs, nodes: [relu], outputs: right, valueInfo: wrong })),
    ).toEqual([['y', '9', '2', 0]]);
    // An input that its initializer contradicts, an output that is an input, a value_info of an input.
    const initializers = [tensorOf('w', 'float', [2], [1, 2])];
    expect(await contradictions(modelOf({ inputs: infos({ w: 'float[3]' }), initializers }))).toEqual([
      ['w', '3', '2', null],
    ]);
    expect(await contradictions(modelOf({ inputs, outputs: infos({ x: 'int64[2, 3]' }) }))).toEqual([
      ['x', 'int64', 'float', null],
    ]);
    expect(await contradictions(modelOf({ inputs, valueInfo: infos({ x: 'float[2]' }) }))).toEqual([
      ['x', 'rank 1', 'rank 2', null],
    ]);
  });

  it('are told where one name would have to be two numbers', async () => {
    const model = modelOf({
      inputs: infos({ x: 'float[2, 3]' }),
      nodes: [relu, node('Concat', 'x, x', 'z', { axis: 0 })],
      outputs: infos({ y: 'float[rows, 3]', z: 'float[rows, 3]' }),
    });
    expect(await contradictions(model)).toEqual([['z', 'rows = 2', '4', 1]]);
    const twice = modelOf({
      inputs: infos({ x: 'float[n, 3]' }),
      nodes: [relu, node('Concat', 'x, x', 'z', { axis: 0 })],
      outputs: infos({ z: 'float[n, 3]' }),
    });
    expect(await contradictions(twice, { n: 5 })).toEqual([['z', 'n = 5', '10', 1]]);
  });

  it('are none where bodies use a name for different numbers', async () => {
    const own = functionOf('Twice', 'a', 'b', [node('Concat', 'a, a', 'b', { axis: 0 })], {
      valueInfo: infos({ b: 'float[k, 3]' }),
    });
    const calls = modelOf(
      {
        inputs: infos({ x: 'float[2, 3]' }),
        nodes: [node('local::Twice', 'x', 'y'), node('local::Twice', 'y', 'z')],
      },
      [own],
    );
    expect(await contradictions(calls)).toEqual([]);
    const growing = subgraph(
      { i: 'int64[]', go: 'bool[]', list: '' },
      [node('Identity', 'go', 'go2'), node('Concat', 'list, x', 'longer', { axis: 0 })],
      'go2, longer',
    );
    if (growing.kind !== 'graph') throw new Error('unreachable');
    const body: Attribute = {
      ...growing,
      value: { ...growing.value, valueInfo: infos({ longer: 'float[k]' }) },
    };
    const loop = modelOf({
      inputs: infos({ x: 'float[4]' }),
      initializers: [tensorOf('limit', 'int64', [], [5])],
      nodes: [node('Loop', 'limit, , x', 'last', { body })],
    });
    expect(await contradictions(loop)).toEqual([]);
  });
});
