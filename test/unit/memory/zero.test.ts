import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { TrainingMemory } from '../../../server/engine/memory/training/training';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Training } from '../../../server/engine/workload';

/** Two products of 64 × 64 in 16-bit floats: 8,192 parameters. */
const zeros = Array.from({ length: 4096 }, () => 0).join(', ');
const text = `<ir_version: 10, opset_import: ["": 21]>
g (float16[2, 64] x) => (float16[2, 64] y)
<float16[64, 64] v = {${zeros}}, float16[64, 64] w = {${zeros}}>
{
  a = MatMul (x, v)
  b = Relu (a)
  y = MatMul (b, w)
}`;

async function trained(
  training: Partial<Training>,
  precision: 'as-stored' | 'fp32' = 'as-stored',
): Promise<TrainingMemory> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings: {}, phase: 'training', precision, runtime: 'none', training } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  return (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).training!;
}

/** Bytes of what is there all the time, by parameter. With accumulation gradients are there all the time too. */
async function perParameter(training: Partial<Training>): Promise<number> {
  const { weights, gradients, optimizer, master } = (await trained({ accumulation: 2, ...training })).peak!;
  return (weights + gradients + optimizer + master) / 8192;
}

// Rajbhandari et al. 2020, figure 1: 7.5 billion parameters in mixed precision with Adam on 64 devices, in GB.
describe('the stages of ZeRO', () => {
  it.each([
    [0, 120],
    [1, 31.4],
    [2, 16.6],
    [3, 1.9],
  ] as const)('stage %d takes %d GB', async (zero, gigabytes) => {
    expect(7.5 * (await perParameter({ zero, devices: 64 }))).toBeCloseTo(gigabytes, 1);
  });

  it('share nothing on one device', async () => {
    for (const zero of [0, 1, 2, 3] as const) expect(await perParameter({ zero })).toBe(16);
  });
});

describe('what an optimizer keeps', () => {
  // 2 bytes of weights, 2 of gradients, 4 of the copy in 32 bits, and states: none, one, two of 4 bytes.
  it.each([
    ['sgd', 8],
    ['momentum', 12],
    ['adam', 16],
    // Two states of a byte, and one scale of 4 bytes for each 256: 8 + 2 × (1 + 4 / 256).
    ['adam-8bit', 8 + 2 * (1 + 4 / 256)],
    // Sums of 64 rows and of 64 columns of 4 bytes for 4,096 parameters.
    ['adafactor', 8 + (128 * 4) / 4096],
  ] as const)('%s: %d bytes per parameter', async (optimizer, bytes) => {
    expect(await perParameter({ optimizer })).toBe(bytes);
  });

  it('is as wide as the weights where there is no copy in 32 bits', async () => {
    // 2 of weights, 2 of gradients, 2 × 2 of moments.
    expect(await perParameter({ masterWeights: false })).toBe(8);
    // In 32 bits there is none unless it is asked for: 4 + 4 + 8.
    const { peak } = await trained({ accumulation: 2 }, 'fp32');
    expect(peak).toMatchObject({ master: 0, gradients: 4 * 8192, optimizer: 8 * 8192 });
  });
});

describe('adapters', () => {
  it('are all that is trained', async () => {
    // Of rank 4 beside v: 4 × (64 + 64) parameters of 4 bytes. w makes what the model gives back and gets none.
    const { trainedParameters, parameters, peak, savedBytes } = await trained({
      loraRank: 4,
      accumulation: 2,
    });
    expect([trainedParameters, parameters]).toEqual([512, 8192]);
    expect(peak).toMatchObject({ weights: 2 * 8192 + 2048, gradients: 2048, optimizer: 4096, master: 0 });
    // x for A (2 × 64), x · A for B (2 × 4), what Relu gives out (2 × 64), in 2 bytes; w's product keeps nothing, w stays.
    expect(savedBytes).toBe(256 + 16 + 256);
  });
});
