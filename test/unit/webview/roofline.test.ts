import { describe, expect, it } from 'vitest';
import { powerOfTen } from '../../../webview/content/chart';
import { rooflineData } from '../../../webview/content/roofline';
import { chipOf, pointOf, asRead } from './made';

/** 2 GOP on 1 MB in 1 ms: 2,000 OP/B, 2 TOP/s. */
const product = pointOf(11, 2e9, 1e6, 0.001, 'compute');
/** 1 MOP on 1 GB in 2 ms: 0.001 OP/B, 500 MOP/s. */
const copy = pointOf(22, 1e6, 1e9, 0.002, 'memory');
/** 4 ms in all with this millisecond, which has no place on logarithmic axes. */
const idle = pointOf(33, 0, 1e6, 0.001, 'memory');

/** Five kernels of 8 ms in all, of which three are given as points. */
const byBound = [
  { name: 'compute', seconds: 0.001, nodes: 1 },
  { name: 'memory', seconds: 0.006, nodes: 3 },
  { name: 'overhead', seconds: 0.001, nodes: 1 },
];
const chip = chipOf({ points: [product, copy, idle], kernels: 5, byBound });
const data = rooflineData(chip)!;

describe('roofline', () => {
  it('is not drawn without kernels', () => {
    expect(rooflineData(chipOf())).toBeNull();
  });

  it('puts kernels at operations per byte and operations per second', () => {
    expect(data.groups.map(({ dots }) => dots.map(({ node, x, y }) => [node, x, y]))).toEqual([
      [[11, 2000, 2e12]],
      [[22, 0.001, 5e8]],
    ]);
  });

  it('gives dots the area of their share of the time', () => {
    const [first, second] = data.groups.map(({ dots }) => dots[0]!.radius);
    // 2,400 px² are all of the 8 ms: an eighth is 300 px², a quarter is 600 px², and the radius is the root of area / π.
    expect(first).toBeCloseTo(Math.sqrt(300 / 3.14159265), 5);
    expect(second).toBeCloseTo(Math.sqrt(600 / 3.14159265), 5);
  });

  it('keeps the smallest dots visible', () => {
    // A hundredth: 24 px², a radius of 2.76 px. A thousandth: 2.4 px², a radius of 0.87 px.
    const long = pointOf(1, 1e9, 1e6, 0.989, 'compute');
    const short = [pointOf(2, 1e9, 1e6, 0.01, 'compute'), pointOf(3, 1e9, 1e6, 0.001, 'compute')];
    const [group] = rooflineData(chipOf({ points: [long, ...short] }))!.groups;
    expect(group!.dots[1]!.radius).toBeCloseTo(2.764, 3);
    expect(group!.dots[2]!.radius).toBe(2.5);
  });

  it('says what a dot is', () => {
    // 1 of 8 ms and 2 of 8 ms, as the caption counts all five kernels.
    expect(data.groups[0]!.dots[0]!.tip).toEqual(['k11', '2,000 OP/B · 2 TOP/s', '1 ms (13%) · compute']);
    expect(data.groups[1]!.dots[0]!.tip).toEqual(['k22', '0.001 OP/B · 500 MOP/s', '2 ms (25%) · memory']);
  });

  it('has a group for each bound, in colour and shape', () => {
    const bounds = ['compute', 'memory', 'overhead', 'link', 'none', 'unknown'] as const;
    const points = bounds.map((bound, node) => pointOf(node, 1e9, 1e6, 0.001, bound));
    const { groups, legend } = rooflineData(chipOf({ points }))!;
    expect(groups.map(({ label, paint, shape }) => [label, paint, shape])).toEqual([
      ['compute', 'charts-blue', 'circle'],
      ['memory', 'charts-orange', 'rect'],
      ['overhead', 'charts-purple', 'triangle'],
      ['link', 'charts-green', 'rectRot'],
      ['none', 'charts-foreground', 'cross'],
      ['unknown', 'charts-foreground', 'cross'],
    ]);
    expect(legend.map(({ label, paint, mark }) => [label, paint, mark])).toEqual([
      ['compute', 'charts-blue', '●'],
      ['memory', 'charts-orange', '■'],
      ['overhead', 'charts-purple', '▲'],
      ['link', 'charts-green', '◆'],
      ['none', 'charts-foreground', '✕'],
      ['unknown', 'charts-foreground', '✕'],
      ['area: share of the time', 'foreground', '◯'],
    ]);
  });

  it('draws both roofs through their ridge', () => {
    // Peak 100 TOP/s at 2 TB/s: the ridge is at 50 OP/B; vectors at 20 TOP/s: at 10 OP/B. From half of the least
    // intensity, 0.0005 OP/B at 1 GOP/s, to twice the largest, 4,000 OP/B.
    expect(data.lines.map(({ label, places, dash }) => ({ label, places, dash }))).toEqual([
      {
        label: 'Peak 100 TOP/s, 2 TB/s',
        places: [
          { x: 0.0005, y: 1e9 },
          { x: 50, y: 1e14 },
          { x: 4000, y: 1e14 },
        ],
        dash: [],
      },
      {
        label: 'Vector peak 20 TOP/s, 2 TB/s',
        places: [
          { x: 0.0005, y: 1e9 },
          { x: 10, y: 2e13 },
          { x: 4000, y: 2e13 },
        ],
        dash: [6, 4],
      },
    ]);
    expect(data.lines.map(({ width, hitRadius, shadesToNext }) => [width, hitRadius, shadesToNext])).toEqual([
      [1.5, 6, false],
      [1.5, 6, false],
    ]);
  });

  it('draws roofs from 0.05 OP/B to ten times the ridge where the dots need no more', () => {
    const { lines } = rooflineData(chipOf({ points: [pointOf(1, 1e6, 1e6, 0.001, 'memory')] }))!;
    expect(lines.map(({ places }) => places.map(({ x }) => x))).toEqual([
      [0.05, 50, 500],
      [0.05, 10, 100],
    ]);
  });

  it('draws no roof that is unknown or the same again', () => {
    const roofs = {
      matrixOpsPerSecond: 1e14,
      vectorOpsPerSecond: 1e14,
      bandwidthBytesPerSecond: 2e12,
      levels: [],
    };
    const labels = (change: Partial<typeof chip.roofs>) =>
      rooflineData(chipOf({ points: [product], roofs: { ...roofs, ...change } }))!.lines.map(
        ({ label }) => label,
      );
    expect(labels({})).toEqual(['Peak 100 TOP/s, 2 TB/s']);
    expect(labels({ matrixOpsPerSecond: null })).toEqual(['Vector peak 100 TOP/s, 2 TB/s']);
    expect(labels({ vectorOpsPerSecond: null })).toEqual(['Peak 100 TOP/s, 2 TB/s']);
    expect(labels({ bandwidthBytesPerSecond: null })).toEqual([]);
  });

  it('draws a roof for each memory, and says which bandwidth is assumed', () => {
    const levels = [
      { name: 'HBM', onChip: false, bytesPerSecond: 2e12, isAssumed: false },
      { name: 'L2', onChip: true, bytesPerSecond: 8e12, isAssumed: true },
    ];
    const own = { matrixOpsPerSecond: 1e14, vectorOpsPerSecond: null, bandwidthBytesPerSecond: 2e12, levels };
    const { lines } = rooflineData(chipOf({ points: [product], roofs: own }))!;
    expect(lines.map(({ label, caption }) => [label, caption])).toEqual([
      ['Peak 100 TOP/s, 2 TB/s', 'HBM 2 TB/s'],
      ['Roof of L2 8 TB/s (assumed), if all traffic went there', 'L2 8 TB/s (assumed)'],
    ]);
    // 100 TOP/s at 8 TB/s are reached at 12.5 OP/B.
    expect(lines[1]!.places).toEqual([
      { x: 0.05, y: 4e11 },
      { x: 12.5, y: 1e14 },
    ]);
    const none = { ...own, matrixOpsPerSecond: null };
    expect(rooflineData(chipOf({ points: [product], roofs: none }))!.lines).toEqual([]);
  });

  it('sums up all kernels, of which three are no dots: 6 of 8 ms are bound by memory', () => {
    expect(data.summary).toBe(
      '5 kernels on Chip A; 75% of the time is bound by memory. Kernels left out of the chart, because they have no operations or no traffic or are among the cheapest: 3.',
    );
    expect(rooflineData(chipOf({ points: [product, copy], kernels: 2, byBound }))!.summary).toBe(
      '2 kernels on Chip A; 75% of the time is bound by memory.',
    );
  });

  it('leaves out of the picture what has no operations, no bytes or no time', () => {
    const points = [
      pointOf(1, 0, 1e6, 0.001, 'memory'),
      pointOf(2, 1e6, 0, 0.001, 'compute'),
      pointOf(3, 1e6, 1e6, 0, 'none'),
    ];
    const { groups, summary, table } = rooflineData(chipOf({ points, kernels: 3 }))!;
    expect(groups).toEqual([]);
    expect(summary).toContain('among the cheapest: 3.');
    expect(table.rows.map(({ cells }) => cells)).toEqual([
      ['k1', '0 OP/B', '0 OP/s', '1 ms', 'memory'],
      ['k2', '–', '1 GOP/s', '1 ms', 'compute'],
      ['k3', '1 OP/B', '–', '0 s', 'none'],
    ]);
    expect(rooflineData(chipOf({ points: [points[2]!] }))!.summary).toContain('unknown of the time');
  });

  it('has its table', () => {
    expect(asRead(data.table)).toEqual({
      caption: 'Roofline',
      columns: ['Kernel', 'Arithmetic intensity', 'Rate', 'Time', 'Bound by'],
      numeric: [1, 2, 3],
      // Of five kernels.
      left: 2,
      rows: [
        { node: 11, cells: ['k11', '2,000 OP/B', '2 TOP/s', '1 ms', 'compute'] },
        { node: 22, cells: ['k22', '0.001 OP/B', '500 MOP/s', '2 ms', 'memory'] },
        { node: 33, cells: ['k33', '0 OP/B', '0 OP/s', '1 ms', 'memory'] },
      ],
    });
    const many = Array.from({ length: 201 }, (_, node) => pointOf(node, 1e9, 1e6, 0.001, 'compute'));
    const long = rooflineData(chipOf({ points: many, kernels: 230 }))!;
    expect([long.table.rows.length, long.table.left, long.groups[0]!.dots.length]).toEqual([200, 30, 201]);
  });

  it('labels powers of ten on its axes, with their units', () => {
    expect([data.x.tick(100), data.x.tick(0.001), data.x.tick(20), data.x.tick(99)]).toEqual([
      '100',
      '0.001',
      null,
      null,
    ]);
    expect([data.y.tick(1e12), data.y.tick(2e12)]).toEqual(['1 TOP/s', null]);
    expect([data.x.title, data.y.title]).toEqual([
      'Arithmetic intensity (operations per byte of off-chip traffic)',
      'Achieved rate',
    ]);
    expect([data.x.limits, data.y.limits]).toEqual([undefined, undefined]);
    expect([data.id, data.title, data.height]).toEqual(['roofline', 'Roofline', 380]);
  });
});

it('knows powers of ten through their rounding', () => {
  expect(powerOfTen(1e-7, String)).toBe('1e-7');
  // log10(1 + e) is 0.43 e: 4e-11 is taken for a rounding error, 4e-8 is none.
  expect(powerOfTen(100 * (1 + 1e-10), () => '100')).toBe('100');
  expect(powerOfTen(100 * (1 + 1e-7), () => '100')).toBeNull();
  expect(powerOfTen(1.001, String)).toBeNull();
});
