import { entryOf } from '../../../../outside/table';
import { stablehloDomain } from '../../graph/domains';
import { broadcastInputs } from '../broadcast';
import {
  foldEqual,
  foldGreater,
  foldGreaterOrEqual,
  foldInputs,
  foldLess,
  foldLessOrEqual,
  type Fold,
} from '../elements';
import { workOf } from '../elementwiseCount';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import type { OperatorClass, OperatorRule, WorkContext } from '../rule';
import { controlRules } from './control';
import { movementRules } from './movements';
import table from './operators.json';
import { convolution, dotGeneral } from './products';
import { reductionRules } from './reductions';

const foldNotEqual: Fold = (operands, dtype) => {
  const equal = foldEqual(operands, dtype);
  return typeof equal === 'number' ? 1 - equal : undefined;
};

const comparisons: Readonly<Record<string, Fold>> = {
  EQ: foldEqual,
  NE: foldNotEqual,
  LT: foldLess,
  LE: foldLessOrEqual,
  GT: foldGreater,
  GE: foldGreaterOrEqual,
};

const compare: OperatorRule = {
  domain: stablehloDomain,
  name: 'compare',
  operatorClass: 'elementwise',
  formula: 'vector |Y|',
  infer(context) {
    const shape = broadcastInputs(context, [0, 1]);
    context.setTensor(0, 'bool', shape);
    const fold = entryOf(comparisons, directionOf(context.string('comparison_direction')));
    if (fold && context.elements(0) && context.elements(1))
      foldInputs(context, [0, 1], shape, fold, context.dtype(0));
  },
  work: workOf({ vector: 1 }),
};

/** The generic form writes `#stablehlo<comparison_direction LT>`. */
function directionOf(text = ''): string {
  return text.slice(text.lastIndexOf(' ') + 1);
}

/** A transform of n points takes 5·n·log2 n operations, one of real numbers half of them. Source: FFTW, "FFT benchmark methodology". */
const fft: OperatorRule = {
  domain: stablehloDomain,
  name: 'fft',
  operatorClass: 'other',
  formula: 'vector 5·|points|·log2 of the points of a transform (half for real ones)',
  infer: () => {},
  work(context) {
    const points = (context.ints('fft_length') ?? []).reduce((a, b) => a * b, 1);
    const isReal = directionOf(context.string('fft_type')).includes('R');
    const all = Math.max(context.count(0), context.outputCountOf(0));
    return { vector: (isReal ? 2.5 : 5) * all * Math.log2(Math.max(points, 1)) };
  },
};

/** Rows of a square matrix. */
const order = (context: WorkContext, input: number): number => context.shape(input).at(-1) ?? 0;

/** n³ ÷ 3 operations for each matrix. Source: LAPACK Working Note 41, table 3 (potrf). */
const cholesky: OperatorRule = {
  domain: stablehloDomain,
  name: 'cholesky',
  operatorClass: 'other',
  formula: 'vector |X|·n ÷ 3',
  infer: (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
  work: (context) => ({ vector: Math.round((context.count(0) * order(context, 0)) / 3) }),
};

/** n operations for each element of the right side. Source: LAPACK Working Note 41, table 2 (trsm). */
const triangularSolve: OperatorRule = {
  domain: stablehloDomain,
  name: 'triangular_solve',
  operatorClass: 'other',
  formula: 'vector |B|·n',
  infer: (context) => context.setTensor(0, context.dtype(0), context.shape(1)),
  work: (context) => ({ vector: context.count(1) * order(context, 0) }),
};

/**
 * The operators of StableHLO and of the dialects beside it: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function stablehloOperators(
  ruleOf: (name: string) => OperatorRule | undefined,
): readonly OperatorRule[] {
  const tables = Object.entries(table.domains as unknown as Readonly<Record<string, OperatorTable>>);
  const rules = [
    ...tables.flatMap(([domain, own]) => tableRules({ domain, activations: {}, isFused: true }, own, ruleOf)),
    compare,
    dotGeneral,
    convolution,
    fft,
    cholesky,
    triangularSolve,
    ...reductionRules,
    ...movementRules,
    ...controlRules,
  ];
  return rules.map((rule) =>
    fused.has(rule.operatorClass) && !rule.counterpart ? { ...rule, counterpart: ofItself(rule) } : rule,
  );
}

/** Classes that compilers fuse with each other, also where no operator of ONNX does the same. */
const fused: ReadonlySet<OperatorClass> = new Set([
  'elementwise',
  'movement',
  'view',
  'reduction',
  'pooling',
]);

const counterparts = table.counterparts as Readonly<Record<string, string>>;

function ofItself({ name }: OperatorRule): NonNullable<OperatorRule['counterpart']> {
  return { name: entryOf(counterparts, name) ?? name, input: (own) => own, isSameForm: true };
}
