import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

const list = (count: number, value: string): string => `[${Array<string>(count).fill(value).join(', ')}]`;

/** A model of one node of ai.onnx.ml with 4 features and so many rows. */
async function held(node: string, { rows = 1, output = 'float[r, 1] y', version = 5 } = {}) {
  const text = `<ir_version: 10, opset_import: ["" : 21, "ai.onnx.ml" : ${version}]>
g (float[${rows}, 4] x) => (${output.replace('r', String(rows))})
{
  ${node}
}`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const prepared = await prepare(value!, workload, uninterrupted);
  const { problems: told } = prepared.inference;
  expect(told.filter(({ code }) => code !== 'inference.depth-assumed')).toEqual([]);
  return prepared;
}

describe('numbers in attributes', () => {
  it('of linear models are parameters, 4 bytes each', async () => {
    const { numbers, weights, inference } = await held(
      `y = ai.onnx.ml.LinearRegressor <coefficients = ${list(12, '0.5')}, intercepts = ${list(3, '0.5')}, targets = 3> (x)`,
      { output: 'float[r, 3] y' },
    );
    expect(numbers).toEqual({ parameters: 15, quantizationParameters: 0, buffers: 0 });
    expect(weights).toEqual({ known: 60, isWhole: true });
    expect(inference.nodes[0]!.work!.bytes).toEqual({ weights: 60, inputs: 16, outputs: 12 });
  });

  it('of support vector machines are vectors, coefficients and rho; the kernel is told beside them', async () => {
    const { numbers, weights } = await held(
      `y = ai.onnx.ml.SVMRegressor <kernel_type = "RBF", kernel_params = ${list(3, '0.5')}, n_supports = 6, support_vectors = ${list(24, '0.5')}, coefficients = ${list(6, '0.5')}, rho = [0.5]> (x)`,
      { version: 1 },
    );
    expect(numbers).toMatchObject({ parameters: 24 + 6 + 1, buffers: 3 });
    expect(weights.known).toBe(4 * 34);
  });

  /** Of 7 nodes 3 branch and 4 are leaves. */
  const nodes = `nodes_treeids = ${list(7, '0')}, nodes_nodeids = [0, 1, 2, 3, 4, 5, 6], nodes_featureids = ${list(7, '0')}, nodes_values = ${list(7, '0.5')}, nodes_modes = ["BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "LEAF"], nodes_truenodeids = [1, 3, 5, 0, 0, 0, 0], nodes_falsenodeids = [2, 4, 6, 0, 0, 0, 0]`;
  const leaves = `target_treeids = ${list(4, '0')}, target_nodeids = [3, 4, 5, 6], target_ids = ${list(4, '0')}, target_weights = ${list(4, '0.5')}`;
  const tree = `y = ai.onnx.ml.TreeEnsembleRegressor <n_targets = 1, ${nodes}, ${leaves}> (x)`;

  it('of trees are thresholds of branches and weights of leaves, in the bytes that ONNX Runtime holds', async () => {
    const { numbers, weights, inference } = await held(tree, { version: 1 });
    expect(numbers).toEqual({ parameters: 3 + 4, quantizationParameters: 0, buffers: 0 });
    // A node takes 24 bytes, an entry of a leaf's weights 16.
    expect(weights.known).toBe(7 * 24 + 4 * 16);
    // A row walks 2 comparisons and a leaf of the one tree: 3 nodes and one weight.
    expect(inference.nodes[0]!.work!.bytes.weights).toBe(3 * 24 + 16);
    const many = await held(tree, { rows: 100, version: 1 });
    expect(many.inference.nodes[0]!.work!.bytes.weights).toBe(7 * 24 + 4 * 16);
  });

  it('of trees of version 5 are splits and weights of leaves', async () => {
    const { numbers, weights } = await held(
      'y = ai.onnx.ml.TreeEnsemble <n_targets = 1, aggregate_function = 1, post_transform = 0, tree_roots = [0], nodes_featureids = [0, 0, 0], nodes_modes = uint8[3] {0, 0, 0}, nodes_splits = double[3] {0.5, 0.5, 0.5}, nodes_truenodeids = [1, 0, 2], nodes_trueleafs = [0, 1, 1], nodes_falsenodeids = [2, 1, 3], nodes_falseleafs = [0, 1, 1], leaf_targetids = [0, 0, 0, 0], leaf_weights = double[4] {1, 2, 3, 4}> (x)'
        .replace('(x)', '(d)')
        .replace('y = ', 'd = Cast <to = 11> (x)\n  z = ') + '\n  y = Cast <to = 1> (z)',
    );
    expect(numbers.parameters).toBe(3 + 4);
    // Doubles: 32 bytes for each of 3 branches and 4 leaves.
    expect(weights.known).toBe(7 * 32 + 4 * 16);
  });

  it('of encoders and scalers are tables beside the parameters', async () => {
    const { numbers, weights } = await held(
      `y = ai.onnx.ml.Scaler <offset = ${list(4, '0.5')}, scale = ${list(4, '0.5')}> (x)`,
      { output: 'float[r, 4] y', version: 1 },
    );
    expect(numbers).toEqual({ parameters: 0, quantizationParameters: 0, buffers: 8 });
    expect(weights.known).toBe(32);
  });

  it('are weights of their kernel, and have to fit', async () => {
    const prepared = await held(tree, { version: 1 });
    const { plan, timeline, cost } = await costsOn(prepared, chipById('amd-epyc-9654')!, uninterrupted);
    const weights = plan.kernels[0]!.operands.filter(({ role }) => role === 'weight');
    expect(weights.map(({ bytes }) => bytes)).toEqual([3 * 24 + 16]);
    // Input 4 floats, output one.
    expect(timeline.highWaterBytes).toBe(7 * 24 + 4 * 16 + 16 + 4);
    expect(cost.total.latencySeconds?.value).toBeGreaterThan(0);
  });
});
