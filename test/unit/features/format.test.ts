import { describe, expect, it } from 'vitest';
import { costLabel, shapeText, timeRange, typeText } from '../../../server/features/format';
import type { Bound, Estimate } from '../../../server/engine/cost/types';

const estimate = (value: number): Estimate => ({ value, low: value / 2, high: value * 2, basis: 'class' });
const bounds: Bound[] = ['compute', 'memory', 'overhead', 'link', 'none', 'unknown'];

describe('cost labels', () => {
  it.each([
    [4.1e-5, 'memory', '  41 µs mem '],
    [1.234e-3, 'compute', '1.23 ms comp'],
    [12.34, 'overhead', '12.3 s  over'],
    [999.6e-9, 'link', '   1 µs link'],
    [3e-13, 'memory', '  <1 ns mem '],
    [0, 'none', '   –        '],
  ] as const)('%d s bound by %s reads "%s"', (value, bound, label) => {
    expect(costLabel({ seconds: estimate(value), bound }, 'en')).toBe(label.replaceAll(' ', '\u00a0'));
  });

  it('shows the unknown as such', () => {
    expect(costLabel({ seconds: null, bound: 'unknown' }, 'en').trim()).toBe('?');
  });

  it.each([
    [4.1e-5, ' ≤41 µs'],
    // Rounded up: 1.2 ms would be too little.
    [1.201e-3, '≤1.3 ms'],
    [1.2e-3, '≤1.2 ms'],
    [123e-9, '≤130 ns'],
    [3e-13, '  ≤1 ns'],
  ])('say what an unknown time of %d s at the most is', (secondsAtMost, label) => {
    const shown = costLabel({ seconds: null, secondsAtMost, bound: 'unknown' }, 'en');
    expect(shown.slice(0, 7)).toBe(label.replaceAll(' ', '\u00a0'));
    expect(shown).toHaveLength(costLabel({ seconds: null, bound: 'unknown' }, 'en').length);
  });

  it.each(['en', 'ko'] as const)('have one width in %s', (language) => {
    const values = [null, 0, 1e-15, 9.99e-10, 1.5e-9, 123e-9, 999.9e-6, 1, 59.94, 999];
    const labels = values.flatMap((value) =>
      bounds.map((bound) => costLabel({ seconds: value === null ? null : estimate(value), bound }, language)),
    );
    expect(new Set(labels.map((label) => label.length)).size).toBe(1);
    expect(labels.every((label) => !label.includes(' '))).toBe(true);
  });
});

describe('texts', () => {
  it('gives ranges, and the word for unknown', () => {
    expect(timeRange(estimate(4e-5), 'en')).toBe('40 µs (20 µs – 80 µs)');
    expect(timeRange(estimate(5e-10), 'en')).toBe('<1 ns (<1 ns – 1 ns)');
    expect(timeRange({ value: 0, low: 0, high: 0, basis: 'class' }, 'en')).toBe('0 s');
    expect(timeRange(null, 'en')).toBe('unknown');
    expect(timeRange(null, 'ko')).toBe('알 수 없음');
  });

  it('writes types as ONNX text does', () => {
    expect(typeText({ kind: 'tensor', dtype: 'float16', shape: [1, 2] })).toBe('float16[1,2]');
    expect(typeText({ kind: 'tensor', dtype: 'int64', shape: [] })).toBe('int64');
    expect(typeText({ kind: 'tensor', dtype: 'bool' })).toBe('bool[?]');
    expect(typeText({ kind: 'sequence', element: { kind: 'tensor', dtype: 'float', shape: [2] } })).toBe(
      'seq(float[2])',
    );
    expect(typeText(undefined)).toBe('?');
    expect(shapeText(undefined)).toBe('?');
    expect(shapeText([2, 3])).toBe('2×3');
  });
});
