import { expect } from 'vitest';
import { readGguf } from '../../../server/engine/formats/gguf/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import { written } from './ggufFile';

const layers = 4;

/** Layers of four heads, two of them for keys and values, that multiply by twice the width, and 256 tokens. */
export async function llama({ width = 64, isTied = false } = {}): Promise<Model> {
  const ofLayer = (at: number): [string, number[]][] => {
    const name = `blk.${at}.`;
    return [
      [`${name}attn_norm.weight`, [width]],
      [`${name}attn_q.weight`, [width, width]],
      [`${name}attn_k.weight`, [width / 2, width]],
      [`${name}attn_v.weight`, [width / 2, width]],
      [`${name}attn_output.weight`, [width, width]],
      [`${name}ffn_norm.weight`, [width]],
      [`${name}ffn_gate.weight`, [2 * width, width]],
      [`${name}ffn_up.weight`, [2 * width, width]],
      [`${name}ffn_down.weight`, [width, 2 * width]],
    ];
  };
  const bytes = written({
    architecture: 'llama',
    values: {
      block_count: layers,
      context_length: 4096,
      embedding_length: width,
      feed_forward_length: 2 * width,
      'attention.head_count': 4,
      'attention.head_count_kv': 2,
      'attention.layer_norm_rms_epsilon': 0.00001,
    },
    tensors: [
      ['token_embd.weight', [256, width]],
      ...Array.from({ length: layers }, (_, at) => ofLayer(at)).flat(),
      ['output_norm.weight', [width]],
      ...(isTied ? [] : ([['output.weight', [256, width]]] as const)),
    ],
  });
  const { value, problems } = await readGguf(memorySource(bytes), uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}
