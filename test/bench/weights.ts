/**
 * Files of much more weights than graph, from file to listing: a GGUF file of 1.3 GB with the vocabulary of Llama 3, and a folder of
 * 100 safetensors files with 812 GB (Llama 3.1 405B). Both are sparse: no weight is written. Prints figures; nothing is asserted.
 * Run: npm run bench:weights
 */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listingOf, openModel } from '../../server/cli/openModel';
import { boundless } from '../../server/engine/formats/room';
import { nodePlatform } from '../../server/node/platform';
import { installPlatform } from '../../server/platform';
import { GgufWriter } from '../unit/formats/gguf/bytes';

installPlatform(nodePlatform);

interface Shape {
  readonly hidden: number;
  readonly inner: number;
  readonly layers: number;
  readonly keys: number;
}
type Tensor = readonly [name: string, dims: readonly number[]];

const vocabulary = 128_256;
const q8 = 8;

function ofLayer({ hidden, inner, keys }: Shape, names: readonly string[]): Tensor[] {
  const dims = [
    [hidden],
    [hidden, hidden],
    [keys, hidden],
    [keys, hidden],
    [hidden, hidden],
    [hidden],
    [inner, hidden],
  ];
  const all = [...dims, [inner, hidden], [hidden, inner]];
  return names.map((name, i) => [name, all[i]!]);
}

const ggufNames = [
  'attn_norm',
  'attn_q',
  'attn_k',
  'attn_v',
  'attn_output',
  'ffn_norm',
  'ffn_gate',
  'ffn_up',
  'ffn_down',
];
const torchNames = [
  'input_layernorm',
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'post_attention_layernorm',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
];

function elements(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function sparse(path: string, head: Uint8Array, bytes: number): void {
  const file = openSync(path, 'w');
  writeSync(file, head);
  ftruncateSync(file, bytes);
  closeSync(file);
}

/** Blocks of 32 numbers take 34 bytes in Q8_0; norms are 32 bits. */
function writeGguf(path: string): void {
  const shape = { hidden: 2048, inner: 8192, layers: 16, keys: 512 };
  const w = new GgufWriter();
  const tensors: Tensor[] = [['token_embd.weight', [vocabulary, shape.hidden]]];
  for (let i = 0; i < shape.layers; i++)
    tensors.push(
      ...ofLayer(
        shape,
        ggufNames.map((name) => `blk.${i}.${name}.weight`),
      ),
    );
  tensors.push(['output_norm.weight', [shape.hidden]]);
  let end = 0;
  const infos = tensors.map(([name, dims]) => {
    const info = w.tensor(name, [...dims].reverse(), dims.length > 1 ? q8 : 0, end);
    end += Math.ceil((elements(dims) * (dims.length > 1 ? 34 / 32 : 4)) / 32) * 32;
    return info;
  });
  const words = Array.from({ length: vocabulary }, (_, i) => w.text(`token${i}`));
  const number = (key: string, value: number) => w.pair(`llama.${key}`, 4, w.u32(value));
  const pairs = [
    w.string('general.architecture', 'llama'),
    number('block_count', shape.layers),
    number('context_length', 131_072),
    number('embedding_length', shape.hidden),
    number('feed_forward_length', shape.inner),
    number('attention.head_count', 32),
    number('attention.head_count_kv', 8),
    w.pair('llama.attention.layer_norm_rms_epsilon', 6, w.f32(0.00001)),
    w.pair('tokenizer.ggml.tokens', 9, w.array(8, words)),
  ];
  const head = Uint8Array.from(w.head(pairs, infos));
  sparse(path, head, Math.ceil(head.length / 32) * 32 + end);
}

function writeShards(folder: string): void {
  const shape = { hidden: 16_384, inner: 53_248, layers: 126, keys: 1024 };
  const ends = ['model.embed_tokens', 'lm_head'].map((name): Tensor => [
    `${name}.weight`,
    [vocabulary, shape.hidden],
  ]);
  const tensors = [...ends, ['model.norm.weight', [shape.hidden]] as Tensor];
  for (let i = 0; i < shape.layers; i++)
    tensors.push(
      ...ofLayer(
        shape,
        torchNames.map((name) => `model.layers.${i}.${name}.weight`),
      ),
    );
  const count = 100;
  const each = Math.ceil(tensors.length / count);
  const places: [string, string][] = [];
  for (let i = 0; i < count; i++) {
    const name = `model-${String(i + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;
    let end = 0;
    const entries = tensors.slice(i * each, (i + 1) * each).map(([tensor, dims]) => {
      const start = end;
      end += 2 * elements(dims);
      places.push([tensor, name]);
      return [tensor, { dtype: 'BF16', shape: dims, data_offsets: [start, end] }] as const;
    });
    const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    const head = new Uint8Array(8 + text.length);
    new DataView(head.buffer).setUint32(0, text.length, true);
    head.set(text, 8);
    sparse(join(folder, name), head, head.length + end);
  }
  const index = { metadata: {}, weight_map: Object.fromEntries(places) };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  const config = {
    model_type: 'llama',
    hidden_size: shape.hidden,
    intermediate_size: shape.inner,
    num_hidden_layers: shape.layers,
    num_attention_heads: 128,
    num_key_value_heads: 8,
    vocab_size: vocabulary,
    rms_norm_eps: 1e-5,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}

async function measure(title: string, path: string): Promise<void> {
  for (let run = 1; run <= 5; run++) {
    const start = performance.now();
    const opened = await openModel(path, 'en', boundless);
    const lines = listingOf(opened).split('\n').length;
    const time = performance.now() - start;
    const resident = process.memoryUsage().rss / 1e6;
    console.log(
      `${title}, run ${run}: ${time.toFixed(0)} ms to ${lines} lines, ${resident.toFixed(0)} MB resident`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'siliconlens-weights-'));
try {
  const gguf = join(folder, 'llama-1b.gguf');
  const shards = join(folder, 'llama-405b');
  mkdirSync(shards);
  writeGguf(gguf);
  writeShards(shards);
  await measure('GGUF of 1.3 GB', gguf);
  await measure('100 shards of 812 GB', shards);
} finally {
  rmSync(folder, { recursive: true });
}
