import { equalDims, printDim } from '../../graph/dim';
import { normalizeAxis } from '../shared';
import type { NodeContext } from '../rule';
import { checkShapes } from './patterns';
import {
  attributePart,
  checkAmong,
  checkAxis,
  checkBroadcastTo,
  checkElements,
  checkLeast,
  checkMultiple,
  checkNumbers,
  checkSize,
  hasLeastRank,
  hasRank,
  type NodeCheck,
} from './terms';

/** A check by patterns of the inputs' shapes alone. */
const shapes =
  (...patterns: readonly (string | undefined)[]): NodeCheck =>
  (context) =>
    checkShapes(context, patterns);

/** Runtimes read them in any case. */
const activations = [
  ...['Relu', 'Tanh', 'Sigmoid', 'Affine', 'LeakyRelu', 'ThresholdedRelu', 'ScaledTanh', 'HardSigmoid'],
  ...['Elu', 'Softsign', 'Softplus'],
];
const lowerCase = new Set(activations.map((one) => one.toLowerCase()));

/** @param expected activations of all directions; the one of a plain RNN may be followed by others, which nobody reads */
function checkActivations(context: NodeContext, expected: number, isExact: boolean): void {
  const given = context.strings('activations');
  if (!given) return;
  const part = attributePart(context, 'activations');
  const other = given.find((one) => !lowerCase.has(one.toLowerCase()));
  const args = { name: 'activations', count: given.length, expected, reason: 'direction' };
  if (other !== undefined) {
    const allowed = activations.join(', ');
    context.report('error', 'text-choice', { name: 'activations', value: other, allowed }, part);
  } else if (isExact ? given.length !== expected : given.length < expected)
    context.report('error', 'length', args, part);
}

const recurrent =
  (gates: number, inputs: readonly string[]): NodeCheck =>
  (context) => {
    if (!context.has('hidden_size')) {
      context.report('error', 'needed', { name: 'hidden_size', reason: `“${context.node.inputs[2]}”` });
      return;
    }
    checkLeast(context, 'hidden_size', 1);
    const isBatchFirst = context.int('layout', 0) === 1;
    const direction = context.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
    checkActivations(context, Math.max(1, gates - 1) * direction, gates > 1);
    const state = isBatchFirst ? 'batch direction hidden_size' : 'direction batch hidden_size';
    const patterns = [
      isBatchFirst ? 'batch steps input' : 'steps batch input',
      `direction ${gates}hidden_size input`,
      `direction ${gates}hidden_size hidden_size`,
      `direction ${2 * gates}hidden_size`,
      'batch',
      ...inputs.map((one) => (one === 'state' ? state : one)),
    ];
    checkShapes(context, patterns, { hidden_size: context.int('hidden_size'), direction });
    const steps = context.shape(0)?.[isBatchFirst ? 1 : 0];
    if (typeof steps === 'number') checkElements(context, 4, 0, steps);
  };

/** LayerNormalization and RMSNormalization: scale and bias spread over the axes that are normalised. */
function checkLayerNormalization(context: NodeContext): void {
  checkAxis(context, -1);
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', -1), shape.length);
  if (axis === undefined) return;
  for (const input of [1, 2]) if (context.hasInput(input)) checkBroadcastTo(context, input, shape);
}

function checkGroupNormalization(context: NodeContext): void {
  checkLeast(context, 'num_groups', 1);
  const [groups, channels] = [context.int('num_groups'), context.shape(0)?.[1]];
  checkMultiple(context, `“${context.node.inputs[0]}”[1]`, channels, groups, 'num_groups');
  // Version 18 had one scale for each group.
  const each = context.version >= 21 ? 'C' : 'num_groups';
  // Runtimes take what broadcasts; of lists the length has to be right.
  const of = (input: number): string | undefined => (context.rank(input) === 1 ? each : undefined);
  checkShapes(context, ['N C d...', of(1), of(2)], context.version >= 21 ? {} : { num_groups: groups });
}

function checkBatchNormalization(context: NodeContext): void {
  checkShapes(context, ['N C d...', 'C', 'C', 'C', 'C']);
  const isTraining = context.int('training_mode', 0) !== 0;
  if (context.version < 14 || context.outputCount > 1 === isTraining) return;
  const reason = `outputs: ${context.outputCount}`;
  if (isTraining) context.report('error', 'needed', { name: 'running_mean, running_var', reason });
  else context.report('error', 'needed', { name: 'training_mode', reason });
}

function checkGemm(context: NodeContext): void {
  const [a, b] = [context.shape(0), context.shape(1)];
  if (a?.length !== 2 || b?.length !== 2) return;
  const rows = a[context.int('transA', 0) === 0 ? 0 : 1];
  const columns = b[context.int('transB', 0) === 0 ? 1 : 0];
  if (context.hasInput(2)) checkBroadcastTo(context, 2, [rows, columns]);
}

function checkLoss(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 2)) return;
  checkShapes(context, ['N C d...', 'N d...', 'C']);
  const classes = context.shape(0)?.[1];
  const ignored = context.int('ignore_index');
  const labels = context.elements(1)?.filter((one) => one !== ignored);
  // Counted from behind, runtimes take them too.
  if (typeof classes === 'number') checkNumbers(context, 1, labels, -classes, classes - 1);
}

function checkLrn(context: NodeContext): void {
  checkLeast(context, 'size', 1);
  const size = context.int('size');
  if (size !== undefined && size % 2 === 0)
    context.report('error', 'number-choice', { name: 'size', value: size, allowed: '1, 3, 5, …' });
  hasRank(context, 0, 4);
}

function checkSuppression(context: NodeContext): void {
  checkAmong(context, 'center_point_box', 0, 1);
  checkShapes(context, ['N boxes 4', 'N classes boxes']);
}

function checkGridSample(context: NodeContext): void {
  const rank = context.rank(0);
  if (rank === undefined || !hasLeastRank(context, 0, 3) || !hasRank(context, 1, rank)) return;
  checkShapes(context, ['N C d...', 'N p... axes'], { axes: rank - 2 });
}

function checkAffineGrid(context: NodeContext): void {
  if (!hasRank(context, 0, 3) || !hasRank(context, 1, 1)) return;
  // Channels make no difference.
  const sizes = context.elements(1)?.filter((_, at) => at !== 1);
  checkNumbers(context, 1, sizes, 1, Infinity);
  const count = context.shape(1)?.[0];
  const axes = typeof count === 'number' ? count - 2 : undefined;
  const batch = context.elements(1)?.[0];
  const known = { size: typeof batch === 'number' ? batch : undefined, axes, columns: axes && axes + 1 };
  checkShapes(context, ['size axes columns'], known);
}

function checkDet(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape || !hasLeastRank(context, 0, 2)) return;
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  if (typeof rows === 'number' && typeof columns === 'number' && !equalDims(rows, columns))
    checkSize(context, 0, shape.length - 1, rows, printDim(rows));
}

/** Networks' layers. Sources: ONNX operator specifications; where they leave a size open, ONNX Runtime's kernels. */
export const layerChecks: Readonly<Record<string, NodeCheck>> = {
  LSTM: recurrent(4, ['state', 'state', 'direction 3hidden_size']),
  GRU: recurrent(3, ['state']),
  RNN: recurrent(1, ['state']),
  LayerNormalization: checkLayerNormalization,
  RMSNormalization: checkLayerNormalization,
  GroupNormalization: checkGroupNormalization,
  BatchNormalization: checkBatchNormalization,
  InstanceNormalization: shapes('N C s d...', 'C', 'C'),
  LpNormalization: (context) => {
    checkAxis(context, -1);
    checkAmong(context, 'p', 1, 2);
  },
  LRN: checkLrn,
  Gemm: checkGemm,
  NegativeLogLikelihoodLoss: checkLoss,
  SoftmaxCrossEntropyLoss: checkLoss,
  RoiAlign: shapes('N C height width', 'rois 4', 'rois'),
  MaxRoiPool: shapes('N C height width', 'rois place'),
  NonMaxSuppression: checkSuppression,
  GridSample: checkGridSample,
  AffineGrid: checkAffineGrid,
  SwiGLU: shapes('d...', 'd...'),
  Det: checkDet,
  ImageDecoder: shapes('bytes'),
};
