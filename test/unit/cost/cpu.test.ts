import { describe, expect, it } from 'vitest';
import { cpu } from '../../../server/engine/cost/classes/cpu/law';
import type { KernelInput } from '../../../server/engine/cost/classes/shared/model';
import type { MatrixShape } from '../../../server/engine/operators/rule';

/** Two cores, 200 GFLOP/s, memory of 50 and caches of 200 GB/s, a clock of 2 GHz. */
function input(
  shape: MatrixShape | undefined,
  constants: Record<string, number>,
  other: { near?: number; main?: number; warm?: boolean; vector?: number } = {},
): KernelInput {
  const clock = { value: 2e9, sources: [], basis: 'read' };
  const matrix =
    shape?.kind === 'gemm'
      ? 2 * shape.batch * shape.m * shape.n * shape.k
      : shape?.kind === 'recurrent'
        ? 2 *
          shape.steps *
          shape.directions *
          shape.gates *
          shape.hiddenSize *
          (shape.inputSize + shape.hiddenSize)
        : 0;
  return {
    kernel: { matrixShape: shape },
    group: 'gemm',
    machine: {
      chip: { clockHz: clock, sustainedClockHz: clock },
      peak: 200e9,
      vector: 200e9,
      special: 10e9,
      levels: [
        { name: 'DDR5', onChip: false, capacityBytes: 8e9, bandwidth: 50e9 },
        { name: 'L3', onChip: true, capacityBytes: 32e6, bandwidth: 200e9 },
      ],
      link: null,
      units: 2,
    },
    constants: { value: constants },
    operations: { matrix, vector: other.vector ?? 0, special: 0 },
    bytes: { main: other.main ?? 0, mainWeights: 0, near: other.near ?? 0, link: 0 },
    warm: other.warm ?? false,
    columns: null,
    activationBytes: 4,
    weightBytes: 4,
  } as unknown as KernelInput;
}

const product = (m: number, n: number, k: number): MatrixShape => ({
  kind: 'gemm',
  batch: 1,
  m,
  n,
  k,
  weights: 'b',
});
const plain = { compute: 1, vector: 1, bandwidth: 1, near: 1, item: 0, fixed: 0 };

describe('processors', () => {
  it('hide a share of the shorter of computing and moving behind the longer', () => {
    // 2 * 480 * 1280 * 1000 operations at 200e9 per second: 6.144 ms. 100 MB at 50 GB/s: 2 ms.
    const terms = (overlap: number) =>
      cpu.terms(input(product(480, 1280, 1000), { ...plain, overlap }, { main: 1e8, near: 1e8 }));
    expect(terms(1).work).toBeCloseTo(6.144e-3, 9);
    expect(terms(0.25).work).toBeCloseTo(6.144e-3 + 0.75 * 2e-3, 9);
    expect(terms(0.25).memory).toBeCloseTo(2e-3, 9);
  });

  it('lose rate where the rows of a product lie a multiple of 4 KiB apart', () => {
    const seconds = (k: number, m = 480) =>
      cpu.terms(input(product(m, 1280, k), { ...plain, aliased: 0.8 })).compute! / k;
    // 1024 and 2048 columns of 4 bytes are one and two ways long; 1000 and 1536 (6,144 bytes) are none.
    expect(seconds(1024) / seconds(1000)).toBeCloseTo(1 / 0.8, 9);
    expect(seconds(2048) / seconds(1000)).toBeCloseTo(1 / 0.8, 9);
    expect(seconds(1536) / seconds(1000)).toBeCloseTo(1, 9);
    // A single row has no neighbour in its set.
    expect(seconds(1024, 1) / seconds(1000, 1)).toBeCloseTo(1, 9);
  });

  it('run the inputs of a recurrent layer as one product and read its matrix again at every step', () => {
    const shape = {
      kind: 'recurrent',
      steps: 96,
      batch: 1,
      inputSize: 500,
      hiddenSize: 512,
      gates: 4,
      directions: 1,
    } as MatrixShape;
    const constants = { compute: 1, resident: 0.5, step: 1e-6, gates: 1, bandwidth: 1, near: 1 };
    const terms = cpu.terms(input(shape, constants));
    // Inputs: 2 * 96 * 500 * 2048 operations at 200 GFLOP/s. Steps: 4,194,304 bytes at 100 GB/s each.
    const inputs = (2 * 96 * 500 * 2048) / 200e9;
    const step = 4194304 / 100e9 + 1e-6;
    expect(terms.compute).toBeCloseTo(inputs + 96 * step, 9);
  });

  it('pay for cold code and operands only where a run does not stay in the caches', () => {
    const constants = { ...plain, overlap: 1, fixed: 5e-6 };
    expect(cpu.terms(input(undefined, constants, { near: 100 })).fixed).toBe(5e-6);
    expect(cpu.terms(input(undefined, constants, { near: 100, warm: true })).fixed).toBe(0);
  });
});
