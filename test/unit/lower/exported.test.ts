import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chips } from '../../../server/engine/chips/catalogue';
import { readModel } from '../../../server/engine/formats';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { uninterrupted } from '../../../server/engine/scheduler';

/** What transformers exported (test/fixtures/cases.py), and the configuration that it was made from. */
const pairs: Readonly<Record<string, { readonly file: string; readonly configuration: object }>> = {
  'BERT base': {
    file: 'bert-base.onnx.gz',
    configuration: {
      model_type: 'bert',
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      intermediate_size: 3072,
      vocab_size: 30_522,
      max_position_embeddings: 512,
      type_vocab_size: 2,
    },
  },
  'ViT-B/16': {
    file: 'vit-b16.onnx.gz',
    configuration: {
      model_type: 'vit',
      architectures: ['ViTForImageClassification'],
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      intermediate_size: 3072,
      image_size: 224,
      patch_size: 16,
      num_labels: 1000,
    },
  },
};

async function exported(file: string): Promise<Model> {
  const bytes = gunzipSync(readFileSync(new URL(`../../fixtures/models/${file}`, import.meta.url)));
  return (await readModel(memorySource(bytes), file, uninterrupted)).value!;
}

function lowered(configuration: object): Model {
  return lowerConfiguration({
    name: 'm',
    configuration: { ...configuration },
    tensors: [],
    facts: { docString: '', metadata: [] },
  }).value;
}

async function secondsOn(model: Model, chip: string): Promise<number> {
  const bindings = { batch: 1, sequence: 128 };
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(model, workload, uninterrupted);
  const { cost } = await costsOn(
    prepared,
    chips.find(({ id }) => id === chip)!,
    uninterrupted,
  );
  return cost.total.latencySeconds!.value!;
}

describe.each(Object.entries(pairs))('%s as a configuration', (_, { file, configuration }) => {
  it.each(['nvidia-h100-sxm', 'nvidia-l4', 'nvidia-jetson-agx-orin-64gb'])(
    'takes the time of its export, but for 3 percent, on %s',
    async (chip) => {
      const model = await exported(file);
      const ratio = (await secondsOn(lowered(configuration), chip)) / (await secondsOn(model, chip));
      expect(Math.abs(ratio - 1)).toBeLessThan(0.03);
    },
  );
});
