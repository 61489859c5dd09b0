import { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';

type Weights = Readonly<Record<string, readonly number[]>>;

/** A model with weights of floats, without the inputs that stand behind them, up to within the last of them. */
async function cut(nodes: onnx.INodeProto[], weights: Weights): Promise<Model> {
  const initializer = Object.entries(weights).map(([name, dims]) => ({
    name,
    dims: [...dims],
    dataType: onnx.TensorProto.DataType.FLOAT,
    rawData: new Uint8Array(dims.reduce((a, b) => a * b, 4)),
  }));
  const input = [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 7 }] } } } }];
  const bytes = onnx.ModelProto.encode({ irVersion: 8, graph: { node: nodes, initializer, input } }).finish();
  const { value, problems } = await readOnnx(memorySource(bytes.slice(0, -100)), uninterrupted);
  expect(problems.map(({ code }) => code)).toContain('format.truncated');
  return value!;
}

const node = (opType: string, input: string[], output: string, attribute: onnx.IAttributeProto[] = []) => ({
  opType,
  input,
  output: [output],
  attribute,
});
const shapes = ({ graph }: Model): string[] =>
  graph.inputs.map(({ name, type }) => {
    const shape = type?.kind === 'tensor' ? type.shape : undefined;
    return `${name}[${shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key)).join()}]`;
  });

describe('inputs behind the weights in which a file breaks off', () => {
  const convolution = node('Conv', ['x', 'w'], 'c');

  it('have the rank and the channels that weights ask for', async () => {
    const group = { name: 'group', i: 3, type: onnx.AttributeProto.AttributeType.INT };
    // 8 kernels of 3 x 5 x 5, and 3 groups of 2 channels.
    expect(shapes(await cut([convolution], { w: [8, 3, 5, 5] }))).toEqual(['x[?,3,?,?]']);
    const grouped = node('Conv', ['x', 'w'], 'c', [group]);
    expect(shapes(await cut([grouped], { w: [9, 2, 5, 5] }))).toEqual(['x[?,6,?,?]']);
    expect(shapes(await cut([node('Gemm', ['x', 'w'], 'c')], { w: [40, 10] }))).toEqual(['x[?,40]']);
    expect(shapes(await cut([node('Gather', ['w', 'x'], 'c')], { w: [100, 8] }))).toEqual(['x[?,?]']);
    const widened = node('Cast', ['x'], 'f');
    expect(shapes(await cut([widened, node('Conv', ['f', 'w'], 'c')], { w: [8, 3, 5, 5] }))).toEqual([
      'x[?,3,?,?]',
    ]);
  });

  it('are none where no weights tell, or where the value is made or stored', async () => {
    expect(shapes(await cut([node('Relu', ['x'], 'c')], { w: [8, 3, 5, 5] }))).toEqual([]);
    expect(shapes(await cut([node('Conv', ['w', 'w'], 'c')], { w: [8, 3, 5, 5] }))).toEqual([]);
    expect(shapes(await cut([node('Conv', ['x', 'gone'], 'c')], { w: [8, 3, 5, 5] }))).toEqual([]);
  });

  it('bring sizes and operations to the nodes whose weights are there', async () => {
    const nodes = [convolution, node('Conv', ['c', 'gone'], 'd'), node('Relu', ['d'], 'e')];
    const model = await cut(nodes, { w: [8, 3, 5, 5] });
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const { inference } = await prepare(model, workload, uninterrupted);
    // 224 - 5 + 1 = 220; 2 operations for each of 8 x 220 x 220 numbers and 3 x 5 x 5 products.
    const made = inference.values[inference.nodes[0]!.outputs[0]!]!.type;
    expect(made).toMatchObject({ shape: [1, 8, 220, 220] });
    expect(inference.nodes[0]!.work!.operations.matrix).toBe(2 * 8 * 220 * 220 * 75);
    expect(inference.nodes[2]!.work).toBeNull();
    expect(inference.isPartial).toBe(true);
  });
});
