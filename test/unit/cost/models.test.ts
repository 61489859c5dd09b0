import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { arrayUtilisation } from '../../../server/engine/cost/classes/systolic';
import { decodeTime, gemmTime, prefillTime, type GpuRates } from '../../../server/engine/cost/classes/gpu';
import { Total, estimate } from '../../../server/engine/cost/interval';
import { machineFor } from '../../../server/engine/cost/machine';
import { resolveFormat, wantedFormat } from '../../../server/engine/cost/precision';
import { productsOf } from '../../../server/engine/cost/skeleton';

const rates: GpuRates = {
  peak: 100e12,
  bandwidth: 1e12,
  nearBandwidth: 1e15,
  nearCapacity: 40e6,
  units: 100,
};
const ideal = {
  compute: 1,
  bandwidth: 1,
  tail: 1,
  tile: 0,
  prologue: 0,
  near: 1,
  split: 0,
  perUnit: 100,
};

describe('GPU tiles and waves', () => {
  it('takes exactly peak time when tiles fill every wave', () => {
    // 10 x 10 tiles of 128 x 128 on 100 units: one wave. 2 x 1280 x 1280 x 4096 / 100e12 s.
    const time = gemmTime(rates, ideal, { batch: 1, m: 1280, n: 1280, k: 4096, weights: true }, 2, 0);
    expect(time.compute).toBeCloseTo((2 * 1280 * 1280 * 4096) / 100e12, 12);
  });

  it('pays for the idle part of the last wave', () => {
    // One more row of tiles: 110 tiles of 128 x 128 are two waves; tiles of 16 rows waste 15 of 1,296 rows instead.
    const one = gemmTime(rates, ideal, { batch: 1, m: 1280, n: 1280, k: 4096, weights: true }, 2, 0);
    const more = gemmTime(rates, ideal, { batch: 1, m: 1281, n: 1280, k: 4096, weights: true }, 2, 0);
    expect(more.compute).toBeGreaterThan(one.compute * 1.003);
    expect(more.compute).toBeLessThan(one.compute * 1.02);
  });

  it('is bound by memory where the product is thin', () => {
    // m = 1: 4096 x 4096 weights of 2 bytes at 1e12 bytes/s.
    const bytes = 4096 * 4096 * 2;
    const time = gemmTime(
      { ...rates, peak: 1e15 },
      ideal,
      { batch: 1, m: 1, n: 4096, k: 4096, weights: true },
      2,
      bytes,
    );
    expect(time.memory).toBeCloseTo(bytes / 1e12, 12);
    expect(time.memory).toBeGreaterThan(time.compute);
  });
});

describe('fused attention', () => {
  const constants = { compute: 1, bandwidth: 1, tail: 0, item: 1e-6, kvPasses: 1, prologue: 0 };
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

  it('prefill does 2 x 2 x q x k x d operations per head, about half of them under a causal mask', () => {
    const full = prefillTime(rates, constants, shape, 2);
    expect(full.compute).toBeCloseTo((4 * 4 * 32 * 1024 * 1024 * 128) / 100e12, 9);
    // 8 query blocks: (8 + 1) / 16 of the columns.
    const causal = prefillTime(rates, constants, { ...shape, causal: true }, 2);
    expect(causal.compute / full.compute).toBeCloseTo(9 / 16, 9);
  });

  it('decode reads keys and values once and pays per work item', () => {
    const one = { ...shape, queryLength: 1, batch: 100, kvHeads: 8, keyLength: 4096 };
    const time = decodeTime(rates, constants, one, 2);
    const keys = 100 * 8 * 4096 * 256 * 2;
    const queries = 100 * 32 * 256 * 2;
    expect(time.memory).toBeCloseTo((keys + queries) / 1e12, 9);
    // 800 items on 100 units, 1 microsecond each.
    expect(time.compute).toBeCloseTo(8e-6, 12);
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
    expect(machine.main?.bandwidth).toBe(3.28e12 / 2);
    expect(machine.units).toBe(110);
  });

  it('name every stand-in with its source', () => {
    const machine = machineFor(chipById('google-tpu-v1')!, 'int8');
    expect(machine.standins.map(({ fact }) => fact)).toContain('vectorOpsPerSecond');
    expect(machine.standins.every(({ source }) => source.length > 10)).toBe(true);
  });
});

describe('totals', () => {
  it('add half-widths within a class and their squares between classes', () => {
    const total = new Total();
    total.add('gemm', estimate(10, 7, 13, 'calibrated'));
    total.add('gemm', estimate(10, 7, 13, 'calibrated'));
    total.add('softmax', estimate(8, 0, 16, 'class'));
    // gemm: 6 below and above, softmax: 8: sqrt(36 + 64) = 10.
    expect(total.get()).toEqual({ value: 28, low: 18, high: 38, basis: 'class' });
  });
});
