import { entryOf } from '../../../../outside/table';
import { multiply, sum } from '../../graph/dim';
import { openvinoDomain } from '../../graph/domains';
import { inferBatchedGather, inferStridedSlice } from '../foreign/cuts';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import type { Format } from '../foreign/translate';
import { knownDims, knownNumbers, knownScalar } from '../helpers';
import { gruCell, lstmCell, rnnCell, vectorOf, type Cell } from '../recurrent';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { touched } from '../tensorJoin';
import table from './operators.json';

const format: Format = { domain: openvinoDomain, activations: table.activations, isFused: true };

function movement(name: string, formula: string, infer: (context: NodeContext) => void): OperatorRule {
  return { domain: openvinoDomain, name, operatorClass: 'movement', formula, infer };
}

const bytesTouched = (context: WorkContext) => ({ inputBytes: touched(context) });

/** The axis stands in input 2. */
const gather: OperatorRule = {
  ...movement('Gather', 'none: bytes of the touched rows', (context) => {
    const axis = context.hasInput(2) ? knownScalar(context, 2) : 0;
    if (axis === undefined) return context.setTensor(0, context.dtype(0), undefined);
    inferBatchedGather(context, { axis, batch: context.int('batch_dims', 0) });
  }),
  work: bytesTouched,
};

/** Masks are lists of an entry each; those of begin and end leave out what they say. */
const stridedSlice: OperatorRule = {
  ...movement('StridedSlice', 'none: bytes of the result read and written', (context) =>
    inferStridedSlice(context, (name, entry) => context.ints(`${name}_mask`)?.[entry] === 1),
  ),
  work: bytesTouched,
};

/** Inputs 1 and 2 say how much stands before and behind each axis. */
const pad = movement('Pad', 'none: bytes only', (context) => {
  const [shape, before, behind] = [context.shape(0), knownDims(context, 1), knownDims(context, 2)];
  const padded = shape?.map((dim, axis) =>
    sum([dim, before?.[axis] ?? context.fresh(`dim${axis}`), behind?.[axis] ?? 0]),
  );
  context.setTensor(0, context.dtype(0), padded);
});

/**
 * Interpolate: axes get the sizes of input 1, or are scaled by it; until opset11 input 1 has the sizes and input 2 the scales.
 * Which axes stands in the last input, in the order of the sizes.
 */
function inferInterpolate(context: NodeContext): void {
  const shape = context.shape(0);
  const isSplit = context.string('version') === 'opset4';
  const axes = context.hasInput(isSplit ? 3 : 2)
    ? knownNumbers(context, isSplit ? 3 : 2)
    : shape?.map((_, axis) => axis);
  const isScaled = context.string('shape_calculation_mode') === 'scales';
  const isPadded = ['pads_begin', 'pads_end'].some((name) => context.ints(name)?.some((size) => size !== 0));
  const targets = isScaled ? knownNumbers(context, isSplit ? 2 : 1) : knownDims(context, 1);
  if (!shape || !axes || !targets || isPadded) return;
  const result = [...shape];
  axes.forEach((axis, i) => {
    const [dim, target] = [shape[axis], targets[i]];
    if (dim === undefined || target === undefined) return;
    if (!isScaled) result[axis] = target;
    else if (typeof dim === 'number') result[axis] = Math.floor(dim * (target as number));
    else result[axis] = Number.isInteger(target) ? multiply(dim, target) : context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
}

/** Rules of the table whose shapes a rule of ONNX cannot tell. */
const shapesOf: Readonly<Record<string, (context: NodeContext) => void>> = { Interpolate: inferInterpolate };

/** One step of a recurrent layer: products of input and state with the weights of all gates, then operations on the state. */
function cell(name: string, one: Cell): OperatorRule {
  const { gates, activations: special } = one;
  const vector = vectorOf(one);
  return {
    domain: openvinoDomain,
    name,
    operatorClass: 'recurrent',
    formula: `U = B·H: matrix ${2 * gates}·U·(I + H); vector ${vector}·U; special ${special}·U`,
    infer: (context) => {
      for (let i = 0; i < context.outputCount; i++) context.setTensor(i, context.dtype(0), context.shape(1));
    },
    work: (context) => {
      const [batch = 0, inputSize = 0] = context.shape(0);
      const hiddenSize = context.shape(1)[1] ?? 0;
      const states = batch * hiddenSize;
      return {
        matrix: 2 * states * gates * (inputSize + hiddenSize),
        vector: vector * states,
        special: special * states,
        matrixShape: { kind: 'recurrent', steps: 1, batch, inputSize, hiddenSize, gates, directions: 1 },
      };
    },
  };
}

/** A step of LSTM, GRU and RNN as the rules of ONNX count it (recurrent.ts), with its bias. */
const cells: readonly OperatorRule[] = [
  cell('LSTMCell', lstmCell),
  cell('GRUCell', gruCell),
  cell('RNNCell', rnnCell),
];

/**
 * The layers of OpenVINO: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function openvinoOperators(
  ruleOf: (name: string) => OperatorRule | undefined,
): readonly OperatorRule[] {
  return [
    ...tableRules(format, table as unknown as OperatorTable, ruleOf).map((rule) => {
      const infer = entryOf(shapesOf, rule.name);
      return infer ? { ...rule, infer } : rule;
    }),
    gather,
    stridedSlice,
    pad,
    ...cells,
  ];
}
