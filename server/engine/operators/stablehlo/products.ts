import { elementCount } from '../../graph/dataTypes';
import { add, floorDivide, multiply, subtract, type Dim } from '../../graph/dim';
import { stablehloDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { productWork, weightOperand } from '../gemm';
import type {
  AttributeReader,
  MatrixShape,
  NodeContext,
  OperatorRule,
  OperatorWork,
  WorkContext,
} from '../rule';
import { layoutsOf, type ConvolutionLayouts, type OperandLayout } from './layout';

const none: readonly number[] = [];

/** Axes of the two operands: those that both have in the result (batch), and those that are summed over. */
function axesOf(context: AttributeReader): {
  readonly batch: readonly [readonly number[], readonly number[]];
  readonly summed: readonly [readonly number[], readonly number[]];
} {
  const list = (name: string): readonly number[] => context.ints(name) ?? none;
  return {
    batch: [list('lhs_batching_dimensions'), list('rhs_batching_dimensions')],
    summed: [list('lhs_contracting_dimensions'), list('rhs_contracting_dimensions')],
  };
}

/** Sizes of the axes that stand in none of the lists. */
function rest<T>(shape: readonly T[], ...used: readonly (readonly number[])[]): readonly T[] {
  return shape.filter((_, axis) => !used.some((list) => list.includes(axis)));
}

const sizes = <T>(shape: readonly T[], axes: readonly number[]): readonly T[] =>
  axes.flatMap((axis) => (shape[axis] === undefined ? [] : [shape[axis]]));

/** dot_general: batch axes, then those of the left operand, then those of the right one. Source: StableHLO, dot_general. */
export const dotGeneral: OperatorRule = {
  domain: stablehloDomain,
  name: 'dot_general',
  operatorClass: 'gemm',
  formula: 'matrix 2·batch·m·n·k: products of the sizes of batching, free and contracting axes',
  counterpart: { name: 'MatMul', input: (own) => own, isSameForm: true },
  infer(context) {
    const [left, right] = [context.shape(0), context.shape(1)];
    const { batch, summed } = axesOf(context);
    summed[0].forEach((axis, i) => context.tie(left?.[axis], right?.[summed[1][i] ?? -1]));
    const shape = left &&
      right && [
        ...sizes(left, batch[0]),
        ...rest(left, batch[0], summed[0]),
        ...rest(right, batch[1], summed[1]),
      ];
    context.setTensor(0, context.dtype(0), shape);
  },
  work(context) {
    const [left, right] = [context.shape(0), context.shape(1)];
    const { batch, summed } = axesOf(context);
    const product = {
      batch: elementCount(sizes(left, batch[0])),
      m: elementCount(rest(left, batch[0], summed[0])),
      n: elementCount(rest(right, batch[1], summed[1])),
      k: elementCount(sizes(left, summed[0])),
    };
    return productWork(product, weightOperand(context, 0, 1));
  },
};

/** Entry `i` of a list that may be left out. */
function entry(context: AttributeReader, name: string, i: number, otherwise: number): number {
  return context.ints(name)?.[i] ?? otherwise;
}

/** Places of a window along an axis: dilated input and padding, less the dilated window, by steps. Source: StableHLO, reduce_window. */
export function windowPlaces(
  context: AttributeReader,
  dim: Dim,
  window: number,
  axis: number,
  names: { readonly strides: string; readonly base: string; readonly dilation: string },
): Dim {
  const base = entry(context, names.base, axis, 1);
  const extent = entry(context, names.dilation, axis, 1) * (window - 1) + 1;
  const padding = entry(context, 'padding', 2 * axis, 0) + entry(context, 'padding', 2 * axis + 1, 0);
  const dilated = base === 1 ? dim : add(multiply(subtract(dim, 1), base), 1);
  return add(floorDivide(subtract(add(dilated, padding), extent), entry(context, names.strides, axis, 1)), 1);
}

const windows = { strides: 'window_strides', base: 'lhs_dilation', dilation: 'rhs_dilation' };

function convolved(context: NodeContext): Shape | undefined {
  const [image, kernel] = [context.shape(0), context.shape(1)];
  const layouts = layoutsOf(context.string('dimension_numbers'));
  if (!image || !kernel || !layouts) return undefined;
  const [batch, features] = [image[layouts.image.batch], kernel[layouts.kernel.batch]];
  if (batch === undefined || features === undefined) return undefined;
  const result: Dim[] = new Array<Dim>(image.length).fill(1);
  result[layouts.result.batch] = floorDivide(batch, context.int('batch_group_count', 1) || 1);
  result[layouts.result.features] = features;
  for (const [i, axis] of layouts.result.spatial.entries()) {
    const [dim, window] = [image[layouts.image.spatial[i]!], kernel[layouts.kernel.spatial[i]!]];
    if (dim === undefined || typeof window !== 'number') return undefined;
    result[axis] = windowPlaces(context, dim, window, i, windows);
  }
  return result;
}

const sized = (shape: readonly number[], { spatial }: OperandLayout): readonly number[] =>
  spatial.map((axis) => shape[axis] ?? 1);

function convolutionShape(
  context: WorkContext,
  layouts: ConvolutionLayouts,
): MatrixShape & { kind: 'convolution' } {
  const [image, kernel, result] = [context.shape(0), context.shape(1), context.outputShape(0)];
  const spatial = layouts.image.spatial.map((_, i) => i);
  return {
    kind: 'convolution',
    batch: result[layouts.result.batch] ?? 1,
    groups: context.int('feature_group_count', 1) * context.int('batch_group_count', 1),
    inputChannels: image[layouts.image.features] ?? 1,
    outputChannels: result[layouts.result.features] ?? 1,
    inputSpatial: sized(image, layouts.image),
    outputSpatial: sized(result, layouts.result),
    kernel: sized(kernel, layouts.kernel),
    strides: spatial.map((i) => entry(context, 'window_strides', i, 1)),
    transposed: spatial.some((i) => entry(context, 'lhs_dilation', i, 1) > 1),
  };
}

/**
 * Each element of the result is a sum over the window and the kernel's input features; padding counts as in ONNX's Conv. Of an image that is
 * spread out (lhs_dilation: transposed convolutions) only its own elements are multiplied.
 */
function convolutionWork(context: WorkContext): OperatorWork {
  const layouts = layoutsOf(context.string('dimension_numbers'));
  if (!layouts) return {};
  const matrixShape = convolutionShape(context, layouts);
  const perGroup = context.shape(1)[layouts.kernel.features] ?? 1;
  const spread = matrixShape.kernel.reduce((all, _, i) => all * entry(context, 'lhs_dilation', i, 1), 1);
  const sums = context.outputCountOf(0) * perGroup * elementCount(matrixShape.kernel);
  return { matrix: Math.round((2 * sums) / spread), matrixShape };
}

/** Convolution in any layout. Source: StableHLO, convolution. */
export const convolution: OperatorRule = {
  domain: stablehloDomain,
  name: 'convolution',
  operatorClass: 'convolution',
  formula: 'matrix 2·|Y|·(input features of the kernel)·kernel volume ÷ lhs dilation',
  counterpart: { name: 'Conv', input: (own) => own, isSameForm: true },
  infer: (context) => context.setTensor(0, context.dtype(0), convolved(context)),
  work: convolutionWork,
};
