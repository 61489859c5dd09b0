import { describe, expect, it } from 'vitest';
import { noMemory } from '../../../server/engine/mapping/parallel/chain';
import type { Split } from '../../../server/engine/mapping/parallel/splits';
import {
  parallelRows,
  type ParallelReport,
  type SplitReport,
} from '../../../server/engine/report/parallelReport';
import { parallelSections } from '../../../server/engine/report/parallelSections';
import type { Section } from '../../../server/engine/report/print/section';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { seconds, bytes } = words;

const splitOf = (more: Partial<Split> = {}): Split => ({ tp: 1, pp: 1, dp: 1, ep: 1, cp: 1, ...more });

/** A split that takes 10 seconds, of which each part takes two. */
function ranked(label: string, more: Partial<SplitReport> = {}): SplitReport {
  return {
    label,
    split: splitOf({ tp: 2 }),
    devices: 2,
    microBatch: 3,
    microBatches: 4,
    seconds: { value: 10, low: 8, high: 15, basis: 'class' },
    parts: { compute: 2, memory: 2, link: 2, bubble: 2, overhead: 2 },
    perSecond: 1234.6,
    stages: [stageOf()],
    isTied: false,
    ...more,
  };
}

function stageOf(more: Partial<SplitReport['stages'][number]> = {}): SplitReport['stages'][number] {
  return {
    devices: [0, 1],
    layers: [1, 8],
    hasFirst: true,
    hasLast: true,
    seconds: 0.5,
    memory: { ...noMemory, weights: 6e9, activations: 1e9 },
    bytes: 7e9,
    ...more,
  };
}

function reportOf(more: Partial<ParallelReport> = {}): ParallelReport {
  return {
    schemaVersion: 1,
    path: 'm.onnx',
    workload: {} as ParallelReport['workload'],
    system: { id: 's', name: 'System' },
    device: {
      ...{ id: 'd', chip: 'c', name: 'Chip', runtime: 'r', count: 8 },
      capacityBytes: 10e9,
      reserveBytes: 1e9,
    },
    objective: 'latency',
    batch: 12,
    unit: 'tokens',
    layers: 8,
    splits: [ranked('a', { isTied: true })],
    rejected: [],
    run: null,
    gantt: [],
    launch: [],
    ...more,
  };
}

const sections = (report: ParallelReport): Section[] => parallelSections(report, words);
const titled = (report: ParallelReport, title: string): Section | undefined =>
  sections(report).find((one) => one.title.startsWith(title));

describe('the table of splits', () => {
  const others = [
    ranked('b', { isTied: true, stages: [stageOf({ bytes: 5e9 }), stageOf({ bytes: 8e9 })] }),
    ranked('c'),
  ];

  it('has times, rates and the memory of the fullest device with what the runtime keeps', () => {
    const report = reportOf({ splits: [ranked('a', { isTied: true }), ...others] });
    const [section] = sections(report);
    expect(section!.title).toBe('Splits of 8 × Chip (System), by Latency');
    const shared = ['2', '4 × 3', seconds(10), `${seconds(8)} – ${seconds(15)}`, 'class', words.count(1235)];
    expect(section!.rows).toEqual([
      ['a', ...shared, bytes(8e9), bytes(10e9), 'best'],
      ['b', ...shared, bytes(9e9), bytes(10e9), 'cannot be told apart from the best'],
      ['c', ...shared, bytes(8e9), bytes(10e9), 'surely worse'],
    ]);
    expect(section!.note).toBe('2 cannot be told apart from the best, itself included');
  });

  it('has four of them, says how many more there are, and what is unknown', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((label) => ranked(label));
    const device = { ...reportOf().device, capacityBytes: null, reserveBytes: null };
    const [section] = sections(reportOf({ splits: five, device, objective: 'throughput', unit: 'samples' }));
    expect(section!.rows.map(([label]) => label)).toEqual(['a', 'b', 'c', 'd']);
    expect(section!.note).toMatch(/\. 1 more\. Whether it fits is unknown/);
    expect(section!.rows[0]!.slice(7, 9)).toEqual([bytes(7e9), '?']);
    expect(section!.title).toMatch(/by Throughput$/);
    expect(section!.columns[6]!.title).toBe('Samples/s');
    expect(sections(reportOf({ splits: five.slice(0, 4) }))[0]!.note).not.toContain('more');
  });

  it('is alone where no split fits', () => {
    const all = sections(reportOf({ splits: [] }));
    expect(all).toHaveLength(1);
    expect(all[0]!.note).toBe('No split fits');
  });
});

describe('the parts of a step', () => {
  const against = (parts: Partial<SplitReport['parts']>): string => {
    const other = ranked('b', { parts: { ...ranked('').parts, ...parts } });
    return titled(reportOf({ splits: [ranked('a'), other] }), 'What a step is made of')!.rows[1]!.at(-1)!;
  };

  it('stand beside what a split loses and gains most against the best', () => {
    const [first] = titled(reportOf(), 'What a step is made of')!.rows;
    expect(first).toEqual(['a', ...Array<string>(5).fill(seconds(2)), '']);
    expect(against({ link: 5, bubble: 1, memory: 2.5 })).toBe(`Links +${seconds(3)}, Bubble −${seconds(1)}`);
  });

  it('are told from a thousandth of the step on', () => {
    // A thousandth of 10 seconds is 10 ms.
    expect(against({ compute: 2.0101 })).toMatch(/^Compute \+/);
    expect(against({ compute: 2.009 })).toBe('');
    expect(against({})).toBe('');
  });
});

describe('the devices of the best split', () => {
  it('have their layers, what they hold by class, and how full they are', () => {
    const stages = [
      stageOf({ hasLast: false, layers: [1, 5], devices: [0, 1] }),
      stageOf({ hasFirst: false, layers: [6, 6], devices: [2, 2], bytes: 8.5e9 }),
      stageOf({ hasFirst: false, layers: null, devices: [3, 3], bytes: 8e9 }),
    ];
    const section = titled(reportOf({ splits: [ranked('a', { stages })] }), 'Devices of the best split')!;
    expect(section.title).toBe('Devices of the best split, 8 layers in all');
    expect(section.columns.map(({ title }) => title).slice(3)).toEqual([
      ...['Weights', 'Activations', 'Runtime keeps', 'Together'],
      ...['Capacity', 'Filled'],
    ]);
    const cells = [seconds(0.5), bytes(6e9), bytes(1e9), bytes(1e9)];
    expect(section.rows).toEqual([
      ['0–1', 'what stands before + 1–5', ...cells, bytes(8e9), bytes(10e9), words.percent(0.8)],
      // 8.5 GB and 1 GB of 10: more than nine tenths.
      [
        ...['2', '6 + what stands behind', ...cells, bytes(9.5e9), bytes(10e9)],
        `${words.percent(0.95)} (tight)`,
      ],
      // Nine tenths themselves are not.
      ['3', 'what stands behind', ...cells, bytes(9e9), bytes(10e9), words.percent(0.9)],
    ]);
    expect(section.note).toBeUndefined();
  });

  it('say so where there are copies, and where the capacity is unknown', () => {
    const split = splitOf({ dp: 2 });
    const device = { ...reportOf().device, capacityBytes: null, reserveBytes: null };
    const section = titled(reportOf({ splits: [ranked('a', { split })], device }), 'Devices of the best')!;
    expect(section.note).toBe('2 copies of the model, each on devices of its own; the first is shown');
    expect(section.rows[0]!.slice(-4)).toEqual(['?', bytes(7e9), '?', '?']);
  });
});

it('a step is drawn over 64 columns, micro-batches by their last digit', () => {
  const gantt = [
    { stage: 0, microBatch: 0, from: 0, to: 4 },
    { stage: 0, microBatch: 9, from: 4, to: 8 },
    { stage: 1, microBatch: 0, from: 4, to: 8 },
    { stage: 1, microBatch: 1, from: 12, to: 16 },
  ];
  const section = titled(reportOf({ gantt }), 'One step')!;
  expect(section.title).toBe(`One step, ${seconds(16)}`);
  // 4 of 16 seconds are 16 columns.
  expect(section.rows).toEqual([
    ['1', '1'.repeat(16) + '0'.repeat(16) + '·'.repeat(32)],
    ['2', '·'.repeat(16) + '1'.repeat(16) + '·'.repeat(16) + '2'.repeat(16)],
  ]);
  expect(section.note).toBe('Micro-batches of a step: 4, each by the last digit of its number');
});

it('commands stand as a shell takes them', () => {
  const launch = [
    {
      id: 'x',
      commands: [
        ['vllm', 'serve', 'my model'],
        ['echo', 'done'],
      ],
    },
  ];
  expect(titled(reportOf({ launch }), 'Commands')!.rows).toEqual([["vllm serve 'my model'"], ['echo done']]);
  expect(titled(reportOf(), 'Commands')).toBeUndefined();
});

describe('splits that are out', () => {
  const memory = { kind: 'memory', by: 'weights', bytes: 30e9, usable: 10e9 } as const;
  const rejected: ParallelReport['rejected'] = [
    { label: 'one', split: splitOf({ tp: 2, pp: 3, dp: 5, ep: 4, cp: 7 }), limit: memory },
    { label: 'two', split: splitOf(), limit: { kind: 'unknown' } },
    {
      label: 'three',
      split: splitOf(),
      limit: { kind: 'shard', refusal: { reason: 'heads' } } as ParallelReport['rejected'][number]['limit'],
    },
  ];

  it('have their first limit', () => {
    const section = titled(reportOf({ rejected }), 'Splits that are out')!;
    expect(section.rows).toEqual([
      // 2 × 3 × 5 × 7: experts are shared out among the same devices.
      ['one', '210', `Weights: ${bytes(30e9)} do not fit into ${bytes(10e9)} (${words.decimal(3)} ×)`],
      ['two', '1', 'A time or a size is unknown'],
      ['three', '1', 'There are fewer heads or experts than devices'],
    ]);
    expect(section.note).toBeUndefined();
  });

  it('are twelve at the most', () => {
    const many = Array.from({ length: 14 }, () => rejected[1]!);
    const section = titled(reportOf({ rejected: many }), 'Splits that are out')!;
    expect(section.rows).toHaveLength(12);
    expect(section.note).toBe('2 more');
  });

  it('are rows for other programs, behind those that fit', () => {
    const rows = parallelRows(reportOf({ rejected }));
    const cells = (at: number) => Object.fromEntries(rows[0]!.map((name, i) => [String(name), rows[at]![i]]));
    expect(cells(1)).toEqual({
      ...{ split: 'a', tp: 2, pp: 1, dp: 1, ep: 1, cp: 1, devices: 2, micro_batch: 3, micro_batches: 4 },
      ...{ seconds: 10, seconds_low: 8, seconds_high: 15, basis: 'class' },
      ...{ compute: 2, memory: 2, link: 2, bubble: 2, overhead: 2 },
      ...{ per_second: 1234.6, device_bytes: 7e9, tied: 'true', limit: null },
    });
    expect(cells(2)).toMatchObject({ split: 'one', tp: 2, pp: 3, dp: 5, ep: 4, cp: 7, devices: 210 });
    expect(cells(2)).toMatchObject({ seconds: null, device_bytes: 30e9, tied: null, limit: 'memory' });
    expect(cells(3)).toMatchObject({ device_bytes: null, limit: 'unknown' });
    for (const row of rows) expect(row).toHaveLength(rows[0]!.length);
  });
});
