import { describe, expect, it } from 'vitest';
import { checkRule, floatAttribute } from './check';

/** Total operations; docs/operators.md states normalisations per element in all. */
function total(operator: string, inputs: readonly string[], attributes = {}) {
  const operations = checkRule(operator, { inputs, attributes }).work!.operations;
  return { all: operations.vector + operations.special, special: operations.special };
}

describe('normalisations', () => {
  it('takes 8 per element for LayerNormalization, a root per row of it', () => {
    expect(total('LayerNormalization', ['float[2, 3, 4]', 'float[4]', 'float[4]'])).toEqual({
      all: 8 * 24,
      special: 6,
    });
  });

  it('gives the statistics of LayerNormalization', () => {
    const { types } = checkRule('LayerNormalization', {
      inputs: ['float16[batch, sequence, 768]', 'float16[768]'],
      outputs: 3,
    });
    expect(types).toEqual([
      'float16[batch, sequence, 768]',
      'float[batch, sequence, 1]',
      'float[batch, sequence, 1]',
    ]);
  });

  it('takes 5 per element for RMSNormalization', () => {
    expect(total('RMSNormalization', ['float[2, 3, 4]', 'float[4]'])).toEqual({ all: 120, special: 6 });
  });

  it('takes 8 per element for group and instance statistics', () => {
    expect(
      total('GroupNormalization', ['float[2, 4, 5]', 'float[4]', 'float[4]'], { num_groups: 2 }),
    ).toEqual({ all: 320, special: 4 });
    expect(total('InstanceNormalization', ['float[2, 4, 5]', 'float[4]', 'float[4]'])).toEqual({
      all: 320,
      special: 8,
    });
  });

  it('folds BatchNormalization per channel', () => {
    const inputs = ['float[2, 3, 4]', 'float[3]', 'float[3]', 'float[3]', 'float[3]'];
    const { types, work } = checkRule('BatchNormalization', { inputs });
    expect(types).toEqual(['float[2, 3, 4]']);
    // × and + for 24 elements; 5 operations and 1 root for 3 channels.
    expect(work?.operations).toEqual({ matrix: 0, vector: 48 + 15, special: 3 });
  });

  it('trains BatchNormalization', () => {
    const { types, work } = checkRule('BatchNormalization', {
      inputs: ['float16[2, 3, 4]', 'float[3]', 'float[3]', 'double[3]', 'double[3]'],
      attributes: { training_mode: 1 },
      outputs: 3,
    });
    expect(types).toEqual(['float16[2, 3, 4]', 'double[3]', 'double[3]']);
    expect(work?.operations).toEqual({ matrix: 0, vector: 8 * 24 - 3 + 18, special: 3 });
  });

  it('counts the window of LRN', () => {
    const { work } = checkRule('LRN', { inputs: ['float[1, 5, 2, 2]'], attributes: { size: 3 } });
    expect(work?.operations).toEqual({ matrix: 0, vector: 7 * 20, special: 20 });
  });

  it('divides by Lp norms', () => {
    const { work } = checkRule('LpNormalization', { inputs: ['float[2, 5]'] });
    expect(work?.operations).toEqual({ matrix: 0, vector: 30, special: 2 });
  });

  it('normalises mean and variance over axes', () => {
    const { work } = checkRule('MeanVarianceNormalization', { inputs: ['float[2, 3, 4, 5]'] });
    expect(work?.operations).toEqual({ matrix: 0, vector: 6 * 120, special: 3 });
  });

  it('drops out when training only', () => {
    const { types, work } = checkRule('Dropout', { inputs: ['float[2, 3]'], outputs: 2 });
    expect(types).toEqual(['float[2, 3]', 'bool[2, 3]']);
    expect(work?.operations.vector).toBe(0);
    const training = { type: 'bool[]', elements: [1] };
    expect(
      checkRule('Dropout', { inputs: ['float[2, 3]', 'float[]', training] }).work?.operations.vector,
    ).toBe(18);
  });
});

describe('softmax', () => {
  it('takes 5 per element', () => {
    const { types, work } = checkRule('Softmax', { inputs: ['float[2, 3, 4]'] });
    expect(types).toEqual(['float[2, 3, 4]']);
    expect(work?.operations).toEqual({ matrix: 0, vector: 96, special: 24 });
  });

  it('takes one logarithm per row, and rows are longer before version 13', () => {
    const inputs = ['float[2, 3, 4]'];
    expect(checkRule('LogSoftmax', { inputs }).work?.operations.special).toBe(24 + 6);
    expect(checkRule('LogSoftmax', { inputs, version: 11 }).work?.operations.special).toBe(24 + 2);
  });
});

describe('losses', () => {
  it('reduces to a scalar or keeps the targets', () => {
    const inputs = ['float[3, 5, 2]', 'int64[3, 2]'];
    expect(checkRule('NegativeLogLikelihoodLoss', { inputs }).types).toEqual(['float[]']);
    expect(
      checkRule('SoftmaxCrossEntropyLoss', { inputs, attributes: { reduction: 'none' }, outputs: 2 }).types,
    ).toEqual(['float[3, 2]', 'float[3, 5, 2]']);
  });
});

describe('training', () => {
  it('updates parameters and states', () => {
    const inputs = ['float[]', 'int64[]', ...Array<string>(4).fill('float[2, 3]')];
    const { types, work } = checkRule('Adam', {
      domain: 'ai.onnx.preview.training',
      inputs,
      outputs: 3,
      attributes: { alpha: floatAttribute('alpha', 1) },
    });
    expect(types).toEqual(['float[2, 3]', 'float[2, 3]', 'float[2, 3]']);
    expect(work?.operations).toEqual({ matrix: 0, vector: 84, special: 6 });
  });

  it('keeps the shapes of two tensors apart', () => {
    const pair = ['float[2]', 'float[3]'];
    const { types } = checkRule('Adagrad', {
      domain: 'ai.onnx.preview.training',
      inputs: ['float[]', 'int64[]', ...pair, ...pair, ...pair],
      outputs: 4,
    });
    expect(types).toEqual(['float[2]', 'float[3]', 'float[2]', 'float[3]']);
  });
});
