import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { commonSpread, useCommonSpreads } from '../../../../server/engine/cost/common';
import type { Scored } from '../../../accuracy/whole/estimate';
import {
  commonHalfWidth,
  commonSpreads,
  wideningFor,
  type Residual,
} from '../../../accuracy/whole/fitRanges';

const residual = (chip: string, off: number, own = 0): Residual => ({ chip, off, below: own, above: own });

describe('the common part of a range', () => {
  it('leaves a twentieth outside on each side', () => {
    // Twenty chips with one figure each, off by 0.1, 0.2 … 2: one of them may be outside.
    const rows = Array.from({ length: 20 }, (_, i) => residual(`chip ${i}`, (i + 1) / 10));
    expect(commonHalfWidth(rows, 'above')).toBeCloseTo(1.9, 2);
    expect(commonHalfWidth(rows, 'below')).toBe(0);
  });

  it('is less by what kernels have of their own', () => {
    const rows = Array.from({ length: 20 }, (_, i) => residual(`chip ${i}`, (i + 1) / 10, 1.2));
    // √(1.9² − 1.2²)
    expect(commonHalfWidth(rows, 'above')).toBeCloseTo(Math.sqrt(3.61 - 1.44), 2);
    // Where nothing is outside, all is the kernels' own.
    expect(commonHalfWidth([residual('a', 1, 1.2)], 'above')).toBe(0);
  });

  it('weighs a chip by the root of its figures', () => {
    // 100 figures of one chip weigh 10, one of another weighs 1: a share of 1 / 11, more than may be outside.
    const many = Array.from({ length: 100 }, () => residual('many', 0.1));
    expect(commonHalfWidth([...many, residual('one', 1)], 'above')).toBeCloseTo(1, 2);
  });

  it('is widened by as much as scores best on chips left out', () => {
    const ten = (chip: string, off: number) => Array.from({ length: 10 }, () => residual(chip, off));
    // Without c the others ask for 1; its ten figures at 2 lie outside by 2 − f, at 20 each, until f is 2. A step of f adds
    // its own width to ten figures, and twice to twenty, for which c asks for 2: 10 + 40 against 200.
    expect(wideningFor([...ten('a', 1), ...ten('b', 1), ...ten('c', 2)])).toBeCloseTo(2, 9);
    expect(wideningFor([...ten('a', 1), ...ten('b', 1), ...ten('c', 1)])).toBe(1);
    // One figure in thirty outside costs 20 a step, its range and the others' more than that.
    expect(wideningFor([...ten('a', 1), ...ten('b', 1), residual('c', 2)])).toBe(1);
  });
});

describe('the table of ranges', () => {
  const scored = (chip: string, chipClass: string, net: string, off: number): Scored =>
    ({
      asked: { chip, quantity: 'latency' },
      chipClass,
      net,
      measured: Math.exp(off),
      estimated: 1,
      low: 1,
      high: 1,
    }) as unknown as Scored;
  /** Chips of the catalogue by what they are part of; their classes here are made up. */
  const blocks = [
    'apple-m4-ane',
    'intel-core-i9-13900k-igpu',
    'qualcomm-snapdragon-x-elite-hexagon',
    'qualcomm-snapdragon-8gen3-hexagon',
    'nvidia-jetson-agx-orin-64gb',
  ];
  const cards = ['nvidia-h100-sxm', 'nvidia-t4', 'google-tpu-v4', 'nvidia-l4', 'nvidia-a100-sxm-80gb'];
  const three = (...args: Parameters<typeof scored>) => Array.from({ length: 3 }, () => scored(...args));

  it('has an entry for each class and kind of net with 15 figures of 5 chips, and one for the other accelerators', () => {
    const table = commonSpreads([
      ...blocks.flatMap((chip) => three(chip, 'npu', 'convolution', Math.LN2)),
      // 18 figures more, but of three chips: they say too little of a fourth.
      ...cards
        .slice(0, 3)
        .flatMap((chip) => [
          ...three(chip, 'tpu', 'convolution', Math.LN2),
          ...three(chip, 'tpu', 'convolution', Math.LN2),
        ]),
      ...cards.flatMap((chip) => three(chip, 'cpu', 'transformer', -Math.LN2)),
    ]);
    expect(table.map((entry) => [entry.class, entry.place, entry.group, entry.rows, entry.chips])).toEqual([
      ...['chip', '*'].flatMap((place) => [
        ['cpu', place, 'gemm', 15, 5],
        ['cpu', place, 'attention-prefill', 15, 5],
        ['cpu', place, 'attention-decode', 15, 5],
        ['cpu', place, '*', 15, 5],
      ]),
      ...['block', '*'].flatMap((place) => [
        ['npu', place, 'convolution', 15, 5],
        ['npu', place, '*', 15, 5],
      ]),
      ['*', '*', 'convolution', 33, 8],
      ['*', '*', '*', 33, 8],
    ]);
    // Everything is slower by 2 on NPUs, faster by 2 on CPUs.
    const npu = table.find((entry) => entry.class === 'npu')!;
    expect(npu.low).toBe(1);
    expect(npu.high).toBeCloseTo(2, 1);
    expect(table[0]).toMatchObject({ high: 1 });
    expect(table[0]!.low).toBeCloseTo(0.5, 2);
  });

  it('is asked for the place and the group, then the class, then all classes', () => {
    const entry = (of: 'gpu' | '*', place: 'block' | '*', group: string, low: number) => ({
      ...{ class: of, place, group, low },
      ...{ high: 1, rows: 1, chips: 1 },
    });
    const restore = useCommonSpreads([
      entry('gpu', 'block', 'gemm', 0.1),
      entry('gpu', 'block', '*', 0.2),
      entry('gpu', '*', 'gemm', 0.3),
      entry('gpu', '*', '*', 0.4),
      entry('*', '*', 'gemm', 0.5),
      entry('*', '*', '*', 0.6),
    ]);
    const low = (chip: string, group: string) => commonSpread(chipById(chip)!, group)?.low;
    expect(low('intel-core-i9-13900k-igpu', 'gemm')).toBe(0.1);
    expect(low('intel-core-i9-13900k-igpu', 'softmax')).toBe(0.2);
    expect(low('nvidia-h100-sxm', 'gemm')).toBe(0.3);
    expect(low('nvidia-h100-sxm', 'softmax')).toBe(0.4);
    expect(low('google-tpu-v4', 'gemm')).toBe(0.5);
    expect(low('google-tpu-v4', 'softmax')).toBe(0.6);
    useCommonSpreads([]);
    expect(commonSpread(chipById('nvidia-h100-sxm')!, 'gemm')).toBeNull();
    restore();
  });
});
