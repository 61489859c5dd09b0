import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import { addWork } from '../activations';
import { attentionWork, noMask, type AttentionSizes } from '../attentionWork';
import { knownScalar } from '../helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf, multiHeadOperands, over, plus, times, totalKeys, whole } from './attentionShapes';
import { contrib } from './microsoft';

const sharesBuffer = (context: NodeContext | WorkContext): boolean =>
  context.int('past_present_share_buffer', 0) !== 0;

/** Where an attention with its own input projection finds things. */
interface Projected {
  readonly weights: number;
  readonly bias: number;
  readonly past: number;
  readonly pastLength: number;
  readonly scoreBias: number;
  readonly mask: number;
  readonly dtype: (context: NodeContext) => DataType | undefined;
  /** Operations per element of input and projection besides: quantisation. */
  readonly quantised?: boolean;
}

/** Widths of Q and V: stated, else a third of the merged weights' columns each. */
export function projectedWidths(
  sizes: readonly number[] | undefined,
  columns: Dim | undefined,
): { query: Dim | undefined; value: Dim | undefined } {
  if (sizes?.length === 3) return { query: sizes[0], value: sizes[2] };
  const third = over(columns, 3);
  return { query: third, value: third };
}

/**
 * Attention over its own projection of the input: output [batch, length, V width], present [2, batch, heads, total
 * length, head size]. Source: ONNX Runtime, ContribOperators.md, Attention and QAttention.
 */
export function inferProjected(context: NodeContext, layout: Projected): void {
  const input = context.shape(0);
  const columns = context.shape(layout.weights)?.[1];
  const heads = context.int('num_heads');
  const widths = projectedWidths(context.ints('qkv_hidden_sizes'), columns);
  const packed = input?.length === 2;
  const shape = packed ? whole(input[0], widths.value) : whole(input?.[0], input?.[1], widths.value);
  context.setTensor(0, layout.dtype(context), shape);
  if (!context.hasOutput(1)) return;
  const past = context.shape(layout.past);
  if (sharesBuffer(context) && past !== undefined) {
    context.setTensor(1, layout.dtype(context), past);
    return;
  }
  const total = context.hasInput(layout.past) ? plus(past?.[3], input?.[1]) : input?.[1];
  const present = whole(2, input?.[0], heads, total, over(widths.query, heads));
  context.setTensor(1, layout.dtype(context), present);
}

/** Sizes of the attention behind the projection. */
function projectedSizes(context: WorkContext, layout: Projected): AttentionSizes & { past: number } {
  const [batch = 0, length = 0] = context.shape(0);
  const heads = context.int('num_heads', 1);
  const columns = context.shape(layout.weights)[1] ?? 0;
  const widths = projectedWidths(context.ints('qkv_hidden_sizes'), columns);
  const stored = context.hasInput(layout.past) ? (context.shape(layout.past)[3] ?? 0) : 0;
  const stated = knownScalar(context, layout.pastLength);
  const past = sharesBuffer(context) ? (stated ?? Math.max(0, stored - length)) : stored;
  return {
    batch,
    heads,
    kvHeads: heads,
    queryLength: length,
    keyLength: past + length,
    headSize: Number(widths.query ?? 0) / heads,
    valueHeadSize: Number(widths.value ?? 0) / heads,
    past,
  };
}

/** Projection: 2 operations per input element and column; bias 1 per projected element. */
export function projectionWork(rows: number, width: number, columns: number, bias: boolean): OperatorWork {
  return { matrix: 2 * rows * width * columns, vector: bias ? rows * columns : 0 };
}

function workProjected(context: WorkContext, layout: Projected): OperatorWork {
  const { past, ...sizes } = projectedSizes(context, layout);
  const [width = 0, columns = 0] = context.shape(layout.weights);
  const rows = sizes.batch * sizes.queryLength;
  const causal = context.int('unidirectional', 0) !== 0;
  const attention = attentionWork(
    sizes,
    { ...noMask, causal, offset: past },
    { bias: context.hasInput(layout.scoreBias) || context.hasInput(layout.mask) },
  );
  const work = addWork(attention, projectionWork(rows, width, columns, context.hasInput(layout.bias)));
  const cache = sharesBuffer(context) ? sharedBytes(context, sizes, past, [layout.past], [1]) : {};
  // Zero points of input and weights, then scale and bias of the projection's integers.
  const quantised = layout.quantised === true ? context.count(0) + context.count(1) + rows * columns : 0;
  return { ...addWork(work, { vector: quantised }), ...cache };
}

/**
 * Where past and present share one buffer the past rows are read and the new rows written; a cache holds keys and
 * values of head size each, both in one tensor [2, ...] or in two.
 */
function sharedBytes(
  context: WorkContext,
  sizes: AttentionSizes,
  past: number,
  inputs: readonly number[],
  outputs: readonly number[],
): Pick<OperatorWork, 'inputBytes' | 'outputBytes'> {
  const row = (sizes.batch * sizes.heads * sizes.headSize * 2) / inputs.length;
  const bytes = (indices: readonly number[], rows: number): Record<number, number> =>
    Object.fromEntries(indices.map((index) => [index, bytesOf(context, 0, row * rows)]));
  return { inputBytes: bytes(inputs, past), outputBytes: bytes(outputs, sizes.keyLength - past) };
}

export const projectedFormula =
  'matrix 2·|input|·columns of the merged weights + 2·P·(head + value head size), P = batch·heads·unmasked pairs; vector P·(5, + 1 mask or bias) + projection bias; special P';

function projectedRule(name: string, layout: Projected, formula = projectedFormula): OperatorRule {
  return contrib(
    name,
    'attention',
    formula,
    (context) => inferProjected(context, layout),
    (context) => workProjected(context, layout),
  );
}

/** Positions of MultiHeadAttention's and DecoderMaskedMultiHeadAttention's inputs. */
interface MultiHead {
  readonly bias: number;
  readonly mask: number;
  readonly scoreBias: number;
  readonly past: number;
  /** Past and present are one buffer. */
  readonly shared: (context: NodeContext | WorkContext) => boolean;
}

function inferMultiHead(context: NodeContext, layout: MultiHead): void {
  const heads = context.int('num_heads');
  const operands = multiHeadOperands(context.shape(0), context.shape(1), context.shape(2), heads);
  const valueSize = operands.valueHeadSize ?? operands.headSize;
  const dtype = context.dtype(0);
  const output = whole(operands.batch, operands.queryLength, times(valueSize, heads));
  context.setTensor(0, dtype, output);
  const past = context.shape(layout.past);
  const pastGiven = context.hasInput(layout.past);
  const total = totalKeys(past, pastGiven, operands.newKeys, layout.shared(context));
  if (context.hasOutput(1))
    context.setTensor(1, dtype, whole(operands.batch, heads, total, operands.headSize));
  if (context.hasOutput(2)) context.setTensor(2, dtype, whole(operands.batch, heads, total, valueSize));
  if (context.hasOutput(3))
    context.setTensor(3, dtype, whole(operands.batch, heads, operands.queryLength, total));
}

/** Sizes of a multi-head attention whose shapes are numbers, and how many keys are past. */
function multiHeadSizes(context: WorkContext, layout: MultiHead): AttentionSizes & { past: number } {
  const heads = context.int('num_heads', 1);
  const key = context.hasInput(1) ? context.shape(1) : undefined;
  const value = context.hasInput(2) ? context.shape(2) : undefined;
  const operands = multiHeadOperands(context.shape(0), key, value, heads);
  const newKeys = Number(operands.newKeys ?? operands.queryLength ?? 0);
  const stored = context.hasInput(layout.past) ? (context.shape(layout.past)[2] ?? 0) : 0;
  const stated = layout.shared(context) ? knownScalar(context, layout.past + 2) : undefined;
  const past = stated ?? (layout.shared(context) ? Math.max(0, stored - newKeys) : stored);
  const headSize = Number(operands.headSize ?? 0);
  return {
    batch: Number(operands.batch ?? 0),
    heads,
    kvHeads: heads,
    queryLength: Number(operands.queryLength ?? 0),
    keyLength: past + newKeys,
    headSize,
    valueHeadSize: Number(operands.valueHeadSize ?? headSize),
    past,
  };
}

function workMultiHead(context: WorkContext, layout: MultiHead): OperatorWork {
  const { past, ...sizes } = multiHeadSizes(context, layout);
  const causal = context.int('unidirectional', 0) !== 0;
  const work = attentionWork(
    sizes,
    { ...noMask, causal, offset: past },
    { bias: context.hasInput(layout.scoreBias) || context.hasInput(layout.mask) },
  );
  const biased = context.hasInput(layout.bias) ? context.count(layout.bias) : 0;
  const inputs = [layout.past, layout.past + 1];
  const cache = layout.shared(context) ? sharedBytes(context, sizes, past, inputs, [1, 2]) : {};
  return { ...addWork(work, { vector: biased * sizes.batch * sizes.queryLength }), ...cache };
}

export const multiHeadFormula =
  'matrix 2·P·(head + value head size), P = batch·heads·unmasked pairs; vector P·(5, + 1 mask or bias) + tokens·|bias|; special P';

function multiHeadRule(name: string, layout: MultiHead): OperatorRule {
  return contrib(
    name,
    'attention',
    multiHeadFormula,
    (context) => inferMultiHead(context, layout),
    (context) => workMultiHead(context, layout),
  );
}

/** ONNX Runtime's attentions without grouped heads. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribAttentionOperators: readonly OperatorRule[] = [
  ...['Attention', 'DecoderMaskedSelfAttention'].map((name) =>
    projectedRule(name, {
      weights: 1,
      bias: 2,
      mask: 3,
      past: 4,
      pastLength: 6,
      scoreBias: 5,
      dtype: (context) => context.dtype(0),
    }),
  ),
  projectedRule(
    'QAttention',
    {
      weights: 1,
      bias: 2,
      mask: 5,
      past: 8,
      pastLength: -1,
      scoreBias: -1,
      dtype: (context) => context.dtype(2) ?? context.dtype(3),
      quantised: true,
    },
    `${projectedFormula}; vector |input| + |weights| + projected elements (zero points, scale)`,
  ),
  multiHeadRule('MultiHeadAttention', {
    bias: 3,
    mask: 4,
    scoreBias: 5,
    past: 6,
    shared: (context) => context.hasInput(8),
  }),
  multiHeadRule('DecoderMaskedMultiHeadAttention', {
    bias: 10,
    mask: 3,
    scoreBias: 4,
    past: 5,
    shared: sharesBuffer,
  }),
];
