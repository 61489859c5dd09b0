import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../server/engine/kernels/pattern';
import { readsOf, sumByRole } from '../../../server/engine/kernels/operands';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { graphOf, type Given, type Line } from './graphs';

const line = (operator: string, inputs: string[], outputs: string[], more: Partial<Line> = {}): Line => ({
  operator,
  inputs,
  outputs,
  ...more,
});
const numbers = (...elements: number[]): Given => ({
  shape: elements.length === 1 ? [] : [elements.length],
  constant: true,
  elements,
});
const vector = (...elements: number[]): Given => ({ shape: [elements.length], constant: true, elements });

async function plan(inference: ReturnType<typeof graphOf>, runtime = 'onnxruntime-cpu') {
  return planKernels(inference, profileById(runtime)!, uninterrupted);
}

describe('what changes nothing', () => {
  it('disappears, but not where it broadcasts or makes an output of the graph', async () => {
    const inference = graphOf(
      [
        line('Mul', ['x', 'one'], ['a']),
        line('Add', ['zero', 'a'], ['b']),
        line('Sub', ['zero', 'b'], ['c']),
        line('Add', ['small', 'zeros'], ['d']),
        line('Mul', ['c', 'd'], ['e']),
        line('Identity', ['e'], ['y'], { view: true }),
      ],
      {
        x: { shape: [2, 3] },
        small: { shape: [1, 3] },
        one: numbers(1),
        zero: numbers(0),
        zeros: { ...vector(0, 0), shape: [2, 1] },
      },
      { a: [2, 3], b: [2, 3], c: [2, 3], d: [2, 3], e: [2, 3], y: [2, 3] },
      ['y'],
    );
    const { kernels, kernelOfNode } = await plan(inference);
    // x·1 and 0+x go; 0−x, the broadcasting sum and the identity that names the output stay.
    expect([...kernelOfNode]).toEqual([-1, -1, 0, 1, 2, 3]);
    const idOf = (name: string): number => inference.values.find((value) => value.name === name)!.id;
    expect(readsOf(kernels[0]!)).toEqual([idOf('zero'), idOf('x')]);
  });
});

describe('equal nodes', () => {
  it('run once when operator, attributes and inputs agree', async () => {
    const axis = (value: number): Partial<Line> => ({ attributes: [{ name: 'axis', kind: 'int', value }] });
    const inference = graphOf(
      [
        line('Softmax', ['x'], ['a'], axis(1)),
        line('Softmax', ['x'], ['b'], axis(1)),
        line('Softmax', ['x'], ['c'], axis(0)),
        line('Sum', ['a', 'b', 'c'], ['y']),
      ],
      { x: { shape: [2, 3] } },
      { a: [2, 3], b: [2, 3], c: [2, 3], y: [2, 3] },
      ['y'],
    );
    const { kernels, kernelOfNode } = await plan(inference);
    expect([...kernelOfNode]).toEqual([0, -1, 1, 2]);
    // a and b are the same value now: it is read once.
    expect(readsOf(kernels[2]!)).toHaveLength(2);
  });
});

describe('slices of one value', () => {
  const cut = (input: string, start: string, end: string, output: string): Line =>
    line('Slice', [input, start, end, 'axis'], [output], { operatorClass: 'movement' });
  const given = {
    x: { shape: [2, 8] },
    axis: vector(1),
    s0: vector(0),
    s3: vector(3),
    s4: vector(4),
    s8: vector(8),
  };

  it('are one kernel when they cover it, else one each', async () => {
    const joined = [cut('x', 's0', 's4', 'a'), cut('x', 's4', 's8', 'b'), line('Mul', ['a', 'b'], ['y'])];
    const whole = graphOf(joined, given, { a: [2, 4], b: [2, 4], y: [2, 4] }, ['y']);
    const { kernels } = await plan(whole);
    expect(kernels.map((kernel) => kernel.nodes)).toEqual([[0, 1], [2]]);
    expect(sumByRole(kernels[0]!)).toEqual({ inputs: 64, weights: 4 * 4, outputs: 64 });
    const gap = [cut('x', 's0', 's3', 'a'), cut('x', 's4', 's8', 'b'), line('Concat', ['a', 'b'], ['y'])];
    const holed = graphOf(gap, given, { a: [2, 3], b: [2, 4], y: [2, 7] }, ['y']);
    expect((await plan(holed)).kernels.map((kernel) => kernel.nodes)).toEqual([[0], [1], [2]]);
  });
});

describe('growing chains', () => {
  it('take what only they read, and stop where others read too', async () => {
    const inference = graphOf(
      [
        line('Exp', ['x'], ['a']),
        line('Neg', ['a'], ['b']),
        line('Abs', ['b'], ['c']),
        line('Add', ['c', 'b'], ['d']),
        line('Relu', ['d'], ['y']),
      ],
      { x: { shape: [4] } },
      { a: [4], b: [4], c: [4], d: [4], y: [4] },
      ['y'],
    );
    const { kernels } = await plan(inference, 'tensorrt');
    expect(kernels.map((kernel) => kernel.nodes)).toEqual([[0, 1, 2, 3, 4]]);
    expect(sumByRole(kernels[0]!)).toEqual({ inputs: 16, weights: 0, outputs: 16 });
    const exposed = {
      ...inference,
      scopes: inference.scopes.map((scope) => ({ ...scope, outputs: [2, 5] })),
    };
    expect((await plan(exposed, 'tensorrt')).kernels.map((kernel) => kernel.nodes)).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
  });
});

describe('parsePattern', () => {
  it('reads names, constants, sets, tests and marks', () => {
    expect(parsePattern('Add(h = Conv*{sole}(x, w!{vector}), -0.5)', {})).toEqual({
      kind: 'operator',
      operators: new Set(['Add']),
      optional: false,
      duplicable: false,
      context: false,
      tests: [],
      name: null,
      inputs: [
        {
          kind: 'operator',
          operators: new Set(['Conv']),
          optional: false,
          duplicable: true,
          context: false,
          tests: ['sole'],
          name: 'h',
          inputs: [
            { kind: 'value', name: 'x', constant: false, tests: [] },
            { kind: 'value', name: 'w', constant: true, tests: ['vector'] },
          ],
        },
        { kind: 'number', value: -0.5 },
      ],
    });
    expect(parsePattern('@act|Tanh(_)', { act: ['Relu'] })).toMatchObject({
      operators: new Set(['Relu', 'Tanh']),
    });
  });

  it.each(['Add(x', 'Add(x, y))', '@none(x)', 'Add x', ''])('refuses %j', (text) => {
    expect(() => parsePattern(text, {})).toThrow();
  });
});
