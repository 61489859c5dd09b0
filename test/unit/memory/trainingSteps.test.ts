import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Training } from '../../../server/engine/workload';

/** Weights of 8,192 and 2,048 bytes; x has 256, h 128 and y 64. */
const text = `<ir_version: 10, opset_import: ["" : 18]>
g (float[1, 64] x) => (float[1, 16] y)
<float[64, 32] w1 = ["location": "w.bin"], float[32, 16] w2 = ["location": "w.bin", "offset": "8192"]>
{
  h = MatMul (x, w1)
  y = MatMul (h, w2)
}`;

/** What is there beside the weights at both passes forward and both back. */
async function stepsOf(training: Partial<Training>): Promise<number[]> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const asked = { optimizer: 'sgd', ...training } as const;
  const workload = { bindings: {}, phase: 'training', precision: 'as-stored', runtime: 'none' } as const;
  const prepared = await prepare(value!, { ...workload, training: asked }, uninterrupted);
  const { timeline } = await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
  return timeline.points.map(({ activationBytes }) => activationBytes);
}

it('a gradient is there from the pass back that makes it on', async () => {
  expect(await stepsOf({})).toEqual([
    // x and h are kept; then y beside them.
    256 + 128,
    256 + 128 + 64,
    // The gradients of y, h and the second weights; then those of h and of all weights, and x.
    256 + 128 + 64 + 128 + 2048,
    256 + 128 + 2048 + 8192,
  ]);
});

it('gradients are shared out from stage 2 on, and weights of a pass are whole in stage 3', async () => {
  const shared = [384, 448, 576 + 2048 / 4, 384 + (2048 + 8192) / 4] as const;
  expect(await stepsOf({ zero: 2, devices: 4 })).toEqual(shared);
  const whole = [8192, 2048, 2048, 8192];
  expect(await stepsOf({ zero: 3, devices: 4 })).toEqual(shared.map((bytes, at) => bytes + whole[at]!));
});
