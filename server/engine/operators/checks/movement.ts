import { broadcastInputs } from '../broadcast';
import type { NodeContext } from '../rule';
import { attributeOrInput, normalizeAxis } from '../shared';
import {
  attributePart,
  checkAmong,
  checkAxes,
  checkAxis,
  checkElements,
  checkLeast,
  checkMultiple,
  checkOnce,
  checkSingle,
  checkSize,
  hasLeastRank,
  hasRank,
  inputPart,
  inputText,
  numbersOf,
  shapeText,
  type NodeCheck,
} from './terms';

/** Axes that an attribute or, in newer versions, an input names; undefined where they are not known or left out. */
function namedAxes(context: NodeContext, input = 1): readonly number[] | undefined {
  const axes = attributeOrInput(context, 'axes', input);
  return axes === 'absent' ? undefined : axes;
}

const axesOf = (context: NodeContext, input = 1): { name: string; part: ReturnType<typeof inputPart> } => ({
  name: 'axes',
  part: attributePart(context, 'axes') ?? inputPart(input),
});

function checkTranspose(context: NodeContext): void {
  const [perm, rank] = [context.ints('perm'), context.rank(0)];
  if (perm === undefined || rank === undefined) return;
  const isOrder =
    perm.length === rank && perm.every((axis, at) => axis >= 0 && axis < rank && perm.indexOf(axis) === at);
  if (isOrder) return;
  const args = { perm: shapeText(perm), input: inputText(context, 0), rank };
  context.report('error', 'permutation', args, attributePart(context, 'perm'));
}

function checkReshape(context: NodeContext): void {
  if (context.version >= 5) {
    if (!hasRank(context, 1, 1)) return;
    checkElements(context, 1, -1, Infinity);
  }
  const wanted = context.version < 5 ? context.ints('shape') : context.elements(1);
  const open = wanted?.filter((one) => one === -1).length ?? 0;
  const keepsZero = context.int('allowzero', 0) === 1 && wanted?.includes(0) === true;
  if (open > (keepsZero ? 0 : 1)) {
    const shape = `[${wanted?.map((one) => (typeof one === 'number' ? one : '?')).join(', ')}]`;
    context.report('error', 'reshape-open', { shape }, inputPart(1));
  }
}

function checkFlatten(context: NodeContext): void {
  const axis = context.int('axis', 1);
  // 0 and the rank put everything on one side.
  if (axis !== 0) checkAxes(context, [axis], { name: 'axis', more: axis > 0 ? 1 : 0 });
}

function checkSqueeze(context: NodeContext): void {
  if (context.version >= 13 && !hasRank(context, 1, 0, 1)) return;
  const [axes, rank] = [namedAxes(context), context.rank(0)];
  if (!axes || rank === undefined) return;
  checkAxes(context, axes, axesOf(context));
  for (const axis of axes)
    checkSize(context, 0, normalizeAxis(axis, rank) ?? rank, 1, `axes ${shapeText(axes)}`);
}

function checkUnsqueeze(context: NodeContext): void {
  if (context.version >= 13 && !hasRank(context, 1, 0, 1)) return;
  const [axes, rank] = [namedAxes(context), context.rank(0)];
  if (!axes || rank === undefined) return;
  checkAxes(context, axes, { ...axesOf(context), more: axes.length });
  checkOnce(context, axes, rank + axes.length, axesOf(context));
}

function checkConcat(context: NodeContext): void {
  const rank = context.rank(0);
  if (rank === undefined) return;
  const given = context.int('axis', context.version < 4 ? 1 : 0);
  checkAxes(context, [given], { name: 'axis' });
  const axis = normalizeAxis(given, rank);
  for (let input = 1; input < context.inputCount; input++) {
    if (!hasRank(context, input, rank)) return;
    context.shape(0)?.forEach((size, at) => {
      const expected = typeof size === 'number' && at !== axis ? size : undefined;
      checkSize(context, input, at, expected, `“${context.node.inputs[0]}”[${at}]`);
    });
  }
}

function checkSplit(context: NodeContext): void {
  checkAxis(context, 0);
  const axis = normalizeAxis(context.int('axis', 0), context.rank(0) ?? 0);
  const size = axis === undefined ? undefined : context.shape(0)?.[axis];
  const split = context.version < 13 ? context.ints('split') : numbersOf(context, 1);
  checkLeast(context, 'num_outputs', 1);
  if (context.version >= 13 && context.hasInput(1) && hasRank(context, 1, 1))
    checkSize(context, 1, 0, context.outputCount, 'outputs');
  if (!split) {
    // Since version 18 the last part may be smaller.
    if (context.version < 18 && !context.hasInput(1) && !context.has('split'))
      checkMultiple(context, inputText(context, 0), size, context.outputCount, `axis ${axis}`);
    return;
  }
  checkParts(context, split, size, axis ?? 0);
  if (split.length !== context.outputCount) {
    const count = { name: 'split', count: split.length, expected: context.outputCount, reason: 'outputs' };
    context.report('error', 'length', count, attributePart(context, 'split') ?? inputPart(1));
  }
}

function checkParts(context: NodeContext, split: readonly number[], size: unknown, axis: number): void {
  const sum = split.reduce((total, part) => total + part, 0);
  if (typeof size !== 'number' || (sum === size && split.every((part) => part >= 0))) return;
  const args = { parts: shapeText(split), sum, input: inputText(context, 0), axis, size };
  context.report('error', 'parts', args, attributePart(context, 'split') ?? inputPart(1));
}

function checkSplitToSequence(context: NodeContext): void {
  checkAxis(context, 0);
  const size = context.shape(0)?.[normalizeAxis(context.int('axis', 0), context.rank(0) ?? 0) ?? 0];
  const split = numbersOf(context, 1);
  if (!split) return;
  if (context.rank(1) === 1) checkParts(context, split, size, context.int('axis', 0));
  else checkElements(context, 1, 1, Infinity);
}

function checkSlice(context: NodeContext): void {
  if (context.version < 10) {
    checkAxes(context, context.ints('axes') ?? [], { name: 'axes' });
    return;
  }
  const lists = [1, 2, 3, 4].filter((input) => context.hasInput(input));
  if (!lists.every((input) => hasRank(context, input, 1))) return;
  const count = context.shape(1)?.[0];
  if (typeof count === 'number')
    for (const input of lists) checkSize(context, input, 0, count, `“${context.node.inputs[1]}”[0]`);
  const [axes, rank] = [context.hasInput(3) ? numbersOf(context, 3) : undefined, context.rank(0)];
  if (axes && rank !== undefined) {
    checkAxes(context, axes, axesOf(context, 3));
    checkOnce(context, axes, rank, axesOf(context, 3));
  }
  if (context.elements(4)?.includes(0)) context.report('error', 'step-zero', {}, inputPart(4));
}

function checkPad(context: NodeContext): void {
  const rank = context.rank(0);
  if (context.version < 11) {
    const pads = context.ints('pads') ?? context.ints('paddings');
    if (pads && rank !== undefined && pads.length !== 2 * rank) {
      const args = {
        name: 'pads',
        count: pads.length,
        expected: 2 * rank,
        reason: `2 × ${inputText(context, 0)}`,
      };
      context.report('error', 'length', args, attributePart(context, 'pads'));
    }
    return;
  }
  if (!hasRank(context, 1, 1) || (context.hasInput(3) && !hasRank(context, 3, 0, 1))) return;
  checkSingle(context, 2);
  const axes = context.hasInput(3) ? numbersOf(context, 3) : undefined;
  if (axes && rank !== undefined) {
    checkAxes(context, axes, axesOf(context, 3));
    checkOnce(context, axes, rank, axesOf(context, 3));
  }
  const count = context.hasInput(3) ? context.shape(3)?.[0] : rank;
  if (typeof count === 'number')
    checkSize(context, 1, 0, 2 * count, context.hasInput(3) ? '2 × axes' : `2 × ${inputText(context, 0)}`);
}

function checkTile(context: NodeContext): void {
  if (context.version < 6) return;
  if (!hasRank(context, 1, 1)) return;
  checkSize(context, 1, 0, context.rank(0), inputText(context, 0));
  checkElements(context, 1, 0, Infinity);
}

function checkTopK(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 1)) return;
  checkAxis(context, -1);
  const axis = normalizeAxis(context.int('axis', -1), context.rank(0) ?? 0);
  const size = axis === undefined ? undefined : context.shape(0)?.[axis];
  if (context.version < 10) return;
  checkSingle(context, 1);
  checkElements(context, 1, 0, typeof size === 'number' ? size : Infinity);
}

function checkOneHot(context: NodeContext): void {
  if (!hasLeastRank(context, 0, context.has('axis') ? 1 : 0)) return;
  checkAxis(context, -1, 1);
  checkSingle(context, 1);
  if (hasRank(context, 2, 1)) checkSize(context, 2, 0, 2, 'off, on');
}

function checkBlocks(context: NodeContext): void {
  checkLeast(context, 'blocksize', 1);
  if (!hasRank(context, 0, 4)) return;
  const [size, shape] = [context.int('blocksize'), context.shape(0)];
  const at = (axis: number): string => `“${context.node.inputs[0]}”[${axis}]`;
  if (context.node.operator === 'DepthToSpace')
    checkMultiple(context, at(1), shape?.[1], size && size * size, 'blocksize²');
  else for (const axis of [2, 3]) checkMultiple(context, at(axis), shape?.[axis], size, 'blocksize');
}

function checkReverseSequence(context: NodeContext): void {
  for (const name of ['batch_axis', 'time_axis']) {
    const value = context.int(name, 0);
    if (value > 1)
      context.report('error', 'number-most', { name, value, most: 1 }, attributePart(context, name));
  }
  const [batch, time] = [context.int('batch_axis', 1), context.int('time_axis', 0)];
  if (batch === time) context.report('error', 'axis-twice', { name: 'batch_axis, time_axis', axis: batch });
  if (!hasLeastRank(context, 0, 2) || !hasRank(context, 1, 1)) return;
  const [size, steps] = [context.shape(0)?.[batch], context.shape(0)?.[time]];
  if (typeof size === 'number') checkSize(context, 1, 0, size, `“${context.node.inputs[0]}”[${batch}]`);
  checkElements(context, 1, 0, typeof steps === 'number' ? steps : Infinity);
}

function checkCumulated(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 1)) return;
  checkAmong(context, 'exclusive', 0, 1);
  checkAmong(context, 'reverse', 0, 1);
  const axis = numbersOf(context, 1);
  if (axis) checkAxes(context, axis, { name: 'axis', part: inputPart(1) });
}

/** Reductions: the axes are an attribute or an input, by version. */
function checkReduce(context: NodeContext): void {
  if (context.hasInput(1) && !hasRank(context, 1, 1)) return;
  checkAxes(context, namedAxes(context) ?? [], axesOf(context));
}

function checkCenterCropPad(context: NodeContext): void {
  if (!hasRank(context, 1, 1)) return;
  const axes = context.ints('axes');
  checkAxes(context, axes ?? [], { name: 'axes' });
  checkSize(context, 1, 0, axes?.length ?? context.rank(0), axes ? 'axes' : inputText(context, 0));
  checkOnce(context, axes ?? [], context.rank(0) ?? 0, { name: 'axes' });
}

function checkExpand(context: NodeContext): void {
  // -1 is not in the specification; exporters write it for a size that stays.
  checkElements(context, 1, -1, Infinity);
}

function checkCompress(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 1)) return;
  if (context.has('axis')) checkAxis(context, 0);
}

const axis =
  (fallback: number): NodeCheck =>
  (context) =>
    checkAxis(context, fallback);

export const movementChecks: Readonly<Record<string, NodeCheck>> = {
  Transpose: checkTranspose,
  Reshape: checkReshape,
  Flatten: checkFlatten,
  Squeeze: checkSqueeze,
  Unsqueeze: checkUnsqueeze,
  Concat: checkConcat,
  Split: checkSplit,
  SplitToSequence: checkSplitToSequence,
  Slice: checkSlice,
  Pad: checkPad,
  Expand: checkExpand,
  Tile: checkTile,
  TopK: checkTopK,
  OneHot: checkOneHot,
  DepthToSpace: checkBlocks,
  SpaceToDepth: checkBlocks,
  ReverseSequence: checkReverseSequence,
  CumSum: checkCumulated,
  CumProd: checkCumulated,
  Compress: checkCompress,
  CenterCropPad: checkCenterCropPad,
  Unique: (context) => (context.has('axis') ? checkAxis(context, 0) : undefined),
  ArgMax: axis(0),
  ArgMin: axis(0),
  Softmax: (context) => checkAxis(context, context.version < 13 ? 1 : -1),
  LogSoftmax: (context) => checkAxis(context, context.version < 13 ? 1 : -1),
  Hardmax: (context) => checkAxis(context, context.version < 13 ? 1 : -1),
  // One slope for each channel until version 7.
  PRelu: (context) => {
    if (context.version >= 7) broadcastInputs(context, [0, 1]);
  },
  ...Object.fromEntries(
    ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'].map((name) => [
      `Reduce${name}`,
      checkReduce,
    ]),
  ),
};
