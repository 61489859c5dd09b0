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

  it('is what it reads from outside for a sum that a convolution takes in', async () => {
    const text = `${head} (float[1,64,56,56] x, float[1,64,56,56] r) => (float[1,64,56,56] y)
${weights(64)} {
  c = Conv (x, w)
  y = Add (c, r)
}
`;
    const { plan, cost } = await costsOf(text, 'nvidia-t4', 'tensorrt');
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 1]]);
    const [conv, add] = cost.nodes.map(({ seconds }) => seconds!.value);
    const { overhead } = cost.kernels[0]!.parts!;
    // Of three images that cross the border the sum reads one; the weights are 2 % of an image.
    expect(add! / (add! + conv! - overhead)).toBeCloseTo(1 / 3, 1);
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
