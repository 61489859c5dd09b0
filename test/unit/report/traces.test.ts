import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Model } from '../../../server/engine/graph/model';
import { buildReport, type ReportInput } from '../../../server/engine/report/build';
import { printModelExplorer } from '../../../server/engine/report/print/modelExplorer';
import { printPerfetto } from '../../../server/engine/report/print/perfetto';
import type { LazyReport, ReportKernel } from '../../../server/engine/report/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import { float, modelOf, node } from '../features/analysed';
import { expectedRuns, readFixture } from '../inference/fixtures';
import { report as handMade } from './handMade';

async function inputOf(model: Model, bindings: Record<string, number>, id: string): Promise<ReportInput> {
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(model, workload, uninterrupted);
  return {
    tool: { version: '0', catalogueVersion: '0' },
    path: 'm.onnx',
    prepared,
    chips: [await costsOn(prepared, chipById(id)!, uninterrupted)],
    carbonIntensity: null,
    problems: [],
    lineOf: () => null,
    textOf: ({ code }) => code,
  };
}

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly tid?: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function eventsOf(report: LazyReport): TraceEvent[] {
  return (JSON.parse([...printPerfetto(report)].join('')) as { traceEvents: TraceEvent[] }).traceEvents;
}

describe('a trace for Perfetto', () => {
  // The detector leaves nodes to the host, the others run on one unit.
  it.each([
    ['detector', 'google-coral-edge-tpu', [1, 2, 3]],
    ['whisper-tiny-encoder', 'intel-xeon-8480', [1]],
    ['tiny-conv', 'nvidia-t4', [1]],
  ])('of %s on %s takes as long as the report says, slice after slice', async (name, chip, used) => {
    const { bindings } = expectedRuns(name)[0]!;
    const report = buildReport(await inputOf(await readFixture(name), bindings, chip));
    const events = eventsOf(report);
    const slices = events.filter(({ ph }) => ph === 'X');
    const [only] = report.chips;
    expect(slices).toHaveLength(only!.kernels.filter(({ seconds }) => seconds !== null).length);
    const total = slices.reduce((sum, { dur }) => sum + dur, 0);
    // The trace counts whole nanoseconds, and each slice begins where the one before ends.
    expect(Math.abs(total - only!.total.latencySeconds!.value! * 1e6)).toBeLessThan(0.002);
    let end = 0;
    for (const { ts, dur } of slices) {
      expect(ts).toBeCloseTo(end, 6);
      end = ts + dur;
    }
    const tracks = events.filter(({ name: event }) => event === 'thread_name');
    const units = only!.units.length;
    expect(tracks).toHaveLength(units > 1 ? units + 1 : 1);
    expect([...new Set(slices.map(({ tid }) => tid))].sort()).toEqual(used);
  });

  it('has transfers before the kernel that waits, runs of loops in one slice, and no time for what is unknown', () => {
    const seconds = (value: number) => ({ value, low: value, high: value, basis: 'class' }) as const;
    const kernel = (index: number, more: Partial<ReportKernel>): ReportKernel => ({
      index,
      nodes: [0],
      fusion: null,
      placement: 'chip',
      precision: 'fp32',
      operations: { matrix: 8, vector: 2, special: 0 },
      bytes: { constructor: 300 },
      seconds: seconds(2e-6),
      joules: null,
      bound: 'memory',
      utilisation: null,
      repeat: 1,
      ...more,
    });
    const [chip] = handMade.chips;
    const kernels = [
      kernel(0, { repeat: 3 }),
      kernel(1, { seconds: null }),
      kernel(2, { placement: 'host', bytes: {} }),
      kernel(3, { nodes: [], before: 2, seconds: seconds(4e-6), bound: 'link', bytes: { 'host link': 8 } }),
    ];
    const units = [...chip!.units, { ...chip!.units[0]!, id: 'host' }];
    const events = eventsOf({ ...handMade, chips: [{ ...chip!, units, kernels }] });
    // By hand: 3 × 2 µs, nothing, 4 µs of link, 2 µs on the host.
    expect(
      events
        .filter(({ ph }) => 'Xi'.includes(ph))
        .map(({ ph, name, tid, ts, dur }) => [ph, name, tid, ts, dur]),
    ).toEqual([
      ['X', 'MatMul', 1, 0, 6],
      ['i', 'MatMul', 1, 6, undefined],
      ['X', 'transfer', 3, 6, 4],
      ['X', 'MatMul', 2, 10, 2],
    ]);
    // 300 bytes in 2 µs; a level that the next kernel leaves alone falls to 0.
    expect(
      events.filter(({ ph }) => ph === 'C').map(({ name, ts, args }) => [name, ts, args['value']]),
    ).toEqual([
      ['constructor, bytes/s', 0, 1.5e8],
      ['constructor, bytes/s', 6, 0],
      ['host link, bytes/s', 6, 2e6],
      ['host link, bytes/s', 10, 0],
    ]);
    const [first] = events.filter(({ ph }) => ph === 'X');
    expect(first!.args).toMatchObject({ 'operations of a run': 10, 'runs in one of the model': 3 });
    expect(first!.args['nodes']).toBe(handMade.nodes[0]!.name);
  });
});

describe('node data for Model Explorer', () => {
  const overlay = async (model: Model, bindings: Record<string, number> = {}) => {
    const input = await inputOf(model, bindings, 'nvidia-t4');
    const made = JSON.parse([...printModelExplorer(input)].join('')) as {
      results: Record<string, { value: number }>;
    };
    return { report: buildReport(input), results: made.results };
  };
  const body = (...nodes: ReturnType<typeof node>[]) => ({
    kind: 'graph' as const,
    value: modelOf({ nodes, outputs: [float('z', 2, 2)] }).graph,
  });

  it('has the ids that the ONNX adapter gives', async () => {
    const model = modelOf({
      inputs: [float('x', 2, 2), { name: 'c', type: { kind: 'tensor', dtype: 'bool', shape: [] } }],
      outputs: [float('w', 2, 2)],
      nodes: [
        node('Relu', ['x'], ['a']),
        node('If', ['c'], ['i'], {
          attributes: [
            { name: 'then_branch', ...body(node('Neg', ['a'], ['n']), node('Abs', ['n'], ['z'])) },
            { name: 'else_branch', ...body(node('Abs', ['a'], ['z'])) },
          ],
        }),
        node('Add', ['a', 'i'], ['y'], { name: 'add' }),
        node('Relu', ['y'], ['w'], { name: 'add' }),
        node('Relu', ['w'], ['v']),
      ],
    });
    const { results, report } = await overlay(model);
    // As model-explorer-onnx 0.4.2 with onnx-ir 1.1.0 names them: the second node of the first branch is its node_2.
    expect(Object.keys(results)).toEqual(['node', 'node_1', 'add', 'add_1', 'node_3']);
    const seconds = report.chips[0]!.nodes.map((one) => one.seconds!.value);
    const inside = report.nodes.filter(({ parent }) => parent === 1).map(({ index }) => seconds[index]!);
    expect(inside).toHaveLength(3);
    const whole = inside.reduce((sum, one) => sum + one, seconds[1]!);
    expect(results['node_1']!.value).toBeCloseTo(whole * 1e6, 6);
  });

  it('adds up to the total, by names of nodes', async () => {
    const { results, report } = await overlay(
      await readFixture('tiny-conv'),
      expectedRuns('tiny-conv')[0]!.bindings,
    );
    const names = report.nodes.map(({ name }) => name);
    expect(Object.keys(results)).toEqual(names);
    const total = Object.values(results).reduce((sum, { value }) => sum + value, 0);
    expect(total).toBeCloseTo(report.chips[0]!.total.latencySeconds!.value! * 1e6, 6);
  });
});
