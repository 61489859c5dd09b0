import { describe, expect, it } from 'vitest';
import { lawSeconds, stepsOf, wireBytes } from '../../../server/engine/collectives/law';
import { familyOf, lawOf } from '../../../server/engine/collectives/laws';
import type { Collective, CollectiveLaw } from '../../../server/engine/collectives/types';
import { systems } from '../../../server/engine/systems/load';

const law = (protocols: CollectiveLaw['protocols']): CollectiveLaw => ({
  ...{ link: 'x', collective: '*', basis: 'class', protocols, low: 1, high: 1, source: '' },
});

describe('bytes on the wire', () => {
  it('are those of nccl-tests, doc/PERFORMANCE.md: of the whole tensor, in one direction', () => {
    // Eight members, 800 bytes: a ring sends seven parts of 100 bytes, an all-reduce does that twice.
    expect(wireBytes('all_gather', 8, 800)).toBe(700);
    expect(wireBytes('reduce_scatter', 8, 800)).toBe(700);
    expect(wireBytes('alltoall', 8, 800)).toBe(700);
    expect(wireBytes('all_reduce', 8, 800)).toBe(1400);
    expect(wireBytes('all_reduce', 2, 800)).toBe(800);
    expect(wireBytes('broadcast', 8, 800)).toBe(800);
    expect(wireBytes('send', 2, 800)).toBe(800);
  });
});

describe('steps', () => {
  it('go along a ring, a tree or the axes of a torus, twice for an all-reduce', () => {
    expect(stepsOf('all_reduce', 8)).toBe(14);
    expect(stepsOf('all_gather', 8)).toBe(7);
    // Up and down a tree of 384 nodes: 2 x 9, since 2^9 = 512.
    expect(stepsOf('all_reduce', 384, 'tree')).toBe(18);
    // 72 behind one switch are a tree of height 7 and no ring of 71.
    expect(stepsOf('all_gather', 72, 'switch')).toBe(7);
    expect(stepsOf('all_gather', 5, 'switch')).toBe(4);
    // A tree of twelve is four high, less than a ring of eight; one of 500 is nine high.
    expect(stepsOf('all_gather', 12, 'switch')).toBe(7);
    expect(stepsOf('all_gather', 500, 'switch')).toBe(9);
    // A cube of 64: three axes of four, both ways around, two hops along each.
    expect(stepsOf('all_gather', 64, 'torus', 3)).toBe(6);
    expect(stepsOf('send', 64, 'torus', 3)).toBe(1);
  });
});

describe('the law of a link', () => {
  it('takes the quickest protocol for the size', () => {
    const of = law([
      { name: 'small', start: 5e-6, step: 1e-6, share: 0.1 },
      { name: 'large', start: 20e-6, step: 1e-6, share: 0.8, own: 2 },
    ]);
    const call = { collective: 'all_gather' as Collective, members: 4, rate: 100e9 };
    // 5 + 3 us + 75 kB / 10 GB/s = 15.5 us; the other 23 us + 75 kB / 80 GB/s + 25 kB / 200 GB/s = 24.06 us.
    expect(lawSeconds(of, { ...call, bytes: 100e3 })).toBeCloseTo(15.5e-6, 12);
    // 23 us + 75 MB / 80 GB/s + 25 MB / 200 GB/s = 23 + 937.5 + 125 us.
    expect(lawSeconds(of, { ...call, bytes: 100e6 })).toBeCloseTo(1085.5e-6, 12);
    // Of a chip with half the clock the first takes 16 us, and a step that takes 4 us has that at least.
    expect(lawSeconds(of, { ...call, bytes: 100e3, slower: 2 })).toBeCloseTo(23.5e-6, 12);
    expect(lawSeconds(of, { ...call, bytes: 100e3, latency: 4e-6 })).toBeCloseTo(24.5e-6, 12);
  });

  it('lets a switch reduce, from so many members on', () => {
    const of = law([
      { name: 'ring', start: 10e-6, step: 0, share: 1 },
      { name: 'switch', start: 10e-6, step: 0, share: 1, inSwitch: true, least: 8 },
    ]);
    const call = { collective: 'all_reduce' as Collective, bytes: 100e6, rate: 100e9 };
    // The tensor once instead of 14 / 8 times.
    expect(lawSeconds(of, { ...call, members: 8 })).toBeCloseTo(1010e-6, 12);
    expect(lawSeconds(of, { ...call, members: 4 })).toBeCloseTo(1510e-6, 12);
    // To the switch and back is one step, however many they are.
    const stepped = law([{ name: 'switch', start: 10e-6, step: 3e-6, share: 1, inSwitch: true }]);
    expect(lawSeconds(stepped, { ...call, members: 8 })).toBeCloseTo(1013e-6, 12);
  });
});

describe('families of links', () => {
  it('are found for every link of the catalogue that joins equal devices', () => {
    const kinds = systems.flatMap(({ links }) => links.map(({ kind }) => [kind, familyOf(kind)] as const));
    expect(Object.fromEntries(kinds)).toMatchObject({
      'NVLink 3 through six NVSwitches of the second generation': 'nvlink3',
      'NVLink 4 through four NVSwitches of the third generation': 'nvlink4',
      'NVLink 5 through two NVSwitches': 'nvlink',
      'NVLink-C2C': 'package',
      'Infinity Fabric (xGMI), seven links of each to all others': 'fabric',
      'inter-chip interconnect': 'ici',
      '21 ports of 100 Gb/s Ethernet (RoCE), three to each other': 'network',
      'PCI Express 4.0 x16': 'pcie',
      'InfiniBand HDR, a fat tree of three levels': 'network',
    });
    expect(familyOf('UALink 200G 1.0')).toBe('ualink');
    expect(familyOf('PCIe 4.0 x16')).toBe('pcie');
    expect(familyOf('a cable')).toBe('other');
  });

  it('have laws for every collective, with ranges around them, measured ones for NVLink 3 and 4 alone', () => {
    const collectives: readonly Collective[] = [
      ...(['all_reduce', 'all_gather', 'reduce_scatter', 'alltoall', 'broadcast', 'send'] as const),
    ];
    const all = [
      'nvlink3',
      'nvlink4',
      'nvlink',
      'package',
      'fabric',
      'ualink',
      'ici',
      'network',
      'pcie',
      'other',
    ];
    for (const family of all) {
      for (const collective of collectives) {
        const of = lawOf(family, collective);
        expect(of.low).toBeLessThan(1);
        expect(of.high).toBeGreaterThan(1);
        expect(of.source).not.toBe('');
        const isMeasured = /^nvlink[34]$/.test(family) && !['broadcast', 'send'].includes(collective);
        expect(`${family} ${collective} ${of.basis}`).toBe(
          `${family} ${collective} ${isMeasured ? 'calibrated' : 'class'}`,
        );
      }
    }
  });

  it('gives a link that was not measured a wider range than those that were', () => {
    const width = ({ low, high }: CollectiveLaw): number => high / low;
    for (const collective of ['all_reduce', 'all_gather', 'reduce_scatter', 'alltoall'] as const) {
      expect(width(lawOf('nvlink', collective))).toBeGreaterThan(width(lawOf('nvlink4', collective)));
      expect(width(lawOf('pcie', collective))).toBeGreaterThan(width(lawOf('nvlink', collective)));
    }
  });
});
