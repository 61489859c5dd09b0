import { describe, expect, it } from 'vitest';
import {
  plainStep,
  trainingBytes,
  trainingOperations,
  type TrainingStep,
} from '../../../server/engine/cost/training';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import { defaultTraining, type Training } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

const adam = plainStep(defaultTraining);
const withOptions = (options: Partial<Training>): TrainingStep =>
  plainStep({ ...defaultTraining, ...options });

function kernelOf(layer: Layer) {
  return chain([8, 100], [layer]).plan.kernels[0]!;
}

describe('a training step of a product of 8 × 100 by 100 × 50', () => {
  // Forward 2 × 8 × 100 × 50 = 80,000; two gradients of its own size: three times as much.
  const passes = 3 * 80_000;

  // Adam reads a gradient, reads and writes a weight and two moments: 4 + 8 + 16. Of half a weight the gradient is half, a copy
  // of 32 bits is updated and the half is written: 2 + 8 + 16 + 2.
  it.each([
    ['float', 28],
    ['float16', 28],
    ['double', 56],
  ] as const)('updates each %s weight once', (dtype: DataType, bytes: number) => {
    const kernel = kernelOf(dense(8, 100, 50, dtype));
    expect(trainingOperations(kernel, kernel.operations!, adam)).toBe(passes + 5_000 * 12);
    expect(trainingBytes(kernel, 1_000, adam)).toBe(3 * 1_000 + 5_000 * bytes);
  });

  it.each([
    // Gradient, weight twice; one buffer twice more; two moments of a byte twice; sums of rows and columns are next to nothing.
    ['sgd', 12, 2],
    ['momentum', 20, 4],
    ['adam-8bit', 16, 12],
    ['adafactor', 12, 12],
  ] as const)('moves and computes what %s does', (optimizer, bytes, operations) => {
    const kernel = kernelOf(dense(8, 100, 50, 'float'));
    const step = withOptions({ optimizer });
    expect(trainingBytes(kernel, 1_000, step)).toBe(3 * 1_000 + 5_000 * bytes);
    expect(trainingOperations(kernel, kernel.operations!, step)).toBe(passes + 5_000 * operations);
  });

  it('goes forward and back several times for one update, and shares that out', () => {
    const kernel = kernelOf(dense(8, 100, 50, 'float'));
    const several = withOptions({ accumulation: 4 });
    expect(trainingOperations(kernel, kernel.operations!, several)).toBe(4 * passes + 5_000 * 12);
    const shared = withOptions({ zero: 1, devices: 8 });
    expect(trainingBytes(kernel, 1_000, shared)).toBe(3 * 1_000 + (5_000 * 28) / 8);
    expect(trainingBytes(kernel, 1_000, withOptions({ devices: 8 }))).toBe(3 * 1_000 + 5_000 * 28);
  });

  it('costs one forward more where it runs twice', () => {
    const kernel = kernelOf(dense(8, 100, 50, 'float'));
    const step = { ...adam, isRecomputed: () => true };
    expect(trainingOperations(kernel, kernel.operations!, step)).toBe(4 * 80_000 + 5_000 * 12);
  });

  it('has one gradient less where only adapters are trained', () => {
    const kernel = kernelOf(dense(8, 100, 50, 'float'));
    // Rank 2: 2 × (100 + 50) parameters, 300 / 5,000 of the work, of which both gradients are computed.
    const step: TrainingStep = {
      ...adam,
      isTrained: () => false,
      adapterOf: () => ({ elements: 300, share: 0.06 }),
    };
    expect(trainingOperations(kernel, kernel.operations!, step)).toBeCloseTo(
      2 * 80_000 + 3 * 0.06 * 80_000 + 300 * 12,
    );
  });

  it('updates no weights of whole numbers', () => {
    const kernel = kernelOf(dense(8, 100, 50, 'int8'));
    expect(trainingOperations(kernel, kernel.operations!, adam)).toBe(passes);
    expect(trainingBytes(kernel, 1_000, adam)).toBe(3 * 1_000);
  });

  it('of anything but a product reads and writes three streams to two', () => {
    const relu = kernelOf({
      operator: 'Relu',
      operatorClass: 'elementwise',
      operations: { matrix: 0, vector: 800, special: 0 },
      weightElements: 0,
      outputShape: [8, 100],
    });
    expect(trainingOperations(relu, relu.operations!, adam)).toBe(2.5 * 800);
    expect(trainingBytes(relu, 1_000, adam)).toBe(2.5 * 1_000);
  });
});
