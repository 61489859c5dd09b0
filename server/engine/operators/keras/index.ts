import { kerasDomain, kerasOperationDomain } from '../../graph/domains';
import { addWork } from '../activations';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import { productWork, weightOperand } from '../gemm';
import { gruCell, lstmCell, rnnCell, vectorOf, type Cell } from '../recurrent';
import type { OperatorClass, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { normalizeAxis } from '../shared';
import layers from './layers.json';
import { layoutRules, poolOperations } from './layouts';
import operations from './operations.json';

type Work = NonNullable<OperatorRule['work']>;

/** Shapes are those that the reader computes for every value. */
function layer(name: string, operatorClass: OperatorClass, formula: string, work: Work): OperatorRule {
  return { domain: kerasDomain, name, operatorClass, formula, infer: () => {}, work };
}

/** What adapts a matrix W: a product of two of a low rank, scaled and added to it before it is used. */
function adapted(context: WorkContext, work: OperatorWork): OperatorWork {
  const rank = context.int('lora_rank', 0);
  const numbers = context.count(1);
  return rank > 0 ? addWork(work, { matrix: 2 * rank * numbers, vector: 2 * numbers }) : work;
}

/** x · W + b with W as [inputs, outputs]. */
const dense: OperatorRule = {
  ...layer(
    'Dense',
    'gemm',
    'matrix 2·|X|·N; vector |Y| with a bias; adapted by a rank r: matrix 2·r·|W|, vector 2·|W|',
    (context) => {
      const n = context.shape(1)[1] ?? 0;
      const k = context.shape(0).at(-1) ?? 0;
      const m = k === 0 ? 0 : context.count(0) / k;
      const work = productWork({ batch: 1, m, n, k }, weightOperand(context, 0, 1));
      return adapted(context, { ...work, vector: context.hasInput(2) ? context.outputCountOf(0) : 0 });
    },
  ),
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: true },
};

/** Rows of a table are the outputs of what leads back from it. */
const reverseEmbedding = layer('ReverseEmbedding', 'gemm', 'matrix 2·|X|·N', (context) => {
  const n = context.outputShape(0).at(-1) ?? 0;
  const k = context.shape(0).at(-1) ?? 0;
  const m = k === 0 ? 0 : context.count(0) / k;
  return productWork({ batch: 1, m, n, k }, weightOperand(context, 0, 1));
});

/** Every letter of the equation is a loop: those of the result, and those of the matrix that are not in it. */
const einsumDense: OperatorRule = {
  ...layer(
    'EinsumDense',
    'gemm',
    'matrix 2·|Y|·K, K: sizes that are summed over; vector |Y| with a bias; adapted as Dense',
    (context) => {
      const [, right = ''] = context.string('equation', '').replaceAll(' ', '').split(',');
      const [letters = '', output = ''] = right.split('->');
      const sizes = context.shape(1);
      let [k, n] = [1, 1];
      [...letters].forEach((letter, axis) => {
        if (output.includes(letter)) n *= sizes[axis] ?? 1;
        else k *= sizes[axis] ?? 1;
      });
      const m = n === 0 ? 0 : context.outputCountOf(0) / n;
      const work = productWork({ batch: 1, m, n, k }, weightOperand(context, 0, 1));
      return adapted(context, { ...work, vector: context.hasInput(2) ? context.outputCountOf(0) : 0 });
    },
  ),
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: false },
};

const sizeOfAxis = (context: WorkContext, axis: number): number =>
  context.shape(0)[normalizeAxis(axis, context.shape(0).length) ?? -1] ?? 1;

const dot = layer(
  'Dot',
  'gemm',
  'matrix 2·|Y|·K; normalised: vector 3 per element of both, special 1 per row',
  (context) => {
    const k = sizeOfAxis(context, context.ints('axes')?.[0] ?? context.int('axes', -1));
    const outputs = context.outputCountOf(0);
    const [batch = 1, m = 1] = context.outputShape(0);
    const rows = context.shape(0).length === 2 ? 1 : m;
    const n = batch * rows === 0 ? 0 : outputs / (batch * rows);
    const work = productWork({ batch, m: rows, n, k }, 'none');
    if (context.int('normalize', 0) === 0) return work;
    const elements = context.count(0) + context.count(1);
    return { ...work, vector: 3 * elements, special: k === 0 ? 0 : elements / k };
  },
);

/** Both products of each step, and the cell's own operations for each unit of the state. */
function recurrent(name: string, cell: Cell): OperatorRule {
  return layer(
    name,
    'recurrent',
    `U = steps·batch·H: matrix ${2 * cell.gates}·U·(I + H); vector ${vectorOf(cell)}·U; special ${cell.activations}·U`,
    (context) => {
      const [batch = 0, steps = 0, inputSize = 0] = context.shape(0);
      const hiddenSize = context.shape(2)[0] ?? 0;
      const units = batch * steps * hiddenSize;
      const { gates } = cell;
      return {
        matrix: 2 * units * gates * (inputSize + hiddenSize),
        vector: vectorOf(cell) * units,
        special: cell.activations * units,
        matrixShape: { kind: 'recurrent', steps, batch, inputSize, hiddenSize, gates, directions: 1 },
      };
    },
  );
}

/** Each place of the state's picture meets both kernels in every step. */
function convolutional(rank: number): OperatorRule {
  return layer(
    `ConvLSTM${rank}D`,
    'recurrent',
    `P = steps·batch·places of the state: matrix 2·P·(|W| + |R|); vector ${vectorOf(lstmCell)} and special ${lstmCell.activations} per unit of the state and step`,
    (context) => {
      const filters = context.shape(2).at(-2) ?? 1;
      const [batch = 0, steps = 0] = context.shape(0);
      const each = context.int('return_sequences', 0) === 1 ? 1 : steps;
      const units = context.outputCountOf(0) * each;
      const places = units / filters;
      return {
        matrix: batch === 0 ? 0 : 2 * places * (context.count(1) + context.count(2)),
        vector: vectorOf(lstmCell) * units,
        special: lstmCell.activations * units,
      };
    },
  );
}

/** Scores of every query with every key, their softmax (4 vector, 1 special) and its sums of values. */
function attention(name: string, isAdditive: boolean): OperatorRule {
  const formula = isAdditive
    ? 'P = batch·queries·keys: matrix 2·P·V; vector P·(3·D + 4); special P·(D + 1)'
    : 'P = batch·queries·keys: matrix 2·P·(D + V); vector 5·P; special P';
  return layer(name, 'attention', formula, (context) => {
    const width = context.shape(0).at(-1) ?? 0;
    const keys = context.shape(1).at(-2) ?? 0;
    const pairs = width === 0 ? 0 : (context.count(0) / width) * keys;
    const values = context.shape(2).at(-1) ?? 0;
    return isAdditive
      ? { matrix: 2 * pairs * values, vector: pairs * (3 * width + 4), special: pairs * (width + 1) }
      : { matrix: 2 * pairs * (width + values), vector: 5 * pairs, special: pairs };
  });
}

/** Mean and square of the difference of each element, then the root for a deviation. */
function spread(name: string): OperatorRule {
  return {
    ...layer(name, 'reduction', 'vector 4·|X|; special |Y|', (context) => ({
      vector: 4 * context.count(0),
      special: context.outputCountOf(0),
    })),
    domain: kerasOperationDomain,
  };
}

/**
 * The layers and operations of Keras: those that a rule of ONNX serves as the tables map them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function kerasOperators(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  const tables = [
    [kerasDomain, layers],
    [kerasOperationDomain, operations],
  ] as const;
  const mapped = tables.flatMap(([domain, table]) =>
    tableRules({ domain, activations: {}, isFused: true }, table as unknown as OperatorTable, ruleOf),
  );
  return [
    ...[...mapped, ...layoutRules(ruleOf)].map((rule) => ({ ...rule, infer: () => {} })),
    ...poolOperations(),
    dense,
    reverseEmbedding,
    einsumDense,
    dot,
    recurrent('LSTM', lstmCell),
    recurrent('GRU', gruCell),
    recurrent('SimpleRNN', rnnCell),
    ...[1, 2, 3].map(convolutional),
    attention('Attention', false),
    attention('AdditiveAttention', true),
    ...['Var', 'Std', 'Moments'].map(spread),
  ];
}
