import { describe, expect, it } from 'vitest';
import type { SummaryChip } from '../../../server/protocol';
import { levelBars, levelsData } from '../../../webview/content/levels';
import type { StackData } from '../../../webview/content/chart';
import { trafficData } from '../../../webview/content/traffic';
import { chipOf } from './made';

type Level = SummaryChip['memory']['levels'][number];

const hbm: Level = {
  name: 'HBM3',
  kind: 'hbm3',
  onChip: false,
  verdict: 'resident',
  capacityBytes: 80e9,
  neededBytes: 40e9,
  trafficBytes: 30e9,
  streamedBytes: 0,
  spilledBytes: 0,
  bytesPerSecond: 1e12,
  peakBytesPerSecond: 4e12,
};
const cache: Level = {
  ...hbm,
  name: 'L2',
  kind: 'sram-l2',
  onChip: true,
  verdict: 'spills',
  capacityBytes: 50e6,
  streamedBytes: 2e9,
  spilledBytes: 3e9,
};
const unknown: Level = {
  ...hbm,
  name: 'L1',
  verdict: null,
  neededBytes: null,
  trafficBytes: null,
  bytesPerSecond: null,
  capacityBytes: null,
};
const chipWith = (levels: readonly Level[], traffic: SummaryChip['memory']['traffic'] = []): SummaryChip =>
  chipOf({ memory: { levels, traffic } });

describe('memories of a chip', () => {
  it('have a row each', () => {
    expect(levelsData(chipWith([hbm, cache, unknown]))!.rows.map(({ cells }) => cells)).toEqual([
      // 1 of 4 TB/s.
      ['HBM3', 'all stays', '40 GB / 80 GB (50%)', '30 GB', '1 TB/s of 4 TB/s (25%)'],
      [
        'L2',
        'spills: 3 GB of activations and 2 GB of weights come and go per run',
        // 40 GB ÷ 50 MB.
        '40 GB / 50 MB (800×)',
        '30 GB',
        '1 TB/s of 4 TB/s (25%)',
      ],
      ['L1', 'unknown', 'unknown / unknown', 'unknown', 'unknown'],
    ]);
    expect(levelsData(chipWith([]))).toBeNull();
  });

  it('have a bar where the model uses them, full where more is needed than there is', () => {
    const none: Level = { ...hbm, name: 'DDR5', verdict: 'unused' };
    const small: Level = { ...hbm, name: 'SRAM', verdict: 'too-small', neededBytes: 200e9 };
    const bars = levelBars(chipWith([hbm, none, small, unknown, cache]));
    const spills = 'spills: 3 GB of activations and 2 GB of weights come and go per run';
    expect(bars.map(({ name, value, text }) => [name, value, text])).toEqual([
      ['HBM3', 0.5, 'all stays'],
      // 200 ÷ 80.
      ['SRAM', 1, 'does not fit: ÷ 2.5 to fit'],
      ['L2', 1, spills],
    ]);
    // A model that is larger than a cache is no fault.
    expect(bars.map(({ isAlarming }) => isAlarming)).toEqual([false, true, false]);
  });
});

describe('traffic over time', () => {
  it('lists two hundred stretches, and says how many more there are', () => {
    // 205 stretches, each of a byte more than the one before.
    const many = Array.from({ length: 205 }, (_, node) => ({
      node,
      label: `k${node}`,
      seconds: 1,
      bytes: [node + 1],
    }));
    const [{ table }] = trafficData(chipWith([hbm], many)) as [StackData];
    expect([table.rows.length, table.left]).toEqual([200, 5]);
    expect([table.rows[0]!.node, table.rows[199]!.node]).toEqual([204, 5]);
  });

  it('is drawn for each memory that something passes', () => {
    const traffic = [
      { node: 3, label: 'k3', seconds: 2, bytes: [4e9, 0] },
      { node: 5, label: 'k5', seconds: 1, bytes: [6e9, 0] },
    ];
    const [data, ...more] = trafficData(chipWith([hbm, cache], traffic));
    expect(more).toEqual([]);
    expect(data!.layers.map(({ values }) => values)).toEqual([[2e9, 6e9]]);
    expect([data!.nodes, data!.limit!.value]).toEqual([[3, 5], 4e12]);
    expect(data!.table.rows.map(({ cells }) => cells)).toEqual([
      ['k5', '6 GB', '1 s', '6 GB/s'],
      ['k3', '4 GB', '2 s', '2 GB/s'],
    ]);
    expect(data!.summary).toBe('Chip A moves 30 GB there in a run, 1 TB/s on average.');
  });
});
