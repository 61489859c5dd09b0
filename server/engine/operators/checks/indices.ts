import type { Shape } from '../../graph/model';
import type { NodeContext } from '../rule';
import { normalizeAxis } from '../shared';
import {
  checkAxis,
  checkElements,
  checkLeast,
  checkMultiple,
  checkSize,
  hasLeastRank,
  hasRank,
  inputPart,
  inputText,
  type NodeCheck,
} from './terms';

/** Known indices have to lie within the axis that they count on. */
function checkIndices(context: NodeContext, input: number, axis: number | undefined): void {
  const size = axis === undefined ? undefined : context.shape(0)?.[axis];
  if (typeof size === 'number') checkElements(context, input, -size, size - 1);
}

function checkGather(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 1)) return;
  checkAxis(context, 0);
  checkIndices(context, 1, normalizeAxis(context.int('axis', 0), context.rank(0) ?? 0));
}

function checkGatherElements(context: NodeContext): void {
  const rank = context.rank(0);
  if (rank === undefined) return;
  checkAxis(context, 0);
  if (!hasLeastRank(context, 0, 1) || !hasRank(context, 1, rank)) return;
  const axis = normalizeAxis(context.int('axis', 0), rank);
  checkIndices(context, 1, axis);
  checkWithin(context, 1, axis);
}

/** Beside the axis, indices may not be more than the data. */
function checkWithin(context: NodeContext, input: number, axis: number | undefined): void {
  context.shape(input)?.forEach((size, at) => {
    const most = context.shape(0)?.[at];
    if (at === axis || typeof size !== 'number' || typeof most !== 'number' || size <= most) return;
    const args = {
      input: inputText(context, input),
      axis: at,
      size,
      expected: most,
      reason: inputText(context, 0),
    };
    context.report('error', 'size', args, inputPart(input));
  });
}

function checkScatterElements(context: NodeContext): void {
  checkGatherElements(context);
  const rank = context.rank(1);
  if (rank === undefined || !hasRank(context, 2, rank)) return;
  context.shape(1)?.forEach((size, at) => {
    if (typeof size === 'number') checkSize(context, 2, at, size, `“${context.node.inputs[1]}”[${at}]`);
  });
}

/** How many axes of the data an index of GatherND or ScatterND names; undefined where that is unknown. */
function indexLength(context: NodeContext, batch: number): number | undefined {
  if (!hasLeastRank(context, 0, 1) || !hasLeastRank(context, 1, 1)) return undefined;
  const [rank, length] = [context.rank(0), context.shape(1)?.at(-1)];
  if (rank === undefined || typeof length !== 'number') return undefined;
  if (length + batch <= rank && batch >= 0) return length;
  const args = { input: inputText(context, 1), axis: (context.rank(1) ?? 1) - 1, size: length };
  const reason = `≤ ${inputText(context, 0)}`;
  context.report('error', 'size', { ...args, expected: rank - batch, reason }, inputPart(1));
  return undefined;
}

function checkGatherND(context: NodeContext): void {
  const batch = context.int('batch_dims', 0);
  checkLeast(context, 'batch_dims', 0);
  if (indexLength(context, batch) === undefined) return;
  for (let at = 0; at < batch; at++) {
    const size = context.shape(0)?.[at];
    // Equal by the specification; runtimes repeat the data for more indices.
    const what = `“${context.node.inputs[1]}”[${at}]`;
    if (typeof size === 'number')
      checkMultiple(context, what, context.shape(1)?.[at], size, `“${context.node.inputs[0]}”[${at}]`);
  }
}

function checkScatterND(context: NodeContext): void {
  const length = indexLength(context, 0);
  const [data, indices] = [context.shape(0), context.shape(1)];
  if (length === undefined || !data || !indices) return;
  const expected: Shape = [...indices.slice(0, -1), ...data.slice(length)];
  if (!hasRank(context, 2, expected.length)) return;
  const reason = `${inputText(context, 1)}, ${inputText(context, 0)}`;
  expected.forEach((size, at) => {
    if (typeof size === 'number') checkSize(context, 2, at, size, reason);
  });
}

function checkTensorScatter(context: NodeContext): void {
  const rank = context.rank(0);
  if (rank === undefined || !hasLeastRank(context, 0, 2) || !hasRank(context, 1, rank)) return;
  checkAxis(context, -2);
  const axis = normalizeAxis(context.int('axis', -2), rank);
  if (axis === 0) context.report('error', 'axis', { name: 'axis', axis, input: inputText(context, 0), rank });
  context.shape(0)?.forEach((size, at) => {
    if (typeof size === 'number' && at !== axis)
      checkSize(context, 1, at, size, `“${context.node.inputs[0]}”[${at}]`);
  });
  checkWithin(context, 1, undefined);
  const batch = context.shape(0)?.[0];
  if (context.hasInput(2) && hasRank(context, 2, 1) && typeof batch === 'number')
    checkSize(context, 2, 0, batch, `“${context.node.inputs[0]}”[0]`);
  const [room, length] = axis === undefined ? [] : [context.shape(0)?.[axis], context.shape(1)?.[axis]];
  const isBounded = context.string('mode', 'linear') === 'linear';
  const isKnown = isBounded && typeof room === 'number' && typeof length === 'number';
  checkElements(context, 2, 0, isKnown ? room - length : Infinity);
}

/** Gathering and scattering by indices. Sources: ONNX operator specifications, and ONNX Runtime's kernels for bounds. */
export const indexChecks: Readonly<Record<string, NodeCheck>> = {
  Gather: checkGather,
  GatherElements: checkGatherElements,
  GatherND: checkGatherND,
  Scatter: checkScatterElements,
  ScatterElements: checkScatterElements,
  ScatterND: checkScatterND,
  TensorScatter: checkTensorScatter,
};
