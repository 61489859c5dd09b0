import { elementCount } from '../graph/dataTypes';
import type { DataType } from '../graph/dataTypes';
import { knownScalar, sameType, sharper } from './helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { normalizeAxis } from './shared';

/** LayerNormalization and its kin, per element in all. */
export const layerNormOperations = 8;
/** RMSNormalization and its kin, per element in all. */
export const rmsNormOperations = 5;

/**
 * `perElement` operations for each of `elements`, in all; of these one square root per group (row) is a special
 * function and the rest is vector work.
 */
export function normalizationWork(
  perElement: number,
  elements: number,
  groups: number,
): OperatorWork & { vector: number } {
  return { vector: Math.max(0, perElement * elements - groups), special: groups };
}

/** Elements before `axis`: the number of rows that a normalisation over the trailing axes has. */
export function rowsBefore(shape: readonly number[], axis: number): number {
  const front = normalizeAxis(axis, shape.length) ?? 0;
  return elementCount(shape.slice(0, front));
}

/** Sets outputs `mean` and `inverse` of a LayerNormalization: the input's shape with the normalised axes made 1. */
export function setStatistics(
  context: NodeContext,
  axis: number,
  dtype: DataType | undefined,
  outputs: readonly number[],
): void {
  const shape = context.shape(0);
  const front = shape && normalizeAxis(axis, shape.length);
  const reduced = front === undefined ? undefined : shape?.map((dim, index) => (index < front ? dim : 1));
  for (const output of outputs) if (context.hasOutput(output)) context.setTensor(output, dtype, reduced);
}

const layerNormalization: OperatorRule = {
  domain: '',
  name: 'LayerNormalization',
  operatorClass: 'normalization',
  formula: '8·|X| in all: 1 special per row, the rest vector',
  infer(context) {
    sameType(context);
    // stash_type is the type of the statistics: 1 is float, 16 is bfloat16.
    const stash = context.int('stash_type', 1) === 16 ? 'bfloat16' : 'float';
    setStatistics(context, context.int('axis', -1), stash, [1, 2]);
  },
  work: (context) =>
    normalizationWork(
      layerNormOperations,
      context.count(0),
      rowsBefore(context.shape(0), context.int('axis', -1)),
    ),
};

const rmsNormalization: OperatorRule = {
  domain: '',
  name: 'RMSNormalization',
  operatorClass: 'normalization',
  formula: '5·|X| in all: 1 special per row, the rest vector',
  infer(context) {
    // The result has the type of the scale, which may be wider than X.
    context.setTensor(0, context.dtype(1) ?? context.dtype(0), context.shape(0));
  },
  work: (context) =>
    normalizationWork(
      rmsNormOperations,
      context.count(0),
      rowsBefore(context.shape(0), context.int('axis', -1)),
    ),
};

/** Normalisation whose statistics are per `groups`, counted like LayerNormalization. */
function groupedRule(name: string, formula: string, groups: (context: WorkContext) => number): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'normalization',
    formula,
    infer: (context) => sameType(context),
    work: (context) => normalizationWork(layerNormOperations, context.count(0), groups(context)),
  };
}

function isTraining(context: NodeContext | WorkContext): boolean {
  if (context.version >= 14) return context.int('training_mode', 0) !== 0;
  // Before 7 `is_test` chose; from 7 to 13 the extra outputs did.
  if (context.version < 7) return context.int('is_test', 0) === 0 && context.hasOutput(1);
  return context.hasOutput(1);
}

/**
 * Inference: scale and shift folded per channel (add, ÷, ×, × and − with 1 square root), then × and + per element.
 * Training: statistics as LayerNormalization, 8 per element, and 3 per channel and running statistic.
 * Formula: ONNX operator specification, BatchNormalization-15.
 */
const batchNormalization: OperatorRule = {
  domain: '',
  name: 'BatchNormalization',
  operatorClass: 'normalization',
  perElement: true,
  formula: 'inference: vector 2·|X| + 5·C, special C; training: 8·|X| in all (special C) + vector 6·C',
  infer(context) {
    sameType(context);
    const x = context.shape(0);
    let channels = x?.length === 1 ? 1 : x?.[1];
    for (let input = 1; input < 5; input++) channels = sharper(channels, context.shape(input)?.[0]);
    // Versions before 9 had up to 5 outputs: running mean and variance, saved mean and variance.
    for (let output = 1; output < context.outputCount; output++)
      if (context.hasOutput(output))
        context.setTensor(
          output,
          context.dtype(output === 2 || output === 4 ? 4 : 3) ?? context.dtype(0),
          channels === undefined ? undefined : [channels],
        );
  },
  work(context) {
    const elements = context.count(0);
    const channels = context.count(1);
    if (!isTraining(context)) return { vector: 2 * elements + 5 * channels, special: channels };
    const work = normalizationWork(layerNormOperations, elements, channels);
    return { ...work, vector: work.vector + 6 * channels };
  },
};

/**
 * Local response normalisation: per element a square, `size` additions, a scale, a bias, a power and a division.
 * Formula: ONNX operator specification, LRN-13.
 */
const lrn: OperatorRule = {
  domain: '',
  name: 'LRN',
  operatorClass: 'normalization',
  formula: 'vector (size + 4)·|X|, special |X|',
  infer: (context) => sameType(context),
  work: (context) => ({
    vector: (context.int('size', 1) + 4) * context.count(0),
    special: context.count(0),
  }),
};

const lpNormalization: OperatorRule = {
  domain: '',
  name: 'LpNormalization',
  operatorClass: 'normalization',
  formula: 'vector 3·|X| (|x| or x², +, ÷); special 1 per norm for p = 2',
  infer: (context) => sameType(context),
  work(context) {
    const shape = context.shape(0);
    const axis = normalizeAxis(context.int('axis', -1), shape.length);
    const length = axis === undefined ? 1 : (shape[axis] ?? 1);
    const norms = length === 0 ? 0 : context.count(0) / length;
    return { vector: 3 * context.count(0), special: context.int('p', 2) === 1 ? 0 : norms };
  },
};

const meanVarianceNormalization: OperatorRule = {
  domain: '',
  name: 'MeanVarianceNormalization',
  operatorClass: 'normalization',
  formula: 'vector 6·|X| (mean, centre, square, sum, divide); special 1 per statistic',
  infer: (context) => sameType(context),
  work(context) {
    const shape = context.shape(0);
    const axes = (context.ints('axes') ?? [0, 2, 3]).map((axis) => normalizeAxis(axis, shape.length));
    const reduced = elementCount(shape.filter((_, index) => axes.includes(index)));
    const groups = reduced === 0 ? 0 : context.count(0) / reduced;
    return { vector: 6 * context.count(0), special: groups };
  },
};

/** Inference copies (or is removed); training draws, compares, masks and scales: 3 vector operations per element. */
const dropout: OperatorRule = {
  domain: '',
  name: 'Dropout',
  operatorClass: 'elementwise',
  formula: 'inference 0; training vector 3·|X| (compare, mask, scale)',
  infer(context) {
    sameType(context);
    // Until version 7 the mask had the type of the data.
    if (context.hasOutput(1))
      context.setTensor(1, context.version >= 10 ? 'bool' : context.dtype(0), context.shape(0));
    const elements = context.elements(0);
    if (elements !== undefined && !drops(context)) context.setElements(0, elements);
  },
  work: (context) => (drops(context) ? { vector: 3 * context.count(0) } : {}),
};

function drops(context: NodeContext | WorkContext): boolean {
  if (context.version >= 12) return context.hasInput(2) && knownScalar(context, 2) === 1;
  return context.version < 7 && context.int('is_test', 0) === 0;
}

/** Normalisations and Dropout. Counts per element: docs/operators.md. */
export const normalizationOperators: readonly OperatorRule[] = [
  batchNormalization,
  layerNormalization,
  rmsNormalization,
  groupedRule(
    'GroupNormalization',
    '8·|X| in all: 1 special per image and group, the rest vector',
    (context) => (context.shape(0)[0] ?? 1) * context.int('num_groups', 1),
  ),
  groupedRule(
    'InstanceNormalization',
    '8·|X| in all: 1 special per image and channel, the rest vector',
    (context) => (context.shape(0)[0] ?? 1) * (context.shape(0)[1] ?? 1),
  ),
  lrn,
  lpNormalization,
  meanVarianceNormalization,
  dropout,
];
