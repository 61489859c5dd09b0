import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { KernelCost } from '../../../server/engine/cost/types';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';

/** The costliest kernel of a graph in a file, under a runtime on a processor. */
async function costliest(
  body: string,
  runtime = 'onnxruntime-cpu',
  chip = 'intel-xeon-8480',
): Promise<KernelCost> {
  const { value } = await parseOnnxText(`<ir_version: 8, opset_import: ["" : 21]> g ${body}`, uninterrupted);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const { cost } = await costsOn(prepared, chipById(chip)!, uninterrupted);
  return cost.kernels.reduce((most, one) => (one.seconds!.value > most.seconds!.value ? one : most));
}

// Of onnxruntime 1.32.0.
describe('what a runtime computes by plain code', () => {
  // Xeon 8480+: 56 cores at 3.0 GHz.
  const clocks = 56 * 3.0e9;
  const convolution =
    '(uint8[1, 64, 56, 56] x, int8[64, 64, 3, 3] w) => (int32[1, 64, 56, 56] y) { y = ConvInteger <pads = [1, 1, 1, 1]> (x, w) }';

  it('takes its clocks, shared by the cores', async () => {
    const { parts, bound, seconds } = await costliest(convolution);
    // 64 x 64 x 9 x 56 x 56 multiplications and additions, 8 operations per clock.
    expect(parts!.compute).toBeCloseTo((2 * 64 * 64 * 9 * 56 * 56) / 8 / clocks, 12);
    expect(bound).toBe('compute');
    expect(seconds!.basis).not.toBe('calibrated');
    const { parts: others } = await costliest(convolution, 'openvino');
    expect(others!.compute).toBeLessThan(parts!.compute / 5);
  });

  it('is dequantisation with a scale for each number of a row', async () => {
    const dequantised = (axis: number, scale: string): Promise<KernelCost> =>
      costliest(
        `(int8[3072, 768] x, ${scale} s) => (float[3072, 768] y) { y = DequantizeLinear <axis = ${axis}> (x, s) }`,
      );
    // An operation for each number, four clocks for an operation.
    const along = (3072 * 768 * 4) / clocks;
    expect((await dequantised(1, 'float[768]')).parts!.compute).toBeCloseTo(along, 12);
    expect((await dequantised(-1, 'float[768]')).parts!.compute).toBeCloseTo(along, 12);
    expect((await dequantised(0, 'float[3072]')).parts!.compute).toBeLessThan(along / 4);
    expect((await dequantised(1, 'float')).parts!.compute).toBeLessThan(along / 4);
  });
});
