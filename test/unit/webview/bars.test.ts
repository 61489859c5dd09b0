import { describe, expect, it } from 'vitest';
import { bandwidthData } from '../../../webview/content/bandwidthBars';
import { barsQuery } from '../../../webview/content/bars';
import { timeData } from '../../../webview/content/timeBars';
import { chipOf, estimateOf, rowOf, summaryOf, asRead } from './made';

const chip = chipOf();
const long = '/encoder/layer.10/attention/self/query/MatMul';

describe('time by node', () => {
  const rows = [
    rowOf(5, { name: long, seconds: estimateOf(0.002, 0.001, 0.003), share: 0.5, bound: 'memory' }),
    rowOf(3, { name: '', seconds: estimateOf(0.001), share: 0.25, bound: 'compute' }),
    rowOf(4, { seconds: null, share: null, bound: 'unknown' }),
    rowOf(6, { seconds: estimateOf(0.0001), share: null, bound: 'memory' }),
  ];
  const data = timeData(chip, rows);

  it('has a bar for each node whose time is known', () => {
    expect(data.bars).toEqual([
      {
        node: 5,
        // 45 letters; the last 33 stay behind the dots.
        label: '…er.10/attention/self/query/MatMul',
        value: 0.002,
        paint: 'charts-orange',
        tip: [`${long} · MatMul`, '2 ms (1 ms–3 ms) · 50%', 'memory'],
      },
      {
        node: 3,
        label: 'MatMul 3',
        value: 0.001,
        paint: 'charts-blue',
        tip: ['MatMul · MatMul', '1 ms (500 µs–2 ms) · 25%', 'compute'],
      },
      {
        node: 6,
        label: 'n6',
        value: 0.0001,
        paint: 'charts-orange',
        tip: ['n6 · MatMul', '100 µs (50 µs–200 µs) · unknown', 'memory'],
      },
    ]);
  });

  it('sums up: 50 % and 25 %', () => {
    expect(data.summary).toBe('The 3 costliest nodes take 75% of the time on Chip A.');
  });

  it('names each bound once', () => {
    expect(data.legend).toEqual([
      { label: 'memory', paint: 'charts-orange', mark: '■' },
      { label: 'compute', paint: 'charts-blue', mark: '■' },
    ]);
  });

  it('has its table', () => {
    expect(asRead(data.table)).toEqual({
      caption: 'Time by node',
      columns: ['Node', 'Time', 'Range (90 %)', 'Share', 'Bound by'],
      numeric: [1, 2, 3, 4],
      rows: [
        { node: 5, cells: [long, '2 ms', '1 ms–3 ms', '50%', 'memory'] },
        { node: 3, cells: ['MatMul 3', '1 ms', '500 µs–2 ms', '25%', 'compute'] },
        { node: 6, cells: ['n6', '100 µs', '50 µs–200 µs', 'unknown', 'memory'] },
      ],
    });
  });

  it('says seconds along its axis and has no limit', () => {
    expect([data.axis.title, data.axis.tick(0.0005), data.limit]).toEqual(['Time', '500 µs', null]);
    expect([data.id, data.title]).toEqual(['time-by-node', 'Time by node']);
  });

  it('is as high as its bars need', () => {
    const heightOf = (count: number) =>
      timeData(
        chip,
        Array.from({ length: count }, (_, node) => rowOf(node)),
      ).height;
    // 60 px and 18 px for each bar, at least 160 px: 60 + 6 × 18 = 168, 60 + 5 × 18 = 150.
    expect([heightOf(0), heightOf(5), heightOf(6), heightOf(30)]).toEqual([160, 160, 168, 600]);
  });
});

describe('bandwidth by node', () => {
  const rows = [
    rowOf(9, { bandwidth: 5e11, bytes: 4e6 }),
    rowOf(2, { bandwidth: 1e12, bytes: null, bound: 'memory' }),
    rowOf(4, { bandwidth: null }),
  ];
  // The chip offers 2 TB/s: 1 TB/s is a half, 500 GB/s a quarter.
  const data = bandwidthData(chip, rows);

  it('has a bar for each node whose bandwidth is known, in listing order', () => {
    expect(data.bars).toEqual([
      {
        node: 2,
        label: 'n2',
        value: 1e12,
        paint: 'charts-green',
        tip: ['n2 · MatMul', '1 TB/s · 50%', 'unknown'],
      },
      {
        node: 9,
        label: 'n9',
        value: 5e11,
        paint: 'charts-green',
        tip: ['n9 · MatMul', '500 GB/s · 25%', '4 MB'],
      },
    ]);
  });

  it('draws the peak', () => {
    expect(data.limit).toBe(2e12);
    expect(data.legend).toEqual([{ label: 'peak 2 TB/s', paint: 'foreground', mark: '┆' }]);
    expect(data.summary).toBe('The 2 costliest nodes in listing order; Chip A offers 2 TB/s.');
  });

  it('has its table', () => {
    expect(asRead(data.table)).toEqual({
      caption: 'Achieved bandwidth by node',
      columns: ['Node', 'Achieved bandwidth', 'Of peak', 'Bytes moved'],
      numeric: [1, 2, 3],
      rows: [
        { node: 2, cells: ['n2', '1 TB/s', '50%', 'unknown'] },
        { node: 9, cells: ['n9', '500 GB/s', '25%', '4 MB'] },
      ],
    });
    expect([data.axis.title, data.axis.tick(1e12), data.height]).toEqual([
      'Achieved bandwidth',
      '1 TB/s',
      160,
    ]);
    expect([data.id, data.title]).toEqual(['bandwidth-by-node', 'Achieved bandwidth by node']);
  });

  it('compares with no peak that is unknown', () => {
    const roofs = { ...chip.roofs, bandwidthBytesPerSecond: null };
    const without = bandwidthData(chipOf({ roofs }), rows);
    expect([without.limit, without.legend]).toEqual([null, []]);
    expect(without.summary).toBe('The 2 costliest nodes in listing order; Chip A offers unknown.');
    expect(without.bars[1]!.tip).toEqual(['n9 · MatMul', '500 GB/s', '4 MB']);
    expect(without.table.rows[1]!.cells).toEqual(['n9', '500 GB/s', 'unknown', '4 MB']);
  });
});

it('asks for the 30 costliest nodes of the chip', () => {
  expect(barsQuery(summaryOf({ revision: 9 }), chipOf({ id: 'x' }))).toEqual({
    revision: 9,
    chip: 'x',
    sort: 'seconds',
    descending: true,
    filter: '',
    from: 0,
    count: 30,
  });
});
