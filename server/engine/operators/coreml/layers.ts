import { multiply, sum, type Dim } from '../../graph/dim';
import { coremlLayerDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { inferBatchedGather, inferStridedSlice } from '../foreign/cuts';
import type { Mapping } from '../foreign/mapping';
import { SeenNode } from '../foreign/seenNode';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import type { Format } from '../foreign/translate';
import { matMulShape, productOf, productWork, weightOperand } from '../gemm';
import { gruCell, lstmCell, rnnCell, vectorOf, type Cell } from '../recurrent';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { normalizeAxis } from '../shared';
import { touched } from '../tensorJoin';
import table from './layers.json';

const format: Format = { domain: coremlLayerDomain, activations: table.activations, isFused: true };

type Infer = (context: NodeContext) => Shape | undefined;

function layer(
  name: string,
  operatorClass: OperatorRule['operatorClass'],
  formula: string,
  shapeOf: Infer,
  work?: OperatorRule['work'],
): OperatorRule {
  return {
    domain: coremlLayerDomain,
    name,
    operatorClass,
    formula,
    infer: (context) => {
      const shape = shapeOf(context);
      for (let i = 0; i < context.outputCount; i++) context.setTensor(i, context.dtype(0), shape);
    },
    ...(work && { work }),
  };
}

/** The axis that a layer works on: the last one, or in networks of the older kind the channels before height and width of 1. */
function featureAxis(shape: Shape, features: number | undefined): number {
  const last = shape.length - 1;
  return shape.length > 3 && shape[last] === 1 && shape[last - 1] === 1 && features !== 1 ? last - 2 : last;
}

const withSize = (shape: Shape, axis: number, size: Dim): Shape =>
  shape.map((dim, i) => (i === axis ? size : dim));

const innerProduct: OperatorRule = {
  ...layer(
    'innerProduct',
    'gemm',
    'matrix 2·|Y|·K; vector |Y| with a bias',
    (context) => {
      const [shape, size] = [context.shape(0), context.int('outputChannels')];
      if (!shape || size === undefined) return undefined;
      return withSize(shape, featureAxis(shape, context.int('inputChannels')), size);
    },
    (context) => {
      const [k, n] = [context.int('inputChannels', 1), context.int('outputChannels', 1)];
      const outputs = context.outputCountOf(0);
      const product = { batch: 1, m: outputs / n, n, k };
      const isBiased = context.int('hasBias', 0) === 1;
      return { ...productWork(product, weightOperand(context, 0, 1)), vector: isBiased ? outputs : 0 };
    },
  ),
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: false },
};

/** Two operands, of which the second one may be the layer's own; the last two axes change places where a flag says so. */
function operands<T>(
  context: NodeContext | WorkContext,
): readonly [readonly T[] | undefined, readonly T[] | undefined] {
  const oriented = (input: number, flag: string): readonly T[] | undefined => {
    const shape = context.shape(input) as readonly T[] | undefined;
    if (!shape || shape.length < 2 || context.int(flag, 0) !== 1) return shape;
    return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
  };
  return [oriented(0, 'transposeA'), oriented(1, 'transposeB')];
}

const batchedMatmul: OperatorRule = {
  ...layer(
    'batchedMatmul',
    'gemm',
    'matrix 2·batch·M·N·K; vector |Y| with a bias',
    (context) => matMulShape(context, ...operands<Dim>(context)),
    (context) => {
      const [a = [], b = []] = operands<number>(context);
      const product = productOf(a, b, context.outputShape(0));
      const isBiased = context.int('hasBias', 0) === 1;
      return {
        ...productWork(product, weightOperand(context, 0, 1)),
        vector: isBiased ? context.outputCountOf(0) : 0,
      };
    },
  ),
  counterpart: { name: 'MatMul', input: (own) => own, isSameForm: false },
};

const rows = (context: WorkContext) => ({ inputBytes: { 1: context.outputCountOf(0) * 4 } });
const embeddings: readonly OperatorRule[] = [
  ['embedding', 'outputChannels'],
  ['embeddingND', 'embeddingSize'],
].map(([name = '', size = '']) =>
  layer(
    name,
    'movement',
    'none: bytes of the touched rows',
    (context) => {
      const [shape, width] = [context.shape(0), context.int(size)];
      return shape && width !== undefined ? withSize(shape, featureAxis(shape, undefined), width) : undefined;
    },
    rows,
  ),
);

/** Begin, end and strides stand in lists of the layer. */
const sliceMapping: Mapping = {
  as: 'Slice',
  inputs: [0, { attribute: 'beginIds' }, { attribute: 'endIds' }, { attribute: 'strides' }],
};
const maskNames = new Map([
  ['begin', 'beginMasks'],
  ['end', 'endMasks'],
  ['shrink_axis', 'squeezeMasks'],
]);

const sliceAxes = ['CHANNEL_AXIS', 'HEIGHT_AXIS', 'WIDTH_AXIS'];

const movements: readonly OperatorRule[] = [
  {
    ...layer('sliceStatic', 'movement', 'none: bytes of the result read and written', () => undefined),
    infer: (context) =>
      inferStridedSlice(
        new SeenNode(sliceMapping, context),
        (name, entry) => context.ints(maskNames.get(name) ?? name)?.[entry] === 1,
      ),
    work: (context) => ({ inputBytes: touched(context) }),
  },
  {
    ...layer('gather', 'movement', 'none: bytes of the touched rows', () => undefined),
    infer: (context) => inferBatchedGather(context, { axis: context.int('axis', 0), batch: 0 }),
    work: (context) => ({ inputBytes: touched(context) }),
  },
  layer('stack', 'movement', 'none: bytes only', (context) => {
    const shape = context.shape(0);
    const axis = shape && normalizeAxis(context.int('axis', 0), shape.length + 1);
    return axis === undefined
      ? undefined
      : [...shape!.slice(0, axis), context.inputCount, ...shape!.slice(axis)];
  }),
  // Of the last two axes: an older network has them in a list of pairs.
  layer('padding', 'movement', 'none: bytes only', (context) => {
    const shape = context.shape(0);
    const [before, behind] = [context.ints('startEdgeSize'), context.ints('endEdgeSize')];
    return shape?.map((dim, axis) => {
      const at = axis - (shape.length - 2);
      return at < 0 ? dim : sum([dim, before?.[at] ?? 0, behind?.[at] ?? 0]);
    });
  }),
  layer('constantPad', 'movement', 'none: bytes only', (context) => {
    const amounts = context.ints('padAmounts');
    return context
      .shape(0)
      ?.map((dim, axis) => sum([dim, amounts?.[2 * axis] ?? 0, amounts?.[2 * axis + 1] ?? 0]));
  }),
  layer('upsample', 'movement', 'none: bytes only', (context) => {
    const [shape, factors] = [context.shape(0), context.ints('scalingFactor')];
    return shape?.map((dim, axis) => {
      const at = axis - (shape.length - 2);
      return at < 0 ? dim : multiply(dim, factors?.[at] ?? 1);
    });
  }),
  layer('slice', 'movement', 'none: bytes only', (context) => {
    const shape = context.shape(0);
    const axis = shape && sliceAxes.indexOf(context.string('axis', sliceAxes[0]!)) + shape.length - 3;
    const dim = axis === undefined ? undefined : shape?.[axis];
    if (!shape || axis === undefined || typeof dim !== 'number') return undefined;
    const [start, end] = [context.int('startIndex', 0), context.int('endIndex', 0)];
    const last = end <= 0 ? dim + end : Math.min(end, dim);
    return withSize(shape, axis, Math.max(Math.ceil((last - start) / context.int('stride', 1)), 0));
  }),
  {
    ...layer('flatten', 'view', 'none, no bytes', (context) => {
      const shape = context.shape(0);
      if (!shape || shape.length < 3) return undefined;
      const channels = shape.slice(-3).reduce(multiply, 1 as Dim);
      return [...shape.slice(0, -3), channels, 1, 1];
    }),
    view: true,
  },
  {
    ...layer('reshape', 'view', 'none, no bytes', (context) => {
      const target = context.ints('targetShape');
      return target && (target.length === 3 ? [1, ...target] : target);
    }),
    view: true,
  },
];

/** A recurrent layer over the first axis of [steps, batch, inputs, …]. */
function recurrent(name: string, cell: Cell, directions: number): OperatorRule {
  const vector = vectorOf(cell);
  return {
    domain: coremlLayerDomain,
    name,
    operatorClass: 'recurrent',
    formula: `U = directions·steps·batch·H: matrix ${2 * cell.gates}·U·(I + H); vector ${vector}·U; special ${cell.activations}·U`,
    infer: (context) => {
      const [shape, size] = [context.shape(0), context.int('outputVectorSize')];
      const isKnown = shape && shape.length > 2 && size !== undefined;
      const steps = context.int('sequenceOutput', 0) === 1 ? shape?.[0] : 1;
      for (let i = 0; i < context.outputCount; i++) {
        const width = i === 0 && size !== undefined ? directions * size : size;
        const result = isKnown ? [i === 0 ? steps! : 1, shape[1]!, width!, ...shape.slice(3)] : undefined;
        context.setTensor(i, context.dtype(0), result);
      }
    },
    work: (context) => {
      const [steps = 0, batch = 0] = context.shape(0);
      const [inputs, size] = [context.int('inputVectorSize', 0), context.int('outputVectorSize', 0)];
      const units = directions * steps * batch * size;
      return {
        matrix: 2 * units * cell.gates * (inputs + size),
        vector: vector * units,
        special: cell.activations * units,
      };
    },
  };
}

/**
 * The layers of Core ML's neural networks: those that a rule of ONNX serves as layers.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function coremlLayers(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  return [
    ...tableRules(format, table as unknown as OperatorTable, ruleOf),
    innerProduct,
    batchedMatmul,
    ...embeddings,
    ...movements,
    recurrent('uniDirectionalLSTM', lstmCell, 1),
    recurrent('biDirectionalLSTM', lstmCell, 2),
    recurrent('gru', gruCell, 1),
    recurrent('simpleRecurrent', rnnCell, 1),
  ];
}
