import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { exactly, isSurelyLess, ratioOf, sharedError } from '../../../server/engine/mapping/ratio';
import { chipNamed, within } from './candidates';

const chip = (id: string) => chipById(id)!;

describe('the ratio of two figures', () => {
  it('is as wide as both errors together where they have nothing in common', () => {
    // Factors of 2 and 2: sqrt(ln 2 ^ 2 + ln 2 ^ 2) = 0.9803, e ^ 0.9803 = 2.6651.
    const { value, low, high } = ratioOf(within(10, 2), within(40, 2), 0);
    expect(value).toBe(0.25);
    expect(high).toBeCloseTo(0.25 * 2.6651, 4);
    expect(low).toBeCloseTo(0.25 / 2.6651, 4);
  });

  it('takes the upper side of one with the lower side of the other', () => {
    // Above by 3 and below by 1: only ln 3 is left.
    const high = ratioOf({ value: 1, low: 1, high: 3 }, { value: 1, low: 1, high: 5 }, 0);
    expect(high.high).toBeCloseTo(3, 10);
    expect(high.low).toBeCloseTo(1 / 5, 10);
  });

  it('loses what both errors share: all of equal errors, a part of the rest', () => {
    expect(ratioOf(within(1, 2), within(1, 2), 1)).toMatchObject({ low: 1, high: 1 });
    // Half shared: sqrt(2 x 0.4805 - 0.4805) = 0.6931 = ln 2.
    expect(ratioOf(within(1, 2), within(1, 2), 0.5).high).toBeCloseTo(2, 10);
  });

  it('is exact for exact figures, and knows nothing where a range has no end', () => {
    expect(ratioOf(exactly(3), exactly(2), 0)).toEqual({ value: 1.5, low: 1.5, high: 1.5 });
    expect(ratioOf({ value: 1, low: 0, high: 1 }, exactly(2), 0).low).toBe(0);
    expect(isSurelyLess({ value: 1, low: 0, high: Infinity }, exactly(1e9), 0)).toBe(false);
  });

  it('is surely below 1 only where its whole range is', () => {
    // 2.6651 is the width of two factors of 2.
    expect(isSurelyLess(within(1, 2), within(2.66, 2), 0)).toBe(false);
    expect(isSurelyLess(within(1, 2), within(2.67, 2), 0)).toBe(true);
    expect(isSurelyLess(within(2.67, 2), within(1, 2), 0)).toBe(false);
    expect(isSurelyLess(exactly(1), exactly(1), 0)).toBe(false);
  });
});

describe('what the errors of two chips share', () => {
  it('is half on the same silicon: itself, what extends it, a card with its die', () => {
    expect(sharedError(chip('nvidia-l4'), chip('nvidia-l4'))).toBe(0.5);
    expect(sharedError(chipNamed('mine', { lineage: ['nvidia-l4'] }), chip('nvidia-l4'))).toBe(0.5);
    expect(sharedError(chip('nvidia-h200-sxm'), chip('nvidia-h100-sxm'))).toBe(0.5);
  });

  it('is nothing on another chip, of the same class or not', () => {
    expect(sharedError(chip('nvidia-l4'), chip('nvidia-t4'))).toBe(0);
    expect(sharedError(chip('nvidia-l4'), chip('hailo-8'))).toBe(0);
  });
});
