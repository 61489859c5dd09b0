import { describe, expect, it } from 'vitest';
import { noMemory } from '../../../server/engine/mapping/parallel/chain';
import type { Spread } from '../../../server/engine/mapping/parallel/spread';
import { devicesData, memoryLanes, partsData, spreadLine, stepLanes } from '../../../webview/content/spread';
import { chipOf } from './made';

/** Two stages of two devices each; three micro-batches of which the second stage waits for the first. */
const spread: Spread = {
  label: 'tp 2 pp 2',
  split: { tp: 2, pp: 2, dp: 1, ep: 1, cp: 1 },
  devices: 4,
  microBatch: 8,
  microBatches: 2,
  seconds: { value: 0.004, low: 0.003, high: 0.006, basis: 'calibrated' },
  parts: { compute: 0.001, memory: 0.002, link: 0.0005, bubble: 0.0004, overhead: 0.0001 },
  perSecond: 4000,
  stages: [
    {
      ...{ devices: [0, 1], layers: [1, 4], hasFirst: true, hasLast: false, seconds: 0.001 },
      memory: { ...noMemory, weights: 3e9, state: 1e9, activations: 5e8 },
      bytes: 4.5e9,
    },
    {
      ...{ devices: [2, 3], layers: [5, 5], hasFirst: false, hasLast: true, seconds: 0.001 },
      memory: { ...noMemory, weights: 2e9, state: 1e9, activations: 5e8 },
      bytes: 3.5e9,
    },
  ],
  system: { id: 'box', name: 'Box' },
  device: { id: 'gpu', name: 'G1' },
  unit: 'tokens',
  layers: 5,
  gantt: [
    { stage: 0, microBatch: 0, from: 0, to: 0.001 },
    { stage: 1, microBatch: 0, from: 0.001, to: 0.002 },
    { stage: 0, microBatch: 1, from: 0.001, to: 0.002 },
    { stage: 1, microBatch: 1, from: 0.002, to: 0.003 },
  ],
};
const chip = chipOf({ memory: { usableBytes: 9e9 } });

describe('devices that share a model', () => {
  it('are told in a sentence', () => {
    expect(spreadLine(spread)).toMatch(
      /^4 × G1 of Box as tp 2 pp 2: 4 ms for a step of 2 × 8 sequences, 4,000 tokens\/s\./,
    );
  });

  it('have layers and memory by class, and their share of what can be used', () => {
    const { columns, rows, numeric } = devicesData(spread, chip);
    expect(columns.map(({ label }) => label)).toEqual([
      ...['Devices', 'Layers', 'Time per micro-batch', 'Weights', 'KV cache', 'Activations'],
      ...['Together', 'Of what can be used'],
    ]);
    expect(numeric).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['0–1', 'start + 1–4', '1 ms', '3 GB', '1 GB', '500 MB', '4.5 GB', '50%'],
      ['2–3', '5 + end', '1 ms', '2 GB', '1 GB', '500 MB', '3.5 GB', '39%'],
    ]);
    expect(devicesData(spread, chipOf({ memory: { usableBytes: null } })).rows[0]!.cells.at(-1)).toBe(
      'unknown',
    );
  });

  it('fill their memory class by class', () => {
    const { lanes, end, legend, summary } = memoryLanes(spread, chip);
    expect(end).toBe(9e9);
    expect(lanes.map(({ label }) => label)).toEqual(['Devices 0–1', 'Devices 2–3']);
    expect(lanes[0]!.stretches.map(({ from, to }) => [from, to])).toEqual([
      [0, 3e9],
      [3e9, 4e9],
      [4e9, 4.5e9],
    ]);
    expect(legend.map(({ label }) => label)).toEqual(['Weights', 'KV cache', 'Activations']);
    expect(summary).toContain('4.5 GB of 9 GB');
  });

  it('take micro-batches in a step one after the other', () => {
    const { lanes, end, summary } = stepLanes(spread);
    expect(end).toBe(0.003);
    expect(lanes[1]!.stretches.map(({ from, to, label }) => [from, to, label])).toEqual([
      [0.001, 0.002, '1'],
      [0.002, 0.003, '2'],
    ]);
    expect(lanes[1]!.stretches[0]!.tip).toBe('Micro-batch 1: 1 ms – 2 ms');
    expect(summary).toBe('3 ms; stages: 2, micro-batches: 2; gaps are waiting.');
  });

  it('have a step made of parts', () => {
    expect(partsData(spread).rows[0]!.cells).toEqual(['1 ms', '2 ms', '500 µs', '400 µs', '100 µs']);
  });
});
