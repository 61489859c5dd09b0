import { elementCount } from '../../graph/dataTypes';
import { add, multiply, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { activationWork, addWork } from '../activations';
import {
  convolutionRule,
  convolutionShape,
  convolutionWork,
  transposedShape,
  transposedWork,
  type ConvolutionLayout,
} from '../convolution';
import { knownNumbers, sameType } from '../helpers';
import { globalShape, poolShape, windowReads } from '../pooling';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { contrib, microsoft } from './microsoft';

/** A convolution with a residual Z and an activation behind it. */
function fusedConvolution(name: string, layout: ConvolutionLayout): OperatorRule {
  return contrib(
    name,
    'convolution',
    'matrix as Conv; vector |Y| for a bias and for Z; activation',
    (context) => context.setTensor(0, context.dtype(0), convolutionShape(context, layout)),
    (context) => {
      const elements = context.outputCountOf(0);
      const work = addWork(convolutionWork(context, layout), {
        vector: context.hasInput(3) ? elements : 0,
      });
      return addWork(work, activationWork(context.string('activation', ''), elements));
    },
  );
}

const channelsLast = (context: NodeContext | WorkContext): boolean => context.int('channels_last', 0) !== 0;

/** QLinearConv with an attribute for the layout of X and Y. */
const quantizedLayout = (context: NodeContext | WorkContext): ConvolutionLayout => ({
  x: 0,
  w: 3,
  bias: 8,
  channelsLast: channelsLast(context),
});

const qLinearConv = contrib(
  'QLinearConv',
  'convolution',
  'matrix as Conv; vector |X| + |W| (zero points) + 4·|Y| (scale, round, shift, clamp) + |Y| for a bias',
  (context) => context.setTensor(0, context.dtype(7), convolutionShape(context, quantizedLayout(context))),
  (context) =>
    addWork(convolutionWork(context, quantizedLayout(context)), {
      vector: context.count(0) + context.count(3) + 4 * context.outputCountOf(0),
    }),
);

/** The pads are an input: the lengths follow from it where it is known. */
const dynamicPads = contrib(
  'ConvTransposeWithDynamicPads',
  'convolution',
  'matrix 2·|X|·(Cout ÷ group)·kernel volume; vector |Y| for a bias',
  (context) => {
    const without = transposedShape(context);
    const pads = context.hasInput(2) ? knownNumbers(context, 2) : [];
    const axes = (without?.length ?? 2) - 2;
    const shape = without?.map((dim, axis): Dim => {
      if (axis < 2) return dim;
      if (pads === undefined) return context.fresh('spatial');
      return add(dim, -((pads[axis - 2] ?? 0) + (pads[axis - 2 + axes] ?? 0)));
    });
    context.setTensor(0, context.dtype(0), shape);
  },
  (context) => transposedWork(context, 3),
);

/** A pooling of 8-bit values: as AveragePool, and 4 operations per result to requantise. */
const averagePool = contrib(
  'QLinearAveragePool',
  'pooling',
  'vector |Y|·kernel volume + 5·|Y| (divide, scale, round, shift, clamp)',
  (context) => context.setTensor(0, context.dtype(0), poolShape(context, channelsLast(context))),
  (context) => ({ vector: windowReads(context) + 5 * context.outputCountOf(0) }),
);

const globalAveragePool = contrib(
  'QLinearGlobalAveragePool',
  'pooling',
  'vector |X| + 5·|Y| (divide, scale, round, shift, clamp)',
  (context) => context.setTensor(0, context.dtype(0), globalShape(context.shape(0), channelsLast(context))),
  (context) => ({ vector: context.count(0) + 5 * context.outputCountOf(0) }),
);

function maxPool(name: string, last: boolean): OperatorRule {
  return contrib(
    name,
    'pooling',
    'vector |Y|·kernel volume',
    (context) => context.setTensor(0, context.dtype(0), poolShape(context, last)),
    (context) => ({ vector: windowReads(context) }),
  );
}

/** State of a causal convolution: (kernel − 1)·dilation positions of each channel. */
function carryShape(context: NodeContext): Shape | undefined {
  const past = context.shape(3);
  if (past !== undefined) return past;
  const x = context.shape(0);
  const kernel = context.shape(1)?.[2];
  const [batch] = x ?? [];
  if (x === undefined || batch === undefined || kernel === undefined) return undefined;
  const length = context.int('state_length', 0) || multiply(context.int('dilation', 1), add(kernel, -1));
  const state = carriesLast(context)
    ? [batch, length, ...convolved(context, x).slice(2)]
    : [batch, channelsOf(context, x), length, ...(channelsLast(context) ? [] : x.slice(3))];
  const window = context.int('state_window', 0);
  return window > 0 ? [window, ...state] : state;
}

/** The state has the layout of the input unless an attribute says which. */
function carriesLast(context: NodeContext): boolean {
  const stated = context.int('state_channels_last', -1);
  return stated < 0 ? channelsLast(context) : stated === 1;
}

/** The input, or of its last axis the channels that an attribute selects. */
function convolved(context: NodeContext, x: Shape): Shape {
  const channels = context.int('input_channels', 0);
  return channels > 0 ? [...x.slice(0, -1), channels] : x;
}

function channelsOf(context: NodeContext, x: Shape): Dim {
  return convolved(context, x)[channelsLast(context) ? 2 : 1] ?? 1;
}

const causalFormula = 'matrix 2·|Y|·kernel volume; vector |Y| for a bias; activation';

function causalWork(context: WorkContext, bias: number) {
  const elements = context.outputCountOf(0);
  const kernel = elementCount(context.shape(1).slice(2));
  return addWork(
    { matrix: 2 * elements * kernel, vector: context.hasInput(bias) ? elements : 0 },
    activationWork(context.string('activation', 'none'), elements),
  );
}

const causalConv = contrib(
  'CausalConvWithState',
  'convolution',
  causalFormula,
  (context) => {
    const x = context.shape(0);
    context.setTensor(0, context.dtype(0), x && convolved(context, x));
    if (context.hasOutput(1)) context.setTensor(1, context.dtype(0), carryShape(context));
    if (!context.hasOutput(2)) return;
    const capacity = context.int('state_update_capacity', 0);
    const captured = x?.[0] === undefined ? undefined : [x[0], capacity, channelsOf(context, x)];
    context.setTensor(2, context.dtype(0), captured);
  },
  (context) => causalWork(context, 2),
);

/** Packed tokens of several sequences: states of the last positions, and captured ones on demand. */
const varlenCausalConv = contrib(
  'VarlenCausalConvWithState',
  'convolution',
  `${causalFormula}; vector 3·|Y| for deltas of the kernel`,
  (context) => {
    sameType(context);
    if (context.hasOutput(1)) context.setTensor(1, context.dtype(0), context.shape(4));
    const batch = context.shape(4)?.[0];
    const channels = context.shape(0)?.[1];
    if (context.hasOutput(2) && batch !== undefined && channels !== undefined)
      context.setTensor(2, context.dtype(0), [batch, context.int('state_update_capacity', 0), channels]);
  },
  // Coefficients of a group of channels that change with the token: two sums and a product with the mask.
  (context) =>
    addWork(causalWork(context, 3), { vector: context.hasInput(6) ? 3 * context.outputCountOf(0) : 0 }),
);

/**
 * Words of characters: look-up, a convolution over each word's windows, tanh, and the maximum over the word.
 * Sequence is [..., characters], W [filters, 1, window, character size].
 */
const wordConvEmbedding = contrib(
  'WordConvEmbedding',
  'convolution',
  'matrix 2·windows·filters·window·character size; vector 2·windows·filters; special windows·filters',
  (context) => {
    const words = context.shape(0);
    const filters = context.shape(1)?.[0];
    context.setTensor(
      0,
      context.dtype(1),
      words === undefined || filters === undefined ? undefined : [...words.slice(0, -1), filters],
    );
  },
  (context) => {
    const words = context.shape(0);
    const [filters = 0, , window = 0, size = 0] = context.shape(1);
    const positions = Math.max(0, (words[words.length - 1] ?? 0) - window + 1);
    const results = elementCount(words.slice(0, -1)) * positions * filters;
    return { matrix: 2 * results * window * size, vector: 2 * results, special: results };
  },
);

/** ONNX Runtime's convolutions and pools. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribConvolutionOperators: readonly OperatorRule[] = [
  fusedConvolution('FusedConv', { x: 0, w: 1, bias: 2 }),
  fusedConvolution('NhwcFusedConv', { x: 0, w: 1, bias: 2, channelsLast: true }),
  convolutionRule({
    name: 'NhwcConv',
    domain: microsoft,
    layout: { x: 0, w: 1, bias: 2, channelsLast: true },
    dtype: (context) => context.dtype(0),
  }),
  qLinearConv,
  dynamicPads,
  averagePool,
  globalAveragePool,
  maxPool('MaxpoolWithMask', false),
  maxPool('NhwcMaxPool', true),
  causalConv,
  varlenCausalConv,
  wordConvEmbedding,
];
