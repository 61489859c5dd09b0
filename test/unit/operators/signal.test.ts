import { describe, expect, it } from 'vitest';
import { checkRule } from './check';

const scalar = (type: string, value: number) => ({ type: `${type}[]`, elements: [value] });

describe('signal', () => {
  it('transforms along an axis', () => {
    expect(checkRule('DFT', { inputs: ['float[1, 16, 2]'] }).types).toEqual(['float[1, 16, 2]']);
    const attributes = { onesided: 1 };
    const { types, work } = checkRule('DFT', { inputs: ['float[3, 16, 1]'], attributes });
    expect(types).toEqual(['float[3, 9, 2]']);
    // 2.5·16·log2(16) for each of 3 real rows.
    expect(work?.operations.vector).toBe(3 * 2.5 * 16 * 4);
    const inputs = ['float[1, 16, 1]', scalar('int64', 8)];
    expect(checkRule('DFT', { inputs, attributes, version: 17 }).types).toEqual(['float[1, 5, 2]']);
  });

  it('cuts frames', () => {
    const { types } = checkRule('STFT', {
      inputs: ['float[1, 128, 1]', scalar('int64', 8), 'float[16]'],
    });
    // (128 − 16)/8 + 1 frames of 16/2 + 1 bins.
    expect(types).toEqual(['float[1, 15, 9, 2]']);
  });

  it('makes windows and filter banks', () => {
    expect(checkRule('HannWindow', { inputs: [scalar('int64', 10)] }).types).toEqual(['float[10]']);
    const { types } = checkRule('MelWeightMatrix', {
      inputs: [scalar('int64', 8), scalar('int64', 16), 'int64[]', 'float[]', 'float[]'],
    });
    expect(types).toEqual(['float[9, 8]']);
  });
});

describe('random numbers', () => {
  it('takes shapes and types from attributes or an input', () => {
    expect(checkRule('RandomNormal', { inputs: [], attributes: { shape: [2, 3], dtype: 11 } }).types).toEqual(
      ['double[2, 3]'],
    );
    expect(checkRule('RandomUniformLike', { inputs: ['float16[batch, 3]'] }).types).toEqual([
      'float16[batch, 3]',
    ]);
    expect(
      checkRule('Multinomial', { inputs: ['float[4, 10]'], attributes: { sample_size: 7 } }).types,
    ).toEqual(['int32[4, 7]']);
  });
});

describe('quantisation', () => {
  it('takes the type of the zero point, of output_dtype, of the scale', () => {
    expect(checkRule('QuantizeLinear', { inputs: ['float[2]', 'float[]', 'int8[]'] }).types).toEqual([
      'int8[2]',
    ]);
    expect(
      checkRule('QuantizeLinear', { inputs: ['float[2]', 'float[]'], attributes: { output_dtype: 22 } })
        .types,
    ).toEqual(['int4[2]']);
    expect(checkRule('DequantizeLinear', { inputs: ['int4[4, 6]', 'float16[4, 2]'] }).types).toEqual([
      'float16[4, 6]',
    ]);
  });

  it('finds ranges while running', () => {
    const { types, work } = checkRule('DynamicQuantizeLinear', { inputs: ['float[n, 4]'], outputs: 3 });
    expect(types).toEqual(['uint8[n, 4]', 'float[]', 'uint8[]']);
    expect(work).toBeNull();
  });
});

describe('regions and text', () => {
  it('pools regions', () => {
    expect(
      checkRule('RoiAlign', {
        inputs: ['float[1, 3, 10, 10]', 'float[7, 4]', 'int64[7]'],
        attributes: { output_height: 5, output_width: 6, sampling_ratio: 2 },
      }),
    ).toMatchObject({
      types: ['float[7, 3, 5, 6]'],
      work: { operations: { vector: 7 * 3 * 30 * (8 * 4 + 1) } },
    });
  });

  it('samples a grid', () => {
    expect(checkRule('GridSample', { inputs: ['float[2, 3, 10, 10]', 'float[2, 4, 5, 2]'] }).types).toEqual([
      'float[2, 3, 4, 5]',
    ]);
    const size = { type: 'int64[4]', elements: [2, 3, 4, 5] };
    expect(checkRule('AffineGrid', { inputs: ['float[2, 2, 3]', size] }).types).toEqual([
      'float[2, 4, 5, 2]',
    ]);
  });

  it('counts n-grams', () => {
    const attributes = {
      ngram_indexes: [0, 3, 1],
      min_gram_length: 1,
      max_gram_length: 2,
      max_skip_count: 0,
    };
    expect(checkRule('TfIdfVectorizer', { inputs: ['int64[2, 12]'], attributes }).types).toEqual([
      'float[2, 4]',
    ]);
  });
});
