/**
 * Elementwise arithmetic, comparison, logic and bit operators. Operations per element of the result:
 * +, -, ×, ÷, max, compare are 1 vector operation; exp, log, sqrt, tanh, erf and trigonometry are 1 on the
 * special-function unit; composites count the steps of their formula in the ONNX operator documentation.
 */
import type { DataType } from '../graph/dataTypes';
import { maximum, negate, type Dim } from '../graph/dim';
import { broadcastInputs } from './broadcast';
import {
  arithmetic,
  floorFraction,
  foldAdd,
  foldDivide,
  foldEqual,
  foldGreater,
  foldGreaterOrEqual,
  foldInputs,
  foldLess,
  foldLessOrEqual,
  foldMaximum,
  foldMinimum,
  foldModulo,
  foldMultiply,
  foldPower,
  foldRemainder,
  foldSubtract,
  logical,
  unary,
  type Fold,
} from './elements';
import { formulaOf, workOf, type Count } from './elementwiseCount';
import type { NodeContext, OperatorRule } from './rule';
import { clipRule, whereRule } from './select';
import { isDim } from './shared';

function unaryRule(name: string, count: Count, fold?: Fold, result?: DataType): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'elementwise',
    formula: formulaOf(count),
    infer(context) {
      const dtype = result ?? context.dtype(0);
      context.setTensor(0, dtype, context.shape(0));
      if (fold && context.elements(0)) foldInputs(context, [0], context.shape(0), fold, dtype);
    },
    work: workOf(count),
  };
}

/** Before operator set 7 the second operand was broadcast to the first, aligned by `axis`. */
function binaryShape(context: NodeContext): readonly Dim[] | undefined {
  return context.version < 7 ? context.shape(0) : broadcastInputs(context, [0, 1]);
}

function binaryRule(name: string, count: Count, fold: Fold | undefined, result?: DataType): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'elementwise',
    formula: formulaOf(count),
    infer(context) {
      const dtype = result ?? context.dtype(0) ?? context.dtype(1);
      const shape = binaryShape(context);
      context.setTensor(0, dtype, shape);
      if (fold && context.elements(0) && context.elements(1)) {
        const operandType = context.dtype(0);
        foldInputs(context, [0, 1], shape, fold, result ? operandType : dtype);
      }
    },
    work: workOf(count),
  };
}

function all(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Sum, Max, ...: `last` operations per element follow the n - 1 that join n operands. */
function variadicRule(name: string, last: number, fold?: Fold): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'elementwise',
    formula: `vector (n - 1${last ? ` + ${last}` : ''})|Y|`,
    infer(context) {
      const inputs = all(context.inputCount);
      const shape = context.version < 8 ? context.shape(0) : broadcastInputs(context, inputs);
      context.setTensor(0, context.dtype(0), shape);
      if (!fold || !inputs.every((index) => context.elements(index))) return;
      const joined: Fold = (operands, dtype) =>
        operands.slice(1).reduce((a, b) => fold([a, b], dtype), operands[0]);
      foldInputs(context, inputs, shape, joined, context.dtype(0));
    },
    work: (context) => ({ vector: (context.inputCount - 1 + last) * context.outputCountOf(0) }),
  };
}

const halfToEven = (x: number): number => {
  const low = Math.floor(x);
  const rest = x - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
};

const special: Count = { special: 1 };
const vector: Count = { vector: 1 };

const unaryOperators: readonly OperatorRule[] = [
  unaryRule('Abs', vector, unary(Math.abs)),
  unaryRule(
    'Neg',
    vector,
    unary((a) => -a, negate),
  ),
  unaryRule(
    'Ceil',
    vector,
    unary(Math.ceil, (a) => ceilFraction(a)),
  ),
  unaryRule('Floor', vector, unary(Math.floor, floorFraction)),
  unaryRule('Round', vector, unary(halfToEven)),
  unaryRule('Sign', vector, unary(Math.sign)),
  unaryRule(
    'Reciprocal',
    vector,
    unary((a) => 1 / a),
  ),
  unaryRule(
    'Relu',
    vector,
    unary(
      (a) => Math.max(a, 0),
      (a) => maximum(a, 0),
    ),
  ),
  unaryRule('Sqrt', special, unary(Math.sqrt)),
  unaryRule('Exp', special, unary(Math.exp)),
  unaryRule('Log', special, unary(Math.log)),
  ...(
    ['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Tanh', 'Asinh', 'Acosh', 'Atanh'] as const
  ).map((name) =>
    unaryRule(
      name,
      special,
      unary((x) => Math[name.toLowerCase() as 'sin'](x)),
    ),
  ),
  unaryRule('Erf', special),
  unaryRule(
    'Not',
    vector,
    logical((a) => (a === undefined ? undefined : !a)),
    'bool',
  ),
  unaryRule('IsNaN', vector, ([a]) => (isDim(a) ? Number(Number.isNaN(a)) : undefined), 'bool'),
  unaryRule(
    'IsInf',
    vector,
    ([a]) => (isDim(a) ? Number(a === Infinity || a === -Infinity) : undefined),
    'bool',
  ),
  unaryRule(
    'BitwiseNot',
    vector,
    unary((a) => ~a),
  ),
  // 1/(1 + exp(-x)): negate, exp, add, divide
  unaryRule(
    'Sigmoid',
    { vector: 3, special: 1 },
    unary((a) => 1 / (1 + Math.exp(-a))),
  ),
  unaryRule('HardSigmoid', { vector: 4 }),
  unaryRule('HardSwish', { vector: 5 }),
  unaryRule('Swish', { vector: 4, special: 1 }),
  unaryRule('Mish', { vector: 2, special: 3 }),
  unaryRule('Softplus', { vector: 1, special: 2 }),
  unaryRule('Softsign', { vector: 3 }),
  unaryRule('Elu', { vector: 3, special: 1 }),
  unaryRule('Selu', { vector: 4, special: 1 }),
  unaryRule('Celu', { vector: 5, special: 1 }),
  unaryRule('LeakyRelu', { vector: 2 }),
  unaryRule('ThresholdedRelu', vector),
  unaryRule('Shrink', { vector: 3 }),
  geluRule(),
];

function ceilFraction(dim: Dim): Dim | undefined {
  const floor = floorFraction(negate(dim));
  return floor === undefined ? undefined : negate(floor);
}

/** x/2 × (1 + erf(x/√2)): divide, erf, add, two multiplications; the tanh form has a cubic inside. */
function geluRule(): OperatorRule {
  const exact = { vector: 4, special: 1 };
  const approximate = { vector: 8, special: 1 };
  return {
    ...unaryRule('Gelu', exact),
    formula: `${formulaOf(exact)}; tanh form: ${formulaOf(approximate)}`,
    work: (context) =>
      workOf(context.string('approximate', 'none') === 'tanh' ? approximate : exact)(context),
  };
}

/** Swish of the gate times the value; the shapes are equal. */
const swiGlu: OperatorRule = {
  ...unaryRule('SwiGLU', { vector: 5, special: 1 }),
  infer(context) {
    const [gate, value] = [context.shape(0), context.shape(1)];
    const shape = gate?.map((dim, axis) => (typeof dim === 'number' ? dim : (value?.[axis] ?? dim))) ?? value;
    context.setTensor(0, context.dtype(0) ?? context.dtype(1), shape);
  },
};

const toInt = (value: number): number => Math.trunc(value);

const binaryOperators: readonly OperatorRule[] = [
  binaryRule('Add', vector, foldAdd),
  binaryRule('Sub', vector, foldSubtract),
  binaryRule('Mul', vector, foldMultiply),
  binaryRule('Div', vector, foldDivide),
  binaryRule('Pow', special, foldPower),
  {
    ...binaryRule('PRelu', { vector: 2 }, undefined),
    infer: (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
  },
  {
    ...binaryRule('Mod', vector, undefined),
    infer(context) {
      const shape = broadcastInputs(context, [0, 1]);
      context.setTensor(0, context.dtype(0), shape);
      const fold = context.int('fmod', 0) === 1 ? foldRemainder : foldModulo;
      foldInputs(context, [0, 1], shape, fold, context.dtype(0));
    },
  },
  binaryRule('Equal', vector, foldEqual, 'bool'),
  binaryRule('Greater', vector, foldGreater, 'bool'),
  binaryRule('Less', vector, foldLess, 'bool'),
  binaryRule('GreaterOrEqual', vector, foldGreaterOrEqual, 'bool'),
  binaryRule('LessOrEqual', vector, foldLessOrEqual, 'bool'),
  binaryRule(
    'And',
    vector,
    logical((a, b) => (a === false || b === false ? false : a === undefined ? a : b)),
    'bool',
  ),
  binaryRule(
    'Or',
    vector,
    logical((a, b) => (a === true || b === true ? true : a === undefined ? a : b)),
    'bool',
  ),
  binaryRule(
    'Xor',
    vector,
    logical((a, b) => (a === undefined || b === undefined ? undefined : a !== b)),
    'bool',
  ),
  {
    ...binaryRule('BitShift', vector, undefined),
    infer(context) {
      const shape = broadcastInputs(context, [0, 1]);
      context.setTensor(0, context.dtype(0), shape);
      const left = context.string('direction') === 'LEFT';
      const fold = arithmetic((a, b) => (left ? a * 2 ** b : Math.floor(a / 2 ** b)));
      foldInputs(context, [0, 1], shape, fold, context.dtype(0));
    },
  },
  binaryRule(
    'BitwiseAnd',
    vector,
    arithmetic((a, b) => toInt(a) & toInt(b)),
  ),
  binaryRule(
    'BitwiseOr',
    vector,
    arithmetic((a, b) => toInt(a) | toInt(b)),
  ),
  binaryRule(
    'BitwiseXor',
    vector,
    arithmetic((a, b) => toInt(a) ^ toInt(b)),
  ),
];

const variadicOperators: readonly OperatorRule[] = [
  variadicRule('Sum', 0, foldAdd),
  variadicRule('Mean', 1),
  variadicRule('Max', 0, foldMaximum),
  variadicRule('Min', 0, foldMinimum),
];

export const elementwiseOperators: readonly OperatorRule[] = [
  ...unaryOperators,
  ...binaryOperators,
  ...variadicOperators,
  whereRule,
  clipRule,
  swiGlu,
];
