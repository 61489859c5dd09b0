import { atenDomain } from '../../graph/domains';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import { translated, type Format } from '../foreign/translate';
import { productOf, productWork, weightOperand } from '../gemm';
import { gruCell, lstmCell, rnnCell, sequenceWork, vectorOf, type Cell } from '../recurrent';
import type { OperatorRule } from '../rule';
import table from './operators.json';

const format: Format = { domain: atenDomain, activations: table.activations, isFused: true };

/** Shapes are those that the file declares for every value. */
const declared = { domain: atenDomain, infer: () => {} } as const;

/** x · wᵀ + b: the weights lie as [outputs, inputs]. */
const linear: OperatorRule = {
  ...declared,
  name: 'linear',
  operatorClass: 'gemm',
  formula: 'matrix 2·|Y|·K; vector |Y| with a bias',
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: false },
  work: (context) => {
    const weights = context.shape(1).toReversed();
    const product = productOf(context.shape(0), weights, context.outputShape(0));
    const work = productWork(product, weightOperand(context, 0, 1));
    return { ...work, vector: context.hasInput(2) ? context.outputCountOf(0) : 0 };
  },
};

/** A sum of products of matrices and of something else. */
const batchedSum: OperatorRule = {
  ...declared,
  name: 'baddbmm',
  operatorClass: 'gemm',
  formula: 'matrix 2·|Y|·K; vector |Y|',
  work: (context) => {
    const product = productOf(context.shape(1), context.shape(2), context.outputShape(0));
    return { ...productWork(product, weightOperand(context, 1, 2)), vector: context.outputCountOf(0) };
  },
};

/** Mean and square of the difference of each element, then the root for a deviation. */
function spread(name: string): OperatorRule {
  return {
    ...declared,
    name,
    operatorClass: 'reduction',
    formula: 'vector 4·|X|; special |Y|',
    work: (context) => ({ vector: 4 * context.count(0), special: context.outputCountOf(0) }),
  };
}

/**
 * A recurrent layer over a sequence: all matrices that it is given stand among its inputs, and each meets every step. The
 * cell's own operations are those of recurrent.ts for a unit of the state.
 */
function recurrent(name: string, cell: Cell): OperatorRule {
  return {
    ...declared,
    name,
    operatorClass: 'recurrent',
    formula: `matrix 2·steps·batch·weights; vector ${vectorOf(cell)} and special ${cell.activations} per unit of the state and step`,
    work: (context) => sequenceWork(context, cell, 1),
  };
}

/** `convolution` is either kind, as its argument `transposed` says. */
function convolution(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  const { conv2d: plain, conv_transpose2d: back } = (table as unknown as OperatorTable).mappings;
  const [conv, transposed] = [ruleOf('Conv'), ruleOf('ConvTranspose')];
  if (!plain || !back || !conv || !transposed) return [];
  const rules = [conv, transposed].map((rule, i) =>
    translated(format, 'convolution', rule, [plain, back][i]!),
  );
  return [
    {
      ...rules[0]!,
      work: (context) => rules[context.int('transposed', 0) === 1 ? 1 : 0]!.work!(context),
    },
  ];
}

/**
 * The operators of PyTorch's aten: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function pytorchOperators(
  ruleOf: (name: string) => OperatorRule | undefined,
): readonly OperatorRule[] {
  return [
    ...tableRules(format, table, ruleOf),
    ...convolution(ruleOf),
    linear,
    batchedSum,
    ...['var', 'std', 'var_mean', 'std_mean'].map(spread),
    recurrent('lstm', lstmCell),
    recurrent('gru', gruCell),
    recurrent('rnn_tanh', rnnCell),
  ];
}
