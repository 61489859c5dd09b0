import { describe, expect, it } from 'vitest';
import type { SummaryChip } from '../../../server/protocol';
import { memoryData } from '../../../webview/content/memory';
import { chipOf, memoryPointOf, asRead } from './made';

const points = [memoryPointOf(3, 2e8), memoryPointOf(5, 1e9), memoryPointOf(8, 5e8)];
/** 3 GB of weights and at most 1 GB of activations; 10 GB, of which the runtime keeps 2. */
const dataOf = (memory: Partial<SummaryChip['memory']> = {}, phase: 'inference' | 'training' = 'inference') =>
  memoryData(chipOf({ memory: { points, ...memory } }), phase)!;
const data = dataOf();

describe('memory over time', () => {
  it('says what is alive at a point', () => {
    const alive = [
      { name: 'a', bytes: 3e8 },
      { name: 'b', bytes: 2e8 },
    ];
    const { layers } = dataOf({ points: [{ ...points[1]!, alive }] });
    expect(layers[1]!.tips).toEqual([['Live activations 1 GB', 'a 300 MB', 'b 200 MB']]);
  });

  it('is not drawn without a timeline', () => {
    expect(memoryData(chipOf(), 'inference')).toBeNull();
  });

  it('stacks activations on weights', () => {
    expect(data.nodes).toEqual([3, 5, 8]);
    expect(data.layers).toEqual([
      {
        label: 'Weights',
        term: 'weights',
        paint: 'charts-blue',
        values: [3e9, 3e9, 3e9],
        tips: [
          ['k3', 'Weights 3 GB'],
          ['k5', 'Weights 3 GB'],
          ['k8', 'Weights 3 GB'],
        ],
        marksNode: false,
      },
      {
        label: 'Live activations',
        term: 'activations',
        paint: 'charts-orange',
        values: [2e8, 1e9, 5e8],
        tips: [['Live activations 200 MB'], ['Live activations 1 GB'], ['Live activations 500 MB']],
        marksNode: true,
      },
    ]);
    expect(dataOf({ weightsBytes: null }).layers[0]!.values).toEqual([0, 0, 0]);
    expect(dataOf({ weightsBytes: null, leastWeightsBytes: 2e9 }).layers[0]!.values).toEqual([2e9, 2e9, 2e9]);
  });

  it('has a layer for each class that is ever there, what stays below what comes and goes', () => {
    const first = {
      ...points[0]!,
      activationBytes: 9e8,
      classes: [{ name: 'optimizer', bytes: 9e8 }] as const,
    };
    const classes = [
      { name: 'saved', bytes: 3e8 },
      { name: 'optimizer', bytes: 9e8 },
      { name: 'activations', bytes: 2e8 },
    ] as const;
    const alive = [{ name: 'a', bytes: 2e8 }];
    const { layers, table } = dataOf(
      { points: [first, { ...points[1]!, activationBytes: 14e8, classes, alive }] },
      'training',
    );
    expect(layers.map(({ label, values }) => [label, ...values])).toEqual([
      ['Weights', 3e9, 3e9],
      ['Optimizer states', 9e8, 9e8],
      ['Kept for the backward pass', 0, 3e8],
      ['Live activations', 0, 2e8],
    ]);
    // Only the layer on top says what is alive, and is where a click leads from.
    expect(layers.map(({ tips }) => tips[1]!.length)).toEqual([2, 1, 1, 2]);
    expect(layers.map(({ marksNode }) => marksNode)).toEqual([false, false, false, true]);
    expect(table.rows[0]!.cells).toEqual(['k5', '3 GB', '900 MB', '300 MB', '200 MB', '4.4 GB']);
  });

  it('says how much has no room', () => {
    // 4 GB in 3.
    expect(dataOf({ usableBytes: 3e9 }).summary).toBe(
      'At most 4 GB, at k5. Chip A has 3 GB to use (133% in use). 1 GB of that have no room.',
    );
  });

  it('names the highest point, and what of the usable capacity that is', () => {
    // 3 + 1 GB of 10 − 2 GB.
    expect(data.summary).toBe('At most 4 GB, at k5. Chip A has 8 GB to use (50% in use).');
    expect(dataOf({ usableBytes: 10e9 }).summary).toBe(
      'At most 4 GB, at k5. Chip A has 10 GB to use (40% in use).',
    );
    expect(dataOf({ usableBytes: null }).summary).toBe(
      'At most 4 GB, at k5. The memory capacity of Chip A is not known.',
    );
  });

  it('names the first of two equal points', () => {
    const equal = [...points, memoryPointOf(9, 1e9)];
    expect(dataOf({ points: equal }).summary).toContain('At most 4 GB, at k5.');
  });

  it('draws the usable capacity up to four times the highest point', () => {
    expect(data.limit).toEqual({ label: 'Usable capacity', value: 8e9, tip: 'Usable capacity 8 GB' });
    expect(dataOf({ usableBytes: 10e9 }).limit?.value).toBe(10e9);
    // 18 − 2 GB is 4 × 4 GB.
    expect(dataOf({ usableBytes: 16e9 }).limit?.value).toBe(16e9);
    const far = dataOf({ usableBytes: 16.1e9 });
    expect(far.limit).toBeNull();
    expect(far.summary).toBe(
      'At most 4 GB, at k5. Chip A has 16.1 GB to use, far above the picture (25% in use).',
    );
    expect(dataOf({ usableBytes: null }).limit).toBeNull();
  });

  it('has a legend for what is drawn', () => {
    const layers = [
      { label: 'Weights', paint: 'charts-blue', mark: '■' },
      { label: 'Live activations', paint: 'charts-orange', mark: '▲' },
    ];
    expect(data.legend).toEqual([...layers, { label: 'Usable capacity', paint: 'foreground', mark: '┄' }]);
    expect(dataOf({ usableBytes: 18e9 }).legend).toEqual(layers);
  });

  it('says of a picture that is not whole what is needed at the least, and draws no limit above it', () => {
    const partial = dataOf({ highWaterBytes: null });
    expect(partial.title).toBe('Memory over time');
    expect(partial.summary).toBe('At least 4 GB, at k5: not all sizes are known.');
    expect([partial.limit, partial.legend.length]).toEqual([null, 2]);
    const training = dataOf({ highWaterBytes: null }, 'training');
    expect(training.title).toBe('Memory over a training step, forward and back');
    expect(training.table.caption).toBe(training.title);
    expect(training.summary).toBe(
      'At least 4 GB, at k5: what some operators keep for the backward pass is unknown.',
    );
    expect(training.limit).toBeNull();
  });

  it('has its table, the highest points first', () => {
    expect(asRead(data.table)).toEqual({
      caption: 'Memory over time',
      columns: ['Node', 'Weights', 'Live activations', 'Together'],
      numeric: [1, 2, 3],
      left: 0,
      rows: [
        { node: 5, cells: ['k5', '3 GB', '1 GB', '4 GB'] },
        { node: 8, cells: ['k8', '3 GB', '500 MB', '3.5 GB'] },
        { node: 3, cells: ['k3', '3 GB', '200 MB', '3.2 GB'] },
      ],
    });
    const many = Array.from({ length: 201 }, (_, node) => memoryPointOf(node, node));
    const { table } = dataOf({ points: many });
    expect([table.rows.length, table.rows[0]!.node, table.rows[199]!.node, table.left]).toEqual([
      200, 200, 1, 1,
    ]);
  });

  it('says bytes up its axis', () => {
    expect([data.x, data.y.title, data.y.tick(2e9)]).toEqual([
      'Kernel, in order of execution, by its last node',
      'Bytes, at the types that the chip holds',
      '2 GB',
    ]);
    expect([data.id, data.title, data.height]).toEqual(['memory-over-time', 'Memory over time', 320]);
  });
});
