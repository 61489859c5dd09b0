import type { Inference } from '../inference/types';
import { numericShape } from '../inference/work';
import type { Cache, Caches } from '../kernels/types';

/** Tokens of one block of a paged cache: the default of vLLM (docs.vllm.ai, engine arguments, --block-size) on GPUs. */
const blockTokens = 16;

/** What a buffer takes beside its value, by the id of the value: the last block of each sequence is rarely full. */
export function blockShares(inference: Inference, { policy, list }: Caches): ReadonlyMap<number, number> {
  if (policy !== 'paged') return new Map();
  return new Map(list.map((cache) => [cache.present, blockShare(inference, cache)]));
}

/** Whole blocks ÷ tokens. */
function blockShare({ values }: Inference, { past, present }: Cache): number {
  const before = numericShape(values[past]!.type);
  const after = numericShape(values[present]!.type);
  if (!before || !after) return 1;
  // Caches are [..., tokens, size of a head]; that axis grows.
  const grown = after.findIndex((size, axis) => size !== before[axis]);
  const tokens = after[grown === -1 ? after.length - 2 : grown]!;
  return tokens > 0 ? (Math.ceil(tokens / blockTokens) * blockTokens) / tokens : 1;
}
