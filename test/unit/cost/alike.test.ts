import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';

it('kernels of one shape are not equal where one alone reads what the model is given', async () => {
  // 134 MB of activations each at 8 bits, more than the cache of an H100 holds: all three move the same bytes.
  const text = `<ir_version: 10, opset_import: ["": 21]>
g (float[32768,4096] x) => (float[32768,4096] y) <float[4096,4096] w = ["location": "w.bin"]>
{
  a = MatMul (x, w)
  b = MatMul (a, w)
  y = MatMul (b, w)
}`;
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings: {}, phase: 'inference', precision: 'fp8', runtime: null } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const { kernels } = (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).cost;
  const [first, second, third] = kernels.map(({ seconds }) => seconds!.value);
  expect(new Set(kernels.map(({ bytes }) => JSON.stringify(bytes))).size).toBe(1);
  // What is given has to be brought to 8 bits first; what a kernel made was written so.
  expect(first).toBeGreaterThan(second! * 1.01);
  expect(third).toBe(second);
  // Equal ones share what was computed, and have their own numbers all the same.
  expect(kernels.map(({ kernel }) => kernel)).toEqual([0, 1, 2]);
});
