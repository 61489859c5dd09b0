import { elementCount } from '../graph/dataTypes';
import type { DataType } from '../graph/dataTypes';
import type { Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { broadcastShapes } from './broadcast';
import { inputText, shapeText } from './checks/terms';
import { sharper } from './helpers';
import type { MatrixShape, NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';

/**
 * Shape of a matrix product by the rules of numpy.matmul: 1-D operands are padded with a 1 that is dropped again,
 * leading dimensions broadcast. Undefined when a rank is unknown or the product is impossible (reported).
 */
export function matMulShape(
  context: NodeContext,
  a: Shape | undefined,
  b: Shape | undefined,
): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length === 0 || b.length === 0) {
    context.report('error', 'matmul-scalar', {});
    return undefined;
  }
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  checkInner(context, left[left.length - 1], right[right.length - 2]);
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)], (one, other) =>
    context.tie(one, other, false),
  );
  if (batch === undefined) {
    context.report('error', 'broadcast-mismatch', { shapes: `${shapeText(a)}, ${shapeText(b)}` });
    return undefined;
  }
  const rows = a.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.length === 1 ? [] : right.slice(-1);
  return [...batch, ...rows, ...columns];
}

/** Reports that the columns of the left operand are not the rows of the right one. */
function checkInner(context: NodeContext, left: Dim | undefined, right: Dim | undefined): void {
  context.tie(left, right);
  if (typeof left === 'number' && typeof right === 'number' && left !== right)
    context.report('error', 'matmul-inner', { left, right });
}

/** m, n, k and batch of numpy.matmul; a batch of one right operand is folded into the rows. */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The loop nest of a product of two shapes of numbers. */
export function productOf(a: readonly number[], b: readonly number[], output: readonly number[]): Product {
  const k = a[a.length - 1] ?? 1;
  const rows = a.length > 1 ? (a[a.length - 2] ?? 1) : 1;
  const n = b.length > 1 ? (b[b.length - 1] ?? 1) : 1;
  const total = elementCount(output);
  const batch = rows * n === 0 ? 0 : total / (rows * n);
  return elementCount(b.slice(0, -2)) === 1 ? { batch: 1, m: rows * batch, n, k } : { batch, m: rows, n, k };
}

/** Operations of a product and its loop nest: batch·m·n·k multiply-accumulates, 2 operations each. */
export function productWork(
  product: Product,
  weights: 'a' | 'b' | 'none',
): OperatorWork & { matrix: number } {
  const { batch, m, n, k } = product;
  const matrixShape: MatrixShape = { kind: 'gemm', batch, m, n, k, weights };
  return { matrix: 2 * batch * m * n * k, matrixShape };
}

/** Which operand of a product holds weights; the right one if both do. */
export function weightOperand(context: WorkContext, a: number, b: number): 'a' | 'b' | 'none' {
  if (context.isWeight(b)) return 'b';
  return context.isWeight(a) ? 'a' : 'none';
}

/** MatMul and its integer variants, whose operands stand at the given inputs. */
function matMulRule(
  name: string,
  inputs: readonly [number, number],
  dtype: (context: NodeContext) => DataType | undefined,
  extra: (context: WorkContext) => number,
  formula: string,
): OperatorRule {
  const [a, b] = inputs;
  return {
    domain: '',
    name,
    operatorClass: 'gemm',
    formula,
    infer(context) {
      context.setTensor(0, dtype(context), matMulShape(context, context.shape(a), context.shape(b)));
    },
    work(context) {
      const product = productOf(context.shape(a), context.shape(b), context.outputShape(0));
      const vector = extra(context);
      return { ...productWork(product, weightOperand(context, a, b)), ...(vector > 0 && { vector }) };
    },
  };
}

/** Elements of an operand from which a zero point is subtracted, 1 operation each. */
function zeroPoints(context: WorkContext, pairs: readonly (readonly [number, number])[]): number {
  let operations = 0;
  for (const [operand, zeroPoint] of pairs)
    if (context.hasInput(zeroPoint)) operations += context.count(operand);
  return operations;
}

/** Inputs at which a Gemm finds its operands. */
export interface GemmInputs {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const standardInputs: GemmInputs = { a: 0, b: 1, c: 2 };

/** Shape of Gemm's result; contradictions are reported. */
export function gemmShape(context: NodeContext, inputs = standardInputs): Shape | undefined {
  const [a, b, c] = [context.shape(inputs.a), context.shape(inputs.b), context.shape(inputs.c)];
  const [m, inner] = orient(a, context.int('transA', 0) !== 0);
  const [outer, n] = orient(b, context.int('transB', 0) !== 0);
  // Versions before 7 and the newer ones agree: both operands are matrices.
  if ([a, b].some((shape) => shape !== undefined && shape.length !== 2)) {
    const [left, right] = [inputText(context, inputs.a), inputText(context, inputs.b)];
    context.report('error', 'gemm-rank', { left, right });
  }
  checkInner(context, inner, outer);
  // C broadcasts to the result, so it can only confirm a dimension that is not 1.
  const rows = sharper(a?.length === 2 ? m : undefined, c?.length === 2 ? unlessOne(c[0]) : undefined);
  const columns = sharper(b?.length === 2 ? n : undefined, unlessOne(c?.at(-1)));
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}

/** Rows and columns of an operand as the product sees it. */
function orient(
  shape: Shape | undefined,
  isTransposed: boolean,
): readonly [Dim | undefined, Dim | undefined] {
  const [first, second] = shape ?? [];
  return isTransposed ? [second, first] : [first, second];
}

const unlessOne = (dim: Dim | undefined): Dim | undefined =>
  typeof dim === 'number' && dim > 1 ? dim : undefined;

/** m, n, k of Gemm with its transposes. */
export function gemmProduct(context: WorkContext, a = 0): Product {
  const left = context.shape(a);
  const transposed = context.int('transA', 0) !== 0;
  const [m = 0, n = 0] = context.outputShape(0);
  const k = left[transposed ? 0 : 1] ?? 0;
  return { batch: 1, m, n, k };
}

/** Operations of alpha and beta·C: 1 per element where alpha or beta is not 1, 1 addition per element of Y. */
export function gemmEpilogue(context: WorkContext, c: number): number {
  const elements = context.outputCountOf(0);
  let operations = context.float('alpha', 1) === 1 ? 0 : elements;
  if (context.hasInput(c)) {
    operations += elements;
    if (context.float('beta', 1) !== 1) operations += context.count(c);
  }
  return operations;
}

const gemm: OperatorRule = {
  domain: '',
  name: 'Gemm',
  operatorClass: 'gemm',
  formula: 'matrix 2·M·N·K; vector M·N for C, M·N for alpha ≠ 1, |C| for beta ≠ 1',
  infer(context) {
    context.setTensor(0, context.dtype(0) ?? context.dtype(1), gemmShape(context));
  },
  work(context) {
    return {
      ...productWork(gemmProduct(context), weightOperand(context, 0, 1)),
      vector: gemmEpilogue(context, 2),
    };
  },
};

/** Matrix products. Formulas: docs/operators.md (a multiply-accumulate is 2 operations). */
export const gemmOperators: readonly OperatorRule[] = [
  matMulRule(
    'MatMul',
    [0, 1],
    (context) => context.dtype(0) ?? context.dtype(1),
    () => 0,
    'matrix 2·batch·M·N·K',
  ),
  matMulRule(
    'MatMulInteger',
    [0, 1],
    () => 'int32',
    (context) =>
      zeroPoints(context, [
        [0, 2],
        [1, 3],
      ]),
    'matrix 2·batch·M·N·K; vector |A| and |B| for zero points that are given',
  ),
  matMulRule(
    'QLinearMatMul',
    [0, 3],
    (context) => context.dtype(7),
    // Multiply by the scale, round, add the zero point, and clamp, besides the operands' zero points.
    (context) => context.count(0) + context.count(3) + 4 * context.outputCountOf(0),
    'matrix 2·batch·M·N·K; vector |A| + |B| (zero points) + 4·|Y| (scale, round, shift, clamp)',
  ),
  gemm,
];
