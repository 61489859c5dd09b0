import { elementCount } from '../../graph/dataTypes';
import { addWork } from '../activations';
import { attendedBetween, attendedKeys, attentionWork, type AttentionSizes } from '../attentionWork';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf, times, whole } from './attentionShapes';
import { groupedFormula, headPreparation, headSizeOf, windowMask } from './groupedAttention';
import { contrib } from './microsoft';

/** Keys next to a query that it attends besides the selected ones. */
const windowOf = (context: WorkContext): number => Math.max(0, context.int('local_window_size', -1));

/** Attention over selected positions: at most `selected` keys for each query. */
function selectedWork(
  context: WorkContext,
  tokens: number,
  selected: number,
  headSize: number,
): OperatorWork {
  const heads = context.int('num_heads', 1);
  const kvHeads = context.int('kv_num_heads', 1);
  return attentionWork({
    batch: tokens,
    heads,
    kvHeads,
    queryLength: 1,
    keyLength: selected + windowOf(context),
    headSize,
    valueHeadSize: headSize,
  });
}

const selectedFormula =
  'P = tokens·heads·(selected, + window) keys: matrix 4·P·head size; vector 5·P, rotation 3 and normalisation 5 per element; special P; cache: selected rows and those of the window read, new rows written';

const dynamicSparseAttention = contrib(
  'DynamicSparseAttention',
  'attention',
  selectedFormula,
  (context) => {
    const query = context.shape(0);
    const headSize = headSizeOf(query, !context.hasInput(1), context);
    const width = times(headSize, context.int('num_heads'));
    const dtype = context.int('output_bf16', 0) === 1 ? 'bfloat16' : context.dtype(0);
    context.setTensor(0, dtype, whole(query?.[0], query?.[1], width));
    if (context.hasOutput(3)) context.setTensor(3, 'int32', whole(query?.[0]));
    // The caches are buffers that the step writes into; without them the prompt's keys are the cache.
    const prompt = whole(query?.[0], context.int('kv_num_heads'), query?.[1], headSize);
    for (const [output, past] of [
      [1, 3],
      [2, 4],
    ] as const)
      if (context.hasOutput(output))
        context.setTensor(output, context.dtype(past) ?? context.dtype(0), context.shape(past) ?? prompt);
  },
  (context) => {
    const [batch = 0, length = 0, width = 0] = context.shape(0);
    const heads = context.int('num_heads', 1);
    const kvHeads = context.int('kv_num_heads', 1);
    const headSize = width / (context.hasInput(1) ? heads : heads + 2 * kvHeads);
    const tokens = batch * length;
    const selected = context.shape(7)[1] ?? 0;
    const rows = tokens * (selected + windowOf(context)) * kvHeads * headSize;
    const written = bytesOf(context, 0, tokens * kvHeads * headSize);
    return {
      ...addWork(
        selectedWork(context, tokens, selected, headSize),
        headPreparation(context, tokens * heads * headSize, tokens * kvHeads * headSize, 14),
      ),
      inputBytes: {
        3: Math.min(bytesOf(context, 3, rows), bytesOf(context, 3, context.count(3))),
        4: Math.min(bytesOf(context, 4, rows), bytesOf(context, 4, context.count(4))),
      },
      outputBytes: { 1: written, 2: written },
    };
  },
);

/** Packed tokens over caches in blocks; shapes of the caches stay. */
function inferPaged(context: NodeContext): void {
  const query = context.shape(0);
  const headSize = headSizeOf(query, !context.hasInput(1), context);
  const stated = context.int('v_head_size', 0);
  const width = times(stated > 0 ? stated : headSize, context.int('num_heads'));
  context.setTensor(0, context.dtype(0), whole(query?.[0], width));
  for (const [output, cache] of [
    [1, 3],
    [2, 4],
  ] as const)
    if (context.hasOutput(output)) context.setType(output, context.type(cache));
}

interface Paged {
  readonly batch: number;
  readonly tokens: number;
  readonly headSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Past keys per sequence on average: known lengths, else what the block table has room for. */
  readonly past: number;
}

function pagedSizes(context: WorkContext): Paged {
  const [tokens = 0, width = 0] = context.shape(0);
  const heads = context.int('num_heads', 1);
  const kvHeads = context.int('kv_num_heads', 1);
  const headSize = width / (context.hasInput(1) ? heads : heads + 2 * kvHeads);
  const batch = Math.max(1, (context.shape(5)[0] ?? 2) - 1);
  const lengths = context.elements(6);
  const known = lengths?.every((length) => typeof length === 'number');
  const room = (context.shape(7)[1] ?? 0) * (context.shape(3)[1] ?? 0);
  const past = known ? elementSum(lengths) / batch : Math.max(0, room - tokens / batch);
  return { batch, tokens, headSize, heads, kvHeads, past };
}

const elementSum = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const pagedAttention = contrib(
  'PagedAttention',
  'attention',
  `${groupedFormula}; sequences taken as equally long, past keys from past_seqlens, else the room in the block table`,
  inferPaged,
  (context) => {
    const { batch, tokens, headSize, heads, kvHeads, past } = pagedSizes(context);
    const length = tokens / batch;
    const stated = context.int('v_head_size', 0);
    const sizes: AttentionSizes = {
      batch,
      heads,
      kvHeads,
      queryLength: length,
      keyLength: past + length,
      headSize,
      valueHeadSize: stated > 0 ? stated : headSize,
    };
    const mask = windowMask(context, past);
    const attended = attendedKeys(length, past + length, mask);
    const work = attentionWork(sizes, mask, {
      softcap: context.float('softcap', 0) !== 0,
    });
    const queries = tokens * heads * headSize;
    const keys = tokens * kvHeads * headSize;
    return {
      ...addWork(work, headPreparation(context, queries, keys, 12)),
      ...pagedBytes(context, batch * attendedBetween(0, past, attended), tokens),
    };
  },
);

/** Rows of a paged cache [blocks, block size, heads, size] that are read and written. */
function pagedBytes(context: WorkContext, read: number, written: number) {
  const inputBytes: Record<number, number> = {};
  const outputBytes: Record<number, number> = {};
  for (const [cache, output] of [
    [3, 1],
    [4, 2],
  ] as const) {
    if (!context.hasInput(cache)) continue;
    const row = elementCount(context.shape(cache).slice(2));
    inputBytes[cache] = Math.min(
      bytesOf(context, cache, row * read),
      bytesOf(context, cache, context.count(cache)),
    );
    outputBytes[output] = bytesOf(context, cache, row * written);
  }
  return { inputBytes, outputBytes };
}

const sparsePagedAttention = contrib(
  'SparsePagedAttention',
  'attention',
  selectedFormula,
  inferPaged,
  (context) => {
    const { tokens, headSize, heads, kvHeads } = pagedSizes(context);
    const selected = context.shape(9)[1] ?? 0;
    const work = selectedWork(context, tokens, selected, headSize);
    const queries = tokens * heads * headSize;
    const keys = tokens * kvHeads * headSize;
    return {
      ...addWork(work, headPreparation(context, queries, keys, 17)),
      ...pagedBytes(context, tokens * (selected + windowOf(context)), tokens),
    };
  },
);

/** ONNX Runtime's attentions over selected positions and caches in blocks. Shapes: its ContribOperators.md. */
export const contribPagedAttentionOperators: readonly OperatorRule[] = [
  dynamicSparseAttention,
  pagedAttention,
  sparsePagedAttention,
];
