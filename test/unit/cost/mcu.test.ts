import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import { chain, type Layer } from './layers';

/** The example of docs/laws/mcu.md. */
const layer: Layer = {
  operator: 'Conv',
  operatorClass: 'convolution',
  operations: { matrix: 1_024_000, vector: 8000, special: 0 },
  matrixShape: {
    ...{ kind: 'convolution', batch: 1, groups: 1, inputChannels: 64, outputChannels: 64, strides: [1, 1] },
    ...{ kernel: [1, 1], inputSpatial: [25, 5], outputSpatial: [25, 5], transposed: false },
  },
  weightElements: 4096,
  outputShape: [1, 64, 25, 5],
};

function total(chip: Chip) {
  const { inference, plan } = chain([1, 64, 25, 5], [layer]);
  const workload = { bindings: {}, phase: 'inference', precision: 'int8', runtime: null } as const;
  return estimateChip({ inference, plan, workload }, chip, profileById('none')!).total;
}

describe('a microcontroller', () => {
  const m4 = chipById('st-stm32l4r5')!;

  it('shares the slots of its core between arithmetic and all else', () => {
    // One instruction per clock: 1,024,000 / (0.155 · 0.48e9) + 8,000 / (0.5 · 0.25 · 0.24e9).
    const seconds = 1_024_000 / (0.155 * 0.48e9) + 8000 / (0.5 * 0.25 * 0.24e9);
    expect(total(m4).latencySeconds!.value).toBeCloseTo(seconds, 9);
    // Two per clock at 280 MHz.
    const twice = 1_024_000 / (2 * 0.155 * 1.12e9) + 8000 / (0.5 * 0.25 * 0.56e9);
    expect(total(chipById('st-stm32h7a3')!).latencySeconds!.value).toBeCloseTo(twice, 9);
  });
});
