import { elementCount } from '../graph/dataTypes';
import type { DataType } from '../graph/dataTypes';
import { equalDims, floorDivide, multiply, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { knownNumbers } from './helpers';
import type { MatrixShape, NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { readWindow, slideLength, transposedLength } from './window';
import { maximumRank, shapeElements } from './tensorShape';

/** Where a convolution finds its operands, and how its tensors are laid out. */
export interface ConvolutionLayout {
  readonly x: number;
  readonly w: number;
  readonly bias: number;
  /** Channels stand last in X and Y; W keeps output channels first in either layout. */
  readonly channelsLast?: boolean;
}

const standard: ConvolutionLayout = { x: 0, w: 1, bias: 2 };

interface ConvolutionShapes {
  readonly batch: Dim;
  readonly channels: Dim;
  readonly spatial: Shape;
}

function splitShape(shape: Shape, channelsLast: boolean): ConvolutionShapes | undefined {
  const [batch] = shape;
  const channels = channelsLast ? shape[shape.length - 1] : shape[1];
  if (batch === undefined || channels === undefined || shape.length < 3) return undefined;
  return { batch, channels, spatial: channelsLast ? shape.slice(1, -1) : shape.slice(2) };
}

/** Puts batch, channels and spatial axes in order. */
export function joinShape(batch: Dim, channels: Dim, spatial: Shape, channelsLast = false): Shape {
  return channelsLast ? [batch, ...spatial, channels] : [batch, channels, ...spatial];
}

/**
 * Kernel lengths: the attribute, else the spatial axes of W. Beside channels-last images W has its input channels
 * behind the output channels or last, whichever agrees with the image's channels.
 */
function kernelOf(
  context: NodeContext | WorkContext,
  w: Shape | undefined,
  channels?: Dim,
): Shape | undefined {
  const given = context.ints('kernel_shape');
  if (given !== undefined || w === undefined) return given;
  const last = w[w.length - 1];
  const isLast =
    channels !== undefined &&
    last !== undefined &&
    w[1] !== undefined &&
    !equalDims(multiply(w[1], context.int('group', 1)), channels) &&
    equalDims(multiply(last, context.int('group', 1)), channels);
  return isLast ? w.slice(1, -1) : w.slice(2);
}

/** Shape of a convolution's output; undefined when X has no known rank or the kernel is unknown. */
export function convolutionShape(context: NodeContext, layout: ConvolutionLayout): Shape | undefined {
  const x = context.shape(layout.x);
  const w = context.shape(layout.w);
  const parts = x && splitShape(x, layout.channelsLast === true);
  const kernel = kernelOf(context, w, layout.channelsLast === true ? parts?.channels : undefined);
  if (x === undefined || w === undefined) return undefined;
  if (parts === undefined || w.length !== x.length || kernel?.length !== parts.spatial.length) {
    context.report('error', 'convolution-rank', { x: x.length, w: w.length });
    return undefined;
  }
  const perGroup = w[1];
  const group = context.int('group', 1);
  if (layout.channelsLast !== true && perGroup !== undefined)
    context.tie(parts.channels, multiply(perGroup, group));
  if (
    layout.channelsLast !== true &&
    typeof perGroup === 'number' &&
    typeof parts.channels === 'number' &&
    perGroup * group !== parts.channels
  )
    context.report('error', 'convolution-channels', {
      channels: parts.channels,
      expected: perGroup * group,
    });
  const window = readWindow(context, kernel);
  const spatial = parts.spatial.map((dim, axis) => slideLength(dim, window, axis));
  return joinShape(parts.batch, w[0] ?? 0, spatial, layout.channelsLast);
}

/**
 * Multiply-accumulates of a convolution: output elements × (input channels ÷ group) × kernel volume, 2 operations
 * each; bias 1 addition per output element.
 */
export function convolutionWork(context: WorkContext, layout: ConvolutionLayout): OperatorWork {
  const x = splitShape(context.shape(layout.x), layout.channelsLast === true);
  const y = splitShape(context.outputShape(0), layout.channelsLast === true);
  const w = context.shape(layout.w);
  if (x === undefined || y === undefined) return {};
  const channels = layout.channelsLast === true ? x.channels : undefined;
  const kernel = numbers(kernelOf(context, w, channels) ?? []);
  const groups = context.int('group', 1);
  const inputChannels = Number(x.channels);
  const elements = context.outputCountOf(0);
  const matrixShape: MatrixShape = {
    kind: 'convolution',
    batch: Number(x.batch),
    groups,
    inputChannels,
    outputChannels: Number(y.channels),
    inputSpatial: numbers(x.spatial),
    outputSpatial: numbers(y.spatial),
    kernel,
    strides: readWindow(context, kernel).strides,
    transposed: false,
  };
  return {
    matrix: 2 * elements * (inputChannels / groups) * elementCount(kernel),
    vector: context.hasInput(layout.bias) ? elements : 0,
    matrixShape,
  };
}

/** A work rule sees numbers only; this says so to the type checker. */
const numbers = (shape: Shape): readonly number[] => shape.map(Number);

function transposedSpatial(context: NodeContext, spatial: Shape, kernel: Shape): Shape {
  const given = context.ints('output_shape');
  // The full shape (with batch and channels) was allowed in early files; the last entries are spatial in either.
  if (given !== undefined && given.length >= spatial.length)
    return given.slice(given.length - spatial.length);
  const window = readWindow(context, kernel);
  const padding = context.ints('output_padding');
  return spatial.map((dim, axis) => transposedLength(dim, window, padding?.[axis] ?? 0, axis));
}

/** Shape of a transposed convolution: W is [input channels, output channels ÷ group, kernel...]. */
export function transposedShape(context: NodeContext): Shape | undefined {
  const x = context.shape(0);
  const w = context.shape(1);
  if (x === undefined || w === undefined) return undefined;
  const parts = splitShape(x, false);
  const kernel = kernelOf(context, w);
  if (parts === undefined || w.length !== x.length || kernel?.length !== parts.spatial.length) {
    context.report('error', 'convolution-rank', { x: x.length, w: w.length });
    return undefined;
  }
  context.tie(parts.channels, w[0]);
  const channels = multiply(w[1] ?? 0, context.int('group', 1));
  return joinShape(parts.batch, channels, transposedSpatial(context, parts.spatial, kernel));
}

/**
 * Every input element is multiplied with (output channels ÷ group) × kernel volume weights: 2 operations each, over
 * input positions; bias 1 addition per output element.
 */
export function transposedWork(context: WorkContext, bias = 2): OperatorWork {
  const x = splitShape(context.shape(0), false);
  const y = splitShape(context.outputShape(0), false);
  const w = context.shape(1);
  if (x === undefined || y === undefined) return {};
  const kernel = numbers(kernelOf(context, w) ?? []);
  const matrixShape: MatrixShape = {
    kind: 'convolution',
    batch: Number(x.batch),
    groups: context.int('group', 1),
    inputChannels: Number(x.channels),
    outputChannels: Number(y.channels),
    inputSpatial: numbers(x.spatial),
    outputSpatial: numbers(y.spatial),
    kernel,
    strides: readWindow(context, kernel).strides,
    transposed: true,
  };
  return {
    matrix: 2 * context.count(0) * (w[1] ?? 0) * elementCount(kernel),
    vector: context.hasInput(bias) ? context.outputCountOf(0) : 0,
    matrixShape,
  };
}

const convolutionFormula = 'matrix 2·|Y|·(Cin ÷ group)·kernel volume; vector |Y| for a bias';

interface ConvolutionKind {
  readonly name: string;
  readonly domain?: string;
  readonly layout: ConvolutionLayout;
  /** Of the result. */
  readonly dtype: (context: NodeContext) => DataType | undefined;
  /** Vector operations beside those of a plain convolution, which `formula` states with them. */
  readonly extra?: (context: WorkContext) => number;
  readonly formula?: string;
}

/** A convolution with operands at the given places and a result type of its own. */
export function convolutionRule(kind: ConvolutionKind): OperatorRule {
  const { name, domain = '', layout, dtype, extra = () => 0, formula = convolutionFormula } = kind;
  return {
    domain,
    name,
    operatorClass: 'convolution',
    formula,
    infer(context) {
      context.setTensor(0, dtype(context), convolutionShape(context, layout));
    },
    work(context) {
      const work = convolutionWork(context, layout);
      return { ...work, vector: (work.vector ?? 0) + extra(context) };
    },
  };
}

const convTranspose: OperatorRule = {
  domain: '',
  name: 'ConvTranspose',
  operatorClass: 'convolution',
  formula: 'matrix 2·|X|·(Cout ÷ group)·kernel volume; vector |Y| for a bias',
  infer(context) {
    context.setTensor(0, context.dtype(0), transposedShape(context));
  },
  work: (context) => transposedWork(context),
};

/**
 * DeformConv: as Conv, and each of the kernel's samples of each input channel is interpolated between 4 neighbours
 * (4 multiplications, 3 additions), and multiplied with the mask if there is one.
 * Source: ONNX operator specification, DeformConv-22 (bilinear sampling), for 2-D images.
 */
const deformConv: OperatorRule = {
  domain: '',
  name: 'DeformConv',
  operatorClass: 'convolution',
  formula:
    'matrix 2·|Y|·(Cin ÷ group)·kernel volume; vector |Y| for a bias + 7 per sample (8 with mask), samples = N·Cin·kernel volume·output positions',
  infer(context) {
    context.setTensor(0, context.dtype(0), convolutionShape(context, { x: 0, w: 1, bias: 3 }));
  },
  work(context) {
    const work = convolutionWork(context, { x: 0, w: 1, bias: 3 });
    const [batch = 0, channels = 0] = context.shape(0);
    const positions = elementCount(context.outputShape(0).slice(2));
    const kernel = elementCount(context.shape(1).slice(2));
    const samples = batch * channels * positions * kernel;
    const each = context.hasInput(4) ? 8 : 7;
    return { ...work, vector: (work.vector ?? 0) + each * samples };
  },
};

/**
 * Col2Im: N × C·block × L columns are added up into N × C × image. Channels = rows ÷ block volume; 1 addition per
 * column element. Source: ONNX operator specification, Col2Im-18.
 */
const col2Im: OperatorRule = {
  domain: '',
  name: 'Col2Im',
  operatorClass: 'movement',
  formula: 'vector |X| (additions of overlapping blocks)',
  infer(context) {
    const input = context.shape(0);
    const image = shapeElements(context, 1);
    const block = knownNumbers(context, 2);
    const axes = image?.length ?? block?.length ?? context.shape(1)?.[0] ?? context.shape(2)?.[0];
    if (input?.length !== 3 || typeof axes !== 'number' || axes > maximumRank) {
      context.setTensor(0, context.dtype(0), undefined);
      return;
    }
    const [batch = 1, rows = 1] = input;
    const channels = block === undefined ? context.fresh('channels') : floorDivide(rows, elementCount(block));
    const spatial: Dim[] = [];
    for (let axis = 0; axis < axes; axis++) {
      const dim = image?.[axis];
      spatial.push(dim === undefined || typeof dim === 'string' ? context.fresh('image') : dim);
    }
    context.setTensor(0, context.dtype(0), [batch, channels, ...spatial]);
  },
  work: (context) => ({ vector: context.count(0) }),
};

/** Convolutions. Formulas: docs/operators.md; shapes: ONNX operator specification. */
export const convolutionOperators: readonly OperatorRule[] = [
  convolutionRule({ name: 'Conv', layout: standard, dtype: (context) => context.dtype(0) }),
  convolutionRule({
    name: 'ConvInteger',
    layout: { x: 0, w: 1, bias: -1 },
    dtype: () => 'int32',
    extra: (context) =>
      (context.hasInput(2) ? context.count(0) : 0) + (context.hasInput(3) ? context.count(1) : 0),
    formula: 'matrix as Conv; vector |X| and |W| for zero points that are given',
  }),
  convolutionRule({
    name: 'QLinearConv',
    layout: { x: 0, w: 3, bias: 8 },
    dtype: (context) => context.dtype(7),
    extra: (context) => context.count(0) + context.count(3) + 4 * context.outputCountOf(0),
    formula:
      'matrix as Conv; vector |X| + |W| (zero points) + 4·|Y| (scale, round, shift, clamp) + |Y| for a bias',
  }),
  convTranspose,
  deformConv,
  col2Im,
];
