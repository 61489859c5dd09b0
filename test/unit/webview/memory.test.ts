import { describe, expect, it } from 'vitest';
import type { SummaryChip } from '../../../server/protocol';
import { memoryData } from '../../../webview/content/memory';
import { chipOf } from './made';

const points = [
  { node: 3, label: 'k3', activationBytes: 2e8, alive: [] },
  { node: 5, label: 'k5', activationBytes: 1e9, alive: [] },
  { node: 8, label: 'k8', activationBytes: 5e8, alive: [] },
];
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
        paint: 'charts-orange',
        values: [2e8, 1e9, 5e8],
        tips: [['Live activations 200 MB'], ['Live activations 1 GB'], ['Live activations 500 MB']],
        marksNode: true,
      },
    ]);
    expect(dataOf({ weightsBytes: null }).layers[0]!.values).toEqual([0, 0, 0]);
    expect(dataOf({ weightsBytes: null, leastWeightsBytes: 2e9 }).layers[0]!.values).toEqual([2e9, 2e9, 2e9]);
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
    const equal = [...points, { node: 9, label: 'k9', activationBytes: 1e9, alive: [] }];
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
    // There gradients and states of the optimizer are in the layer too.
    expect(training.layers.map(({ label }) => label)).toEqual([
      'Weights',
      'Gradients, optimizer, kept and live activations',
    ]);
    expect(training.table.columns[2]).toBe(training.layers[1]!.label);
    expect(training.summary).toBe(
      'At least 4 GB, at k5: what some operators keep for the backward pass is unknown.',
    );
    expect(training.limit).toBeNull();
  });

  it('has its table, the highest points first', () => {
    expect(data.table).toEqual({
      caption: 'Memory over time',
      columns: ['Node', 'Weights', 'Live activations', 'Together'],
      numeric: [1, 2, 3],
      rows: [
        { node: 5, cells: ['k5', '3 GB', '1 GB', '4 GB'] },
        { node: 8, cells: ['k8', '3 GB', '500 MB', '3.5 GB'] },
        { node: 3, cells: ['k3', '3 GB', '200 MB', '3.2 GB'] },
      ],
    });
    const many = Array.from({ length: 201 }, (_, node) => ({
      node,
      label: 'k',
      activationBytes: node,
      alive: [],
    }));
    const { table } = dataOf({ points: many });
    expect([table.rows.length, table.rows[0]!.node, table.rows[199]!.node]).toEqual([200, 200, 1]);
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
