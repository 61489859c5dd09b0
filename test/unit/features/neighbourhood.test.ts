import { describe, expect, it } from 'vitest';
import type { Node } from '../../../server/engine/graph/model';
import { runThrough } from '../../../server/engine/scheduler';
import { neighbourhood } from '../../../server/features/neighbourhood';
import { analysed, float, modelOf, node } from './analysed';

const chip = { chips: ['nvidia-t4'] };

/** 0 → 1 → 2 → 4 → 5 and 1 → 3 → 4; node 6 is a constant that node 2 reads. */
const diamond = modelOf({
  inputs: [float('x', 8)],
  outputs: [float('y', 8)],
  nodes: [
    node('Relu', ['x'], ['a']),
    node('Neg', ['a'], ['b']),
    node('Add', ['b', 'k'], ['c']),
    node('Abs', ['b'], ['d']),
    node('Mul', ['c', 'd'], ['e']),
    node('Exp', ['e'], ['y']),
  ],
});

describe('the nodes around one', () => {
  it('are those within so many steps, the nearest first, with edges and what lies beyond', async () => {
    const { analysis } = await analysed(diamond, chip);
    const around = (index: number, radius: number) =>
      runThrough(neighbourhood(analysis, { node: index, radius }));
    const one = around(1, 1);
    expect(one.nodes.map(({ node: index, hidden }) => [index, hidden])).toEqual([
      [1, 0],
      [0, 0],
      [2, 1],
      [3, 1],
    ]);
    expect(one.edges.map(({ from, to, value, shape }) => [from, to, value, shape])).toEqual([
      [0, 1, 'a', 'float[8]'],
      [1, 2, 'b', 'float[8]'],
      [1, 3, 'b', 'float[8]'],
    ]);
    expect(around(1, 2).nodes.map(({ node: index }) => index)).toEqual([1, 0, 2, 3, 4]);
    expect(around(1, 3).nodes).toHaveLength(6);
    // The figures are those of the chip.
    const { nodes } = analysis.chips[0]!.cost;
    for (const { node: index, seconds } of around(4, 8).nodes) expect(seconds).toEqual(nodes[index]!.seconds);
    expect(one.chip).toBe('Tesla T4');
  });

  it('leave out constants, say how many are too many, and are none for a node that is not there', async () => {
    const nodes = [
      node('Constant', [], ['k'], { attributes: [{ name: 'value_float', kind: 'float', value: 2 }] }),
      node('Mul', ['x', 'k'], ['m']),
      ...Array.from({ length: 100 }, (_, i): Node => node('Exp', ['m'], [`y${i}`])),
    ];
    const model = modelOf({ inputs: [float('x', 8)], outputs: [float('y0', 8)], nodes });
    const { analysis } = await analysed(model, chip);
    const wide = runThrough(neighbourhood(analysis, { node: 1, radius: 2 }));
    expect([wide.nodes.length, wide.left, wide.edges.length]).toEqual([60, 41, 59]);
    expect(wide.nodes[0]).toMatchObject({ node: 1, hidden: 41 });
    expect(wide.nodes.some(({ operator }) => operator === 'Constant')).toBe(false);
    expect(runThrough(neighbourhood(analysis, { node: 500, radius: 1 })).nodes).toEqual([]);
    expect(runThrough(neighbourhood(analysis, { node: 1, radius: 1e9 })).radius).toBe(8);
  });
});
