import { dataTypeOfCode } from '../../graph/dataTypes';
import { activationCost, activationWork, addWork } from '../activations';
import { productWork } from '../gemm';
import type { OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf } from './attentionShapes';
import { projected, rowsOf } from './gemm';
import { contrib, like } from './microsoft';
import { touchedBytes, touchedExperts } from './moe';

/** Activations of ONNX Runtime's packed products by name: those known elsewhere, and the square of a ReLU. */
function squaredWork(name: string, elements: number): { vector: number; special: number } {
  if (name !== 'relu2' && name !== 'relu_squared') return activationWork(name, elements);
  return { vector: (activationCost('relu').vector + 1) * elements, special: 0 };
}

const matMulPacked = contrib(
  'MatMulPacked',
  'gemm',
  'matrix 2·M·N·K; vector N·K (scales), + M·N for a global scale; activation',
  (context) => context.setTensor(0, context.dtype(0), projected(context.shape(0), context.int('N'))),
  (context) => {
    const [n, k, m] = [context.int('N', 0), context.int('K', 0), rowsOf(context.shape(0))];
    const scaled = n * k + (context.hasInput(2) ? m * n : 0);
    const work = addWork(productWork({ batch: 1, m, n, k }, 'b'), { vector: scaled });
    return addWork(work, squaredWork(context.string('activation_type', 'none'), m * n));
  },
);

/** Rows of a packed table, unpacked on the way; bfloat16 unless output_dtype says another type. */
const gatherPacked = contrib(
  'GatherPacked',
  'movement',
  'vector |Y| (scales); touched rows of the table',
  (context) => {
    const [indices, width] = [context.shape(1), context.int('K')];
    const shape = indices && width !== undefined ? [...indices, width] : undefined;
    context.setTensor(0, dataTypeOfCode(context.int('output_dtype', 16)), shape);
  },
  (context) => {
    const [rows = 0, bytes = 0] = context.shape(0);
    return {
      vector: context.outputCountOf(0),
      inputBytes: { 0: bytesOf(context, 0, Math.min(rows, context.count(1)) * bytes) },
    };
  },
);

/** Base and adapter: the product, the way down to R and the way up to N, and their sum. */
const matMulNBitsLora = contrib(
  'MatMulNBitsQLoRA',
  'gemm',
  'matrix 2·M·(N·K + R·K + N·R); vector N·K + R·K + N·R (scales) + M·N (sum)',
  (context) => context.setTensor(0, context.dtype(0), projected(context.shape(0), context.int('N'))),
  (context) => {
    const [n, k, m] = [context.int('N', 0), context.int('K', 0), rowsOf(context.shape(0))];
    const base = addWork(productWork({ batch: 1, m, n, k }, 'b'), { vector: n * k });
    // An empty lora_B leaves the base alone, an empty lora_A the way up. The scales of both stay.
    if (context.count(5) === 0) return base;
    const rank = context.shape(4)[0] ?? 0;
    const adapter = rank * n + (context.count(3) === 0 ? 0 : rank * k);
    return addWork(base, { matrix: 2 * m * adapter, vector: adapter + m * n });
  },
);

/** As MoE: k experts per token with a gate, a value (not for relu2) and the way back. */
function packedExperts(context: WorkContext): OperatorWork {
  const input = context.shape(0);
  const [tokens, hidden] = [rowsOf(input), input[input.length - 1] ?? 0];
  const [experts = 0, inner = 0] = context.shape(2);
  const chosen = context.int('k', 1);
  const pairs = tokens * chosen;
  const isGated = context.hasInput(3);
  const share = experts === 0 ? 0 : touchedExperts(experts, chosen, tokens) / experts;
  const touched = Math.max(1, Math.round(share * experts));
  const first = isGated ? 2 * inner : inner;
  const perExpert = { batch: touched, m: Math.ceil(pairs / touched), n: first, k: hidden };
  const isRouted = context.hasInput(5);
  const work: OperatorWork = {
    matrix: 2 * pairs * hidden * (first + inner),
    // Scales of the touched weights; the gate's product; the weighted sum; without router weights a softmax of 5.
    vector:
      share * experts * hidden * (first + inner) +
      pairs * ((isGated ? inner : 0) + 2 * hidden) +
      (isRouted ? 0 : 4 * tokens * experts),
    special: isRouted ? 0 : tokens * experts,
    inputBytes: touchedBytes(context, [2, 3, 4], share),
    matrixShape: { kind: 'gemm', ...perExpert, weights: 'b' },
  };
  const name = context.string('activation_type', 'swiglu');
  return addWork(work, squaredWork(name === 'swiglu' ? 'silu' : name, pairs * inner));
}

/** Products with weights in ONNX Runtime's packed formats. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const packedWeightOperators: readonly OperatorRule[] = [
  matMulPacked,
  gatherPacked,
  matMulNBitsLora,
  contrib(
    'MoEPacked',
    'gemm',
    'T tokens, k experts each: matrix 2·T·k·weights of one expert; vector scales of the touched experts, gate, 2·T·k·hidden (weighted sum), 4·T·experts; special T·experts; weights of E·(1 − (1 − k/E)^T) touched experts',
    like(),
    packedExperts,
  ),
];
