import { describe, expect, it } from 'vitest';
import type { Node } from '../../../server/engine/graph/model';
import { runThrough } from '../../../server/engine/scheduler';
import { layers, layersAt } from '../../../server/features/layers';
import type { Layer, LayerPlace } from '../../../server/protocol';
import type { Analysis } from '../../../server/workspace/analysis';
import { analysed, deepModel, float, modelOf, node } from './analysed';

const below = (
  analysis: Analysis,
  place: Pick<LayerPlace, 'path' | 'from'> = { path: [], from: null },
): Layer[] => runThrough(layers(analysis, place, 'en'));

const chip = { chips: ['intel-xeon-8480'] };

describe('the tree of a listing', () => {
  it('has modules with their share, of equal ones how many, and nodes in them', async () => {
    // 20 layers of three nodes in two blocks of ten.
    const { analysis, text } = await analysed(deepModel(20), chip);
    const top = below(analysis);
    expect(top.map(({ kind, label, hasChildren }) => [kind, label, hasChildren])).toEqual([
      ['module', 'blocks.0', true],
      ['module', 'blocks.1', true],
    ]);
    expect(top[0]!.description).toMatch(/ · 50% · ×2$/);
    expect(top[0]!.share! + top[1]!.share!).toBeCloseTo(1, 9);
    expect(top[0]!.spoken).toMatch(/^Module blocks\.0, .* 50% of the run, one of 2 alike$/);
    const inside = below(analysis, top[1]);
    expect(inside.map(({ label }) => label)).toEqual(Array.from({ length: 10 }, (_, i) => `layer.${i}`));
    expect(inside[3]!.description).toMatch(/×10$/);
    const nodes = below(analysis, inside[3]);
    expect(nodes.map(({ kind, label, hasChildren }) => [kind, label, hasChildren])).toEqual([
      ['node', 'MatMul', false],
      ['node', 'Add', false],
      ['node', 'Relu', false],
    ]);
    const { nodes: costs, total } = analysis.chips[0]!.cost;
    // Node 39 is the product of layer 13.
    expect(nodes[0]!.share).toBeCloseTo(costs[39]!.seconds!.value / total.latencySeconds!.value!, 9);
    expect(text.split('\n')[nodes[0]!.line]).toContain('m13');
  });

  it('tells the way to a node as it tells the levels', async () => {
    const { analysis } = await analysed(deepModel(20), chip);
    const way = runThrough(layersAt(analysis, 39, 'en'));
    expect(way.map(({ path }) => path)).toEqual([[1], [1, 3], [1, 3, 0]]);
    expect(way[0]).toEqual(below(analysis)[1]);
    expect(way[1]).toEqual(below(analysis, { path: [1], from: null })[3]);
    expect(way[2]).toEqual(below(analysis, { path: [1, 3], from: null })[0]);
    expect(runThrough(layersAt(analysis, 999, 'en'))).toEqual([]);
  });

  it('shows long lists in parts of 500, whose shares add up', async () => {
    const nodes = Array.from({ length: 1201 }, (_, i): Node =>
      node('Relu', [i === 0 ? 'x' : `y${i - 1}`], [`y${i}`]),
    );
    const model = modelOf({ inputs: [float('x', 4096)], outputs: [float('y1200', 4096)], nodes });
    const { analysis } = await analysed(model, chip);
    const parts = below(analysis);
    expect(parts.map(({ kind, label, from }) => [kind, label, from])).toEqual([
      ['range', '1–500', 0],
      ['range', '501–1,000', 500],
      ['range', '1,001–1,201', 1000],
    ]);
    expect(parts.reduce((sum, { share }) => sum + share!, 0)).toBeCloseTo(1, 9);
    const last = below(analysis, parts[2]);
    expect(last.map(({ path }) => path[0])).toEqual(Array.from({ length: 201 }, (_, i) => 1000 + i));
    const way = runThrough(layersAt(analysis, 1100, 'en'));
    expect(way).toEqual([parts[2], last[100]]);
    expect([way[1]!.page, way[0]!.page]).toEqual([1000, null]);
    expect(below(analysis, { path: [7, 7], from: null })).toEqual([]);
  });

  it('says of what is unknown that it is, and nothing of costs without a chip', async () => {
    const model = modelOf({
      inputs: [float('x', 4)],
      outputs: [float('y', 4)],
      nodes: [node('Riddle', ['x'], ['a'], { domain: 'own', name: 'r' }), node('Relu', ['a'], ['y'])],
    });
    const { analysis } = await analysed(model, chip);
    const [riddle] = below(analysis);
    expect([riddle!.description, riddle!.share]).toEqual(['? · r', null]);
    expect(riddle!.spoken).toBe('Node Riddle r, time unknown');
    const [bare] = below({ ...analysis, chips: [], revision: 99 });
    expect([bare!.description, bare!.spoken]).toEqual(['r', 'Node Riddle r']);
  });
});
