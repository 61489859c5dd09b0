import type { ReportMeasured } from '../../../server/engine/report/types';
import { describe, expect, it } from 'vitest';
import { kernelsWithoutRow, measuredFacts, rowsWithoutKernel } from '../../../webview/content/measured';
import { estimateOf, measuredOf, asRead, factsRead } from './made';

describe('facts of a profile', () => {
  it('are its sums', () => {
    const measured = measuredOf({ unmatchedKernels: 3, unmatchedRows: 4, unmatchedSeconds: 0.0005 });
    expect(factsRead(measuredFacts(measured))).toEqual([
      ['Profile', 'run.json · trace of ONNX Runtime'],
      ['Times', 'median · runs: 50'],
      // 12 with a time and 3 without.
      ['Kernels with a measured time', '12 of 15'],
      ['Rows without a kernel', '4 of 20 (500 µs)'],
      ['Measured in all rows', '5 ms'],
      ['Measured, where compared', '3 ms'],
      ['Estimated for the same kernels', '2 ms'],
    ]);
  });

  it('say unknown of what the file does not say', () => {
    const facts = Object.fromEntries(
      factsRead(measuredFacts(measuredOf({ runs: null, totalSeconds: null }))),
    );
    expect([facts.Times, facts['Measured in all rows']]).toEqual(['median · runs: unknown', 'unknown']);
  });

  it('have the whole run and the errors where there are any', () => {
    const errors = { groups: 12, median: 0.5, p90: 1.2, inside: 0.75 };
    expect(factsRead(measuredFacts(measuredOf({ wholeSeconds: 0.006, errors }))).slice(7)).toEqual([
      ['Whole run with the time between nodes', '6 ms'],
      // 3 ms ÷ 2 ms.
      ['Measured ÷ estimated', '×1.5'],
      ['Error, median', '50%'],
      ['Error, 90th percentile', '120%'],
      ['Inside the stated range', '75%'],
    ]);
  });

  it('name other sources and statistics', () => {
    const said = (kind: ReportMeasured['kind'], statistic: ReportMeasured['statistic']) =>
      measuredFacts(measuredOf({ kind, statistic }))
        .slice(0, 2)
        .map(([, value]) => value);
    expect(said('trtexec', 'fastest')).toEqual(['run.json · trtexec profile', 'fastest run · runs: 50']);
    expect(said('node-table', 'stated')).toEqual([
      'run.json · table of nodes',
      'as the table states · runs: 50',
    ]);
  });
});

describe('what has no counterpart', () => {
  it('is not listed where there is nothing', () => {
    expect([rowsWithoutKernel(measuredOf()), kernelsWithoutRow(measuredOf())]).toEqual([null, null]);
  });

  it('lists rows of the profile', () => {
    const rows = [
      { name: 'Memcpy', operator: null, seconds: 0.001 },
      { name: 'x', operator: 'Add', seconds: 0.00002 },
    ];
    const { title, table } = rowsWithoutKernel(measuredOf({ unmatchedRows: 1500, rowsWithoutKernel: rows }))!;
    expect({ title, table: asRead(table) }).toEqual({
      title: 'Rows of the profile without a kernel in the estimate: 1,500',
      table: {
        caption: 'The largest 2 of 1,500',
        columns: ['Name', 'Operator', 'Measured'],
        numeric: [2],
        rows: [{ cells: ['Memcpy', '–', '1 ms'] }, { cells: ['x', 'Add', '20 µs'] }],
      },
    });
    expect(rowsWithoutKernel(measuredOf({ unmatchedRows: 2, rowsWithoutKernel: rows }))!.table.caption).toBe(
      '',
    );
  });

  it('lists kernels of the estimate', () => {
    const kernels = [
      { node: 7, label: 'k7', estimate: estimateOf(0.002) },
      { node: 8, label: 'k8', estimate: null },
    ];
    const { title, table } = kernelsWithoutRow(
      measuredOf({ unmatchedKernels: 3, kernelsWithoutRow: kernels }),
    )!;
    expect({ title, table: asRead(table) }).toEqual({
      title: 'Kernels without a time in the profile: 3',
      table: {
        caption: 'The largest 2 of 3',
        columns: ['Kernel', 'Estimated'],
        numeric: [1],
        rows: [
          { node: 7, cells: ['k7', '2 ms'] },
          { node: 8, cells: ['k8', 'unknown'] },
        ],
      },
    });
  });
});
