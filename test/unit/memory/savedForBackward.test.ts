import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { TrainingMemory } from '../../../server/engine/memory/training/training';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Training } from '../../../server/engine/workload';
import { configured } from '../mapping/parallel/models';
import { a, b, h, layersOf, s, type Written } from './transformerLayers';

async function trained(text: string, training: Partial<Training> = {}): Promise<TrainingMemory> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = {
    bindings: {},
    phase: 'training',
    precision: 'as-stored',
    runtime: 'none',
    training,
  } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  return (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).training!;
}

/** What is kept for the way back, without the statistics that the paper leaves out as small. */
async function kept(written: Partial<Written>, training?: Partial<Training>): Promise<number> {
  const text = layersOf({ layers: 1, hasDropout: true, isFused: false, ...written });
  const memory = await trained(text, training);
  return memory.savedBytes! - memory.statisticsBytes!;
}

// Korthikanti et al. 2022, equations 1 and 4 and table 2.
describe('what a layer keeps for its way back', () => {
  it('is 34 sbh and 5 as²b', async () => {
    expect(await kept({})).toBe(34 * s * b * h + 5 * a * s * s * b);
  });

  it('is 32 sbh and 2 as²b without dropout', async () => {
    expect(await kept({ hasDropout: false })).toBe(32 * s * b * h + 2 * a * s * s * b);
  });

  it('has nothing that grows with the square of the sequence where attention is one operator', async () => {
    expect(await kept({ isFused: true })).toBe(34 * s * b * h);
  });

  it('is 34 sbh where the inside of attention runs twice', async () => {
    expect(await kept({}, { recompute: 'selective' })).toBe(34 * s * b * h);
  });

  it('is 2 sbh where layers run twice', async () => {
    expect(await kept({ layers: 6 }, { recompute: 'full' })).toBe(6 * 2 * s * b * h);
  });
});

describe('an attention that is one operator and whose scores are in memory', () => {
  /** GPT-2 in 16 bits: 2 layers, 4 heads, 32 tokens. */
  async function keptBy(flashAttention: boolean, training: Partial<Training> = {}): Promise<number> {
    const configuration = {
      ...{ model_type: 'gpt2', n_embd: 64, n_layer: 2, n_head: 4, vocab_size: 100 },
      ...{ n_positions: 64, torch_dtype: 'float16' },
    };
    const prepared = await configured(configuration, {
      ...{ phase: 'training', runtime: 'pytorch-eager', bindings: { batch: 3, sequence: 32 } },
      ...{ flashAttention, training },
    });
    return (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).training!.savedBytes!;
  }

  // The softmax in 32 bits and what it is brought to, of 3 · 4 · 32 · 32 pairs in each layer; no sums of exponentials (3 · 4 · 32 floats).
  it('keeps what the softmax makes of them', async () => {
    const layer = 3 * 4 * 32 * 32 * (4 + 2) - 3 * 4 * 32 * 4;
    expect((await keptBy(false)) - (await keptBy(true))).toBe(2 * layer);
  });

  it('keeps none where the inside of attention runs twice', async () => {
    const without = (await keptBy(true)) - 2 * 3 * 4 * 32 * 4;
    expect(await keptBy(false, { recompute: 'selective' })).toBe(without);
  });
});

describe('an operator of which it is unknown what it keeps', () => {
  const head = '<ir_version: 10, opset_import: ["": 21]>';
  const lstm = `${head} g (float[3, 1, 4] x) => (float[3, 1, 1, 4] y) <float[1, 16, 4] w = {${'1, '.repeat(63)}1}, float[1, 16, 4] r = {${'1, '.repeat(63)}1}> {
    y = LSTM <hidden_size = 4> (x, w, r)
  }`;

  it('leaves open what training needs', async () => {
    const memory = await trained(lstm);
    expect(memory).toMatchObject({ unknownOperators: ['LSTM'], savedBytes: null, peak: null });
  });

  it('keeps nothing before the first weight that is trained', async () => {
    // A GELU of what is given asks for no gradient.
    const text = `${head} g (float[2, 4] x) => (float[2, 3] y) <float[4, 3] w = {${'1, '.repeat(11)}1}> {
      b = Gelu (x)
      y = MatMul (b, w)
    }`;
    // The product keeps b, 2 × 4 floats.
    expect(await trained(text)).toMatchObject({ unknownOperators: [], savedBytes: 32 });
  });
});
