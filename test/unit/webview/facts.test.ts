import { describe, expect, it } from 'vitest';
import { chipFacts } from '../../../webview/content/facts';
import { chipOf, estimateOf, measuredOf, summaryOf, partOfTotal, factsRead } from './made';

const { workload } = summaryOf();
const factsOf = (change: Parameters<typeof chipOf>[0]) =>
  Object.fromEntries(factsRead(chipFacts(chipOf(change), workload)));

describe('facts of a chip', () => {
  it('come in this order', () => {
    const byBound = [{ name: 'compute', seconds: 1, nodes: 1 }];
    expect(factsRead(chipFacts(chipOf({ byBound, measured: measuredOf() }), workload))).toEqual([
      ['Latency', '4 ms (3 ms–6 ms)'],
      ['Measured in all rows', '5 ms'],
      ['Basis', 'class constants'],
      ['Throughput', '500/s at 2 in flight'],
      ['Energy', '500 mJ · 140 mWh per 1,000 requests'],
      ['Host transfer', '20 µs'],
      ['Start of a run', '10 µs'],
      ['Memory / capacity', '4 GB / 10 GB'],
      ['Bound by', 'compute 100%'],
      ['Computes in', 'fp16'],
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
