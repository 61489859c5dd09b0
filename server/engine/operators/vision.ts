import { elementCount } from '../graph/dataTypes';
import { minimum, product, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { sharper } from './helpers';
import type { NodeContext, OperatorRule } from './rule';
import { isDim } from './shared';
import { maximumRank, shapeElements } from './tensorShape';

/** Regions × channels × pooled size. */
function regionShape(
  context: NodeContext,
  height: number | undefined,
  width: number | undefined,
): Shape | undefined {
  const channels = context.shape(0)?.[1];
  // Of RoiAlign: one image index per region; of MaxRoiPool there is no third input.
  const regions = sharper(context.shape(1)?.[0], context.shape(2)?.[0]);
  if (channels === undefined || regions === undefined) return undefined;
  return height === undefined || width === undefined ? undefined : [regions, channels, height, width];
}

const maxRoiPool: OperatorRule = {
  domain: '',
  name: 'MaxRoiPool',
  operatorClass: 'pooling',
  formula: 'vector at least |Y|: how much each region covers is data',
  infer(context) {
    const [height, width] = context.ints('pooled_shape') ?? [];
    context.setTensor(0, context.dtype(0), regionShape(context, height, width));
  },
  work: (context) => ({ vector: context.outputCountOf(0) }),
};

/** Interpolation between 4 neighbours: 4 multiplications, 3 additions; 1 more to add the sample up. */
const roiAlign: OperatorRule = {
  domain: '',
  name: 'RoiAlign',
  operatorClass: 'pooling',
  formula: 'vector |Y|·(8·s + 1), s = sampling_ratio² samples per bin (adaptive: at least 1)',
  infer(context) {
    const height = context.int('output_height', 1);
    const width = context.int('output_width', 1);
    context.setTensor(0, context.dtype(0), regionShape(context, height, width));
  },
  work(context) {
    const samples = Math.max(1, context.int('sampling_ratio', 0) ** 2);
    return { vector: context.outputCountOf(0) * (8 * samples + 1) };
  },
};

/** Multiplications and additions per result: 2 per neighbour, of which nearest has none. */
function sampleOperations(mode: string, axes: number): number {
  if (mode === 'nearest') return 0;
  const neighbours = mode === 'cubic' || mode === 'bicubic' ? 4 ** axes : 2 ** axes;
  return 2 * neighbours - 1;
}

/** Shape: images × channels × the grid's spatial axes. Source: ONNX operator specification, GridSample-22. */
export const gridSample: OperatorRule = {
  domain: '',
  name: 'GridSample',
  operatorClass: 'movement',
  formula: 'vector |Y|·(2·neighbours − 1) + 2 per grid coordinate; linear 2^axes neighbours, cubic 4^axes',
  infer(context) {
    const x = context.shape(0);
    const grid = context.shape(1);
    const known = x !== undefined && grid !== undefined;
    context.setTensor(0, context.dtype(0), known ? [...x.slice(0, 2), ...grid.slice(1, -1)] : undefined);
  },
  work(context) {
    const axes = Math.max(0, context.shape(0).length - 2);
    const mode = context.string('mode', 'linear');
    return {
      vector: context.outputCountOf(0) * sampleOperations(mode, axes) + 2 * context.count(1),
    };
  },
};

/** Coordinates = size positions × theta: axes × (axes + 1) multiply-accumulates per position. */
const affineGrid: OperatorRule = {
  domain: '',
  name: 'AffineGrid',
  operatorClass: 'gemm',
  formula: 'matrix 2·|Y|·(axes + 1)',
  infer(context) {
    const size = shapeElements(context, 1);
    const theta = context.shape(0);
    // size is [N, C, spatial...]; theta is [N, axes, axes + 1].
    const stated = context.shape(1)?.[0];
    const count = size?.length ?? (typeof stated === 'number' ? stated : undefined);
    const rows = theta?.[1];
    const axes = count === undefined ? rows : count - 2;
    if (typeof axes !== 'number' || axes < 1 || axes > maximumRank) {
      context.setTensor(0, context.dtype(0), undefined);
      return;
    }
    const dim = (index: number, hint: string) => {
      const element = size?.[index];
      return element === undefined || typeof element === 'string' ? context.fresh(hint) : element;
    };
    const batch = theta?.[0] ?? dim(0, 'batch');
    const spatial = Array.from({ length: axes }, (_, index) => dim(index + 2, 'size'));
    context.setTensor(0, context.dtype(0), [batch, ...spatial, spatial.length]);
  },
  work(context) {
    const shape = context.outputShape(0);
    const axes = shape.length - 2;
    return { matrix: 2 * elementCount(shape) * (axes + 1) };
  },
};

/** Of each image and class at most so many boxes as the model allows, and no more than there are. */
function mostSelected(context: NodeContext): Dim | undefined {
  const [images, classes, boxes] = context.shape(1) ?? [];
  if (images === undefined || classes === undefined || boxes === undefined) return undefined;
  // Without the input the default is 0.
  const given = context.hasInput(2) ? context.elements(2)?.[0] : 0;
  return product([images, classes, isDim(given) ? minimum(given, boxes) : boxes]);
}

/** Selected boxes are data. Per pair of boxes of an image 12 operations for intersection over union, at least once. */
const nonMaxSuppression: OperatorRule = {
  domain: '',
  name: 'NonMaxSuppression',
  operatorClass: 'other',
  formula: 'vector |scores| (threshold), + 12 per box and class (one comparison of overlap each, at least)',
  infer: (context) => context.setTensor(0, 'int64', [context.fresh('selected', mostSelected(context)), 3]),
  work: (context) => ({ vector: 13 * context.count(1) }),
};

const imageDecoder: OperatorRule = {
  domain: '',
  name: 'ImageDecoder',
  operatorClass: 'other',
  formula: 'not counted: it depends on the image format',
  infer(context) {
    const channels = context.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3;
    context.setTensor(0, 'uint8', [context.fresh('height'), context.fresh('width'), channels]);
  },
};

/** Regions, sampling and images. */
export const visionOperators: readonly OperatorRule[] = [
  maxRoiPool,
  roiAlign,
  gridSample,
  affineGrid,
  nonMaxSuppression,
  imageDecoder,
];
