import { expect, it } from 'vitest';
import { readModel } from '../../../server/engine/formats';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { infer } from '../../../server/engine/inference/infer';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { moduleOf } from '../formats/mlir/module';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: 'xla' } as const;

it('XLA fuses a product with what is added to it, spread over its rows and read from where it lies', async () => {
  const lines = `%0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<8x16xf32>, tensor<16x32xf32>) -> tensor<8x32xf32>
    %1 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<32xf32>) -> tensor<8x32xf32>
    %2 = stablehlo.add %0, %1 : tensor<8x32xf32>
    %3 = stablehlo.rsqrt %2 : tensor<8x32xf32>
    return %3 : tensor<8x32xf32>`;
  const args = '%x: tensor<8x16xf32>, %w: tensor<16x32xf32>, %b: tensor<32xf32>';
  const source = memorySource(new TextEncoder().encode(moduleOf(args, lines)));
  const { value } = await readModel(source, 'm.mlir', uninterrupted);
  const inference = await infer(value!, workload);
  const plan = await planKernels(inference, profileById('xla')!, uninterrupted);
  expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 2, 3]]);
  const bytes = plan.kernels[0]!.operands.map(({ value: id, bytes: own }) => [
    inference.values[id]!.name,
    own,
  ]);
  // What is spread (v1) is read as the 32 floats that it is made of.
  // Floats of 8 × 16, of 16 × 32, of the 32 that are spread, and of the result of 8 × 32.
  expect(bytes).toEqual([
    ['x', 512],
    ['w', 2048],
    ['v1', 128],
    ['v3', 1024],
  ]);
});
