import { addWork } from '../activations';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { labels, learning, postTransform, tableRows, tableSize, type LabelNames } from './machineLearning';

const names: LabelNames = { strings: 'classlabels_strings', integers: 'classlabels_ints' };

/** Label per row, and a score per row and class. */
function setClassified(context: NodeContext, label: 'string' | 'int64', scores: number | undefined): void {
  const rows = tableRows(context);
  const known = rows !== undefined;
  context.setTensor(0, label, known ? [rows] : undefined);
  if (context.hasOutput(1))
    context.setTensor(1, 'float', known && scores !== undefined ? [rows, scores] : undefined);
}

/** Classes of a linear classifier; one intercept with two labels is a binary one, which scores both. */
function linearScores(context: NodeContext | WorkContext): number {
  return Math.max(labels(context, names).count, context.floats('intercepts')?.length ?? 0);
}

const linearClassifier = learning(
  'LinearClassifier',
  'gemm',
  'matrix 2·rows·|coefficients|; vector rows·|intercepts| + rows·classes (maximum); post_transform',
  (context) =>
    setClassified(
      context,
      labels(context, names).dtype === 'string' ? 'string' : 'int64',
      linearScores(context),
    ),
  (context) => {
    const { rows } = tableSize(context);
    const scores = rows * linearScores(context);
    const product = linearProduct(context, context.floats('intercepts')?.length ?? 1);
    return addWork(addWork(product, { vector: scores }), postTransform(context, scores));
  },
);

/** Rows times a coefficient matrix with as many rows as there are results. */
function linearProduct(context: WorkContext, results: number): OperatorWork {
  const { rows, features } = tableSize(context);
  const coefficients = context.floats('coefficients')?.length ?? results * features;
  const intercepts = context.floats('intercepts')?.length ?? 0;
  return {
    matrix: 2 * rows * coefficients,
    vector: rows * intercepts,
    matrixShape: { kind: 'gemm', batch: 1, m: rows, n: results, k: features, weights: 'b' },
  };
}

const linearRegressor = learning(
  'LinearRegressor',
  'gemm',
  'matrix 2·rows·|coefficients|; vector rows·|intercepts|; post_transform',
  (context) => {
    const rows = tableRows(context);
    const targets = context.int('targets', 1);
    context.setTensor(0, 'float', rows === undefined ? undefined : [rows, targets]);
  },
  (context) => {
    const targets = context.int('targets', 1);
    const work = linearProduct(context, targets);
    return addWork(work, postTransform(context, tableSize(context).rows * targets));
  },
);

/** Kernel of two vectors: a product, then tanh, a power or an exponential; RBF subtracts and squares. */
function kernelWork(context: WorkContext, vectors: number): OperatorWork {
  const { rows, features } = tableSize(context);
  const pairs = rows * vectors;
  switch (context.string('kernel_type', 'LINEAR')) {
    case 'RBF':
      return { vector: pairs * (3 * features + 1), special: pairs };
    case 'POLY':
    case 'SIGMOID':
      return { matrix: 2 * pairs * features, vector: 2 * pairs, special: pairs };
    default:
      return { matrix: 2 * pairs * features };
  }
}

/** Support vectors: all their values over the features of one; none for a linear model. */
function supportVectors(context: WorkContext): number {
  const { features } = tableSize(context);
  const values = context.floats('support_vectors')?.length ?? 0;
  return features === 0 ? 0 : values / features;
}

const machineLabels: LabelNames = { strings: 'classlabels_strings', integers: 'classlabels_ints' };

/**
 * Scores of a support vector classifier as ONNX Runtime gives them: one per class with probabilities or without
 * support vectors, else one per pair of classes, and both for two classes.
 */
function machineScores(context: NodeContext | WorkContext): number {
  const classes = labels(context, machineLabels).count;
  const hasVectors = (context.ints('vectors_per_class') ?? []).length > 0;
  const hasProbabilities = (context.floats('prob_a') ?? []).length > 0;
  if (!hasVectors || hasProbabilities) return classes;
  return classes > 2 ? (classes * (classes - 1)) / 2 : 2;
}

const supportClassifier = learning(
  'SVMClassifier',
  'gemm',
  'kernel of every row with every support vector (linear: matrix 2·features; RBF: vector 3·features + 1, special 1); vector 2·rows·|coefficients|',
  (context) => {
    const { dtype } = labels(context, machineLabels);
    setClassified(context, dtype === 'string' ? 'string' : 'int64', machineScores(context));
  },
  (context) => {
    const { rows } = tableSize(context);
    const coefficients = context.floats('coefficients')?.length ?? 0;
    const work = addWork(kernelWork(context, supportVectors(context)), {
      vector: 2 * rows * coefficients,
    });
    return addWork(work, postTransform(context, rows * machineScores(context)));
  },
);

const supportRegressor = learning(
  'SVMRegressor',
  'gemm',
  'kernel of every row with every support vector; vector 2·rows·|coefficients|',
  (context) => {
    const rows = tableRows(context);
    context.setTensor(0, 'float', rows === undefined ? undefined : [rows, 1]);
  },
  (context) => {
    const { rows } = tableSize(context);
    const vectors = context.int('n_supports', 0) || 1;
    const coefficients = context.floats('coefficients')?.length ?? 0;
    return addWork(kernelWork(context, vectors), { vector: 2 * rows * coefficients });
  },
);

/** Linear models and support vector machines. Source: ONNX operator specification, ai.onnx.ml. */
export const linearOperators: readonly OperatorRule[] = [
  linearClassifier,
  linearRegressor,
  supportClassifier,
  supportRegressor,
];
