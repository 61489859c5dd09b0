import { describe, expect, it } from 'vitest';
import type { Model } from '../../../server/engine/graph/model';
import { nodeOnUnits } from '../../../server/engine/cost/onUnits';
import { inlayHints } from '../../../server/features/inlayHints';
import { nodeHover } from '../../../server/features/hover';
import type { Analysis } from '../../../server/workspace/analysis';
import { analysed, float, modelOf, node, weight } from './analysed';

const npu = 'qualcomm-snapdragon-8gen3-hexagon';
const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

/** A product, a sampling that QNN refuses in this mode, and an activation. */
function divided(mode = 'cubic'): Model {
  const attributes = [{ name: 'mode', kind: 'string', value: mode }] as const;
  const model = modelOf({
    inputs: [float('x', 1, 4, 64, 64), float('at', 1, 64, 64, 2)],
    outputs: [float('z', 1, 4, 64, 64)],
    initializers: [weight('w', 64, 64)],
    nodes: [
      node('MatMul', ['x', 'w'], ['p']),
      node('GridSample', ['p', 'at'], ['y'], { attributes }),
      node('Relu', ['y'], ['z']),
    ],
  });
  return { ...model, operatorSets: [{ domain: '', version: 20 }] };
}

const runOf = ({ prepared, chips: [first] }: Analysis) => ({
  ...prepared,
  plan: first!.plan,
  cost: first!.cost,
});
const costHints = (analysis: Analysis): string[] =>
  inlayHints(analysis, everything, 'en')
    .filter(({ paddingRight }) => paddingRight)
    .map(({ label }) => label as string);

describe('a node on the units of a run', () => {
  it('takes on each what the whole takes there by itself, without transfers', async () => {
    const { analysis } = await analysed(divided(), { chips: [npu] });
    const [own, host] = nodeOnUnits(runOf(analysis), 0);
    // Nothing crosses before the product: it takes what the run says of it.
    expect(own).toMatchObject({
      isHere: true,
      refusal: null,
      seconds: analysis.chips[0]!.cost.nodes[0]!.seconds,
    });
    // On the host it takes what it takes where all runs on the host: its kernels are alone there, too.
    const sampled = analysis.chips[0]!.cost;
    const rest = nodeOnUnits(runOf(analysis), 1);
    expect(rest.map(({ isHere }) => isHere)).toEqual([false, true]);
    expect(rest[0]!.refusal).toMatchObject({ code: 'attribute-not', what: 'mode', found: 'cubic' });
    // What the product gives crosses to the host before the sampling: 1 x 4 x 64 x 64 floats, besides its own time.
    const transfers = sampled.kernels.filter(({ bound }) => bound === 'link');
    expect(sampled.nodes[1]!.seconds!.value).toBeCloseTo(
      rest[1]!.seconds!.value + transfers[0]!.seconds!.value,
      12,
    );
    expect(host).toMatchObject({ isHere: false, refusal: null });
    expect(host!.seconds!.value).toBeGreaterThan(0);
  });

  it('is told why the host runs it in training too, where there are no rows', async () => {
    const model = modelOf({
      inputs: [float('x', 1, 4, 64, 64)],
      outputs: [float('z', 1, 4, 64, 64)],
      initializers: [weight('w', 64, 64)],
      nodes: [node('MatMul', ['x', 'w'], ['p']), node('Det', ['p'], ['d']), node('Relu', ['p'], ['z'])],
    });
    const said = async (phase: string): Promise<string> => {
      const { analysis } = await analysed(model, { chips: ['nvidia-t4'], phase });
      return nodeHover(analysis, 1, 'en')!.value;
    };
    // No list of TensorRT's operators has Det.
    expect(await said('training')).toContain('**Tesla T4**: runs on the host. TensorRT has no Det.');
    const once = await said('inference');
    expect(once.split('TensorRT has no Det')).toHaveLength(2);
  });

  it('has no rows where one unit runs all, and none of a node for which nothing runs', async () => {
    const { analysis } = await analysed(divided('nearest'), { chips: [npu] });
    expect(nodeHover(analysis, 0, 'en')!.value).not.toContain('| **');
    const view = divided();
    const reshaped = {
      ...view,
      graph: { ...view.graph, nodes: [...view.graph.nodes, node('Identity', ['z'], ['same'])] },
    };
    const { analysis: other } = await analysed(reshaped, { chips: [npu] });
    expect(nodeOnUnits(runOf(other), 3)).toEqual([]);
    expect(nodeHover(other, 3, 'en')!.value).not.toContain('| **');
  });
});

describe('hints of a model on several units', () => {
  it('are led by the letter of the unit: N for the NPU, H for its host', async () => {
    const { analysis } = await analysed(divided(), { chips: [npu] });
    const labels = costHints(analysis);
    expect(labels.map((label) => label.slice(0, 2))).toEqual(['N\u00a0', 'H\u00a0', 'N\u00a0']);
    expect(new Set(labels.map(({ length }) => length)).size).toBe(1);
  });

  it('have none where one unit runs all', async () => {
    const { analysis } = await analysed(divided('nearest'), { chips: [npu] });
    expect(costHints(analysis)).toHaveLength(3);
    for (const label of costHints(analysis)) expect(label).not.toMatch(/^[NH]/);
  });
});
