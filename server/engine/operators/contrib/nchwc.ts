import { ceilDivide, equalDims, multiply, type Dim } from '../../graph/dim';
import { activationWork, addWork } from '../activations';
import { convolutionShape, convolutionWork } from '../convolution';
import { globalShape, poolShape, windowReads } from '../pooling';
import type { NodeContext, OperatorClass, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { contrib } from './microsoft';

/** Operators that ONNX Runtime's own optimiser writes for x86: channels in blocks that fill a vector register. */
const domain = 'com.microsoft.nchwc';

function blocked(
  name: string,
  operatorClass: OperatorClass,
  formula: string,
  infer: (context: NodeContext) => void,
  work?: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return { ...contrib(name, operatorClass, formula, infer, work), domain };
}

const layout = { x: 0, w: 1, bias: 2 };

/** Weights are reordered in place, so their dimensions still say output channels, channels per group and kernel. */
const conv = blocked(
  'Conv',
  'convolution',
  'matrix as Conv, padded channels included; vector |Y| for a bias and for Sum; activation',
  (context) => context.setTensor(0, context.dtype(0), convolutionShape(context, layout)),
  (context) => {
    const elements = context.outputCountOf(0);
    const work = addWork(convolutionWork(context, layout), {
      vector: context.hasInput(3) ? elements : 0,
    });
    return addWork(work, activationWork(context.string('activation', ''), elements));
  },
);

function pool(name: string, divides: boolean): OperatorRule {
  return blocked(
    name,
    'pooling',
    `vector |Y|·kernel volume${divides ? ' + |Y|' : ''}`,
    (context) => context.setTensor(0, context.dtype(0), poolShape(context)),
    (context) => ({ vector: windowReads(context) + (divides ? context.outputCountOf(0) : 0) }),
  );
}

function globalPool(name: string, divides: boolean): OperatorRule {
  return blocked(
    name,
    'pooling',
    `vector |X|${divides ? ' + |Y|' : ''}`,
    (context) => context.setTensor(0, context.dtype(0), globalShape(context.shape(0))),
    (context) => ({ vector: context.count(0) + (divides ? context.outputCountOf(0) : 0) }),
  );
}

/** Channels padded to whole blocks, of 8 or 16 by the processor: known where both give the same. */
function paddedChannels(context: NodeContext, channels: Dim): Dim {
  const eights = multiply(ceilDivide(channels, 8), 8);
  const sixteens = multiply(ceilDivide(channels, 16), 16);
  return equalDims(eights, sixteens) ? eights : context.fresh('channels');
}

const reorderInput = blocked('ReorderInput', 'movement', '0 operations', (context) => {
  const shape = context.shape(0);
  const [batch] = shape ?? [];
  const last = context.int('channels_last', 0) !== 0;
  const channels = shape?.[last ? shape.length - 1 : 1];
  const spatial = last ? shape?.slice(1, -1) : shape?.slice(2);
  const known = batch !== undefined && channels !== undefined && spatial !== undefined;
  context.setTensor(
    0,
    context.dtype(0),
    known ? [batch, paddedChannels(context, channels), ...spatial] : undefined,
  );
});

const reorderOutput = blocked('ReorderOutput', 'movement', '0 operations', (context) => {
  const shape = context.shape(0);
  const [batch, padded] = shape ?? [];
  const channels = context.int('channels', 0) || padded;
  if (shape === undefined || batch === undefined || channels === undefined) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const spatial = shape.slice(2);
  const last = context.int('channels_last', 0) !== 0;
  context.setTensor(
    0,
    context.dtype(0),
    last ? [batch, ...spatial, channels] : [batch, channels, ...spatial],
  );
});

const upsample = blocked(
  'Upsample',
  'movement',
  'vector 7·|Y| for linear, 0 for nearest',
  (context) => {
    const scales = context.ints('scales');
    const shape = context.shape(0);
    context.setTensor(
      0,
      context.dtype(0),
      shape?.map((dim, axis) => multiply(dim, scales?.[axis] ?? 1)),
    );
  },
  (context) => ({
    vector: context.string('mode', 'nearest') === 'nearest' ? 0 : 7 * context.outputCountOf(0),
  }),
);

/** Convolutions and pools on blocked channels. */
export const blockedOperators: readonly OperatorRule[] = [
  conv,
  pool('MaxPool', false),
  pool('AveragePool', true),
  globalPool('GlobalMaxPool', false),
  globalPool('GlobalAveragePool', true),
  reorderInput,
  reorderOutput,
  upsample,
];
