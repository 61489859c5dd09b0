import { describe, expect, it } from 'vitest';
import { residualsData } from '../../../webview/content/residuals';
import { estimateOf, measuredOf, measuredPointOf, asRead } from './made';

/** Three kernels with a stated range of 0.5 to 2 ms, 1.8 to 3 ms, and 2 to 10 ms. */
const inside = measuredPointOf(11, 0.0015, estimateOf(0.001, 0.0005, 0.002));
const slower = measuredPointOf(22, 0.004, estimateOf(0.002, 0.0018, 0.003));
const faster = measuredPointOf(33, 0.001, estimateOf(0.004, 0.002, 0.01));
const measured = measuredOf({
  points: [slower, inside, faster],
  errors: { groups: 1234, median: 0.25, p90: 0.755, inside: 1 / 3 },
});
const data = residualsData(measured, 'Chip A')!;

describe('residuals', () => {
  it('are not drawn where nothing is compared', () => {
    expect(residualsData(measuredOf(), 'Chip A')).toBeNull();
  });

  it('tell by group whether a time lies inside the stated range', () => {
    expect(
      data.groups.map(({ label, paint, shape, dots }) => [label, paint, shape, dots.map(({ node }) => node)]),
    ).toEqual([
      ['inside the stated range', 'charts-blue', 'circle', [11]],
      ['slower than the stated range', 'charts-red', 'triangle', [22]],
      ['faster than the stated range', 'charts-purple', 'rectRot', [33]],
    ]);
    expect(data.legend.map(({ label, paint, mark }) => [label, paint, mark])).toEqual([
      ['inside the stated range', 'charts-blue', '●'],
      ['slower than the stated range', 'charts-red', '▲'],
      ['faster than the stated range', 'charts-purple', '◆'],
      ['measured = estimated', 'foreground', '─'],
      ['typical stated range', 'foreground', '┄'],
    ]);
  });

  it('count the limits of the range to it, and leave out groups without a dot', () => {
    const points = [
      measuredPointOf(1, 0.001, estimateOf(0.002, 0.001, 0.003)),
      measuredPointOf(2, 0.003, estimateOf(0.002, 0.001, 0.003)),
    ];
    const { groups } = residualsData(measuredOf({ points }), 'Chip A')!;
    expect(groups.map(({ label, dots }) => [label, dots.length])).toEqual([['inside the stated range', 2]]);
  });

  it('put the estimate across and the measured time up', () => {
    const [dot] = data.groups[0]!.dots;
    // 1.5 ms ÷ 1 ms.
    expect(dot).toEqual({
      node: 11,
      x: 0.001,
      y: 0.0015,
      radius: 4.5,
      tip: ['k11', 'Measured 1.5 ms (×1.5)', 'Estimated 1 ms (500 µs–2 ms)'],
    });
  });

  it('have one scale on both axes: half the least to twice the most of all times', () => {
    // Of 4, 2, 1.5, 1, 1 and 4 ms.
    expect(data.x.limits).toEqual({ min: 0.0005, max: 0.008 });
    expect(data.y.limits).toEqual(data.x.limits);
    expect([data.x.title, data.y.title]).toEqual(['Estimated', 'Measured']);
    expect([data.x.tick(0.001), data.y.tick(1e-6), data.y.tick(0.002)]).toEqual(['1 ms', '1 µs', null]);
  });

  it('draw the diagonal and the middle stated range around it', () => {
    // Lows are 0.9, 0.5 and 0.5 of their estimates, highs 1.5, 2 and 2.5 times: in the middle 0.5 and 2.
    expect(data.lines).toEqual([
      {
        label: 'measured = estimated',
        places: [
          { x: 0.0005, y: 0.0005 },
          { x: 0.008, y: 0.008 },
        ],
        dash: [],
        width: 1.5,
        hitRadius: 0,
        shadesToNext: false,
      },
      {
        label: 'typical stated range',
        places: [
          { x: 0.0005, y: 0.00025 },
          { x: 0.008, y: 0.004 },
        ],
        dash: [4, 4],
        width: 1,
        hitRadius: 0,
        shadesToNext: true,
      },
      {
        label: 'typical stated range',
        places: [
          { x: 0.0005, y: 0.001 },
          { x: 0.008, y: 0.016 },
        ],
        dash: [4, 4],
        width: 1,
        hitRadius: 0,
        shadesToNext: false,
      },
    ]);
  });

  it('take the upper of two middle ones', () => {
    const points = [
      measuredPointOf(1, 1, estimateOf(1, 0.5, 3)),
      measuredPointOf(2, 1, estimateOf(1, 0.25, 2)),
    ];
    const { lines } = residualsData(measuredOf({ points }), 'Chip A')!;
    // From 0.5 s to 2 s, at 0.5 and 3 times.
    expect(lines.slice(1).map(({ places }) => places.map(({ y }) => y))).toEqual([
      [0.25, 1],
      [1.5, 6],
    ]);
  });

  it('have their table', () => {
    expect(asRead(data.table)).toEqual({
      caption: 'Residuals',
      columns: [
        'Kernel',
        'Measured',
        'Estimated',
        'Range (90 %)',
        'Measured ÷ estimated',
        'Against the stated range',
      ],
      numeric: [1, 2, 3, 4],
      // Of 1,234.
      left: 1231,
      rows: [
        { node: 22, cells: ['k22', '4 ms', '2 ms', '1.8 ms–3 ms', '×2', 'slower than the stated range'] },
        { node: 11, cells: ['k11', '1.5 ms', '1 ms', '500 µs–2 ms', '×1.5', 'inside the stated range'] },
        { node: 33, cells: ['k33', '1 ms', '4 ms', '2 ms–10 ms', '×0.25', 'faster than the stated range'] },
      ],
    });
    const points = Array.from({ length: 201 }, (_, node) => measuredPointOf(node, 1, estimateOf(1)));
    const { table } = residualsData(measuredOf({ points }), 'Chip A')!;
    expect([table.rows.length, table.left]).toEqual([200, 1]);
  });

  it('are summed up', () => {
    expect(data.summary).toBe(
      '1,234 measured kernels on Chip A: the estimates are off by 25% (median) and 76% (90th percentile); ' +
        '33% lie inside their stated range.',
    );
    expect(residualsData(measuredOf({ points: [inside] }), 'Chip A')!.summary).toBe(
      'Nothing measured on Chip A can be compared with an estimate.',
    );
    expect([data.id, data.title, data.height]).toEqual(['residuals', 'Residuals', 380]);
  });
});
