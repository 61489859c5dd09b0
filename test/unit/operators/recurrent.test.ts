import { describe, expect, it } from 'vitest';
import { checkRule } from './check';

describe('LSTM', () => {
  it('follows the equations', () => {
    // steps 5, batch 2, input 10, hidden 3: 30 units; 4 gates of 13 multiply-accumulates.
    const { types, work } = checkRule('LSTM', {
      inputs: ['float[5, 2, 10]', 'float[1, 12, 10]', 'float[1, 12, 3]', 'float[1, 24]'],
      attributes: { hidden_size: 3 },
      outputs: 3,
    });
    expect(types).toEqual(['float[5, 1, 2, 3]', 'float[1, 2, 3]', 'float[1, 2, 3]']);
    expect(work?.operations).toEqual({
      matrix: 2 * 30 * 4 * 13,
      vector: 30 * (17 + 4),
      special: 30 * 5,
    });
    expect(work?.matrixShape).toEqual({
      kind: 'recurrent',
      steps: 5,
      batch: 2,
      inputSize: 10,
      hiddenSize: 3,
      gates: 4,
      directions: 1,
    });
  });

  it('runs both directions with the batch first', () => {
    const { types, work } = checkRule('LSTM', {
      inputs: ['float[2, 5, 10]', 'float[2, 12, 10]', 'float[2, 12, 3]'],
      attributes: { hidden_size: 3, direction: 'bidirectional', layout: 1 },
      outputs: 3,
    });
    expect(types).toEqual(['float[2, 5, 2, 3]', 'float[2, 2, 3]', 'float[2, 2, 3]']);
    expect(work?.operations.matrix).toBe(2 * 2 * 30 * 4 * 13);
  });

  it('keeps symbols', () => {
    const { types } = checkRule('LSTM', {
      inputs: ['float[time, batch, 10]', 'float[1, 12, 10]', 'float[1, 12, 3]'],
      outputs: 2,
    });
    expect(types).toEqual(['float[time, 1, batch, 3]', 'float[1, batch, 3]']);
  });
});

describe('GRU and RNN', () => {
  it.each([
    ['GRU', 3, 14, 3],
    ['RNN', 1, 1, 1],
  ])('%s has %i gates', (operator, gates, vector, special) => {
    const { work } = checkRule(operator, {
      inputs: ['float[5, 2, 10]', `float[1, ${gates * 3}, 10]`, `float[1, ${gates * 3}, 3]`],
      attributes: { hidden_size: 3 },
      outputs: 2,
    });
    expect(work?.operations).toEqual({
      matrix: 2 * 30 * gates * 13,
      vector: 30 * vector,
      special: 30 * special,
    });
  });
});
