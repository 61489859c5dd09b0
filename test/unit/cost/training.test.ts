import { describe, expect, it } from 'vitest';
import { trainingBytes, trainingOperations } from '../../../server/engine/cost/training';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import { chain, dense, type Layer } from './layers';

function kernelOf(layer: Layer) {
  return chain([8, 100], [layer]).plan.kernels[0]!;
}

describe('a training step of a product of 8 × 100 by 100 × 50', () => {
  // Forward 2 × 8 × 100 × 50 = 80,000; two gradients of its own size: three times as much.
  const passes = 3 * 80_000;

  it.each(['float', 'float16', 'double'] as const)('updates each %s weight once', (dtype: DataType) => {
    const kernel = kernelOf(dense(8, 100, 50, dtype));
    // Adam: 12 operations and 28 bytes for each of 5,000 weights, however wide they are stored.
    expect(trainingOperations(kernel, kernel.operations!)).toBe(passes + 5_000 * 12);
    expect(trainingBytes(kernel, 1_000, true)).toBe(3 * 1_000 + 5_000 * 28);
  });

  it('updates no weights of whole numbers', () => {
    const kernel = kernelOf(dense(8, 100, 50, 'int8'));
    expect(trainingOperations(kernel, kernel.operations!)).toBe(passes);
    expect(trainingBytes(kernel, 1_000, true)).toBe(3 * 1_000);
  });

  it('of anything but a product reads and writes three streams to two', () => {
    const relu = kernelOf({
      operator: 'Relu',
      operatorClass: 'elementwise',
      operations: { matrix: 0, vector: 800, special: 0 },
      weightElements: 0,
      outputShape: [8, 100],
    });
    expect(trainingOperations(relu, relu.operations!)).toBe(2.5 * 800);
    expect(trainingBytes(relu, 1_000, false)).toBe(2.5 * 1_000);
  });
});
