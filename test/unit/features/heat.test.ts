import { describe, expect, it } from 'vitest';
import { whole as known } from '../totals';
import type { NodeCost } from '../../../server/engine/cost/types';
import { heat } from '../../../server/features/heat';
import type { Analysis } from '../../../server/workspace/analysis';
import { analysed, deepModel } from './analysed';

/** A model of three nodes a layer, with costs that a test makes: of each node its seconds, in a whole of 1 s. */
async function heated(layers: number, seconds: readonly (number | null)[], whole: number | null = 1) {
  const { analysis } = await analysed(deepModel(layers), { chips: ['nvidia-l4'] });
  const [chip] = analysis.chips;
  const nodes = seconds.map((value, index) => ({
    ...chip!.cost.nodes[index]!,
    seconds: value === null ? null : { value, low: value, high: value, basis: 'class' as const },
    bound: index % 2 === 0 ? ('compute' as const) : ('memory' as const),
  })) satisfies NodeCost[];
  const total = {
    ...chip!.cost.total,
    latencySeconds:
      whole === null ? null : { value: whole, low: whole, high: whole, basis: 'class' as const, ...known },
  };
  const made: Analysis = {
    ...analysis,
    revision: 42,
    chips: [{ ...chip!, cost: { ...chip!.cost, nodes, total } }],
  };
  const lines = analysis.listing.positions.nodes.map((node) => analysis.listing.positions.lineOf(node));
  return { analysis: made, lines };
}

describe('heat', () => {
  it('is the share of each node at its line, the largest first', async () => {
    const { analysis, lines } = await heated(2, [0.25, 0.5, null, 0.125, 0, 0.0625]);
    expect(heat(analysis)).toEqual({
      uri: 'siliconlens:/m.onnx.onnxtxt',
      revision: 42,
      lines: [
        { line: lines[1], share: 0.5, bound: 'memory' },
        { line: lines[0], share: 0.25, bound: 'compute' },
        { line: lines[3], share: 0.125, bound: 'memory' },
        { line: lines[5], share: 0.0625, bound: 'memory' },
      ],
    });
    // Each node has a line of its own.
    expect(new Set(lines).size).toBe(6);
  });

  it('begins at half a percent', async () => {
    const { analysis } = await heated(1, [0.005, 0.0049, 0.0051]);
    expect(heat(analysis).lines.map(({ share }) => share)).toEqual([0.0051, 0.005]);
  });

  it('begins at the threshold of hints where that is higher', async () => {
    const { analysis } = await heated(1, [0.2, 0.1, 0.3]);
    const sharesFrom = (threshold: number) => {
      const hints = { ...analysis.choices.hints, threshold };
      return heat({ ...analysis, choices: { ...analysis.choices, hints } }).lines.map(({ share }) => share);
    };
    expect([sharesFrom(0), sharesFrom(0.2), sharesFrom(0.21)]).toEqual([[0.3, 0.2, 0.1], [0.3, 0.2], [0.3]]);
  });

  it('is of what is known where the whole is not', async () => {
    // 1 s and 3 s: of 4 s.
    const { analysis } = await heated(1, [1, 3, null], null);
    expect(heat(analysis).lines.map(({ share }) => share)).toEqual([0.75, 0.25]);
  });

  it('is none when it is switched off, and without a chip', async () => {
    const { analysis } = await heated(1, [0.5, 0.25, 0.25]);
    const none = { uri: 'siliconlens:/m.onnx.onnxtxt', revision: 42, lines: [] };
    expect(heat({ ...analysis, choices: { ...analysis.choices, heat: false } })).toEqual(none);
    expect(heat({ ...analysis, chips: [] })).toEqual(none);
  });

  it('is of the 2,000 costliest nodes', async () => {
    // 2,001 nodes of 1 % and more, the first the cheapest.
    const { analysis } = await heated(
      667,
      Array.from({ length: 2001 }, (_, index) => 0.01 + index * 1e-6),
    );
    const shares = heat(analysis).lines.map(({ share }) => share);
    expect([shares.length, shares.at(-1)]).toEqual([2000, 0.010001]);
  });
});
