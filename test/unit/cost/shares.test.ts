import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';

async function costsOf(text: string, chip: string, runtime: string | null): Promise<ChipAnalysis> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime };
  const prepared = await prepare(value!, workload, uninterrupted);
  return costsOn(prepared, chipById(chip)!, uninterrupted);
}

/** Weights of a convolution of single pixels, as a constant of the model. */
const weights = (channels: number): string => {
  const elements = Array.from({ length: channels * channels }, (_, i) => (i % 7) + 1);
  return `<float[${channels},${channels},1,1] w = {${elements.join(', ')}}>`;
};

const head = '<ir_version: 9, opset_import: ["" : 20]>\nmain';

describe('the share of a node in its kernel', () => {
  it('is next to nothing for a Relu behind a convolution of 7 x 7', async () => {
    const text = `${head} (float[1,64,112,112] x, float[64,64,7,7] w) => (float[1,64,112,112] y) {
  c = Conv <pads = [3, 3, 3, 3]> (x, w)
  y = Relu (c)
}
`;
    const { plan, cost } = await costsOf(text, 'nvidia-t4', 'tensorrt');
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 1]]);
    const [conv, relu] = cost.nodes.map(({ seconds }) => seconds!.value);
    // 2 x 7 x 7 x 64 operations against one per pixel, and no byte of its own.
    expect(relu! / conv!).toBeLessThan(0.01);
    expect(conv! + relu!).toBeCloseTo(cost.kernels[0]!.seconds!.value, 15);
  });

  it.each([
    ['google-coral-edge-tpu', 'tflite-edgetpu'],
    ['hailo-8', 'compiler'],
    ['qualcomm-snapdragon-8gen3-hexagon', 'qnn'],
    ['nvidia-h100-sxm', 'tensorrt'],
    ['generic-x86-avx2-desktop', 'onnxruntime-cpu'],
  ])('is by how much a Relu makes a convolution longer on %s', async (chip, runtime) => {
    const elements = Array.from({ length: 16 * 3 * 7 * 7 }, (_, i) => (i % 7) + 1).join(', ');
    const types = '(float[1,3,224,224] x) => (float[1,16,112,112] y)';
    const body = (relu: boolean): string => `${head} ${types}
<float[16,3,7,7] w = {${elements}}> {
  ${relu ? 'c' : 'y'} = Conv <pads = [3, 3, 3, 3], strides = [2, 2]> (x, w)
${relu ? '  y = Relu (c)\n' : ''}}
`;
    const fused = await costsOf(body(true), chip, runtime);
    const alone = await costsOf(body(false), chip, runtime);
    const [conv, relu] = fused.cost.nodes.map(({ seconds }) => seconds!.value);
    const [only] = alone.cost.nodes.map(({ seconds }) => seconds!.value);
    expect(fused.plan.kernels[0]!.nodes).toEqual([0, 1]);
    expect(conv).toBeCloseTo(only!, 12);
    expect(relu! / conv!).toBeLessThan(0.2);
  });

  it('has nothing of the bytes that a product behind it reads as well', async () => {
    const text = `${head} (uint8[1,64,56,56] x, uint8[256,64,1,1] w) => (uint8[1,256,56,56] y)
  <float s = {0.1}, uint8 z = {128}> {
  a = DequantizeLinear (x, s, z)
  b = DequantizeLinear (w, s, z)
  c = Conv (a, b)
  y = QuantizeLinear (c, s, z)
}
`;
    const { plan, cost } = await costsOf(text, 'nvidia-t4', 'tensorrt');
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 1, 2, 3]]);
    const [first, weight, conv] = cost.nodes.map(({ seconds }) => seconds!.value);
    expect((first! + weight!) / conv!).toBeLessThan(0.05);
  });

  it('is by how much a sum that a convolution takes in makes it longer, for what it reads from outside', async () => {
    const body = (
      sum: boolean,
    ): string => `${head} (float[1,16,112,112] x, float[1,16,112,112] r) => (float[1,16,112,112] y)
${weights(16)} {
  ${sum ? 'c' : 'y'} = Conv (x, w)
${sum ? '  y = Add (c, r)\n' : ''}}
`;
    const { plan, cost } = await costsOf(body(true), 'nvidia-t4', 'tensorrt');
    const alone = await costsOf(body(false), 'nvidia-t4', 'tensorrt');
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 1]]);
    const [conv, add] = cost.nodes.map(({ seconds }) => seconds!.value);
    const only = alone.cost.nodes[0]!.seconds!.value;
    expect(conv! / only).toBeCloseTo(1, 3);
    expect(add).toBeGreaterThan(0);
    // Of three images that cross the border the sum reads one.
    const { overhead } = cost.kernels[0]!.parts!;
    expect(add! / (add! + conv! - overhead)).toBeLessThan(1 / 3);
  });

  it('is at the most what sizes as large as the graph allows take, where data decide them', async () => {
    const text = `${head} (float[1,1000] x) => (float[n,2] y) {
  z = NonZero (x)
  t = Transpose <perm = [1, 0]> (z)
  c = Cast <to = 1> (t)
  y = Exp (c)
}
`;
    const { cost } = await costsOf(text, 'nvidia-t4', 'onnxruntime-cuda');
    expect(cost.nodes.map(({ seconds }) => seconds)).toEqual([null, null, null, null]);
    const most = cost.nodes.reduce((sum, { secondsAtMost }) => sum + (secondsAtMost ?? NaN), 0);
    expect(most / (cost.total.latencySeconds!.atMost ?? NaN)).toBeCloseTo(1, 9);
    // All 1,000 numbers may be other than 0: as many as a model of that size has.
    const full = `${head} (float[1000,2] c) => (float[1000,2] y) {\n  y = Exp (c)\n}\n`;
    const whole = await costsOf(full, 'nvidia-t4', 'onnxruntime-cuda');
    expect(cost.nodes[3]!.secondsAtMost).toBeCloseTo(whole.cost.nodes[0]!.seconds!.value, 9);
    expect(whole.cost.nodes[0]!.secondsAtMost).toBeUndefined();
  });

  it('sums up to what the kernels cost, with what a runtime puts in', async () => {
    const operator = fc.constantFrom('Relu', 'Sigmoid', 'HardSwish', 'Conv', 'Add', 'Mul', 'Softmax');
    const chips = fc.constantFrom(
      ['intel-xeon-8480', 'onnxruntime-cpu'],
      ['nvidia-t4', 'tensorrt'],
      ['nvidia-t4', 'onnxruntime-cuda'],
      ['nvidia-t4', 'compiler'],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(operator, { minLength: 1, maxLength: 9 }),
        chips,
        async (list, [chip, runtime]) => {
          const lines = list.map((one, i) => {
            const second =
              one === 'Conv' ? ', w' : one === 'Add' || one === 'Mul' ? `, v${Math.floor(i / 2)}` : '';
            return `  v${i + 1} = ${one} (v${i}${second})`;
          });
          const shape = 'float[1,16,8,8]';
          const text = `${head} (${shape} v0) => (${shape} v${list.length})\n${weights(16)} {\n${lines.join('\n')}\n}\n`;
          const { cost, plan } = await costsOf(text, chip, runtime);
          const sum = (parts: readonly ({ value: number } | null)[]): number =>
            parts.reduce((all, part) => all + (part?.value ?? NaN), 0);
          const kernels = sum(cost.kernels.map(({ seconds }) => seconds));
          expect(plan.kernels.length).toBeGreaterThan(0);
          expect(Math.abs(sum(cost.nodes.map(({ seconds }) => seconds)) - kernels)).toBeLessThan(
            1e-9 * kernels,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
