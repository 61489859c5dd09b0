import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../server/engine/formats';
import type { Beside } from '../../../../server/engine/formats/beside';
import type { ReadModel } from '../../../../server/engine/formats/room';
import { memorySource, type ByteSource } from '../../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../../server/engine/scheduler';

/** Written by safetensors 0.6 (`safetensors.torch.save`): three tensors of zeros and a pair of metadata. */
const own = Buffer.from(
  '4AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJ3Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlswLDI0XX0sIm1vZGVsLm5vcm0ud2VpZ2h0Ijp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzI0LDMyXX0sInEiOnsiZHR5cGUiOiJGOF9FNE0zIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlszMiwzNl19fSAgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
  'base64',
);

/** A head as the format's README has it, and so many bytes of weights behind it, which nobody may ask for. */
function safetensors(head: unknown, dataBytes: number, asked: number[] = []): ByteSource {
  const json = new TextEncoder().encode(typeof head === 'string' ? head : JSON.stringify(head));
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  const size = bytes.length + dataBytes;
  const read = (at: number, length: number): Promise<Uint8Array> => {
    asked.push(at + length);
    const whole = new Uint8Array(Math.max(0, Math.min(length, size - at)));
    whole.set(bytes.subarray(at, Math.min(at + length, bytes.length)));
    return Promise.resolve(whole);
  };
  return { size, read };
}

type Files = Readonly<Record<string, ByteSource | string>>;

function read(name: string, files: Files): Promise<ReadModel> {
  const sourceOf = (file: ByteSource | string): ByteSource =>
    typeof file === 'string' ? memorySource(new TextEncoder().encode(file)) : file;
  const beside: Beside = {
    name,
    open: (other) => {
      const file = Object.entries(files).find(([key]) => key === other)?.[1];
      return Promise.resolve(
        file === undefined ? null : { source: sourceOf(file), close: () => Promise.resolve() },
      );
    },
  };
  return readModel(sourceOf(files[name]!), name, uninterrupted, undefined, beside);
}

const configuration = JSON.stringify({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
  torch_dtype: 'bfloat16',
});
const gate = 'model.layers.0.mlp.gate_proj.weight';
const tensor = (dtype: string, shape: readonly number[], from: number, to: number) => ({
  dtype,
  shape,
  data_offsets: [from, to],
});
const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);
const initializer = ({ value }: ReadModel, name: string) =>
  value!.graph.initializers.find((one) => one.name === name);

describe('a file of safetensors', () => {
  it('has names, types, shapes and places, and its metadata', async () => {
    const { value, problems } = await read('model.safetensors', { 'model.safetensors': memorySource(own) });
    // The head is 224 bytes long, as its first eight bytes say.
    expect(value!.graph.initializers).toEqual([
      { name: 'w', dtype: 'float', dims: [2, 3], data: { place: 'embedded', offset: 232, length: 24 } },
      {
        name: 'model.norm.weight',
        dtype: 'bfloat16',
        dims: [4],
        data: { place: 'embedded', offset: 256, length: 8 },
      },
      { name: 'q', dtype: 'float8e4m3fn', dims: [2, 2], data: { place: 'embedded', offset: 264, length: 4 } },
    ]);
    expect(value!.origin.facts.metadata).toEqual([['format', 'pt']]);
    expect(problems.map(({ code }) => code)).toEqual(['lower.no-architecture']);
  });

  it('has the graph of the configuration beside it, and its own types', async () => {
    const weights = safetensors({ [gate]: tensor('F8_E4M3', [96, 64], 0, 6144) }, 6144);
    const result = await read('model.safetensors', {
      'model.safetensors': weights,
      'config.json': configuration,
    });
    expect(codes(result)).toEqual([]);
    expect(result.value!.graph.nodes.length).toBeGreaterThan(10);
    expect(initializer(result, gate)).toMatchObject({ dtype: 'float8e4m3fn', data: { length: 6144 } });
    // What the file lacks follows from the configuration.
    expect(initializer(result, 'lm_head.weight')).toMatchObject({ dtype: 'bfloat16', dims: [100, 64] });
  });

  const two = {
    'config.json': configuration,
    'model.safetensors.index.json': JSON.stringify({
      weight_map: {
        [gate]: 'model-00001-of-00002.safetensors',
        'lm_head.weight': 'model-00002-of-00002.safetensors',
      },
    }),
    'model-00001-of-00002.safetensors': safetensors({ [gate]: tensor('F16', [96, 64], 0, 12288) }, 12288),
    'model-00002-of-00002.safetensors': safetensors(
      { 'lm_head.weight': tensor('F32', [100, 64], 0, 25600) },
      25600,
    ),
  };

  it.each(['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'])(
    'brings those that belong to it along: %s',
    async (name) => {
      const result = await read(name, two);
      expect(codes(result)).toEqual([]);
      expect(initializer(result, gate)).toMatchObject({ dtype: 'float16' });
      const head = initializer(result, 'lm_head.weight')!;
      expect(head.dtype).toBe('float');
      const isOwn = name === 'model-00002-of-00002.safetensors';
      expect(head.data).toMatchObject(
        isOwn ? { place: 'embedded' } : { place: 'external', location: 'model-00002-of-00002.safetensors' },
      );
    },
  );

  it('says which of them is missing', async () => {
    const rest = Object.entries(two).filter(([name]) => name !== 'model-00002-of-00002.safetensors');
    const result = await read('config.json', Object.fromEntries(rest));
    expect(result.problems).toMatchObject([
      { code: 'format.part-missing', args: { file: 'model-00002-of-00002.safetensors' } },
    ]);
    expect(initializer(result, gate)).toMatchObject({ dtype: 'float16' });
  });

  it('is read at its head alone, however large it is', async () => {
    const asked: number[] = [];
    const huge = safetensors({ w: tensor('U8', [4e11], 0, 4e11) }, 4e11, asked);
    const { value } = await read('model.safetensors', { 'model.safetensors': huge });
    expect(value!.graph.initializers[0]!.dims).toEqual([4e11]);
    expect(Math.max(...asked)).toBeLessThan(2000);
  });
});

describe('a file of safetensors that is not what it says', () => {
  const codesOf = async (head: unknown, dataBytes = 100): Promise<string[]> => {
    const result = await read('m.safetensors', { 'm.safetensors': safetensors(head, dataBytes) });
    return codes(result).filter((code) => !code.startsWith('lower.'));
  };

  it.each<[string, unknown, string]>([
    ['no JSON', '{"a', 'format.damaged'],
    ['a list', '{"":[1]}', 'format.damaged'],
    ['a shape of other length', { w: tensor('F32', [3], 0, 8) }, 'format.damaged'],
    ['offsets the wrong way round', { w: tensor('F32', [1], 8, 4) }, 'format.damaged'],
    ['a negative size', { w: tensor('F32', [-1, -1], 0, 4) }, 'format.damaged'],
    ['a broken size', { w: tensor('F32', [1.5], 0, 6) }, 'format.damaged'],
    ['sizes beyond numbers', { w: tensor('U8', [2 ** 52, 2 ** 52], 0, 1) }, 'format.damaged'],
    ['tensors that overlap', { a: tensor('U8', [8], 0, 8), b: tensor('U8', [8], 4, 12) }, 'format.damaged'],
    ['tensors beyond the end', { w: tensor('U8', [101], 0, 101) }, 'format.truncated'],
    ['an unknown type', { w: tensor('F99', [8], 0, 8) }, 'format.unknown-type'],
    ['an inherited type', { w: tensor('constructor', [8], 0, 8) }, 'format.unknown-type'],
  ])('is told: %s', async (_, head, code) => {
    expect(await codesOf(head)).toEqual([code]);
  });

  it('may name its tensors in another order than their bytes have', async () => {
    expect(await codesOf({ a: tensor('U8', [8], 8, 16), b: tensor('U8', [8], 0, 8) })).toEqual([]);
  });

  it('is told: a head longer than the file, or than any', async () => {
    const bytes = new Uint8Array(64);
    bytes.set([0x00, 0x10, 0, 0, 0, 0, 0, 0, 0x7b, 0x22]);
    const short = await read('m.safetensors', { 'm.safetensors': memorySource(bytes) });
    expect(codes(short)[0]).toBe('format.truncated');
    bytes.fill(0xff, 0, 8);
    const absurd = await read('m.safetensors', { 'm.safetensors': memorySource(bytes) });
    expect(codes(absurd)[0]).toBe('format.damaged');
  });

  it('keeps names that objects have', async () => {
    const head = `{"__proto__":${JSON.stringify(tensor('U8', [8], 0, 8))}}`;
    const result = await read('m.safetensors', { 'm.safetensors': safetensors(head, 8) });
    expect(result.value!.graph.initializers.map(({ name }) => name)).toEqual(['__proto__']);
  });
});

describe('a configuration', () => {
  it('is damaged where it is no object', async () => {
    const result = await read('config.json', { 'config.json': '{"model_type":' });
    expect(result.value).toBeNull();
    expect(codes(result)).toEqual(['format.damaged']);
  });

  it('of an unknown model says so, and one without a size says which', async () => {
    const unknown = await read('config.json', { 'config.json': '{"model_type": "constructor"}' });
    expect(unknown.problems).toMatchObject([
      { code: 'lower.unknown-architecture', args: { architecture: 'constructor' } },
    ]);
    const none = await read('config.json', { 'config.json': '{"model_type": "llama"}' });
    expect(none.problems).toMatchObject([{ code: 'lower.missing-key', args: { key: 'hidden_size' } }]);
  });

  it('claims no more layers than any model has', async () => {
    const many = configuration.replace('"num_hidden_layers":1', '"num_hidden_layers":1000000000');
    const result = await read('config.json', { 'config.json': many });
    expect(codes(result)).toEqual(['lower.missing-key']);
  });

  it('whose fields contradict each other says what its graph lacks', async () => {
    const latent = JSON.parse(configuration) as Record<string, unknown>;
    const odd = JSON.stringify({
      ...latent,
      model_type: 'deepseek_v3',
      kv_lora_rank: null,
      n_routed_experts: 8,
    });
    const result = await read('config.json', { 'config.json': odd });
    expect(result.problems).toMatchObject([
      { code: 'lower.missing-tensor', args: { architecture: 'deepseek_v3', tensor: 'query' } },
    ]);
    expect(result.value!.graph.nodes).toEqual([]);
  });

  it('of a model that also sees has its text model, and says what is not counted', async () => {
    const both = `{"model_type": "seer", "text_config": ${configuration}, "vision_config": {}}`;
    const result = await read('config.json', { 'config.json': both });
    expect(result.problems).toMatchObject([
      { code: 'lower.one-part', args: { architecture: 'seer', part: 'llama' } },
    ]);
    expect(result.value).toMatchObject({ isPartial: true });
    expect(result.value!.graph.nodes.length).toBeGreaterThan(10);
  });
});

describe('a folder of diffusers', () => {
  const decoder = JSON.stringify({
    _class_name: 'AutoencoderKL',
    block_out_channels: [32],
    sample_size: 16,
  });
  const weight = 'decoder.conv_out.weight';

  it.each(['diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.fp16.safetensors'])(
    'has the graph of its configuration, and the weights of %s',
    async (name) => {
      // 3 outputs, 32 inputs, 3 x 3, of 2 bytes.
      const weights = safetensors({ [weight]: tensor('F16', [3, 32, 3, 3], 0, 1728) }, 1728);
      const result = await read('config.json', { 'config.json': decoder, [name]: weights });
      expect(codes(result)).toEqual([]);
      expect(initializer(result, weight)).toMatchObject({
        dtype: 'float16',
        data: { place: 'external', location: name, length: 1728 },
      });
      expect(initializer(result, 'decoder.conv_in.weight')).toMatchObject({ dims: [32, 4, 3, 3] });
    },
  );

  it('of a pipeline names its parts', async () => {
    const index = JSON.stringify({ _class_name: 'FluxPipeline', vae: ['diffusers', 'AutoencoderKL'] });
    const result = await read('model_index.json', { 'model_index.json': index });
    expect(codes(result)).toEqual(['lower.pipeline']);
    expect(result.value).toMatchObject({ isPartial: true });
  });
});
