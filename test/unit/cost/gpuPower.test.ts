import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { gemmTime, type GpuRates } from '../../../server/engine/cost/classes/gpu/kernels';
import { gpuRates } from '../../../server/engine/cost/classes/gpu/law';
import { constantsFor } from '../../../server/engine/cost/constants';
import { machineFor } from '../../../server/engine/cost/machine';

/** The examples of docs/laws/gpu.md. */
describe('energy of matrix operations', () => {
  const share = (id: string, format: string) =>
    gpuRates(machineFor(chipById(id)!, format), { matrixJoules: 3.4e-12 })!.sustained;

  it('falls with the process and with the density of the units', () => {
    // 989.4e12 / 132 / 1.98e9 = 3786 per clock; 3.4e-12 · 4/12 · (3786/1024)^-0.25 = 0.8173e-12 J; 700 W / 989.4e12 / that.
    expect(share('nvidia-h100-sxm', 'bf16')).toBeCloseTo(0.866, 3);
    // 121e12 / 58 / 2.04e9 = 1023 per clock: 1.134e-12 J; 72 W / 121e12 / that.
    expect(share('nvidia-l4', 'fp16')).toBeCloseTo(0.525, 3);
  });

  it('carries over to other cards of the silicon, the share of the peak does not', () => {
    const of = (id: string) => constantsFor(chipById(id)!, 'gemm', 'bf16').value['sustained']!;
    // (350 W / 756e12) / (700 W / 989.4e12) = 0.654 of what the SXM card sustains.
    expect(of('nvidia-h100-pcie') / of('nvidia-h100-sxm')).toBeCloseTo(0.654, 2);
  });
});

describe('tiles on units of half the rate', () => {
  it('wait fewer steps for their operands', () => {
    const rates: GpuRates = {
      peak: 1e14,
      bandwidth: 1e15,
      nearCapacity: 5e7,
      units: 100,
      clockHz: 1e9,
      sharedBytes: 1e5,
      matrixUnits: true,
      sustained: 1,
      issue: 1,
    };
    const c = { compute: 1, tile: 0, tail: 0, prologue: 100, step: 0, split: 0, near: 1e3, perUnit: 1e3 };
    const product = { batch: 1, m: 25600, n: 12800, k: 400, weights: true };
    const time = (issue: number) => gemmTime({ ...rates, issue }, c, product, 2, 0).compute;
    // 400 steps of k and 100, against 400 and 50.
    expect(time(1) / time(0.5)).toBeCloseTo(500 / 450, 6);
  });

  it('are those of cards that take products with 32-bit sums in every second cycle', () => {
    const issue = (id: string, format: string) => gpuRates(machineFor(chipById(id)!, format), {})!.issue;
    // 165.2e12 at 16 bits against 660.6e12 of 8-bit integers; 362e12 against 733e12 on the card for data centres.
    expect(issue('nvidia-rtx-4090', 'fp16')).toBeCloseTo(0.5, 2);
    expect(issue('nvidia-rtx-4090', 'int8')).toBe(1);
    expect(issue('nvidia-l40s', 'fp16')).toBeCloseTo(0.99, 2);
    expect(issue('nvidia-a100-sxm-80gb', 'bf16')).toBe(1);
  });
});
