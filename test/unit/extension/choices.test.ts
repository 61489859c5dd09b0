import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({}));

const { withChoices, withDimension } = await import('../../../extension/choices/settings');
const { parseSize } = await import('../../../extension/choices/workload');
const { inOrder } = await import('../../../extension/choices/chips');

describe('choices of a model', () => {
  it('change one entry and keep the others', () => {
    const models = { 'a.onnx': { phase: 'decode' as const }, 'b.onnx': { runtime: 'r' } };
    expect(withChoices(models, 'a.onnx', { precision: 'int8' })).toEqual({
      'a.onnx': { phase: 'decode', precision: 'int8' },
      'b.onnx': { runtime: 'r' },
    });
  });

  it('leave nothing behind that says nothing', () => {
    const models = { 'a.onnx': { runtime: 'r', dimensions: { batch: 8 } } };
    expect(withChoices(models, 'a.onnx', { dimensions: {} })).toEqual({ 'a.onnx': { runtime: 'r' } });
    expect(withChoices({ 'a.onnx': { runtime: 'r' } }, 'a.onnx', { runtime: undefined })).toBeUndefined();
    expect(withChoices({}, 'a.onnx', {})).toBeUndefined();
  });

  it('set and unset single dimensions', () => {
    expect(withDimension({ batch: 1 }, 'sequence', 0)).toEqual({ batch: 1, sequence: 0 });
    expect(withDimension({ batch: 1 }, 'batch', 8)).toEqual({ batch: 8 });
    expect(withDimension({ batch: 1, sequence: 2 }, 'batch', null)).toEqual({ sequence: 2 });
  });
});

describe('a size that someone types', () => {
  it.each([
    ['8', 8],
    [' 2048 ', 2048],
    ['0', 0],
    ['', null],
    ['  ', null],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['batch', undefined],
    ['99999999999999999999', undefined],
  ])('%j is %s', (input, size) => {
    expect(parseSize(input)).toBe(size);
  });
});

describe('the order of chips', () => {
  it('keeps the places of those that stay and appends the new ones', () => {
    expect(inOrder(['new', 'b', 'a'], ['a', 'gone', 'b'])).toEqual(['a', 'b', 'new']);
    expect(inOrder([], ['a'])).toEqual([]);
  });
});
