import { describe, expect, it } from 'vitest';
import {
  notesOf,
  rankRows,
  rankSections,
  reasonText,
  type RankReport,
  type RankRow,
} from '../../../server/engine/report/rankReport';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { seconds, joules, watts, bytes } = words;

const ranged = (value: number) => ({ value, low: value / 2, high: 2 * value });

/** A chip whose figures are 1 to 7 in the order in which they are listed. */
function row(id: string, more: Partial<RankRow> = {}): RankRow {
  return {
    ...{ id, name: id.toUpperCase(), class: 'gpu', places: ['cloud'], status: 'shipping' },
    place: { best: 1, worst: 1 },
    ...{ runtime: 'ort', mode: null, precision: 'fp16', substituted: false },
    figures: {
      latency: ranged(1),
      throughput: ranged(2),
      tokens: ranged(3),
      energy: ranged(4),
      watts: ranged(5),
      memory: ranged(6),
      price: ranged(7),
    },
    ...{ basis: 'class', fits: true, isPareto: true, open: [] },
    ...more,
  };
}

function reportOf(more: Partial<RankReport> = {}): RankReport {
  return {
    schemaVersion: 1,
    path: 'm.onnx',
    workload: {} as RankReport['workload'],
    objective: 'latency',
    limits: {},
    precisions: [],
    ranked: [row('a')],
    best: ['a'],
    rejected: [],
    ...more,
  };
}

const table = (report: RankReport) => rankSections(report, words)[0]!;
const titles = (report: RankReport) => table(report).columns.map(({ title }) => title);

describe('the ranking as a table', () => {
  it('has the figures with the ranges of those that matter', () => {
    const other = row('b', { place: { best: 2, worst: 4 }, basis: null, isPareto: null });
    const report = reportOf({ ranked: [row('a'), other] });
    expect(titles(report)).toEqual([
      ...['Place', 'Chip', 'Class', 'Runtime', 'Precision'],
      ...['Latency', 'Range', 'Energy', 'Range', 'Samples/s', 'Rated power', 'Memory', 'Price'],
      ...['Basis', 'Pareto', 'Notes'],
    ]);
    const figures = [
      ...[seconds(1), `${seconds(0.5)} – ${seconds(2)}`, joules(4), `${joules(2)} – ${joules(8)}`],
      ...['2/s', watts(5), bytes(6), '7'],
    ];
    expect(table(report).rows).toEqual([
      ['1', 'a', 'gpu', 'ort', 'fp16', ...figures, 'class', 'yes', ''],
      ['2–4', 'b', 'gpu', 'ort', 'fp16', ...figures, '?', '?', ''],
    ]);
  });

  it('has tokens where a limit asks for them, prices where one is known, and the range of the objective', () => {
    const unpriced = row('a', { figures: { ...row('a').figures, price: null }, isPareto: false });
    const limits = { figures: { tokens: 30 } } as unknown as RankReport['limits'];
    const report = reportOf({ ranked: [unpriced], objective: 'throughput', limits });
    expect(titles(report).slice(5, -3)).toEqual([
      ...['Latency', 'Range', 'Energy', 'Range', 'Samples/s', 'Range', 'Tokens/s', 'Rated power', 'Memory'],
    ]);
    expect(table(report).rows[0]!.slice(9, 12)).toEqual(['2/s', '1/s – 4/s', '3/s']);
    expect(table(report).rows[0]!.at(-2)).toBe('no');
    expect(table(report).title).toBe('m.onnx: chips by samples per second, the most first');
  });

  it('says which is best, that several are, or that none is', () => {
    expect(table(reportOf()).note).toMatch(/^a is surely the best/);
    expect(table(reportOf({ ranked: [row('a'), row('b')], best: ['a', 'b'] })).note).toMatch(
      /^2 cannot be told apart as the best: a, b\./,
    );
    expect(table(reportOf({ ranked: [], best: [] })).note).toBe('No chip keeps all limits.');
  });
});

describe('notes of a chip', () => {
  it('are none where nothing is to be said', () => {
    expect(notesOf(row('a'), words)).toBe('');
    expect(notesOf(row('a', { status: 'own' }), words)).toBe('');
  });

  it.each<[string, Partial<RankRow>, string]>([
    ['a power mode', { mode: '15 W' }, 'in its mode 15 W'],
    ['another precision', { substituted: true }, 'computes in fp16, not as stored'],
    ['its status', { status: 'announced' }, 'announced, not sold yet'],
    ['an unknown room', { fits: null }, 'whether it fits is unknown'],
    [
      'limits that ranges break',
      { open: ['latency', 'watts'] },
      'Latency may break its limit: the range reaches beyond it; Rated power may break its limit: the range reaches beyond it',
    ],
  ])('tell %s', (_, more, text) => {
    expect(notesOf(row('a', more), words)).toBe(text);
  });
});

describe('why a chip is no answer', () => {
  it.each<[Parameters<typeof reasonText>[0], string]>([
    [{ limit: 'place', is: ['device', 'edge'], wanted: ['cloud'] }, 'for device, edge, not for cloud'],
    [{ limit: 'country', is: [], wanted: ['kr'] }, "vendor's country: ?"],
    [{ limit: 'status', is: ['research'], wanted: ['shipping'] }, 'research, not for sale'],
    [{ limit: 'fit', times: null }, 'the model does not fit'],
    [{ limit: 'fit', times: 2.5 }, '2.5 times too large'],
    [{ limit: 'watts', value: null }, 'Rated power: unknown'],
    [
      { limit: 'watts', value: 25, allowed: 10, times: 2.5, isOpen: false },
      `Rated power: ${watts(25)}, limit ${watts(10)} (2.5×)`,
    ],
    [
      { limit: 'latency', value: 2, allowed: 1, times: 2, isOpen: true },
      `Latency: ${seconds(2)}, limit ${seconds(1)} (2×); its range reaches the limit`,
    ],
  ])('%o', (broken, text) => {
    expect(reasonText(broken, words)).toBe(text);
  });

  it('is that a part has no time', () => {
    expect(reasonText({ limit: 'whole' }, words)).toContain('the time of the whole model is unknown there');
  });
});

it('rows for other programs have a cell under each name', () => {
  const rejected = [
    { ...row('z'), broken: { limit: 'fit', times: 3 } as const },
    { ...row('y', { status: 'announced' }), broken: { limit: 'whole' } as const },
  ];
  const other = row('b', { mode: '15 W', fits: null, isPareto: false, substituted: true });
  const rows = rankRows(reportOf({ ranked: [row('a', { place: { best: 2, worst: 3 } }), other], rejected }));
  const cells = (at: number) => Object.fromEntries(rows[0]!.map((name, i) => [String(name), rows[at]![i]]));
  expect(cells(1)).toEqual({
    ...{ chip: 'a', bestPlace: 2, worstPlace: 3, class: 'gpu', status: 'shipping', runtime: 'ort' },
    ...{ precision: 'fp16', substituted: 'false', latencySeconds: 1, latencyLow: 0.5, latencyHigh: 2 },
    ...{ samplesPerSecond: 2, tokensPerSecond: 3, joules: 4, joulesLow: 2, joulesHigh: 8 },
    ...{ ratedWatts: 5, memoryBytes: 6, price: 7, basis: 'class', fits: 'true', pareto: 'true', mode: null },
    ...{ brokenLimit: null, brokenTimes: null },
  });
  expect(cells(2)).toMatchObject({ mode: '15 W', fits: null, pareto: 'false', substituted: 'true' });
  expect(cells(3)).toMatchObject({ chip: 'z', class: 'gpu', status: 'shipping', brokenLimit: 'fit' });
  expect(cells(3)).toMatchObject({ brokenTimes: 3, runtime: null, mode: null });
  expect(cells(4)).toMatchObject({ status: 'announced', brokenLimit: 'whole', brokenTimes: null });
  for (const one of rows) expect(one).toHaveLength(rows[0]!.length);
});
