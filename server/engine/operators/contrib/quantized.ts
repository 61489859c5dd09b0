import { dataTypeOfCode, type DataType } from '../../graph/dataTypes';
import { sum, type Dim } from '../../graph/dim';
import { activationCost } from '../activations';
import { broadcastInputs } from '../broadcast';
import { sameShape } from '../helpers';
import { dequantizeLinear, quantizeLinear } from '../quantization';
import { reducedShape } from '../reduction';
import { lstmCell, inferRecurrent, recurrentWork } from '../recurrent';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { normalizeAxis } from '../shared';
import { accumulator, contrib, like, microsoft } from './microsoft';
import { maximumRank } from '../tensorShape';

/** Requantising a result: × scale, round, + zero point, clamp. */
const requantise = 4;
/** Dequantising an operand: − zero point, × scale. */
const dequantise = 2;

/** Elementwise on two 8-bit operands at inputs 0 and `second`. */
function binary(name: string, second: number): OperatorRule {
  return contrib(
    name,
    'elementwise',
    'vector 2·(|A| + |B|) (dequantise) + |C| + 4·|C| (requantise)',
    (context) => context.setTensor(0, context.dtype(0), broadcastInputs(context, [0, second])),
    (context) => ({
      vector:
        dequantise * (context.count(0) + context.count(second)) + (1 + requantise) * context.outputCountOf(0),
    }),
  );
}

function unary(name: string, vector: number, special: number): OperatorRule {
  return contrib(
    name,
    'elementwise',
    `vector ${String(vector + dequantise + requantise)}·|X| (dequantise 2, requantise 4); special ${String(special)}·|X|`,
    like(),
    (context) => ({
      vector: (vector + dequantise + requantise) * context.count(0),
      special: special * context.count(0),
    }),
  );
}

/** Inputs from 2 on come in threes: tensor, scale, zero point. */
const concat = contrib(
  'QLinearConcat',
  'movement',
  'vector 6·|Y| (dequantise, requantise)',
  (context) => {
    const first = context.shape(2);
    const axis = first && normalizeAxis(context.int('axis', 0), first.length);
    const lengths: Dim[] = [];
    for (let input = 2; input < context.inputCount; input += 3) {
      const dim = axis === undefined ? undefined : context.shape(input)?.[axis];
      if (dim !== undefined) lengths.push(dim);
    }
    const complete = lengths.length === Math.ceil((context.inputCount - 2) / 3);
    const shape = complete ? first?.map((dim, index) => (index === axis ? sum(lengths) : dim)) : undefined;
    context.setTensor(0, context.dtype(2) ?? context.dtype(1), shape);
  },
  (context) => ({ vector: (dequantise + requantise) * context.outputCountOf(0) }),
);

const where = contrib(
  'QLinearWhere',
  'elementwise',
  'vector 7·|Z| (dequantise, select, requantise)',
  (context) => context.setTensor(0, context.dtype(1), broadcastInputs(context, [0, 1, 4])),
  (context) => ({ vector: (dequantise + requantise + 1) * context.outputCountOf(0) }),
);

function reduce(
  name: string,
  dtype: (context: NodeContext) => DataType | undefined,
  perResult: number,
): OperatorRule {
  return contrib(
    name,
    'reduction',
    perResult === 0 ? 'vector |X|' : `vector |X| + ${String(perResult)}·|Y|`,
    (context) => {
      const axes = context.ints('axes') ?? [];
      const keep = context.int('keepdims', 1) !== 0;
      context.setTensor(0, dtype(context), reducedShape(context.shape(0), axes, keep));
    },
    (context) => ({ vector: context.count(0) + perResult * context.outputCountOf(0) }),
  );
}

/** The type that DequantizeWithOrder names; float when it says nothing. */
const orderedType = (context: NodeContext): DataType => dataTypeOfCode(context.int('to', 1)) ?? 'float';

/** Block floating point: a blob of bytes whose length depends on the format, with shape and strides beside it. */
const quantizeBlockFloat = contrib(
  'QuantizeBFP',
  'elementwise',
  'vector 4·|X| (maximum, scale, round, clamp)',
  (context) => {
    const rank = context.rank(0);
    const lengths = rank === undefined ? undefined : [rank];
    context.setTensor(0, 'uint8', [context.fresh('bytes')]);
    for (const output of [1, 2]) if (context.hasOutput(output)) context.setTensor(output, 'int64', lengths);
    const shape = context.shape(0);
    if (shape !== undefined && context.hasOutput(1)) context.setElements(1, shape);
  },
  (context: WorkContext) => ({ vector: 4 * context.count(0) }),
);

const dequantizeBlockFloat = contrib(
  'DequantizeBFP',
  'elementwise',
  'vector |Y| (scale)',
  (context) => {
    const elements = context.elements(1);
    const rank = context.shape(1)?.[0];
    const shape =
      elements?.map((dim) => (dim === undefined || typeof dim === 'string' ? context.fresh('dim') : dim)) ??
      (typeof rank === 'number' && rank <= maximumRank
        ? Array.from({ length: rank }, () => context.fresh('dim'))
        : undefined);
    context.setTensor(0, dataTypeOfCode(context.int('dtype', 1)), shape);
  },
  (context) => ({ vector: context.outputCountOf(0) }),
);

/** LSTM with 8-bit weights: X and H are quantised each step, the sums rescaled. */
const dynamicQuantizeLstm = contrib(
  'DynamicQuantizeLSTM',
  'recurrent',
  'as LSTM; vector 6 per element of X and per hidden state and step (quantise), 1 per gate (scale)',
  inferRecurrent,
  (context) => {
    const work = recurrentWork(context, lstmCell, context.hasInput(7));
    const [steps = 0, batch = 0, width = 0] = context.shape(0);
    const hidden = context.int('hidden_size', 0);
    const directions = context.shape(1)[0] ?? 1;
    const states = steps * batch * hidden * directions;
    return { ...work, vector: work.vector + 6 * (steps * batch * width + states) + 4 * states };
  },
);

/** Additive attention over a memory around each LSTM step; shapes are LSTM's. */
const attentionLstm = contrib(
  'AttnLSTM',
  'recurrent',
  'as LSTM; the attention over the memory is not counted',
  inferRecurrent,
  (context) => recurrentWork(context, lstmCell, context.hasInput(7)),
);

/** ONNX Runtime's quantised operators. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribQuantizedOperators: readonly OperatorRule[] = [
  { ...quantizeLinear, domain: microsoft },
  { ...dequantizeLinear, domain: microsoft },
  binary('QLinearAdd', 3),
  binary('QLinearMul', 3),
  unary('QLinearLeakyRelu', activationCost('leakyrelu').vector, 0),
  unary('QLinearSigmoid', activationCost('sigmoid').vector, 1),
  { ...unary('QLinearSoftmax', 4, 1), operatorClass: 'softmax' },
  concat,
  where,
  // Dequantise the sum, divide, requantise.
  reduce('QLinearReduceMean', (context) => context.dtype(0), dequantise + 1 + requantise),
  reduce('ReduceSumInteger', accumulator, 0),
  contrib(
    'QuantizeWithOrder',
    'elementwise',
    'vector 3·|X| (÷, round, clamp)',
    (context) => sameShape(context, 'int8'),
    (context) => ({ vector: 3 * context.count(0) }),
  ),
  contrib(
    'DequantizeWithOrder',
    'elementwise',
    'vector |X| (×)',
    (context) => sameShape(context, orderedType(context)),
    (context) => ({ vector: context.count(0) }),
  ),
  quantizeBlockFloat,
  dequantizeBlockFloat,
  dynamicQuantizeLstm,
  attentionLstm,
];
