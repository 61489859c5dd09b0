import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { arrayUtilisation } from '../../../server/engine/cost/classes/shared/systolic';
import { decodeParts, decodeTime, prefillTime } from '../../../server/engine/cost/classes/gpu/attention';
import {
  gemmTime,
  overlapped,
  reductionTime,
  throttled,
  type GpuRates,
} from '../../../server/engine/cost/classes/gpu/kernels';
import { mainOf } from '../../../server/engine/cost/levels';
import { machineFor } from '../../../server/engine/cost/machine';
import { resolveFormat, wantedFormat } from '../../../server/engine/cost/precision';
import { productsOf } from '../../../server/engine/cost/skeleton';

const rates: GpuRates = {
  peak: 100e12,
  bandwidth: 1e12,
  nearCapacity: 40e6,
  units: 100,
  clockHz: 1e9,
  sharedBytes: 65536,
  matrixUnits: true,
  sustained: 1,
  issue: 1,
};
const ideal = {
  compute: 1,
  bandwidth: 1,
  tail: 1,
  tile: 0,
  prologue: 0,
  near: 1e6,
  step: 0,
  split: 1,
  perUnit: 100,
};

describe('GPU tiles and waves', () => {
  const product = { batch: 1, m: 1280, n: 1280, k: 4096, weights: true };

  it('takes exactly peak time when tiles fill every wave', () => {
    // 10 x 10 tiles of 128 x 128 on 100 units: one wave. 2 x 1280 x 1280 x 4096 / 100e12 s.
    expect(gemmTime(rates, ideal, product, 2, 0).compute).toBeCloseTo((2 * 1280 * 1280 * 4096) / 100e12, 12);
  });

  it('pays for the idle part of the last wave', () => {
    // One more row of tiles: 110 tiles of 128 x 128 are two waves; tiles of 16 rows waste 15 of 1,296 rows instead.
    const one = gemmTime(rates, ideal, product, 2, 0);
    const more = gemmTime(rates, ideal, { ...product, m: 1281 }, 2, 0);
    expect(more.compute).toBeGreaterThan(one.compute * 1.003);
    expect(more.compute).toBeLessThan(one.compute * 1.02);
  });

  it('cannot run a step of k faster than the fewest cycles, unless it splits k', () => {
    // One tile: 4,096 steps of 2 cycles at 1 GHz; 16 parts of 256 steps each, joined in 1,000 cycles.
    const small = { batch: 1, m: 16, n: 32, k: 4096, weights: true };
    expect(gemmTime(rates, { ...ideal, step: 2, split: 0 }, small, 2, 0).compute).toBeCloseTo(8.192e-6, 10);
    const split = gemmTime(rates, { ...ideal, step: 2, split: 1000 }, small, 2, 0);
    expect(split.compute).toBeCloseTo(0.512e-6, 10);
    expect(split.extra).toBeCloseTo(1e-6, 10);
  });

  it('slows down to what the power pays for, after a moment', () => {
    const time = { compute: 5.5e-3, memory: 0, extra: 0 };
    const half = { ...rates, sustained: 0.5 };
    // 4e11 operations: 8 ms at half of 100e12, for all but the first 1.5 of 5.5 ms.
    const share = 4 / 5.5;
    expect(throttled(time, 4e11, half, {}).compute).toBeCloseTo(5.5e-3 * (1 - share) + 8e-3 * share, 12);
    expect(throttled({ ...time, compute: 1e-3 }, 1e11, half, {}).compute).toBe(1e-3);
    // A short product in a long run of them, and one that is slower than the limit anyway.
    expect(throttled({ ...time, compute: 1e-3 }, 1e11, half, {}, 1).compute).toBeCloseTo(2e-3, 5);
    expect(throttled(time, 1e11, half, {}, 1).compute).toBe(5.5e-3);
    expect(throttled(time, 4e11, half, { sustained: 1 }).compute).toBe(5.5e-3);
  });

  it('is bound by memory where the product is thin', () => {
    // m = 1: 4096 x 4096 weights of 2 bytes at 1e12 bytes/s.
    const bytes = 4096 * 4096 * 2;
    const time = gemmTime(
      { ...rates, peak: 1e16 },
      ideal,
      { batch: 1, m: 1, n: 4096, k: 4096, weights: true },
      2,
      bytes,
    );
    expect(time.memory).toBeCloseTo(bytes / 1e12, 12);
    expect(time.memory).toBeGreaterThan(time.compute);
  });

  it('wastes no tile on one row where there are no matrix units', () => {
    const product = { batch: 1, m: 1, n: 4096, k: 4096, weights: true };
    const time = gemmTime({ ...rates, matrixUnits: false }, ideal, product, 2, 4096 * 4096 * 2);
    // A quarter of 100e12 operations per second; 33.5 MB at 1e12 bytes/s.
    expect(time.compute).toBeCloseTo((2 * 4096 * 4096) / 25e12, 12);
    expect(time.memory).toBeCloseTo(33.554432e-6, 10);
  });

  it('overlaps compute and memory fully only away from the ridge', () => {
    expect(overlapped({ compute: 1, memory: 0 })).toBe(1);
    expect(overlapped({ compute: 1, memory: 1 })).toBeCloseTo(2 ** (1 / 2.7), 12);
    expect(overlapped({ compute: 0.01, memory: 1 })).toBeCloseTo(1, 4);
  });
});

describe('row reductions', () => {
  it('read long rows again for each pass, from memory when they have left the cache', () => {
    const c = { bandwidth: 1, near: 4, inFlight: 1, passes: 2, short: 1024, uneven: 0 };
    // Rows of 2^20 elements of 4 bytes: 100 of them (420 MB) are in flight, beyond the 40 MB of cache.
    const far = reductionTime(rates, c, { read: 4e9, written: 4e9 }, 2 ** 20, 4);
    expect(far.memory).toBeCloseTo(12e-3, 9);
    // Rows of 2,048: 0.8 MB in flight, the second pass comes from the cache at four times the bandwidth.
    const near = reductionTime(rates, c, { read: 4e9, written: 4e9 }, 2048, 4);
    expect(near.memory).toBeCloseTo(9e-3, 9);
    // Rows of 1,024 stay in registers.
    expect(reductionTime(rates, c, { read: 4e9, written: 4e9 }, 1024, 4).memory).toBeCloseTo(8e-3, 9);
  });
});

describe('fused attention', () => {
  const constants = {
    compute: 1,
    bandwidth: 1,
    near: 4,
    tail: 0,
    item: 0,
    perUnit: 100,
    perSequence: 0,
    split: 0,
  };
  const shape = {
    kind: 'attention' as const,
    batch: 4,
    heads: 32,
    kvHeads: 8,
    queryLength: 1024,
    keyLength: 1024,
    headSize: 128,
    valueHeadSize: 128,
    causal: false,
  };
  const none = { main: 0, near: 0 };

  it('prefill does 2 x 2 x q x k x d operations per head, about half of them under a causal mask', () => {
    const full = prefillTime(rates, constants, shape, 2, none);
    expect(full.compute).toBeCloseTo((4 * 4 * 32 * 1024 * 1024 * 128) / 100e12, 9);
    // Four heads share a block of 128 rows, 32 queries; of 1,024 columns it sees 512 on average, half of its own
    // queries and half a block of 128 keys (these units do less than 3,000 operations per clock).
    const causal = prefillTime(rates, constants, { ...shape, causal: true }, 2, none);
    expect(causal.compute / full.compute).toBeCloseTo((512 + 16 + 64) / 1024, 9);
  });

  it('prefill in one wave lasts as long as the block that sees all keys', () => {
    const few = { ...shape, batch: 1, heads: 10, kvHeads: 10, causal: true };
    const time = prefillTime(rates, constants, few, 2, none);
    // 80 blocks on 100 units: no split, one wave, 1,024 columns for the last block.
    const column = (2 * 128 * 256) / 1e12;
    expect(time.compute).toBeCloseTo(1024 * column, 12);
    expect(time.extra).toBe(0);
  });

  it('moves bytes at the slower of main memory and the last cache', () => {
    const bytes = { main: 1e9, near: 2e9 };
    expect(prefillTime(rates, constants, shape, 2, bytes).memory).toBeCloseTo(1e-3, 12);
    expect(prefillTime(rates, constants, shape, 2, { main: 0, near: 2e9 }).memory).toBeCloseTo(0.5e-3, 12);
  });

  it('decode pays per work item for a whole tile of rows', () => {
    const one = { ...shape, queryLength: 1, batch: 100, kvHeads: 8, keyLength: 4096 };
    const bytes = { main: 100 * 8 * 4096 * 512, near: 100 * 8 * 4096 * 512 };
    const time = decodeTime(rates, { ...constants, item: 1e-6 }, one, 2, bytes);
    expect(time.memory).toBeCloseTo(bytes.main / 1e12, 9);
    // 800 items on 100 units are eight waves of 32 blocks of 128 x 128, each with 1 microsecond besides.
    const item = 1e-6 + (32 * 2 * 128 * 128 * 256) / 1e12;
    expect(time.compute).toBeCloseTo(8 * item, 12);
    expect(time.extra).toBe(0);
    // Units whose instructions take a warp group fill 64 rows only.
    const wide = { ...rates, peak: 400e12 };
    const half = decodeTime(wide, constants, one, 2, bytes);
    expect(half.compute).toBeCloseTo((8 * 32 * 2 * 64 * 128 * 256) / 4e12, 12);
  });

  it('splits the keys of few items until the last wave is well filled', () => {
    // 8 items of 40 blocks on 108 units: 13 parts fill 104 units, 0.96 of a wave; 12 parts (0.89) are the fewest within
    // 15 %; an equal share is ceil(1.1 x 320 / 108) = 4 blocks per unit, ten parts.
    expect(decodeParts(8, 40, 108)).toBe(10);
    expect(decodeParts(90, 40, 108)).toBe(1);
    expect(decodeParts(8, 4, 108)).toBe(1);
  });
});

describe('weight-stationary arrays', () => {
  it('pads k and n to the array and waits for short streams', () => {
    expect(arrayUtilisation({ batch: 1, m: 512, n: 256, k: 256, weights: true }, [256, 256])).toBe(1);
    expect(arrayUtilisation({ batch: 1, m: 512, n: 128, k: 256, weights: true }, [256, 256])).toBe(0.5);
    expect(arrayUtilisation({ batch: 1, m: 64, n: 256, k: 256, weights: true }, [256, 256])).toBe(0.25);
  });
});

describe('products', () => {
  it('reads a convolution as an implicit GEMM', () => {
    const [product] = productsOf({
      kind: 'convolution',
      batch: 2,
      groups: 1,
      inputChannels: 64,
      outputChannels: 128,
      inputSpatial: [56, 56],
      outputSpatial: [28, 28],
      kernel: [3, 3],
      strides: [2, 2],
      transposed: false,
    });
    expect(product).toMatchObject({ batch: 1, m: 2 * 28 * 28, n: 128, k: 64 * 9 });
  });
});

describe('precision', () => {
  const used = (chip: string, format: string): string | undefined =>
    resolveFormat(chipById(chip)!, format)?.format;

  it('keeps a stored type that the chip has, and never takes TF32 for FP32', () => {
    expect(used('nvidia-a100-sxm-80gb', 'fp32')).toBe('fp32');
    expect(used('nvidia-h100-sxm', 'fp8')).toBe('fp8');
  });

  it('takes the next wider type, else what models are converted to', () => {
    expect(used('nvidia-t4', 'bf16')).toBe('fp32');
    expect(used('nvidia-a100-sxm-80gb', 'fp8')).toBe('fp16');
    expect(used('google-tpu-v1', 'fp32')).toBe('int8');
    expect(used('google-coral-edge-tpu', 'fp32')).toBe('int8');
    expect(used('hailo-8', 'fp32')).toBe('int8');
    expect(used('google-tpu-v5e', 'fp32')).toBe('bf16');
    expect(used('apple-m4-ane', 'fp32')).toBe('fp16');
  });

  it('has no rate for chips that state none', () => {
    expect(used('qualcomm-zeroth', 'fp32')).toBeUndefined();
  });

  it('leaves integer models integer under float policies', () => {
    expect(wantedFormat('fp16', 'int8')).toBe('int8');
    expect(wantedFormat('fp16', 'fp32')).toBe('fp16');
  });
});

describe('machines', () => {
  it('give one of the two devices of an MI250X half of everything', () => {
    const machine = machineFor(chipById('amd-mi250x')!, 'fp16');
    expect(machine.peak).toBe(383e12 / 2);
    expect(mainOf(machine)?.bandwidth).toBe(3.28e12 / 2);
    expect(machine.units).toBe(110);
  });

  it('name every stand-in with its source', () => {
    const machine = machineFor(chipById('google-tpu-v1')!, 'int8');
    expect(machine.standins.map(({ fact }) => fact)).toContain('vectorOpsPerSecond');
    expect(machine.standins.map(({ standin }) => standin)).toContain('vectorShareOfMatrix');
  });
});
