import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import type { PrecisionPolicy } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

const hexagon = chipById('qualcomm-snapdragon-8gen3-hexagon')!;

function costs(chip: Chip, input: readonly number[], layers: readonly Layer[], precision: PrecisionPolicy) {
  const { inference, plan } = chain(input, layers);
  const workload = { bindings: {}, phase: 'inference', precision, runtime: null } as const;
  return estimateChip({ inference, plan, workload }, chip, profileById('none')!);
}

function convolution(channels: number, groups: number, side: number, batch = 1): Layer {
  const inputs = channels / groups;
  return {
    operator: 'Conv',
    operatorClass: 'convolution',
    operations: { matrix: 2 * batch * side * side * channels * inputs * 9, vector: 0, special: 0 },
    matrixShape: {
      ...{ kind: 'convolution', batch, groups, inputChannels: channels, outputChannels: channels },
      ...{
        kernel: [3, 3],
        strides: [1, 1],
        inputSpatial: [side, side],
        outputSpatial: [side, side],
        transposed: false,
      },
    },
    weightElements: channels * inputs * 9,
    outputShape: [batch, channels, side, side],
  };
}

/** A batched product of two activations; the chain knows one of them. */
const attention: Layer = {
  operator: 'MatMul',
  operatorClass: 'gemm',
  operations: { matrix: 2 * 12 * 256 * 256 * 64, vector: 0, special: 0 },
  matrixShape: { kind: 'gemm', batch: 12, m: 256, n: 256, k: 64, weights: 'none' },
  weightElements: 0,
  outputShape: [12, 256, 256],
};

describe('an NPU', () => {
  it('takes turns between its arrays and the passage through the on-chip memory', () => {
    // The example of docs/laws/npu.md, of the second of two such layers: its picture is on the chip. 200,704 = 64 · 56².
    const layer = convolution(64, 1, 56);
    const { kernels } = costs(hexagon, [1, 64, 56, 56], [layer, layer, layer], 'int8');
    const products = 231_211_008 / (0.7 * 45e12);
    const passage = (200_704 + 36_864 + 200_704) / (0.22 * 0.1 * 45e12);
    expect(kernels[1]!.seconds!.value).toBeCloseTo(products + passage, 9);
  });

  it('runs depthwise convolutions on its vector units', () => {
    const layer = convolution(64, 64, 56);
    const { kernels } = costs(hexagon, [1, 64, 56, 56], [layer, layer, layer], 'int8');
    // Vector rate: 0.02 · 22.5e12; 0.9 of it. 2 · 3136 · 64 · 9 operations.
    const lanes = 3_612_672 / (0.9 * 0.02 * 22.5e12);
    const passage = (200_704 + 576 + 200_704) / (0.22 * 0.1 * 45e12);
    expect(kernels[1]!.seconds!.value).toBeCloseTo(lanes + passage, 9);
  });

  it('multiplies activations at a fifth of the rate of weights', () => {
    const { kernels } = costs(hexagon, [12, 256, 64], [attention], 'fp16');
    // 100,663,296 operations; all sizes are multiples of 32; 16 bits: 0.4 of half the INT8 peak.
    expect(kernels[0]!.parts!.compute).toBeCloseTo(100_663_296 / (0.2 * 0.4 * 22.5e12), 9);
  });

  it('sends a quarter of what exceeds it through the main memory, where layers go in bands', () => {
    // 67 MB in and out, 13.5 · 0.75 MB have room: 0.25 · 2 · 67,108,864 B and 36,864 B of weights at 0.7 · 76.8e9 B/s.
    const layer = convolution(64, 1, 1024);
    const { kernels } = costs(hexagon, [1, 64, 1024, 1024], [layer, layer, layer], 'int8');
    const bytes = 0.25 * 2 * 67_108_864 + 36_864;
    expect(kernels[1]!.parts!.memory).toBeCloseTo(bytes / (0.7 * 76.8e9), 9);
  });
});

describe('a dataflow chip', () => {
  const hailo = chipById('hailo-8')!;
  const seconds = (layers: readonly Layer[], batch: number, width: number): number =>
    batch / costs(hailo, [batch, width], layers, 'int8').total.throughput!.samplesPerSecond;

  it('keeps what fits: a batch gains nothing', () => {
    // 16.8 MB of 1.05e-6 · 26e12 = 27.3 MB.
    const layers = (batch: number) => [dense(batch, 4096, 4096)];
    expect(seconds(layers(8), 8, 4096) / 8).toBeLessThanOrEqual(seconds(layers(1), 1, 4096));
    expect(costs(hailo, [1, 4096], layers(1), 'int8').streamedBytes).toBe(0);
  });

  it('loads all weights of what does not, once per batch', () => {
    const layers = (batch: number) => [dense(batch, 4096, 4096), dense(batch, 4096, 4096)];
    const { streamedBytes } = costs(hailo, [1, 4096], layers(1), 'int8');
    expect(streamedBytes).toBe(2 * 4096 * 4096);
    // PCI Express 3.0 x4, 0.85 of 3.94e9 B/s: 10.02 ms, whatever the batch; the products take 7 µs of them.
    const load = (2 * 4096 * 4096) / (0.85 * 3.94e9);
    expect(seconds(layers(1), 1, 4096)).toBeGreaterThan(load);
    expect(seconds(layers(8), 8, 4096)).toBeLessThan(load * 1.05);
  });

  it('changes parts at an attention, and loads a network that would fit', () => {
    const { total, streamedBytes } = costs(
      hailo,
      [12, 256, 64],
      [attention, { ...attention, matrixShape: attention.matrixShape! }, dense(3072, 256, 64)],
      'int8',
    );
    expect(streamedBytes).toBe(256 * 64);
    // Two products of activations: one change of 0.7 ms.
    expect(total.latencySeconds!.value).toBeGreaterThan(0.7e-3);
    expect(total.latencySeconds!.value).toBeLessThan(0.9e-3);
  });

  it('with a memory of its own loads from there', () => {
    const layers = [dense(1, 4096, 4096), dense(1, 4096, 4096)];
    const { kernels } = costs(chipById('hailo-10h')!, [1, 4096], layers, 'int8');
    // 16.8 MB each, 0.7 of 17.06e9 B/s; together they exceed 1.05e-6 · 20e12 B.
    expect(kernels[1]!.parts!.memory).toBeGreaterThan((4096 * 4096) / (0.7 * 17.06e9) - 1e-9);
    const small = costs(chipById('hailo-10h')!, [1, 4096], [dense(1, 4096, 4096)], 'int8');
    expect(small.total.latencySeconds!.value).toBeLessThan(2e-4);
  });
});
