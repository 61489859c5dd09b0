import { describe, expect, it } from 'vitest';
import type { SummaryChip } from '../../../server/protocol';
import { chipFacts, costliestData, highShare, memoryMeter } from '../../../webview/content/panel';
import { chipOf, estimateOf, measuredOf, rowOf, summaryOf, partOfTotal } from './made';

const { workload } = summaryOf();
const factsOf = (change: Parameters<typeof chipOf>[0]) =>
  Object.fromEntries(chipFacts(chipOf(change), workload));

describe('facts of a chip', () => {
  it('come in this order', () => {
    const byBound = [{ name: 'compute', seconds: 1, nodes: 1 }];
    expect(chipFacts(chipOf({ byBound, measured: measuredOf() }), workload)).toEqual([
      ['Latency', '4 ms (3 ms–6 ms)'],
      ['Measured in all rows', '5 ms'],
      ['Basis', 'class constants'],
      ['Throughput', '500/s at 2 in flight'],
      ['Energy', '500 mJ · 140 mWh per 1,000 requests'],
      ['Host transfer', '20 µs'],
      ['Start of a run', '10 µs'],
      ['Memory / capacity', '4 GB / 10 GB'],
      ['Bound by', 'compute 100%'],
      ['Runtime', 'eager (default)'],
    ]);
  });

  it('say what becomes of caches where there are any', () => {
    expect(factsOf({ memory: { cache: 'shared' } })).toHaveProperty('Cache', 'one shared buffer');
    expect(factsOf({})).not.toHaveProperty('Cache');
  });

  it('say nothing measured without a profile', () => {
    expect(factsOf({})).not.toHaveProperty('Measured in all rows');
  });

  it('say at least, without a range, of a part of a model', () => {
    const efficiency = { wattHoursPerThousandRequests: null };
    const facts = factsOf({ total: partOfTotal, efficiency });
    expect([facts.Latency, facts.Energy, facts.Basis]).toEqual([
      'at least 4 ms, at most 20 ms (3 nodes unknown)',
      'at least 500 mJ (3 nodes unknown)',
      'unknown',
    ]);
  });

  it('say unknown of what is not known', () => {
    const facts = factsOf({
      total: {
        latencySeconds: null,
        joules: null,
        throughput: null,
        startSeconds: null,
        io: { bytes: 0, seconds: null },
      },
      efficiency: { wattHoursPerThousandRequests: null },
    });
    const terms = ['Latency', 'Energy', 'Throughput', 'Start of a run', 'Host transfer'];
    expect(terms.map((term) => facts[term])).toEqual(terms.map(() => 'unknown'));
  });

  it('have carbon where the grid is known', () => {
    expect(factsOf({ efficiency: { gramsCo2PerThousandRequests: estimateOf(0.056) } }).Energy).toBe(
      '500 mJ · 140 mWh and 56 mg CO2e per 1,000 requests',
    );
  });
});

describe('the bar of memory', () => {
  const meter = (memory: Partial<SummaryChip['memory']>) => memoryMeter(chipOf({ memory }));

  it('shows the need against what is left of the capacity', () => {
    // 4 GB of 10 − 2 GB.
    expect(meter({})).toEqual({ value: 0.5, text: '50% · fits' });
    expect(meter({ usableBytes: 10e9 })).toEqual({ value: 0.4, text: '40% · fits' });
    // 12 GB of 8 GB.
    expect(meter({ highWaterBytes: 12e9, fits: false })).toEqual({ value: 1, text: '150% · does not fit' });
    expect(meter({ highWaterBytes: 8e9 })).toEqual({ value: 1, text: '100% · fits' });
    expect(meter({ highWaterBytes: 12e9, streamedBytes: 4e9 })).toEqual({
      value: 1,
      text: '100% · fits, streaming 4 GB of weights in every run',
    });
    expect(highShare).toBe(0.9);
  });

  it('is full where nothing is left', () => {
    expect(meter({ usableBytes: 0, fits: false })).toEqual({ value: 1, text: '>100% · does not fit' });
    expect(meter({ usableBytes: -1e9, fits: false })).toEqual({ value: 1, text: '>100% · does not fit' });
  });

  it('is words alone where the need is not counted', () => {
    expect(meter({ fits: null, fitsUnknown: 'training' })).toEqual({
      value: null,
      text: 'unknown: what some operators keep for the backward pass is unknown',
    });
    expect(meter({ fits: null, fitsUnknown: 'partial' })).toEqual({
      value: null,
      text: 'unknown: parts of the model are missing or wrong',
    });
  });

  it('is not there where need or capacity is unknown', () => {
    expect(meter({ highWaterBytes: null, fits: null, fitsUnknown: 'sizes' })).toBeNull();
    expect(meter({ usableBytes: null, fits: null, fitsUnknown: 'capacity' })).toBeNull();
  });
});

it('lists the costliest nodes with short names', () => {
  const costliest = [
    rowOf(4, { name: '/encoder/layer.1/MatMul', bound: 'memory', shape: '[8]' }),
    rowOf(5, { name: '', seconds: null, share: null }),
    rowOf(6, { name: '/encoder/layer/MatMul', share: 0.051 }),
  ];
  expect(costliestData(chipOf({ costliest }))).toEqual({
    caption: 'Ten costliest nodes on Chip A',
    columns: ['Node', 'Time', 'Share', 'Bound by'],
    numeric: [1, 2],
    rows: [
      {
        node: 4,
        title: '/encoder/layer.1/MatMul\nMatMul [8]',
        // 23 letters: the last 20 stay. 21 letters fit.
        cells: ['…coder/layer.1/MatMul', '1 ms', '25%', 'memory'],
      },
      { node: 5, title: 'MatMul 5\nMatMul [1, 8]', cells: ['MatMul 5', 'unknown', 'unknown', 'compute'] },
      {
        node: 6,
        title: '/encoder/layer/MatMul\nMatMul [1, 8]',
        cells: ['/encoder/layer/MatMul', '1 ms', '5.1%', 'compute'],
      },
    ],
  });
});
