import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../server/engine/report/types';
import { publishedConfiguration } from '../lower/published';
import { siliconlens, temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();

const llama = publishedConfiguration('Llama-3.1-8B');

describe('on the command line a folder of transformers', () => {
  const path = join(folder, 'llama');
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), JSON.stringify(llama));

  it('is analysed by its configuration', async () => {
    const words = ['--chip', 'nvidia-h100-sxm', '--phase', 'decode', '--format', 'json'];
    const { code, out, error } = await siliconlens('analyze', path, ...words);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const { model, chips } = JSON.parse(out) as Report;
    // 8,030,261,248 parameters (the model's card says 8B) of 2 bytes, and the axis and the 1 that lengths are made with.
    const weightBytes = 16_060_522_496 + 2 * 8;
    expect(model).toMatchObject({ format: 'hugging-face', parameters: 8_030_261_248, weightBytes });
    // All but the embedding is read for a token: at least (16.06 - 1.05) GB ÷ 3.35 TB/s = 4.48 ms, and no multiple of it.
    const seconds = chips[0]!.total.latencySeconds!.value;
    expect(seconds).toBeGreaterThan(0.00448);
    expect(seconds).toBeLessThan(0.0112);
    const file = await siliconlens('analyze', join(path, 'config.json'), ...words);
    expect((JSON.parse(file.out) as Report).chips[0]!.total).toEqual(chips[0]!.total);
  });

  it('is listed, with its configuration at the head', async () => {
    const { out } = await siliconlens('listing', path);
    expect(out).toContain('    "model_type": "llama",');
    expect(out).toContain('bfloat16[batch, 8, "past_sequence + sequence", 128] "past_key_values.31.value"');
    expect(out).toContain('bfloat16[1024, 4096] "model.layers.0.self_attn.k_proj.weight"');
  });

  it('keeps keys and values in the type that is asked for', async () => {
    const words = [
      '--chip',
      'nvidia-h100-sxm',
      '--phase',
      'decode',
      '--bind',
      'past=9999',
      '--format',
      'json',
    ];
    const memoryOf = async (...more: string[]) => {
      const { code, out } = await siliconlens('analyze', path, ...words, ...more);
      expect(code).toBe(0);
      const [{ memory, total }] = (JSON.parse(out) as Report).chips as [Report['chips'][number]];
      return { bytes: memory.highWaterBytes!, seconds: total.latencySeconds!.value! };
    };
    const [plain, blocks] = [await memoryOf(), await memoryOf('--cache-type', 'q8_0')];
    // 32 layers, keys and values, 8 heads of 128 numbers, 10,000 positions: 2 bytes each, or 34 for 32.
    const numbers = 32 * 2 * 8 * 128 * 10_000;
    expect(plain.bytes - blocks.bytes).toBe(numbers * (2 - 34 / 32));
    expect(blocks.seconds).toBeLessThan(plain.seconds);
    const table = await siliconlens('analyze', path, '--chip', 'nvidia-h100-sxm', '--cache-type', 'q8_0');
    expect(table.out).toMatch(/^Workload .*, keys and values q8_0$/m);
    const { code, error } = await siliconlens('analyze', path, '--cache-type', 'q3');
    expect(code).toBe(2);
    expect(error).toContain('q8_0');
  });

  it('without a configuration is told to be a folder', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { code, error } = await siliconlens('analyze', empty);
    expect(code).not.toBe(0);
    expect(error).toContain(empty);
  });
});

describe('on the command line a folder of diffusers', () => {
  const pipeline = join(folder, 'pipeline');
  mkdirSync(join(pipeline, 'vae'), { recursive: true });
  const index = { _class_name: 'StableDiffusionPipeline', vae: ['diffusers', 'AutoencoderKL'] };
  writeFileSync(join(pipeline, 'model_index.json'), JSON.stringify(index));
  const kl = {
    _class_name: 'AutoencoderKL',
    block_out_channels: [128, 256, 512, 512],
    down_block_types: Array<string>(4).fill('DownEncoderBlock2D'),
    up_block_types: Array<string>(4).fill('UpDecoderBlock2D'),
    layers_per_block: 2,
    sample_size: 512,
  };
  writeFileSync(join(pipeline, 'vae', 'config.json'), JSON.stringify(kl));

  it('that is a pipeline names its parts', async () => {
    const { code, out } = await siliconlens('analyze', pipeline, '--format', 'json');
    expect(code).toBe(0);
    const { problems } = JSON.parse(out) as Report;
    expect(problems.map(({ message }) => message).join()).toContain('vae (AutoencoderKL)');
  });

  it('that is a model is analysed by its configuration', async () => {
    const words = ['--chip', 'nvidia-h100-sxm', '--precision', 'fp16', '--format', 'json'];
    const { code, out } = await siliconlens('analyze', join(pipeline, 'vae'), ...words);
    expect(code).toBe(0);
    const { model, chips } = JSON.parse(out) as Report;
    // The AutoencoderKL of Stable Diffusion 1.5 (diffusers 0.42 counts the same).
    expect(model).toMatchObject({ format: 'hugging-face', parameters: 83_653_863 });
    // 2.515 x 10^12 operations of convolutions, products and attention at 989 TFLOP/s of 16 bits are 2.54 ms.
    const seconds = chips[0]!.total.latencySeconds!.value;
    expect(seconds).toBeGreaterThan(0.00254);
    expect(seconds).toBeLessThan(0.0127);
  });

  it('has unknown weights where it is of no known architecture and none of its files is there', async () => {
    const unknown = join(folder, 'unknown');
    mkdirSync(unknown);
    writeFileSync(join(unknown, 'config.json'), JSON.stringify({ ...llama, model_type: 'none' }));
    const { out } = await siliconlens('analyze', unknown);
    for (const name of ['Parameters', 'Numbers in buffers', 'Weights'])
      expect(out).toMatch(new RegExp(`^${name} +\\?$`, 'm'));
  });
});
