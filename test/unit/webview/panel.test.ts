import { describe, expect, it } from 'vitest';
import type { SummaryChip } from '../../../server/protocol';
import { chipLines, costliestData, highShare, memoryMeter } from '../../../webview/content/panel';
import { whole } from '../totals';
import { chipOf, estimateOf, rowOf, summaryOf, asRead } from './made';

describe('the bar of memory', () => {
  const meter = (memory: Partial<SummaryChip['memory']>) => memoryMeter(chipOf({ memory }));

  it('shows the need against what is left of the capacity', () => {
    // 4 GB of 10 − 2 GB.
    expect(meter({})).toEqual({ value: 0.5, text: '50% · fits' });
    expect(meter({ usableBytes: 10e9 })).toEqual({ value: 0.4, text: '40% · fits' });
    // 12 GB of 8 GB.
    expect(meter({ highWaterBytes: 12e9, fits: false })).toEqual({ value: 1, text: '150% · does not fit' });
    expect(meter({ highWaterBytes: 8e9 })).toEqual({ value: 1, text: '100% · fits' });
    expect(meter({ highWaterBytes: 12e9, streamedBytes: 4e9 })).toEqual({
      value: 1,
      text: '100% · fits, streaming 4 GB of weights in every run',
    });
    expect(highShare).toBe(0.9);
  });

  it('is full where nothing is left', () => {
    expect(meter({ usableBytes: 0, fits: false })).toEqual({ value: 1, text: '>100% · does not fit' });
    expect(meter({ usableBytes: -1e9, fits: false })).toEqual({ value: 1, text: '>100% · does not fit' });
  });

  it('is words alone where the need is not counted', () => {
    expect(meter({ fits: null, fitsUnknown: 'training' })).toEqual({
      value: null,
      text: 'unknown: what some operators keep for the backward pass is unknown',
    });
    expect(meter({ fits: null, fitsUnknown: 'partial' })).toEqual({
      value: null,
      text: 'unknown: parts of the model are missing or wrong',
    });
  });

  it('is not there where need or capacity is unknown', () => {
    expect(meter({ highWaterBytes: null, fits: null, fitsUnknown: 'sizes' })).toBeNull();
    expect(meter({ usableBytes: null, fits: null, fitsUnknown: 'capacity' })).toBeNull();
  });
});

it('lists the costliest nodes with their whole names', () => {
  const costliest = [
    rowOf(4, { name: '/encoder/layer.1/MatMul', bound: 'memory', shape: '[8]' }),
    rowOf(5, { name: '', seconds: null, share: null }),
    rowOf(6, { name: '/encoder/layer/MatMul', share: 0.051 }),
  ];
  expect(asRead(costliestData(chipOf({ costliest })))).toEqual({
    caption: 'Ten costliest nodes on Chip A',
    columns: ['Node', 'Time', 'Share', 'Bound by'],
    numeric: [1, 2],
    wide: [3],
    rows: [
      {
        node: 4,
        title: '/encoder/layer.1/MatMul\nMatMul [8]',
        cells: ['/encoder/layer.1/MatMul', '1 ms', '25%', 'memory'],
      },
      { node: 5, title: 'MatMul 5\nMatMul [1, 8]', cells: ['MatMul 5', 'unknown', 'unknown', 'compute'] },
      {
        node: 6,
        title: '/encoder/layer/MatMul\nMatMul [1, 8]',
        cells: ['/encoder/layer/MatMul', '1 ms', '5.1%', 'compute'],
      },
    ],
  });
});

describe('the chosen chips in a line each', () => {
  const timed = (id: string, seconds: number | null, memory: Partial<SummaryChip['memory']> = {}) =>
    chipOf({
      id,
      name: `Chip ${id}`,
      memory,
      total: { latencySeconds: seconds === null ? null : { ...estimateOf(seconds), ...whole } },
    });
  const summary = summaryOf({
    chips: [
      timed('c', 0.004),
      timed('a', 0.008, { fits: false, highWaterBytes: 12e9 }),
      timed('d', null, { fits: null, fitsUnknown: 'sizes', highWaterBytes: null }),
      timed('b', 0.002),
    ],
    own: {
      best: [
        { id: 'b', name: 'Chip b', place: { best: 1, worst: 2 }, fits: true, seconds: estimateOf(0.002) },
        { id: 'a', name: 'Chip a', place: { best: 3, worst: 3 }, fits: false, seconds: estimateOf(0.008) },
      ],
      outside: [],
    },
    suggestions: [{ change: 'compute in fp16', saving: '1 ms (25%)' } as never],
  });

  it('say time, place, how much of the memory, and what to do', () => {
    expect(chipLines(summary, 'chosen')).toMatchObject([
      {
        id: 'c',
        isFirst: true,
        place: '',
        time: '4 ms',
        title: '2 ms–8 ms',
        share: 0.5,
        fits: 'fits · 50%',
        next: 'compute in fp16 1 ms (25%)',
      },
      // 12 of 8 GB.
      { id: 'a', isFirst: false, place: '3', share: 1, fits: 'does not fit · 150%', next: null },
      { id: 'd', time: 'unknown', title: '', share: null, fits: 'unknown' },
      { id: 'b', place: '1–2', share: 0.25 },
    ]);
  });

  it('are in the order of a column, what is unknown behind what is known', () => {
    const ids = (order: Parameters<typeof chipLines>[1]) => chipLines(summary, order).map(({ id }) => id);
    expect(ids('chosen')).toEqual(['c', 'a', 'd', 'b']);
    expect(ids('name')).toEqual(['a', 'b', 'c', 'd']);
    expect(ids('time')).toEqual(['b', 'c', 'a', 'd']);
    // Those that fit as they were chosen, then the unknown one, then the one that does not.
    expect(ids('fits')).toEqual(['c', 'b', 'd', 'a']);
  });
});
