import { lowerConfiguration } from '../../../../server/engine/lower/lowerConfiguration';
import { prepare, type Prepared } from '../../../../server/engine/analyse';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';

/** Published configurations: Llama 3 (arXiv 2407.21783, table 3), Qwen3 (arXiv 2505.09388, table 1), Mixtral (arXiv 2401.04088, table 1). */
export const configurations = {
  'llama-3-8b': {
    ...{ model_type: 'llama', hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32 },
    ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256, tie_word_embeddings: false },
    ...{ hidden_act: 'silu', max_position_embeddings: 8192, torch_dtype: 'bfloat16' },
  },
  'llama-3-70b': {
    ...{ model_type: 'llama', hidden_size: 8192, intermediate_size: 28672, num_hidden_layers: 80 },
    ...{ num_attention_heads: 64, num_key_value_heads: 8, vocab_size: 128256, tie_word_embeddings: false },
    ...{ hidden_act: 'silu', max_position_embeddings: 8192, torch_dtype: 'bfloat16' },
  },
  'qwen3-32b': {
    ...{
      model_type: 'qwen3',
      hidden_size: 5120,
      intermediate_size: 25600,
      num_hidden_layers: 64,
      head_dim: 128,
    },
    ...{ num_attention_heads: 64, num_key_value_heads: 8, vocab_size: 151936, tie_word_embeddings: false },
    ...{ hidden_act: 'silu', max_position_embeddings: 40960, torch_dtype: 'bfloat16' },
  },
  'mixtral-8x7b': {
    ...{ model_type: 'mixtral', hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32 },
    ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 32000, tie_word_embeddings: false },
    ...{ num_local_experts: 8, num_experts_per_tok: 2, hidden_act: 'silu', max_position_embeddings: 32768 },
    torch_dtype: 'bfloat16',
  },
} as const;

/** A configuration under a workload. */
export async function configured(
  configuration: Readonly<Record<string, unknown>>,
  workload: Partial<Workload>,
): Promise<Prepared> {
  const { value } = lowerConfiguration({
    name: 'm',
    configuration,
    tensors: [],
    facts: { docString: '', metadata: [] },
  });
  const usual = { bindings: {}, phase: 'decode', precision: 'as-stored', runtime: null } as const;
  return prepare(value, { ...usual, ...workload }, uninterrupted);
}
