import { describe, expect, it } from 'vitest';
import type { Model } from '../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { countsOf } from './counts';
import type { Workload } from '../../../server/engine/workload';
import { published } from './published';
import { attentionOf, convolvedInVain, tensorsOf, towers, type Towers } from './towers';

const { tokens } = towers;

const phases: Readonly<Record<string, Workload['phase']>> = {
  inference: 'inference',
  prefill: 'prefill',
  decode: 'decode',
};

function modelOf(known: Towers, hasFile: boolean): Model {
  const { value, problems } = lowerConfiguration({
    name: 'm',
    configuration: known.config,
    tensors: hasFile ? tensorsOf(known) : [],
    facts: { docString: '', metadata: [] },
  });
  expect(problems).toEqual([]);
  return value;
}

/** Names of what a model stores, without the numbers that its graph was written with. */
function storedOf({ graph }: Model): string[] {
  return graph.initializers.flatMap(({ name, elements }) => (elements ? [] : [name]));
}

describe.each(Object.entries(towers.models))('the graph of the configuration %s', (_, known) => {
  it.each(Object.entries(known.runs))('has the operations that torch counts: %s', async (run, flops) => {
    const [queries, past] = run === 'decode' ? [1, tokens] : [tokens, 0];
    // The images of Qwen are 8 x 4 patches: two windows of 16, or eight groups of four.
    const more = { encoder_sequence: tokens, image_windows: 2, merged_patches: 8 };
    const counts = await countsOf(modelOf(known, false), queries, past, { more, phase: phases[run]! });
    expect(counts.problems).toEqual([]);
    expect(counts.parameters).toBe(known.parameters);
    expect({ weights: counts.weights, attention: counts.attention }).toEqual({
      weights: flops.weights - convolvedInVain(known, run, flops.convolution),
      attention: attentionOf(known, run),
    });
  });

  it('has each tensor of a file once, under its name', async () => {
    const model = modelOf(known, true);
    expect(storedOf(model).sort()).toEqual(known.files.map(([name]) => name).sort());
    expect((await countsOf(model, tokens, 0)).parameters).toBe(known.parameters);
  });
});

describe('T5 whose head is not tied', () => {
  it('has it beside the embeddings, as files of flan-t5 do', async () => {
    const sizes = { d_model: 2048, d_kv: 64, d_ff: 5120, num_layers: 24, num_heads: 32 };
    const config = {
      model_type: 't5',
      feed_forward_proj: 'gated-gelu',
      ...sizes,
      tie_word_embeddings: false,
    };
    const model = modelOf({ config, parameters: 0, files: [], runs: {} }, false);
    // flan-t5-xl on Hugging Face: 2,849,757,184. Transformers 5.24 ties it: 32,128 x 2,048 fewer.
    expect((await countsOf(model, 1, 0)).parameters).toBe(2_783_959_040 + 32_128 * 2048);
  });
});

describe('Qwen2.5-VL', () => {
  it('is the same where its text stands among the fields of the model, as in older configurations', async () => {
    const { config } = towers.models['qwen2_5_vl']!;
    const { text_config: words, ...others } = config;
    const flat = { ...(words as object), ...others };
    const model = modelOf({ config: flat, parameters: 0, files: [], runs: {} }, false);
    expect((await countsOf(model, 1, 0)).parameters).toBe(towers.models['qwen2_5_vl']!.parameters);
  });

  it('whose windows hold no whole group of patches says so', () => {
    const { config } = towers.models['qwen2_5_vl']!;
    const vision = { ...(config['vision_config'] as object), window_size: 8 };
    const { problems } = lowerConfiguration({
      name: 'm',
      configuration: { ...config, vision_config: vision },
      tensors: [],
      facts: { docString: '', metadata: [] },
    });
    expect(problems).toMatchObject([{ code: 'lower.missing-key', args: { key: 'window_size' } }]);
  });
});

describe('DeepSeek-V3', () => {
  const config = published.find(({ name }) => name === 'DeepSeek-V3')!.configuration;
  const larger = published.find(({ name }) => name === 'DeepSeek-V3 with a layer more')!;

  it('stores the layer that predicts a further token, and does not run it', async () => {
    const of = (more: object): Model => {
      const known = { config: { ...config, ...more }, parameters: 0, files: [], runs: {} };
      return modelOf(known, false);
    };
    const with1 = await countsOf(of({ num_nextn_predict_layers: 1 }), 1, 100);
    const without = await countsOf(of({}), 1, 100);
    // A layer, norms of token, state and result, and the product of both: 11.5 billion (README_WEIGHTS of the model).
    expect(with1.parameters).toBe(larger.parameters + 3 * 7168 + 7168 * 2 * 7168);
    expect(with1.parameters - without.parameters).toBe(11_507_286_016 + 3 * 7168 + 2 * 7168 ** 2);
    expect(with1.weights + with1.attention).toBe(without.weights + without.attention);
    expect(with1.cacheBytes).toBe(without.cacheBytes);
  });
});
