import { dataTypeOfCode, type DataType, elementCount } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { activationWork, addWork } from '../activations';
import {
  gemmEpilogue,
  gemmProduct,
  gemmShape,
  matMulShape,
  productOf,
  productWork,
  weightOperand,
  type GemmInputs,
} from '../gemm';
import { normalizationWork, rmsNormOperations } from '../normalization';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { accumulator, contrib } from './microsoft';

/** Transposes an operand as FusedMatMul does: first the first axis behind the batch axes, then the last two. */
function transposed<T extends Dim>(shape: readonly T[], batch: boolean, matrix: boolean): readonly T[] {
  const [first] = shape;
  if (shape.length < 2 || first === undefined) return shape;
  const last = shape.slice(-1);
  const moved = batch && shape.length > 2 ? [...shape.slice(1, -1), first, ...last] : shape;
  if (!matrix) return moved;
  return [...moved.slice(0, -2), ...moved.slice(-1), ...moved.slice(-2, -1)];
}

function operand<T extends Dim>(
  context: NodeContext | WorkContext,
  shape: readonly T[],
  side: 'A' | 'B',
): readonly T[] {
  return transposed(shape, context.int(`transBatch${side}`, 0) !== 0, context.int(`trans${side}`, 0) !== 0);
}

function fusedMatMul(name: string, formula: string): OperatorRule {
  return contrib(
    name,
    'gemm',
    formula,
    (context) => {
      const a = context.shape(0);
      const b = context.shape(1);
      const shape = matMulShape(
        context,
        a && operand<Dim>(context, a, 'A'),
        b && operand<Dim>(context, b, 'B'),
      );
      context.setTensor(0, context.dtype(0) ?? context.dtype(1), shape);
    },
    (context) => {
      const a = operand(context, context.shape(0), 'A');
      const b = operand(context, context.shape(1), 'B');
      const elements = context.outputCountOf(0);
      const product = productWork(productOf(a, b, context.outputShape(0)), weightOperand(context, 0, 1));
      const scaled = addWork(product, { vector: context.float('alpha', 1) === 1 ? 0 : elements });
      return addWork(scaled, activationWork(context.string('activation', ''), elements));
    },
  );
}

/** A plain product with a result type and an epilogue of its own. */
function product(
  name: string,
  dtype: (context: NodeContext) => DataType | undefined,
  formula: string,
  epilogue: (context: WorkContext) => { vector: number; special?: number },
  b = 1,
): OperatorRule {
  return contrib(
    name,
    'gemm',
    formula,
    (context) =>
      context.setTensor(0, dtype(context), matMulShape(context, context.shape(0), context.shape(b))),
    (context) =>
      addWork(
        productWork(
          productOf(context.shape(0), context.shape(b), context.outputShape(0)),
          weightOperand(context, 0, b),
        ),
        epilogue(context),
      ),
  );
}

/** Gemm with an activation, other inputs for C, or another result type. */
function gemmLike(
  name: string,
  inputs: GemmInputs,
  dtype: (context: NodeContext) => DataType | undefined,
  formula: string,
  extra: (context: WorkContext) => number = () => 0,
): OperatorRule {
  return contrib(
    name,
    'gemm',
    formula,
    (context) => context.setTensor(0, dtype(context), gemmShape(context, inputs)),
    (context) => {
      const operand = weightOperand(context, inputs.a, inputs.b);
      const work = productWork(gemmProduct(context, inputs.a), operand);
      const activation = activationWork(context.string('activation', ''), context.outputCountOf(0));
      return addWork(addWork(work, activation), {
        vector: gemmEpilogue(context, inputs.c) + extra(context),
      });
    },
  );
}

/** A's shape with the last dimension replaced by the number of columns. */
export function projected(a: Shape | undefined, columns: Dim | undefined): Shape | undefined {
  return a === undefined || a.length === 0 || columns === undefined
    ? undefined
    : [...a.slice(0, -1), columns];
}

/** Rows of A: all but the last dimension. */
export const rowsOf = (shape: readonly number[]): number => elementCount(shape.slice(0, -1));

/** A product with N × K weights that are unpacked on the way. */
function packedWork(context: WorkContext, n: number, k: number, unpack: number, bias: number): OperatorWork {
  const m = rowsOf(context.shape(0));
  const vector = unpack * n * k + (context.hasInput(bias) ? m * n : 0);
  return addWork(productWork({ batch: 1, m, n, k }, 'b'), { vector });
}

/**
 * Weights stored in blocks of a few bits: the product counts 2·M·N·K; unpacking one weight takes a multiplication
 * with the block's scale, and a subtraction where zero points are given. Layout: ONNX Runtime, ContribOperators.md.
 */
function blockQuantized(
  name: string,
  columns: (context: NodeContext) => Dim | undefined,
  unpack: (context: WorkContext) => number,
  bias: number,
  formula: string,
): OperatorRule {
  return contrib(
    name,
    'gemm',
    formula,
    (context) => context.setTensor(0, context.dtype(0), projected(context.shape(0), columns(context))),
    (context) => {
      const shape = context.shape(0);
      const output = context.outputShape(0);
      const k = shape[shape.length - 1] ?? 0;
      return packedWork(context, output[output.length - 1] ?? 0, k, unpack(context), bias);
    },
  );
}

const scaleAndShift = (context: WorkContext): number => (context.hasInput(3) ? 2 : 1);

/** The residual sum and the RMS normalisation in front of fused projections. */
function normalizedInput(context: WorkContext, rows: number, width: number): OperatorWork {
  const skip = context.hasInput(1) ? rows * width : 0;
  if (!context.hasInput(2)) return { vector: skip };
  return addWork(normalizationWork(rmsNormOperations, rows * width, rows), { vector: skip });
}

const matMulNBitsMlp = contrib(
  'MatMulNBitsMlp',
  'gemm',
  'matrix 4·M·N·K (gate and up); vector 2·N·K (scales) + M·N (gate × up) + activation + biases + RMS normalisation 5·M·K',
  (context) => {
    context.setTensor(0, context.dtype(0), projected(context.shape(0), context.int('N')));
    if (context.hasOutput(1)) context.setTensor(1, context.dtype(0), context.shape(0));
  },
  (context) => {
    const n = context.int('N', 0);
    const k = context.int('K', 0);
    const m = rowsOf(context.shape(0));
    const biases = (context.hasInput(5) ? 1 : 0) + (context.hasInput(8) ? 1 : 0);
    const gated = addWork(productWork({ batch: 1, m, n: 2 * n, k }, 'b'), {
      vector: 2 * n * k + m * n * (1 + biases),
    });
    const activated = addWork(gated, activationWork(context.string('activation', 'silu'), m * n));
    return addWork(activated, normalizedInput(context, m, k));
  },
);

const matMulNBitsQkv = contrib(
  'MatMulNBitsQkv',
  'gemm',
  'matrix 2·M·(Nq + 2·Nkv)·K; vector (Nq + 2·Nkv)·K (scales) + biases + RMS normalisation 5·M·K',
  (context) => {
    const a = context.shape(0);
    const widths = [context.int('Nq'), context.int('Nkv'), context.int('Nkv')];
    for (const [output, width] of widths.entries())
      if (context.hasOutput(output)) context.setTensor(output, context.dtype(0), projected(a, width));
    if (context.hasOutput(3)) context.setTensor(3, context.dtype(0), a);
  },
  (context) => {
    const [nq, nkv, k] = [context.int('Nq', 0), context.int('Nkv', 0), context.int('K', 0)];
    const n = nq + 2 * nkv;
    const m = rowsOf(context.shape(0));
    let biases = context.hasInput(5) ? nq : 0;
    for (const input of [8, 11]) if (context.hasInput(input)) biases += nkv;
    const work = addWork(productWork({ batch: 1, m, n, k }, 'b'), { vector: n * k + m * biases });
    return addWork(work, normalizedInput(context, m, k));
  },
);

/** Columns of a blob whose shape [K, N] is an input of its own. */
function blobColumns(context: NodeContext): Dim | undefined {
  const columns = context.elements(2)?.[1];
  return columns === undefined || typeof columns === 'string' ? undefined : columns;
}

const quantizedGemmType = (context: NodeContext): DataType | undefined =>
  context.hasInput(8) ? context.dtype(8) : 'float';

const addition = (context: WorkContext, input: number): number =>
  context.hasInput(input) ? context.outputCountOf(0) : 0;

/** ONNX Runtime's matrix products. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribGemmOperators: readonly OperatorRule[] = [
  {
    ...fusedMatMul('FusedMatMul', 'matrix 2·batch·M·N·K; vector |Y| for alpha ≠ 1'),
    // Fusions make one of the same name of a MatMul and what stands around it, and go on from there.
    counterpart: { name: 'FusedMatMul', input: (own) => own, isSameForm: true },
  },
  fusedMatMul('TransposeMatMul', 'matrix 2·batch·M·N·K; vector |Y| for alpha ≠ 1'),
  fusedMatMul('FusedMatMulActivation', 'matrix 2·batch·M·N·K; vector |Y| for alpha ≠ 1; activation'),
  fusedMatMul('SparseToDenseMatMul', 'matrix 2·M·N·K as if A were dense'),
  gemmLike('FusedGemm', { a: 0, b: 1, c: 2 }, (c) => c.dtype(0), 'as Gemm, and the activation'),
  gemmLike(
    'GemmFloat8',
    { a: 0, b: 1, c: 2 },
    (context) => dataTypeOfCode(context.int('dtype', 1)),
    'as Gemm, and the activation; vector |Y| for a scale of Y',
    (context) => addition(context, 5),
  ),
  gemmLike(
    'QGemm',
    { a: 0, b: 3, c: 6 },
    quantizedGemmType,
    'as Gemm; vector |A| + |B| (zero points) + |Y| (scale), + 3·|Y| where Y is quantised',
    (context) =>
      context.count(0) + context.count(3) + (context.hasInput(8) ? 4 : 1) * context.outputCountOf(0),
  ),
  product(
    'GemmFastGelu',
    (context) => context.dtype(0),
    'matrix 2·M·N·K; vector 8·|Y|, + |Y| for a bias; special |Y|',
    (context) => {
      const gelu = activationWork('fastgelu', context.outputCountOf(0));
      return { ...gelu, vector: gelu.vector + addition(context, 2) };
    },
  ),
  product('MatMulInteger16', accumulator, 'matrix 2·batch·M·N·K', () => ({ vector: 0 })),
  product(
    'MatMulIntegerToFloat',
    (context) => context.dtype(2),
    'matrix 2·batch·M·N·K; vector |A| and |B| for zero points + |Y| (scale), + |Y| for a bias',
    (context) => ({
      vector:
        (context.hasInput(4) ? context.count(0) : 0) +
        (context.hasInput(5) ? context.count(1) : 0) +
        context.outputCountOf(0) +
        addition(context, 6),
    }),
  ),
  product(
    'DynamicQuantizeMatMul',
    (context) => context.dtype(0),
    'matrix 2·batch·M·N·K; vector 6·|A| (quantise), |B| for a zero point, |Y| (scale), + |Y| for a bias',
    (context) => ({
      vector:
        6 * context.count(0) +
        (context.hasInput(3) ? context.count(1) : 0) +
        context.outputCountOf(0) +
        addition(context, 4),
    }),
  ),
  product(
    'QOrderedMatMul',
    () => 'int8',
    'matrix 2·batch·M·N·K; vector 4·|Y| (requantise), + |Y| for a bias and for C',
    (context) => ({
      vector: 4 * context.outputCountOf(0) + addition(context, 5) + addition(context, 6),
    }),
    2,
  ),
  blockQuantized(
    'MatMulNBits',
    (context) => context.int('N'),
    scaleAndShift,
    5,
    'matrix 2·M·N·K; vector N·K (scales), + N·K for zero points, + M·N for a bias',
  ),
  blockQuantized(
    'MatMulBnb4',
    (context) => context.int('N'),
    () => 1,
    -1,
    'matrix 2·M·N·K; vector N·K (scales)',
  ),
  blockQuantized('MatMulFpQ4', blobColumns, () => 1, -1, 'matrix 2·M·N·K; vector N·K (scales)'),
  blockQuantized(
    'MatMulBlockQuantizedFp4Weight',
    (context) => context.shape(1)?.[0],
    () => 1,
    5,
    'matrix 2·M·N·K; vector N·K (scales), + M·N for a bias',
  ),
  blockQuantized(
    'MatMulBlockQuantizedFp8Weight',
    (context) => context.shape(1)?.[0],
    () => 1,
    4,
    'matrix 2·M·N·K; vector N·K (scales), + M·N for a bias',
  ),
  matMulNBitsMlp,
  matMulNBitsQkv,
];
