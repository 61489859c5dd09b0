import { elementCount } from '../../graph/dataTypes';
import type { Shape } from '../../graph/model';
import type { NodeContext } from '../rule';
import { checkShapes } from './patterns';
import {
  checkElements,
  checkLeast,
  checkLength,
  checkMultiple,
  checkSize,
  hasLeastRank,
  hasRank,
  inputText,
  numbersOf,
  type NodeCheck,
} from './terms';

/** Attributes of a window that slides over the axes behind batch and channels. */
function checkWindow(context: NodeContext, axes: number | undefined): void {
  const reason = inputText(context, 0);
  for (const name of ['kernel_shape', 'strides', 'dilations']) {
    checkLength(context, name, axes, reason);
    checkLeast(context, name, 1);
  }
  checkLength(context, 'pads', axes === undefined ? undefined : 2 * axes, `2 × ${reason}`);
  checkLeast(context, 'pads', 0);
}

/** Where a convolution finds its operands. */
interface Operands {
  readonly x: number;
  readonly w: number;
  readonly bias: number;
}

function checkKernel(context: NodeContext, { x, w }: Operands): void {
  checkLeast(context, 'group', 1);
  const [rank, weights] = [context.rank(x), context.rank(w)];
  const axes = rank ?? weights;
  checkWindow(context, axes === undefined ? undefined : axes - 2);
  if (weights !== rank) return;
  context.ints('kernel_shape')?.forEach((size, at) => checkSize(context, w, at + 2, size, 'kernel_shape'));
}

const convolution =
  (operands: Operands): NodeCheck =>
  (context) => {
    if (!hasLeastRank(context, operands.x, 3)) return;
    checkKernel(context, operands);
    const { w, bias } = operands;
    const outer = context.shape(w)?.[0];
    const what = `“${context.node.inputs[w]}”[0]`;
    checkMultiple(context, what, outer, context.int('group', 1), 'group');
    checkBias(context, bias, typeof outer === 'number' ? outer : undefined, what);
  };

function checkBias(context: NodeContext, bias: number, channels: number | undefined, reason: string): void {
  if (hasRank(context, bias, 1)) checkSize(context, bias, 0, channels, reason);
}

function checkConvTranspose(context: NodeContext): void {
  const operands = { x: 0, w: 1, bias: 2 };
  if (!hasLeastRank(context, 0, 3)) return;
  checkKernel(context, operands);
  const channels = context.shape(1)?.[1];
  const group = context.int('group', 1);
  const inner = context.shape(0)?.[1];
  if (typeof inner === 'number') checkSize(context, 1, 0, inner, `“${context.node.inputs[0]}”[1]`);
  checkMultiple(context, `“${context.node.inputs[1]}”[0]`, context.shape(1)?.[0], group, 'group');
  const reason = `group × “${context.node.inputs[1]}”[1]`;
  checkBias(context, 2, typeof channels === 'number' ? channels * group : undefined, reason);
  const rank = context.rank(0);
  checkLength(context, 'output_padding', rank === undefined ? undefined : rank - 2, inputText(context, 0));
  checkLeast(context, 'output_padding', 0);
  checkOutputPadding(context);
  checkOutputShape(context);
}

/** A stated shape can be had by taking away from the edges of what the windows cover, and not by adding to it. */
function checkOutputShape(context: NodeContext): void {
  const [x, w, stated] = [context.shape(0), context.shape(1), context.ints('output_shape')];
  if (!x || !stated) return;
  const axes = x.length - 2;
  // Exporters also write batch and channels.
  if (stated.length !== x.length) checkLength(context, 'output_shape', axes, inputText(context, 0));
  if (stated.length < axes) return;
  checkLeast(context, 'output_shape', 1);
  const at = stated.slice(-axes).findIndex((size, axis) => size > coveredLength(x, w, context, axis));
  if (at < 0) return;
  const args = { value: stated.at(at - axes)!, most: coveredLength(x, w, context, at) };
  context.report('error', 'number-most', { name: 'output_shape', ...args });
}

/** How many places the windows cover along an axis, and one step less behind them; infinitely many where that is not known. */
function coveredLength(x: Shape, w: Shape | undefined, context: NodeContext, axis: number): number {
  const [size, kernel] = [x[axis + 2], context.ints('kernel_shape')?.[axis] ?? w?.[axis + 2]];
  if (typeof size !== 'number' || typeof kernel !== 'number') return Infinity;
  const of = (name: string, fallback: number): number => context.ints(name)?.[axis] ?? fallback;
  const behind = Math.max(of('output_padding', 0), of('strides', 1) - 1);
  return of('strides', 1) * (size - 1) + behind + of('dilations', 1) * (kernel - 1) + 1;
}

function checkOutputPadding(context: NodeContext): void {
  const list = context.ints('output_padding');
  const largest = (at: number): number =>
    Math.max(context.ints('strides')?.[at] ?? 1, context.ints('dilations')?.[at] ?? 1);
  const at = list?.findIndex((value, axis) => value >= largest(axis) && value > 0) ?? -1;
  if (at < 0) return;
  context.report('error', 'number-most', {
    name: 'output_padding',
    value: list![at]!,
    most: largest(at) - 1,
  });
}

function checkPool(context: NodeContext): void {
  const rank = context.rank(0);
  if (!hasLeastRank(context, 0, 3)) return;
  checkWindow(context, rank === undefined ? undefined : rank - 2);
  const kernel = context.ints('kernel_shape');
  const wide = context.ints('pads')?.find((pad, at, all) => {
    const size = kernel?.[at % (all.length / 2)];
    return size !== undefined && pad >= size && context.ints('dilations') === undefined;
  });
  if (wide !== undefined)
    context.report('error', 'pads-wide', { pad: wide, kernel: `[${kernel?.join(', ')}]` });
}

function checkMaxUnpool(context: NodeContext): void {
  const rank = context.rank(0);
  if (!hasLeastRank(context, 0, 3)) return;
  checkWindow(context, rank === undefined ? undefined : rank - 2);
  checkShapes(context, ['d...', 'd...']);
  if (context.hasInput(2) && hasRank(context, 2, 1)) {
    checkSize(context, 2, 0, rank, inputText(context, 0));
    const shape = numbersOf(context, 2);
    shape?.slice(0, 2).forEach((size, at) => checkSize(context, 0, at, size, `“${context.node.inputs[2]}”`));
  }
}

function checkCol2Im(context: NodeContext): void {
  if (!hasRank(context, 0, 3) || !hasRank(context, 1, 1) || !hasRank(context, 2, 1)) return;
  checkShapes(context, [undefined, 'n', 'n']);
  checkElements(context, 1, 1, Infinity);
  checkElements(context, 2, 1, Infinity);
  const [image, block] = [numbersOf(context, 1), numbersOf(context, 2)];
  const axes = block?.length ?? image?.length;
  const reason = `“${context.node.inputs[2]}”`;
  for (const name of ['strides', 'dilations']) {
    checkLength(context, name, axes, reason);
    checkLeast(context, name, 1);
  }
  checkLength(context, 'pads', axes === undefined ? undefined : 2 * axes, `2 × ${reason}`);
  checkLeast(context, 'pads', 0);
  if (!image || image.length !== block?.length) return;
  checkMultiple(
    context,
    `“${context.node.inputs[0]}”[1]`,
    context.shape(0)?.[1],
    elementCount(block),
    reason,
  );
  const blocks = image.map((size, at) => {
    const pads = (context.ints('pads')?.[at] ?? 0) + (context.ints('pads')?.[at + image.length] ?? 0);
    const extent = (context.ints('dilations')?.[at] ?? 1) * (block[at]! - 1) + 1;
    return Math.floor((size + pads - extent) / (context.ints('strides')?.[at] ?? 1)) + 1;
  });
  checkSize(context, 0, 2, elementCount(blocks), blocks.join(' × '));
}

function checkDeformConv(context: NodeContext): void {
  if (!hasRank(context, 0, 4) || !hasRank(context, 1, 4)) return;
  checkKernel(context, { x: 0, w: 1, bias: 3 });
  checkLeast(context, 'offset_group', 1);
  const kernel = context.ints('kernel_shape') ?? context.shape(1)?.slice(2);
  const area = kernel?.every((size) => typeof size === 'number') ? elementCount(kernel) : undefined;
  const groups = context.int('offset_group', 1);
  const [height, width] = [0, 1].map((at) => outputLength(context, at, kernel?.[at]));
  const known = { height, width, offsets: area && 2 * groups * area, masks: area && groups * area };
  const patterns = ['N C X Y', 'M c kh kw', 'N offsets height width', 'M', 'N masks height width'];
  checkShapes(context, patterns, known);
}

/** How many places a window has along an axis behind batch and channels, with stated pads; undefined where a size is not known. */
export function outputLength(context: NodeContext, at: number, kernel: unknown): number | undefined {
  const shape = context.shape(0);
  const size = shape?.[at + 2];
  if (!shape || typeof size !== 'number' || typeof kernel !== 'number') return undefined;
  const list = context.ints('pads');
  const pads = (list?.[at] ?? 0) + (list?.[at + shape.length - 2] ?? 0);
  const extent = (context.ints('dilations')?.[at] ?? 1) * (kernel - 1) + 1;
  return Math.floor((size + pads - extent) / (context.ints('strides')?.[at] ?? 1)) + 1;
}

/** Convolutions and pooling. */
export const windowChecks: Readonly<Record<string, NodeCheck>> = {
  Conv: convolution({ x: 0, w: 1, bias: 2 }),
  ConvInteger: convolution({ x: 0, w: 1, bias: -1 }),
  QLinearConv: convolution({ x: 0, w: 3, bias: 8 }),
  ConvTranspose: checkConvTranspose,
  DeformConv: checkDeformConv,
  MaxPool: checkPool,
  AveragePool: checkPool,
  LpPool: checkPool,
  MaxUnpool: checkMaxUnpool,
  Col2Im: checkCol2Im,
};
