import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../../server/engine/cost/types';
import type { TrainingMemory } from '../../../server/engine/memory/training/training';
import { printCsv } from '../../../server/engine/report/print/csv';
import { sectionsOf, type Section } from '../../../server/engine/report/print/sections';
import type {
  Report,
  ReportChip,
  ReportKernel,
  ReportMeasured,
  ReportNode,
} from '../../../server/engine/report/types';
import { reportWords } from '../../../server/reportWords';
import { whole } from '../totals';
import { report as small } from './handMade';

const words = reportWords('en');
const { bytes, joules, percent } = words;

const estimate = (value: number): Estimate => ({ value, low: value / 2, high: 2 * value, basis: 'class' });
const [aNode] = small.nodes as [ReportNode];
const [aChip] = small.chips as [ReportChip];

interface Timed {
  readonly operator: string;
  readonly seconds: number | null;
  readonly line?: number | null;
}

/** Nodes with times of their own, of which all take `total` seconds. */
function reportOf(timed: readonly Timed[], total: number | null, more: Partial<ReportChip> = {}): Report {
  const nodes = timed.map(({ operator, line = null }, index) => ({
    ...aNode,
    ...{ index, operator, line, name: `n${index}` },
  }));
  const chip: ReportChip = {
    ...aChip,
    total: { ...aChip.total, latencySeconds: total === null ? null : { ...estimate(total), ...whole } },
    nodes: timed.map(({ seconds }, index) => ({
      ...{ index, kernel: index, joules: null, bound: 'memory' as const },
      seconds: seconds === null ? null : estimate(seconds),
    })),
    ...more,
  };
  return { ...small, nodes, chips: [chip] };
}

function section(report: Report, title: string): Section | undefined {
  return sectionsOf(report, words).find((one) => one.title === title);
}

const columns = ({ columns: all }: Section): string[] => all.map(({ title }) => title);

describe('the costliest nodes', () => {
  const title = 'Costliest nodes on c';

  it('stand first, with their share of the time', () => {
    const report = reportOf(
      [
        { operator: 'A', seconds: 1, line: 3 },
        { operator: 'B', seconds: 3 },
        { operator: 'C', seconds: 0 },
        { operator: 'D', seconds: null },
      ],
      8,
    );
    const { rows, note } = section(report, title)!;
    const shape = 'float[2,n]';
    expect(rows).toEqual([
      [
        words.seconds(3),
        `${words.seconds(1.5)} – ${words.seconds(6)}`,
        percent(3 / 8),
        'memory',
        'B',
        shape,
        'n1',
        '–',
      ],
      [
        words.seconds(1),
        `${words.seconds(0.5)} – ${words.seconds(2)}`,
        percent(1 / 8),
        'memory',
        'A',
        shape,
        'n0',
        '3',
      ],
    ]);
    expect(note).toBeUndefined();
  });

  it('are ten, and it is said how many more there are, and of what the shares are', () => {
    const many = Array.from({ length: 13 }, (_, at) => ({ operator: 'A', seconds: 1 + at }));
    const open = { ...estimate(100), isLowerBound: true, unknownNodes: 2, atMost: null };
    const report = reportOf(many, 100, { total: { ...aChip.total, latencySeconds: open } });
    const { rows, note } = section(report, title)!;
    expect(rows).toHaveLength(10);
    expect(rows[0]![0]).toBe(words.seconds(13));
    expect(note).toBe('3 more. Shares are of the time that is known; all of it is more');
    expect(section(reportOf(many.slice(0, 10), null), title)!.note).toBeUndefined();
    expect(section(reportOf(many, null), title)!.rows[0]![2]).toBe('?');
  });

  it('have their unit where there are several', () => {
    const unit = aChip.units[0]!;
    const units = [unit, { ...unit, id: 'host' }];
    const report = reportOf([{ operator: 'A', seconds: 1 }], 1, {
      units,
      nodes: [
        { index: 0, kernel: 0, seconds: estimate(1), joules: null, bound: 'memory', placement: 'host' },
      ],
    });
    const { rows, ...rest } = section(report, title)!;
    expect(columns(rest as Section).indexOf('Unit')).toBe(4);
    expect(rows[0]![4]).toBe('host');
    expect(columns(section(reportOf([{ operator: 'A', seconds: 1 }], 1), title)!)).not.toContain('Unit');
  });

  it('are no table where nothing has a time', () => {
    expect(
      section(
        reportOf(
          [
            { operator: 'A', seconds: 0 },
            { operator: 'A', seconds: null },
          ],
          1,
        ),
        title,
      ),
    ).toBeUndefined();
  });
});

it('time by operator is the sum over its nodes, ten operators at the most', () => {
  const title = 'Time by operator on c';
  const report = reportOf(
    [
      { operator: 'A', seconds: 1 },
      { operator: 'B', seconds: 3 },
      { operator: 'A', seconds: 4 },
      { operator: 'A', seconds: null },
      { operator: 'C', seconds: 0 },
    ],
    16,
  );
  expect(section(report, title)!.rows).toEqual([
    ['A', words.seconds(5), percent(5 / 16), '3'],
    ['B', words.seconds(3), percent(3 / 16), '1'],
  ]);
  const many = Array.from({ length: 12 }, (_, at) => ({ operator: `O${at}`, seconds: 1 }));
  expect(section(reportOf(many, 16), title)!.rows).toHaveLength(10);
  expect(section(reportOf(many, 16), title)!.note).toBe('2 more');
});

it('problems are twenty at the most, with their place and their node', () => {
  const one = { severity: 'warning', code: 'x', message: 'wrong', node: null } as const;
  const problems = [{ ...one, node: 4 }, { ...one, line: 3, column: 5 }, ...Array<typeof one>(20).fill(one)];
  const { rows, note } = section({ ...small, problems }, 'Problems')!;
  expect(rows.slice(0, 3)).toEqual([
    ['warning', 'wrong', '4'],
    ['warning', '3:5: wrong', '–'],
    ['warning', 'wrong', '–'],
  ]);
  expect(rows).toHaveLength(20);
  expect(note).toBe('2 more');
  expect(section({ ...small, problems: problems.slice(0, 20) }, 'Problems')!.note).toBeUndefined();
  expect(section(small, 'Problems')).toBeUndefined();
});

describe('the table of chips', () => {
  const row = (more: Partial<ReportChip>, of: Partial<Report> = {}) =>
    section({ ...reportOf([], 2, more), ...of }, 'Chips')!;

  it('has start and transfer together, samples in flight, and what fits', () => {
    const total = {
      ...aChip.total,
      latencySeconds: { ...estimate(2), ...whole },
      throughput: { samplesPerSecond: 5, concurrency: 3 },
      io: { bytes: 1, seconds: 0.25 },
      startSeconds: 0.5,
      joules: { ...estimate(4), ...whole },
    };
    const memory = { ...aChip.memory, highWaterBytes: 6e9, fits: true, streamedBytes: 2e9 };
    expect(row({ total, memory }).rows).toEqual([
      [
        ...['c', 'tensorrt (default)', 'fp32', words.seconds(2), `${words.seconds(1)} – ${words.seconds(4)}`],
        ...['class', '5 (3 in flight)', words.seconds(0.75), joules(4), bytes(6e9), bytes(8e9)],
        `streams ${bytes(2e9)}`,
      ],
    ]);
    const alone = { ...total, throughput: { samplesPerSecond: 5, concurrency: 1 }, startSeconds: null };
    const chosen = { workload: { ...small.workload, runtime: 'tensorrt' } };
    const [cells] = row({ total: alone, memory: { ...memory, fits: false } }, chosen).rows;
    expect([cells![1], cells![6], cells![7], cells!.at(-1)]).toEqual([
      'tensorrt',
      '5',
      words.seconds(0.25),
      'no',
    ]);
  });

  it('says what is dropped, what is held, and what becomes of caches', () => {
    expect(row({}).note).toBeUndefined();
    const total = { ...aChip.total, eliminatedOperations: { value: 7e9, ...whole } };
    const resident = { firstBytes: 3e9, steadyBytes: 4e9 };
    const memory = { ...aChip.memory, cache: 'paged', resident, fitsUnknown: 'partial' } as const;
    const { note } = row({ total, memory });
    expect(note).toContain(`merges or drops: c ${words.operations(7e9)}`);
    expect(note).toContain(`c holds ${bytes(3e9)} after the first run and ${bytes(4e9)} after later ones`);
    expect(note).toContain('Cache of keys and values: c paged');
    expect(note).toContain('Parts of the model are missing or wrong');
    expect(note).not.toContain('Whether training fits is unknown');
  });
});

it('the table of chips says how a model is trained, and what takes how much', () => {
  const peak = { weights: 1e9, gradients: 2e9, optimizer: 3e9, master: 4e9, saved: 5e9, other: 6e9 };
  const training: TrainingMemory = {
    ...{ optimizer: 'adam', masterWeights: null, recompute: 'none', zero: 0, devices: 1, loraRank: null },
    ...{ accumulation: 1, label: 'adam, zero 0', parameters: 70, trainedParameters: 60 },
    ...{ peak, savedBytes: 5e9, statisticsBytes: 0, unknownOperators: [] },
  };
  const note = (of: TrainingMemory) =>
    section(reportOf([], 2, { memory: { ...aChip.memory, training: of } }), 'Chips')!.note;
  expect(note(training)).toContain(
    `Training on c (adam, zero 0): weights ${bytes(1e9)}, gradients ${bytes(2e9)}, optimizer states ${bytes(3e9)}, master weights ${bytes(4e9)}, kept for the backward pass ${bytes(5e9)}, in use ${bytes(6e9)}; 60 of 70`,
  );
  expect(note({ ...training, peak: null })).toContain('weights ?, gradients ?, optimizer states ?');
});

it('energy has a column of charges where there is a battery', () => {
  const title = 'Energy and efficiency';
  const efficiency = { ...aChip.efficiency, watts: 12, requestsPerCharge: estimate(900) };
  const { rows } = section(reportOf([], 1, { efficiency }), title)!;
  expect(rows[0]!.at(-1)).toBe('900');
  expect(rows[0]![4]).toBe(words.watts(12));
  expect(section(reportOf([], 1), title)!.rows[0]).toHaveLength(10);
  expect(section({ ...small, carbonIntensity: null }, title)!.note).toContain('Carbon is unknown');
});

/** A kernel of a second that runs once. */
function kernel(more: Partial<ReportKernel> = {}): ReportKernel {
  return {
    ...{ index: 0, nodes: [0], fusion: null, placement: 'chip', precision: 'fp32', operations: null },
    ...{ bytes: {}, seconds: estimate(1), joules: null, bound: 'memory', utilisation: null, repeat: 1 },
    ...more,
  };
}

describe('why kernels run on the host', () => {
  const title = 'Why kernels run on the host instead of c';
  const refusal = (operator: string) =>
    ({ code: 'operator', operator }) as unknown as NonNullable<ReportKernel['refusal']>;
  const why = (kernels: ReportKernel[]) =>
    section(
      reportOf(
        [
          { operator: 'A', seconds: 0, line: 5 },
          { operator: 'B', seconds: 0 },
        ],
        1,
        { kernels },
      ),
      title,
    );

  it('is told by reason, the costliest first, with the first node', () => {
    const found = why([
      kernel({ refusal: refusal('A'), nodes: [0, 1] }),
      kernel(),
      kernel({ refusal: refusal('B'), nodes: [1], seconds: estimate(2), repeat: 3 }),
      kernel({ refusal: refusal('A'), nodes: [1] }),
    ])!;
    // One reason for two kernels of a second; another for one of two seconds that runs three times.
    expect(found.rows.map((row) => row.slice(1))).toEqual([
      ['1', words.seconds(6), '–'],
      ['2', words.seconds(2), '5'],
    ]);
    expect(found.note).toBeUndefined();
  });

  it('has no sum where a time or a number of runs is unknown, and stands first then', () => {
    for (const unknown of [{ seconds: null }, { repeat: null }]) {
      const found = why([
        kernel({ refusal: refusal('A'), seconds: estimate(9) }),
        kernel({ refusal: refusal('B'), ...unknown }),
        kernel({ refusal: refusal('B') }),
      ])!;
      expect(found.rows.map((row) => row.slice(1, 3))).toEqual([
        ['2', '?'],
        ['1', words.seconds(9)],
      ]);
    }
  });

  it('has ten reasons at the most, and none where all run on the chip', () => {
    const found = why(Array.from({ length: 12 }, (_, at) => kernel({ refusal: refusal(`O${at}`) })))!;
    expect(found.rows).toHaveLength(10);
    expect(found.note).toBe('2 more');
    expect(why([kernel()])).toBeUndefined();
  });
});

describe('units of a mapping', () => {
  const [unit] = aChip.units;
  const memory = { ...aChip.memory, highWaterBytes: 3e9, capacityBytes: 5e9, fits: true };
  const units = [
    { ...unit!, id: 'npu', name: 'N', memory, sharesWith: ['gpu'] },
    { ...unit!, id: 'gpu', name: 'G', memory: { ...memory, fits: null }, sharesWith: ['npu'] },
    { ...unit!, id: 'cpu', name: 'P', runtime: null },
  ];
  const kernels = [
    kernel({ placement: 'npu' }),
    kernel({ placement: 'npu', seconds: estimate(2), repeat: 3 }),
    kernel({ placement: 'gpu', seconds: null }),
    kernel({ placement: 'gpu', bound: 'link', bytes: { a: 100, b: 20 }, seconds: estimate(0.5), repeat: 2 }),
    kernel({ placement: 'gpu', bound: 'link', bytes: { a: 3 } }),
  ];

  it('have their kernels, times and memory, and what crosses', () => {
    const found = section(reportOf([], 1, { units, kernels }), 'Units of c')!;
    expect(found.rows).toEqual([
      // 1 s, and 2 s three times.
      ['npu', 'N', 'tensorrt', '2', words.seconds(7), bytes(3e9), bytes(5e9), 'yes'],
      ['gpu', 'G', 'tensorrt', '1', '?', bytes(3e9), bytes(5e9), '?'],
      ['cpu', 'P', '–', '0', words.seconds(0), '–', '–', '–'],
    ]);
    // 123 bytes in two transfers; half a second twice and a second. The pair that shares a memory is named once.
    expect(found.note).toBe(
      `Transfers between units: 2, ${bytes(123)}, ${words.seconds(2)}. One memory of gpu, npu: its figures, of all that lies there, stand at each of them`,
    );
  });

  it('are no table where the runtime put the kernels', () => {
    expect(section(reportOf([], 1, { kernels }), 'Units of c')).toBeUndefined();
  });
});

describe('what was measured', () => {
  const measured: ReportMeasured = {
    ...{ profile: 'p.json', kind: 'onnxruntime', statistic: 'fastest', runs: 7, rows: 12 },
    ...{ totalSeconds: 6, wholeSeconds: null, matchedSeconds: 3, estimatedSeconds: 2 },
    groups: [
      {
        ...{ kernels: [0, 1], node: 0, rows: ['a'], seconds: 3, estimate: null, ratio: 1.5 },
        ...{ inside: null, conflict: null },
      },
    ],
    unmatchedRows: [],
    unmatchedKernels: [2],
    errors: { groups: 1, median: 0.25, p90: 0.5, inside: 0.75 },
  };
  const timed = [
    { operator: 'A', seconds: 4, line: 9 },
    { operator: 'B', seconds: 3 },
    { operator: 'C', seconds: 2 },
  ];
  const kernels = [kernel(), kernel(), kernel({ nodes: [2], seconds: estimate(2) })];
  const found = (more: Partial<ReportMeasured>, title: string) =>
    section(reportOf(timed, 10, { kernels, measured: { ...measured, ...more } }), title);

  it('stands beside the estimates', () => {
    expect(found({}, 'Measured against estimated on c')!.rows).toEqual([
      ['Profile', 'p.json (ONNX Runtime)'],
      ['Rows', '12'],
      ['Runs', 'fastest of 7'],
      ['Measured in all rows', words.seconds(6)],
      ['Measured for a whole run, with the time between nodes', '?'],
      ['Kernels with a measured time', '2 of 3'],
      ['Measured', words.seconds(3)],
      ['Estimated for the same kernels', words.seconds(2)],
      ['Measured ÷ estimated', '×1.5'],
      ['Error, median', percent(0.25)],
      ['Error, 90th percentile', percent(0.5)],
      ['Inside the stated range', percent(0.75)],
    ]);
    const without = found({ errors: null, runs: null }, 'Measured against estimated on c')!.rows;
    expect(without).toHaveLength(8);
    expect(without[2]).toEqual(['Runs', 'fastest of ?']);
  });

  it('stands at the node of its group, to which others refer', () => {
    const { rows } = found({}, 'Costliest nodes on c')!;
    expect(rows.map((row) => row.slice(2, 4))).toEqual([
      [words.seconds(3), '×1.5'],
      ['with line 9', ''],
      ['?', '?'],
    ]);
    const unplaced = reportOf(
      timed.map(({ operator, seconds }) => ({ operator, seconds })),
      10,
      { kernels, measured: { ...measured, groups: [{ ...measured.groups[0]!, ratio: null }] } },
    );
    const cells = section(unplaced, 'Costliest nodes on c')!.rows.map((row) => row.slice(2, 4));
    expect(cells.slice(0, 2)).toEqual([
      [words.seconds(3), '?'],
      ['with node 0', ''],
    ]);
  });

  it('is listed where it has no place, and so are kernels without a time', () => {
    const title = 'Kernels on c that the profile has no time for (estimates)';
    expect(found({}, title)!.rows).toEqual([['n2', 'C', words.seconds(2)]]);
    expect(found({ unmatchedKernels: [] }, title)).toBeUndefined();
    expect(found({ unmatchedKernels: [9] }, title)!.rows).toEqual([['', '', '?']]);
    const rows = Array.from({ length: 22 }, (_, at) => ({
      name: `r${at}`,
      operator: at ? null : 'A',
      seconds: 1,
    }));
    const list = found({ unmatchedRows: rows }, 'Measured on c, but in no kernel of the estimate')!;
    expect(list.rows.slice(0, 2)).toEqual([
      ['r0', 'A', words.seconds(1)],
      ['r1', '', words.seconds(1)],
    ]);
    expect(list.rows).toHaveLength(20);
    expect(list.note).toBe('2 more');
  });

  it('is one time at a node for which several groups stand, in CSV', () => {
    const [group] = measured.groups;
    // 3 s against 2 estimated, 1 against 2: 4 against 4.
    const groups = [group!, { ...group!, kernels: [2], seconds: 1, ratio: 0.5 }];
    const cells = (of: ReportMeasured['groups']) => {
      const report = reportOf(timed, 10, { kernels, measured: { ...measured, groups: of } });
      const [head, row] = [...printCsv(report)].join('').split('\r\n');
      const names = head!.split(',');
      // The shape of an output stands in quotes, with commas inside.
      const values = row!.replace(/"[^"]*"/g, '').split(',');
      return ['measured_seconds', 'measured_ratio'].map((name) => values[names.indexOf(name)]);
    };
    expect(cells(groups)).toEqual(['4', '1']);
    expect(cells([group!, { ...groups[1]!, ratio: null }])).toEqual(['4', '']);
    expect(cells([group!])).toEqual(['3', '1.5']);
  });
});
