import { describe, expect, it } from 'vitest';
import type { ChipAnalysis } from '../../../server/engine/analyse';
import type { MatchedProfile } from '../../../server/engine/cost/calibrate/matchProfile';
import type { Measurement } from '../../../server/engine/cost/calibrate/measurement';
import { compareMeasured } from '../../../server/engine/report/measured';
import { printCsv } from '../../../server/engine/report/print/csv';
import { printMarkdown } from '../../../server/engine/report/print/markdown';
import type { Report, ReportChip } from '../../../server/engine/report/types';
import { whole } from '../totals';
import { reportWords } from '../../../server/reportWords';

const estimate = (value: number, low = value / 2, high = value * 2) =>
  ({ value, low, high, basis: 'class' }) as const;

/** Four kernels: 10 µs, 20 µs in a loop of 3, unknown, and one that is not measured. */
const analysis = {
  plan: {
    kernels: [
      { index: 0, anchor: 1, repeat: 1 },
      { index: 1, anchor: 2, repeat: 3 },
      { index: 2, anchor: 3, repeat: 1 },
      { index: 3, anchor: 4, repeat: 1 },
    ],
  },
  cost: {
    kernels: [
      { seconds: estimate(10e-6) },
      { seconds: estimate(20e-6) },
      { seconds: null },
      { seconds: estimate(5e-6) },
    ],
  },
} as unknown as ChipAnalysis;

const row = (name: string, seconds: number, operator: string | null = null) =>
  ({ name, names: [name], operator, seconds, repeat: 1 }) as unknown as Measurement['rows'][number];
const profile: Measurement = {
  kind: 'onnxruntime',
  statistic: 'fastest',
  runs: 7,
  rows: [
    row('a', 15e-6),
    row('b', 132e-6),
    row('c', 7e-6),
    row('ReorderInput', 1e-6, 'ReorderInput'),
    row('=cmd|"x', 3e-6),
  ],
  seconds: 158e-6,
  wholeSeconds: null,
  places: [],
};
const group = (place: number, seconds: number, kernels = [place]) => ({ rows: [place], kernels, seconds });
const matched: MatchedProfile = {
  groups: [group(0, 15e-6), group(1, 132e-6), group(2, 7e-6)],
  groupOfKernel: Int32Array.from([0, 1, 2, -1]),
  kernels: Float64Array.from([15e-6, 44e-6, 7e-6, NaN]),
  unmatchedRows: [3, 4],
  unmatchedKernels: [3],
  unmatchedSeconds: 4e-6,
  share: 154 / 158,
  conflicts: [],
};

describe('measured times beside estimates', () => {
  const measured = compareMeasured(analysis, 'run.json', profile, matched);

  it('compare a kernel with the estimate of all its runs, and state what lies outside its range', () => {
    expect(measured.groups).toMatchObject([
      { kernels: [0], node: 1, rows: ['a'], seconds: 15e-6, ratio: 1.5, inside: true },
      // 3 runs of 20 µs: 60 µs, at most 120 µs.
      { kernels: [1], node: 2, seconds: 132e-6, inside: false },
      { kernels: [2], node: 3, seconds: 7e-6, estimate: null, ratio: null, inside: null },
    ]);
    expect(measured.groups[1]!.ratio).toBeCloseTo(2.2, 12);
    expect(measured.groups[1]!.estimate!.high).toBeCloseTo(120e-6, 12);
    expect(measured.unmatchedKernels).toEqual([3]);
  });

  it('sum only what has both times, and lose no row', () => {
    expect(measured.matchedSeconds).toBeCloseTo(147e-6, 12);
    expect(measured.estimatedSeconds).toBeCloseTo(70e-6, 12);
    expect(measured.totalSeconds).toBe(158e-6);
    expect(measured.unmatchedRows.map(({ name }) => name)).toEqual(['=cmd|"x', 'ReorderInput']);
  });

  it('have an error relative to what was measured, over what has both', () => {
    // |p/m − 1|: 1/3 and 1.2/2.2; the median is half of both, the 90th percentile 1/3 + 0.9 × (1.2/2.2 − 1/3).
    expect(measured.errors).toMatchObject({ groups: 2, inside: 0.5 });
    expect(measured.errors!.median).toBeCloseTo(0.439393939, 9);
    expect(measured.errors!.p90).toBeCloseTo(0.524242424, 9);
    const none = compareMeasured(analysis, 'run.json', profile, { ...matched, groups: [] });
    expect(none.errors).toBeNull();
  });

  it('compare kernels that ran as one with the sum of their estimates', () => {
    const one = compareMeasured(analysis, 'x', profile, { ...matched, groups: [group(0, 30e-6, [0, 3])] });
    // 10 µs and 5 µs, each from half to twice.
    expect(one.groups[0]).toMatchObject({ kernels: [0, 3], node: 1, inside: true });
    expect(one.groups[0]!.ratio).toBeCloseTo(2, 12);
    expect(one.groups[0]!.estimate!.high).toBeCloseTo(30e-6, 12);
    const unknown = compareMeasured(analysis, 'x', profile, {
      ...matched,
      groups: [group(0, 30e-6, [0, 2])],
    });
    expect(unknown.groups[0]).toMatchObject({ estimate: null, ratio: null });
  });

  it('do not compare what was measured at other sizes', () => {
    const conflicts = [{ row: 0, node: 1, measured: [8, 64], expected: [1, 64] }];
    const { groups, errors } = compareMeasured(analysis, 'x', profile, { ...matched, conflicts });
    expect(groups[0]).toMatchObject({ ratio: null, inside: null });
    expect(groups[0]!.conflict).toEqual({ measured: [8, 64], expected: [1, 64] });
    expect(errors!.groups).toBe(1);
  });
});

describe('printed reports with a profile', () => {
  const node = (index: number, name: string) => ({
    index,
    parent: null,
    repeat: 1,
    name,
    domain: '',
    operator: 'MatMul',
    scope: '',
    line: 10 + index,
    outputs: [],
    operations: null,
    bytes: null,
    rule: 'exact' as const,
  });
  const chip = {
    id: 'c',
    name: 'C',
    class: 'gpu',
    runtime: 'tensorrt',
    units: [],
    precision: { compute: 'fp32', weights: 'fp32', activations: 'fp32', substituted: false },
    total: {
      latencySeconds: null,
      throughput: null,
      joules: null,
      operations: { value: 0, ...whole },
      eliminatedOperations: { value: 0, ...whole },
      bytes: { value: 0, ...whole },
      io: { bytes: 0, seconds: null },
      startSeconds: null,
    },
    efficiency: {
      samplesPerRun: 1,
      watts: null,
      operationsPerJoule: null,
      samplesPerJoule: null,
      operationsPerSecondPerSquareMillimetre: null,
      wattHoursPerThousandRequests: null,
      gramsCo2PerThousandRequests: null,
    },
    memory: {
      capacityBytes: null,
      marketedBytes: null,
      reserveBytes: null,
      weightsBytes: null,
      highWaterBytes: null,
      highWaterNode: null,
      leastBytes: null,
      mostBytes: null,
      fits: null,
      fitsUnknown: 'sizes',
      levels: [],
    },
    roofs: { matrixOpsPerSecond: null, vectorOpsPerSecond: null, bandwidthBytesPerSecond: null, levels: [] },
    kernels: [],
    nodes: [
      { index: 0, kernel: 0, seconds: estimate(1e-6), joules: null, bound: 'memory' },
      { index: 1, kernel: 0, seconds: estimate(9e-6), joules: null, bound: 'memory' },
      { index: 2, kernel: 3, seconds: estimate(5e-6), joules: null, bound: 'memory' },
    ],
    measured: compareMeasured(analysis, 'run.json', profile, matched),
  } as unknown as ReportChip;
  const report = {
    model: {
      path: 'm.onnx',
      format: 'onnx',
      irVersion: 9,
      opsets: [],
      producer: '',
      nodeCount: 3,
      parameters: 0,
      weightBytes: 0,
      inputs: [],
      outputs: [],
    },
    workload: { bindings: {}, values: [], phase: 'inference', precision: 'as-stored', runtime: null },
    carbonIntensity: null,
    nodes: [node(0, 'relu'), node(1, 'matmul'), node(2, 'add')],
    chips: [chip],
    problems: [],
    coverage: { nodes: 1, operations: 1 },
  } as unknown as Report;

  it('have the time at the node that stands for its kernel, and say which line the others belong to', () => {
    const text = printMarkdown(report, reportWords('en'));
    expect(text).toContain('| 9 µs | 4.5 µs – 18 µs | 15 µs | ×1.5 |');
    expect(text).toContain('| 1 µs | 500 ns – 2 µs | with line 11 |  |');
    expect(text).toContain('| 5 µs | 2.5 µs – 10 µs | ? | ? |');
    expect(text).toContain('| Profile | run.json (ONNX Runtime) |');
    expect(text).toContain('| Runs | fastest of 7 |');
    expect(text).toContain('| Kernels with a measured time | 3 of 4 |');
    expect(text).toContain('| Error, median | 44% |');
    expect(text).toMatch(/in no kernel of the estimate\n\n.*\n.*\n\| \\=cmd\\\|"x \|  \| 3 µs \|/);
  });

  it('have columns in CSV that add up', () => {
    const [head, ...rows] = [...printCsv(report)].join('').trim().split('\r\n');
    const at = head!.split(',').indexOf('measured_seconds');
    const cells = rows.map((row) => row.split(',').slice(at, at + 2));
    expect(cells.slice(0, 2)).toEqual([
      ['', ''],
      ['0.000015', '1.5'],
    ]);
    // The group that stands by the last node is of kernels that the runtime put in: 132 µs, estimated as 60.
    expect(Number(cells[2]![0])).toBeCloseTo(132e-6, 12);
    expect(Number(cells[2]![1])).toBeCloseTo(2.2, 9);
  });

  it('have no such columns where nothing was imported', () => {
    const plain = { ...report, chips: [{ ...chip, measured: null }] };
    expect(printMarkdown(plain, reportWords('en'))).not.toMatch(/measured|÷/i);
  });
});
