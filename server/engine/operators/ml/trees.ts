import { addWork } from '../activations';
import { treeSize } from '../attributeNumbers';
import type { AttributeReader, NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { labels, learning, postTransform, tableRows, tableSize, type LabelNames } from './machineLearning';

const names: LabelNames = { strings: 'classlabels_strings', integers: 'classlabels_int64s' };

/** Trees and leaves of an ensemble in either of its two encodings. */
function forest(context: AttributeReader): { trees: number; leaves: number } {
  const roots = context.ints('tree_roots');
  if (roots !== undefined)
    return { trees: roots.length, leaves: context.ints('leaf_targetids')?.length ?? roots.length };
  const modes = context.strings('nodes_modes') ?? [];
  return {
    trees: new Set(context.ints('nodes_treeids') ?? []).size,
    leaves: modes.filter((mode) => mode === 'LEAF').length,
  };
}

/** Comparisons of a row in each tree, were the trees balanced. */
function assumedDepth(context: AttributeReader): number {
  const { trees, leaves } = forest(context);
  return trees === 0 ? 0 : Math.log2(Math.max(1, leaves / trees));
}

/** Says which depth is counted: how deep a row goes is data. */
function tellDepth(context: NodeContext): void {
  const depth = assumedDepth(context);
  if (depth > 0) context.report('information', 'depth-assumed', { depth: Math.round(depth * 10) / 10 });
}

/**
 * Comparisons per row: the depth of a balanced tree with as many leaves, log2(leaves per tree), in every tree; then
 * one addition per tree. The path that a row takes is data, so this is an estimate by the size of the trees.
 */
function treeWork(context: WorkContext): OperatorWork {
  const { trees } = forest(context);
  const { rows } = tableSize(context);
  const depth = assumedDepth(context);
  const size = treeSize(context.node, context);
  const path = size ? (depth + 1) * size.nodeBytes + size.weightBytes : 0;
  return { vector: rows * trees * (depth + 1), heldBytes: rows * trees * path };
}

const formula =
  'vector rows·trees·(log2(leaves per tree) + 1) (comparisons of balanced trees, additions); post_transform';

/** Rows × targets. */
function inferTargets(context: NodeContext, dtype: 'float' | 'input'): void {
  tellDepth(context);
  const rows = tableRows(context);
  const targets = context.int('n_targets', 1);
  context.setTensor(
    0,
    dtype === 'input' ? context.dtype(0) : dtype,
    rows === undefined ? undefined : [rows, targets],
  );
}

const treeClassifier = learning(
  'TreeEnsembleClassifier',
  'other',
  formula,
  (context) => {
    tellDepth(context);
    const rows = tableRows(context);
    const { dtype, count } = labels(context, names);
    context.setTensor(0, dtype, rows === undefined ? undefined : [rows]);
    if (context.hasOutput(1)) context.setTensor(1, 'float', rows === undefined ? undefined : [rows, count]);
  },
  (context) =>
    addWork(
      treeWork(context),
      postTransform(context, tableSize(context).rows * labels(context, names).count),
    ),
);

const treeRegressor = learning(
  'TreeEnsembleRegressor',
  'other',
  formula,
  (context) => inferTargets(context, 'float'),
  treeWork,
);

const treeEnsemble = learning(
  'TreeEnsemble',
  'other',
  formula,
  (context) => inferTargets(context, 'input'),
  treeWork,
);

/** Tree ensembles. Source: ONNX operator specification, ai.onnx.ml. */
export const treeOperators: readonly OperatorRule[] = [treeClassifier, treeRegressor, treeEnsemble];
