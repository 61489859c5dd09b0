import { describe, expect, it } from 'vitest';
import type { CheckAttribute } from './check';
import { said, newest } from './said';

const ml = [
  { domain: '', version: 21 },
  { domain: 'ai.onnx.ml', version: 3 },
];

/** What is said of an operator over float[1, 4], without its remarks. */
async function told(operator: string, attributes: Parameters<typeof said>[2]): Promise<string> {
  const outputs = operator.endsWith('Classifier') ? 'label, scores' : 'y';
  const all = await said(`ai.onnx.ml::${operator}`, { X: 'float[1, 4]' }, attributes, { sets: ml, outputs });
  return all.filter((one) => !one.includes('as if the trees were balanced')).join();
}

/** Two trees: a branch over two leaves, and a leaf. */
const nodes = {
  nodes_treeids: [0, 0, 0, 1],
  nodes_nodeids: [0, 1, 2, 0],
  nodes_featureids: [3, 0, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
  nodes_values: [0.5, 0, 0, 0],
  nodes_truenodeids: [1, 0, 0, 0],
  nodes_falsenodeids: [2, 0, 0, 0],
};
const regressor = {
  ...nodes,
  n_targets: 2,
  target_treeids: [0, 0, 1],
  target_nodeids: [1, 2, 0],
  target_ids: [0, 1, 1],
  target_weights: [0.1, 0.2, 0.3],
};
const classifier = {
  ...nodes,
  classlabels_int64s: [5, 6],
  class_treeids: [0, 0, 1],
  class_nodeids: [1, 2, 0],
  class_ids: [0, 1, 1],
  class_weights: [0.1, 0.2, 0.3],
};

const without = (all: Readonly<Record<string, CheckAttribute>>, name: string) =>
  Object.fromEntries(Object.entries(all).filter(([one]) => one !== name));

// ONNX Runtime 1.32 refuses to load each of the changed ones, and loads the others.
describe('lists of trees have to belong together', () => {
  it.each([
    [{}, ''],
    [{ base_values: [0.1, 0.2] }, ''],
    [
      { nodes_truenodeids: [1, 0, 0] },
      'nodes_truenodeids has 3 entries, but must have 4 (nodes_falsenodeids)',
    ],
    [{ nodes_values: [0.5] }, 'nodes_values has 1 entries, but must have 4'],
    [{ target_weights: [0.1] }, 'target_weights has 1 entries, but must have 3 (target_ids)'],
    [{ nodes_modes: ['BRANCH', 'LEAF', 'LEAF', 'LEAF'] }, 'cannot be “BRANCH”'],
    [{ aggregate_function: 'MEAN' }, 'cannot be “MEAN”'],
    [{ nodes_falsenodeids: [9, 0, 0, 0] }, 'nodes_falsenodeids names node 9 of tree 0'],
    [{ nodes_truenodeids: [0, 0, 0, 0] }, 'the branches of node 0 lead back to it'],
    [{ nodes_nodeids: [0, 1, 1, 0] }, 'tree 0 has two nodes with the id 1'],
    [{ target_nodeids: [1, 2, 7] }, 'target_nodeids names node 7 of tree 1'],
    [{ target_treeids: [0, 0, 4] }, 'target_nodeids names node 0 of tree 4'],
    [{ target_ids: [0, 1, 2] }, 'target_ids holds 2, but must be at most 1'],
    [{ n_targets: 0, target_ids: [0, 0, 0] }, 'n_targets holds 0, but must be at least 1'],
    [{ base_values: [0.1] }, 'base_values has 1 entries, but must have 2 (n_targets)'],
  ])('of a regressor with %j', async (changed, message) => {
    const found = await told('TreeEnsembleRegressor', { ...regressor, ...changed });
    if (message === '') expect(found).toBe('');
    else expect(found).toContain(message);
  });

  it('of a classifier', async () => {
    expect(await told('TreeEnsembleClassifier', classifier)).toBe('');
    const beyond = await told('TreeEnsembleClassifier', { ...classifier, class_ids: [0, 1, 2] });
    expect(beyond).toContain('class_ids holds 2, but must be at most 1');
    expect(await told('TreeEnsembleClassifier', without(classifier, 'classlabels_int64s'))).toContain(
      'must be given, not 0',
    );
  });

  it('with lists that are missing', async () => {
    const found = await told('TreeEnsembleRegressor', without(regressor, 'nodes_featureids'));
    expect(found).toContain('nodes_featureids has 0 entries');
  });
});

const support = {
  coefficients: [0.5, 0.5, 0.5],
  support_vectors: new Array<number>(12).fill(0.5),
  kernel_type: 'RBF',
  kernel_params: [0.1, 0.5, 3.5],
  rho: [0.5],
};

describe('numbers of other classical models', () => {
  it.each([
    ['Scaler', { offset: [0.5, 1], scale: [0.5, 1] }, ''],
    ['Scaler', { offset: [0.5], scale: [0.5, 1.5, 2, 3] }, 'count(offset) = count(scale)'],
    ['Scaler', {}, 'given(scale)'],
    ['Normalizer', { norm: 'L2' }, ''],
    ['Normalizer', { norm: 'L3' }, 'cannot be “L3”'],
    ['SVMRegressor', { ...support, n_supports: 3 }, ''],
    ['SVMRegressor', { ...support, n_supports: 5 }, 'count(coefficients) >= n_supports'],
    ['SVMRegressor', { ...support, n_supports: 3, kernel_type: 'GAUSS' }, 'cannot be “GAUSS”'],
    ['SVMRegressor', { ...support, n_supports: 3, kernel_params: [0.5] }, 'count(kernel_params) = 3'],
    ['SVMClassifier', { ...support, vectors_per_class: [2, 1], classlabels_ints: [0, 1] }, ''],
    [
      'SVMClassifier',
      { ...support, vectors_per_class: [2, 2], classlabels_ints: [0, 1] },
      '(count(vectors_per_class) - 1)',
    ],
    [
      'SVMClassifier',
      { ...support, vectors_per_class: [2, 1], classlabels_ints: [0, 1, 2] },
      'count(classlabels_ints)',
    ],
    ['SVMClassifier', { ...support, vectors_per_class: [2, 1] }, 'given(classlabels_ints)'],
  ])('of %s with %j', async (operator, attributes, message) => {
    const found = await told(operator, attributes);
    if (message === '') expect(found).toBe('');
    else expect(found).toContain(message);
  });
});

// rnn_helpers.cc, lstm_base.h, deep_cpu_gru.h: three activations of a direction, two, and one.
describe('activations of recurrent layers', () => {
  const layer = (gates: number) => ({
    x: 'float[5, 1, 4]',
    w: `float[1, ${gates * 6}, 4]`,
    r: `float[1, ${gates * 6}, 6]`,
  });
  it.each([
    ['LSTM', 4, ['Sigmoid', 'Tanh', 'relu'], ''],
    ['LSTM', 4, ['Sigmoid', 'Tanh'], 'activations has 2 entries, but must have 3'],
    ['LSTM', 4, ['Sigmoid', 'Tanh', 'Gelu'], 'activations holds “Gelu”'],
    ['GRU', 3, ['Sigmoid', 'Tanh'], ''],
    ['GRU', 3, ['Sigmoid', 'Tanh', 'Tanh'], 'activations has 3 entries, but must have 2'],
    ['RNN', 1, ['Softsign', 'Tanh'], ''],
    ['RNN', 1, ['Swish'], 'activations holds “Swish”'],
  ])('of %s', async (operator, gates, activations, message) => {
    const found = (
      await said(operator, layer(gates), { hidden_size: 6, activations }, { sets: newest })
    ).join();
    if (message === '') expect(found).toBe('');
    else expect(found).toContain(message);
  });
});
