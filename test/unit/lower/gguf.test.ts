import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../server/engine/formats/gguf/read';
import type { Model } from '../../../server/engine/graph/model';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../server/engine/scheduler';
import { GgufWriter } from '../formats/gguf/bytes';
import { countsOf } from './counts';
import { written, type Pieces } from './ggufFile';
import { attentionOf, convolvedInVain, rwkv, towers, type Recurrent } from './towers';
import { expandedPast, latentRatio, torch, unmasked, windowsOf, type TorchModel } from './torch';

async function modelOf(pieces: Pieces): Promise<Model> {
  const { value, problems } = await readGguf(memorySource(written(pieces)), uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

const w = new GgufWriter();

/** Files of the architecture llama state no window, so that torch's models with one are others. */
const cases = Object.entries(torch.models).filter(
  ([, { gguf, config }]) =>
    gguf !== undefined && !(config['sliding_window'] && gguf.architecture === 'llama'),
);

describe('the graph of a GGUF file', () => {
  it.each(cases)('of %s has the parameters and operations that torch counts', async (_, known) => {
    const model = await modelOf(known.gguf!);
    const windows = windowsOf(known);
    const ratio = latentRatio(known);
    for (const [phase, queries, past] of [
      ['prefill', torch.prefill, 0],
      ['decode', 1, torch.prefill],
    ] as const) {
      const flops = known[phase];
      if (!flops) continue;
      const counts = await countsOf(model, queries, past);
      expect(counts.problems).toEqual([]);
      expect(counts.parameters).toBe(stored(known));
      const products = flops.weights - expandedPast(known, past) - poolerOf(known);
      expect([phase, counts.weights]).toEqual([phase, products]);
      const attention = unmasked(flops.attention, queries, past, windows, ratio);
      if (known.type === 'bert') expect(counts.attention).toBe(flops.attention);
      else expect([phase, counts.attention]).toEqual([phase, Math.round(attention)]);
    }
  });
});

/** Models with a state instead of attention, of which there are GGUF files. */
const recurrent = Object.entries({ ...towers.models, ...rwkv }).filter(([, { gguf }]) => gguf !== undefined);

describe('the graph of a GGUF file with a state', () => {
  it.each(recurrent)('of %s has the parameters and operations that torch counts', async (_, known) => {
    const model = await modelOf(known.gguf!);
    for (const [run, queries, past] of [
      ['prefill', towers.tokens, 0],
      ['decode', 1, towers.tokens],
    ] as const) {
      const flops = known.runs[run]!;
      const counts = await countsOf(model, queries, past);
      expect(counts.problems).toEqual([]);
      expect(counts.parameters).toBe(stored(known));
      const products = flops.weights - convolvedInVain(known, run, flops.convolution);
      expect([run, counts.weights]).toEqual([run, products]);
      expect([run, counts.attention]).toEqual([run, attentionOf(known, run)]);
      expect(counts.cacheBytes).toBe(stateBytes(known));
    }
  });
});

/** Files of llama.cpp leave out the product that the first token of BERT goes through at the end. */
function poolerOf({ type, config }: TorchModel): number {
  return type === 'bert' ? 2 * Number(config['hidden_size']) ** 2 : 0;
}

/**
 * Bytes of states, which llama.cpp keeps in 32 bits (n_embd_s and n_embd_r of its llama_hparams): of each layer the inner
 * width times the state's size, and kernel - 1 inputs of the convolution, which sees B and C of Mamba 2 too; of RWKV a matrix
 * for each head, and the last rows that attention and feed-forward have read.
 */
function stateBytes({ gguf }: Recurrent): number {
  const number = (key: string): number => Number(gguf!.values[key] ?? 0);
  const [inner, size, hidden] = [
    number('ssm.inner_size'),
    number('ssm.state_size'),
    number('embedding_length'),
  ];
  const channels = inner + 2 * number('ssm.group_count') * size;
  const scan = inner * size + (number('ssm.conv_kernel') - 1) * channels;
  const head = number('wkv.head_size');
  return 4 * number('block_count') * (head > 0 ? hidden * head + 2 * hidden : scan);
}

/** Elements of the file's tensors, each once. */
function stored({ gguf }: Pick<TorchModel, 'gguf'>): number {
  return gguf!.tensors.reduce((sum, [, dims]) => sum + dims.reduce((a, b) => a * b, 1), 0);
}

describe('a model of blocks', () => {
  // Llama-3.1-8B's shape, with the types of llama.cpp's Q4_K_M: 4.5 and 6.5625 bits per weight.
  const layer = (i: number): [string, number[], number][] => [
    [`blk.${i}.attn_norm.weight`, [4096], 0],
    [`blk.${i}.attn_q.weight`, [4096, 4096], 12],
    [`blk.${i}.attn_k.weight`, [1024, 4096], 12],
    [`blk.${i}.attn_v.weight`, [1024, 4096], 14],
    [`blk.${i}.attn_output.weight`, [4096, 4096], 12],
    [`blk.${i}.ffn_norm.weight`, [4096], 0],
    [`blk.${i}.ffn_gate.weight`, [14336, 4096], 12],
    [`blk.${i}.ffn_up.weight`, [14336, 4096], 12],
    [`blk.${i}.ffn_down.weight`, [4096, 14336], 14],
  ];
  const pieces: Pieces = {
    architecture: 'llama',
    values: {
      block_count: 2,
      embedding_length: 4096,
      feed_forward_length: 14336,
      'attention.head_count': 32,
      'attention.head_count_kv': 8,
      'attention.layer_norm_rms_epsilon': 0.00001,
    },
    tensors: [
      ['token_embd.weight', [128256, 4096], 12],
      ...layer(0),
      ...layer(1),
      ['output_norm.weight', [4096], 0],
      ['output.weight', [128256, 4096], 14],
    ],
  };

  /** The head alone: nobody reads the gigabyte behind it. */
  const head = async (): Promise<Model> => {
    let end = 0;
    const infos = pieces.tensors.map(([name, dims, type = 0]) => {
      const offset = end;
      const bytes = { 0: 4, 12: 144 / 256, 14: 210 / 256 }[type]!;
      end += dims.reduce((a, b) => a * b, bytes);
      return w.tensor(name, [...dims].reverse(), type, offset);
    });
    const values = Object.entries(pieces.values).map(([key, value]) =>
      Number.isInteger(value)
        ? w.pair(`llama.${key}`, 4, w.u32(Number(value)))
        : w.pair(`llama.${key}`, 6, w.f32(Number(value))),
    );
    const bytes = Uint8Array.from(w.head([w.string('general.architecture', 'llama'), ...values], infos));
    const source = memorySource(bytes);
    const { value } = await readGguf(
      {
        size: bytes.length + 32 + end,
        read: (at, length) => source.read(at, Math.min(length, Math.max(0, bytes.length - at))),
      },
      uninterrupted,
    );
    return value!;
  };

  it('moves exactly the bytes of its blocks, and computes in 16 bits', async () => {
    const { inference, problems, cacheBytes } = await countsOf(await head(), 1, 1023);
    expect(problems).toEqual([]);
    const node = (name: string) => inference.nodes.find((one) => one.node.name === name)!;
    // 14336 x 4096 in blocks of 256 with 144 bytes; 4096 x 14336 with 210; one row of the embedding.
    expect(node('/layers.0/mlp/gate/FusedMatMul').work!.bytes.weights).toBe(14336 * 16 * 144);
    expect(node('/layers.1/mlp/down/FusedMatMul').work!.bytes.weights).toBe(4096 * 56 * 210);
    expect(node('/embedding/Gather').work!.bytes.weights).toBe(16 * 144);
    const logits = inference.values.find(({ name }) => name === 'logits')!;
    expect(logits.type).toEqual({ kind: 'tensor', dtype: 'float16', shape: [1, 1, 128256] });
    // 2 layers, keys and values, 8 heads of 128 halves, 1,024 positions.
    expect(cacheBytes).toBe(2 * 2 * 8 * 128 * 2 * 1024);
    // Of the cache 1,023 past rows are read and one is written.
    const attention = node('/layers.0/attention/GroupQueryAttention').work!;
    expect(attention.touched.inputs.slice(3, 5)).toEqual([1023 * 2048, 1023 * 2048]);
    expect(attention.touched.outputs.slice(1)).toEqual([2048, 2048]);
  });
});

describe('keys and values in another type', () => {
  // Blocks of 32 numbers: q8_0 has 32 bytes and a scale of 16 bits, q4_0 half as many bytes and the scale (ggml-common.h).
  it.each([
    ['f16', 2],
    ['q8_0', 34 / 32],
    ['q4_0', 18 / 32],
    ['fp8', 1],
  ] as const)('%s take so many bytes in memory, and of a step', async (cacheType, bytes) => {
    const known = torch.models['llama']!;
    const counts = await countsOf(await modelOf(known.gguf!), 1, 1023, { cacheType });
    expect(counts.problems).toEqual([]);
    // 2 layers, keys and values, 4 heads of 16 numbers, 1,024 positions.
    expect(counts.cacheBytes).toBe(2 * 2 * 4 * 16 * 1024 * bytes);
    const attention = counts.inference.nodes.find(
      ({ operatorClass }) => operatorClass === 'attention',
    )!.work!;
    // Of each 1,023 rows are read and one is written.
    expect(attention.touched.inputs.slice(3, 5)).toEqual(Array(2).fill(1023 * 4 * 16 * bytes));
    expect(attention.touched.outputs.slice(1)).toEqual(Array(2).fill(4 * 16 * bytes));
    // What is computed is the same.
    const plain = await countsOf(await modelOf(known.gguf!), 1, 1023);
    expect([counts.weights, counts.attention]).toEqual([plain.weights, plain.attention]);
  });

  it('leave states of recurrences as they are, and models without caches, of which it is said', async () => {
    const known = recurrent.find(([name]) => name === 'mamba')![1];
    const counts = await countsOf(await modelOf(known.gguf!), 1, 10, { cacheType: 'q8_0' });
    expect(counts.problems).toEqual(['inference.cache-type {"type":"q8_0"}']);
    expect(counts.cacheBytes).toBe(stateBytes(known));
  });
});

describe('what a graph lacks', () => {
  const values = { block_count: 1, embedding_length: 64, 'attention.head_count': 4 };
  const remark = async (pieces: Pieces): Promise<unknown> => {
    const { value, problems } = await readGguf(memorySource(written(pieces)), uninterrupted);
    expect(value).toMatchObject({ isPartial: true, graph: { nodes: [] } });
    return problems;
  };

  it('is said: a number or a tensor', async () => {
    const tensors = [['token_embd.weight', [32, 64]]] as const;
    const { block_count, ...rest } = values;
    expect(block_count).toBe(1);
    expect(await remark({ architecture: 'llama', values: rest, tensors })).toMatchObject([
      { code: 'lower.missing-key', args: { architecture: 'llama', key: 'llama.block_count' } },
    ]);
    expect(await remark({ architecture: 'llama', values, tensors })).toMatchObject([
      { code: 'lower.missing-tensor', args: { tensor: 'blk.0.attn_q.weight' } },
    ]);
  });

  it('is said of a file that claims more layers than it has, in no time', async () => {
    const many = { ...values, block_count: 2_000_000_000 };
    const tensors = [['token_embd.weight', [32, 64]]] as const;
    expect(await remark({ architecture: 'llama', values: many, tensors })).toHaveLength(1);
  });
});
