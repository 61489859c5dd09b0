import { elementCount } from '../../graph/dataTypes';
import { add, maximum, multiply, sum, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { linearRule } from '../attention';
import { addWork } from '../activations';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { over, plus, times, whole } from './attentionShapes';
import { contrib } from './microsoft';

/**
 * The recurrence per token: k⊗v 2·dk·dv per value head, for delta rules Sᵀk as much more, the read-out qᵀS per query
 * head (matrix); decay of the state dk·dv, for delta rules v − Sᵀk and β 2·dv, the scale dv (vector).
 * Source: the update rules in ONNX Runtime's ContribOperators.md, LinearAttention.
 */
export function recurrenceWork(
  rule: string,
  tokens: number,
  heads: { readonly query: number; readonly value: number },
  dk: number,
  dv: number,
): OperatorWork {
  const { decay, delta } = linearRule(rule);
  const state = dk * dv;
  return {
    matrix: 2 * tokens * state * (heads.query + heads.value * (delta ? 2 : 1)),
    vector: tokens * (heads.value * (state * decay + (delta ? 2 * dv : 0)) + heads.query * dv),
    special: decay * tokens * heads.value,
  };
}

const formula =
  'per token: matrix 2·dk·dv·(read-outs + value heads, twice for delta rules); vector decay dk·dv, delta 2·dv, scale dv; special 1 per value head (decay)';

const linearAttention = contrib(
  'LinearAttention',
  'attention',
  formula,
  (context) => {
    const query = context.shape(0);
    const kvHeads = context.int('kv_num_heads', 1);
    const dk = over(context.shape(1)?.[2], kvHeads);
    const dv = over(context.shape(2)?.[2], kvHeads);
    const heads = Math.max(context.int('q_num_heads', 1), kvHeads);
    context.setTensor(0, context.dtype(0), whole(query?.[0], query?.[1], times(dv, heads)));
    if (!context.hasOutput(1)) return;
    const window = context.int('state_window', 0);
    const state = whole(query?.[0], kvHeads, dk, dv);
    const shape = context.shape(3) ?? (window > 0 && state ? [window, ...state] : state);
    context.setTensor(1, context.dtype(3) ?? context.dtype(0), shape);
  },
  (context) => {
    const [batch = 0, length = 0] = context.shape(0);
    const kvHeads = context.int('kv_num_heads', 1);
    const heads = { query: Math.max(context.int('q_num_heads', 1), kvHeads), value: kvHeads };
    const dk = (context.shape(1)[2] ?? 0) / kvHeads;
    const dv = (context.shape(2)[2] ?? 0) / kvHeads;
    const rule = context.string('update_rule', 'gated_delta');
    return recurrenceWork(rule, batch * length, heads, dk, dv);
  },
);

/** Sizes of a GatedDeltaNet: its query is [tokens, heads, dk], or packs key and value where no value comes in. */
interface DeltaNetShapes {
  readonly query: Shape | undefined;
  readonly state: Shape | undefined;
  /** Axes before those of heads. */
  readonly tokens: Shape | undefined;
  /** Undefined where the query is packed. */
  readonly queryHeads: Dim | undefined;
  readonly valueHeads: Dim | undefined;
  readonly dv: Dim | undefined;
}

/** The state [batch, value heads, dv, dk] says the sizes where query packs key and value. */
function deltaNetShapes(context: NodeContext): DeltaNetShapes {
  const [query, value, state] = [context.shape(0), context.shape(2), context.shape(6)];
  const isPacked = !context.hasInput(2);
  return {
    query,
    state,
    tokens: query?.slice(0, isPacked ? -1 : -2),
    queryHeads: isPacked ? undefined : query?.[query.length - 2],
    valueHeads: value?.[value.length - 2] ?? state?.[1],
    dv: value?.[value.length - 1] ?? state?.[2],
  };
}

/** Y is token-major: one row of dv for each head, of query or of value, whichever has more. */
function deltaNetOutput({ tokens, queryHeads, valueHeads, dv }: DeltaNetShapes): Shape | undefined {
  const heads =
    valueHeads !== undefined && queryHeads !== undefined ? maximum(queryHeads, valueHeads) : valueHeads;
  const row = whole(heads, dv);
  return tokens && row && [...tokens, ...row];
}

/** The state of a GatedDeltaNet into which none comes: of each request, which a batch or the ends of requests count. */
function newState(context: NodeContext, { query, valueHeads, dv }: DeltaNetShapes): Shape | undefined {
  const dk = query?.[query.length - 1];
  const batch = query?.length === 4 ? query[0] : undefined;
  return whole(batch ?? plus(context.shape(3)?.[0], -1), valueHeads, dv, dk);
}

/** Transition factors of captured tokens: decay, key and value of each, [batch, capacity · their sizes]. */
function captured(context: NodeContext, { query, state }: DeltaNetShapes): Shape | undefined {
  const [batch, valueHeads, dv, dk] = state ?? [];
  const queryHeads = context.hasInput(2) ? query?.[query.length - 2] : valueHeads;
  const capacity = context.int('state_update_capacity', 0);
  if (batch === undefined || valueHeads === undefined || dv === undefined) return undefined;
  if (dk === undefined || queryHeads === undefined) return undefined;
  const factors = sum([valueHeads, multiply(queryHeads, dk), multiply(valueHeads, dv)]);
  return [batch, multiply(capacity, factors)];
}

const gatedDeltaNet = contrib(
  'GatedDeltaNet',
  'attention',
  formula,
  (context) => {
    const shapes = deltaNetShapes(context);
    const stateType = context.dtype(6) ?? 'float';
    context.setTensor(0, context.dtype(0), deltaNetOutput(shapes));
    if (context.hasOutput(1)) context.setTensor(1, stateType, shapes.state ?? newState(context, shapes));
    if (context.hasOutput(2)) context.setTensor(2, stateType, captured(context, shapes));
  },
  (context) => {
    const state = context.shape(6);
    const output = context.outputShape(0);
    const [dv = 0] = output.slice(-1);
    const [heads = 0] = output.slice(-2, -1);
    const tokens = elementCount(output.slice(0, -2));
    const query = context.shape(0);
    const dk = (state.length > 0 ? state[3] : query[query.length - 1]) ?? 0;
    const rule = context.string('update_rule', 'gated_delta');
    return recurrenceWork(rule, tokens, { query: heads, value: heads }, dk, dv);
  },
);

/** Entries selected per query: the token budget and a block's remainder, or the k best compressed entries. */
function capacity(context: NodeContext): number {
  return context.string('policy_mode', 'qsa') === 'csa'
    ? context.int('index_topk', 0)
    : context.int('token_budget', 0) + context.int('compress_ratio', 1) - 1;
}

/** Selections of tokens, or those of another indexer that come in merged: a number on the CPU says which. */
function selections(context: NodeContext): Dim | undefined {
  const mode = context.elements(18)?.[0];
  if (mode === undefined) return context.fresh('selections');
  return context.shape(mode === 0 ? 0 : 19)?.[0];
}

/** Scores of every query head against every cached key, and a softmax-like comparison to pick the best. */
function indexerWork(context: WorkContext, queries: number, keys: number, width: number): OperatorWork {
  const heads = width === 0 ? 0 : context.count(0) / Math.max(1, queries * width);
  const pairs = queries * keys;
  return addWork(
    { matrix: 2 * pairs * heads * width, vector: pairs * (2 * heads + 1) },
    { vector: 8 * (context.count(0) + context.count(1)) },
  );
}

const indexerFormula =
  'matrix 2·queries·keys·heads·head size; vector queries·keys·(2·heads + 1) (weights, selection) + 8 per element of Q and K (norm, rotation)';

const sparseAttentionIndexer = contrib(
  'SparseAttentionIndexer',
  'attention',
  indexerFormula,
  (context) => {
    const query = context.shape(0);
    const past = context.shape(7);
    context.setTensor(0, 'int32', whole(query?.[0], query?.[1], capacity(context)));
    const compressed = context.string('policy_mode', 'qsa') === 'csa';
    if (context.hasOutput(1)) {
      const length = past?.[1];
      const grown: Dim | undefined =
        length === undefined || query?.[1] === undefined
          ? undefined
          : compressed
            ? context.fresh('compressed')
            : add(length, query[1]);
      const total = context.hasInput(12) ? length : grown;
      context.setTensor(1, context.dtype(7) ?? context.dtype(0), whole(query?.[0], total, past?.[2]));
    }
    if (context.hasOutput(2)) {
      const width = context.shape(1)?.[2];
      const shape = whole(2, query?.[0], context.fresh('buffered'), width);
      context.setTensor(2, context.dtype(0), shape);
    }
  },
  (context) => {
    const [batch = 0, length = 0] = context.shape(0);
    const present = context.outputShape(1);
    return indexerWork(context, batch * length, present[1] ?? 0, present[2] ?? 0);
  },
);

const packedSparseAttentionIndexer = contrib(
  'PackedSparseAttentionIndexer',
  'attention',
  indexerFormula,
  (context) => {
    const tokens = context.hasInput(19) ? selections(context) : context.shape(0)?.[0];
    const width = context.int('max_output_entries', 0) || capacity(context);
    context.setTensor(0, 'int32', whole(tokens, width));
    if (context.hasOutput(1)) context.setTensor(1, 'int32', whole(tokens));
    for (const [output, input] of [
      [2, 12],
      [3, 13],
      [4, 14],
      [5, 15],
    ] as const)
      if (context.hasOutput(output)) context.setType(output, context.type(input));
    const state = context.shape(12);
    const captured = whole(state?.[0], context.int('state_update_capacity', 0), state?.[2]);
    if (context.hasOutput(6)) context.setTensor(6, context.dtype(0), captured);
    if (context.hasOutput(7)) context.setTensor(7, 'int32', whole(tokens));
    if (context.hasOutput(8)) context.setTensor(8, 'int32', whole(state?.[0]));
  },
  (context) => {
    const [, keys = 0, width = 0] = context.shape(12);
    return indexerWork(context, context.shape(0)[0] ?? 0, keys, width);
  },
);

/** ONNX Runtime's linear attentions and sparse-attention indexers. Shapes: its ContribOperators.md. */
export const contribLinearAttentionOperators: readonly OperatorRule[] = [
  linearAttention,
  gatedDeltaNet,
  sparseAttentionIndexer,
  packedSparseAttentionIndexer,
];
