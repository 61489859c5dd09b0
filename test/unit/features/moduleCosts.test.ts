import { describe, expect, it } from 'vitest';
import type { Node } from '../../../server/engine/graph/model';
import { inlayHints } from '../../../server/features/inlayHints';
import { moduleCosts } from '../../../server/features/moduleCosts';
import { analysed, float, modelOf, node, weight } from './analysed';

/** Three equal blocks of a product and an activation, a wider one, and a module with an operator that nobody knows. */
function blocks() {
  const nodes: Node[] = [];
  let last = 'x';
  const add = (scope: string, operator: string, more: string[] = [], domain = ''): void => {
    const output = `${scope.replaceAll('/', '.')}.${operator}`;
    nodes.push(node(operator, [last, ...more], [output], { name: `/${scope}/${operator}`, domain }));
    last = output;
  };
  for (const block of ['layer.0', 'layer.1', 'layer.2']) {
    add(block, 'MatMul', ['w']);
    add(block, 'Relu');
  }
  add('layer.3', 'MatMul', ['v']);
  add('layer.3', 'Relu');
  add('head', 'Riddle', [], 'own');
  add('head', 'Relu');
  return modelOf({
    inputs: [float('x', 1024, 1024)],
    outputs: [float(last, 1024, 4096)],
    initializers: [weight('w', 1024, 1024), weight('v', 1024, 4096)],
    nodes,
  });
}

const lineWith = (text: string, part: string): number =>
  text.split('\n').findIndex((line) => line.includes(part));

describe('modules of a listing', () => {
  it('have the time of their nodes and say how many are alike', async () => {
    const { analysis, text } = await analysed(blocks(), { chips: ['intel-xeon-8480'] });
    const costs = moduleCosts(analysis);
    const { nodes, total } = analysis.chips[0]!.cost;
    const seconds = (index: number): number => nodes[index]!.seconds!.value;
    const first = costs.get(lineWith(text, 'layer.0.MatMul'))!;
    expect(first).toMatchObject({ name: 'layer.0', alike: 3 });
    expect(first.seconds).toBeCloseTo(seconds(0) + seconds(1), 12);
    expect(first.lines.last).toBe(lineWith(text, 'layer.0.Relu'));
    const wide = costs.get(lineWith(text, 'layer.3.MatMul'))!;
    expect(wide).toMatchObject({ name: 'layer.3', alike: 1 });
    expect(wide.seconds).toBeCloseTo(seconds(6) + seconds(7), 12);
    expect(wide.share).toBeCloseTo(wide.seconds / total.latencySeconds!.value!, 9);
    // Nobody knows what the riddle takes.
    expect(costs.has(lineWith(text, 'Riddle'))).toBe(false);
    expect(costs.size).toBe(4);
  });

  it('say so before their first line, within what editors show', async () => {
    const { analysis, text } = await analysed(blocks(), { chips: ['intel-xeon-8480'] });
    const line = lineWith(text, 'layer.1.MatMul');
    const hints = inlayHints(
      analysis,
      { start: { line, character: 0 }, end: { line: line + 1, character: 0 } },
      'en',
    ).filter(({ position }) => position.line === line);
    const [cost, module] = hints;
    expect((module!.label as string).replaceAll('\u00a0', ' ')).toMatch(
      /^layer\.1 [\d.]+ [mµ]s \d+(\.\d)?% ×3$/,
    );
    expect(module!.tooltip).toMatch(
      /^Module layer\.1: 2 lines, [\d.]+ [mµ]s, \d+(\.\d)?% of the run\. 3 modules here are alike\.$/,
    );
    expect(module!.position).toEqual(cost!.position);
    expect(hints.reduce((sum, { label }) => sum + label.length, 0)).toBeLessThanOrEqual(43);
    const off = await analysed(blocks(), { hints: { modules: { enable: false } } });
    expect(
      inlayHints(
        off.analysis,
        { start: { line, character: 0 }, end: { line: line + 1, character: 0 } },
        'en',
      ).some(({ tooltip }) => tooltip !== undefined),
    ).toBe(false);
  });
});
