import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';

/** Units of the kernels of a model on a Coral Edge TPU: 0 is the chip, 1 its host. */
async function unitsOf(graph: string): Promise<(number | null)[]> {
  const { value } = await parseOnnxText(
    `<ir_version: 9, opset_import: ["" : 20]>\nmain ${graph}`,
    uninterrupted,
  );
  const workload = {
    bindings: {},
    phase: 'inference',
    precision: 'as-stored',
    runtime: 'tflite-edgetpu',
  } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const { cost, plan } = await costsOn(prepared, chipById('google-coral-edge-tpu')!, uninterrupted);
  return plan.kernels.map(({ index }) => cost.kernels[index]!.unit);
}

const given = '(float[1,4,8,8] x, float[4,4,1,1] w) => (float[1,4,8,8] y)';
const stored = `(float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,1,1] w = {${Array(16).fill(1).join(', ')}}>`;

describe('a convolution whose form the runtime does not run', () => {
  // Weights of the Edge TPU compiler are constants (coral.ai, requirements of models).
  it('runs on the host, whatever is fused behind it', async () => {
    expect(await unitsOf(`${given} { y = Conv (x, w) }`)).toEqual([1]);
    expect(await unitsOf(`${given} { c = Conv (x, w)  y = Relu (c) }`)).toEqual([1]);
  });

  it('runs on the chip in the other form, alone and fused', async () => {
    expect(await unitsOf(`${stored} { y = Conv (x, w) }`)).toEqual([0]);
    expect(await unitsOf(`${stored} { c = Conv (x, w)  y = Relu (c) }`)).toEqual([0]);
  });
});
