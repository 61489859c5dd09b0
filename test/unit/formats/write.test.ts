import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { writeOnnx } from '../../../server/engine/formats/onnx/write';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';

async function parsed(text: string): Promise<Model> {
  const { value } = await parseOnnxText(text, uninterrupted);
  return value!;
}

async function readBack(model: Model): Promise<Model> {
  const written = writeOnnx(model);
  if ('unwritable' in written) throw new Error(written.unwritable);
  const { bytes } = written;
  const source = {
    size: bytes.length,
    read: (at: number, length: number) => Promise.resolve(bytes.subarray(at, at + length)),
  };
  const { value, problems } = await readOnnx(source, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

describe('writing models', () => {
  it('keeps nodes, attributes of all kinds, types and small tensors', async () => {
    const model = await parsed(`<ir_version: 9, opset_import: ["" : 20, "com.microsoft" : 1]>
all (float16[N,"N + 1",3] x, seq(int64[2]) s, bool c) => (float16[N,K,3] y) <int64[2] shape = {-1, 9223372036854775807}, double[1] d = {0.5}> {
  a = com.microsoft.Odd <f: float = 1.5, i: int = -7, t: string = "일", fs = [0.5, 2.0], is = [1, -2], ss = ["a", "b"], v: tensor = float[2] {0.25, -3.0}> (x, , shape)
  y = If (c) <then_branch = g () => (float16[1] u) { u = Relu (a) }, else_branch = h () => (float16[1] w) { w = Neg (a) }>
}
`);
    const back = await readBack(model);
    expect(back.operatorSets).toEqual(model.operatorSets);
    expect(back.graph.inputs).toEqual(model.graph.inputs);
    expect(back.graph.outputs).toEqual(model.graph.outputs);
    const plain = (graph: Model['graph']): unknown =>
      JSON.parse(JSON.stringify(graph, (key, value: unknown) => (key === 'data' ? undefined : value)));
    expect(plain(back.graph)).toEqual(plain(model.graph));
  });

  it('says which part it cannot know', async () => {
    const model = await parsed(`<ir_version: 9, opset_import: ["" : 20]>
big (float[4] x) => (float[4] y) <float[4] w = ["location": "w.bin"]> {
  y = Add (x, w)
}
`);
    expect(writeOnnx(model)).toEqual({ unwritable: 'w' });
  });
});
