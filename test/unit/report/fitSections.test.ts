import { describe, expect, it } from 'vitest';
import {
  fitRows,
  fitSections,
  limitText,
  type ChipFit,
  type FitReport,
  type Limit,
} from '../../../server/engine/report/fitReport';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { bytes } = words;

const limit = (dimension: Limit['dimension'], value: number | null, more: Partial<Limit> = {}): Limit => ({
  ...{ dimension, value, isUnlimited: false, now: 1, by: 'memory' },
  ...more,
});

/** 6 GB are needed of 10 GB, of which the runtime keeps 1 GB. */
function chip(more: Partial<ChipFit> = {}): ChipFit {
  return {
    ...{ id: 'a', name: 'A', class: 'gpu', runtime: 'ort', precision: 'fp16', cache: null },
    ...{ capacityBytes: 10e9, marketedBytes: 12e9, reserveBytes: 1e9, highWaterBytes: 6e9, highWaterNode: 3 },
    ...{ leastBytes: 6e9, mostBytes: null, fits: true, fitsUnknown: null, streamedBytes: 0 },
    ...{ weightsBytes: 5e9, freeBytes: 3e9, limits: [] },
    ...more,
  };
}

const reportOf = (...chips: ChipFit[]): FitReport => ({
  ...{ schemaVersion: 1, path: 'm.onnx', chips },
  workload: {} as FitReport['workload'],
});
const tableOf = (...chips: ChipFit[]) => fitSections(reportOf(...chips), words)[0]!;
const adviceOf = (more: Partial<ChipFit>): string => tableOf(chip(more)).rows[0]!.at(-1)!;

describe('what fits, as a table', () => {
  it('has what is needed, there, kept and left', () => {
    const shared = [bytes(5e9), bytes(10e9), bytes(1e9)];
    const small = chip({ id: 'b', fits: false, freeBytes: -2e9 });
    const unknown = chip({ id: 'c', fits: null, freeBytes: null, highWaterBytes: null, leastBytes: null });
    expect(tableOf(chip(), small, unknown).rows).toEqual([
      ['a', 'ort', 'fp16', 'yes', bytes(6e9), ...shared, bytes(3e9), ''],
      ['b', 'ort', 'fp16', 'no', bytes(6e9), ...shared, `−${bytes(2e9)}`, ''],
      ['c', 'ort', 'fp16', '?', '?', ...shared, '?', ''],
    ]);
  });

  it('has a column for each size that was asked for, and one for units where there are some', () => {
    const limits = [limit('batch', 12), limit('past', null)];
    const { columns, rows } = tableOf(chip({ limits, unit: 'npu' }), chip({ limits: [limit('past', 4096)] }));
    expect(columns.map(({ title }) => title)).toEqual([
      ...['Unit', 'Chip', 'Runtime', 'Precision', 'Fits'],
      ...['Needed', 'Weights', 'Capacity', 'Runtime keeps', 'Free'],
      ...['Largest batch', 'Longest context', 'What to do'],
    ]);
    expect(rows.map((row) => [row[0], ...row.slice(-3)])).toEqual([
      ['npu', '12', '?', ''],
      ['–', '?', words.count(4096), ''],
    ]);
  });

  it('says what forbids a larger size', () => {
    expect(limitText(limit('batch', 12, { by: 'model' }), words)).toBe('12 (limit of the model)');
    expect(limitText(limit('batch', null, { isUnlimited: true, by: null }), words)).toBe('no limit');
    expect(limitText(undefined, words)).toBe('?');
  });
});

describe('what to do', () => {
  it('is nothing where it fits, but that weights are streamed', () => {
    expect(adviceOf({ precisions: ['int8'], smallestChip: 'big' })).toBe('');
    expect(adviceOf({ streamedBytes: 4e9 })).toBe(`streams ${bytes(4e9)}`);
  });

  it('is another precision, or a larger chip', () => {
    const advice = { fits: false, timesTooLarge: 1.5, precisions: ['int8', 'int4'], smallestChip: 'big' };
    expect(adviceOf(advice)).toBe('1.5 times too large; fits with --precision int8, int4; fits on big');
    expect(adviceOf({ fits: false, smallestChip: null })).toBe('');
  });

  it('is what is missing where nobody knows', () => {
    expect(adviceOf({ fits: null, fitsUnknown: 'sizes' })).toBe('sizes are unknown: give them with --bind');
    expect(adviceOf({ fits: null, fitsUnknown: 'capacity' })).toBe('the memory of the chip is unknown');
  });
});

it('rows for other programs have a cell under each name', () => {
  const limits = [limit('batch', 12), limit('sequence', 13), limit('past', 14)];
  const rows = fitRows(reportOf(chip({ limits, cache: 'paged', unit: 'npu' }), chip({ fits: null })));
  const cells = (at: number) => Object.fromEntries(rows[0]!.map((name, i) => [String(name), rows[at]![i]]));
  expect(cells(1)).toEqual({
    ...{ chip: 'a', runtime: 'ort', precision: 'fp16', cache: 'paged', fits: 'true', neededBytes: 6e9 },
    ...{ weightsBytes: 5e9, capacityBytes: 10e9, reserveBytes: 1e9, freeBytes: 3e9 },
    ...{ largestBatch: 12, largestSequence: 13, largestPast: 14, unit: 'npu' },
  });
  expect(cells(2)).toMatchObject({ fits: null, largestBatch: null, cache: null, unit: null });
});
