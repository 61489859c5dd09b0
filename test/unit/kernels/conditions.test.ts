import { describe, expect, it } from 'vitest';
import { passesTest, passesValueTest } from '../../../server/engine/kernels/conditions';
import { parsePattern } from '../../../server/engine/kernels/pattern';
import { WorkGraph, type WorkNode } from '../../../server/engine/kernels/workGraph';
import { graphOf, type Given, type Line } from './graphs';

/** A node of one output on its own, as the passes see it. `y` is an output of the graph where nobody reads it. */
function alone(
  line: Partial<Line> & Pick<Line, 'inputs'>,
  given: Readonly<Record<string, Given>>,
  shape: readonly number[],
  more: { readers?: readonly Line[]; outputs?: readonly string[]; bytes8?: readonly string[] } = {},
): { graph: WorkGraph; node: WorkNode } {
  const { readers = [], outputs = ['y'], bytes8 = [] } = more;
  const lines: Line[] = [{ operator: 'Op', outputs: ['y'], ...line }, ...readers];
  const inference = graphOf(lines, given, { y: shape }, outputs, bytes8);
  const graph = new WorkGraph(inference);
  for (const node of inference.nodes) graph.add(node);
  return { graph, node: graph.nodes[0]! };
}

const permuted = (perm: number[] | null, rank: number): boolean => {
  const attributes = perm === null ? [] : [{ name: 'perm', kind: 'ints' as const, value: perm }];
  const shape = Array.from({ length: rank }, (_, axis) => axis + 2);
  const { graph, node } = alone({ inputs: ['x'], attributes }, { x: { shape } }, shape);
  return passesTest('swaps-last-two', node, graph);
};

describe('conditions on nodes', () => {
  it.each<[perm: number[] | null, rank: number, expected: boolean]>([
    [[1, 0], 2, true],
    [[0, 1], 2, false],
    [[0, 2, 1], 3, true],
    [[0, 1, 3, 2], 4, true],
    [[1, 0, 3, 2], 4, false],
    [[0, 1, 2], 3, false],
    [[2, 0, 1], 3, false],
    // Without the attribute all axes are reversed (ONNX, Transpose): a swap where there are two.
    [null, 2, true],
    [null, 3, false],
    [[0], 1, false],
    [[], 0, false],
  ])('swaps-last-two: %j of rank %i: %j', (perm, rank, expected) => {
    expect(permuted(perm, rank)).toBe(expected);
  });

  const shaped = (
    test: string,
    shapes: readonly (readonly number[])[],
    output: readonly number[],
  ): boolean => {
    const given = Object.fromEntries(shapes.map((shape, at) => [`x${at}`, { shape }]));
    const { graph, node } = alone({ inputs: Object.keys(given) }, given, output);
    return passesTest(test, node, graph);
  };

  it.each<[test: string, inputs: number[][], output: number[], expected: boolean]>([
    [
      'no-broadcast',
      [
        [2, 3],
        [2, 3],
      ],
      [2, 3],
      true,
    ],
    ['no-broadcast', [[2, 3], [3]], [2, 3], false],
    [
      'no-broadcast',
      [
        [1, 3],
        [2, 3],
      ],
      [2, 3],
      false,
    ],
    ['rank-2', [[2, 3]], [6], true],
    ['rank-2', [[6]], [2, 3], false],
    ['rank-2', [[6], [2, 3]], [6], false],
    ['second-rank-2', [[6], [2, 3]], [6], true],
    ['second-rank-2', [[2, 3], [6]], [6], false],
    ['second-rank-2', [[2, 3]], [6], false],
    ['two-inputs', [[2], [2]], [2], true],
    ['two-inputs', [[2]], [2], false],
    ['two-inputs', [[2], [2], [2]], [2], false],
  ])('%s: %j to %j: %j', (test, inputs, output, expected) => {
    expect(shaped(test, inputs, output)).toBe(expected);
  });

  it('two-inputs counts those that are given', () => {
    const given = { a: { shape: [2] }, b: { shape: [2] } };
    const { graph, node } = alone({ inputs: ['a', '', 'b'] }, given, [2]);
    expect(passesTest('two-inputs', node, graph)).toBe(true);
  });

  it('constant-parameters: every given input but the first', () => {
    const passes = (...constant: boolean[]): boolean => {
      const given = Object.fromEntries(constant.map((is, at) => [`x${at}`, { shape: [2], constant: is }]));
      const { graph, node } = alone({ inputs: [...Object.keys(given), ''] }, given, [2]);
      return passesTest('constant-parameters', node, graph);
    };
    expect([
      passes(false, true, true),
      passes(false),
      passes(false, true, false),
      passes(true, false),
    ]).toEqual([true, true, false, false]);
  });

  it('sole: one node reads it, and it is no output of the graph', () => {
    const passes = (readers: readonly string[][], outputs: readonly string[]): boolean => {
      const lines = readers.map((inputs, at) => ({ operator: 'Read', inputs, outputs: [`z${at}`] }));
      const { graph, node } = alone({ inputs: ['x'] }, { x: { shape: [2] } }, [2], {
        readers: lines,
        outputs,
      });
      return passesTest('sole', node, graph);
    };
    expect(passes([['y']], ['z0'])).toBe(true);
    expect(passes([['y', 'y']], ['z0'])).toBe(true);
    expect(passes([['y'], ['y']], ['z0', 'z1'])).toBe(false);
    expect(passes([['y']], ['z0', 'y'])).toBe(false);
    expect(passes([], [])).toBe(false);
  });

  it('are there by name only', () => {
    const { graph, node } = alone({ inputs: ['x'] }, { x: { shape: [2] } }, [2]);
    expect(() => passesTest('constructor', node, graph)).toThrow('no node test "constructor"');
    expect(() => passesValueTest('sole', 0, graph)).toThrow('no value test "sole"');
  });
});

describe('conditions on values', () => {
  const passes = (test: string, shape: readonly number[], isByte = false): boolean => {
    const { graph } = alone({ inputs: ['x'] }, { x: { shape } }, [2], { bytes8: isByte ? ['x'] : [] });
    return passesValueTest(test, 0, graph);
  };

  it('scalar: one element; vector: one axis; float-32: the type', () => {
    expect([[], [1], [1, 1], [2], [1, 2], [0]].map((shape) => passes('scalar', shape))).toEqual([
      ...[true, true, true],
      ...[false, false, false],
    ]);
    expect([[], [1], [5], [1, 5]].map((shape) => passes('vector', shape))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([passes('float-32', [2]), passes('float-32', [2], true)]).toEqual([true, false]);
  });
});

describe('names of one value', () => {
  /** x -> a, b, and c of a: all three are gone, so that their readers read x. */
  function eliminated(): WorkGraph {
    const identity = (input: string, output: string): Line => ({
      ...{ operator: 'Identity', inputs: [input], outputs: [output] },
    });
    const read = (input: string, output: string): Line => ({
      ...{ operator: 'Relu', inputs: [input], outputs: [output] },
    });
    const lines = [
      identity('x', 'a'),
      identity('x', 'b'),
      identity('a', 'c'),
      read('b', 'y'),
      read('c', 'z'),
    ];
    const shapes = Object.fromEntries(['a', 'b', 'c', 'y', 'z'].map((name) => [name, [2]]));
    const inference = graphOf(lines, { x: { shape: [2] } }, shapes, ['y', 'z', 'b']);
    const graph = new WorkGraph(inference);
    for (const node of inference.nodes) graph.add(node);
    for (const at of [0, 1, 2]) graph.eliminate(at, graph.nodes[at]!.inputs[0]!);
    return graph;
  }
  const [x, a, b, c] = [0, 1, 2, 3];

  it('lead to the value, and the value to all who read it under any of them', () => {
    const graph = eliminated();
    expect([x, a, b, c].map((id) => graph.resolve(id))).toEqual([x, x, x, x]);
    expect([...graph.consumers(c)].sort()).toEqual([3, 4]);
    expect([...graph.consumers(x)].sort()).toEqual([3, 4]);
    expect(graph.isReadOnce(x)).toBe(false);
    expect([graph.isScopeOutput(x), graph.leavesScope(a)]).toEqual([true, true]);
  });

  it('are taken with what is fused, whose members are in the order of the model', () => {
    const graph = eliminated();
    const root = graph.nodes[4]!;
    const at = graph.fuse([4, 3], { ...root, fusion: 'both' });
    expect(graph.nodes[at]!.members).toEqual([3, 4]);
    expect([graph.holder(3), graph.holder(4), graph.nodes[3], graph.nodes[4]]).toEqual([at, at, null, null]);
    expect([...graph.consumers(x)]).toEqual([at]);
    expect(graph.isReadOnce(x)).toBe(true);
  });
});

describe('the side a node runs on', () => {
  const odd = { code: 'operator', operator: 'Odd', what: '', found: '', allowed: '' } as const;

  it('is the accelerator where it runs each operator, or has one of its own for them', () => {
    const lines = ['Relu', 'Odd', 'Odd'].map((operator, at) => ({
      ...{ operator, inputs: ['x'], outputs: [`y${at}`] },
    }));
    const inference = graphOf(lines, { x: { shape: [2] } }, {}, ['y0', 'y1', 'y2']);
    const graph = new WorkGraph(inference, ({ node }) => (node.operator === 'Relu' ? null : odd));
    for (const node of inference.nodes) graph.add(node);
    const [relu, host, covered] = graph.nodes as WorkNode[];
    expect([graph.isOnOneSide(relu!, host!), graph.isOnOneSide(host!, covered!)]).toEqual([false, true]);
    graph.cover([2]);
    expect([...graph.covered]).toEqual([0, 0, 1]);
    expect([graph.isOnOneSide(relu!, covered!), graph.isOnOneSide(host!, covered!)]).toEqual([true, false]);
  });
});

describe('the text of a pattern', () => {
  it('may have space around it, and says where it cannot be read', () => {
    expect(parsePattern('  Add( x ,y )  ', {})).toEqual(parsePattern('Add(x, y)', {}));
    expect(() => parsePattern('Add(x, ;y)', {})).toThrow('unreadable at 6');
  });
});

// What onnxruntime 1.32 writes of files of NNCF (optimized_model_filepath): Conv stays float where a scale for each channel
// quantises what it reads or writes, and MatMul where signed integers that two read are not made unsigned.
describe('conditions on quantised operators', () => {
  const quantised = (scales: { x?: number[]; w?: number[]; y?: number[] }, clamp = false): boolean => {
    const scale = (shape: number[] = []): Given => ({ shape, constant: true });
    const given = {
      x: { shape: [1, 8, 4, 4] },
      xs: scale(scales.x),
      wq: { shape: [8, 1, 3, 3], constant: true },
      ws: scale(scales.w),
      ys: scale(scales.y),
    };
    const lines: Line[] = [
      { operator: 'QuantizeLinear', inputs: ['x', 'xs'], outputs: ['xq'] },
      { operator: 'DequantizeLinear', inputs: ['xq', 'xs'], outputs: ['xd'] },
      { operator: 'DequantizeLinear', inputs: ['wq', 'ws'], outputs: ['wd'] },
      { operator: 'Conv', inputs: ['xd', 'wd'], outputs: ['h'] },
      ...(clamp ? [{ operator: 'Clip', inputs: ['h'], outputs: ['c'] }] : []),
      { operator: 'QuantizeLinear', inputs: [clamp ? 'c' : 'h', 'ys'], outputs: ['yq'] },
    ];
    const inference = graphOf(lines, given, {}, ['yq'], ['xq', 'wq', 'yq']);
    const graph = new WorkGraph(inference);
    for (const node of inference.nodes) graph.add(node);
    return passesTest('whole-scales', graph.nodes[lines.length - 1]!, graph);
  };

  it('one scale for what varies, whatever the weights have', () => {
    expect(quantised({})).toBe(true);
    expect(quantised({ w: [8] })).toBe(true);
    expect(quantised({ x: [1], y: [1] })).toBe(true);
    expect(quantised({ x: [8] })).toBe(false);
    expect(quantised({ y: [8] })).toBe(false);
    expect(quantised({ x: [8] }, true)).toBe(false);
    expect(quantised({ w: [8] }, true)).toBe(true);
  });

  it('signed integers that several read are not made unsigned', () => {
    const product = (readers: number): boolean => {
      const given = {
        x: { shape: [4, 8] },
        s: { shape: [], constant: true },
        w: { shape: [8, 8], constant: true },
      };
      const lines: Line[] = [
        { operator: 'QuantizeLinear', inputs: ['x', 's'], outputs: ['xq'] },
        { operator: 'DequantizeLinear', inputs: ['xq', 's'], outputs: ['xd'] },
        ...Array.from({ length: readers }, (_, at) => {
          return { operator: 'MatMul', inputs: ['xd', 'w'], outputs: [`y${at}`] };
        }),
      ];
      const inference = graphOf(lines, given, {}, ['y0'], ['xq']);
      const graph = new WorkGraph(inference);
      for (const node of inference.nodes) graph.add(node);
      return passesTest('reads-unsigned', graph.nodes[2]!, graph);
    };
    expect(product(1)).toBe(true);
    expect(product(3)).toBe(false);
  });
});
