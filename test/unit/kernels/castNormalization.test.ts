import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';

/**
 * The operators of each kernel of a normalisation in 32 bits of values in 16, as PyTorch's exporter writes it.
 * @param more another output, made of the cast
 */
async function kernelsOf(runtime: string, more = false): Promise<string[]> {
  const text = `<ir_version: 10, opset_import: ["" : 18]>
g (float16[4, 8] x, float16[8, 8] w) => (float16[4, 8] y${more ? ', float[8, 4] c' : ''})
<float[8] gamma = {1, 2, 3, 4, 5, 6, 7, 8}, float two = {2}, float epsilon = {0.00001}, int64[1] axes = {1}> {
s = MatMul (x, w)
f = Cast <to = 1> (s)
q = Pow (f, two)
m = ReduceMean (q, axes)
e = Add (m, epsilon)
root = Sqrt (e)
d = Div (f, root)
n = Mul (d, gamma)
y = Cast <to = 10> (n)
${more ? 'c = Transpose <perm = [1, 0]> (f)' : ''}
}`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, workload);
  const { kernels } = await planKernels(inference, profileById(runtime)!, uninterrupted);
  return kernels.map(({ nodes }) => nodes.map((index) => inference.nodes[index]!.node.operator).join(' '));
}

describe('a normalisation behind a cast', () => {
  it('reads what stands before the cast, in one kernel', async () => {
    expect(await kernelsOf('tensorrt')).toEqual(['MatMul', 'Cast Pow ReduceMean Add Sqrt Div Mul', 'Cast']);
  });

  it('leaves the cast alone where somebody else reads it', async () => {
    expect(await kernelsOf('tensorrt', true)).toContain('Cast');
    expect(await kernelsOf('tensorrt', true)).toContain('Pow ReduceMean Add Sqrt Div Mul');
  });
});
