import { whole } from '../totals';
import { describe, expect, it } from 'vitest';
import { chipsData, chosenChip, fits, mostly, timeShares } from '../../../webview/content/chips';
import { carbonText, energyData } from '../../../webview/content/energy';
import { sharesData } from '../../../webview/content/shares';
import { chipOf, estimateOf, summaryOf, partOfTotal, joulesParts, asRead } from './made';

describe('chips side by side', () => {
  const cellsOf = (change: Parameters<typeof chipOf>[0]) =>
    chipsData(summaryOf({ chips: [chipOf(change)] })).rows[0]!.cells;

  it('have a row each', () => {
    const byBound = [
      { name: 'memory', seconds: 0.003, nodes: 2 },
      { name: 'compute', seconds: 0.001, nodes: 5 },
    ];
    expect(
      asRead(chipsData(summaryOf({ chips: [chipOf({ byBound }), chipOf({ name: 'Chip B' })] }))),
    ).toEqual({
      caption: 'Estimates for one run of the model on each chosen chip',
      columns: [
        'Chip',
        'Latency',
        'Fits',
        'Memory / capacity',
        'Range (90 %)',
        'Basis',
        'Throughput',
        'Energy',
        'Bound by',
        'Computes in',
        'Runtime',
      ],
      numeric: [1, 3, 4, 6, 7],
      wide: [4, 5, 6, 7, 8, 9, 10],
      rows: [
        {
          cells: [
            'Chip A',
            '4 ms',
            'fits',
            '4 GB / 10 GB',
            '3 ms–6 ms',
            'class constants',
            '500/s at 2 in flight',
            '500 mJ',
            // 3 of 4 ms.
            'memory 75%',
            'fp16',
            'eager (default)',
          ],
        },
        { cells: expect.arrayContaining(['Chip B']) as unknown },
      ],
    });
  });

  it('say at least of sums over a part of a model, and neither range nor basis', () => {
    const cells = cellsOf({ total: partOfTotal });
    expect([cells[1], ...cells.slice(4, 8)]).toEqual([
      'at least 4 ms, at most 20 ms (3 nodes unknown)',
      'unknown',
      'unknown',
      'unknown',
      'at least 500 mJ (3 nodes unknown)',
    ]);
  });

  it('say unknown of what is not known', () => {
    const total = { latencySeconds: null, throughput: null, joules: null };
    const memory = { highWaterBytes: null, leastBytes: null, capacityBytes: null, fits: null };
    expect(cellsOf({ total, memory }).slice(1, 9)).toEqual([
      'unknown',
      'unknown',
      'unknown / unknown',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('name the basis', () => {
    const basisOf = (basis: 'calibrated' | 'peak') =>
      cellsOf({ total: { latencySeconds: { ...estimateOf(1, 1, 1, basis), ...whole } } })[5];
    expect([basisOf('calibrated'), basisOf('peak')]).toEqual(['calibrated', 'vendor peak only']);
  });

  it('say what is needed at the least where the mark is not known', () => {
    expect(cellsOf({ memory: { highWaterBytes: null, leastBytes: 1.5e9 } })[3]).toBe(
      'at least 1.5 GB / 10 GB',
    );
  });

  it('have a bar as long as their time is of the longest', () => {
    const chips = [0.004, 0.001, null].map((value) =>
      chipOf({ total: { latencySeconds: value === null ? null : { ...estimateOf(value), ...whole } } }),
    );
    expect(timeShares(chips)).toEqual([1, 0.25, null]);
    expect(timeShares(chips.slice(2))).toEqual([null]);
  });

  it('say whether the model fits, or why nobody knows', () => {
    const said = (
      verdict: boolean | null,
      fitsUnknown: 'training' | 'partial' | 'capacity' | 'sizes' | null,
    ) => fits(chipOf({ memory: { fits: verdict, fitsUnknown } }).memory);
    expect(said(true, null)).toBe('fits');
    expect(said(false, null)).toBe('does not fit');
    expect(said(null, 'training')).toBe('unknown: what some operators keep for the backward pass is unknown');
    expect(said(null, 'partial')).toBe('unknown: parts of the model are missing or wrong');
    expect(said(null, 'capacity')).toBe('unknown: its capacity is not known');
    expect(said(null, 'sizes')).toBe('unknown: sizes of values are not known');
    expect(said(null, null)).toBe('unknown');
  });

  it('say what bounds most of the time', () => {
    const shares = (...seconds: number[]) =>
      mostly(
        chipOf({
          byBound: seconds.map((value, i) => ({
            name: i === 0 ? 'overhead' : 'link',
            seconds: value,
            nodes: 1,
          })),
        }),
      );
    expect([shares(1, 4), shares(3, 2), shares(0, 0), shares()]).toEqual([
      'link 80%',
      'overhead 60%',
      'unknown',
      'unknown',
    ]);
  });

  it('say what they compute in, and whether that is what was asked for', () => {
    const precision = { compute: 'fp32', weights: 'fp16', activations: 'fp16', substituted: true };
    expect(cellsOf({ precision })[9]).toBe('fp32 (substituted)');
  });

  it('say whether the runtime was chosen', () => {
    const summary = summaryOf({ chips: [chipOf(), chipOf({ runtime: 'tensorrt' })] });
    const chosen = { ...summary, workload: { ...summary.workload, runtime: 'tensorrt' } };
    expect(chipsData(chosen).rows.map(({ cells }) => cells[10])).toEqual(['eager (default)', 'tensorrt']);
  });
});

it('shows the chip that was chosen, else the first', () => {
  const chips = [chipOf(), chipOf({ id: 'b' })];
  expect(chosenChip(chips, 'b')).toBe(chips[1]);
  expect(chosenChip(chips, 'gone')).toBe(chips[0]);
  expect(chosenChip(chips, undefined)).toBe(chips[0]);
  expect(chosenChip([], 'b')).toBeUndefined();
});

describe('energy', () => {
  it('has a row for each chip, with its units', () => {
    const known = chipOf({
      total: { joulesParts },
      efficiency: { gramsCo2PerThousandRequests: estimateOf(0.056) },
    });
    const unknown = chipOf({
      name: 'Chip B',
      total: { joules: null },
      efficiency: {
        watts: null,
        operationsPerJoule: null,
        samplesPerJoule: null,
        operationsPerSecondPerSquareMillimetre: null,
        wattHoursPerThousandRequests: null,
      },
    });
    expect(asRead(energyData(summaryOf({ chips: [known, unknown] })))).toEqual({
      caption: 'Energy of the chip alone for one run, one batch at a time',
      columns: [
        'Chip',
        'Energy',
        'Of which',
        'Power',
        'Per watt',
        'Samples/s per W',
        'Per die area',
        'Per 1,000 requests',
        'CO2e per 1,000 requests',
      ],
      numeric: [1, 3, 4, 5, 6, 7, 8],
      rows: [
        {
          cells: [
            'Chip A',
            '500 mJ',
            'compute 250 mJ · memory 125 mJ · idle 125 mJ',
            '125 W',
            '16 GOP/s/W',
            '2',
            '2.5 GOP/s/mm²',
            '140 mWh',
            '56 mg',
          ],
        },
        { cells: ['Chip B', ...Array.from({ length: 8 }, () => 'unknown')] },
      ],
    });
  });

  it('says at which grid intensity carbon was counted', () => {
    expect(carbonText(summaryOf({ carbonIntensity: 400 }))).toBe('Carbon at 400 g CO2e/kWh, as set.');
    expect(carbonText(summaryOf({ carbonIntensity: 0 }))).toBe('Carbon at 0 g CO2e/kWh, as set.');
    expect(carbonText(summaryOf())).toBe(
      'Carbon is unknown without a grid intensity: set siliconlens.carbonIntensity (g CO2e/kWh).',
    );
  });
});

describe('shares of the time', () => {
  // Of 4 ms.
  const byOperator = [
    { name: 'Relu', seconds: 0.0002, nodes: 1200 },
    { name: 'MatMul', seconds: 0.003, nodes: 8 },
  ];
  const byBound = [{ name: 'memory', seconds: 0.001, nodes: 3 }];

  it('are tables, the largest share first', () => {
    const columns = ['Name', 'Time', 'Share', 'Nodes'];
    const numeric = [1, 2, 3];
    expect(sharesData(chipOf({ byOperator, byBound, byScope: byOperator.slice(0, 1) })).map(asRead)).toEqual([
      {
        caption: 'Time by operator',
        columns,
        numeric,
        rows: [{ cells: ['MatMul', '3 ms', '75%', '8'] }, { cells: ['Relu', '200 µs', '5%', '1,200'] }],
      },
      { caption: 'Time by module', columns, numeric, rows: [{ cells: ['Relu', '200 µs', '5%', '1,200'] }] },
      {
        caption: 'Time by bound',
        columns,
        numeric,
        rows: [{ cells: ['memory', '1 ms', '25%', '3'], term: 'memoryBound' }],
      },
    ]);
  });

  it('are left out where there are none', () => {
    expect(sharesData(chipOf())).toEqual([]);
    expect(sharesData(chipOf({ byBound })).map(({ caption }) => caption)).toEqual(['Time by bound']);
  });

  it('are unknown while the whole is', () => {
    const [table] = sharesData(chipOf({ byBound, total: { latencySeconds: null } }));
    expect(table!.rows[0]!.cells).toEqual(['memory', '1 ms', 'unknown', '3']);
  });

  it('say of equal ones how many they are and what one takes', () => {
    const alike = { count: 3, names: ['h.1', 'h.2'] };
    const [table] = sharesData(chipOf({ byScope: [{ name: 'h.1', seconds: 0.003, nodes: 6, alike }] }));
    // 3 ms of 4 ms, a third of it each.
    expect(table!.rows).toEqual([
      { cells: ['h.1 × 3', '3 ms', '75%', '6'], parts: ['1 ms each', 'h.1', 'h.2', 'Others: 1'] },
    ]);
  });

  it('are the twelve largest, by name as the file says it, and what the others come to', () => {
    const many = Array.from({ length: 14 }, (_, i) => ({
      name: `memory ${i}`,
      seconds: (i + 1) / 1e4,
      nodes: 2,
    }));
    const [table] = sharesData(chipOf({ byScope: many }));
    const names = table!.rows.map(({ cells }) => cells[0]);
    expect(names).toEqual([
      ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((i) => `memory ${i}`),
      'Others: 2',
    ]);
    // 0.1 ms + 0.2 ms of 4 ms is 7.5 %, in twice two nodes.
    expect(table!.rows.at(-1)!.cells.slice(1)).toEqual(['300 µs', '7.5%', '4']);
    // Five that the server left out come to 1.1 ms in nine nodes; with these 1.4 ms of 4 ms.
    const rest = { name: '', seconds: 0.0011, nodes: 9, others: 5 };
    const [more] = sharesData(chipOf({ byScope: [...many, rest] }));
    expect(more!.rows.at(-1)!.cells).toEqual(['Others: 7', '1.4 ms', '35%', '13']);
  });
});
