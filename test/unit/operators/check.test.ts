import { describe, expect, it } from 'vitest';
import { broadcastShapes } from '../../../server/engine/operators/broadcast';
import { parseDim, printDim } from '../../../server/engine/graph/dim';
import { checkRule, parseType, printType } from './check';

describe('broadcastShapes', () => {
  const shape = (text: string) => text.split(',').map((part) => parseDim(part)!);
  it.each([
    ['2,3', '3', '2, 3'],
    ['batch,1', '5', 'batch, 5'],
    ['batch,1', '1,past + sequence', 'batch, past + sequence'],
    ['batch', '4', '4'],
    ['a', 'b', 'max(a, b)'],
  ])('%s and %s give %s', (a, b, expected) => {
    expect(
      broadcastShapes([shape(a), shape(b)])
        ?.map(printDim)
        .join(', '),
    ).toBe(expected);
  });
  it('refuses contradictions', () => {
    expect(
      broadcastShapes([
        [2, 3],
        [2, 4],
      ]),
    ).toBeUndefined();
  });
});

describe('checkRule', () => {
  it('prints what it parses', () => {
    for (const text of [
      'float[2, batch]',
      'float',
      'seq(int64[])',
      'optional(seq(float[n]))',
      'map(int64, float[])',
    ]) {
      expect(printType(parseType(text))).toBe(text);
    }
  });
  it('runs a rule', () => {
    const { types, work } = checkRule('Identity', { inputs: ['float[2, 3]'] });
    expect(types).toEqual(['float[2, 3]']);
    expect(work?.bytes).toEqual({ weights: 0, inputs: 0, outputs: 0 });
  });
});
