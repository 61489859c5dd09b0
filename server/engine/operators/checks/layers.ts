import { equalDims, printDim } from '../../graph/dim';
import { normalizeAxis } from '../shared';
import type { NodeContext } from '../rule';
import { checkShapes } from './patterns';
import {
  checkAmong,
  checkAxis,
  checkBroadcastTo,
  checkElements,
  checkLeast,
  checkMultiple,
  checkSize,
  hasLeastRank,
  hasRank,
  inputText,
  type NodeCheck,
} from './terms';

/** A check by patterns of the inputs' shapes alone. */
const shapes =
  (...patterns: readonly (string | undefined)[]): NodeCheck =>
  (context) =>
    checkShapes(context, patterns);

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
  if (context.version < 14 || context.outputCount <= 1 || isTraining) return;
  context.report('error', 'needed', { name: 'training_mode', reason: `outputs: ${context.outputCount}` });
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
}

function checkRotary(context: NodeContext): void {
  if (!hasRank(context, 0, 3, 4)) return;
  checkLeast(context, 'num_heads', 0);
  const [shape, heads] = [context.shape(0), context.int('num_heads', 0)];
  if (shape?.length === 3 && heads === 0) {
    context.report('error', 'needed', { name: 'num_heads', reason: inputText(context, 0) });
    return;
  }
  const packed = shape?.[2];
  if (shape?.length === 3)
    checkMultiple(context, `“${context.node.inputs[0]}”[2]`, packed, heads, 'num_heads');
  const head = shape?.length === 3 && typeof packed === 'number' ? packed / heads : shape?.[3];
  const rotated = context.int('rotary_embedding_dim', 0) || (typeof head === 'number' ? head : 0);
  const half = rotated > 0 ? Math.floor(rotated / 2) : undefined;
  const x = shape?.length === 3 ? 'batch length packed' : 'batch heads length head';
  const caches = context.hasInput(3)
    ? ['rows half', 'rows half', 'batch length']
    : ['batch length half', 'batch length half'];
  checkShapes(context, [x, ...caches], { half });
}

function checkAttention(context: NodeContext): void {
  if (![0, 1, 2].every((input) => hasRank(context, input, 3, 4))) return;
  const rank = context.rank(0);
  if (rank === undefined) return;
  if (rank === 4) {
    checkShapes(context, ['N H L D', 'N K S D', 'N K S E']);
    checkHeads(context, context.shape(0)?.[1], context.shape(1)?.[1]);
    return;
  }
  for (const name of ['q_num_heads', 'kv_num_heads']) {
    checkLeast(context, name, 1);
    if (!context.has(name)) {
      context.report('error', 'needed', { name, reason: inputText(context, 0) });
      return;
    }
  }
  checkShapes(context, ['N L q', 'N S k', 'N S v']);
  checkPacked(context, ['q_num_heads', 'kv_num_heads', 'kv_num_heads']);
  checkHeads(context, context.int('q_num_heads'), context.int('kv_num_heads'));
}

function checkPacked(context: NodeContext, heads: readonly string[]): void {
  heads.forEach((name, input) => {
    const what = `“${context.node.inputs[input]}”[2]`;
    checkMultiple(context, what, context.shape(input)?.[2], context.int(name), name);
  });
}

/** Heads of the query share those of the keys. */
function checkHeads(context: NodeContext, query: unknown, key: unknown): void {
  if (typeof key === 'number') checkMultiple(context, 'q_num_heads', query, key, 'kv_num_heads');
}

/** Further inputs that each rule of updating needs. */
const linearRules: ReadonlyMap<string, readonly string[]> = new Map([
  ['gated', ['decay']],
  ['delta', ['beta']],
  ['gated_delta', ['decay', 'beta']],
]);

function checkLinearAttention(context: NodeContext): void {
  const heads = ['q_num_heads', 'kv_num_heads', 'kv_num_heads'];
  for (const name of heads) checkLeast(context, name, 1);
  checkHeads(context, context.int('q_num_heads'), context.int('kv_num_heads'));
  const rule = context.string('update_rule', 'gated_delta');
  for (const [name, input] of [
    ['decay', 4],
    ['beta', 5],
  ] as const) {
    if (!linearRules.get(rule)?.includes(name) || context.hasInput(input)) continue;
    context.report('error', 'needed', { name, reason: `update_rule = ${rule}` });
    return;
  }
  checkShapes(context, ['N L q', 'N L k', 'N L v', undefined, 'N L decay', 'N L beta']);
  checkPacked(context, heads);
  const [kv, key] = [context.int('kv_num_heads', 1), context.shape(1)?.[2]];
  checkLast(context, 4, [kv, typeof key === 'number' ? key : kv]);
  checkLast(context, 5, [1, kv]);
}

/** The last dimension of an input has to be one of a few. */
function checkLast(context: NodeContext, input: number, allowed: readonly number[]): void {
  const size = context.shape(input)?.at(-1);
  if (typeof size === 'number' && !allowed.includes(size))
    checkSize(context, input, (context.rank(input) ?? 1) - 1, allowed[0], allowed.join(' / '));
}

function checkCausalConvolution(context: NodeContext): void {
  const kernel = context.shape(1)?.[2];
  const known = { kept: typeof kernel === 'number' ? kernel - 1 : undefined };
  checkShapes(context, ['N C L', 'C 1 k', 'C', 'N C kept'], known);
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
  RotaryEmbedding: checkRotary,
  Attention: checkAttention,
  LinearAttention: checkLinearAttention,
  CausalConvWithState: checkCausalConvolution,
  RoiAlign: shapes('N C height width', 'rois 4', 'rois'),
  MaxRoiPool: shapes('N C height width', 'rois place'),
  NonMaxSuppression: checkSuppression,
  GridSample: checkGridSample,
  AffineGrid: checkAffineGrid,
  Det: checkDet,
  ImageDecoder: shapes('bytes'),
};
