import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../server/engine/formats';
import type { ReadModel } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { infer } from '../../../../server/engine/inference/infer';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { bytes, int, part, text } from '../wire';

/** Numbers of fields are those of Model.proto, FeatureTypes.proto and NeuralNetwork.proto of coremltools 9.0. */
const feature = (name: string, type: number[]): number[] => [...text(1, name), ...part(3, type)];
const array = (...sizes: number[]): number[] => part(5, ...sizes.map((size) => int(1, size)), int(2, 65568));
const image = (width: number, height: number): number[] => part(4, int(1, width), int(2, height), int(3, 20));

function model(inputs: number[][], outputs: number[][], kind: number[]): number[] {
  const description = [...inputs.map((one) => part(1, one)), ...outputs.map((one) => part(10, one))];
  return [...int(1, 4), ...part(2, ...description), ...kind];
}

function layer(name: string, input: string, output: string, params: number[]): number[] {
  return part(1, text(1, name), text(2, input), text(3, output), params);
}

const network = (...layers: number[][]): number[] => part(500, ...layers);
const floats = (count: number): number[] => bytes(1, new Uint8Array(4 * count));

function read(content: number[]): Promise<ReadModel> {
  return readModel(memorySource(Uint8Array.from(content)), 'm.mlmodel', uninterrupted);
}

/** A strided convolution of an image with 4 kernels of 3 x 3 and a bias, then the sum of its channels for 2 classes. */
const convolution = layer(
  'conv',
  'image',
  'features',
  part(
    100,
    int(1, 4),
    int(2, 3),
    int(20, 3),
    int(20, 3),
    int(30, 2),
    int(30, 2),
    part(51),
    int(70, 1),
    part(90, floats(108)),
    part(91, floats(4)),
  ),
);
const pooled = layer('pool', 'features', 'pooled', part(120, int(1, 1), int(60, 1)));
const classes = layer(
  'fc',
  'pooled',
  'classes',
  // Eight numbers of 4 bits.
  part(140, int(1, 4), int(2, 2), part(20, bytes(30, new Uint8Array(4)), part(40, int(1, 4)))),
);
const small = model(
  [feature('image', image(9, 8))],
  [feature('classes', array(2))],
  network(convolution, pooled, layer('act', 'pooled', 'ignored', part(130, part(10))), classes),
);

describe('a neural network of Core ML', () => {
  it('has its layers with weights, and sizes that follow from them', async () => {
    const { value, problems } = await read(small);
    expect(problems).toEqual([]);
    const { graph } = value!;
    expect(graph.nodes.map(({ domain, operator, inputs }) => [domain, operator, inputs])).toEqual([
      ['coreml.layer', 'convolution', ['image', 'conv.weights', 'conv.bias']],
      ['coreml.layer', 'globalPooling_AVERAGE', ['features']],
      ['coreml.layer', 'activation_ReLU', ['pooled']],
      ['coreml.layer', 'innerProduct', ['pooled', 'fc.weights']],
    ]);
    expect(graph.initializers).toMatchObject([
      { name: 'conv.weights', dtype: 'float', dims: [4, 3, 3, 3], data: { place: 'embedded', length: 432 } },
      { name: 'conv.bias', dims: [4] },
      { name: 'fc.weights', dtype: 'uint4', dims: [2, 4], data: { length: 4 } },
    ]);
    const workload = { phase: 'inference', precision: 'as-stored', runtime: null, bindings: {} } as const;
    const { values, nodes } = await infer(value!, workload);
    const shapeOf = (name: string): unknown => values.find((one) => one.name === name)?.type;
    // An image of 8 rows and 9 columns; half of them, rounded up.
    expect(shapeOf('features')).toMatchObject({ shape: [1, 4, 4, 5] });
    expect(shapeOf('classes')).toMatchObject({ shape: [1, 2, 1, 1] });
    // 4 · 4 · 5 results of 27 products each, and 2 of 4.
    const matrix = nodes.reduce((sum, { work }) => sum + (work?.operations.matrix ?? 0), 0);
    expect(matrix).toBe(2 * (80 * 27 + 2 * 4));
  });

  it('in a pipeline stands beside models that are named alone', async () => {
    const trees = model([feature('classes', array(2))], [feature('label', part(3))], part(402, int(1, 1)));
    const pipeline = part(202, part(1, small), part(1, trees), text(2, 'net'), text(2, 'trees'));
    const { value } = await read(
      model([feature('image', image(9, 8))], [feature('label', part(3))], pipeline),
    );
    expect(
      value!.graph.nodes.map(({ domain, operator, name, inputs, outputs }) => [
        domain,
        operator,
        name,
        inputs[0],
        outputs[0],
      ]),
    ).toEqual([
      ['coreml.layer', 'convolution', 'net.conv', 'image', 'net.features'],
      ['coreml.layer', 'globalPooling_AVERAGE', 'net.pool', 'net.features', 'net.pooled'],
      ['coreml.layer', 'activation_ReLU', 'net.act', 'net.pooled', 'net.ignored'],
      ['coreml.layer', 'innerProduct', 'net.fc', 'net.pooled', 'classes'],
      ['coreml.model', 'treeEnsembleClassifier', 'trees.treeEnsembleClassifier', 'classes', 'label'],
    ]);
  });

  it('has weights as one list where their sizes are not those of the layer', async () => {
    const strange = layer('fc', 'x', 'y', part(140, int(1, 4), int(2, 2), part(20, floats(7))));
    const { value } = await read(model([feature('x', array(4))], [feature('y', array(2))], network(strange)));
    expect(value!.graph.initializers).toMatchObject([{ dims: [7] }]);
  });
});
