import { describe, expect, it } from 'vitest';
import { allOperators, nameInOnnx, ruleOf } from '../../../../server/engine/operators/table';
import schema from '../../../../server/engine/formats/tflite/schema.json';
import { constantRole } from '../../../../server/engine/operators/constantInputs';
import { profileById } from '../../../../server/engine/kernels/profile';
import { operatorSupport } from '../../../../server/engine/kernels/support/support';
import { inferred } from './cases';

/** Operations of the only node of a case. */
async function work(name: string): Promise<readonly [matrix: number, vector: number, special: number]> {
  const { nodes } = await inferred(name);
  const { matrix, vector, special } = nodes[0]!.work!.operations;
  return [matrix, vector, special];
}

describe('work of TFLite operators, by hand', () => {
  it.each([
    // 5·4·5 results of 27 products; a bias and two comparisons (RELU6) each.
    ['CONV_2D/same2', [2 * 2700, 300, 0]],
    // 4·3·5 results.
    ['CONV_2D/valid2', [2 * 60 * 27, 180, 0]],
    // 16 - 6 rows and 16 - 4 columns of 4: 480 results of 18 products.
    ['CONV_2D/dilated', [2 * 480 * 18, 480, 0]],
    // 6·6·12 results of 3·3·2 products: each of four groups sees 2 of 8 channels.
    ['CONV_2D/grouped', [2 * 432 * 18, 432, 0]],
    // 384 results of 4 products; bias, and scaling by 4 operations.
    ['CONV_2D/int8', [2 * 1536, 5 * 384, 0]],
    // 9·7·6 results of 3·5 products.
    ['DEPTHWISE_CONV_2D/same1', [2 * 378 * 15, 378, 0]],
    // 8·6·5 inputs, each into 3·3·4 results.
    ['TRANSPOSE_CONV/same', [2 * 240 * 36, 0, 0]],
    // 4·5·3·4 results of 27·2 products.
    ['CONV_3D', [2 * 240 * 54, 0, 0]],
    // 6 rows of 5 results of 8 products; bias and RELU.
    ['FULLY_CONNECTED', [2 * 240, 60, 0]],
    ['FULLY_CONNECTED/flattened', [2 * 336, 7, 0]],
    ['BATCH_MATMUL/00', [2 * 120, 0, 0]],
    ['BATCH_MATMUL/11', [2 * 120, 0, 0]],
    // 2·4 filters of 3 inputs and 10 remembered results; a sum of two each, and a bias.
    ['SVDF', [2 * 104, 8 + 4, 0]],
    // 14 rows of 8 units: 4 gates of 3 + 8 products; 4 sums, 4 biases, 13 in the cell; 5 activations.
    ['UNIDIRECTIONAL_SEQUENCE_LSTM/plain1', [2 * 112 * 44, 112 * 21, 112 * 5]],
    // Three gates: 3 sums, 3 biases, 11 in the cell; 4 activations.
    ['UNIDIRECTIONAL_SEQUENCE_LSTM/cifg0', [2 * 112 * 33, 112 * 17, 112 * 4]],
    // 4 gates of 3 + 5 products, and 5 more to project.
    ['UNIDIRECTIONAL_SEQUENCE_LSTM/projection1', [2 * 112 * 37, 112 * 21, 112 * 5]],
    ['UNIDIRECTIONAL_SEQUENCE_LSTM/peephole1', [2 * 112 * 44, 112 * 27, 112 * 5]],
    ['LSTM/full', [2 * 16 * 44, 16 * 21, 16 * 5]],
    // One row of 4 units.
    ['LSTM/basic', [2 * 4 * 28, 4 * 21, 4 * 5]],
    // 12 rows of 4 units in each direction.
    ['BIDIRECTIONAL_SEQUENCE_LSTM', [2 * 2 * 48 * 28, 2 * 48 * 21, 2 * 48 * 5]],
    // 10 rows of 4 units of 3 + 4 products; sum, bias and RELU.
    ['UNIDIRECTIONAL_SEQUENCE_RNN', [2 * 40 * 7, 3 * 40, 0]],
    // 432 results of six inputs and a division.
    ['AVERAGE_POOL_2D/same1', [0, 432 * 7, 0]],
    ['ADD', [0, 24 + 24, 0]],
    // 6 sums; 2 operations for each of 12 operands and 4 for each result.
    ['ADD/int8', [0, 6 + 24 + 24, 0]],
    ['LOGISTIC', [0, 3 * 24, 24]],
    // 297 results of four neighbours: a product and a sum each.
    ['RESIZE_BILINEAR', [0, 8 * 297, 0]],
    ['RESIZE_NEAREST_NEIGHBOR', [0, 0, 0]],
    ['SOFTMAX', [0, 80, 20]],
    ['RESHAPE', [0, 0, 0]],
    // 12 anchors and 60 scores.
    ['TFLite_Detection_PostProcess', [0, 96 + 13 * 60, 24]],
  ] as const)('%s', async (name, expected) => {
    expect(await work(name)).toEqual(expected);
  });

  it('has loop nests by batch, groups and channels whatever the layout', async () => {
    const { nodes } = await inferred('DEPTHWISE_CONV_2D/same2');
    expect(nodes[0]!.work!.matrixShape).toEqual({
      kind: 'convolution',
      batch: 1,
      groups: 3,
      inputChannels: 3,
      outputChannels: 6,
      inputSpatial: [9, 7],
      outputSpatial: [5, 4],
      kernel: [3, 5],
      strides: [2, 2],
      transposed: false,
    });
  });

  it('reads of an embedding the rows that ids name', async () => {
    const { nodes } = await inferred('EMBEDDING_LOOKUP');
    // 5 rows of 8 singles; the ids are 5 integers.
    expect(nodes[0]!.work!.bytes).toEqual({ weights: 160, inputs: 20, outputs: 160 });
  });
});

describe('a loop', () => {
  it('runs until its counter reaches the limit', async () => {
    const { nodes } = await inferred('WHILE');
    // 1, 4, 7 and 10 are below 12: the condition is asked once more.
    expect(nodes.map(({ node, repeat }) => `${node.operator} ${repeat}`)).toEqual([
      'WHILE 1',
      'LESS 5',
      'ADD 4',
      'MUL 4',
    ]);
  });
});

describe('the table of TFLite operators', () => {
  const builtins = schema.operators.filter((name) => name !== null);

  it('has a rule for all but what no converter writes or nobody states', () => {
    const without = builtins.filter((name) => !ruleOf('tflite', name) && !name.startsWith('STABLEHLO'));
    expect(without).toEqual([
      'LSH_PROJECTION',
      'CONCAT_EMBEDDINGS',
      'SKIP_GRAM',
      'CUSTOM',
      'DELEGATE',
      'PLACEHOLDER_FOR_GREATER_OP_CODES',
      'DILATE',
      'REDUCE_WINDOW',
    ]);
  });

  it('names operators as the schema does', () => {
    const known = new Set<string>(builtins);
    const rules = allOperators.filter(({ domain }) => domain === 'tflite').map(({ name }) => name);
    expect(rules.filter((name) => !known.has(name))).toEqual([]);
    expect(new Set(rules).size).toBe(rules.length);
  });

  it('tells runtimes and roles which operator of ONNX does the same', () => {
    expect(nameInOnnx('tflite', 'DEPTHWISE_CONV_2D')).toBe('Conv');
    expect(nameInOnnx('tflite', 'SVDF')).toBe('SVDF');
    expect(nameInOnnx('', 'Conv')).toBe('Conv');
    const role = (operator: string, input: number) =>
      constantRole(
        {
          name: '',
          operator,
          domain: 'tflite',
          overload: '',
          inputs: [],
          outputs: [],
          attributes: [],
          metadata: [],
        },
        input,
      );
    expect([0, 1, 2].map((input) => role('CONV_2D', input))).toEqual([undefined, 'weights', 'weights']);
    // The first input is a shape, the weights stand before the image.
    expect([0, 1, 2].map((input) => role('TRANSPOSE_CONV', input))).toEqual(['sizes', 'weights', undefined]);
    expect(role('UNIDIRECTIONAL_SEQUENCE_LSTM', 18)).toBe('buffers');
  });

  it('is what the Edge TPU is asked for by its own list, and others by that of ONNX', () => {
    const runs = (id: string, operator: string) =>
      operatorSupport(profileById(id)!)({ domain: 'tflite', operator });
    expect([runs('tflite-edgetpu', 'CONV_2D'), runs('tflite-edgetpu', 'HARD_SWISH')]).toEqual([true, false]);
    expect([runs('tflite-ethos-u', 'HARD_SWISH'), runs('tflite-ethos-u', 'CUMSUM')]).toEqual([true, false]);
    expect([runs('qnn', 'DEPTHWISE_CONV_2D'), runs('qnn', 'WHILE')]).toEqual([true, false]);
  });
});
