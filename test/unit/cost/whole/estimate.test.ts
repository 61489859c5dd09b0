import { describe, expect, it } from 'vitest';
import type { ChipAnalysis } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { compared, isScored, scoreAll } from '../../../accuracy/whole/estimate';
import type { Asked } from '../../../accuracy/whole/interpret';
import { withCores } from '../../../accuracy/whole/part';
import { summaryOf } from '../../../accuracy/whole/scores';
import { modelOf } from '../../../accuracy/world';

const analysis = (devices: number, samplesPerSecond: number): ChipAnalysis =>
  ({
    chip: { devices },
    cost: {
      total: {
        latencySeconds: { value: 0.01, low: 0.005, high: 0.03, basis: 'class', isLowerBound: false },
        throughput: { samplesPerSecond, concurrency: 1 },
        joules: { value: 0.4, low: 0.2, high: 0.8, basis: 'class', isLowerBound: false },
        io: { bytes: 1, seconds: 0.002 },
        startSeconds: 0.001,
      },
    },
  }) as unknown as ChipAnalysis;

const ask = (change: Partial<Asked>): Asked => ({
  chip: 'nvidia-t4',
  host: null,
  graph: { id: 'mobilenetv2', name: 'net', size: [224, 224], published: [], sources: [] },
  bindings: { batch: 1 },
  phase: 'inference',
  precision: 'fp16',
  runtime: 'tensorrt',
  cores: null,
  quantity: 'latency',
  includes: [],
  measured: 0.02,
  figure: { line: 2, columns: new Map([['software', 'TensorRT']]) },
  ...change,
});

describe('what is compared', () => {
  it('is a run of a batch, for latencies, per sample', () => {
    // 10 ms for four samples, published 20 ms
    expect(compared(ask({}), analysis(1, 400), 4)).toEqual({
      measured: 0.005,
      estimated: 0.0025,
      low: 0.00125,
      high: 0.0075,
      basis: 'class',
    });
  });

  it('has copies and start where the clock saw them', () => {
    // 10 ms + 2 ms + 1 ms
    const { estimated } = compared(ask({ includes: ['transfers', 'start'] }), analysis(1, 100), 1)!;
    expect(estimated).toBeCloseTo(0.013, 12);
    expect(compared(ask({ includes: ['start'] }), analysis(1, 100), 1)!.low).toBeCloseTo(0.006, 12);
  });

  it('counts all devices of a chip, for throughputs', () => {
    // 500 samples per second on each of two devices: 1 ms; the range stays as wide as that of the run
    const two = compared(ask({ quantity: 'throughput', measured: 0.002 }), analysis(2, 500), 8)!;
    expect(two.estimated).toBeCloseTo(0.001, 12);
    expect(two.high).toBeCloseTo(0.003, 12);
    expect(two.measured).toBe(0.002);
  });

  it('is the energy of a run, per sample', () => {
    const joules = compared(ask({ quantity: 'energy', measured: 0.3 }), analysis(1, 1), 2)!;
    expect(joules).toMatchObject({ measured: 0.3, estimated: 0.2, low: 0.1, high: 0.4 });
  });

  it('is nothing where the estimate is a lower bound', () => {
    const open = analysis(1, 100);
    (open.cost.total.latencySeconds as { isLowerBound: boolean }).isLowerBound = true;
    expect(compared(ask({}), open, 1)).toBeNull();
  });
});

describe('part of a processor', () => {
  const chip = chipById('broadcom-bcm2712')!;

  it('has its share of rates and caches and all of the memory outside', () => {
    const one = withCores(chip, 1);
    // Four cores, 153.6e9 FP32 operations per second together
    expect(one.vectorOpsPerSecond['fp32']!.value).toBeCloseTo(153.6e9 / 4, 0);
    expect(one.units!.count!.value).toBe(1);
    const outside = (of: typeof chip) => of.memory.filter(({ onChip }) => !onChip);
    expect(outside(one)).toEqual(outside(chip));
  });

  it('is the chip itself for all of its cores, or more', () => {
    expect(withCores(chip, 4)).toBe(chip);
    expect(withCores(chip, 8)).toBe(chip);
    expect(withCores(chip, null)).toBe(chip);
    expect(withCores(chip, 2)).toBe(withCores(chip, 2));
  });
});

describe('scoring', () => {
  it('scores what it has a graph of, and says why not', async () => {
    const list = [
      ask({}),
      ask({ graph: { ...ask({}).graph, id: 'missing' }, figure: { line: 3, columns: new Map() } }),
      ask({ chip: 'nobody-makes-it', figure: { line: 4, columns: new Map() } }),
    ];
    const results = await scoreAll(list, (id) => (id === 'missing' ? Promise.resolve(null) : modelOf(id)));
    expect(results.map((one) => (isScored(one) ? one.family : one.reason))).toEqual([
      'gpu-compiled',
      'no-graph',
      'no-chip',
    ]);
    const [first] = results.filter(isScored);
    expect(first!.low).toBeLessThan(first!.estimated);
    expect(first!.runtime).toBe('tensorrt');
  });
});

describe('summary', () => {
  const gpus = ['nvidia-t4', 'nvidia-l4', 'nvidia-l40s', 'nvidia-rtx-4090', 'nvidia-a100-sxm-80gb'];
  const scored = async () => {
    const list = [...gpus, 'hailo-8', 'broadcom-bcm2712'].map((chip, i) =>
      ask({ chip, runtime: null, measured: 0.001 * 1.3 ** i, figure: { line: i + 2, columns: new Map() } }),
    );
    return (await scoreAll(list, modelOf)).filter(isScored);
  };
  const placed = () => ({ family: 'gpu-compiled', chipClass: 'gpu', chip: 'x', model: 'y' });

  it('has what was left out beside what was scored', async () => {
    const rows = await scored();
    const missing = { figure: { line: 9, columns: new Map() }, reason: 'no-graph', detail: '' } as const;
    const summary = summaryOf([...rows, missing], [], placed);
    expect(summary.total).toBe(8);
    expect(summary.reasons).toEqual([{ reason: 'no-graph', rows: 1 }]);
    // The two others are fewer than five of their family.
    expect(summary.families).toMatchObject([
      { name: 'all', excluded: 1, chips: 7, scores: { rows: 7 } },
      { name: 'gpu-compiled', excluded: 1, chips: 5, scores: { rows: 5 } },
    ]);
  });

  it('shows no chip and no model with fewer than five figures', async () => {
    const summary = summaryOf(await scored(), [], placed);
    expect(summary.chips).toEqual([]);
    expect(summary.models.map(({ name }) => name)).toEqual(['mobilenetv2']);
  });

  it('compares chips in pairs, within classes and across them', async () => {
    const { rankings } = summaryOf(await scored(), [], placed);
    // Each is 1.3 times as slow as the one before, so chips of one to four steps apart (1.3 to 2.86) are compared: all ten
    // pairs of GPUs; across, four with the sixth chip, three with the seventh, and those two.
    expect(rankings.map(({ pairs }) => pairs)).toEqual([10, 8, 18]);
  });
});
