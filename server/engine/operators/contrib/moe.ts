import { byteLength, elementCount } from '../../graph/dataTypes';
import { activationWork, addWork } from '../activations';
import type { OperatorRule, OperatorWork, WorkContext } from '../rule';
import { rowsOf } from './gemm';
import { contrib, like } from './microsoft';

/**
 * Experts that at least one of `tokens` tokens chooses, expected for even routing: E·(1 − (1 − k/E)^tokens).
 */
export function touchedExperts(experts: number, chosen: number, tokens: number): number {
  return experts === 0 ? 0 : experts * (1 - (1 - Math.min(1, chosen / experts)) ** tokens);
}

interface Experts {
  readonly tokens: number;
  readonly hidden: number;
  readonly experts: number;
  /** Those whose weights are here. */
  readonly local: number;
  readonly chosen: number;
  /** Width between the two projections, and of the first one (twice that where gate and value are fused). */
  readonly inner: number;
  readonly first: number;
}

/** Activations with a gate, whose values and gates may be one projection, by that of the gate. */
const gates = new Map([
  ['swiglu', 'silu'],
  ['geglu', 'fastgelu'],
]);

/** Sizes from input, router and the first projection's rows, which no packing changes. The router scores experts of other devices too. */
function expertsOf(context: WorkContext, fc3: number): Experts {
  const input = context.shape(0);
  const first = context.shape(2)[1] ?? 0;
  const fused = gates.has(activationOf(context)) && !context.hasInput(fc3) ? 2 : 1;
  return {
    tokens: rowsOf(input),
    hidden: input[input.length - 1] ?? 0,
    experts: context.shape(1)[1] ?? 0,
    local: context.shape(2)[0] ?? 0,
    chosen: context.int('k', 1),
    inner: first / fused,
    first,
  };
}

function activationOf(context: WorkContext): string {
  return context.string('activation_type', 'relu').toLowerCase();
}

/** Bytes of the experts' tensors that are read: all of them times the touched share. */
export function touchedBytes(
  context: WorkContext,
  inputs: readonly number[],
  share: number,
): Record<number, number> {
  const bytes: Record<number, number> = {};
  for (const input of inputs) {
    const dtype = context.dtype(input);
    if (!context.hasInput(input) || dtype === undefined) continue;
    bytes[input] = Math.round((byteLength(dtype, elementCount(context.shape(input))) ?? 0) * share);
  }
  return bytes;
}

/**
 * k experts per token: two projections (three with a separate gate), their activation, the gate's product, the weighted
 * sum of the k results, and the router's softmax (5 per probability). Weights count where an expert is touched. Where only some of the
 * experts that the router scores are here, they do their share of the work of an even routing.
 */
function moeWork(context: WorkContext, fc3: number, weights: readonly number[]): OperatorWork {
  const { tokens, hidden, experts, local, chosen, inner, first } = expertsOf(context, fc3);
  const pairs = experts === 0 ? 0 : (tokens * chosen * local) / experts;
  const gate = context.hasInput(fc3) ? inner * hidden : 0;
  const name = activationOf(context);
  const gated = first !== inner || gate > 0;
  const probabilities = tokens * experts;
  const share = experts === 0 ? 0 : touchedExperts(experts, chosen, tokens) / experts;
  const touched = Math.max(1, Math.round(share * local));
  const work: OperatorWork = {
    matrix: 2 * pairs * (first * hidden + inner * hidden + gate),
    vector: pairs * (gated ? inner : 0) + 2 * pairs * hidden + 4 * probabilities,
    special: probabilities,
    inputBytes: touchedBytes(context, weights, share),
    matrixShape: {
      kind: 'gemm',
      batch: touched,
      m: Math.ceil(pairs / touched),
      n: first,
      k: hidden,
      weights: 'b',
    },
  };
  return addWork(work, activationWork(gates.get(name) ?? name, pairs * inner));
}

const formula =
  'T tokens, k experts each: matrix 2·T·k·(fc1 + fc2 + fc3 weights of one expert); vector 2·T·k·hidden (weighted sum), activation and gate, 4·T·experts; special T·experts; weights of E·(1 − (1 − k/E)^T) touched experts';

/** Mixtures of experts. Shapes: ONNX Runtime, ContribOperators.md. */
export const contribMoeOperators: readonly OperatorRule[] = [
  contrib('MoE', 'gemm', formula, like(), (context) => moeWork(context, 6, [2, 3, 4, 5, 6, 7])),
  // Experts of one device: the router scores those of the others too (ONNX Runtime's collective kernels, sharded_moe.cc).
  contrib('ShardedMoE', 'gemm', `${formula}; of the experts whose weights are here`, like(), (context) =>
    moeWork(context, 6, [2, 3, 4, 5, 6, 7]),
  ),
  contrib('QMoE', 'gemm', `${formula}; unpacking not counted`, like(), (context) =>
    moeWork(context, 8, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]),
  ),
];
