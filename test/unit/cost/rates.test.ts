import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { linkSeconds } from '../../../server/engine/cost/link';
import { machineFor } from '../../../server/engine/cost/machine';

describe('the rate of elementwise work', () => {
  it('on an H100 is that of its lanes: 16 bits twice as fast as FP32, FP64 half', () => {
    const h100 = chipById('nvidia-h100-sxm')!;
    const vector = (format: string) => machineFor(h100, format).vector;
    // NVIDIA H100 white paper, table of peak rates: 133.8, 66.9 and 33.5 TFLOP/s without tensor cores.
    expect(vector('bf16')).toBe(133.8e12);
    expect(vector('fp16')).toBe(133.8e12);
    expect(vector('fp32')).toBe(66.9e12);
    expect(vector('fp64')).toBe(33.5e12);
    // Other formats compute at FP32.
    expect(vector('int8')).toBe(66.9e12);
    expect(vector('tf32')).toBe(66.9e12);
  });
});

describe('a copy between host and chip', () => {
  it('takes 8 us and the bytes at 0.85 of the stated link', () => {
    // L4: PCI Express 4.0 x16, 31 GB/s.
    const seconds = linkSeconds(machineFor(chipById('nvidia-l4')!, 'fp32'), 31e6)!;
    expect(seconds.value).toBeCloseTo(8e-6 + 1e-3 / 0.85, 9);
    expect(seconds.basis).toBe('class');
  });

  it('on one memory of a system on chip reads and writes it: half of its bandwidth', () => {
    // Apple M4: 120 GB/s of LPDDR5X for CPU, GPU and Neural Engine.
    const seconds = linkSeconds(machineFor(chipById('apple-m4-ane')!, 'fp16'), 60e6)!;
    expect(seconds.value).toBeCloseTo(8e-6 + 1e-3, 9);
    expect(seconds.basis).toBe('peak');
  });
});
