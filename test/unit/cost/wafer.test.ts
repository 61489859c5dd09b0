import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { wafer } from '../../../server/engine/cost/classes/wafer/law';
import type { KernelInput } from '../../../server/engine/cost/classes/shared/model';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from './layers';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

/** A product of so many operations on a wafer of 10,000 cores with 1e12 op/s and 1 GB in all, at 1 GHz. */
function product(matrix: number, near: number, group = 'gemm'): KernelInput {
  return {
    kernel: { matrixShape: undefined },
    group,
    machine: {
      chip: { clockHz: { value: 1e9 } },
      peak: 1e12,
      vector: 1e12,
      special: 1e12,
      units: 10000,
      array: null,
      link: null,
      levels: [{ name: 'SRAM', onChip: true, managed: 'software', capacityBytes: 1e9, bandwidth: 1e18 }],
    },
    constants: { value: { compute: 1, vector: 1, near: 1, fixed: 0 } },
    operations: { matrix, vector: 0, special: 0 },
    bytes: { main: 0, mainWeights: 0, near, link: 0 },
  } as unknown as KernelInput;
}

describe('wafers', () => {
  it('lay a kernel out on the rectangle where its work and the ways across it take the least together', () => {
    // Ways across the whole wafer: 2 x 100 hops at 1 ns = 200 ns.
    // 100,000 op: 100 ns of work; (2 x 100 / 200)^(2/3) = 1: all cores, 100 + 200 ns.
    expect(wafer.terms(product(1e5, 0)).fixed).toBeCloseTo(200e-9, 15);
    // 12,500 op: 12.5 ns; (25 / 200)^(2/3) = 1/4 of the cores: 12.5 x 4 = 50 ns of work and 200 / 2 = 100 ns of ways.
    const quarter = wafer.terms(product(12500, 0));
    expect(quarter.compute! + quarter.fixed).toBeCloseTo(150e-9, 15);
    // Data of 0.64 GB need 0.64 of the wafer: 12.5 / 0.64 = 19.53 ns and 200 x 0.8 = 160 ns.
    const held = wafer.terms(product(12500, 0.64e9));
    expect(held.compute! + held.fixed).toBeCloseTo(19.53125e-9 + 160e-9, 15);
    // Data that no rectangle holds take all of it.
    expect(wafer.terms(product(12500, 2e9)).fixed).toBeCloseTo(200e-9, 15);
    // Elementwise work goes nowhere.
    expect(wafer.terms(product(12500, 0, 'elementwise')).fixed).toBe(0);
  });

  it('are not slower from one generation to the next', () => {
    for (const size of [16, 128, 1024, 8192]) {
      const { inference, plan } = chain([size, size], [dense(size, size, size), dense(size, size, size)]);
      const [first, second, third] = ['cerebras-wse1', 'cerebras-wse2', 'cerebras-wse3'].map((id) => {
        const cost = estimateChip({ inference, plan, workload }, chipById(id)!, profileById('none')!);
        return cost.total.latencySeconds!.value;
      });
      // Kernels of a few cores take the same on the first two: their peaks, estimated to 2 %, are 4.1 and 4.0 GFLOP/s a core.
      expect(second, `${size}`).toBeLessThanOrEqual(first! * (size < 1024 ? 1.03 : 1));
      expect(third, `${size}`).toBeLessThanOrEqual(second!);
    }
  });
});
