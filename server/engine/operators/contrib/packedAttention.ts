import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import { addWork } from '../activations';
import { attentionWork, noMask, type AttentionSizes } from '../attentionWork';
import { knownScalar } from '../helpers';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import {
  inferProjected,
  multiHeadFormula,
  projectedFormula,
  projectedWidths,
  projectionWork,
} from './attention';
import { over, plus, times, whole } from './attentionShapes';
import { contrib } from './microsoft';

/** Tokens of several sequences without padding; pairs as if all sequences were equally long. */
function packedSizes(context: WorkContext, offsets: number, head: number, value: number): AttentionSizes {
  const tokens = context.shape(0)[0] ?? 0;
  const batch = Math.max(1, context.shape(offsets)[0] ?? 1);
  const heads = context.int('num_heads', 1);
  const length = tokens / batch;
  return {
    batch,
    heads,
    kvHeads: heads,
    queryLength: length,
    keyLength: length,
    headSize: head,
    valueHeadSize: value,
  };
}

const packedAttention = contrib(
  'PackedAttention',
  'attention',
  `${projectedFormula}; sequences taken as equally long`,
  (context) =>
    inferProjected(context, {
      weights: 1,
      bias: 2,
      past: -1,
      pastLength: -1,
      scoreBias: 5,
      mask: -1,
      dtype: (c) => c.dtype(0),
    }),
  (context) => {
    const heads = context.int('num_heads', 1);
    const [width = 0, columns = 0] = context.shape(1);
    const widths = projectedWidths(context.ints('qkv_hidden_sizes'), columns);
    const sizes = packedSizes(
      context,
      3,
      Number(widths.query ?? 0) / heads,
      Number(widths.value ?? 0) / heads,
    );
    const attention = attentionWork(sizes, noMask, { bias: context.hasInput(5) });
    return addWork(attention, projectionWork(context.shape(0)[0] ?? 0, width, columns, context.hasInput(2)));
  },
);

const packedMultiHead = contrib(
  'PackedMultiHeadAttention',
  'attention',
  `${multiHeadFormula}; sequences taken as equally long`,
  (context) => {
    const query = context.shape(0);
    const heads = context.int('num_heads');
    const width = query?.length === 4 ? times(query[3], heads) : context.shape(2)?.[1];
    context.setTensor(0, context.dtype(0), whole(query?.[0], width));
  },
  (context) => {
    const heads = context.int('num_heads', 1);
    const query = context.shape(0);
    const head = query.length === 4 ? (query[3] ?? 0) : (query[1] ?? 0) / heads;
    const value = query.length === 4 ? head : (context.shape(2)[1] ?? 0) / heads;
    const work = attentionWork(packedSizes(context, 4, head, value), noMask, {
      bias: context.hasInput(6),
    });
    const bias = context.hasInput(3) ? context.count(3) * (query[0] ?? 0) : 0;
    return addWork(work, { vector: bias });
  },
);

/** Each token attends a window on both sides; the projection for global tokens is counted as if there were none. */
function longformer(name: string, weights: number, dtype: DataType | undefined): OperatorRule {
  return contrib(
    name,
    'attention',
    'matrix 2·|input|·3·hidden + 4·P·head size, P = batch·heads·pairs within ± window; vector 6·P + projection bias; special P; global tokens not counted',
    (context) => context.setTensor(0, dtype ?? context.dtype(0), context.shape(0)),
    (context) => {
      const [batch = 0, length = 0, hidden = 0] = context.shape(0);
      const heads = context.int('num_heads', 1);
      const columns = context.shape(weights)[1] ?? 0;
      const window = context.int('window', 0);
      const attention = attentionWork(
        {
          batch,
          heads,
          kvHeads: heads,
          queryLength: length,
          keyLength: length,
          headSize: hidden / heads,
          valueHeadSize: hidden / heads,
        },
        { causal: false, offset: 0, left: window, right: window },
        { bias: true },
      );
      return addWork(attention, projectionWork(batch * length, hidden, columns, true));
    },
  );
}

const isTrue = (context: NodeContext | WorkContext, input: number): boolean =>
  knownScalar(context, input) === 1;

/** Cached keys after DecoderAttention: those of the encoder stay, those of the decoder grow. */
function decoderKeys(context: NodeContext): Dim | undefined {
  const cache = context.shape(6)?.[2];
  const usesPast = isTrue(context, 9);
  if (isTrue(context, 8)) return usesPast ? cache : context.shape(1)?.[0];
  const length = context.shape(0)?.[0];
  return usesPast ? plus(cache, length) : length;
}

/** [length, batch, hidden] with flags for cross-attention and cache as inputs. */
const decoderAttention = contrib(
  'DecoderAttention',
  'attention',
  'matrix 2·tokens·hidden² for Q and 4·keys·hidden² for K and V + 4·P·head size; vector 6·P + biases; special P',
  (context) => {
    const query = context.shape(0);
    const heads = context.int('num_heads');
    context.setTensor(0, context.dtype(0), query);
    const known = knownScalar(context, 8) !== undefined && knownScalar(context, 9) !== undefined;
    const keys = known ? decoderKeys(context) : context.fresh('keys');
    const cache = whole(query?.[1], heads, keys, over(query?.[2], heads));
    for (const output of [1, 2])
      if (context.hasOutput(output)) context.setTensor(output, context.dtype(0), cache);
  },
  (context) => {
    const [length = 0, batch = 0, hidden = 0] = context.shape(0);
    const heads = context.int('num_heads', 1);
    const cross = isTrue(context, 8);
    const cached = isTrue(context, 9) ? (context.shape(6)[2] ?? 0) : 0;
    const fresh = cross ? (cached > 0 ? 0 : (context.shape(1)[0] ?? 0)) : length;
    const keyLength = cross ? Math.max(cached, fresh) : cached + fresh;
    const attention = attentionWork(
      {
        batch,
        heads,
        kvHeads: heads,
        queryLength: length,
        keyLength,
        headSize: hidden / heads,
        valueHeadSize: hidden / heads,
      },
      noMask,
      { bias: context.hasInput(5) },
    );
    const projected = addWork(attention, projectionWork(length * batch, hidden, hidden, true));
    return addWork(projected, projectionWork(fresh * batch, hidden, 2 * hidden, true));
  },
);

/** Q, K and V have separate 8-bit weights; past is [2, batch, heads, past length, head size]. */
const orderedAttention = contrib(
  'QOrderedAttention',
  'attention',
  'matrix 2·|input|·(Q + K + V columns) + 4·P·head size; vector 6·P + 4 per projected element (bias, requantise); special P',
  (context) => {
    const input = context.shape(0);
    const width = context.ints('qkv_hidden_sizes')?.[2] ?? context.shape(7)?.[1];
    context.setTensor(0, 'int8', whole(input?.[0], input?.[1], width));
  },
  (context) => {
    const [batch = 0, length = 0, width = 0] = context.shape(0);
    const heads = context.int('num_heads', 1);
    const columns = [5, 6, 7].map((input) => context.shape(input)[1] ?? 0);
    const total = columns.reduce((sum, n) => sum + n, 0);
    const past = context.hasInput(18) ? (context.shape(18)[3] ?? 0) : 0;
    const attention = attentionWork(
      {
        batch,
        heads,
        kvHeads: heads,
        queryLength: length,
        keyLength: past + length,
        headSize: (columns[0] ?? 0) / heads,
        valueHeadSize: (columns[2] ?? 0) / heads,
      },
      { ...noMask, causal: context.int('unidirectional', 0) !== 0, offset: past },
      { bias: context.hasInput(17) || context.hasInput(19) },
    );
    const rows = batch * length;
    return addWork(attention, { matrix: 2 * rows * width * total, vector: 4 * rows * total });
  },
);

/** ONNX Runtime's attentions on packed tokens, windows and older layouts. Shapes: its ContribOperators.md. */
export const contribPackedAttentionOperators: readonly OperatorRule[] = [
  packedAttention,
  packedMultiHead,
  longformer('LongformerAttention', 1, undefined),
  longformer('QOrderedLongformerAttention', 2, 'int8'),
  decoderAttention,
  orderedAttention,
];
