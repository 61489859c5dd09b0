import { describe, expect, it } from 'vitest';
import { checkRule, type Check } from './check';

/** Type of the only output, and operations. */
function run(operator: string, check: Check) {
  const { types, work, problems } = checkRule(operator, check);
  expect(problems).toEqual([]);
  return { type: types[0], operations: work?.operations, shape: work?.matrixShape };
}

describe('Conv', () => {
  it('takes the stem of ResNet-50', () => {
    // 112·112·64 results × 3·7·7 = 118,013,952 multiply-accumulates: the figure of the published network.
    const { type, operations, shape } = run('Conv', {
      inputs: ['float[1, 3, 224, 224]', { type: 'float[64, 3, 7, 7]', weight: true }, 'float[64]'],
      attributes: { kernel_shape: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3] },
    });
    expect(type).toBe('float[1, 64, 112, 112]');
    expect(operations).toEqual({ matrix: 2 * 118013952, vector: 802816, special: 0 });
    expect(shape).toEqual({
      kind: 'convolution',
      batch: 1,
      groups: 1,
      inputChannels: 3,
      outputChannels: 64,
      inputSpatial: [224, 224],
      outputSpatial: [112, 112],
      kernel: [7, 7],
      strides: [2, 2],
      transposed: false,
    });
  });

  it('counts depthwise convolutions by their group', () => {
    const { type, operations, shape } = run('Conv', {
      inputs: ['float[2, 32, 10, 10]', 'float[32, 1, 3, 3]'],
      attributes: { group: 32, pads: [1, 1, 1, 1] },
    });
    expect(type).toBe('float[2, 32, 10, 10]');
    expect(operations?.matrix).toBe(2 * 2 * 32 * 100 * 9);
    expect(shape).toMatchObject({ groups: 32 });
  });

  it('counts grouped convolutions', () => {
    const { type, operations } = run('Conv', {
      inputs: ['float[1, 8, 5, 5]', 'float[6, 4, 3, 3]'],
      attributes: { group: 2 },
    });
    expect(type).toBe('float[1, 6, 3, 3]');
    expect(operations?.matrix).toBe(2 * 6 * 9 * 4 * 9);
  });

  it.each([
    // floor((in + pads − dilation·(k − 1) − 1) / stride) + 1
    [{ strides: [2, 2] }, '3, 3'], // (7 − 3)/2 + 1
    [{ dilations: [2, 2] }, '3, 3'], // 7 − 5 + 1
    [{ dilations: [2, 2], pads: [2, 1, 2, 0] }, '7, 4'],
    [{ auto_pad: 'VALID' }, '5, 5'],
    [{ auto_pad: 'SAME_UPPER', strides: [2, 2] }, '4, 4'], // ceil(7/2)
    [{ auto_pad: 'SAME_LOWER', strides: [3, 1] }, '3, 7'],
  ])('slides with %j', (attributes, spatial) => {
    const { type } = run('Conv', { inputs: ['float[1, 1, 7, 7]', 'float[1, 1, 3, 3]'], attributes });
    expect(type).toBe(`float[1, 1, ${spatial}]`);
  });

  it('keeps symbols', () => {
    const inputs = ['float[batch, 3, height, width]', 'float[16, 3, 3, 3]'];
    expect(run('Conv', { inputs, attributes: { pads: [1, 1, 1, 1] } }).type).toBe(
      'float[batch, 16, height, width]',
    );
    const { types } = checkRule('Conv', {
      inputs: ['float[batch, 3, 2*h, w]', 'float[16, 3, 2, 1]'],
      attributes: { strides: [2, 1] },
    });
    expect(types).toEqual(['float[batch, 16, h, w]']);
  });

  it('reports channels that do not match', () => {
    const { problems } = checkRule('Conv', { inputs: ['float[1, 4, 5, 5]', 'float[6, 3, 3, 3]'] });
    expect(problems).toEqual(['convolution-channels']);
  });

  it('works on one and three axes', () => {
    expect(run('Conv', { inputs: ['float[1, 2, 9]', 'float[4, 2, 3]'] }).type).toBe('float[1, 4, 7]');
    expect(run('Conv', { inputs: ['float[1, 2, 9, 8, 7]', 'float[4, 2, 3, 3, 3]'] }).type).toBe(
      'float[1, 4, 7, 6, 5]',
    );
  });
});

describe('ConvTranspose', () => {
  it('counts over input positions', () => {
    // stride·(in − 1) + kernel = 2·2 + 3 = 7; 3·3·4 inputs × 2·3·3 weights.
    const { type, operations, shape } = run('ConvTranspose', {
      inputs: ['float[1, 4, 3, 3]', 'float[4, 2, 3, 3]', 'float[2]'],
      attributes: { strides: [2, 2] },
    });
    expect(type).toBe('float[1, 2, 7, 7]');
    expect(operations).toEqual({ matrix: 2 * 36 * 18, vector: 98, special: 0 });
    expect(shape).toMatchObject({ transposed: true, inputChannels: 4, outputChannels: 2 });
  });

  it.each([
    [{ strides: [3, 2], output_padding: [1, 1] }, '10, 8'], // 3·2+3+1, 2·2+3+1
    [{ strides: [3, 2], output_shape: [10, 8] }, '10, 8'],
    [{ strides: [2, 2], auto_pad: 'SAME_UPPER' }, '6, 6'],
    [{ strides: [2, 2], auto_pad: 'SAME_LOWER' }, '6, 6'],
    [{ strides: [2, 2], auto_pad: 'VALID' }, '7, 7'],
    [{ dilations: [2, 2] }, '7, 7'], // 2 + 5
    [{ strides: [2, 2], pads: [1, 0, 1, 1] }, '5, 6'],
  ])('lengths with %j', (attributes, spatial) => {
    const { type } = run('ConvTranspose', {
      inputs: ['float[1, 1, 3, 3]', 'float[1, 1, 3, 3]'],
      attributes,
    });
    expect(type).toBe(`float[1, 1, ${spatial}]`);
  });

  it('multiplies the channels of W by the groups', () => {
    const { type, operations } = run('ConvTranspose', {
      inputs: ['float[1, 8, 4]', 'float[8, 3, 2]'],
      attributes: { group: 4 },
    });
    expect(type).toBe('float[1, 12, 5]');
    expect(operations?.matrix).toBe(2 * 32 * 3 * 2);
  });

  it('keeps symbols', () => {
    const { types } = checkRule('ConvTranspose', {
      inputs: ['float[batch, 8, n]', 'float[8, 3, 2]'],
      attributes: { strides: [2] },
    });
    expect(types).toEqual(['float[batch, 3, n*2]']);
  });
});

describe('integer and deformable convolutions', () => {
  it('accumulates ConvInteger in int32', () => {
    const { type, operations } = run('ConvInteger', {
      inputs: ['uint8[1, 1, 3, 3]', 'uint8[1, 1, 2, 2]', 'uint8[]'],
    });
    expect(type).toBe('int32[1, 1, 2, 2]');
    expect(operations).toEqual({ matrix: 2 * 4 * 4, vector: 9, special: 0 });
  });

  it('requantises QLinearConv', () => {
    const { type, operations } = run('QLinearConv', {
      inputs: [
        'uint8[1, 1, 7, 7]',
        'float[]',
        'uint8[]',
        'uint8[1, 1, 1, 1]',
        'float[]',
        'uint8[]',
        'float[]',
        'int8[]',
      ],
    });
    expect(type).toBe('int8[1, 1, 7, 7]');
    expect(operations).toEqual({ matrix: 98, vector: 49 + 1 + 4 * 49, special: 0 });
  });

  it('samples DeformConv', () => {
    const { type, operations } = run('DeformConv', {
      inputs: ['float[1, 2, 3, 3]', 'float[4, 2, 2, 2]', 'float[1, 8, 2, 2]'],
      attributes: { kernel_shape: [2, 2] },
    });
    expect(type).toBe('float[1, 4, 2, 2]');
    // 16 results × 2·4; 7 for each of 2 channels × 4 positions × 4 kernel points.
    expect(operations).toEqual({ matrix: 2 * 16 * 8, vector: 7 * 32, special: 0 });
  });

  it('folds columns back with Col2Im', () => {
    const { type, operations } = run('Col2Im', {
      inputs: [
        'float[1, 5, 5]',
        { type: 'int64[2]', elements: [5, 5] },
        { type: 'int64[2]', elements: [1, 5] },
      ],
    });
    expect(type).toBe('float[1, 1, 5, 5]');
    expect(operations?.vector).toBe(25);
  });
});
