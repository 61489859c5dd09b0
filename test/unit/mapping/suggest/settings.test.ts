import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { factOf, ofCode, shareOf, suggested } from './situations';

const orin = 'nvidia-jetson-agx-orin-64gb';
/** One row times a matrix of 8,192 × 8,192 numbers: 268 MB of weights, 134 MOP. */
const row = (batch = '1'): string => `g (float[${batch},8192] x) => (float[${batch},8192] y)
<float[8192,8192] w = ["location": "w.bin"]> { y = MatMul (x, w) }`;

describe('precision', () => {
  it('what waits for weights is quicker by the bytes that are left out: a quarter of them in int8', async () => {
    const found = ofCode(await suggested(row(), orin), 'int8-halves-it');
    expect(found.change).toEqual({ kind: 'precision', value: 'int8' });
    // 4 bytes become 1: at most three quarters of the time; starting the kernel takes the same.
    expect(shareOf(found)).toBeGreaterThan(0.6);
    expect(shareOf(found)).toBeLessThan(0.75);
    expect(factOf(found, 'weights')).toBe(4 * 8192 ** 2);
    expect(factOf(found, 'weightsAfter')).toBe(8192 ** 2);
    // Weights and activations of 8,192 numbers in and out, 4 bytes each before and 1 after (outputs leave the product with 2).
    expect(found.gain.bytes).toBeGreaterThanOrEqual(3 * 8192 ** 2);
    expect(found.gain.bytes).toBeLessThanOrEqual(3 * (8192 ** 2 + 2 * 8192));
    expect(found.nodes).toEqual([0]);
  });

  it('what computes is quicker by the rates: 85.5 TOP/s in int8 against 5.33 in fp32', async () => {
    const text = `g (float[4096,4096] x) => (float[4096,4096] y)
<float[4096,4096] w = ["location": "w.bin"]> { y = MatMul (x, w) }`;
    const found = ofCode(await suggested(text, orin), 'int8-gains');
    expect(factOf(found, 'peak')).toBe(5.33e12);
    expect(factOf(found, 'peakAfter')).toBe(85.5e12);
    // 1 − 5.33 / 85.5 = 0.94 at the peaks; no chip reaches them.
    expect(shareOf(found)).toBeGreaterThan(0.85);
    expect(shareOf(found)).toBeLessThan(0.95);
    expect(found.others.map(({ change }) => change.value)).toContain('fp16');
  });

  it('a chip without int8 is offered 16 bits', async () => {
    const { fp32, fp16 } = chipById(orin)!.peakOpsPerSecond;
    const peakOpsPerSecond = { ...(fp32 && { fp32 }), ...(fp16 && { fp16 }) };
    const found = ofCode(await suggested(row(), { ...chipById(orin)!, peakOpsPerSecond }), 'lower-precision');
    expect(found.change).toEqual({ kind: 'precision', value: 'fp16' });
    // 4 bytes become 2: at most half.
    expect(shareOf(found)).toBeGreaterThan(0.3);
    expect(shareOf(found)).toBeLessThan(0.5);
  });

  it('nothing is offered that cannot train', async () => {
    const found = await suggested(row(), orin, { phase: 'training' });
    const offered = found.flatMap(({ change, others }) => [change, ...others.map((other) => other.change)]);
    expect(offered.filter(({ kind }) => kind === 'precision').map(({ value }) => value)).not.toContain(
      'int8',
    );
  });

  it('a model of the narrowest format is offered none', async () => {
    const found = await suggested(row(), orin, { precision: 'int8' });
    expect(found.filter(({ change }) => change.kind === 'precision')).toEqual([]);
  });
});

describe('batch', () => {
  it('weights are moved once for all samples: 15 of 16 parts of the time per sample go', async () => {
    const found = ofCode(await suggested(row('batch'), orin), 'small-batch');
    expect(found.change).toEqual({ kind: 'dimensions', value: { batch: 16 } });
    expect(found.gain.isPerSample).toBe(true);
    // 1 − 1/16 = 0.94. 64 would take 0.98 away, which is not worth a run of four times as many.
    expect(shareOf(found)).toBeGreaterThan(0.9);
    expect(shareOf(found)).toBeLessThan(15 / 16);
  });

  it('none where the batch is a number of the file, and none in training', async () => {
    const codes = async (text: string, phase: 'inference' | 'training'): Promise<string[]> =>
      (await suggested(text, orin, { phase })).map(({ code }) => code);
    expect(await codes(row('1'), 'inference')).not.toContain('small-batch');
    expect(await codes(row('batch'), 'training')).not.toContain('small-batch');
  });
});

describe('cache', () => {
  it('a cache in one buffer is not copied: all but the new row', async () => {
    // 32 heads × 4,096 tokens × 128 numbers of 4 bytes: 67 MB, read and written; one row of it is 16 kB.
    const text = `g (float[1,32,past,128] past_key, float[1,32,1,128] new) => (float[1,32,total,128] present_key)
{ present_key = Concat <axis = 2> (past_key, new) }`;
    const found = ofCode(
      await suggested(text, orin, { phase: 'decode', bindings: { past: 4096 } }),
      'kv-copy',
    );
    expect(found.change).toEqual({ kind: 'cache', value: 'shared' });
    expect(factOf(found, 'past')).toBe(32 * 4096 * 128 * 4);
    expect(factOf(found, 'present')).toBe(32 * 4097 * 128 * 4);
    expect(shareOf(found)).toBeGreaterThan(0.9);
    expect(found.gain.bytes).toBe(32 * 4096 * 128 * 4);
    expect(found.nodes).toEqual([0]);
  });
});

describe('a model that does not fit', () => {
  /** 3e9 numbers of 4 bytes as weights: 12 GB. */
  const large = `g (float[1,50000] x) => (float[1,60000] y)
<float[50000,60000] w = ["location": "w.bin"]> { y = MatMul (x, w) }`;
  const inputsAndOutputs = 4 * (50_000 + 60_000);

  it('is told by how much, and the setting with the least risk with which it fits', async () => {
    // 8 GiB, of which the runtime keeps 500 MB.
    const found = ofCode(await suggested(large, 'nvidia-jetson-orin-nano'), 'does-not-fit');
    expect(factOf(found, 'needed')).toBe(12e9 + inputsAndOutputs);
    expect(factOf(found, 'usable')).toBe(8 * 2 ** 30 - 5e8);
    expect(factOf(found, 'times')).toBeCloseTo(1.483, 3);
    // 6 GB fit, 3 GB too.
    expect(found.change).toEqual({ kind: 'precision', value: 'fp16' });
    expect(found.gain.bytes).toBeCloseTo((12e9 + inputsAndOutputs) / 2, -3);
    expect(found.others.map(({ change }) => change.value)).toContain('int8');
  });

  it('a batch that fits is offered where one is too large', async () => {
    // Each sample takes 400 MB in and 400 MB out: 32 of them 25.6 GB; 8 take 6.4 GB, 16 take 12.8 GB.
    const wide = `g (int32[batch,100000000] x) => (int32[batch,100000000] y) { y = Abs (x) }`;
    const workload = { bindings: { batch: 32 } } as const;
    const found = ofCode(await suggested(wide, 'nvidia-jetson-orin-nano', workload), 'does-not-fit');
    const sizes = [found, ...found.others].map(({ change }) => change);
    // Integers stay integers whatever floats are computed in.
    expect(sizes).toEqual([{ kind: 'dimensions', value: { batch: 8 } }]);
  });

  it('without any such setting a smaller model is', async () => {
    const found = ofCode(await suggested(large, 'arm-cortex-m7'), 'does-not-fit');
    expect(found.change).toEqual({ kind: 'graph', value: 'smaller' });
    expect(found.gain).toEqual({ seconds: null, isPerSample: false, bytes: null, joules: null });
  });
});
