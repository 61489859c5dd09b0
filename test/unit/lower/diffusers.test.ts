import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { countsOf } from './counts';
import { tensorsOf, type Towers } from './towers';

interface Diffused extends Pick<Towers, 'config' | 'parameters'> {
  readonly sizes: { readonly text?: number; readonly image?: number };
  readonly weights: number;
  readonly attention: number;
  /** Tensors of small models. */
  readonly files?: Towers['files'];
}

/** Models as diffusers makes them, with what torch counts (test/conformance/lower/diffusers_counts.py). */
const { models } = JSON.parse(
  readFileSync(new URL('../../conformance/lower/diffusers.json', import.meta.url), 'utf8'),
) as { readonly models: Readonly<Record<string, Diffused>> };

const facts = { docString: '', metadata: [] };

function lowered(
  config: Diffused['config'],
  files: Towers['files'] = [],
): ReturnType<typeof lowerConfiguration> {
  return lowerConfiguration({ name: 'm', configuration: config, tensors: tensorsOf({ files }), facts });
}

function modelOf(config: Diffused['config'], files?: Towers['files']): Model {
  const { value, problems } = lowered(config, files);
  expect(problems).toEqual([]);
  return value;
}

/** Numbers of the texts and images that the table was made with; published models have those by default. */
function bindingsOf({ sizes: { text, image }, files }: Diffused): Record<string, number> {
  if (!files) return {};
  return {
    ...(text !== undefined && { text_tokens: text, clip_tokens: text, clip_and_t5_tokens: text }),
    ...(image !== undefined && { image_tokens: image }),
  };
}

describe.each(Object.entries(models))('the graph of %s', (_, known) => {
  it('has the parameters and operations that torch counts', async () => {
    const counts = await countsOf(modelOf(known.config), 1, 0, { more: bindingsOf(known) });
    expect(counts.problems).toEqual([]);
    expect(counts.parameters).toBe(known.parameters);
    expect({ weights: counts.weights, attention: counts.attention }).toEqual({
      weights: known.weights,
      attention: known.attention,
    });
  });
});

describe('the graph of files of diffusers', () => {
  const small = Object.entries(models).flatMap(([name, { config, files }]) =>
    files ? [[name, { config, files }] as const] : [],
  );

  it.each(small)('of %s has each tensor once, under its name', (_, { config, files }) => {
    const { graph } = modelOf(config, files);
    const stored = graph.initializers.flatMap(({ name, elements }) => (elements ? [] : [name]));
    expect(stored.sort()).toEqual(files.map(([name]) => name).sort());
  });
});

describe('an AutoencoderKL', () => {
  it('finds the products of its attention under the names of older versions', () => {
    const { config, files } = models['vae']!;
    // As files of Stable Diffusion 1 have them (diffusers, `_convert_deprecated_attention_blocks`).
    const older = [
      ['.to_q.', '.query.'],
      ['.to_k.', '.key.'],
      ['.to_v.', '.value.'],
      ['.to_out.0.', '.proj_attn.'],
    ] as const;
    const renamed = files!.map(([name, dims]) => {
      const found = older.find(([now]) => name.includes(now));
      return [found ? name.replace(found[0], found[1]) : name, dims] as const;
    });
    const { graph } = modelOf(config, renamed);
    const stored = graph.initializers.flatMap(({ name, elements }) => (elements ? [] : [name]));
    expect(stored.sort()).toEqual(renamed.map(([name]) => name).sort());
    expect(renamed.filter(([name]) => name.includes('.proj_attn.'))).toHaveLength(4);
  });
});

describe('a configuration of diffusers', () => {
  it('has its tensors in the type of its files', async () => {
    const { config, files } = models['unet']!;
    const half = tensorsOf({ files: files! }).map((tensor) => ({ ...tensor, dtype: 'float16' as const }));
    const { value } = lowerConfiguration({ name: 'm', configuration: config, tensors: half, facts });
    const { inference } = await countsOf(value, 1, 0);
    const sample = inference.values.find(({ name }) => name === 'out_sample')!;
    expect(sample.type).toEqual({ kind: 'tensor', dtype: 'float16', shape: [1, 4, 16, 16] });
  });

  it('of another class, or with what is not known here, has its tensors alone and says why', () => {
    expect(lowered({ _class_name: 'HunyuanVideoTransformer3DModel' }).problems).toMatchObject([
      { code: 'lower.unknown-architecture', args: { architecture: 'HunyuanVideoTransformer3DModel' } },
    ]);
    const { config } = models['unet']!;
    expect(lowered({ ...config, mid_block_type: null }).problems).toMatchObject([
      { code: 'lower.missing-key', args: { key: 'mid_block_type' } },
    ]);
    expect(lowered({ ...config, layers_per_block: 1e9 }).problems).toMatchObject([
      { code: 'lower.missing-key', args: { key: 'layers_per_block' } },
    ]);
    expect(lowered({ ...models['flux']!.config, num_layers: 1e8 }).problems).toMatchObject([
      { code: 'lower.missing-key', args: { key: 'num_layers' } },
    ]);
  });

  it('of a pipeline names its parts', () => {
    const configuration = {
      _class_name: 'StableDiffusionPipeline',
      _diffusers_version: '0.42.0',
      feature_extractor: [null, null],
      requires_safety_checker: true,
      scheduler: ['diffusers', 'PNDMScheduler'],
      unet: ['diffusers', 'UNet2DConditionModel'],
    };
    const { value, problems } = lowered(configuration);
    expect(value).toMatchObject({ isPartial: true, graph: { nodes: [] } });
    expect(problems).toMatchObject([
      {
        code: 'lower.pipeline',
        args: {
          pipeline: 'StableDiffusionPipeline',
          parts: 'scheduler (PNDMScheduler), unet (UNet2DConditionModel)',
        },
      },
    ]);
  });
});
