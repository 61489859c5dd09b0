import { describe, expect, it } from 'vitest';
import type { ChipCost } from '../../../server/engine/cost/types';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Pipeline } from '../../../server/workspace/pipeline';
import { choicesOf, pipelineOf } from '../features/analysed';

/** A product, branches that an input chooses, an exponential, which the chip leaves to its host, and a cache. */
const text = `<ir_version: 10, opset_import: ["": 21]>
decoder (float[batch,1,9,16] past_key, float[batch,1,1,16] x, bool use_cache, float[16,16] w) => (float[batch,1,10,16] present_key, float[batch,1,1,16] y) {
  m = MatMul (x, w)
  s = Softmax (m)
  new = If (use_cache) <
    then_branch = one () => (float[batch,1,1,16] a) { a = Relu (s) },
    else_branch = other () => (float[batch,1,1,16] b) { b0 = Exp (s) b = Exp (b0) }
  >
  present_key = Concat <axis = 2> (past_key, new)
  y = Identity (new)
}`;

/** One setting after the other is changed, and each changes what the model costs or needs. */
const changes: readonly (readonly [name: string, settings: object])[] = [
  ['batch', { models: { '**': { dimensions: { batch: 64 } } } }],
  ['values', { models: { '**': { values: { use_cache: true } } } }],
  ['phase', { phase: 'training' }],
  ['precision', { precision: 'fp16' }],
  ['runtime', { runtime: 'none' }],
  ['cache', { cache: 'shared' }],
  ['host', { host: 'intel-xeon-8480' }],
];

async function modelOf(): Promise<Model> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

/** What a pipeline says of a chip. */
async function said(pipeline: Pipeline, settings: object): Promise<{ cost: ChipCost; memory: unknown }> {
  const { chips } = await pipeline.run(
    choicesOf({ chips: ['google-coral-edge-tpu'], ...settings }),
    uninterrupted,
  );
  const [{ cost, timeline, fit }] = chips as [(typeof chips)[number]];
  return { cost, memory: { timeline, fit } };
}

describe('another type of caches', () => {
  const grouped = `<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>
decoder (float16[1,1,64] q, float16[1,1,64] k, float16[1,1,64] v, float16[1,2,100,32] past_key, float16[1,2,100,32] past_value, int32[1] last, int32 total)
  => (float16[1,1,64] y, float16[1,2,100,32] present_key, float16[1,2,100,32] present_value) {
  y, present_key, present_value = com.microsoft.GroupQueryAttention <num_heads = 2, kv_num_heads = 2> (q, k, v, past_key, past_value, last, total)
}`;

  it('is inferred anew, and back', async () => {
    const { value } = await parseOnnxText(grouped, uninterrupted);
    const { pipeline } = pipelineOf(value!);
    const bytesOf = async (settings: object): Promise<number | null> => {
      const { inference } = await pipeline.run(choicesOf(settings), uninterrupted);
      return inference.values.find(({ name }) => name === 'past_key')!.bytes;
    };
    // 2 heads, 100 positions, 32 numbers: 2 bytes each, or 18 for 32.
    const sizes = [await bytesOf({}), await bytesOf({ cacheType: 'q4_0' }), await bytesOf({})];
    expect(sizes).toEqual([12_800, 3600, 12_800]);
  });
});

describe('a choice that changes', () => {
  it.each(changes)('is answered as if nothing had been asked before: %s', async (_, settings) => {
    const model = await modelOf();
    const fresh = await said(pipelineOf(model).pipeline, settings);
    const { pipeline } = pipelineOf(model);
    const before = await said(pipeline, {});
    expect(await said(pipeline, settings)).toEqual(fresh);
    expect(fresh).not.toEqual(before);
    expect(await said(pipeline, {})).toEqual(before);
  });
});
