import { describe, expect, it } from 'vitest';
import { cpu } from '../../../server/engine/cost/classes/cpu/law';
import type { KernelInput } from '../../../server/engine/cost/classes/shared/model';
import { profileById } from '../../../server/engine/kernels/profile';
import type { MatrixShape } from '../../../server/engine/operators/rule';

/** The input with other facts of the machine. */
function on(given: KernelInput, machine: object, chip: object = {}): KernelInput {
  const of = given.machine;
  return { ...given, machine: { ...of, ...machine, chip: { ...of.chip, ...chip } } };
}

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

  it('wait for the slowest core where all threads have equal parts, or leave the slow ones out', () => {
    // Two cores of 60 and two of 40 GFLOP/s: 200 together. Equal parts: four at the pace of 40, 160. The fast: 120.
    const kinds = [
      { name: 'P', count: 2, opsPerSecond: 60e9 },
      { name: 'E', count: 2, opsPerSecond: 40e9 },
    ];
    // 480 = 20 x 24 rows and 1280 = 10 x 128 columns: 200 panels, as many for each of 4 or 2 cores.
    const seconds = (constants: Record<string, number>) =>
      cpu.terms(
        on(input(product(480, 1280, 1000), { ...plain, ...constants }), { units: 4 }, { units: { kinds } }),
      ).compute!;
    const operations = 2 * 480 * 1280 * 1000;
    expect(seconds({})).toBeCloseTo(operations / 200e9, 9);
    expect(seconds({ equalParts: 1 })).toBeCloseTo(operations / 160e9, 9);
    expect(seconds({ fastCores: 1 })).toBeCloseTo(operations / 120e9, 9);
  });

  it('pay for waking and waiting by the logarithm of the threads', () => {
    const fixed = (units: number) =>
      cpu.terms(on(input(undefined, { ...plain, fixed: 1e-6, sync: 9e-6 }, { near: 100 }), { units })).fixed;
    // 1 + 9 x log2(1, 4, 64) microseconds.
    expect(fixed(1)).toBeCloseTo(1e-6, 12);
    expect(fixed(4)).toBeCloseTo(19e-6, 12);
    expect(fixed(64)).toBeCloseTo(55e-6, 12);
  });

  it('move bytes as fast as the clock and what one core has under way allow', () => {
    const constants = { ...plain, bytesPerClock: 16, coreBandwidth: 4e9, bandwidth: 0.5 };
    // Caches: 16 B x 2 GHz x 2 cores = 64 GB/s. Memory: half of 50 GB/s are 25, two cores of 4 GB/s reach 8.
    const memory = (bytes: { near: number; main: number }, units: number) =>
      cpu.terms(on(input(undefined, constants, bytes), { units })).memory!;
    expect(memory({ near: 64e6, main: 0 }, 2)).toBeCloseTo(1e-3, 9);
    expect(memory({ near: 8e6, main: 8e6 }, 2)).toBeCloseTo(1e-3, 9);
    // Twelve cores could have 48 GB/s: the memory's 25 hold.
    expect(memory({ near: 25e6, main: 25e6 }, 12)).toBeCloseTo(1e-3, 9);
  });

  it('run 3 x 3 convolutions of step one with fewer multiplications and larger weights', () => {
    const shape = (step: number): MatrixShape => ({
      kind: 'convolution',
      batch: 1,
      groups: 1,
      inputChannels: 64,
      outputChannels: 128,
      inputSpatial: [48 * step, 50 * step],
      outputSpatial: [48, 50],
      kernel: [3, 3],
      strides: [step, step],
      transposed: false,
    });
    const terms = (step: number) => {
      const one = input(shape(step), { ...plain, overlap: 0, winograd: 4, winogradWeights: 4, reorder: 1 });
      const operations = { matrix: 2 * 2400 * 128 * 576, vector: 0, special: 0 };
      const bytes = { main: 294912, mainWeights: 294912, near: 294912, link: 0 };
      return cpu.terms({ ...one, operations, bytes });
    };
    // 353,894,400 operations at 200 GFLOP/s, a quarter of that by Winograd. Weights of 294,912 B at 50 GB/s are read
    // twice where they are laid out anew, and are four times as many where they are transformed.
    expect(terms(2).compute).toBeCloseTo(1.769472e-3, 9);
    expect(terms(1).compute).toBeCloseTo(1.769472e-3 / 4, 9);
    expect(terms(2).memory).toBeCloseTo((294912 * 2) / 50e9, 12);
    expect(terms(1).memory).toBeCloseTo((294912 * 5) / 50e9, 12);
  });

  it('have a run of its own on each core under a runtime with streams', () => {
    // One row of 24: a single panel, which keeps one of two cores busy. With a run on each none is idle.
    const one = input(product(24, 128, 1000), { ...plain, sync: 8e-6, fixed: 2e-6 });
    const work = (2 * 24 * 128 * 1000) / 200e9;
    expect(cpu.terms(one).fixed).toBeCloseTo(10e-6, 12);
    expect(cpu.terms(one).compute).toBeCloseTo(2 * work, 9);
    expect(cpu.streamTerms!(one).compute).toBeCloseTo(work, 9);
    expect(cpu.streamTerms!(one).fixed).toBeCloseTo(1e-6, 12);
  });

  it('take what the example of docs/laws/cpu.md takes with the rates of ncnn', () => {
    const rates = profileById('ncnn')!.rates!.filter(
      (one) => one.class === 'cpu' && ['*', 'convolution'].includes(one.group),
    );
    const constants = Object.assign(
      {},
      ...rates.filter(({ precision }) => precision === '*').map((one) => one.constants),
    ) as Record<string, number>;
    const shape: MatrixShape = {
      kind: 'convolution',
      batch: 1,
      groups: 1,
      inputChannels: 64,
      outputChannels: 128,
      inputSpatial: [48, 50],
      outputSpatial: [48, 50],
      kernel: [3, 3],
      strides: [1, 1],
      transposed: false,
    };
    const one = on(
      input(shape, constants),
      {
        peak: 153.6e9,
        units: 4,
        levels: [
          { name: 'LPDDR4X', onChip: false, capacityBytes: 8e9, bandwidth: 17e9 },
          { name: 'L3', onChip: true, capacityBytes: 2e6, bandwidth: null },
        ],
      },
      { clockHz: { value: 2.4e9, sources: [], basis: 'read' }, sustainedClockHz: undefined },
    );
    const bytes = { main: 294912, mainWeights: 294912, near: 294912, link: 0 };
    const { compute, memory, work, fixed } = cpu.terms({
      ...one,
      operations: { matrix: 353894400, vector: 0, special: 0 },
      bytes,
    });
    // 353,894,400 / (153.6e9 x 0.53 x 4.5); 4.7 x 294,912 / (0.24 x 17e9); 1e-6 + 9e-6 x log2 4
    expect(compute).toBeCloseTo(0.966e-3, 6);
    expect(memory).toBeCloseTo(0.3397e-3, 6);
    expect(fixed).toBeCloseTo(19e-6, 9);
    expect(work! + fixed).toBeCloseTo(1.325e-3, 6);
  });
});
