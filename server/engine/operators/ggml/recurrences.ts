import { elementCount } from '../../graph/dataTypes';
import { ggmlDomain } from '../../graph/domains';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';

/** Where a recurrence has its states, and the rows [batch, tokens, width] that its result is like. */
interface Operands {
  readonly state: number;
  readonly rows: number;
}

function recurrence(
  name: string,
  formula: string,
  { state, rows }: Operands,
  work: (context: WorkContext, tokens: number, states: number) => OperatorWork,
): OperatorRule {
  return {
    domain: ggmlDomain,
    name,
    operatorClass: 'attention',
    formula,
    infer(context: NodeContext) {
      context.setTensor(0, context.dtype(rows), context.shape(rows));
      context.setTensor(1, context.dtype(state), context.shape(state));
    },
    work(context) {
      const [batch = 0, length = 0] = context.shape(rows);
      const states = elementCount(context.shape(state).slice(1));
      return work(context, batch * length, states);
    },
  };
}

/**
 * Recurrences over tokens as ggml's kernels compute them, for each number of the state that is carried along; ggml has
 * results and new states in one tensor, which stand apart here. Inputs in ggml's order:
 * SSM_SCAN state [batch, heads, head size, state size], x, Δ, A, B, C (Mamba 1: heads of one number, Mamba 2: one A per head);
 * RWKV_WKV4 k, v, bonus, decay, state [batch, channels, 3], which ggml does not have;
 * RWKV_WKV6 k, v, r, bonus, decay, state [batch, heads, size, size]; RWKV_WKV7 r, decay, k, v, a, b, state.
 * Sources: ggml, src/ggml-cpu/ops.cpp, ggml_compute_forward_ssm_scan, _rwkv_wkv6 and _rwkv_wkv7; transformers,
 * rwkv_linear_attention_cpu.
 */
export const ggmlOperators: readonly OperatorRule[] = [
  recurrence(
    'SSM_SCAN',
    'per token: vector 3 per state (decay, input, sum) + |A| + |x|; special |A|; matrix 2 per state (read-out)',
    { state: 0, rows: 1 },
    (context, tokens, states) => {
      const decays = elementCount(context.shape(3));
      const vector = tokens * (3 * states + decays) + context.count(1);
      return { matrix: 2 * tokens * states, vector, special: tokens * decays };
    },
  ),
  recurrence(
    'RWKV_WKV4',
    'per token and channel: vector 19 (10 sums and differences, 6 products, 2 maxima, a quotient); special 4',
    { state: 4, rows: 0 },
    (_, tokens, states) => {
      const channels = states / 3;
      return { matrix: 0, vector: 19 * tokens * channels, special: 4 * tokens * channels };
    },
  ),
  recurrence(
    'RWKV_WKV6',
    'per token: vector 5 per state (k·v, bonus, decay and two sums); matrix 2 per state (read-out)',
    { state: 5, rows: 1 },
    (_, tokens, states) => ({ matrix: 2 * tokens * states, vector: 5 * tokens * states }),
  ),
  recurrence(
    'RWKV_WKV7',
    'per token: vector 5 per state (decay, k·v, removal and two sums); matrix 4 per state (removal, read-out)',
    { state: 6, rows: 3 },
    (_, tokens, states) => ({ matrix: 4 * tokens * states, vector: 5 * tokens * states }),
  ),
];
